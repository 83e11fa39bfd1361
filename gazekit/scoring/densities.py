"""Score log densities at people's fixations, stimulus by stimulus, beside the gold standard that people make.

A model that has `log_density(trial, shape)` gives the density of a fixation whatever came before. People's row is the
gold standard: for each person a smoothed map of the other people's fixations, mixed with the centre bias.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.density import CentreBias, density_metrics
from gazekit.metrics.density.centre_bias import BANDWIDTHS
from gazekit.metrics.density.maps import fixation_map
from gazekit.metrics.density.pixels import values_at
from gazekit.metrics.density.sampled import SIGMA_SHARE
from gazekit.scoring.equal_sets import DRAWS

LONGER_SIDE = 128  # cells of the longer side of every density
OTHERS = 10_000  # fixations on other images, for the shuffled AUC
CENTRE_SHARES = (0.01, 0.03, 0.1, 0.3)  # weights of the centre bias in the gold standard, to choose from
CHOICE_STIMULI = 30  # stimuli on which the gold standard's parameters are chosen
LogDensity = Callable[..., np.ndarray]


def density_of(model: Any) -> LogDensity | None:
    """The model's `log_density`, if it has one."""
    found = getattr(model, "log_density", None)
    return found if callable(found) else None


def density_shape(frame: Frame) -> tuple[int, int]:
    """Rows and columns of the densities of an image: `LONGER_SIDE` cells along its longer side, square as can be.

    Examples
    --------
    >>> density_shape(Frame(800, 600)), density_shape(Frame(300, 600))
    ((96, 128), (128, 64))
    """
    cell = max(frame.size) / LONGER_SIDE
    return max(1, round(frame.height / cell)), max(1, round(frame.width / cell))


