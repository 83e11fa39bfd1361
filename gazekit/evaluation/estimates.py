"""Estimates: a number, and how it moves with each stimulus and each person that it rests on.

An evaluation has seen some stimuli and some people. A number of it (a mean, a paired difference, a share) is kept with
its *deviations*: how far each stimulus and each person has moved it. The sum of their squares is its variance if other
stimuli, or other people, had been taken. What depends on single stimuli seen by single people is in both sums, and is
taken off once. Deviations of a combination of models are the same combination of theirs, so that differences are
paired; that is all that summary, differences and shares need.

A path that was copied from another stimulus (chance) moves with its donor as well: the stimulus and the person that it
comes from have deviations too (the variance of dyads of Aronow, Samii and Assenova, 2015, Political Analysis 23). The
score of a model that learned a few numbers from the people of a run moves with these numbers, and they with each person
on each stimulus (the delta method).
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy import special

from gazekit.evaluation.set_scoring import ALL, CELLS, PEOPLE, STIMULI, TOGETHER
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.outputs import measure_of

LEVEL = 0.95
# What is left of squares at least when what is in them twice is taken off. Half: all of a sum of squares is in it
# twice. Of people more is left: pairs of them say it so unsurely that the rest came out too small where the value did.
LEFT = {STIMULI: 0.5, PEOPLE: 0.75, CELLS: 0.5}
PARTS = 5  # of the image's width and height, in which fixations count as alike
Over = Literal["stimuli and people", "stimuli"]
OVERS: tuple[Over, ...] = ("stimuli and people", "stimuli")


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, standard error and degrees of freedom; what is not defined is NaN.

    Parameters
    ----------
    value, low, high, error, df : float
        The interval is value +- the quantile of Student's t times the standard error, unless `on_logs`.
    stimuli : int
        Stimuli that it rests on.
    over : {"stimuli and people", "stimuli"}
        What the interval allows for: other stimuli and other people, or other stimuli only.
    on_logs : bool
        The interval is that of the logarithm: the value times and over the exponential of t x error / value.
    """

    value: float
    low: float
    high: float
    error: float
    df: float
    stimuli: int
    over: Over
    on_logs: bool = False

    @property
    def p(self) -> float:
        """Two-sided p value of the value being 0."""
        if not np.isfinite(self.error) or not np.isfinite(self.value):
            return float("nan")
        if self.error == 0:
            return float(self.value == 0)
        return float(2 * special.stdtr(self.df, -abs(self.value) / self.error))

    def within(self, level: float) -> tuple[float, float]:
        """The interval at another level."""
        reach = float(special.stdtrit(self.df, (1 + level) / 2)) * self.error
        if self.on_logs and self.value > 0:
            with np.errstate(over="ignore"):
                factor = float(np.exp(reach / self.value))
            return self.value / factor, self.value * factor
        return self.value - reach, self.value + reach


@dataclass(frozen=True)
class Part:
    """What one source of chance, stimuli or people, does to a number.

    Parameters
    ----------
    deviations : (n,) float64
        How far each one has moved the number.
    twice : float
        The part of the sum of their squares that is in it twice.
    least : float
        The variance is not less than this.
    df : float
        Degrees of freedom.
    """

    deviations: np.ndarray
    twice: float = 0.0
    least: float = 0.0
    df: float = np.inf

    @property
    def variance(self) -> float:
        """Variance over the source of chance."""
        return max(float(self.deviations @ self.deviations) - self.twice, self.least)


NOBODY = Part(np.empty(0))


