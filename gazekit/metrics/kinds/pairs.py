"""Pairs of scanpaths: each path of a source against every person's path of the same trial, averaged by stimulus."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.context import Context, Source
from gazekit.metrics.measure import Kind, Measure, Scored, join_scored, make, options_of
from gazekit.metrics.pairwise import pairwise

CHUNK_PAIRS = 50_000


class PairSteps(NamedTuple):
    """What computes a measure of pairs.

    Attributes
    ----------
    prepare : callable
        `prepare(columns, **options) -> prepared`: the work that is done once per scanpath; see
        `gazekit.metrics.columns.Columns`.
    score : callable
        `score(prepared_a, prepared_b, pairs, out, **options)`: fills `out` (n, len(outputs)) for `pairs` (n, 2) int64.
        It must not hold the interpreter's lock, and must treat each pair by itself.
    frame : {"always", "over_diagonal", "never"}
        When a single pair of arrays needs the size of the image: always, with the option `over_diagonal`, or never.
    """

    prepare: Callable[..., Any]
    score: Callable[..., None]
    frame: Literal["always", "over_diagonal", "never"] = "always"


def pair_measure(
    function: Callable[..., Any],
    *,
    prepare: Callable[..., Any],
    score: Callable[..., None],
    frame: Literal["always", "over_diagonal", "never"] = "always",
    outputs: tuple[str, ...] = (),
    symmetric: bool = True,
    **facts: Any,
) -> Measure:
    """Make and register a measure of pairs of scanpaths.

    Parameters
    ----------
    function : callable
        Its public function of two paths. The measure has its name, and its parameters after the paths as options.
    prepare, score, frame
        See `PairSteps`.
    outputs : tuple of str
        Names of its columns; default one, the measure's name.
    symmetric : bool
        See `Measure`.
    **facts
        Further fields of `Measure`: higher_is_better, bounds, summary, source at least.
    """
    name, steps, options = function.__name__, PairSteps(prepare, score, frame), options_of(function, 2)
    return make(name, PAIRS, "pair", steps, options, outputs or (name,), symmetric=symmetric, **facts)


def trial_pairs(predicted: Scanpaths, human: Scanpaths) -> Iterator[np.ndarray]:
    """Yield, trial by trial, every (row of predicted, row of human) to be compared.

    A path is never compared with one of the same person: human paths meet those of other subjects only, which is what
    makes the same code give the leave-one-subject-out ceiling.

    Yields
    ------
    (n, 2) int64
        The pairs of one trial.
    """
    rows_of = human.table.groupby("trial", sort=False).indices
    subjects, sources = human.table["subject"].to_numpy(), human.table["source"].to_numpy()
    own_subject, own_source = predicted.table["subject"].to_numpy(), predicted.table["source"].to_numpy()
    for trial, mine in predicted.table.groupby("trial", sort=False).indices.items():
        theirs = rows_of.get(trial)
        if theirs is None:
            continue
        left, right = np.repeat(mine, len(theirs)), np.tile(theirs, len(mine))
        same = (own_subject[left] == subjects[right]) & (own_source[left] == sources[right])
        yield np.column_stack([left, right])[~same]


def all_pairs(predicted: Scanpaths, human: Scanpaths) -> np.ndarray:
    """(n, 2) int64: the pairs of `trial_pairs`, of all trials."""
    return np.concatenate([np.empty((0, 2), dtype=np.int64), *trial_pairs(predicted, human)])


def _rows(chosen: Sequence[Measure], source: Source, people: Scanpaths, context: Context) -> Scored:
    """As `Measure.rows`. A stimulus whose paths meet no human path has the value NaN and 0 pairs.

    Cells: a person's pairs on a stimulus, on whichever side (so that all others remain when they are taken away), and
    those of each path, once for each of its donors.
    """
    stimulus_of, stimuli = pd.factorize(source.paths.table["stimulus"])
    judge_of, judges = pd.factorize(people.table["subject"], sort=True)
    named = {str(name): k for k, name in enumerate(judges)}
    rows, cells = [], []
    for measure in chosen:
        sums = _Sums(len(stimuli), len(measure.outputs))
        by_judge = _Sums(len(stimuli) * len(judges), len(measure.outputs))
        by_path = _Sums(len(stimulus_of), len(measure.outputs))
        mine = with_durations(source.paths) if "duration" in measure.needs else source.paths
        own = mine.table["subject"].map(named).to_numpy(int) if source.is_people else None
        for pairs in _chunks(trial_pairs(mine, people)):
            values = pairwise(measure, mine, people, pairs, threads=context.threads)
            of = stimulus_of[pairs[:, 0]]
            sums.add(of, values)
            by_judge.add(of * len(judges) + judge_of[pairs[:, 1]], values)
            if own is not None:
                by_judge.add(of * len(judges) + own[pairs[:, 0]], values)
            if source.donors is not None:
                by_path.add(pairs[:, 0], values)
        for k, output in enumerate(measure.outputs):
            value, pairs, undefined = sums.means(k)
            columns = {"stimulus": stimuli, "value": value, "pairs": pairs, "undefined": undefined}
            rows.append(pd.DataFrame({"model": source.name, "metric": output, **columns}))
            value, seen, undefined = by_judge.means(k)
            there = np.flatnonzero(seen > undefined)
            at, who = np.divmod(there, len(judges))
            columns = {"stimulus": stimuli[at], "donor": "", "subject": judges[who].astype(str).astype(object)}
            columns |= {"value": value[there], "pairs": (seen - undefined)[there], "x": np.nan, "y": np.nan}
            cells.append(pd.DataFrame({"model": source.name, "metric": output, **columns}))
            if source.donors is not None:
                value, seen, undefined = by_path.means(k)
                path = source.donors["path"].to_numpy(int)
                given, path = (of[(seen > undefined)[path]] for of in (source.donors, path))
                columns = {"stimulus": stimuli[stimulus_of[path]], "value": value[path]}
                columns |= {"pairs": (seen - undefined)[path], "subject": given["subject"].to_numpy()}
                columns |= {
                    "donor": given["stimulus"].to_numpy(),
                    "x": given["x"].to_numpy(),
                    "y": given["y"].to_numpy(),
                }
                cells.append(pd.DataFrame({"model": source.name, "metric": output, **columns}))
    return join_scored(rows, cells)


class _Sums:
    """Sums of defined values by place, several columns at once."""

    def __init__(self, places: int, columns: int) -> None:
        self.total, self.defined = np.zeros((2, columns, places))
        self.seen = np.zeros(places, dtype=np.int64)

    def add(self, places: np.ndarray, values: np.ndarray) -> None:
        """Add rows of `values` (n, columns) at their places (n,)."""
        count = len(self.seen)
        self.seen += np.bincount(places, minlength=count)
        for k, column in enumerate(values.T):
            fine = np.isfinite(column)
            # Added one by one, in the order of the pairs, so that chunks do not change the last bit.
            np.add.at(self.total[k], places[fine], column[fine])
            self.defined[k] += np.bincount(places[fine], minlength=count)

    def means(self, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean over defined values (NaN if none), how many values there were, and how many were not defined."""
        total, defined = self.total[k], self.defined[k]
        means = np.divide(total, defined, out=np.full_like(total, np.nan), where=defined > 0)
        return means, self.seen, self.seen - defined.astype(np.int64)


def with_durations(paths: Scanpaths) -> Scanpaths:
    """A model without durations is undefined (NaN, counted) on a measure that needs them, not an error."""
    return paths if paths.duration is not None else paths.replace(duration=paths.durations())


def _chunks(parts: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Join the pairs of small trials, so that memory is flat and kernels are kept busy."""
    held: list[np.ndarray] = []
    for part in parts:
        for start in range(0, len(part), CHUNK_PAIRS):
            held.append(part[start : start + CHUNK_PAIRS])
            if sum(map(len, held)) >= CHUNK_PAIRS:
                yield np.concatenate(held)
                held = []
    if held:
        yield np.concatenate(held)


def _lacking(measure: Measure, context: Context) -> str:
    if "duration" in measure.needs and context.people.duration is None:
        return "it needs fixation durations, and the human scanpaths have none"
    if "objects" in measure.needs and context.people.object_id is None:
        return "it needs the object of every fixation, and the human scanpaths have none"
    return ""


PAIRS = Kind("pairs of scanpaths", 0, _lacking, _rows)
