"""Log densities at people's fixations, beside the gold standard that people make.

A model that has `log_density(trial, shape)` gives the density of a fixation whatever came before. People's row is the
gold standard: for each person a smoothed map of the other people's fixations, mixed with the centre bias.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError, check_known
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.columns import Size
from gazekit.metrics.context import Context, LogDensity, Source
from gazekit.metrics.fixation_maps.pixels import SIGMA_SHARE, as_log_density, density_shape
from gazekit.metrics.fixation_maps.reference import DRAWS_OF_HALVES, DensityReference, PeopleMaps, Saccades
from gazekit.metrics.kinds.leaving_out import cells_of, deviations, pseudo_values
from gazekit.metrics.means import mean_defined
from gazekit.metrics.measure import (
    CELL_COLUMNS,
    NEGATIVES,
    ROW_COLUMNS,
    Kind,
    Measure,
    Scored,
    Unit,
    find,
    join_scored,
    make,
)

# People without each of whom a judge is left out: others' densities move with each judge nearly alike, and what is
# left to chance here is in all sums of squares that make an interval, and goes out of them.
JUDGED = 3
_NEEDS = {
    "baseline": "the log density of a baseline or prior",
    "others": "people's fixations on the other images",
    "sigma": "sigma, the width of the Gaussian that smooths people's fixations",
}


@dataclass(frozen=True)
class AgainstOthers:
    """A measure that is a mean over fixations on the other images: each of them moves the score as well.

    Parameters
    ----------
    compute : callable
        As for `density_measure`.
    of_each : callable
        `of_each(log_density, x, y, size, weights=..., others=...)`, (m,) float64: the sum of the weighted values of the
        fixations, if there were no other fixation than this one of m.
    """

    compute: Callable[..., Any]
    of_each: Callable[..., np.ndarray]

    def __call__(self, log_density: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size, **needs: Any) -> Any:
        """All of them together."""
        return self.compute(log_density, x, y, size, **needs)


def density_measure(
    compute: Callable[..., Any],
    name: str,
    *,
    unit: Unit = "fixation",
    outputs: tuple[str, ...] = (),
    higher_is_better: bool = True,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    **facts: Any,
) -> Measure:
    """Make and register a measure of a model's log density at the fixations that people made.

    Parameters
    ----------
    compute : callable
        `compute(log_density, x, y, size, **needs)` gives (n, k) values, or (k,) for the unit "stimulus"; each need is
        given by its name. An `AgainstOthers` where the other images' fixations are judged against.
    name : str
        The measure's name.
    unit : {"fixation", "stimulus"}
        See `Measure`.
    outputs : tuple of str
        Names of its columns; default one, the measure's name.
    higher_is_better : bool
        True for a gain, False for a distance.
    bounds : (float, float)
        Least and greatest value.
    **facts
        Further fields of `Measure`: summary and source at least. `needs` are "baseline" (log density of the same
        shape), "others" ((m, 2) fixations on other images as shares of width and height) and "sigma" (px, for people's
        map); "history" is a density of the next fixation given the true ones before it, which is then what is scored.
    """
    return make(name, DENSITIES, unit, compute, {}, outputs or (name,), higher_is_better, bounds, **facts)


def score_density(
    measure: str | Measure, log_density: ArrayLike, x: ArrayLike, y: ArrayLike, *, size: Size = None, **given: Any
) -> np.ndarray:
    """Score one image's log density.

    Parameters
    ----------
    measure : str or Measure
        A measure of densities, or its name.
    log_density : (rows, columns) array
        Natural logarithms of probabilities that add up to 1.
    x, y : (n,) array
        People's fixations, px of the shown image.
    size : (width, height), optional
        Of the shown image, px, where the map has another resolution.
    **given
        What the measure needs: `baseline`, a log density (rows, columns) of a baseline or prior; `others`, fixations
        (m, 2) on the other images, x and y as shares of width and height; `sigma`, standard deviation, px, of the
        Gaussian that makes people's fixations a map. What it does not need is not looked at.

    Returns
    -------
    (n, k) float64
        One row per fixation, or one row for the image; NaN where not defined.

    Raises
    ------
    MissingNeedError
        Something that the measure needs was not given.
    GazekitError
        A log density that does not add up to 1.

    Examples
    --------
    >>> score_density("nss", np.log([[0.25, 0.75]]), [1.5, 0.5], [0.5, 0.5]).tolist()
    [[1.0], [-1.0]]
    """
    chosen = find(measure)
    needed = {}
    for need in chosen.needs:
        if need == "history":
            continue
        check_known("need of a measure of densities", need, _NEEDS)
        if given.get(need) is None:
            raise MissingNeedError(f"{chosen.name} needs {_NEEDS[need]}; give it as {need}=...")
        needed[need] = given[need]
    others = needed.get("others")
    if others is not None and (np.ndim(others) != 2 or np.shape(others)[1] != 2):
        raise GazekitError(f"others are fixations (m, 2), x and y from 0 to 1 each, not of shape {np.shape(others)}")
    values = np.asarray(chosen.steps(as_log_density(log_density), x, y, size, **needed), dtype=np.float64)
    rows = 1 if chosen.unit == "stimulus" else np.asarray(x, dtype=np.float64).size
    return values.reshape(rows, len(chosen.outputs))


def _lacking(measure: Measure, context: Context) -> str:
    if context.people.facts.unit != "px":
        return "it needs px of the shown image, and the human scanpaths are in degrees"
    if not context.models_have_densities:
        return "no model of this run gives a log density (uniform, centre, empirical and priority do)"
    if context.people.table["stimulus"].nunique() < 2:
        return "its centre bias is learned from the other images, and there is only one"
    return ""


def _rows(chosen: Sequence[Measure], source: Source, people: Scanpaths, context: Context) -> Scored:
    """As `Measure.rows`; no row for a model without a density.

    Measures of fixations are averaged within each person, then over people; a person's fixations meet a gold standard
    of the other people. Where one fixation has probability 0 the mean would be -inf: the stimulus has no value, and
    all its people count as undefined. Measures of maps are averaged over draws of half of the people, whose map the
    density is compared with; the gold standard is made of the other half. Cells: a person's mean, for measures of
    fixations of a model; for people, whose gold standard is made of them too, and for measures of maps, each person
    left out. Fixations that are other images' negatives are a number that the source has learned (`NEGATIVES`).
    """
    if context.density is None:
        raise AssertionError("measures of densities are asked for and their reference was not learned")
    found: dict[tuple[str, str], list[tuple[str | None, float]]] = {}
    left_out: dict[tuple[str, str], list[_LeftOut]] = {}
    negatives: dict[tuple[str, str], np.ndarray] = {}
    if source.is_people or source.log_density is not None:
        rows_of = people.table.groupby("trial", sort=False).indices
        for trial in context.trials:
            if trial.id in rows_of:
                human = people[rows_of[trial.id]]
                still = [m for m in chosen if "history" not in m.needs]
                scored = _score_trial(still, source.log_density, trial, human, context.density)
                for output, of_persons in scored.left_out.items():
                    count = int(np.isfinite([value for _, value in scored.values[output]]).sum())
                    left_out.setdefault((output, trial.stimulus), []).append(_LeftOut(count, of_persons))
                for output, above in scored.negatives.items():
                    key = (output, trial.stimulus)
                    negatives[key] = negatives.get(key, 0.0) + above
                here = [
                    *scored.values.items(),
                    *_score_next([m for m in chosen if m not in still], source, trial, human, context.density).items(),
                ]
                for output, each in here:
                    found.setdefault((output, trial.stimulus), []).extend(each)
    rows, cells = [], []
    moved: dict[tuple[str, str], list[tuple[str, float]]] = {}
    by_other: dict[str, dict[str, np.ndarray]] = {}
    for (output, stimulus), named in found.items():
        numbers = np.array([value for _, value in named])
        if np.isinf(numbers).any():  # leaving out whom the model gave probability 0 would reward it
            numbers = np.full(len(numbers), np.nan)
        fine = np.isfinite(numbers)
        rows.append((source.name, output, stimulus, mean_defined(numbers[fine]), len(numbers), int((~fine).sum())))
        if fine.any() and (output, stimulus) in negatives:
            by_other.setdefault(output, {})[stimulus] = negatives[output, stimulus] / fine.sum() - numbers[fine].mean()
        if (output, stimulus) in left_out:
            moved[output, stimulus] = _joined(left_out[output, stimulus], int(fine.sum()))
            continue
        of_person: dict[str, list[float]] = {}
        for (subject, value), defined in zip(named, fine, strict=True):
            if subject is not None and defined:
                of_person.setdefault(subject, []).append(value)
        nowhere = (float("nan"), float("nan"))
        for person, v in of_person.items():
            cells.append((source.name, output, stimulus, "", person, float(np.mean(v)), len(v), *nowhere))
    table = pd.DataFrame(rows, columns=ROW_COLUMNS)
    others = [_cells_of_others(source.name, output, of, context.density) for output, of in by_other.items()]
    parts = [pd.DataFrame(cells, columns=CELL_COLUMNS), cells_of(source.name, table, moved), *others]
    return join_scored([table], parts)


class _LeftOut(NamedTuple):
    """Deviations of each person on one trial, and how many values of the stimulus are this trial's."""

    size: int
    of_persons: list[tuple[str, float]]


