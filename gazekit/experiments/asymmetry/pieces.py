"""One piece of a run: up to ten displays of one cell, searched by one model and written whole or not at all."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.trials import Trial
from gazekit.experiments.asymmetry.displays import condition_of, set_size, target_cell
from gazekit.experiments.asymmetry.searchers import Searcher
from gazekit.experiments.asymmetry.searches import Search, limit, search_trials
from gazekit.models.contract import ScanpathModel, assemble
from gazekit.runs.folder import write_table
from gazekit.runs.last_used import LastUsed
from gazekit.runs.seals import seal

FACTS = Facts(forced_first=True, cut_at_target=True, points="fixations")


def files(part: Path) -> tuple[Path, Path]:
    """The two files of a piece: scanpaths, and trials."""
    return part.with_suffix(".scanpaths.parquet"), part.with_suffix(".trials.parquet")


def search_piece(
    part: Path, row: Searcher, identity: str, displays: Sequence[tuple[int, Trial]], seed: int, reach: float
) -> None:
    """Search one piece, write its two files, and seal them."""
    trials = [trial for _, trial in displays]
    model = _model(row, condition_of(trials[0])[0], identity)
    with _one_thread():
        found = search_trials(model, trials, seed=seed, reach=reach)
    paths = [(s.fixations[:, 0], s.fixations[:, 1], None) for s in found]
    assemble(row.name, trials, 1, paths, FACTS).save(files(part)[0])
    table = pd.DataFrame([_row(row.name, k, t, s) for (k, t), s in zip(displays, found, strict=True)])
    write_table(table, files(part)[1])
    seal(part, files(part))


def _row(name: str, display: int, trial: Trial, search: Search) -> dict[str, Any]:
    experiment, condition = condition_of(trial)
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
        **{f"w_{k + 1}": float(w) for k, w in enumerate(search.level_weights)},
    }


# A network is loaded once per process and experiment, not once per piece. Processes may outlive a run: the key holds
# what the manifest says of the model, its weights included.
_MADE = LastUsed(1)


def _model(row: Searcher, experiment: str, identity: str) -> ScanpathModel:
    if isinstance(row.make, ScanpathModel):
        return row.model(experiment)
    key = f"{row.name}/{experiment}/{identity}"
    made: ScanpathModel = _MADE.get(key, lambda: row.model(experiment))
    return made


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
