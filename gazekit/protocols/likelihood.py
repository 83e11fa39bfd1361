"""Bits per fixation of people under a source: a kernel estimate of its samples, and its bias where that is known."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.bootstrap import interval, resample
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.fixation_maps.pixels import as_log_density
from gazekit.models.capabilities import HasDensity, next_log_densities
from gazekit.models.fingerprints import digest_of
from gazekit.models.identity import identity
from gazekit.protocols.paths import GAUSSIAN, UNIFORM

CELLS = 64  # of the grid, along the longer side
WIDTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 9.0)  # of kernels, cells
SHARES = (0.01, 0.05, 0.1, 0.2, 0.4)  # of a uniform density that is mixed in
NOTHING = np.full((len(WIDTHS), len(SHARES)), np.nan)


def likelihoods(
    part: Dataset, sources: Mapping[str, Scanpaths], seed: int, models: Mapping[str, Any]
) -> dict[str, Any]:
    """Bits per fixation of people over a uniform density: an estimate from each source's samples, exact where known.

    Parameters
    ----------
    part : Dataset
        Trials and people, without a first fixation that was imposed.
    sources : mapping of str to Scanpaths
        As `part`; the controls `UNIFORM` and `GAUSSIAN` have a known density.
    seed : int
        Which samples are taken, where a source has more than another.
    models : mapping of str to model
        Models with a density, by source.

    Returns
    -------
    dict
        `rows`: a source each. `images` counts those with an estimate, where not all have one; the exact value is of
        these, too. `probability_0` counts people's fixations to which a model gives probability 0; its exact value is
        then minus infinity, which stands as NaN or None.

    Raises
    ------
    GazekitError
        A model's density is no density, or on other cells than was asked for.
    """
    shapes = {trial.id: grid_of(trial.frame.size) for trial in part.trials}
    people = _ByTrial(part.scanpaths, shapes)
    given = {name: _ByTrial(paths, shapes) for name, paths in sources.items()}
    impossible: dict[str, list[int]] = {name: [] for name in models}
    trials = [trial for trial in part.trials if trial.id in people.rows]
    samples = min(len_of_most(paths) for paths in sources.values())
    bits: dict[str, list[np.ndarray]] = {name: [] for name in (HUMAN, *sources)}
    exact: dict[str, list[float]] = {name: [] for name in (UNIFORM, GAUSSIAN, *models)}
    for trial in trials:
        shape, cells = shapes[trial.id], people.cells(trial.id)
        fixed = np.concatenate(cells)
        for name, paths in given.items():
            own = paths.cells(trial.id)
            chosen = keyed_rng(seed, "certificate", "likelihood", name, trial.id).permutation(len(own))[:samples]
            points = np.concatenate([np.empty(0, dtype=int), *(own[k] for k in chosen)])
            bits[name].append(_log_densities(points, shape, fixed).mean(axis=2) if len(points) else NOTHING)
        left_out = []
        for k, path in enumerate(cells):
            others = [other for m, other in enumerate(cells) if m != k]
            order = keyed_rng(seed, "certificate", "likelihood", HUMAN, trial.id, k).permutation(len(others))[:samples]
            points = np.concatenate([np.empty(0, dtype=int), *(others[m] for m in order)])
            if len(points):
                left_out.append(_log_densities(points, shape, path))
        bits[HUMAN].append(np.concatenate(left_out, axis=2).mean(axis=2) if left_out else NOTHING)
        exact[UNIFORM].append(0.0)
        exact[GAUSSIAN].append(float(_gaussian_bits(shape)[fixed].mean()) if len(fixed) else np.nan)
        for name, model in models.items():
            bits_here, without = _bits(model, trial, people, shape)
            exact[name].append(bits_here)
            impossible[name].append(without)
    draws = resample(len(trials))
    rows: list[dict[str, Any]] = []
    of = {name: {"model": m.name, "sha256": digest_of(identity(m))} for name, m in models.items()}
    for name, each in bits.items():
        values = _chosen_on_the_other_half(np.stack(each))
        there = np.isfinite(values)
        value, low, high = _over_images(values, draws)
        row = {"source": name, "bits": value, "low": low, "high": high, "exact": None, "bias": None}
        if not there.all():
            row |= {"images": int(there.sum())}
        if name in exact:  # of the same images, or the bias would hold how these differ from the others
            known, known_low, known_high = _over_images(np.where(there, exact[name], np.nan), draws)
            row |= {"exact": known, "bias": value - known}
            row |= {"exact_low": known_low, "exact_high": known_high, "density": of[name]} if name in models else {}
            if name in models and (never := int(np.array(impossible[name])[there].sum())):
                row |= {"probability_0": never}  # the value is minus infinity, which JSON does not have
        rows.append(row)
    return {"cells": CELLS, "paths_an_image": samples, "average": "fixations of an image, then images", "rows": rows}


def len_of_most(paths: Scanpaths) -> int:
    """Paths of the trial that has the most."""
    return int(paths.table.groupby("trial").size().max()) if len(paths) else 1


def _chosen_on_the_other_half(stacked: np.ndarray) -> np.ndarray:
    """(images,): of (images, widths, shares), those best on the other half; NaN where that half has no value."""
    count = len(stacked)
    known = np.isfinite(stacked).all(axis=(1, 2))
    values, odd = np.full(count, np.nan), np.arange(count) % 2
    for half in (0, 1):
        other = stacked[known & (odd != half)] if count > 1 else stacked[known]
        if len(other):
            best = np.unravel_index(np.argmax(other.mean(axis=0)), stacked.shape[1:])
            values[odd == half] = stacked[odd == half, best[0], best[1]]
    return values


class _ByTrial:
    """The cells that paths fixate, by trial."""

    def __init__(self, paths: Scanpaths, shapes: Mapping[str, tuple[int, int]]) -> None:
        self.paths = paths
        self.rows = {str(t): rows for t, rows in paths.table.groupby("trial", sort=False).indices.items()}
        trials = paths.table["trial"]
        rows, columns = np.array([shapes[t] for t in trials], dtype=int).reshape(-1, 2)[paths.path_of()].T
        width, height = paths.table[["width", "height"]].to_numpy(float)[paths.path_of()].T
        inside = (paths.x >= 0) & (paths.x <= width) & (paths.y >= 0) & (paths.y <= height)
        x, y = np.where(inside, paths.x, 0), np.where(inside, paths.y, 0)
        column = np.minimum((x / width * columns).astype(int), columns - 1)
        row = np.minimum((y / height * rows).astype(int), rows - 1)
        self._cells = np.split(np.where(inside, row * columns + column, -1), paths.offsets[1:-1])

    def cells(self, trial: str, *, outside: bool = False) -> list[np.ndarray]:
        """Cell of each fixation of each path of a trial; those outside the image are left out, or -1."""
        found = [self._cells[k] for k in self.rows.get(trial, ())]
        return found if outside else [cell[cell >= 0] for cell in found]


def _bits(model: HasDensity, trial: Trial, people: "_ByTrial", shape: tuple[int, int]) -> tuple[float, int]:
    """Mean over people's fixations of the density of each after those before it, bits over uniform; how many have 0."""
    found = []
    for path, cell in zip(people.paths[people.rows[trial.id]], people.cells(trial.id, outside=True), strict=True):
        densities = next_log_densities(model, trial, path, shape) if len(path) else ()
        found += [as_log_density(log).flat[at] for log, at in zip(densities, cell, strict=True) if at >= 0]
    nats = np.array(found)
    bits = float(nats.mean() / np.log(2) + np.log2(shape[0] * shape[1])) if len(nats) else np.nan
    return bits, int(np.isneginf(nats).sum())