@dataclass(frozen=True)
class Deviations:
    """A number and all that moves it.

    Parameters
    ----------
    value : float
        The number.
    stimuli, people : Part
        By source of chance; people are empty where a value has no parts of single persons.
    shared : float
        Variance that stimuli and people both hold.
    count : int
        Stimuli that it rests on.
    on_logs : bool
        The number is a distance, or a share of distances: its interval is made on a logarithmic scale.
    """

    value: float
    stimuli: Part
    people: Part
    shared: float
    count: int
    on_logs: bool = False

    def estimate(self) -> Estimate:
        """Value, error and interval; NaN where there are not two of anything."""
        first, second = self.stimuli.variance, self.people.variance
        variance = max(first + second - self.shared, first, second)
        over = OVERS[0] if len(self.people.deviations) else OVERS[1]
        if self.count < 2 or not np.isfinite(self.value) or not np.isfinite(variance):
            nan = float("nan")
            return Estimate(self.value, nan, nan, nan, nan, self.count, over)
        spread = first**2 / self.stimuli.df + second**2 / self.people.df  # Satterthwaite
        least = min(self.stimuli.df, self.people.df)
        df = max(variance**2 / spread, least) if spread > 0 else least
        nan, error = float("nan"), float(np.sqrt(variance))
        found = Estimate(self.value, nan, nan, error, float(df), self.count, over, self.on_logs)
        low, high = found.within(LEVEL)
        return replace(found, low=low, high=high)


@dataclass(frozen=True)
class Estimates(ABC):
    """One measure of one data set.

    Parameters
    ----------
    dataset, metric : str
        Which.
    columns : mapping of model to array
        What each model is worth, in the order of the run; NaN where undefined.
    counts : pandas.DataFrame
        A row per model: `undefined`, comparisons without a value.
    over : {"stimuli and people", "stimuli"}
        What intervals allow for.
    """

    dataset: str
    metric: str
    columns: Mapping[str, np.ndarray]
    counts: pd.DataFrame
    over: Over

    @property
    def models(self) -> list[str]:
        """Models in the order of the run."""
        return list(self.columns)

    @property
    def distance(self) -> bool:
        """Whether values are distances of sets as a whole, whose errors grow with them; see `Estimate.on_logs`."""
        return False

    @abstractmethod
    def common(self, *models: str) -> dict[str, float]:
        """The value of each model over the stimuli that all of them have."""

    def combine(self, weights: Mapping[str, float]) -> Deviations:
        """The sum of these models' values times their weights, over the stimuli that all of them have."""
        found = self._combine(weights)
        return found if self.over == OVERS[0] else replace(found, people=NOBODY, shared=0.0)

    @abstractmethod
    def _combine(self, weights: Mapping[str, float]) -> Deviations:
        """As `combine`, over stimuli and people."""

    def ratio(self, value: str, ceiling: str, floor: str | None = None) -> Deviations:
        """(value - floor) / (ceiling - floor) over the stimuli that all have; its error by the delta method."""
        models = list(dict.fromkeys([value, ceiling, *([floor] if floor else [])]))
        means = self.common(*models)
        base = means[floor] if floor else 0.0
        whole = means[ceiling] - base
        share = (means[value] - base) / whole if whole != 0 else float("nan")
        weights = dict.fromkeys(models, 0.0)
        if not np.isfinite(share):
            return Deviations(float("nan"), NOBODY, NOBODY, 0.0, 0)
        weights[value] += 1 / whole
        weights[ceiling] -= share / whole
        if floor:
            weights[floor] += (share - 1) / whole
        return replace(self.combine(weights), value=share, on_logs=self.distance and not floor)


class Donors(NamedTuple):
    """What paths of one model have from people's paths on other stimuli: a whole path, a length, one fixation each.

    Attributes
    ----------
    place : (m,) int64
        Which row of `MeansOverStimuli.from_whom`.
    weight : (m,) float64
        The path's share of the pairs of its stimulus.
    value : (m,) float64
        Mean over these pairs; for a fixation, how far one at this place moves it, see `_moved_by_place`.
    whole : (m,) bool
        Whether `value` is a score, which the mean is to be taken from.
    """

    place: np.ndarray
    weight: np.ndarray
    value: np.ndarray
    whole: np.ndarray


class People(NamedTuple):
    """What a model's values on each stimulus would be without one of the people.

    Attributes
    ----------
    without : (people, n) float64
        The change, times the root of (k - 1) / k for k people on the stimulus, so that the sum of squares is the
        variance of the value on that stimulus over people.
    alone : (people, n) float64
        Where nothing would be left without this person: 1 over the root of how many there are of whom that is true.
    """

    without: np.ndarray
    alone: np.ndarray


