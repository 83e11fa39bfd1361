"""How often a 95 % interval holds the true value: simulated worlds whose truth is known, and parts of real data.

    python benchmarks/intervals.py [--root DIR] [--write]

Everything is scored as an evaluation scores it, from tables of scores and cells, or from paths where sets are measured.
`--root` has the folder of OSIE; without it only worlds are simulated.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measure import table as markdown

from gazekit.evaluation.equal_sets import DRAWS
from gazekit.evaluation.estimates import Deviations, Estimates, MeansOverStimuli, People, ValuesOfTheWhole
from gazekit.evaluation.results import CELL_COLUMNS, SCORE_COLUMNS
from gazekit.evaluation.schedule import added_up, of_the_mean
from gazekit.evaluation.set_scoring import (
    ALL,
    CELLS,
    PEOPLE,
    STIMULI,
    SetWork,
    mean_of_draws,
    mean_of_people,
    score_drawn_stimuli,
    score_whole,
)
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.kinds.leaving_out import pseudo_values
from gazekit.metrics.measure import NEGATIVES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "coverage.md"
SIZES = (20, 60, 200)
BEFORE = {  # what the review's re-computation found of the intervals before, where it has the same kind and size
    ("OSIE other-image", 60): "76 %", ("OSIE other-image", 200): "84 %",
    ("OSIE people", 60): "91-97 %", ("OSIE people - other-image", 60): "93 %",
}  # fmt: skip
WIDE = 0.08  # sigma of simulated maps, a share of the width: few cells, and wider than people miss a place
Combination = Callable[[Estimates], Deviations]
DIFFERENCE: dict[str, Combination] = {
    "people": lambda e: e.combine({"human": 1.0}),
    "model": lambda e: e.combine({"model": 1.0}),
    "people - model": lambda e: e.combine({"human": 1.0, "model": -1.0}),
}


@dataclass(frozen=True)
class Covered:
    """One line of the page: how often the interval held the truth, and its error beside the right one."""

    kind: str
    stimuli: int
    people: int
    hits: int
    worlds: int
    stated: float
    right: float

    @property
    def share(self) -> float:
        """Of the intervals, those that held the truth."""
        return self.hits / self.worlds


@dataclass(frozen=True)
class World:
    """People and stimuli with effects of their own; every score is a sum of these.

    Parameters
    ----------
    stimuli, people, samples : int
        Of models.
    skewed : bool
        Effects of stimuli are exponential.
    """

    stimuli: int
    people: int
    samples: int = 5
    skewed: bool = False
    truth = {"human": 0.45, "model": 0.32, "chance": 0.27}  # noqa: RUF012

    def tables(self, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Scores and cells of people, of a model, and of chance, which copies paths of other stimuli."""
        n, p, k = self.stimuli, self.people, self.samples
        hard = rng.exponential(1, n) - 1 if self.skewed else rng.normal(0, 1, n)
        person, cell = rng.normal(0, 0.02, p), rng.normal(0, 0.04, (n, p))
        judged = 0.06 * hard[:, None] + person + cell  # what a stimulus and a judge do to every score
        pairs = judged[:, :, None] + (person + cell)[:, None, :] + _symmetric(rng.normal(0, 0.05, (n, p, p)))
        pairs[:, np.arange(p), np.arange(p)] = np.nan
        scores, cells = [], []

        def add(model: str, values: np.ndarray, judges: np.ndarray, of_judge: int) -> None:
            scores.append(pd.DataFrame({"model": model, "stimulus": names, "value": values, "pairs": of_judge * p}))
            at = {"stimulus": np.repeat(names, p), "donor": "", "subject": np.tile(subjects, n)}
            cells.append(pd.DataFrame({"model": model, **at, "value": judges.ravel(), "pairs": of_judge}))

        names, subjects = np.array([f"s{s:03d}" for s in range(n)]), np.array([f"p{i:02d}" for i in range(p)])
        human = pairs + self.truth["human"]
        add("human", np.nanmean(human, axis=(1, 2)), np.nanmean(human, axis=2), 2 * (p - 1))
        scores[-1]["pairs"] = p * (p - 1)
        gift = rng.normal(0, 0.05, n)[:, None] + rng.normal(0, 0.02, p) + rng.normal(0, 0.05, (n, p))  # of a path
        donor = (np.arange(n)[:, None] + rng.integers(1, n, (n, k))) % n
        giver = rng.integers(0, p, (n, k))
        for model, moved in (
            ("model", rng.normal(0, 0.05, (n, 1)) + rng.normal(0, 0.05, (n, k))),
            ("chance", gift[donor, giver]),
        ):
            each = self.truth[model] + judged[:, None] + moved[:, :, None] + rng.normal(0, 0.05, (n, k, p))
            add(model, each.mean(axis=(1, 2)), each.mean(axis=1), k)
            if model == "chance":
                at = {
                    "stimulus": np.repeat(names, k),
                    "donor": names[donor.ravel()],
                    "subject": subjects[giver.ravel()],
                }
                made = pd.DataFrame({"model": model, **at, "value": each.mean(axis=2).ravel()})
                keys = ["model", "stimulus", "donor", "subject"]
                found = made.groupby(keys, as_index=False).agg(value=("value", "mean"), pairs=("value", "size"))
                cells.append(found.assign(pairs=found["pairs"] * p))
        facts = {"dataset": "d", "metric": "scanmatch"}
        return (
            pd.concat(scores).assign(undefined=0, **facts)[SCORE_COLUMNS],
            pd.concat(cells).assign(**facts).reindex(columns=CELL_COLUMNS),
        )

    def combinations(self) -> dict[str, tuple[Combination, float]]:
        """What is estimated, with its true value."""
        t, chance = self.truth, f"chance, {self.samples} samples"
        share = (t["model"] - t["chance"]) / (t["human"] - t["chance"])
        return {
            "model": (lambda e: e.combine({"model": 1.0}), t["model"]),
            "people": (lambda e: e.combine({"human": 1.0}), t["human"]),
            chance: (lambda e: e.combine({"chance": 1.0}), t["chance"]),
            f"people - {chance}": (lambda e: e.combine({"human": 1.0, "chance": -1.0}), t["human"] - t["chance"]),
            f"model - {chance}": (lambda e: e.combine({"model": 1.0, "chance": -1.0}), t["model"] - t["chance"]),
            "share of the ceiling": (lambda e: e.ratio("model", "human"), t["model"] / t["human"]),
            f"share above {chance}": (lambda e: e.ratio("model", "human", "chance"), share),
        }


