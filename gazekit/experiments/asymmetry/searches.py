"""One search: where a model looked until it came to the target, and how many saccades that took."""

from collections.abc import Sequence

import numpy as np

from gazekit.core.trials import Box, Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.capabilities import Searches, SearchResult
from gazekit.models.contract import ScanpathModel

REACH = 10  # px, side of the square within which a target is recognised (Gupta et al. 2021)


def search_trials(
    model: ScanpathModel, trials: Sequence[Trial], *, seed: int = 0, reach: float = REACH
) -> list[SearchResult]:
    """Let a model search.

    A model with a method `search(trial)` (eccNET) is asked that: it knows when it has found the target. Of any other
    model one scanpath per trial is predicted, and the first fixation whose square of side `reach` touches
    `trial.target_box` ends the search. Where gaze was at the start is not tested, so at least one saccade is made.

    Parameters
    ----------
    model : ScanpathModel
        Any.
    trials : sequence of Trial
        Search displays.
    seed : int
        Seed of predicted scanpaths.
    reach : float
        Side of the square, px; does not concern a model with `search`.

    Raises
    ------
    MissingNeedError
        A trial lacks what the model or this experiment needs.
    GazekitError
        The model does not declare whether its paths begin with the start.
    """
    model.check_needs(trials)
    for trial in trials:
        if trial.target_box is None:
            raise MissingNeedError(f"trial {trial.id!r} has no target_box, so that no search in it can end")
        limit(trial)
    if isinstance(model, Searches):
        return [model.search(trial) for trial in trials]
    paths = model.predict(trials, n_samples=1, seed=seed, progress=False)
    if paths.facts.forced_first is None:
        raise GazekitError(
            f"model {model.name!r} does not declare whether its paths begin with the place where gaze was at the "
            f"start; set facts = Facts(forced_first=False) or True, which says how many saccades a path has"
        )
    skip = 1 if paths.facts.forced_first else 0
    return [_followed(path.xy[skip:], trial, reach) for path, trial in zip(paths, trials, strict=True)]


def limit(trial: Trial) -> int:
    """Most saccades that a search of this trial may take.

    Raises
    ------
    MissingNeedError
        The trial does not say.
    """
    if trial.max_fixations is None:
        raise MissingNeedError(f"trial {trial.id!r} has no max_fixations, so that a search in it may never end")
    return int(trial.max_fixations)


def touches(fixations: np.ndarray, box: Box, reach: float = REACH) -> np.ndarray:
    """Whether the square of side `reach` around each fixation overlaps a box.

    The square spans x - reach / 2 to x + reach / 2, and likewise for y. For whole px this is the published square of
    columns x - 5 to x + 4 against the target's columns x0 to x1 - 1.

    Parameters
    ----------
    fixations : (n, 2) float64
        x, y px.
    box : Box
        The target.
    reach : float
        Side of the square, px.

    Returns
    -------
    (n,) bool

    Examples
    --------
    >>> touches(np.array([[5.0, 20.0], [6.0, 20.0]]), Box(10, 10, 30, 30)).tolist()
    [False, True]
    """
    x, y = np.asarray(fixations, dtype=float).reshape(-1, 2).T
    half = reach / 2
    return (x - half < box.x1) & (x + half > box.x0) & (y - half < box.y1) & (y + half > box.y0)


# ---------------------------------------------------------------- inside


def _followed(xy: np.ndarray, trial: Trial, reach: float) -> SearchResult:
    assert trial.target_box is not None  # noqa: S101 -- checked by the caller; for type checkers
    xy = xy[: limit(trial)]
    hits = np.flatnonzero(touches(xy, trial.target_box, reach))
    xy = xy[: hits[0] + 1] if len(hits) else xy
    start = trial.frame.centre if trial.start is None else trial.start
    return SearchResult(np.concatenate([[start], xy]).astype(float), bool(len(hits)))