def _over_images(values: np.ndarray, draws: np.ndarray) -> tuple[float, float, float]:
    """Mean over images with its interval, which there is where every image has a value, and there are two."""
    mean = float(np.nanmean(values)) if not np.isnan(values).all() else np.nan
    known = len(values) > 1 and np.isfinite(values).all()
    return (mean, *(interval(np.nanmean(values[draws], axis=1)) if known else (np.nan, np.nan)))


def grid_of(size: tuple[float, float]) -> tuple[int, int]:
    """Rows and columns."""
    longer = max(size)
    return (max(round(CELLS * size[1] / longer), 1), max(round(CELLS * size[0] / longer), 1))


def _log_densities(points: np.ndarray, shape: tuple[int, int], at: np.ndarray) -> np.ndarray:
    """(widths, shares, cells): log2 of density over uniform in some cells: smoothed fixations and a uniform share."""
    from scipy.ndimage import gaussian_filter

    counts = np.bincount(points, minlength=shape[0] * shape[1]).reshape(shape) / len(points)
    smooth = np.stack([gaussian_filter(counts, width, mode="reflect").ravel() for width in WIDTHS])
    share = np.array(SHARES)[None, :, None]
    return np.log2((1 - share) * smooth[:, None, at] * smooth.shape[1] + share)


def _gaussian_bits(shape: tuple[int, int]) -> np.ndarray:
    """(cells,): log2 over uniform of the density of `certificate.near_centre`."""
    from scipy.special import ndtr

    sides = []
    for n in shape:
        edges = ndtr((np.linspace(0, 1, n + 1) - 0.5) / 0.25)
        sides.append(np.diff(edges) / (edges[-1] - edges[0]))
    return np.log2(np.outer(*sides).ravel() * shape[0] * shape[1])