def _symmetric(values: np.ndarray) -> np.ndarray:
    return (values + values.transpose(0, 2, 1)) / np.sqrt(2)


def simulate(world: World, worlds: int, *, seed: int = 0) -> list[Covered]:
    """Coverage of every combination over a number of worlds."""
    found: dict[str, list[Any]] = {}
    for number in range(worlds):
        key = (world.stimuli, world.people, world.samples, world.skewed, number)
        (each,) = MeansOverStimuli.of_each(*world.tables(keyed_rng(seed, "coverage", *map(int, key))))
        for kind, (combine, _) in world.combinations().items():
            found.setdefault(kind, []).append(combine(each).estimate())
    skewed = ", skewed" if world.skewed else ""
    return [
        covered(kind + skewed, world.stimuli, world.people, found[kind], truth)
        for kind, (_, truth) in world.combinations().items()
    ]


def covered(kind: str, stimuli: int, people: int, estimates: list[Any], truth: float | None) -> Covered:
    """Count the intervals that hold the truth; without one it is the mean of all values."""
    values = np.array([e.value for e in estimates])
    truth = float(values.mean()) if truth is None else truth
    hits = sum(e.low <= truth <= e.high for e in estimates)
    stated = float(np.sqrt(np.mean([e.error**2 for e in estimates])))
    return Covered(kind, stimuli, people, hits, len(estimates), stated, float(np.sqrt(np.mean((values - truth) ** 2))))


