"""Scanpath plausibility: how well the best-matching person accounts for a path, by string-based embedding."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, check_choice, check_whole
from gazekit.metrics.columns import AnyPath, columns_of
from gazekit.metrics.context import Trials
from gazekit.metrics.kinds.pairs import all_pairs
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import column_means
from gazekit.metrics.pairwise import pairwise
from gazekit.metrics.strings.string_time_delay_embedding import sbtde
from gazekit.metrics.strings.symbols import GRID, Symbols, strings_of

LENGTHS = tuple(range(1, 11))  # windows of 1 to 10 fixations, the NeVA line
FIXED_HUMANS = 4  # for the columns that compare data sets: each of ours has 5 people or more on nearly every trial
Definition = Literal["best_per_length", "best_human", "mean"]
DEFINITIONS: tuple[Definition, ...] = ("best_per_length", "best_human", "mean")
OUTPUTS = (
    *(f"plausibility_{definition}" for definition in DEFINITIONS),
    *(f"plausibility_{definition}_fixed" for definition in DEFINITIONS[:2]),
)
DISTINCT = "distinct_cells"
CAUTION = (
    "Plausibility rewards paths that repeat one central place: show it beside ten copies of the image's centre and the "
    "number of distinct cells of each path."
)


def plausibility(
    path: AnyPath,
    humans: Sequence[AnyPath] | Scanpaths,
    *,
    definition: Definition = "best_per_length",
    n_humans: int | None = None,
    lengths: Sequence[int] = LENGTHS,
    **options: Any,
) -> float:
    """Scanpath plausibility (SPP) of one path, given the paths of several people on the same image.

    The similarity of the path to a person at window length k is one minus `sbtde`. Published text takes the best
    person, and does not say whether for each k or once:

    * "best_per_length": the best person for each k, then the mean over k;
    * "best_human": the mean over k for each person, then the best person. Never above the first, if all people have
      paths long enough for every k. Where they have not, a short path has only its short windows, which are easier;
    * "mean": the mean over k for each person, then the mean over people. It does not grow with the number of people.

    A best of many grows with how many there are, so data sets with 15 and with 4 people per image cannot be compared.
    `n_humans` gives the expected score for n people drawn from those there are: exact, by counting draws, and the same
    on every call.

    Parameters
    ----------
    path : Scanpath, or (n, 2) or (n, 3) array
        The path that is judged.
    humans : sequence of Scanpath or arrays, or Scanpaths
        The people's paths on the same image.
    definition : {"best_per_length", "best_human", "mean"}
        See above.
    n_humans : int, optional
        People to draw; None takes all. For "best_per_length" the expectation at each k is over draws in which someone's
        path is long enough.
    lengths : sequence of int
        Window lengths k. Those above the length of the path or of all people's are left out of the mean.
    **options
        Of `sbtde`: size, transpositions, symbols, bins, temporal_bin_ms, fixatons_grid.

    Returns
    -------
    float
        Similarity in [0, 1]; higher is more plausible. Not symmetric. NaN if no k is defined with any person, or with
        fewer people than `n_humans`. **It rewards repeating one central place**: see `CAUTION` and the card.

    Raises
    ------
    GazekitError
        Options out of their range, or those of `sbtde`.
    MismatchError
        Frames that disagree.

    References
    ----------
    Schwinn et al. (2022), Behind the machine's gaze, TMLR. Not in any released code.

    Examples
    --------
    >>> humans = [[0, 1, 2, 2], [9, 1, 0]]  # the first is nearer in pairs of fixations, the second in single ones
    >>> options = {"symbols": "objects", "lengths": [1, 2]}
    >>> round(plausibility([0, 1, 9], humans, **options), 4)
    0.875
    >>> round(plausibility([0, 1, 9], humans, definition="best_human", **options), 4)
    0.75
    >>> round(plausibility([0, 1, 9], humans, definition="mean", **options), 4)
    0.7292
    """
    lengths = _check(definition, n_humans, lengths)
    table = [[1.0 - sbtde(path, human, k=k, **options) for k in lengths] for human in humans]
    return float(combine(np.array(table).reshape(-1, len(lengths)), definition, n_humans))


def plausibility_table(
    paths: Scanpaths,
    humans: Scanpaths,
    *,
    definition: Definition = "best_per_length",
    n_humans: int | None = None,
    lengths: Sequence[int] = LENGTHS,
    threads: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Plausibility of many paths, each judged by the people of its trial, never by the same person.

    Parameters
    ----------
    paths : Scanpaths
        The paths that are judged; people among them are judged by the other people (leave one out).
    humans : Scanpaths
        The people's.
    definition, n_humans, lengths, **options
        As in `plausibility`.
    threads : int, optional
        As in `pairwise`.

    Returns
    -------
    pandas.DataFrame
        A row per path: `plausibility`; `humans`, how many people it was judged by; `distinct`, how many different
        symbols it has. Print the last beside the first: see `CAUTION`.

    Raises
    ------
    GazekitError, MismatchError
        As in `plausibility`.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": "s", "subject": ["a", "b"], "width": 100, "height": 100}, index=[0, 1])
    >>> people = Scanpaths([10, 40, 90, 10, 90], [10, 40, 90, 10, 90], [0, 3, 5], table)
    >>> plausibility_table(people, people, lengths=[1, 2]).round(3).to_numpy().tolist()
    [[0.583, 1.0, 3.0], [0.75, 1.0, 2.0]]
    """
    lengths = _check(definition, n_humans, lengths)
    judged = similarities_to_people(paths, humans, lengths=lengths, threads=threads, **options)
    return pd.DataFrame(
        {
            "plausibility": combine(judged.similarities, definition, n_humans, judged.counted),
            "humans": judged.counted.sum(axis=1),
            "distinct": distinct_symbols(paths, **options),
        }
    )