class Fit(NamedTuple):
    """Numbers that a model has learned from the people of a run.

    Attributes
    ----------
    change : (numbers, n) float64
        Of the score of each stimulus, where a number is moved by one step.
    moved : (numbers, people, n) float64
        Steps that the number owes to each person on each stimulus.
    """

    change: np.ndarray
    moved: np.ndarray


@dataclass(frozen=True)
class MeansOverStimuli(Estimates):
    """A column holds a value per stimulus, and its mean counts.

    Parameters
    ----------
    people : mapping of model to People
        Of the models whose values have parts of single persons.
    donors : mapping of model to Donors
        Of the models whose paths have something of others.
    from_whom : (3, k) int64
        Stimulus that was scored, stimulus of the donor's path, and its person.
    fits : mapping of model to Fit
        Of the models that learn a few numbers.
    """

    people: Mapping[str, People] = field(default_factory=dict)
    donors: Mapping[str, Donors] = field(default_factory=dict)
    from_whom: np.ndarray = field(default_factory=lambda: np.empty((3, 0), dtype=np.int64))
    fits: Mapping[str, Fit] = field(default_factory=dict)

    @classmethod
    def of_each(cls, scores: pd.DataFrame, cells: pd.DataFrame, over: Over = OVERS[0]) -> Iterator[Self]:
        """One per data set and measure of `Results.scores`, in the order of the run."""
        parts = dict(iter(cells.groupby(["dataset", "metric"], sort=False))) if len(cells) else {}
        for dataset, of_dataset in scores.groupby("dataset", sort=False):
            stimuli = list(dict.fromkeys(of_dataset["stimulus"]))
            for metric, part in of_dataset.groupby("metric", sort=False):
                counts = part.groupby("model", sort=False)[["undefined"]].sum()
                columns = _columns(part, "value", stimuli)
                found = parts.get((dataset, metric))
                parted = {} if found is None else _parts(part, found[found["stimulus"].isin(stimuli)], columns, stimuli)
                yield cls(str(dataset), str(metric), columns, counts, over, **parted)

    def common(self, *models: str) -> dict[str, float]:
        """See `Estimates.common`."""
        there = self._there(models)
        return {m: float(self.columns[m][there].mean()) if there.any() else float("nan") for m in models}

    def _combine(self, weights: Mapping[str, float]) -> Deviations:
        """See `Estimates.combine`."""
        there, means = self._there(tuple(weights)), self.common(*weights)
        n = int(there.sum())
        value = sum(weight * means[m] for m, weight in weights.items())
        if n < 2:
            return Deviations(value, NOBODY, NOBODY, 0.0, n)
        # Undefined stimuli have no deviation.
        mine = np.sum([w * np.where(there, self.columns[m] - means[m], 0.0) for m, w in weights.items()], axis=0) / n
        _, donor, person = self.from_whom
        copied, noise = self._copied(weights, means, there)
        inflate = np.sqrt(n / (n - 1))
        learned = self._learned(weights, there)
        mine += learned.sum(axis=0)
        moved = inflate * (mine + np.bincount(donor, copied, len(there)))
        stimuli = Part(moved, inflate**2 * noise, inflate**2 * float(mine @ mine), n - 1)
        if not all(m in self.people for m in weights):
            return Deviations(value, stimuli, NOBODY, 0.0, n)
        cells = np.zeros_like(self.people[next(iter(weights))].without)
        few = np.sqrt(len(cells) / (len(cells) - 1))
        for m, weight in weights.items():
            gone = few * np.where(there, self.columns[m] - means[m], 0.0)
            cells -= weight * np.where(there, self.people[m].without - gone * self.people[m].alone, 0.0) / n
        moved = cells.sum(axis=1)
        moved += few * learned.sum(axis=1) - moved.mean()
        people = Part(
            moved + few * np.bincount(person, copied, len(moved)), few**2 * noise, float(moved @ moved), len(moved) - 1
        )
        np.add.at(cells, (person, donor), copied)
        cells += learned - learned.mean(axis=0)
        return Deviations(value, stimuli, people, float((cells**2).sum()) - noise, n)

    def _copied(
        self, weights: Mapping[str, float], means: Mapping[str, float], there: np.ndarray
    ) -> tuple[np.ndarray, float]:
        """How far each row of `from_whom` has moved the combination, and the sum of squares that is in it by chance.

        A path has moved the value together with each of its donors. What it did by itself would be counted once for
        each of them, and is counted once with the stimulus that it was scored on.
        """
        kept = there[self.from_whom[0]]
        moved, times = np.zeros((2, len(kept)))
        for m, weight in weights.items():
            if m in self.donors:
                of = self.donors[m]
                share = weight * kept[of.place] * of.weight * (of.value - of.whole * means[m]) / there.sum()
                moved += np.bincount(of.place, share, len(kept))
                times = np.maximum(times, np.bincount(of.place, minlength=len(kept)))
        return moved, float((moved**2 / np.maximum(times, 1)).sum())

    def _learned(self, weights: Mapping[str, float], there: np.ndarray) -> np.ndarray:
        """(people, n): how far each person on each stimulus has moved the combination by what models learned."""
        found = [
            weight * np.einsum("k,kpn->pn", self.fits[m].change[:, there].mean(axis=1), self.fits[m].moved)
            for m, weight in weights.items()
            if m in self.fits
        ]
        return np.sum(found, axis=0) if found else np.zeros((1, len(there)))

    def _there(self, models: Sequence[str]) -> np.ndarray:
        return np.all([np.isfinite(self.columns[m]) for m in models], axis=0)


