"""OSIE's people, their paths changed more and more, degenerate paths, and what a measure says of all these.

Used by cards.py beside it. Every random number comes from a key, so the same data give the same numbers.
"""

import os
from collections.abc import Callable
from functools import cache
from itertools import permutations, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit import Scanpaths, load_dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import measures, pairwise, plausibility_table, score_sets

DATA = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
PX_PER_DEGREE = 24.0  # given by us: the data set states none
SEED = 0
NOISE = (0, 0.25, 0.5, 1, 2, 4, 8)  # standard deviation, degrees
LENGTH = (0.25, 0.5, 0.75, 1, 1.5, 2)  # of the path; beyond 1 it begins again
SHUFFLED = (0, 0.25, 0.5, 0.75, 1)  # share of the fixations that change places
DEGENERATE = ("ten uniform points", "a scan in two rows", "the centre ten times", "one random point ten times")
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


class Row(NamedTuple):
    """A line of a card's table and of its figure: a column of a measure under some options."""

    label: str
    metric: str
    column: int = 0
    options: tuple[tuple[str, Any], ...] = ()


@cache
def people() -> Scanpaths:
    """Paths of all people, sorted by image."""
    paths = load_dataset("osie", DATA / "osie").scanpaths
    paths = paths.replace(table=paths.table.assign(px_per_degree=PX_PER_DEGREE))
    order = np.lexsort((paths.table["subject"], paths.table["stimulus"]))
    return paths[order]


@cache
def chosen() -> np.ndarray:
    """A row of one person of each image."""
    rows = people().table.groupby("stimulus", sort=True).indices
    return np.array([int(keyed_rng(SEED, "cards", "person", str(name)).choice(rows[name])) for name in rows])


def changed(change: Change, kind: str) -> Scanpaths:
    """The chosen people's paths, each (n, 3) array of x, y and duration changed by its own random numbers."""
    own = people()[chosen()]
    parts = []
    for path, name in zip(own, own.table["stimulus"], strict=True):
        parts.append(change(path.xyt, keyed_rng(SEED, "cards", kind, str(name))))
    return made(parts, own.table)


def made(parts: list[np.ndarray], table: pd.DataFrame) -> Scanpaths:
    """Scanpaths from one (n, 3) array of x, y and duration per row of a table."""
    x, y, duration = np.concatenate(parts).T
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    return Scanpaths(x, y, offsets, table, duration=duration, facts=people().facts)