class Judged(NamedTuple):
    """Paths and the people that they are judged by, padded to the largest number of people.

    Attributes
    ----------
    similarities : (paths, people, lengths) float64
        For `combine`; NaN where a path is too short.
    judge : (paths, people) int64
        Row of the human path; -1 where there is none.
    """

    similarities: np.ndarray
    judge: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """(paths, people) bool: where there is a person."""
        return self.judge >= 0


def similarities_to_people(
    paths: Scanpaths,
    humans: Scanpaths,
    *,
    lengths: Sequence[int] = LENGTHS,
    threads: int | None = None,
    **options: Any,
) -> Judged:
    """Similarity of each path to each person of its trial but the same one, at each window length.

    Parameters
    ----------
    paths, humans, lengths, threads, **options
        As in `plausibility_table`.

    Returns
    -------
    Judged
    """
    pairs = all_pairs(paths, humans)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    count = np.bincount(pairs[:, 0], minlength=len(paths))
    at = (pairs[:, 0], np.arange(len(pairs)) - np.repeat(np.cumsum(count) - count, count))
    judge = np.full((len(paths), max(count, default=0)), -1)
    judge[at] = pairs[:, 1]
    similarities = np.full((*judge.shape, len(lengths)), np.nan)
    for place, k in enumerate(lengths):
        found = pairwise("sbtde", paths, humans, pairs, threads=threads, k=k, **options)
        similarities[(*at, place)] = 1.0 - found[:, 0]
    return Judged(similarities, judge)


def distinct_symbols(paths: Scanpaths, **options: Any) -> np.ndarray:
    """(n,) int64: how many different cells (or objects) each path visits; options as in `plausibility_table`."""
    written = {name: option for name, option in options.items() if name != "transpositions"}
    strings = strings_of(columns_of(paths), "plausibility", **written)
    ends = strings.offsets
    return np.array([len(np.unique(strings.symbols[ends[i] : ends[i + 1]])) for i in range(len(paths))], dtype=np.int64)