def _joined(trials: Sequence[_LeftOut], total: int) -> list[tuple[str, float]]:
    """Deviations of each person on a stimulus, whose value is a mean over `total` values of all its trials."""
    found: dict[str, float] = {}
    for size, of_persons in trials:
        for subject, deviation in of_persons:
            found[subject] = found.get(subject, 0.0) + deviation * size / max(total, 1)
    return list(found.items())


def _cells_of_others(
    model: str, output: str, by_stimulus: Mapping[str, np.ndarray], reference: DensityReference
) -> pd.DataFrame:
    """How far each person on each image has moved the sum over stimuli as a negative of the others.

    A stimulus without a value has moved nothing, and takes none of it on itself.
    """
    moved, used = np.zeros(len(reference.others)), np.zeros(len(reference.others), dtype=bool)
    for stimulus, above in by_stimulus.items():
        rows = reference.others_than(stimulus)
        moved[rows] += above / len(rows)
        used[rows] = True
    codes, who = np.unique(reference.others[used, 2:].astype(np.int64), axis=0, return_inverse=True)
    value = np.bincount(who.reshape(-1), moved[used], len(codes))
    names = np.array(reference.stimuli, dtype=object), np.array(reference.subjects, dtype=object)
    owed = {"stimulus": names[0][codes[:, 0]], "subject": names[1][codes[:, 1]], "value": value}
    parts = [pd.DataFrame({"stimulus": list(by_stimulus), "subject": "", "value": 1.0}), pd.DataFrame(owed)]
    facts = {"model": model, "metric": output, "donor": NEGATIVES, "pairs": 0}
    return pd.concat(parts, ignore_index=True).assign(**facts).reindex(columns=CELL_COLUMNS)