def with_noise(size: float) -> Change:
    """Gaussian noise of so many degrees on every position."""

    def change(path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return path + np.column_stack([rng.normal(size=(len(path), 2)) * size * PX_PER_DEGREE, np.zeros(len(path))])

    return change


def with_length(share: float) -> Change:
    """So much of the path, from its first fixation; it begins again where it is too short."""
    return lambda path, rng: np.concatenate([path, path])[: max(1, round(share * len(path)))]


def with_shuffled(share: float) -> Change:
    """So many of the fixations exchange their places in the order."""

    def change(path: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        moving = rng.permutation(len(path))[: round(share * len(path))]
        path = path.copy()
        path[moving] = path[rng.permutation(moving)]
        return path

    return change


CHANGES = (
    ("noise, degrees", NOISE, with_noise),
    ("length, times its own", LENGTH, with_length),
    ("share that change places", SHUFFLED, with_shuffled),
)


@cache
def all_changed() -> list[list[Scanpaths]]:
    """The chosen paths under every size of every change."""
    return [[changed(make(x), title) for x in sizes] for title, sizes, make in CHANGES]


def degenerate(kind: str) -> Scanpaths:
    """One path of ten fixations of 250 ms per image."""
    table = people().table.iloc[chosen()].assign(subject="degenerate", source="degenerate")
    parts = []
    for name in table["stimulus"]:
        rng = keyed_rng(SEED, "cards", kind, str(name))
        xy = {
            "ten uniform points": lambda rng=rng: rng.uniform(0, (800, 600), (10, 2)),
            "a scan in two rows": lambda: np.array([(80 + 160 * (k % 5), 150 + 300 * (k // 5)) for k in range(10)]),
            "the centre ten times": lambda: np.tile((399.0, 299.0), (10, 1)),
            "one random point ten times": lambda rng=rng: np.tile(rng.uniform(0, (800, 600)), (10, 1)),
        }[kind]()
        parts.append(np.column_stack([xy, np.full(10, 250.0)]))
    return made(parts, table)


def scores(row: Row, a: Scanpaths, b: Scanpaths, pairs: np.ndarray) -> np.ndarray:
    """One column of a pair metric."""
    return pairwise(row.metric, a, b, pairs, check=False, **dict(row.options))[:, row.column]


class Found(NamedTuple):
    """A row's numbers: (sizes, paths) per change, or (sizes, 1) for a set; a value per column of the table."""

    curves: list[np.ndarray]
    table: dict[str, float]
    undefined: dict[str, float]


def of_pairs(row: Row) -> Found:
    """All pairs of people on an image and on neighbouring images; a changed path against itself as it was."""
    humans = people()
    count = len(humans) // len(chosen())  # of people on an image
    block = np.arange(len(humans)).reshape(-1, count)
    same = np.array([pair for rows in block for pair in permutations(rows, 2)])
    other = np.array([pair for k in range(len(block)) for pair in product(block[k - 1], block[k])])
    columns = {
        "people": scores(row, humans, humans, same),
        "person of another image": scores(row, humans, humans, other),
    }
    each = np.column_stack([np.arange(len(block)).repeat(count), block.ravel()])
    for kind in DEGENERATE:
        columns[kind] = scores(row, degenerate(kind), humans, each)
    own = humans[chosen()]
    diagonal = np.column_stack([np.arange(len(own))] * 2)
    curves = [np.array([scores(row, paths, own, diagonal) for paths in sizes]) for sizes in all_changed()]
    return Found(curves, *mean_and_undefined(columns))


def of_plausibility(row: Row) -> Found:
    """Against all other people of the image; a changed path never against its own person."""
    humans = people()

    def judged(paths: Scanpaths) -> np.ndarray:
        return plausibility_table(paths, humans, **dict(row.options))["plausibility"].to_numpy()

    own = humans[chosen()]
    elsewhere = own.replace(
        table=own.table.assign(**{name: np.roll(own.table[name], 1) for name in ("stimulus", "trial")})
    )
    columns = {"people": judged(humans), "person of another image": judged(elsewhere)}
    columns |= {kind: judged(degenerate(kind)) for kind in DEGENERATE}
    return Found([np.array([judged(p) for p in sizes]) for sizes in all_changed()], *mean_and_undefined(columns))


def of_sets(row: Row) -> Found:
    """The whole changed set against the other people's unchanged one; a description is of the first set alone."""
    humans = people()
    others = humans[np.setdiff1d(np.arange(len(humans)), chosen())]

    def scored(paths: Scanpaths) -> np.ndarray:
        return score_sets(row.metric, paths, others)[[row.column]]

    own = humans[chosen()]
    moved = own.replace(table=own.table.assign(stimulus=np.roll(own.table["stimulus"], 1)))
    columns = {"people": scored(own), "person of another image": scored(moved)}
    columns |= {kind: scored(degenerate(kind)) for kind in DEGENERATE}
    return Found([np.array([scored(p) for p in sizes]) for sizes in all_changed()], *mean_and_undefined(columns))


def mean_and_undefined(columns: dict[str, np.ndarray]) -> tuple[dict[str, float], dict[str, float]]:
    """Mean of what is defined, and the share that is not."""
    means = {name: float(np.nanmean(v)) if np.isfinite(v).any() else np.nan for name, v in columns.items()}
    return means, {name: float(np.isnan(v).mean()) for name, v in columns.items()}


def find(row: Row) -> Found:
    """All numbers of a row, whatever kind of measure it is."""
    return {"path": of_plausibility, "pair": of_pairs}.get(measures[row.metric].unit, of_sets)(row)
