"""`priority` and single people: people whom it has not seen, and what one person's own fixations would add.

Run from the project's root, with the extra `weights`; GAZEKIT_FEATURES names a folder in which features are kept, and
--whole is the folder of `priority_ablations.py`:

    python docs/results/priority_people.py --osie data/osie --whole runs/priority-ablations --out runs/priority-people

First: a network that has learned from twelve people on four of OSIE's five folds is scored on the other three people
and the other fold, beside one of the same budget that has learned from all fifteen (on the four folds). Five groups of
three, so that everybody is left out once.

Then the shipped readout, which knows nobody: each person's fixations on half of the photographs choose how sharp its
densities are for that person, make a map of the person's own places, and choose by how many px the person's gaze is
off; all that is scored on the other half, and the other way round.
"""

from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from asked_for import asked_for
from priority_ablations import ABLATIONS, scored, table
from priority_inside import markdown
from scipy.ndimage import gaussian_filter

from gazekit import Dataset, load_dataset, load_model
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.ratios import Ratio
from gazekit.models.priority.events import events_of
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.model import Priority
from gazekit.models.priority.training import View, views_of

GROUPS = 5
TEMPERATURES = (0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5)
OFFSETS = tuple(product((-24, -16, -8, 0, 8, 16, 24), repeat=2))  # px
WIDTH = 2.0  # cells: standard deviation of the kernel of places
WAYS = (
    "nothing",
    "one sharpness for all",
    "the person's sharpness",
    "the person's sharpness and places",
    "the person's sharpness and offset",
)
Offset = tuple[int, int]


def unseen_people(osie: Dataset, whole: Path, out: Path) -> str:
    """The table of people who were left out of training."""
    split = osie.split("stimulus", folds=5, fold=0, seed=0)
    parts = [views_of(part, FeatureReader("lite0")) for part in (split.train, split.test)]
    whose = owners(osie)

    def of(people: list[str], views: list[View]) -> list[View]:
        """The same, of these people alone."""
        kept = [torch.from_numpy(np.flatnonzero(np.isin(whose[view.stimulus], people))) for view in views]
        return [v._replace(events=v.events.at(some)) for v, some in zip(views, kept, strict=True) if len(some)]

    left_out, unseen = [], []
    for group in range(GROUPS):
        people = osie.subjects[group::GROUPS]
        others = sorted(set(osie.subjects) - set(people))
        unseen += of(people, parts[1])
        file = out / f"without-group-{group}.parquet"
        if not file.is_file():
            pair = of(others, parts[0]), of(people, parts[1])
            scored(pair, ABLATIONS["full"], 0, out / file.stem).to_parquet(file)
        left_out.append(pd.read_parquet(file))
    known = scored((parts[0], unseen), ABLATIONS["full"], 0, whole / "full-fold-0-seed-0")  # trained already
    alone = pd.concat(left_out).groupby("stimulus", as_index=False).sum()
    assert (alone["fixations"].to_numpy() == known.sort_values("stimulus")["fixations"].to_numpy()).all()  # noqa: S101
    there = {"all fifteen": [known.sort_values("stimulus")], "the other twelve": [alone]}
    return table(there, "learned from", "less all fifteen")


def owners(data: Dataset) -> dict[str, np.ndarray]:
    """Whose each event of a picture is, in the order of `trial_events`."""
    found: dict[str, list[np.ndarray]] = {}
    for path in data.scanpaths:
        if len(path):
            found.setdefault(path.ids["stimulus"], []).append(np.repeat(path.ids["subject"], len(path) + 1))
    return {stimulus: np.concatenate(parts) for stimulus, parts in found.items()}


