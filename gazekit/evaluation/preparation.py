"""Check human and predicted scanpaths, make them comparable before they are scored, and say what was done.

Metrics refuse paths whose declared facts disagree. The evaluation converts instead, by three rules that it writes into
the manifest: a forced first fixation is dropped (nobody chose it), predictions are cut at the target where people's
paths are, and empty human paths are left out and counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.foundations.notices import notify_once
from gazekit.models.baselines.precomputed import Precomputed
from gazekit.models.contract import ScanpathModel

if TYPE_CHECKING:
    from gazekit.checks import Findings

FIRST_DROPPED = "The forced first fixation of every human path was dropped."


@dataclass(frozen=True)
class PreparedHumans:
    """Human scanpaths ready for scoring.

    Parameters
    ----------
    paths : Scanpaths
        Without forced first fixations and without empty paths.
    notes : tuple of str
        What was done, one sentence each.
    """

    paths: Scanpaths
    notes: tuple[str, ...]


def prepare_humans(dataset: Dataset) -> PreparedHumans:
    """Drop forced first fixations and empty paths of a data set's human scanpaths.

    Raises
    ------
    DataError
        Nothing is left to score against.
    """
    paths, notes = dataset.scanpaths, []
    if paths.facts.forced_first:
        paths = paths.drop_first()
        notes.append(FIRST_DROPPED)
    empty = paths.lengths == 0
    if empty.any():
        paths = paths.filter(~empty)
        notes.append(f"{int(empty.sum())} human paths without a fixation were left out.")
    if len(paths) == 0:
        raise DataError(f"data set {dataset.name!r} has no human scanpath to score against")
    return PreparedHumans(paths, tuple(notes))


def checked(dataset: Dataset, models: Sequence[ScanpathModel] = (), accept: Iterable[str] = ()) -> "list[Findings]":
    """Check people's data and predictions that came from files; say what is suspicious, and refuse nonsense.

    Returns
    -------
    list of Findings
        Of the data set, then of each `Precomputed` model.

    Raises
    ------
    DataError
        Nonsense whose check is not in `accept`.
    UnknownNameError
        No such check.
    """
    from gazekit.checks import check, check_predictions

    accept = tuple(accept)
    found = [check(dataset, accept=accept)]
    for model in models:
        if isinstance(model, Precomputed):
            found.append(check_predictions(model.given, dataset, accept=accept, name=model.name, mend=model.mend))
    for findings in found:
        findings.refuse_nonsense()
        for line in findings.lines():
            notify_once(line, line)
    return found


def prepare_predictions(predicted: Scanpaths, human: Scanpaths, dataset: Dataset) -> Scanpaths:
    """Bring predictions to the facts of prepared human paths; what cannot be converted is refused by the metrics."""
    if predicted.facts.forced_first:
        predicted = predicted.drop_first()
    if human.facts.cut_at_target and not predicted.facts.cut_at_target:
        predicted = predicted.truncate(at_target=dataset.target_boxes())
    return predicted
