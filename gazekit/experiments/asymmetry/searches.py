"""One search: where a model looked until it came to the target, and how many saccades that took."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.trials import Box, Trial
from gazekit.experiments.asymmetry.displays import condition_of, limit, set_size, target_cell
from gazekit.experiments.asymmetry.searchers import Searcher
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.capabilities import Searches, SearchResult
from gazekit.models.contract import ScanpathModel, assemble, predicted
from gazekit.models.threads import one_thread
from gazekit.runs.folder import write_table

REACH = 10  # px, side of the square within which a target is recognised (Gupta et al. 2021)


def search_trials(
    model: ScanpathModel, trials: Sequence[Trial], *, seed: int = 0, reach: float = REACH, absent: bool = False
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
    absent : bool
        Whether a trial without `target_box` shows no target: its search goes on until the model stops or its limit.

    Raises
    ------
    MissingNeedError
        A trial lacks what the model or this experiment needs.
    GazekitError
        The model does not declare whether its paths begin with the start.
    """
    model.check_needs(trials)
    for trial in trials:
        if trial.target_box is None and not absent:
            raise MissingNeedError(f"trial {trial.id!r} has no target_box, so that no search in it can end")
        limit(trial)
    if isinstance(model, Searches):
        return [model.search(trial) for trial in trials]
    paths = predicted(model, trials, n_samples=1, seed=seed, progress=False)
    if paths.facts.forced_first is None:
        raise GazekitError(
            f"model {model.name!r} does not declare whether its paths begin with the place where gaze was at the "
            f"start; set facts = Facts(forced_first=False) or True, which says how many saccades a path has"
        )
    skip = 1 if paths.facts.forced_first else 0
    return [_followed(path.xy[skip:], trial, reach) for path, trial in zip(paths, trials, strict=True)]


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
    xy = xy[: limit(trial)]
    found = np.zeros(len(xy), bool) if trial.target_box is None else touches(xy, trial.target_box, reach)
    xy = xy[: found.argmax() + 1] if found.any() else xy
    start = trial.frame.centre if trial.start is None else trial.start
    return SearchResult(np.concatenate([[start], xy]).astype(float), bool(found.any()))


FACTS = Facts(forced_first=True, cut_at_target=True, points="fixations")


@dataclass(frozen=True)
class SearchPiece:
    """Some displays of one cell, searched by one row of the tables.

    Parameters
    ----------
    part : path
        Beside which its two files lie.
    row : Searcher
        Who searches.
    identity : str
        What the manifest says of the model, its weights included.
    displays : sequence of (int, Trial)
        With their numbers in the cell.
    seed, reach, absent
        See `search_trials`. Where targets may be absent, the rows say whether one is present, and how strongly the
        place of each saccade called (`a_1`, `a_2`, ...).
    """

    part: Path
    row: Searcher
    identity: str
    displays: Sequence[tuple[int, Trial]]
    seed: int
    reach: float
    absent: bool = False

    @property
    def scanpaths(self) -> Path:
        """File of the searches as scanpaths."""
        return self.part.with_suffix(".scanpaths.parquet")

    @property
    def trials(self) -> Path:
        """File of the rows of the table of trials."""
        return self.part.with_suffix(".trials.parquet")

    def __call__(self) -> list[Path]:
        """Search, and write the two files."""
        name, trials = self.row.name, [trial for _, trial in self.displays]
        model = _model(self.row, condition_of(trials[0])[0], self.identity)
        with one_thread():
            asked = [_distractor_sought(t) for t in trials] if self.row.options.get("swap_target") else trials
            found = search_trials(model, asked, seed=self.seed, reach=self.reach, absent=self.absent)
        paths = [(s.fixations[:, 0], s.fixations[:, 1], None) for s in found]
        assemble(name, trials, 1, paths, FACTS).save(self.scanpaths)
        table = pd.DataFrame([_row(name, k, t, s, self.absent) for (k, t), s in zip(self.displays, found, strict=True)])
        write_table(table, self.trials)
        return [self.scanpaths, self.trials]


def _distractor_sought(trial: Trial) -> Trial:
    """The control with a swapped target gives a model another item than the one sought; without a target any is."""
    absent = trial.target_box is None and trial.objects is not None and len(trial.objects)
    return replace(trial, target_object=0) if absent else trial


def _row(name: str, display: int, trial: Trial, search: SearchResult, absent: bool) -> dict[str, Any]:
    experiment, condition = condition_of(trial)
    weights = search.level_weights
    return {
        "model": name,
        "experiment": experiment,
        "condition": condition,
        "set_size": set_size(trial),
        "display": display,
        "trial": trial.id,
        "saccades": search.saccades,
        "found": search.found,
        "limit": limit(trial),
        "cell": target_cell(trial),
        **{f"w_{k + 1}": float(w) for k, w in enumerate(weights.mean(axis=0) if weights.size else ())},
        **({"present": trial.target_box is not None} if absent else {}),
        **({f"a_{k + 1}": float(a) for k, a in enumerate(search.activations)} if absent else {}),
    }


# A network is loaded once per process and experiment, not once per piece. Processes may outlive a run: the key holds
# what the manifest says of the model, its weights included.
_MADE: dict[str, ScanpathModel] = {}


def _model(row: Searcher, experiment: str, identity: str) -> ScanpathModel:
    if isinstance(row.make, ScanpathModel):
        return row.model(experiment)
    key = f"{row.name}/{experiment}/{identity}"
    if key not in _MADE:
        _MADE.clear()  # first: never two networks at once
        _MADE[key] = row.model(experiment)
    return _MADE[key]