def sets(stimuli: int, people: int, worlds: int, *, seed: int = 0, scale: float = 1.5) -> list[Covered]:
    """Saccade amplitudes of people and of a model, compared as sets; the truth is the mean over worlds of this size.

    Saccades depend on stimulus and person; those of the model, which are `scale` times as long, on the stimulus.
    """
    from gazekit import Scanpaths
    from gazekit.metrics.context import Context
    from gazekit.metrics.measure import find

    shown, samples = [f"s{s:03d}" for s in range(stimuli)], min(5, people // 2)

    def made(rng: np.random.Generator, size: np.ndarray, **columns: Any) -> Scanpaths:
        """Paths of eight fixations with saccades of these sizes, (stimuli, paths), about 2 degrees."""
        steps = 1.5 * size.ravel()[:, None, None] * rng.normal(0, 1, (size.size, 8, 2))
        points = np.clip(10 + np.cumsum(steps, axis=1) - steps[:, :1], 0, 20) * 20
        rows = pd.DataFrame({"stimulus": np.repeat(shown, size.shape[1]), "width": 400.0, "height": 400.0})
        rows = rows.assign(trial=rows["stimulus"], px_per_degree=20.0)
        rows = rows.assign(**{name: np.tile(of, stimuli) for name, of in columns.items()})
        return Scanpaths(*points.reshape(-1, 2).T, 8 * np.arange(len(rows) + 1), rows)

    found: dict[str, list[Any]] = {}
    shares: list[Any] = []
    for number in range(worlds):
        rng = keyed_rng(seed, "coverage of sets", stimuli, people, number)
        of_stimuli, of_people = np.exp(rng.normal(0, 0.2, stimuli))[:, None], np.exp(rng.normal(0, 0.2, people))
        human = made(rng, of_stimuli * of_people, subject=[f"p{i:02d}" for i in range(people)])
        of_model = scale * np.exp(rng.normal(0, 0.2, stimuli))[:, None] * np.ones(samples)
        model = made(rng, of_model, source=["model"] * samples, sample=range(samples))
        work = SetWork(Context(human, {}), [find("amplitude_js")], dict.fromkeys(shown, samples), shown, number)
        tables = []
        for source, paths in (("human", None), ("model", model)):
            tables += [score_whole(work, paths, source, ALL), score_whole(work, paths, source, PEOPLE, range(DRAWS))]
            for part in (STIMULI, CELLS):
                tables.append(score_whole(work, paths, source, part, range(work.halvings[part])))
        joined = mean_of_people(pd.concat(tables, ignore_index=True)).assign(dataset="d")
        (each,) = ValuesOfTheWhole.of_each(joined)
        for kind, combine in DIFFERENCE.items():
            found.setdefault(f"amplitude_js, {kind}", []).append(combine(each).estimate())
        shares.append(each.ratio("human", "model").estimate())
    done = [covered(kind, stimuli, people, each, None) for kind, each in found.items()]
    truth = float(np.divide(*(np.mean([e.value for e in found[f"amplitude_js, {m}"]]) for m in ("people", "model"))))
    return [*done, covered("amplitude_js, share of the ceiling", stimuli, people, shares, truth)]


def judged(
    stimuli: int, people: int, worlds: int, *, asked: tuple[str, ...] = ("paths_nss", "map_cc", "nss"), seed: int = 0
) -> list[Covered]:
    """Maps and densities (or best-of-people scores) of people who look at three places each, evaluated as any data set.

    Their interval knows what each person does by leaving them out. The truth is the mean over worlds of this size.
    """
    from gazekit import Scanpaths, evaluate
    from gazekit.core.frames import Frame
    from gazekit.core.trials import Dataset, Trial

    shown = ("plausibility_best_per_length", "plausibility_mean", "paths_nss", "map_cc", "nss")
    of_each: dict[str, Combination] = {
        "people": lambda e: e.combine({"human": 1.0}),
        "model": lambda e: e.combine({"centre:spread=.2": 1.0}),
        "people - model": lambda e: e.combine({"human": 1.0, "centre:spread=.2": -1.0}),
    }
    found: dict[str, list[Any]] = {}
    for number in range(worlds):
        rng = keyed_rng(seed, "coverage of what people judge", stimuli, people, number)
        points = looked_at(rng, stimuli, people)
        names = [f"s{s:03d}" for s in range(stimuli)]
        rows = pd.DataFrame(
            {"stimulus": np.repeat(names, people), "subject": [f"p{i:02d}" for i in range(people)] * stimuli}
        )
        rows = rows.assign(trial=rows["stimulus"], width=400.0, height=400.0, px_per_degree=20.0)
        paths = Scanpaths(*points.reshape(-1, 2).T, 8 * np.arange(len(rows) + 1), rows)
        data = Dataset("world", tuple(Trial(n, n, Frame(400, 400, 20.0)) for n in names), paths)
        with tempfile.TemporaryDirectory() as folder:
            options = {"n_samples": 3, "seed": number, "nulls": False, "progress": False}
            results = evaluate(data, ["centre:spread=.2"], asked, out=Path(folder) / "run", **options)
        for each in MeansOverStimuli.of_each(results.scores, results.cells):
            for kind, combine in of_each.items() if each.metric in shown else ():
                found.setdefault(f"{each.metric}, {kind}", []).append(combine(each).estimate())
    return [covered(kind, stimuli, people, each, None) for kind, each in found.items()]


def drawn(stimuli: int, people: int, worlds: int, *, seed: int = 0) -> list[Covered]:
    """Maps of sampled paths, `paths_nss` and the like: people and a model that knows the centre only, as sets.

    People look at three places each and miss them in a way of their own. Scored as an evaluation scores them: five
    draws of halves of the people, the same on all stimuli, each person left out. The truth is the mean over worlds of
    this size.
    """
    from gazekit import Scanpaths
    from gazekit.metrics.context import Context
    from gazekit.metrics.measure import find

    names = [f"paths_{name}" for name in ("nss", "auc", "auc_shuffled", "kl", "cc", "sim")]
    measures = [find(name).with_options(sigma_share=WIDE) for name in names]
    shown = [f"s{s:03d}" for s in range(stimuli)]

    def made(points: np.ndarray, **columns: Any) -> Scanpaths:
        each = points.shape[1]
        rows = pd.DataFrame({"stimulus": np.repeat(shown, each), "width": 400.0, "height": 400.0})
        rows = rows.assign(**{name: np.tile(of, stimuli) for name, of in columns.items()})
        return Scanpaths(*points.reshape(-1, 2).T, 8 * np.arange(len(rows) + 1), rows)

    found: dict[str, list[Any]] = {}
    for number in range(worlds):
        rng = keyed_rng(seed, "coverage of maps of paths", stimuli, people, number)
        human = made(looked_at(rng, stimuli, people), subject=[f"p{i:02d}" for i in range(people)])
        points = np.clip(rng.normal(200, 80, (stimuli, people // 2, 8, 2)), 0, 399)
        model = made(points, source=["model"] * (people // 2), sample=range(people // 2))
        work = SetWork(Context(human, {}), measures, dict.fromkeys(shown, people // 2), shown, number)
        parts = [
            score_drawn_stimuli(work, paths, name, draw)
            for name, paths in (("human", None), ("model", model))
            for draw in range(DRAWS)
        ]
        scored = mean_of_draws(parts)
        tables = (table.assign(dataset="d") for table in (scored.rows, of_pieces(scored.cells)))
        for each in MeansOverStimuli.of_each(*tables):
            for kind, combine in DIFFERENCE.items():
                found.setdefault(f"{each.metric}, {kind}", []).append(combine(each).estimate())
    return [covered(kind, stimuli, people, each, None) for kind, each in found.items()]


def shuffled(stimuli: int, people: int, worlds: int, *, seed: int = 0) -> list[Covered]:
    """Densities of the other people, of the centre, and of the centre and the three places alike, scored as ever.

    Where people look on one stimulus is a negative on the others (`auc_shuffled`), and each person makes the gold
    standard of the others. The truth is the mean over worlds of this size.
    """
    from gazekit import Scanpaths
    from gazekit.core.frames import Frame
    from gazekit.core.trials import Trial
    from gazekit.metrics.context import Context, Source
    from gazekit.metrics.fixation_maps.reference import DensityReference
    from gazekit.metrics.measure import find, score_parts

    measures = [find(name) for name in ("auc_shuffled", "nss", "information_gain")]
    names = [f"s{s:03d}" for s in range(stimuli)]
    trials = [Trial(name, name, Frame(400, 400)) for name in names]
    rows = pd.DataFrame(
        {"stimulus": np.repeat(names, people), "subject": [f"p{i:02d}" for i in range(people)] * stimuli}
    )
    rows = rows.assign(trial=rows["stimulus"], width=400.0, height=400.0)

    def around(shape: tuple[int, int], places: np.ndarray, spread: float) -> np.ndarray:
        row, column = ((np.arange(cells) + 0.5) * 400 / cells for cells in shape)
        far = (row[:, None, None] - places[:, 1]) ** 2 + (column[None, :, None] - places[:, 0]) ** 2
        made = np.exp(-far / (2 * spread**2)).sum(axis=2)
        return made / made.sum()

    kinds: dict[str, dict[str, float]] = {
        "people": {"human": 1.0},
        "the centre": {"centre": 1.0},
        "a model that looks": {"looks": 1.0},
        "a model that looks - the centre": {"looks": 1.0, "centre": -1.0},
        "people - a model that looks": {"human": 1.0, "looks": -1.0},
    }
    found: dict[str, list[Any]] = {}
    for number in range(worlds):
        rng = keyed_rng(seed, "coverage of shuffled AUC", stimuli, people, number)
        places = rng.uniform(60, 340, (stimuli, 3, 2))
        points = looked_at(rng, stimuli, people, places)
        human = Scanpaths(*points.reshape(-1, 2).T, 8 * np.arange(len(rows) + 1), rows)
        reference = DensityReference.of(human, trials, seed=number, gold=(0.04, 0.03))
        context = Context(human, trials=trials, density=reference)

        def centre(trial: Any, shape: tuple[int, int]) -> np.ndarray:
            return np.log(around(shape, np.array([[200.0, 200.0]]), 80.0))

        def looks(trial: Any, shape: tuple[int, int], places: np.ndarray = places) -> np.ndarray:
            return np.log((np.exp(centre(trial, shape)) + around(shape, places[names.index(trial.id)], 30.0)) / 2)

        sources = Source("human", human), Source("centre", human, centre), Source("looks", human, looks)
        scored = [score_parts(measures, source, human, context) for source in sources]
        values, cells = (pd.concat(each, ignore_index=True) for each in zip(*scored, strict=True))
        for each in MeansOverStimuli.of_each(values.assign(dataset="d"), of_pieces(cells).assign(dataset="d")):
            for kind, weights in kinds.items():
                found.setdefault(f"{each.metric}, {kind}", []).append(each.combine(weights).estimate())
    return [covered(kind, stimuli, people, each, None) for kind, each in found.items()]


def of_pieces(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells as an evaluation has them whose pieces these are: negatives move the mean over stimuli."""
    negatives = cells["donor"] == NEGATIVES
    return pd.concat([cells[~negatives], of_the_mean(added_up([cells[negatives]]))], ignore_index=True)


def looked_at(rng: np.random.Generator, stimuli: int, people: int, places: np.ndarray | None = None) -> np.ndarray:
    """(stimuli, people, 8, 2) fixations on images of 400 px at three places each, which each person misses."""
    places = rng.uniform(60, 340, (stimuli, 3, 2)) if places is None else places
    which = rng.integers(0, 3, (stimuli, people, 8))
    points = places[np.arange(stimuli)[:, None, None], which] + rng.normal(0, 15, (1, people, 1, 2))
    return np.clip(points + rng.normal(0, 20, points.shape), 0, 399)


def halves(stimuli: int, people: int, worlds: int, *, seed: int = 0) -> list[Covered]:
    """Correlations of a map of half of the people with a model's and with that of the other half, as in `map_cc`.

    People look at three places and miss them each in a way of their own. All that five draws and left-out people need
    are the products of any two maps. The truth is the mean over worlds of this size.
    """
    from scipy.ndimage import gaussian_filter

    cells = 20
    place = np.stack(np.mgrid[:cells, :cells], axis=-1).reshape(-1, 2) - (cells - 1) / 2
    model = np.exp(-(place**2).sum(axis=1) / (2 * (0.2 * cells) ** 2))
    model /= model.sum()
    found: dict[str, list[Any]] = {}
    for number in range(worlds):
        rng = keyed_rng(seed, "coverage of halves", stimuli, people, number)
        at = (looked_at(rng, stimuli, people) * cells / 400).astype(int)
        maps = np.zeros((stimuli, people, cells, cells))
        who = np.arange(stimuli)[:, None, None], np.arange(people)[:, None]
        np.add.at(maps, (*who, at[..., 1], at[..., 0]), 1 / 8)
        maps = gaussian_filter(maps, (0, 0, 1, 1), mode="reflect").reshape(stimuli, people, -1)
        both = np.concatenate([maps, np.broadcast_to(model, (stimuli, 1, cells**2))], axis=1)
        both = both - both.mean(axis=2, keepdims=True)
        products = both @ both.transpose(0, 2, 1)
        order = rng.permuted(np.tile(np.arange(people), (stimuli, DRAWS, 1)), axis=2)
        columns, parts = {}, {}
        for source in ("human", "model"):
            columns[source], moved = _of_halves(products, order < people // 2, source == "human")
            parts[source] = People(-moved, np.zeros_like(moved))
        counts = pd.DataFrame({"undefined": 0}, index=list(columns))
        each = MeansOverStimuli("world", "map_cc", columns, counts, "stimuli and people", parts)
        for kind, combine in DIFFERENCE.items():
            found.setdefault(f"maps of halves, {kind}", []).append(combine(each).estimate())
    return [covered(kind, stimuli, people, each, None) for kind, each in found.items()]


def _of_halves(products: np.ndarray, first: np.ndarray, of_people: bool) -> tuple[np.ndarray, np.ndarray]:
    """(stimuli,) mean correlation over draws, (people, stimuli) its deviations; `first` is (stimuli, draws, people)."""
    people = first.shape[2]
    centre = np.zeros(people + 1)
    centre[-1] = 1.0

    def value(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Correlation of the maps of two groups, whatever stands between stimulus and person."""
        shares = [np.pad(g / g.sum(axis=-1, keepdims=True), [(0, 0)] * (g.ndim - 1) + [(0, 1)]) for g in (one, other)]
        mine = 0.97 * shares[0] + 0.03 * centre if of_people else np.broadcast_to(centre, shares[0].shape)
        shape, (a, b) = mine.shape, (s.reshape(len(products), -1, people + 1) for s in (mine, shares[1]))
        across, within, opposite = ((left @ products * right).sum(axis=2) for left, right in ((a, b), (a, a), (b, b)))
        return (across / np.sqrt(within * opposite)).reshape(shape[:-1])

    sides = first, ~first
    drawn = value(*sides)
    mean, moved = drawn.mean(axis=1), 0.0
    for k in range(2) if of_people else (1,):
        left = [np.repeat(side[:, :, None], people, axis=2) for side in sides]
        left[k] = left[k] & ~np.eye(people, dtype=bool)
        lost = np.where(sides[k], value(*left) - drawn[:, :, None], np.nan)
        stand = pseudo_values(drawn, np.moveaxis(lost, 2, 0)) - mean[:, None]
        moved = moved + np.nan_to_num(stand).sum(axis=2) / (sides[k][0, 0].sum() * DRAWS)
    return mean, moved * np.sqrt(people / (people - 1))


def osie(root: Path, sizes: Mapping[int, int], *, seed: int = 0) -> Iterator[Covered]:
    """Random images of OSIE with ScanMatch, over stimuli: the truth is that of all 700, with the same people.

    Nulls are fitted anew on the images taken. Images are taken without replacement, which lessens the spread by the
    root of 1 - n / 700: distances from the truth are divided by it.
    """
    from gazekit import load_dataset
    from gazekit.evaluation.lengths import donors_of, length_donors
    from gazekit.evaluation.pieces import cells_of_numbers
    from gazekit.evaluation.preparation import prepare_humans
    from gazekit.metrics.context import Context, Source
    from gazekit.metrics.measure import find, score_parts
    from gazekit.models.specs import model_from_text

    data = load_dataset("osie", root)
    data = replace(data, scanpaths=prepare_humans(data).paths)
    measure = [find("scanmatch")]

    def scored(part: Any, samples: int, key: int) -> MeansOverStimuli:
        people = part.scanpaths
        context, rows, cells = Context(people, {}), [], []
        sources = [Source("human", people)]
        options = {"n_samples": samples, "seed": key, "progress": False}
        copied = model_from_text("other-image").fit(part).predict(part.trials, **options)
        asked = copied.lengths.reshape(-1, samples)
        drawn = {"seed": key, "asked": asked, "of_lengths": length_donors(part, samples, seed=key)}
        for name in ("other-image", "empirical", "centre:spread=fitted"):
            model = model_from_text(name).fit(part)
            paths = model.predict(part.trials, lengths=asked, **options)
            sources.append(Source(name, paths, None, donors_of(model, paths, part.trials, **drawn)))
        for source in sources:
            found = score_parts(measure, source, people, context)
            rows.append(found.rows)
            cells.append(found.cells)

        def moved(model: Any) -> pd.DataFrame:
            source = Source(name, model.predict(part.trials, lengths=asked, **options))
            return score_parts(measure, source, people, context).rows

        cells.append(cells_of_numbers(model, rows[-1], moved, part.stimuli))  # the last one learns two
        tables = (pd.concat(each, ignore_index=True).assign(dataset="osie") for each in (rows, cells))
        (each,) = MeansOverStimuli.of_each(*tables, over="stimuli")
        return each

    combinations: dict[str, Combination] = {
        "OSIE people": lambda e: e.combine({"human": 1.0}),
        "OSIE other-image": lambda e: e.combine({"other-image": 1.0}),
        "OSIE empirical": lambda e: e.combine({"empirical": 1.0}),
        "OSIE fitted centre": lambda e: e.combine({"centre:spread=fitted": 1.0}),
        "OSIE people - other-image": lambda e: e.combine({"human": 1.0, "other-image": -1.0}),
        "OSIE empirical - other-image": lambda e: e.combine({"empirical": 1.0, "other-image": -1.0}),
    }
    full = scored(data, 10, seed)
    truth = {kind: combine(full).value for kind, combine in combinations.items()}
    for n, times in sizes.items():
        found: dict[str, list[Any]] = {kind: [] for kind in combinations}
        shrunk = np.sqrt(1 - n / len(data.stimuli))
        for number in range(times):
            taken = keyed_rng(seed, "coverage of OSIE", n, number).permutation(len(data.stimuli))[:n]
            names = {data.stimuli[k] for k in taken}
            kept = np.flatnonzero(data.scanpaths.table["stimulus"].isin(names))
            trials = tuple(t for t in data.trials if t.stimulus in names)
            each = scored(replace(data, trials=trials, scanpaths=data.scanpaths[kept]), 5, number)
            for kind, combine in combinations.items():
                one = combine(each).estimate()
                value = truth[kind] + (one.value - truth[kind]) / shrunk
                off = value - one.value
                found[kind].append(replace(one, value=value, low=one.low + off, high=one.high + off))
        for kind, estimates in found.items():
            yield covered(kind, n, 15, estimates, truth[kind])


def lines(found: list[Covered]) -> list[str]:
    """The table of the page."""
    rows = []
    for c in found:
        error = 100 * np.sqrt(c.share * (1 - c.share) / c.worlds)
        off = "" if 0.93 <= c.share <= 0.97 else f"{100 * (c.share - (0.93 if c.share < 0.93 else 0.97)):+.1f}"
        before = BEFORE.get((c.kind, c.stimuli), "")
        at = (c.kind, str(c.stimuli), str(c.people), str(c.worlds), f"{100 * c.share:.1f} +- {error:.1f} %")
        rows.append((*at, off, f"{c.stated / c.right:.2f}" if c.right > 1e-12 else "does not move", before))
    heads = ("interval of", "stimuli", "people", "worlds", "holds the truth", "outside 93-97 % by", "error / right")
    return markdown((*heads, "review, before"), rows)


def main() -> None:
    """Print the table, and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--root", type=Path, help="folder of OSIE")
    options.add_argument("--worlds", type=int, default=1000, help="simulated; a part of them where one takes seconds")
    options.add_argument("--write", action="store_true", help="write docs/results/coverage.md")
    given = options.parse_args()
    found: list[Covered] = []

    def note(more: list[Covered]) -> None:
        found.extend(more)
        print(*lines(more)[2:], sep="\n", flush=True)

    for n in SIZES:
        note(simulate(World(n, 15), given.worlds))
    for world in (World(60, 15, 2), World(60, 15, 20), World(60, 5), World(20, 5)):
        note(simulate(world, given.worlds))
    for n in SIZES[:2]:
        note(simulate(World(n, 15, skewed=True), given.worlds))
    if given.root:
        for one in osie(given.root, {20: given.worlds // 4, 60: given.worlds // 4, 200: given.worlds // 20}):
            note([one])
    for n, people in ((20, 6), (20, 15), (60, 15)):
        note(sets(n, people, given.worlds // 3))
    for n, people in ((20, 6), (20, 15), (60, 6)):
        note(halves(n, people, given.worlds))
    for n, people in ((20, 6), (60, 6)):
        note(shuffled(n, people, given.worlds // 4))
    for people in (6, 15):
        note(drawn(20, people, given.worlds // 4))
    for n, people, times in ((20, 6, given.worlds // 5), (20, 15, given.worlds // 10), (60, 6, given.worlds // 20)):
        note(judged(n, people, times))
        note(judged(n, people, times // 2, asked=("plausibility",)))
    if given.write:
        sys.path.append(str(PAGE.parent))
        from between_marks import put

        put(PAGE, "<!-- table -->", "\n".join(lines(found)))


if __name__ == "__main__":
    main()
