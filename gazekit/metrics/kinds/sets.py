"""Sets of scanpaths: distributions, rates and curves of one source's paths beside people's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gazekit.core.frames import check_comparable
from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import MissingNeedError, check_known
from gazekit.metrics.context import Context, Source, Trials
from gazekit.metrics.kinds.leaving_out import cells_of, deviations
from gazekit.metrics.means import mean_defined
from gazekit.metrics.measure import Kind, Measure, Scored, Unit, find, join_scored, make, options_of


@dataclass(frozen=True)
class PathSteps:
    """A measure of paths that knows its tables without each of the people from work that is done once."""

    compute: Callable[..., pd.DataFrame]
    without_each: Callable[..., dict[str, pd.DataFrame]]

    def __call__(self, a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> pd.DataFrame:
        """The table of all."""
        return self.compute(a, b, trials, **options)


OfRows = Callable[[np.ndarray, np.ndarray], Any]


@runtime_checkable
class SharesNegatives(Protocol):
    """Rows of two sets, scored image by image against what people did on the other images too."""

    def __call__(self, mine: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
        """As `RowSteps.of_rows` says."""

    def as_negatives(self, mine: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
        """How far each stimulus (the index) has moved the mean over stimuli of some outputs, as others' negative."""


@dataclass(frozen=True)
class RowSteps:
    """A measure that scores any rows of two sets of paths from work that is done once for all of them."""

    compute: Callable[..., Any] | None
    of_rows: Callable[..., OfRows]

    def __call__(self, a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> Any:
        """All rows of both."""
        if self.compute is not None:
            return self.compute(a, b, trials, **options)
        return self.of_rows(a, b, trials, **options)(np.arange(len(a)), np.arange(len(b)))


NEEDS = ("degrees", "duration", "start", "target_box", "objects", "target_object", "target_similarity")


def set_measure(
    compute: Callable[..., Any] | None,
    name: str,
    *,
    unit: Unit = "data set",
    without_each: Callable[..., dict[str, pd.DataFrame]] | None = None,
    of_rows: Callable[..., OfRows] | None = None,
    outputs: tuple[str, ...] = (),
    higher_is_better: bool | None = None,
    equal_sets: bool = True,
    **facts: Any,
) -> Measure:
    """Make and register a measure of sets of scanpaths.

    Parameters
    ----------
    compute : callable or None
        `compute(a, b, trials, *, options)`: `a` are the paths of one source, `b` people's, and `trials` maps trial ids
        to what they showed. For the unit "data set" it gives one number per output. For the others it gives a table
        with a row per stimulus (its index) and a column per output at least, NaN where not defined; measures that
        share the work share the function, which is then called once for all of them. None: `of_rows`, with all rows.
    name : str
        The measure's name.
    unit : {"data set", "stimulus", "path"}
        See `Measure`.
    without_each : callable, optional
        For the unit "path": `without_each(a, b, of_people, *, options)` gives a table without each of the people, by
        name, as `compute` would on what is left; see `_without_each`, which is taken otherwise.
    of_rows : callable, optional
        `of_rows(a, b, trials, *, options)` gives a function of rows of `a` and rows of `b`, (n,) int64 each, that gives
        what `compute(a[rows], b[rows], trials)` would, to rounding. It is asked only where no path of either set lacks
        what the measure needs.
    outputs : tuple of str
        Names of its columns; default one, the measure's name.
    higher_is_better : bool or None
        None for a description of `a`, which does not look at `b`.
    equal_sets : bool
        False for a measure that leaves out people's own paths itself and counts equally many people for models and for
        people, so that it may be given all paths of both. Otherwise nobody's paths may be in both sets.
    **facts
        Further fields of `Measure`: bounds, summary, source at least. `needs` are among `NEEDS`: "degrees" is px per
        degree of every path, "objects" object ids on the paths or boxes of the trials, "start" where gaze was at the
        start: the paths' first fixation, or the trials' start where an imposed one was dropped.
    """
    steps: Any = compute or of_rows
    options = options_of(steps, 3)
    if without_each is not None:
        steps = PathSteps(steps, without_each)
    elif of_rows is not None:
        steps = RowSteps(compute, of_rows)
    return make(
        name,
        SETS,
        unit,
        steps,
        options,
        outputs or (name,),
        higher_is_better,
        equal_sets=equal_sets,
        **facts,
    )


def score_sets(
    measure: str | Measure, a: Scanpaths, b: Scanpaths, trials: Trials | None = None, **options: Any
) -> np.ndarray:
    """Score one source's paths against people's.

    Parameters
    ----------
    measure : str or Measure
        A measure of sets, or its name.
    a : Scanpaths
        Paths of one source, of one stimulus or many.
    b : Scanpaths
        People's paths. A description of `a` does not look at them.
    trials : mapping of trial id to TrialContent, optional
        What the trials showed, where the measure needs it.
    **options
        The measure's options.

    Returns
    -------
    (k,) float64
        One value per output, NaN where it is not defined; the mean over stimuli where these have values of their own.

    Raises
    ------
    UnknownNameError
        No such measure or option.
    MismatchError
        The declared facts of the two sets disagree.
    MissingNeedError
        The sets or the trials lack something that the measure needs.

    Examples
    --------
    >>> from gazekit import Scanpaths
    >>> table = pd.DataFrame({"stimulus": ["s", "t"], "width": 100, "height": 100})
    >>> paths = Scanpaths([10, 90, 10, 90], [10, 90, 90, 10], [0, 2, 4], table)
    >>> score_sets("direction_js", paths, paths[[0, 0]]).round(2).tolist()
    [0.31, nan]
    """
    chosen = find(measure).with_options(**options)
    check_comparable(a.facts, b.facts)
    why = lacking_in(chosen, a, b, trials or {})
    if why:
        raise MissingNeedError(f"{chosen.name} cannot be computed: {why}")
    found = chosen.steps(a, b, trials or {}, **chosen.options)
    if chosen.unit != "data set":
        return np.array([mean_defined(found[output].to_numpy(np.float64)) for output in chosen.outputs])
    out = np.asarray(found, dtype=np.float64).reshape(-1)
    if len(out) != len(chosen.outputs):
        raise AssertionError(f"{chosen.name} gave {len(out)} values for {len(chosen.outputs)} outputs")
    return out


def lacking_in(measure: Measure, a: Scanpaths, b: Scanpaths, trials: Trials) -> str:
    """Why a measure cannot be computed on two sets, one clause; empty if it can."""
    whys = (_lacking_need(need, paths, trials) for need in measure.needs for paths in (a, b))
    return next(filter(None, whys), "")


def _lacking_need(need: str, paths: Scanpaths, trials: Trials) -> str:
    if need == "degrees":
        unknown = paths.facts.unit != "degrees" and paths.table["px_per_degree"].isna().to_numpy()
        if np.any(unknown):
            return f"it needs px per degree, and {int(np.sum(unknown))} of {len(paths)} paths have none"
        return ""
    if need == "duration":
        return "it needs fixation durations, and a set of scanpaths has none" if paths.duration is None else ""
    if need == "start":
        return _lacking_start(paths, trials)
    if need == "objects" and paths.object_id is not None:
        return ""
    check_known("need of a measure of sets", need, NEEDS)
    shown = paths.table["trial"].unique()
    known = [name in trials and getattr(trials[name], need) is not None for name in shown]
    if need == "objects" and not all(known):  # a fixation cannot be named without boxes
        return f"it needs objects, and trial {str(shown[known.index(False)])!r} has none"
    if known and not any(known):
        return f"it needs {need}, which none of the {len(shown)} trials has"
    return ""


def _lacking_start(paths: Scanpaths, trials: Trials) -> str:
    """Starts are put back before all paths or before none: before some, values would be of two kinds."""
    known = _starts_known(paths, trials)
    if paths.facts.forced_first or not known.any():
        return ""
    if paths.facts.unit != "px":
        return "the starts of the trials are in px, and these scanpaths are in degrees; score them in px"
    if not known.all():
        return f"it needs where gaze was at the start, which {(~known).sum()} of {len(known)} trials do not say"
    return ""


def _starts_known(paths: Scanpaths, trials: Trials) -> np.ndarray:
    """(trials,) bool: which trials of the paths say where gaze was at the start."""
    shown = paths.table["trial"].unique()
    return np.array([name in trials and trials[name].start is not None for name in shown], dtype=bool)


def _lacking(measure: Measure, context: Context) -> str:
    people = context.people
    if people.table["subject"].nunique() < 2:
        return "it compares people with other people, and there is only one subject"
    if "start" in measure.needs and context.first_dropped and not _starts_known(people, context.contents).any():
        return (
            "it needs where gaze was at the start: the imposed first fixation is dropped before scoring, and no trial "
            "says where it was; give start_x and start_y"
        )
    why = lacking_in(measure, people, people, context.contents)
    if why or measure.unit != "data set":
        return why
    if np.isfinite(score_sets(measure, people, people, context.contents)).any():
        return ""
    return "it has no value for people's own paths: what it needs was not recorded, or is dropped before scoring"


def value_of_whole(measure: Measure, a: Scanpaths, b: Scanpaths, trials: Trials) -> np.ndarray:
    """(k,) float64: as `score_sets` for the unit "data set", NaN where a set is empty or lacks what is needed."""
    if _undefined(measure, a, b, trials):
        return np.full(len(measure.outputs), np.nan)
    return score_sets(measure, a, b, trials)


class Parts:
    """Two sets of paths, any parts of which are scored, each named by its rows.

    Parameters
    ----------
    measures : sequence of Measure
        Measures of sets, of one unit: "stimulus" or "data set".
    a, b : Scanpaths
        The two sets, as in `set_measure`.
    trials : mapping of trial id to TrialContent
        What the trials showed.

    Examples
    --------
    >>> from gazekit import Scanpaths
    >>> table = pd.DataFrame({"stimulus": ["s", "t"], "width": 100, "height": 100})
    >>> paths = Scanpaths([10, 90, 10, 90], [10, 90, 90, 10], [0, 2, 4], table)
    >>> Parts([find("direction_js")], paths, paths, {}).values([0, 1], [0]).round(2).tolist()
    [0.31, nan]
    """

    def __init__(self, measures: Sequence[Measure], a: Scanpaths, b: Scanpaths, trials: Trials) -> None:
        check_comparable(a.facts, b.facts)
        self.measures, self.a, self.b, self.trials = measures, a, b, trials
        self.steps: list[tuple[Measure, OfRows | None]] = []  # measures that share work have the same function
        for measure in measures:
            shared = (q for m, q in self.steps if m.steps == measure.steps and m.options == measure.options)
            self.steps.append((measure, next(shared, None) or self._quick(measure)))

    def values(self, mine: ArrayLike, theirs: ArrayLike) -> np.ndarray:
        """(k,) float64: outputs of all measures of the data set, as `value_of_whole` of these rows."""
        rows = np.asarray(mine, dtype=np.int64), np.asarray(theirs, dtype=np.int64)
        found, paths = [], None
        for measure, quick in self.steps:
            if not len(rows[0]) or not len(rows[1]):
                found.append(np.full(len(measure.outputs), np.nan))
            elif quick is not None:
                found.append(np.asarray(quick(*rows), dtype=np.float64).reshape(len(measure.outputs)))
            else:
                paths = paths or (self.a[rows[0]], self.b[rows[1]])
                found.append(value_of_whole(measure, *paths, self.trials))
        return np.concatenate(found)

    def by_stimulus(self, mine: ArrayLike, theirs: ArrayLike) -> pd.DataFrame:
        """Outputs of all measures of stimuli (columns) of these rows; no row, or NaN, where there is no value."""
        rows = np.asarray(mine, dtype=np.int64), np.asarray(theirs, dtype=np.int64)
        if not len(rows[0]) or not len(rows[1]):
            return pd.DataFrame(columns=[output for measure in self.measures for output in measure.outputs])
        tables: list[tuple[Any, Any, pd.DataFrame]] = []
        found, paths = [], None
        for measure, quick in self.steps:
            same = (t for steps, options, t in tables if steps == measure.steps and options == measure.options)
            table = next(same, None)
            if table is None:
                if quick is not None:
                    table = quick(*rows)
                else:
                    paths = paths or (self.a[rows[0]], self.b[rows[1]])
                    table = pd.DataFrame()
                    if not lacking_in(measure, *paths, self.trials):
                        table = measure.steps(*paths, self.trials, **measure.options)
                tables.append((measure.steps, measure.options, table))
            found.append(table.reindex(columns=list(measure.outputs)))
        return pd.concat(found, axis=1)

    def as_negatives(self, mine: ArrayLike, theirs: ArrayLike) -> pd.DataFrame:
        """Outputs (columns) that are judged against other stimuli, too: see `SharesNegatives`."""
        rows = np.asarray(mine, dtype=np.int64), np.asarray(theirs, dtype=np.int64)
        found: dict[str, pd.Series] = {}
        for measure, quick in self.steps:
            if isinstance(quick, SharesNegatives) and len(rows[0]) and len(rows[1]):
                missing = [o for o in measure.outputs if o not in found]
                found.update({o: of for o, of in quick.as_negatives(*rows).items() if o in missing})
        return pd.DataFrame(found)

    def _quick(self, measure: Measure) -> OfRows | None:
        if not isinstance(measure.steps, RowSteps) or lacking_in(measure, self.a, self.b, self.trials):
            return None
        return measure.steps.of_rows(self.a, self.b, self.trials, **measure.options)


def _undefined(measure: Measure, a: Scanpaths, b: Scanpaths, trials: Trials) -> bool:
    return not len(a) or not len(b) or bool(lacking_in(measure, a, b, trials))


def _rows(chosen: Sequence[Measure], source: Source, people: Scanpaths, context: Context) -> Scored:
    """As `Measure.rows`: NaN where a set is empty or lacks what the measure needs (a model without durations).

    Cells: for measures of paths, each person left out of people (and of the paths, where those are people's).
    """
    counts = source.paths.table.groupby("stimulus", sort=False).size()
    tables: list[tuple[Measure, pd.DataFrame, dict[str, pd.DataFrame]]] = []
    parts, cells = [], []
    for measure in chosen:
        if measure.unit == "data set":
            value = value_of_whole(measure, source.paths, people, context.contents)
            found = pd.DataFrame([value], index=[""], columns=list(measure.outputs))
            of_row = pd.Series(1, index=found.index)
        else:
            same = ((t, w) for m, t, w in tables if m.steps == measure.steps and m.options == measure.options)
            known, without = next(same, (None, {}))
            if known is None:
                known = pd.DataFrame()
                if not _undefined(measure, source.paths, people, context.contents):
                    known = measure.steps(source.paths, people, context.contents, **measure.options)
                    without = {} if measure.unit != "path" else _without_each(measure, source, people, context)
                tables.append((measure, known, without))
            found = known.reindex(index=counts.index, columns=list(measure.outputs))
            of_row = counts
        for output in measure.outputs:
            value = found[output].to_numpy(np.float64)
            columns = {"stimulus": found.index, "value": value, "pairs": of_row.to_numpy()}
            missing = np.where(np.isnan(value), of_row.to_numpy(), 0)
            parts.append(pd.DataFrame({"model": source.name, "metric": output, **columns, "undefined": missing}))
            if measure.unit == "path":
                lost = pd.DataFrame({name: table[output] for name, table in without.items()}).T - found[output]
                of = {
                    (output, stimulus): list(zip(there.index, deviations(there.to_numpy()), strict=True))
                    for stimulus in lost
                    if len(there := lost[stimulus].dropna())
                }
                cells.append(cells_of(source.name, parts[-1], of))
    return join_scored(parts, cells)


def _without_each(measure: Measure, source: Source, people: Scanpaths, context: Context) -> dict[str, pd.DataFrame]:
    """Tables of a measure without each of the people, on the stimuli that this person has seen."""
    if isinstance(measure.steps, PathSteps):
        return measure.steps.without_each(source.paths, people, source.is_people, **measure.options)
    found = {}
    stimulus, subject = (people.table[name].to_numpy(dtype=str) for name in ("stimulus", "subject"))
    own = source.paths.table[["stimulus", "subject"]].astype(str)
    for name in np.unique(subject):
        seen = np.unique(stimulus[subject == name])
        mine = own["stimulus"].isin(seen) & ((own["subject"] != name) if source.is_people else True)
        theirs = np.isin(stimulus, seen) & (subject != name)
        a, b = source.paths[np.flatnonzero(mine)], people[np.flatnonzero(theirs)]
        if not _undefined(measure, a, b, context.contents):
            found[str(name)] = measure.steps(a, b, context.contents, **measure.options)
    return found


SETS = Kind("sets of scanpaths", 2, _lacking, _rows)
