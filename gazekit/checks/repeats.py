"""What is there twice: rows, whole paths, one position again and again."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gazekit.checks.finding import Finding, NotChecked, Seen
from gazekit.core.scanpaths import Scanpath, Scanpaths

ROWS = 0.2  # share of points equal to the one before; published sets have none, object arrays .04
LEAST = 3  # points exactly at (0, 0), or at one place left of and above it, that tell even in a small table
ONE_POSITION = 0.02  # share of points at one place; published sets have .0002 at most, but object arrays
DISTINCT = 0.5  # share of positions that differ, below which positions are of objects and say nothing here
SHORTEST = 4  # fixations of a path that nobody makes twice
SAME, TRIALS = 0.9, 20  # share of two people's paths that are equal, on so many trials; object arrays have .16 at most


def check_repeats(paths: Scanpaths) -> Seen:
    """Say which rows, paths and positions are there more than once, and what could not be told."""
    twice = list(_rows(paths))
    yield from twice
    if pairs := equal_paths(paths):
        yield _twice(paths, pairs)
    places, count, top = _places(paths)
    if top is None:
        yield NotChecked("repeated-position", f"{count.sum()} positions after the first of a path are too few")
        return
    points = count.sum()
    if _of_objects(places, count, top) and not twice:
        # one of them may be looked at often, but none lies at the corner of the image
        corner = np.flatnonzero((places == 0).all(axis=1))
        top, count = (int(corner[0]), count) if len(corner) else (top, np.zeros_like(count))
    share = count[top] / points
    if share > ONE_POSITION:
        place = f"({places[top][0]:g}, {places[top][1]:g})"
        yield Finding(
            "repeated-position",
            "warning",
            f"{share:.1%} of {points:,} positions after the first are exactly {place}",
            "what the tracker writes when it has lost the eye",
            "leave these rows out, or empty their x and y and give --data-set missing=drop",
        )


def equal_paths(paths: Scanpaths) -> list[tuple[int, int]]:
    """Rows of pairs of paths that are equal to the last digit, if they are more than chance makes: one recording twice.

    Where people looked at objects, whose places many paths share, those of the two people who are equal on nearly all
    trials.
    """
    if _of_objects(*_places(paths)) and not any(_rows(paths)):
        return _of_one_person(paths)
    seen: dict[tuple[bytes, ...], int] = {}
    pairs: list[tuple[int, int]] = []
    duration = paths.durations()
    for i in np.flatnonzero(paths.lengths >= SHORTEST):
        part = slice(paths.offsets[i], paths.offsets[i + 1])
        if np.ptp(paths.x[part]) == 0 and np.ptp(paths.y[part]) == 0:
            continue
        key = (paths.x[part].tobytes(), paths.y[part].tobytes(), duration[part].tobytes())
        if key in seen:
            pairs.append((seen[key], int(i)))
        else:
            seen[key] = int(i)
    return pairs if len(pairs) >= 2 else []


def check_copied(paths: Scanpaths, people: Scanpaths) -> Iterator[Finding]:
    """Say where predictions are what people did on the same trials, to the px.

    Where people looked at objects, whose places are in both, only nearly all paths together tell.
    """
    if paths.facts.unit != "px" or people.facts.unit != "px":
        return
    told = people.filter(people.lengths >= SHORTEST)
    shown = np.flatnonzero(paths.lengths >= SHORTEST)
    points = np.column_stack([told.x, told.y])
    objects = len(points) > 0 and len(np.unique(points, axis=0)) / len(points) < DISTINCT
    theirs: dict[tuple[str, bytes], int] = {}
    for begin in (0, 1) if people.facts.forced_first else (0,):
        theirs |= {(trial, _to_the_px(told[k], begin)): k for k, trial in enumerate(told.table["trial"].tolist())}
    trials = paths.table["trial"].tolist()
    alike = [theirs.get((trials[i], _to_the_px(paths[i]))) for i in shown]
    copied = [k for k in alike if k is not None]
    if len(copied) >= 2 and len(copied) > (SAME if objects else ROWS) * len(shown):
        who, stimulus = told.table[["subject", "stimulus"]].iloc[copied[0]]
        yield Finding(
            "paths",
            "warning",
            f"{len(copied):,} of {len(shown):,} predicted paths are those of people on the same trials, to the px "
            f"(first: that of {who!r} on {stimulus!r})",
            "people's own paths, or a model that was given what it is to predict: they are compared with themselves",
            "score what the model predicted; people have a row of their own, each against the others",
        )


def _to_the_px(path: Scanpath, begin: int = 0) -> bytes:
    return bytes((np.round(np.stack([path.x, path.y])[:, begin:]) + 0.0).tobytes())


def _rows(paths: Scanpaths) -> Iterator[Finding]:
    columns = (paths.x, paths.y, np.nan_to_num(paths.durations(), nan=-1.0))
    path = paths.path_of()
    within = path[1:] == path[:-1]
    if within.sum() < 20:
        return
    same = within & np.logical_and.reduce([np.diff(column) == 0 for column in columns])
    share = same.sum() / within.sum()
    seen = f"{share:.0%} of points are equal to the one before"
    if share <= ROWS:
        even = np.flatnonzero((paths.lengths >= 2 * SHORTEST) & (paths.lengths % 2 == 0))
        twice = sum(_halves_equal(paths, columns, int(i)) for i in even[:500])
        share = twice / max(1, min(len(even), 500))
        seen = f"{share:.0%} of the paths of an even number of points are one half twice"
        if len(even) < 5 or share <= ROWS:
            return
    yield Finding(
        "rows",
        "warning",
        seen,
        "a table with each row twice, which two exports or a join can cause",
        "leave the second row of each pair out (pandas: drop_duplicates())",
    )


def _halves_equal(paths: Scanpaths, columns: tuple[np.ndarray, ...], i: int) -> bool:
    a, b = paths.offsets[i], paths.offsets[i + 1]
    half = (a + b) // 2
    return all(np.array_equal(column[a:half], column[half:b]) for column in columns)


def _places(paths: Scanpaths) -> tuple[np.ndarray, np.ndarray, int | None]:
    """Places after the first of each path, how often each is there, and which may stand for none; None: too few."""
    later = paths.rank_of() > 0
    points = np.column_stack([paths.x, paths.y])[later]
    points = points[np.isfinite(points).all(axis=1)]
    places, count = np.unique(points, axis=0, return_counts=True)
    if len(points) >= 50:
        return places, count, int(count.argmax())
    nowhere = np.flatnonzero(
        (places <= 0).all(axis=1) & (count >= LEAST)
    )  # 0, 0 or -1, -1: what stands for no position
    return places, count, int(nowhere[count[nowhere].argmax()]) if len(nowhere) else None


def _of_objects(places: np.ndarray, count: np.ndarray, top: int | None) -> bool:
    """Whether places, without the one that may stand for none, are so few that they are those of objects."""
    rest = 0 if top is None else count.sum() - count[top]
    return bool(rest > 0 and (len(places) - 1) / rest < DISTINCT)


def _of_one_person(paths: Scanpaths) -> list[tuple[int, int]]:
    """Two people whose paths are equal on nearly all trials; on positions of objects other people's are on some."""
    rows: dict[str, dict[str, int]] = {}
    for i, (subject, trial) in enumerate(zip(paths.table["subject"], paths.table["trial"], strict=True)):
        rows.setdefault(subject, {})[trial] = i
    keys = [(p.x.tobytes(), p.y.tobytes()) for p in paths]
    alike: list[tuple[float, list[tuple[int, int]]]] = []
    for a, b in combinations(rows.values(), 2):
        both = [(a[trial], b[trial]) for trial in a if trial in b]
        if len(both) >= TRIALS:
            equal = [(i, j) for i, j in both if keys[i] == keys[j]]
            alike.append((len(equal) / len(both), equal))
    share, pairs = max(alike, key=lambda pair: pair[0], default=(0.0, []))
    return pairs if share >= SAME and np.median([each for each, _ in alike]) <= SAME / 2 else []


def _twice(paths: Scanpaths, pairs: list[tuple[int, int]]) -> Finding:
    table = paths.table
    who = Counter(" and ".join(sorted({table["subject"].iloc[i] or "?" for i in pair})) for pair in pairs)
    name, count = who.most_common(1)[0]
    first, second = (f"{table['subject'].iloc[i]!r} on {table['stimulus'].iloc[i]!r}" for i in pairs[0])
    return Finding(
        "paths",
        "warning",
        f"{len(pairs):,} of {len(paths):,} paths are equal to another one to the last digit (first: {first} and "
        f"{second}; {count:,} are of subject {name})",
        "one recording under two names, or a table joined twice",
        "leave one of the two out: people who are the same raise the human ceiling",
    )
