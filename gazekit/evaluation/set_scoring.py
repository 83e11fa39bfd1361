"""Score sets of paths: of each stimulus in draws; of the whole data set, with how it moves with stimuli and people.

A measure of the whole data set has no value per stimulus. How far it would move with other stimuli is seen on random
halves of them: half of the difference between a half and the other one varies as the value itself does, and a bias of
small sets is the same in both halves (McCarthy 1966, balanced half-samples). No stimulus comes twice. How far it would
move with other people is seen by leaving out one person at a time (the jackknife); what depends on single paths is in
both, and is seen on random halves of the paths.

A divergence of two sets that hardly differ is a sum of squares, whose moves on halves, or without a person, have twice
the variance of the value. How much of them is of that kind is seen as well: on halves, by how far the mean of both
varies between halvings; for people, by what two of them do together beyond what each does alone (Efron and Stein, 1981,
Annals of Statistics 9). It is taken off once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.evaluation.equal_sets import (
    DRAWS,
    PeopleSplits,
    draw_samples,
    groups_of_people,
    in_source,
    names_of_groups,
)
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.context import Context
from gazekit.metrics.kinds.leaving_out import cells_of, pseudo_values
from gazekit.metrics.kinds.sets import Parts
from gazekit.metrics.means import mean_defined
from gazekit.metrics.measure import CELL_COLUMNS, NEGATIVES, Measure, Scored, Unit

HALVINGS = {"stimuli": 24, "paths": 12}  # most random halves of each; a measure is computed twice on half of them
BLOCK = 6  # halvings of one piece of work
ALL, STIMULI, PEOPLE, CELLS = "all", "stimuli", "people", "paths"  # what a row of the table is about
TOGETHER = {STIMULI: "stimuli, means", PEOPLE: "people, pairs", CELLS: "paths, means"}  # and what is in it twice
SET_COLUMNS = ["dataset", "model", "metric", "part", "number", "value", "stimuli", "undefined"]
Rows = tuple[np.ndarray, np.ndarray]


def halvings(resamples: int) -> dict[str, int]:
    """Random halves for a number of resamples: a twentieth and a fiftieth, at least 4 and 2, at most `HALVINGS`.

    Examples
    --------
    >>> halvings(2000), halvings(100)
    ({'stimuli': 24, 'paths': 12}, {'stimuli': 5, 'paths': 2})
    """
    return {
        STIMULI: min(max(resamples // 20, 4), HALVINGS[STIMULI]),
        CELLS: min(max(resamples // 50, 2), HALVINGS[CELLS]),
    }


@dataclass(frozen=True)
class SetWork:
    """All that the pieces of set scoring share.

    Parameters
    ----------
    context : Context
        People's paths, as prepared, and what the trials showed.
    measures : sequence of Measure
        Measures of sets.
    available : mapping of trial id to int
        Fewest paths that any model has on the trial, of the models that have one.
    stimuli : sequence of str
        In the order of the data set.
    seed : int
        Of the run.
    halvings : mapping of part to int
        Random halves of the stimuli and of the paths.
    """

    context: Context
    measures: Sequence[Measure]
    available: Mapping[str, int]
    stimuli: Sequence[str]
    seed: int
    halvings: Mapping[str, int] = field(default_factory=lambda: dict(HALVINGS))

    def sets(self, predicted: Scanpaths | None, draw: int, without: Sequence[int] = ()) -> tuple[Scanpaths, Scanpaths]:
        """The source's set (people's without `predicted`) and the people opposite, in one draw."""
        human = self.context.people
        mine, theirs = _Rows(self, predicted).drawn(draw, without)
        return (human if predicted is None else predicted)[mine], human[theirs]

    def of(self, unit: Unit) -> list[Measure]:
        """The measures of this unit."""
        return [measure for measure in self.measures if measure.unit == unit]


def score_whole(
    work: SetWork, predicted: Scanpaths | None, model: str, part: str, numbers: Sequence[int] = (0,)
) -> pd.DataFrame:
    """Measures of the whole data set.

    A comparison with people is the mean over `DRAWS` draws of equal sets; a description is of all paths of the source.

    Parameters
    ----------
    work : SetWork
        What is scored.
    predicted : Scanpaths, optional
        A model's paths; None for people.
    model : str
        The source's name.
    part : {"all", "stimuli", "paths", "people"}
        The value; or its deviations with halves of the stimuli or of the paths, or with people.
    numbers : sequence of int
        Halvings; draws for people.

    Returns
    -------
    pandas.DataFrame
        model, metric, part, number, value, stimuli (with paths of both sides), undefined (draws without a value). For
        people, `number` is the person (or group), and there are as many rows of each as draws: their mean counts. Every
        part but "all" has a second one (`TOGETHER`): what of its squares is in them twice.
    """
    rows: list[tuple[object, ...]] = []
    for described in (False, True):
        measures = [m for m in work.of("data set") if (m.higher_is_better is None) == described]
        if not measures:
            continue
        scorer = _Whole(work, measures, predicted, model, described)
        if part == PEOPLE:
            for draw in numbers:
                if draw < len(scorer.draws):
                    rows += [(model, output, of, k, v, 0, 0) for of, k, output, v in scorer.people(draw)]
            continue
        for number in numbers:
            if part == ALL:
                found, undefined, stimuli = scorer.value()
                rows += [(model, o, ALL, 0, found[o], stimuli, undefined[o]) for o in scorer.outputs]
            else:
                for of, moved in zip((part, TOGETHER[part]), scorer.halves(part, number), strict=True):
                    rows += [(model, o, of, number, moved[o], 0, 0) for o in scorer.outputs]
    return pd.DataFrame(rows, columns=SET_COLUMNS[1:])


class _Rows:
    """Rows of the source's paths (people's without `predicted`) and of people's that are compared."""

    def __init__(self, work: SetWork, predicted: Scanpaths | None) -> None:
        human = work.context.people
        self.predicted, self.seed, self.people = predicted, work.seed, len(human)
        self.splits = PeopleSplits(human, work.available, seed=work.seed)
        self._samples: dict[int, tuple[Mapping[str, int], np.ndarray]] = {}  # of a draw, with how many were wanted

    def drawn(self, draw: int, without: Sequence[int] = ()) -> Rows:
        """Equal sets in a draw, without some people."""
        split = self.splits.of(draw, without)
        if self.predicted is None:
            return split.source, split.reference
        wanted, rows = self._samples.get(draw, ({}, np.empty(0, dtype=np.int64)))
        if wanted != split.wanted:
            rows = draw_samples(self.predicted, split, seed=self.seed, draw=draw)
            self._samples[draw] = split.wanted, rows
        return rows, split.reference

    def everything(self, without: Sequence[int] = ()) -> Rows:
        """All paths of the source, for a description, which looks at nobody else."""
        if self.predicted is not None:
            return np.arange(len(self.predicted)), np.arange(self.people)
        kept = np.flatnonzero(~np.isin(self.splits.groups, list(without)))
        return kept, kept