class _OfTrial(NamedTuple):
    """What one trial gives.

    Attributes
    ----------
    values : mapping of output to list of (subject, value)
        Of each person with their name, or of each draw without one.
    left_out : mapping of output to list of (subject, deviation)
        Of measures of maps, over all draws, and of people's own values.
    negatives : mapping of output to (m,) float64
        The sum of people's values against each single fixation on the other images (`DensityReference.others_than`).
    """

    values: dict[str, list[tuple[str | None, float]]]
    left_out: dict[str, list[tuple[str, float]]]
    negatives: dict[str, np.ndarray]


def _score_trial(
    chosen: Sequence[Measure],
    log_density: LogDensity | None,
    trial: Trial,
    human: Scanpaths,
    reference: DensityReference,
) -> _OfTrial:
    """Score one trial by measures whose density is that of any fixation."""
    shape = density_shape(trial.frame)
    people = PeopleMaps(human, trial.frame, shape, reference.bandwidth if log_density is None else None)
    baseline = reference.bias.log_density(trial.stimulus, shape)
    given = {
        "baseline": baseline,
        "others": reference.others[reference.others_than(trial.stimulus), :2],
        "sigma": trial.frame.px_per_degree or SIGMA_SHARE * trial.frame.width,
    }
    own = None if log_density is None else np.asarray(log_density(trial, shape), dtype=np.float64)
    found = _OfTrial({}, {}, {})
    by_fixation = [m for m in chosen if m.unit == "fixation"]
    outputs = [output for measure in by_fixation for output in measure.outputs]
    subjects = [str(subject) for subject in pd.unique(human.table["subject"])]  # as `People` orders them

    def judged_by(judges: np.ndarray) -> np.ndarray | None:
        """The model's density, or the gold standard of the judges; None where they have no fixation."""
        if own is not None or not people.maps[judges].any():
            return own
        return reference.gold(people.maps[judges], baseline)

    def of_fixations(judges: np.ndarray, group: np.ndarray, *, others_too: bool = True) -> np.ndarray:
        """(group, outputs) float64: means over the fixations of each of a group of people."""
        judged = judged_by(judges)
        if judged is None:
            return np.full((len(group), len(outputs)), np.nan)
        x, y = (np.concatenate([people.points[k][axis] for k in group]) for axis in (0, 1))
        who = np.repeat(np.arange(len(group)), [len(people.points[k][0]) for k in group])
        columns = []
        for measure in by_fixation:
            values = score_density(measure, judged, x, y, size=trial.frame.size, **given)
            inside = ~np.isnan(values).any(axis=1)  # one of probability 0 makes the mean -inf
            parts = [values[inside & (who == k)] for k in range(len(group))]
            columns.append([p.mean(axis=0) if len(p) else np.full(values.shape[1], np.nan) for p in parts])
            if others_too and isinstance(measure.steps, AgainstOthers):
                weights = np.where(inside, 1 / np.maximum(np.bincount(who[inside], minlength=len(group)), 1)[who], 0.0)
                above = measure.steps.of_each(judged, x, y, trial.frame.size, weights=weights, others=given["others"])
                found.negatives[measure.name] = found.negatives.get(measure.name, 0.0) + above
        return np.concatenate(columns, axis=1)

    def of_maps(judges: np.ndarray, group: np.ndarray) -> np.ndarray:
        """Compare with the map of a group of people: one value for each of `maps`."""
        judged = judged_by(judges)
        if judged is None or not len(group):
            return np.full(len(maps), np.nan)
        x, y = (np.concatenate([people.points[k][axis] for k in group]) for axis in (0, 1))
        each = [score_density(m, judged, x, y, size=trial.frame.size, **given)[0] for m in by_map]
        return np.concatenate(each)

    everybody = np.arange(len(people.points))
    # A model's density is scored at everybody's fixations at once, people's once per person left out.
    groups = [everybody] if own is not None else [everybody[[person]] for person in everybody]
    if outputs:
        values = np.concatenate([of_fixations(np.setdiff1d(everybody, group), group) for group in groups])
        for k, output in enumerate(outputs):
            found.values[output] = list(zip(subjects, values[:, k].tolist(), strict=True))
        if own is None and len(everybody) > 2:
            lost = np.stack([_means(values[everybody != judge]) for judge in everybody]) - _means(values)
            order = keyed_rng(reference.seed, "judges left out", trial.id).permutation(len(everybody))
            for judge in everybody:
                place = int(np.flatnonzero(order == judge)[0])
                moved = [
                    of_fixations(np.setdiff1d(everybody, [person, judge]), person[None], others_too=False)[0]
                    - values[person]
                    for person in order[(place - np.arange(1, min(JUDGED, len(order) - 1) + 1)) % len(order)]
                ]
                lost[judge] += np.nan_to_num(_means(np.array(moved)))
            for output, without in zip(outputs, lost.T, strict=True):
                known = np.flatnonzero(np.isfinite(without))
                moved = deviations(without[known]).tolist()
                found.left_out[output] = [(subjects[k], d) for k, d in zip(known, moved, strict=True)]
    by_map = [m for m in chosen if m.unit == "stimulus"]
    maps = [output for measure in by_map for output in measure.outputs]
    if not maps:
        return found
    halves = []
    for draw in range(DRAWS_OF_HALVES):
        order = keyed_rng(reference.seed, "halves of people", trial.id, draw).permutation(len(everybody))
        halves.append((order[: len(order) // 2], order[len(order) // 2 :]))
    drawn = [of_maps(*half) for half in halves]
    for k, output in enumerate(maps):
        found.values[output] = [(None, float(value[k])) for value in drawn]
    if len(everybody) < 4:
        return found
    value, fine = np.array([mean_defined(each) for each in np.transpose(drawn)]), np.isfinite(drawn).sum(axis=0)
    stands = np.zeros((len(everybody), len(maps)))
    for (judges, group), whole in zip(halves, drawn, strict=True):
        sides = [(group, np.array([of_maps(judges, group[group != k]) for k in group]) - whole)]
        if own is None:
            sides.append((judges, np.array([of_maps(judges[judges != k], group) for k in judges]) - whole))
        for side, lost in sides:
            count = np.maximum(np.isfinite(lost).sum(axis=0), 1)
            share = (pseudo_values(whole, lost) - value) / (count * np.maximum(fine, 1))
            stands[side] += np.where(np.isfinite(whole), share, 0.0)
    stands *= np.sqrt(len(everybody) / (len(everybody) - 1))
    found.left_out.update({o: list(zip(subjects, stands[:, k].tolist(), strict=True)) for k, o in enumerate(maps)})
    return found


def _means(values: np.ndarray) -> np.ndarray:
    """(outputs,) float64: means over people, (people, outputs), of those who have a value."""
    return np.array([mean_defined(column) for column in values.T])


def _score_next(
    chosen: Sequence[Measure], source: Source, trial: Trial, human: Scanpaths, reference: DensityReference
) -> Mapping[str, list[tuple[str | None, float]]]:
    """Values of each person with their name, by output: the mean over all fixations but the first of their paths."""
    if not chosen:
        return {}
    shape = density_shape(trial.frame)
    people = PeopleMaps(human, trial.frame, shape, reference.bandwidth if source.is_people else None)
    baseline = reference.bias.log_density(trial.stimulus, shape)
    persons, subjects = pd.factorize(human.table["subject"])
    found: dict[tuple[int, str], list[float]] = {}

    def logs(person: np.int64, path: Scanpath) -> Iterable[np.ndarray]:
        """Density of every fixation but the first: the model's, or the gold standard of the other people."""
        if source.next_densities is not None:
            return source.next_densities(trial, path, shape)[1:]
        rest = np.arange(len(subjects)) != person
        if not people.maps[rest].any():
            return ()
        others = Saccades.joined([people.saccades[k] for k in np.flatnonzero(rest)])
        any_time = reference.gold(people.maps[rest], baseline)
        return (reference.gold_next(others, now, any_time, baseline) for now in path.xy[:-1])

    def judged() -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Densities, each with the fixations (n, 2) that it judges, and whose they are."""
        if source.log_density is not None and source.next_densities is None:
            later = human.rank_of() > 0
            points = np.column_stack([human.x, human.y])[later]
            yield source.log_density(trial, shape), points, persons[human.path_of()[later]]
            return
        for person, path in zip(persons, human, strict=True):
            for point, log_density in zip(path.xy[1:], logs(person, path), strict=False):
                yield log_density, point[None], person[None]

    for log_density, points, whose in judged():
        for measure in chosen:
            rows = score_density(measure, log_density, *points.T, size=trial.frame.size, baseline=baseline)
            for output, values in zip(measure.outputs, rows.T.tolist(), strict=True):
                for person, value in zip(whose.tolist(), values, strict=True):
                    found.setdefault((person, output), []).append(value)
    return {
        output: [(str(name), mean_defined(np.array(found.get((k, output), [])))) for k, name in enumerate(subjects)]
        for measure in chosen
        for output in measure.outputs
    }


DENSITIES = Kind("log densities at people's fixations", 3, _lacking, _rows)
