"""One piece of a run: up to ten displays of one cell, searched by one model and written whole or not at all."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.trials import Trial
from gazekit.experiments.asymmetry.displays import condition_of, set_size, target_cell
from gazekit.experiments.asymmetry.searchers import Searcher
from gazekit.experiments.asymmetry.searches import limit, search_trials
from gazekit.models.capabilities import SearchResult
from gazekit.models.contract import ScanpathModel, assemble
from gazekit.runs.folder import write_table
from gazekit.runs.seals import seal

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
    seed, reach
        See `search_trials`.
    """

    part: Path
    row: Searcher
    identity: str
    displays: Sequence[tuple[int, Trial]]
    seed: int
    reach: float

    @property
    def scanpaths(self) -> Path:
        """File of the searches as scanpaths."""
        return self.part.with_suffix(".scanpaths.parquet")

    @property
    def trials(self) -> Path:
        """File of the rows of the table of trials."""
        return self.part.with_suffix(".trials.parquet")

    def __call__(self) -> None:
        """Search, write the two files, and seal them."""
        name, trials = self.row.name, [trial for _, trial in self.displays]
        model = _model(self.row, condition_of(trials[0])[0], self.identity)
        with _one_thread():
            found = search_trials(model, trials, seed=self.seed, reach=self.reach)
        paths = [(s.fixations[:, 0], s.fixations[:, 1], None) for s in found]
        assemble(name, trials, 1, paths, FACTS).save(self.scanpaths)
        table = pd.DataFrame([_row(name, k, t, s) for (k, t), s in zip(self.displays, found, strict=True)])
        write_table(table, self.trials)
        seal(self.part, (self.scanpaths, self.trials))


def _row(name: str, display: int, trial: Trial, search: SearchResult) -> dict[str, Any]:
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


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keep torch to one thread: sums over channels may differ in their last bits with the number of threads."""
    torch = sys.modules.get("torch")  # a model without a network has not imported it
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