class _Whole:
    """Some measures of the whole data set for one source: comparisons with people, or descriptions."""

    def __init__(
        self, work: SetWork, measures: Sequence[Measure], predicted: Scanpaths | None, model: str, described: bool
    ) -> None:
        self.work, self.measures, self.predicted, self.model, self.described = (
            work,
            measures,
            predicted,
            model,
            described,
        )
        self.outputs = [output for measure in measures for output in measure.outputs]
        self.draws = range(1) if described else range(DRAWS)
        human = work.context.people
        self.paths = human if predicted is None else predicted, human
        place = {stimulus: k for k, stimulus in enumerate(work.stimuli)}
        self.stimulus = [side.table["stimulus"].map(place).to_numpy() for side in self.paths]
        self.of_source = _Rows(work, predicted)
        self.parts = Parts(measures, *self.paths, work.context.contents)

    def rows(self, draw: int, without: Sequence[int] = ()) -> Rows:
        return self.of_source.everything(without) if self.described else self.of_source.drawn(draw, without)

    def score(self, rows: Rows) -> np.ndarray:
        """(outputs,) float64: NaN where a value is not finite."""
        found = self.parts.values(*rows)
        return np.where(np.isfinite(found), found, np.nan)

    def value(self) -> tuple[dict[str, float], dict[str, int], int]:
        """The value of each output, draws without one, and how many stimuli have paths (of both sides)."""
        each: list[np.ndarray] = []
        stimuli: set[int] = set()
        for draw in self.draws:
            rows = self.rows(draw)
            each.append(self.score(rows))
            mine, theirs = (set(of[taken].tolist()) for of, taken in zip(self.stimulus, rows, strict=True))
            stimuli |= mine if self.described else mine & theirs
        table = dict(zip(self.outputs, np.transpose(each), strict=True))
        values = {o: mean_defined(v) for o, v in table.items()}
        return values, {o: int(np.isnan(v).sum()) for o, v in table.items()}, len(stimuli)

    def halves(self, part: str, number: int) -> tuple[dict[str, float], dict[str, float]]:
        """Half of the difference between a random half of the stimuli (or of the paths) and the other; half the sum."""
        gaps, means = [], []
        for draw in self.draws:
            rows = self.rows(draw)
            # A model's paths are nobody's: halves of the paths are of people only, and the same for every source.
            whole = part == CELLS and self.predicted is not None
            first = [self._first_half(k, rows[k], part, number) for k in range(2)]
            found = []
            for taken in (True, False):
                mine, theirs = (side[half == taken] for side, half in zip(rows, first, strict=True))
                found.append(self.score((rows[0] if whole else mine, theirs)))
            gaps.append((found[0] - found[1]) / 2)
            means.append((found[0] + found[1]) / 2)
        root = np.sqrt(self.work.halvings[part])
        gap, mean = (
            {o: mean_defined(column) / root for o, column in zip(self.outputs, np.transpose(table), strict=True)}
            for table in (gaps, means)
        )
        return gap, mean

    def _first_half(self, side: int, rows: np.ndarray, part: str, number: int) -> np.ndarray:
        """(rows,) bool: whether each path is in the first half: by stimulus, or (for paths) by trial and person."""
        seed = self.work.seed
        if part == STIMULI:
            count = len(self.work.stimuli)
            chosen = keyed_rng(seed, "halves of the stimuli", number).permutation(count) < count // 2
            return chosen[self.stimulus[side][rows]]
        return keyed_rng(seed, "halves of the paths", number, len(rows)).permutation(len(rows)) < len(rows) // 2

    def people(self, draw: int) -> list[tuple[str, int, str, float]]:
        """Deviation of each person (or group), and what pairs of them do together, for every output, in one draw.

        What is lost with a person is compared with the loss of the others on the same side: that a set has become
        smaller is no fact about the person.
        """
        human = self.work.context.people
        groups = groups_of_people(human, seed=self.work.seed)
        first = in_source(groups, seed=self.work.seed, draw=draw)
        count = len(first)
        if count < 2:
            return []
        if self.described:
            first = np.zeros(count, dtype=bool)
        # Pairs are the same in every draw: each person and the next one of a circle stand for all pairs.
        circle = keyed_rng(self.work.seed, "pairs of people", count).permutation(count)
        pairs = np.column_stack([circle, np.roll(circle, 1)]) if count > 3 else np.empty((0, 2), dtype=np.int64)
        alone, both = np.zeros((count, len(self.outputs))), np.zeros((len(pairs), len(self.outputs)))
        if not (self.described and self.predicted is not None):  # a model's description has no people in it
            size = np.where(first, first.sum(), (~first).sum())  # of each person's side
            shrink = np.sqrt((size - 1) / size)[:, None]  # nothing where nobody else is on this side

            scored: dict[bytes, np.ndarray] = {}  # a model's set stays as it is without people of the first half

            def value(without: Sequence[int]) -> np.ndarray:
                rows = self.rows(draw, without)
                key = rows[0].tobytes() + b"|" + rows[1].tobytes()
                if key not in scored:
                    scored[key] = self.score(rows)
                return scored[key]

            whole = value(())
            lost = np.array([value((k,)) for k in range(count)]) - whole
            pair_lost = np.array([value((i, j)) for i, j in pairs]).reshape(both.shape) - whole
            for side in (first, ~first):
                if side.sum() > 1:
                    alone[side] = shrink[side] * (lost[side].mean(axis=0) - lost[side])
            i, j = pairs.T
            fine = (np.minimum(size[i], size[j]) > 1)[:, None]
            both = np.where(fine, shrink[i] * shrink[j] * (pair_lost - lost[i] - lost[j]), 0.0)
            both *= np.sqrt((count - 1) / 2)  # count pairs of count * (count - 1) / 2
            alone[:, ~np.isfinite(whole)] = np.nan
        of = ((PEOPLE, alone), (TOGETHER[PEOPLE], both))
        return [
            (p, k, o, float(table[k, n]))
            for p, table in of
            for k in range(len(table))
            for n, o in enumerate(self.outputs)
        ]