@dataclass(frozen=True)
class DensityGround:
    """What density measures need besides a density, learned once from all people.

    Parameters
    ----------
    bias : CentreBias
        Baseline: where people look on the other images.
    others : (m, 3) float64
        Fixations in a random order: x and y as shares of width and height, and the number of their stimulus.
    stimuli : tuple of str
        Stimuli by number.
    bandwidth, centre_share : float
        Of the gold standard: standard deviation as a share of the width, and weight of the centre bias, under which
        each person's fixations are likeliest given the other people's.
    seed : int
        Of the run.
    """

    bias: CentreBias
    others: np.ndarray
    stimuli: tuple[str, ...]
    bandwidth: float
    centre_share: float
    seed: int

    @classmethod
    def of(cls, human: Scanpaths, trials: Sequence[Trial], *, seed: int) -> Self:
        """Learn from people's paths, px."""
        of = human.path_of()
        size = human.table[["width", "height"]].to_numpy(float)[of]
        codes, names = pd.factorize(human.table["stimulus"])
        code = codes[of]
        x, y = human.x / size[:, 0], human.y / size[:, 1]
        bias = CentreBias(x, y, np.asarray(names, dtype=object)[code])
        inside = np.flatnonzero((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
        order = inside[keyed_rng(seed, "other fixations").permutation(len(inside))]
        others = np.column_stack([x, y, code])[order]
        ground = cls(bias, others, tuple(map(str, names)), BANDWIDTHS[0], CENTRE_SHARES[0], seed)
        chosen = _choose_gold(ground, human, trials)
        return cls(bias, others, ground.stimuli, *chosen, seed)

    def others_than(self, stimulus: str) -> np.ndarray:
        """(m, 2) float64: up to `OTHERS` fixations on other images."""
        number = self.stimuli.index(stimulus) if stimulus in self.stimuli else -1
        return self.others[self.others[:, 2] != number][:OTHERS, :2]

    def gold(self, maps: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Log density of people whose smoothed maps (p, rows, columns) are given; `baseline` is the centre bias's."""
        density = maps.sum(axis=0)
        return np.log((1 - self.centre_share) * density / density.sum() + self.centre_share * np.exp(baseline))

    def about(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            "longer_side_cells": LONGER_SIDE,
            "centre_bias_bandwidth": self.bias.bandwidth,
            "centre_bias_uniform_share": self.bias.uniform_share,
            "gold_standard_bandwidth": self.bandwidth,
            "gold_standard_centre_share": self.centre_share,
            "other_fixations": OTHERS,
            "draws_of_halves": DRAWS,
        }


def score_densities(
    names: Iterable[str], density: LogDensity | None, trials: Sequence[Trial], human: Scanpaths, ground: DensityGround
) -> pd.DataFrame:
    """Mean score of one source's densities on each stimulus.

    Measures of fixations are averaged within each person, then over people; a person's fixations meet a gold standard
    of the other people. Measures of maps are averaged over `DRAWS` draws of half of the people, whose map the density
    is compared with; the gold standard is made of the other half.

    Parameters
    ----------
    names : iterable of str
        Density measures.
    density : callable, optional
        `log_density(trial, shape)` of a model; None for people.
    trials : sequence of Trial
        What to score.
    human : Scanpaths
        People's paths on them, px.
    ground : DensityGround
        From all people.

    Returns
    -------
    pandas.DataFrame
        metric, stimulus, value, pairs (people, or draws), undefined (of these).
    """
    names = list(names)
    rows_of = human.table.groupby("trial", sort=False).indices
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for trial in trials:
        if trial.id in rows_of:
            for output, values in _score_trial(names, density, trial, human[rows_of[trial.id]], ground).items():
                found.setdefault((output, trial.stimulus), []).append(values)
    rows = []
    for (output, stimulus), parts in found.items():
        values = np.concatenate(parts)
        fine = np.isfinite(values)
        mean = float(values[fine].mean()) if fine.any() else float("nan")
        rows.append((output, stimulus, mean, len(values), int((~fine).sum())))
    return pd.DataFrame(rows, columns=["metric", "stimulus", "value", "pairs", "undefined"])


def _score_trial(
    names: Sequence[str], density: LogDensity | None, trial: Trial, human: Scanpaths, ground: DensityGround
) -> dict[str, np.ndarray]:
    """Values of each person, or of each draw, by output."""
    shape = density_shape(trial.frame)
    people = _People(human, trial.frame, shape, ground.bandwidth if density is None else None)
    baseline = ground.bias.log_density(trial.stimulus, shape)
    given = {"baseline": baseline, "others": ground.others_than(trial.stimulus)}
    own = None if density is None else np.asarray(density(trial, shape), dtype=np.float64)

    def of(rows: np.ndarray) -> np.ndarray | None:
        """The density that is judged: the model's, or the gold standard of some people."""
        if own is not None:
            return own
        return ground.gold(people.maps[rows], baseline) if people.maps[rows].any() else None

    out: dict[str, list[float]] = {}
    everybody = np.arange(len(people.points))
    # A model's density is scored at everybody's fixations at once, people's once per person left out.
    groups = [everybody] if own is not None else [everybody[[person]] for person in everybody]
    for group in groups:
        judged = of(np.setdiff1d(everybody, group))
        x, y = (np.concatenate([people.points[k][axis] for k in group]) for axis in (0, 1))
        ends = np.cumsum([len(people.points[k][0]) for k in group])[:-1]
        for metric in (density_metrics[name] for name in names):
            if metric.per == "fixation":
                needs = {need: given[need] for need in metric.needs}
                blank = np.full((len(x), len(metric.outputs)), np.nan)
                values = blank if judged is None else metric.score(judged, x, y, size=trial.frame.size, **needs)
                for part in np.split(values, ends):
                    _add(out, metric.outputs, _column_means(part))
    sigma = trial.frame.px_per_degree or SIGMA_SHARE * trial.frame.width
    for draw in range(DRAWS):
        order = keyed_rng(ground.seed, "halves of people", trial.id, draw).permutation(len(people.points))
        half, rest = order[: len(order) // 2], order[len(order) // 2 :]
        points = tuple(np.concatenate([people.points[k][axis] for k in rest]) for axis in (0, 1))
        judged = of(half)
        for metric in (density_metrics[name] for name in names):
            if metric.per == "image":
                blank = np.full((1, len(metric.outputs)), np.nan)
                values = blank if judged is None else metric.score(judged, *points, size=trial.frame.size, sigma=sigma)
                _add(out, metric.outputs, values[0])
    return {output: np.array(values) for output, values in out.items()}


class _People:
    """Each person's fixations on one trial, and their smoothed maps."""

    def __init__(self, human: Scanpaths, frame: Frame, shape: tuple[int, int], bandwidth: float | None) -> None:
        of = pd.factorize(human.table["subject"])[0][human.path_of()]
        self.points = [(human.x[of == k], human.y[of == k]) for k in range(int(of.max(initial=-1)) + 1)]
        sigma = 0.0 if bandwidth is None else bandwidth * frame.width
        maps = [
            np.zeros(shape)
            if bandwidth is None
            else fixation_map(x, y, shape, sigma=sigma, size=frame.size) * np.isfinite(x).sum()
            for x, y in self.points
        ]
        self.maps = np.array(maps).reshape(-1, *shape)


def _choose_gold(ground: DensityGround, human: Scanpaths, trials: Sequence[Trial]) -> tuple[float, float]:
    """Bandwidth and weight of the centre bias under which each person's fixations are likeliest, given the others'.

    Chosen on up to `CHOICE_STIMULI` stimuli, so that it does not take as long as the evaluation.
    """
    rows_of = human.table.groupby("trial", sort=False).indices
    shown = [t for t in trials if t.id in rows_of]
    picked = np.sort(keyed_rng(ground.seed, "gold standard").permutation(len(shown))[:CHOICE_STIMULI])
    total = np.zeros((len(BANDWIDTHS), len(CENTRE_SHARES)))
    for trial in (shown[k] for k in picked):
        shape = density_shape(trial.frame)
        bias = np.exp(ground.bias.log_density(trial.stimulus, shape))
        for i, bandwidth in enumerate(BANDWIDTHS):
            people = _People(human[rows_of[trial.id]], trial.frame, shape, bandwidth)
            everything = people.maps.sum(axis=0)
            for (x, y), own in zip(people.points, people.maps, strict=True):
                rest = np.maximum(everything - own, 0.0)
                if not rest.sum() > 0:
                    continue
                at_rest, at_bias = (values_at(m, x, y, trial.frame.size) for m in (rest / rest.sum(), bias))
                inside = ~np.isnan(at_rest)
                for j, share in enumerate(CENTRE_SHARES):
                    total[i, j] += np.log((1 - share) * at_rest[inside] + share * at_bias[inside]).sum()
    best = divmod(int(total.argmax()), len(CENTRE_SHARES))
    return float(BANDWIDTHS[best[0]]), float(CENTRE_SHARES[best[1]])


def _add(out: dict[str, list[float]], outputs: Sequence[str], values: np.ndarray) -> None:
    for output, value in zip(outputs, values, strict=True):
        out.setdefault(output, []).append(float(value))


def _column_means(values: np.ndarray) -> np.ndarray:
    """Mean over fixations inside the image; one of probability 0 makes it -inf."""
    kept = values[~np.isnan(values).any(axis=1)]
    return kept.mean(axis=0) if len(kept) else np.full(values.shape[1], np.nan)


def without_density(models: Mapping[str, Any]) -> list[str]:
    """Names of the models that give no density."""
    return [name for name, model in models.items() if density_of(model) is None]