@dataclass(frozen=True)
class ValuesOfTheWhole(Estimates):
    """A column holds the value of the whole data set; deviations were made with it, see `set_scoring`.

    Parameters
    ----------
    moved : mapping of part to mapping of model to array
        Deviations by stimuli (random halves of them), people, and cells (random halves of the paths), and what is in
        them twice.
    """

    moved: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)

    @classmethod
    def of_each(cls, sets: pd.DataFrame, over: Over = OVERS[0]) -> Iterator[Self]:
        """One per data set and measure of `Results.sets`, in the order of the run."""
        for (dataset, metric), part in sets.groupby(["dataset", "metric"], sort=False):
            whole = part[part["part"] == ALL].set_index("model")
            columns = {str(m): np.array([value]) for m, value in whole["value"].items()}
            moved = {
                name: _columns(part[part["part"] == name].rename(columns={"number": "stimulus"}), "value", None)
                for name in (STIMULI, PEOPLE, CELLS, *TOGETHER.values())
            }
            yield cls(str(dataset), str(metric), columns, whole[["undefined", "stimuli"]], over, moved)

    @property
    def distance(self) -> bool:
        """See `Estimates.distance`."""
        measure = measure_of(self.metric)
        return measure is not None and measure.higher_is_better is False and measure.bounds[0] == 0

    def common(self, *models: str) -> dict[str, float]:
        """See `Estimates.common`."""
        return {m: float(self.columns[m][0]) for m in models}

    def _combine(self, weights: Mapping[str, float]) -> Deviations:
        """See `Estimates.combine`."""
        value = sum(w * float(self.columns[m][0]) for m, w in weights.items())
        count = int(self.counts.loc[list(weights), "stimuli"].min()) if np.isfinite(value) else 0
        moved = {}
        for name, of_models in self.moved.items():
            if not all(m in of_models for m in weights):
                moved[name] = np.empty(0)
                continue
            each = np.sum([w * of_models[m] for m, w in weights.items()], axis=0)
            fine = np.isfinite(each)
            if name in (TOGETHER[STIMULI], TOGETHER[CELLS]) and fine.any():
                each = (each - each[fine].mean()) * np.sqrt(fine.sum() / max(fine.sum() - 1, 1))
            share = fine.mean() if fine.any() and name != PEOPLE else 1.0
            moved[name] = np.where(fine, each, 0.0) / np.sqrt(share)
        if not len(moved.get(STIMULI, ())):
            return Deviations(value, Part(np.array([np.nan])), NOBODY, 0.0, count)
        found = {}
        for name, together in TOGETHER.items():
            each, second = moved.get(name, np.empty(0)), moved.get(together, np.empty(0))
            square = float(each @ each)
            found[name] = Part(each, float(second @ second), LEFT[name] * square, max(len(each) - 1, 1))
        stimuli = replace(found[STIMULI], df=min(len(moved[STIMULI]), max(count - 1, 1)))
        people = found[PEOPLE] if len(moved[PEOPLE]) else NOBODY
        shared = 0.0
        if len(moved[PEOPLE]) > 1 and count > 1 and len(moved[CELLS]):
            # Halves of the paths move with stimuli and people too, as far as they are not balanced.
            low = 1 / len(moved[PEOPLE]), 1 / count
            shared = found[CELLS].variance - low[0] * stimuli.variance - low[1] * people.variance
            shared = max(shared, 0.0) / (1 - sum(low)) if sum(low) < 1 else 0.0
        alone = [weight for weight in weights.values() if weight != 0]
        return Deviations(value, stimuli, people, shared, count, self.distance and alone == [1.0])