def mean_of_people(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `score_whole` with the mean over draws in the place of each person's rows."""
    people = table["part"].isin((PEOPLE, TOGETHER[PEOPLE]))
    keys = ["model", "metric", "part", "number"]
    means = (
        table[people]
        .groupby(keys, sort=False)
        .agg(value=("value", "mean"), stimuli=("stimuli", "first"), undefined=("undefined", "first"))
    )
    return pd.concat([table[~people], means.reset_index()[SET_COLUMNS[1:]]], ignore_index=True)


def score_drawn_stimuli(work: SetWork, predicted: Scanpaths | None, model: str, draw: int) -> pd.DataFrame:
    """Measures of each stimulus's set in one draw.

    Returns
    -------
    pandas.DataFrame
        model, metric, stimulus, subject, draw, value, side; NaN where there is no set. With a subject the value is what
        this person (or group of people) stands for in this draw, one of `side` people; see `leaving_out.pseudo_values`.
        With a `side` of -1 it is how far the stimulus has moved the mean as a negative of others (`SharesNegatives`).
    """
    measures = work.of("stimulus")
    outputs = [output for measure in measures for output in measure.outputs]
    places = pd.MultiIndex.from_product([outputs, work.stimuli], names=["metric", "stimulus"])

    human = work.context.people
    parts = Parts(measures, human if predicted is None else predicted, human, work.context.contents)
    rows = _Rows(work, predicted)

    def values(without: Sequence[int] = ()) -> np.ndarray:
        found = parts.by_stimulus(*rows.drawn(draw, without))
        return found.reindex(index=work.stimuli, columns=outputs).to_numpy(np.float64).T.ravel()

    whole = values()
    tables = [pd.DataFrame({"value": whole}, index=places).reset_index().assign(subject="", side=0)]
    as_negatives = parts.as_negatives(*rows.drawn(draw)).rename_axis("stimulus").reset_index()
    tables.append(as_negatives.melt("stimulus", var_name="metric").assign(subject="", side=-1))
    groups = groups_of_people(human, seed=work.seed)
    names = names_of_groups(human, groups)
    seen = {k: set(human.table["stimulus"][groups == k]) for k in names}
    first = in_source(groups, seed=work.seed, draw=draw)
    for side in (~first,) if predicted is not None else (first, ~first):  # a model's paths are nobody's
        of_side = [k for k in np.flatnonzero(side).tolist() if k in names]
        lost = np.array([values((k,)) - whole for k in of_side]).reshape(len(of_side), len(places))
        for row, k in zip(lost, of_side, strict=True):
            row[~places.get_level_values("stimulus").isin(seen[k])] = np.nan
        stand, count = pseudo_values(whole, lost), np.isfinite(lost).sum(axis=0)
        for k, value in zip(of_side, stand, strict=True):
            one = pd.DataFrame({"value": value, "side": count}, index=places).dropna().reset_index()
            tables.append(one.assign(subject=names[k]))
    columns = ["model", "metric", "stimulus", "subject", "draw", "value", "side"]
    return pd.concat(tables, ignore_index=True).assign(model=model, draw=draw)[columns]


def mean_of_draws(parts: Sequence[pd.DataFrame]) -> Scored:
    """Join the draws of `score_drawn_stimuli`: `pairs` is the number of draws, `undefined` those without a value."""
    joined = pd.concat(parts, ignore_index=True)
    as_negatives, joined = joined[joined["side"] < 0], joined[joined["side"] >= 0]
    drawn, people = joined[joined["subject"] == ""], joined[joined["subject"] != ""]
    groups = drawn.groupby(["model", "metric", "stimulus"], sort=False)["value"]
    size, count = groups.size(), groups.count()
    table = pd.DataFrame({"value": groups.mean(), "pairs": size, "undefined": size - count}).reset_index()
    keys = ["model", "metric", "stimulus"]
    people = people.merge(table.assign(mean=table["value"], drawn=count.to_numpy())[[*keys, "mean", "drawn"]], on=keys)
    people["value"] = (people["value"] - people["mean"]) / (people["side"] * people["drawn"])
    each = people.groupby([*keys, "subject"], sort=False)["value"].sum().reset_index()
    persons = each.groupby(keys)["subject"].transform("size")
    each["value"] *= np.sqrt(persons / (persons - 1).clip(lower=1))
    cells = []
    for model, rows in table.groupby("model", sort=False):
        of: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for row in each[each["model"] == model].itertuples():
            of.setdefault((row.metric, row.stimulus), []).append((row.subject, row.value))
        cells.append(cells_of(str(model), rows, of))
    draws = joined["draw"].nunique()
    for (model, metric), of_draws in as_negatives.groupby(["model", "metric"], sort=False):
        of_model = [t[(t["model"] == model) & (t["metric"] == metric)] for t in (table, each)]
        scored, subjects = of_model[0]["stimulus"][of_model[0]["value"].notna()], of_model[1]["subject"].unique()
        moved = of_draws.groupby("stimulus", sort=False)["value"].sum().reset_index()
        # Who of the people was it is known from leaving them out; here all have the same part.
        owed = moved.assign(value=moved["value"] * len(scored) / (draws * max(len(subjects), 1))).merge(
            pd.DataFrame({"subject": subjects}), how="cross"
        )
        change = pd.DataFrame({"stimulus": scored, "subject": "", "value": 1.0})
        facts = {"model": model, "metric": metric, "donor": NEGATIVES, "pairs": 0}
        cells.append(pd.concat([change, owed], ignore_index=True).assign(**facts).reindex(columns=CELL_COLUMNS))
    return Scored(table, pd.concat([c for c in cells if len(c)] or cells, ignore_index=True))