class Fixations(NamedTuple):
    """Of one or all people, n."""

    picture: np.ndarray
    x: np.ndarray
    y: np.ndarray
    log_density: np.ndarray  # (n, cells): of each, after those before it

    def of(self, some: np.ndarray) -> "Fixations":
        """Some of them."""
        return Fixations(*(part[some] for part in self))

    @classmethod
    def joined(cls, parts: Iterable["Fixations"]) -> "Fixations":
        """One after another."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def fixations_of(data: Dataset, model: Priority) -> dict[str, Fixations]:
    """All fixations inside the pictures, by person."""
    found: dict[str, list[Fixations]] = {}
    trials = {trial.id: trial for trial in data.trials}
    pictures = {stimulus: k for k, stimulus in enumerate(data.stimuli)}
    for trial, rows in data.scanpaths.table.groupby("trial", sort=False).indices.items():
        looked = model.look(trials[str(trial)])
        for path in (data.scanpaths[int(row)] for row in rows):
            events = events_of(trials[str(trial)], path, looked.grid).at(slice(0, len(path)))
            picture = np.full(len(path), pictures[path.ids["stimulus"]])
            each = Fixations(picture, path.x, path.y, looked.following(events))
            found.setdefault(path.ids["subject"], []).append(each.of(looked.grid.cells(path.x, path.y) >= 0))
    return {name: Fixations.joined(parts) for name, parts in sorted(found.items())}


def log_places(some: Fixations, grid: Grid) -> np.ndarray:
    """(cells,) log density of fixations on all pictures together."""
    counts = np.bincount(grid.cells(some.x, some.y), minlength=grid.rows * grid.columns).reshape(grid.shape)
    smooth = gaussian_filter(counts.astype(float), WIDTH, mode="reflect").ravel() + 1e-3
    return np.log(smooth / smooth.sum())


def changed(some: Fixations, t: float, ratio: np.ndarray | float = 0.0) -> Fixations:
    """With densities made sharper, to which places are added."""
    log_density = some.log_density / t + ratio
    log_density -= log_density.max(1, keepdims=True)
    return some._replace(log_density=log_density - np.log(np.exp(log_density).sum(1, keepdims=True)))


def bits(some: Fixations, grid: Grid, off: Offset = (0, 0)) -> np.ndarray:
    """(n,) log2 density of fixations, where gaze is off by so many px."""
    x, y = np.clip(some.x - off[0], 0, grid.width), np.clip(some.y - off[1], 0, grid.height)
    return some.log_density[np.arange(len(x)), grid.cells(x, y)] / np.log(2)


def best(ways: Iterable[Any], score: Callable[[Any], np.ndarray]) -> Any:
    """The way with the greatest sum."""
    return max(ways, key=lambda way: score(way).sum())


def single_people(osie: Dataset) -> tuple[str, pd.DataFrame]:
    """The table of what a person's own fixations add, and what was chosen for each."""
    unseen = osie.split("stimulus", folds=5, fold=0, seed=0).test
    grid, people = Grid.of(unseen.trials[0].frame), fixations_of(unseen, load_model("priority"))
    rows, choices = [], []
    for side in (0, 1):
        fit, test = ({name: p.of(p.picture % 2 == s) for name, p in people.items()} for s in (1 - side, side))
        everybody = Fixations.joined(fit.values())
        common = best(TEMPERATURES, lambda t: bits(changed(everybody, t), grid))  # noqa: B023
        for name, own in fit.items():
            ratio = log_places(own, grid) - log_places(everybody, grid)
            t = best(TEMPERATURES, lambda t: bits(changed(own, t), grid))  # noqa: B023
            sharp = changed(own, t)
            off = best(OFFSETS, lambda off: bits(sharp, grid, off))  # noqa: B023
            choices.append((side, name, common, t, *off))
            seen = test[name]
            how = (seen, changed(seen, common), changed(seen, t), changed(seen, t, ratio))
            ways = *(bits(each, grid) for each in how), bits(changed(seen, t), grid, off)
            gained = pd.DataFrame(dict(zip(WAYS, ways, strict=True)))
            rows.append(gained.assign(subject=name, stimulus=seen.picture))
    all_rows = pd.concat(rows)
    sums = all_rows.groupby("stimulus")[list(WAYS)].sum()
    counts = all_rows.groupby("stimulus").size().to_numpy(float)
    draws = resample(len(sums), seed=0)
    lines = []
    for way in WAYS:
        own, base = (Ratio.of(sums[name].to_numpy(), counts, draws) for name in (way, WAYS[1]))
        less = own.minus(base)
        told = [less[0], *for_all_of(len(WAYS) - 1, *less)]
        lines.append((way, "–" if way == WAYS[1] else "{:.3f} [{:.3f}, {:.3f}]".format(*told)))
    text = "\n".join(markdown(("chosen on the other photographs", "bits, less one sharpness for all"), lines)).rstrip()
    by_person = all_rows.groupby("subject")[list(WAYS)].mean()
    chosen = pd.DataFrame(choices, columns=["half", "subject", "common", "sharpness", "off_x", "off_y"])
    each = chosen.pivot_table(index="subject", columns="half")
    each.columns = [f"{name}, {side}" for name, side in each.columns]
    return text, by_person.join(each)


def main() -> None:
    """Train what is not there, and print the tables."""
    asked = asked_for(__doc__, osie="its folder", whole="run folder of priority_ablations.py", out="run folder")
    osie = load_dataset("osie", asked.osie)
    text, people = single_people(osie)
    print(text, people.round(3).to_string(), sep="\n\n", flush=True)  # noqa: T201
    print(unseen_people(osie, asked.whole, asked.out))  # noqa: T201


if __name__ == "__main__":
    main()