def simultaneous(each: Sequence[Deviations], *key: str | int, seed: int, draws: int) -> float:
    """The level of single intervals at which all of them hold their true values together in 95 % of cases.

    Deviations with random signs, all of a stimulus (or a person) with the same: the largest of the standardised sums
    (max-t). A normal quantile is taken and turned into a level, so that each interval keeps its degrees of freedom.

    Parameters
    ----------
    each : sequence of Deviations
        Of one table.
    *key : str or int
        What the random numbers depend on, besides the seed.
    seed, draws : int
        Of the random numbers.

    Returns
    -------
    float
        At least .95; exactly that for one interval.
    """
    moved = [np.concatenate([d.stimuli.deviations, d.people.deviations]) for d in each]
    longest = max((len(m) for m in moved), default=0)
    table = np.array([np.pad(m, (0, longest - len(m))) for m in moved if np.isfinite(m).all() and m.any()])
    if len(table) < 2:
        return LEVEL
    table /= np.sqrt((table**2).sum(axis=1, keepdims=True))
    values, vectors = np.linalg.eigh(np.round(np.einsum("ik,jk->ij", table, table), 12))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = keyed_rng(seed, "simultaneous intervals", *key).standard_normal((draws, len(table)))
    largest = np.abs(np.einsum("dk,ik->di", normal, root)).max(axis=1)
    return max(LEVEL, float(1 - 2 * special.ndtr(-np.quantile(largest, LEVEL))))


