"""Energy scores: how far a source is from people, less half of how far it is from itself, on two distances of paths."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.evaluation.bootstrap import interval, resample
from gazekit.metrics.pairwise import pairwise
from gazekit.protocols.averages import image_means
from gazekit.protocols.chen2021 import PORT

POINTS = 8  # to which a path is resampled for the euclidean distance


def energy_scores(people: Scanpaths, sources: Mapping[str, Scanpaths], threads: int | None) -> dict[str, Any]:
    """E d(g, h) - E d(g, g') / 2, and how well a source agrees with itself, of two distances.

    Parameters
    ----------
    people : Scanpaths
        Without empty paths.
    sources : mapping of str to Scanpaths
        Paths of the same trials.
    threads : int, optional
        Threads to use; the result does not depend on it.

    Returns
    -------
    dict
        `rows`: a source and a distance each. Energy and its interval are of the images on which a source has two
        paths or more; `images` counts these (or, where there are none, those with a path), where they are not all.
    """
    rows = []
    stimuli = people.table["stimulus"].unique()
    place = {stimulus: k for k, stimulus in enumerate(stimuli)}
    everybody = {HUMAN: people, **{name: paths.filter(stimulus=list(stimuli)) for name, paths in sources.items()}}
    embedded = {name: _embedded(paths) for name, paths in everybody.items()}

    def by_image(distance: str, name: str, other: str) -> np.ndarray:
        """(images,): mean distance of all pairs on each image; of different paths where both are the same."""
        paths, theirs = everybody[name], everybody[other]
        pairs = _pairs(paths, theirs, same=name == other)
        if distance == "scanmatch":
            values = 1 - pairwise("scanmatch", paths, theirs, pairs, threads=threads, check=False, **PORT)[:, 0]
        else:
            i, j = pairs.T
            values = np.sqrt(((embedded[name][i] - embedded[other][j]) ** 2).sum(axis=1))
        return image_means(values, paths.table["stimulus"].map(place).to_numpy()[pairs[:, 0]], len(place))

    for distance in ("euclidean", "scanmatch"):
        for name in everybody:
            across = by_image(distance, name, HUMAN)
            within = across if name == HUMAN else by_image(distance, name, name)
            score = across - within / 2
            known = score[np.isfinite(score)]
            low, high = interval(known[resample(len(known))].mean(axis=1)) if len(known) > 1 else (np.nan, np.nan)
            rows.append({
                "distance": distance, "source": name, "energy": _mean(score), "low": low, "high": high,
                "to_people": _mean(across), "to_itself": _mean(within),
            })  # fmt: skip
            if (fewer := len(known) or int(np.isfinite(across).sum())) < len(place):
                rows[-1] |= {"images": fewer}
    return {"points": POINTS, "rows": rows}


def _mean(values: np.ndarray) -> float:
    fine = np.isfinite(values)
    return float(values[fine].mean()) if fine.any() else np.nan


def _pairs(a: Scanpaths, b: Scanpaths, *, same: bool) -> np.ndarray:
    """(n, 2): paths of the same trial that have a fixation; each two once where both are the same."""
    pairs = [np.empty((0, 2), dtype=np.int64)]
    theirs = b.table.groupby("trial", sort=False).indices
    for trial, rows in a.table.groupby("trial", sort=False).indices.items():
        grid = np.stack(np.meshgrid(rows, theirs.get(trial, []), indexing="ij"), axis=-1).reshape(-1, 2)
        pairs.append(grid[grid[:, 0] < grid[:, 1]] if same else grid)
    joined = np.concatenate(pairs).astype(np.int64)
    return joined[(a.lengths[joined[:, 0]] > 0) & (b.lengths[joined[:, 1]] > 0)]


def _embedded(paths: Scanpaths) -> np.ndarray:
    """(n, 2 * POINTS): each path at equal steps along its fixations, in shares of the longer side over sqrt(POINTS)."""
    found = np.full((len(paths), 2 * POINTS), np.nan)
    for k, path in enumerate(paths):
        if len(path):
            at = np.linspace(0, len(path) - 1, POINTS)
            found[k] = np.concatenate([np.interp(at, np.arange(len(path)), side) for side in (path.x, path.y)])
            found[k] /= max(path.frame.size) * np.sqrt(POINTS)
    return found