def combine(
    similarities: np.ndarray,
    definition: Definition,
    n_humans: ArrayLike | None = None,
    counted: np.ndarray | None = None,
) -> np.ndarray:
    """Join the similarities of paths to each person at each window length; see `plausibility`.

    Parameters
    ----------
    similarities : (..., people, lengths) float64
        NaN where a path is too short.
    definition
        As in `plausibility`.
    n_humans : (...) int, optional
        People to draw for each path, as in `plausibility`.
    counted : (..., people) bool, optional
        The people that each path is judged by; default all.

    Returns
    -------
    (...) float64

    Examples
    --------
    >>> table = np.array([[0.9, 0.1], [0.5, 0.4], [0.1, 0.0]])
    >>> [round(float(combine(table, name)), 3) for name in ("best_per_length", "best_human", "mean")]
    [0.65, 0.5, 0.333]
    >>> round(float(combine(table, "best_human", n_humans=2)), 4)  # (0.5 + 0.5 + 0.45) / 3
    0.4833
    """
    counted = np.ones(similarities.shape[:-1], dtype=bool) if counted is None else counted
    people = counted.sum(axis=-1)
    drawn = people if n_humans is None else np.broadcast_to(np.asarray(n_humans), people.shape)
    fine = (drawn > 0) & (drawn <= people)
    values = np.where(counted[..., None] & fine[..., None, None], similarities, np.nan)
    if definition == "best_per_length":
        best = _expected_best(np.swapaxes(values, -1, -2), people[..., None], drawn[..., None])
        return column_means(best, axis=-1)
    own = column_means(values, axis=-1)
    return column_means(own, axis=-1) if definition == "mean" else _expected_best(own, people, drawn)