def holm(p: Sequence[float]) -> np.ndarray:
    """Holm's adjusted p values; NaN stay NaN and are not counted.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=np.float64)
    out = np.full(len(given), np.nan)
    order = np.argsort(given, kind="stable")
    order = order[np.isfinite(given[order])]
    steps = given[order] * np.arange(len(order), 0, -1)
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return out


def _columns(part: pd.DataFrame, value: str, order: Sequence[Any] | None) -> dict[str, np.ndarray]:
    """A column per model, in the order in which they come, with a place per stimulus."""
    grid = part.pivot_table(index="stimulus", columns="model", values=value, dropna=False)
    if order is not None:
        grid = grid.reindex(index=list(order))
    return {str(m): grid[m].to_numpy() for m in dict.fromkeys(part["model"])}


def _parts(
    scores: pd.DataFrame, cells: pd.DataFrame, columns: Mapping[str, np.ndarray], stimuli: Sequence[str]
) -> dict[str, Any]:
    """`people`, `donors`, `from_whom` and `fits` of `MeansOverStimuli`."""
    judged, learned, cells = cells[cells["donor"] == ""], cells[cells["pairs"] == 0], cells[cells["pairs"] > 0]
    subjects = sorted(set(cells["subject"]))
    if len(set(judged["subject"])) < 2:
        judged = judged[:0]
    counts = _columns(scores.assign(value=scores["pairs"] - scores["undefined"]), "value", stimuli)
    people, donors = {}, {}
    for model, part in judged.groupby("model", sort=False):
        shape = (len(subjects), len(stimuli))
        total, seen = np.zeros((2, *shape))
        at = (_places(part["subject"], subjects), _places(part["stimulus"], stimuli))
        seen[at] = part["pairs"].to_numpy(float)
        total[at] = part["value"].to_numpy(float) * seen[at]
        value, every = columns[str(model)], np.nan_to_num(counts[str(model)])
        left, k = every - seen, (seen > 0).sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            without = (value * every - total) / left - value
            without = np.where((seen > 0) & (left > 0), without, 0.0) * np.sqrt((k - 1) / np.maximum(k, 1))
            alone = (seen > 0) & (left <= 0) & np.isfinite(value)
            people[str(model)] = People(np.nan_to_num(without), alone / np.sqrt(np.maximum(alone.sum(axis=0), 1)))
    copied = cells[cells["donor"] != ""]
    columns_of = ((copied["stimulus"], stimuli), (copied["donor"], stimuli), (copied["subject"], subjects))
    keys = np.array([_places(names, order) for names, order in columns_of], dtype=np.int64).reshape(3, -1)
    inside = keys[1] >= 0  # else the donor is not among the stimuli of the run
    from_whom, place = np.unique(keys[:, inside], axis=1, return_inverse=True)
    copied = copied[inside].assign(place=place.reshape(-1))
    for model, part in copied.groupby("model", sort=False):
        scored, value = _places(part["stimulus"], stimuli), np.array(part["value"], dtype=float)
        weight, xy = part["pairs"].to_numpy(float) / counts[str(model)][scored], part[["x", "y"]].to_numpy(float)
        single = np.isfinite(xy).all(axis=1)
        if single.any():
            value[single] = _moved_by_place(value[single], weight[single], scored[single], xy[single])
        donors[str(model)] = Donors(part["place"].to_numpy(), weight, value, ~single)
    fits = {}
    for model, part in learned.groupby("model", sort=False):
        numbers = list(dict.fromkeys(part["donor"]))
        fit = Fit(np.zeros((len(numbers), len(stimuli))), np.zeros((len(numbers), len(subjects), len(stimuli))))
        number, stimulus = _places(part["donor"], numbers), _places(part["stimulus"], stimuli)
        person, value = _places(part["subject"], subjects), np.nan_to_num(part["value"].to_numpy(float))
        score, owed = part["subject"].to_numpy() == "", person >= 0
        np.add.at(fit.change, (number[score], stimulus[score]), value[score])
        np.add.at(fit.moved, (number[owed], person[owed], stimulus[owed]), value[owed])  # pieces know a part each
        fits[str(model)] = fit
    return {"people": people, "donors": donors, "from_whom": from_whom, "fits": fits}


def _moved_by_place(value: np.ndarray, weight: np.ndarray, scored: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """How far a fixation at its place moves the score of its path, for fixations that were drawn one by one.

    The scores of paths, less the mean of their stimulus, averaged over all fixations in a part of the image. A path has
    many donors, so that its own score says little of one of them; where people look on a donor says much.
    """
    count = np.maximum(np.bincount(scored), 1)
    level = (np.bincount(scored, value) / count)[scored]
    alone = weight >= 1  # one path on its stimulus: there is no mean but that of all
    away = np.where(alone, value - value.mean(), (value - level) / np.where(alone, 1.0, 1 - weight))
    column, row = np.clip((xy * PARTS).astype(np.int64), 0, PARTS - 1).T
    of = row * PARTS + column
    return (np.bincount(of, away, PARTS**2) / np.maximum(np.bincount(of, minlength=PARTS**2), 1))[of]


def _places(names: pd.Series, order: Sequence[str]) -> np.ndarray:
    """(n,) int64: place of each name; -1 where it is not among them."""
    return pd.Index(order).get_indexer(names)