def _expected_best(values: np.ndarray, people: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Expected greatest defined value, along the last axis, of `drawn` of `people`, over the draws that have one.

    The i-th best (from 0) of N is the best of a draw of n in comb(N - 1 - i, n - 1) of the draws.
    """
    ranked = -np.sort(-values, axis=-1)  # NaN last
    draws = special.comb(people[..., None] - 1 - np.arange(values.shape[-1]), drawn[..., None] - 1)
    draws = np.where(np.isfinite(ranked), draws, 0.0)
    with np.errstate(invalid="ignore"):
        return (np.nan_to_num(ranked) * draws).sum(axis=-1) / draws.sum(axis=-1)


def _check(definition: str, n_humans: int | None, lengths: Sequence[int]) -> Sequence[int]:
    check_choice("plausibility: definition", definition, DEFINITIONS)
    if n_humans is not None:
        check_whole("plausibility: n_humans", n_humans, 1)
    if not len(lengths):
        raise GazekitError("plausibility: give at least one window length")
    for k in lengths:
        check_whole("plausibility: a window's k", k, 1)
    return [int(k) for k in lengths]


def plausibility_by_stimulus(
    a: Scanpaths,
    b: Scanpaths,
    trials: Trials | None = None,
    *,
    fixed_humans: int = FIXED_HUMANS,
    symbols: Symbols = "grid",
    bins: tuple[int, int] = GRID,
    temporal_bin_ms: float | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Mean plausibility of one source's paths on each stimulus, and the number of cells that they visit.

    A best of many grows with how many there are, and a person among P has P - 1 others: every path is given the
    expected score for P - 1 people drawn from those that it is judged by, so that models and people compare.

    Parameters
    ----------
    a : Scanpaths
        The paths that are judged; people are judged by the other people.
    b : Scanpaths
        People's paths.
    trials : mapping, optional
        Not used; every measure of sets is given it.
    fixed_humans : int
        People drawn for the columns that end in `fixed`, which compare data sets.
    symbols, bins, temporal_bin_ms, **options
        Of `sbtde`; further ones are transpositions and fixatons_grid.

    Returns
    -------
    pandas.DataFrame
        A row per stimulus of `a` (the index): the columns of `OUTPUTS`, and `distinct_cells`. NaN where nobody else
        looked, or (columns that end in `fixed`) fewer than `fixed_humans` people.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": "s", "subject": ["a", "b"], "width": 100, "height": 100}, index=[0, 1])
    >>> people = Scanpaths([10, 40, 90, 10, 90], [10, 40, 90, 10, 90], [0, 3, 5], table)
    >>> plausibility_by_stimulus(people, people)[["plausibility_mean", "distinct_cells"]].round(3).to_dict("index")
    {'s': {'plausibility_mean': 0.667, 'distinct_cells': 2.5}}
    """
    check_whole("plausibility: fixed_humans", fixed_humans, 1)
    options |= {"symbols": symbols, "bins": bins, "temporal_bin_ms": temporal_bin_ms}
    return _By(a, b, options).without(None, np.arange(len(a)), fixed_humans)


def plausibility_without_each(
    a: Scanpaths, b: Scanpaths, of_people: bool, *, fixed_humans: int = FIXED_HUMANS, **options: Any
) -> dict[str, pd.DataFrame]:
    """Tables of `plausibility_by_stimulus` without each of the people, on the stimuli that this person has seen.

    Parameters
    ----------
    a, b, fixed_humans, **options
        As there.
    of_people : bool
        Whether `a` are people's own paths, of which those of the person are left out too.

    Returns
    -------
    dict of subject to pandas.DataFrame
    """
    judged = _By(a, b, options)
    stimulus, subject = a.table["stimulus"].astype(str), a.table["subject"].astype(str)
    found = {}
    for name, theirs in b.table.groupby(b.table["subject"].astype(str), sort=True):
        kept = stimulus.isin(theirs["stimulus"].astype(str)) & (subject != name if of_people else True)
        if kept.any() and len(theirs) < len(b):
            found[str(name)] = judged.without(str(name), np.flatnonzero(kept), fixed_humans)
    return found


class _By:
    """What paths have in common with each person who judges them, from which tables by stimulus are made."""

    def __init__(self, a: Scanpaths, b: Scanpaths, options: dict[str, Any]) -> None:
        self.judged = similarities_to_people(a, b, threads=1, **options)
        distinct = distinct_symbols(a, **options).astype(np.float64)
        self.distinct = np.where(distinct > 0, distinct, np.nan)
        self.stimulus, self.trial = a.table["stimulus"].to_numpy(), a.table["trial"]
        self.subject = b.table["subject"].to_numpy(dtype=str)
        self.people = b.table.drop_duplicates(["trial", "subject"])[["trial", "subject"]].astype({"subject": str})

    def without(self, name: str | None, kept: np.ndarray, fixed_humans: int) -> pd.DataFrame:
        """The table of some paths, without a person as judge."""
        judge = self.judged.judge[kept]
        counted = (judge >= 0) & (True if name is None else self.subject[judge] != name)
        people = self.people[self.people["subject"] != name]["trial"].value_counts()
        others = self.trial.iloc[kept].map(people).fillna(0).to_numpy(dtype=np.int64) - 1
        kinds = [(d, others) for d in DEFINITIONS] + [(d, np.full(len(kept), fixed_humans)) for d in DEFINITIONS[:2]]
        similarities = self.judged.similarities[kept]
        values = [combine(similarities, definition, drawn, counted) for definition, drawn in kinds]
        table = pd.DataFrame(dict(zip(OUTPUTS, values, strict=True)) | {DISTINCT: self.distinct[kept]})
        return table.groupby(self.stimulus[kept], sort=True).mean()


for _name, _outputs, _better, _bounds, _summary in (
    (
        "plausibility",
        OUTPUTS,
        True,
        (0.0, 1.0),
        "How well the best-matching person accounts for a path (best per window length; one person for all lengths; "
        f"mean over people; fixed: best of {FIXED_HUMANS} people); mean over stimuli",
    ),
    (DISTINCT, (DISTINCT,), None, (0.0, 16.0), "Different cells of the grid that a path visits; mean over stimuli"),
):
    set_measure(
        plausibility_by_stimulus,
        _name,
        without_each=plausibility_without_each,
        unit="path",
        outputs=_outputs,
        higher_is_better=_better,
        equal_sets=False,
        bounds=_bounds,
        summary=_summary,
        source="Schwinn et al. 2022, TMLR; the number of people: gazekit",
        caution=CAUTION,
    )
