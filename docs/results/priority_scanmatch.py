"""Where ScanMatch of `priority`'s paths is lost: temperature, two seeds together, and other people's places.

Run from the project's root, with the extra `weights`; GAZEKIT_FEATURES names a folder in which features are kept:

    python docs/results/priority_scanmatch.py --osie data/osie --whole runs/priority-ablations --out runs/scanmatch

--whole is the folder of `priority_ablations.py`, with the whole of all five folds and of seeds 0 and 1: each photograph
is predicted by the network that has not learned from it. What needs people's fixations on a photograph (and is no
model) is of the shipped readout on fold 0. One that is in the run folder is not made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from asked_for import asked_for
from priority_inside import SHARES, WIDTHS, described, markdown
from scipy.ndimage import gaussian_filter

from gazekit import Dataset, Scanpaths, load_dataset
from gazekit.core.trials import Split
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.evaluation.lengths import matched_lengths
from gazekit.experiments.ratios import Ratio
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import pairwise
from gazekit.models.contract import DrawnPath, assemble
from gazekit.models.priority.checkpoint import Readout
from gazekit.models.priority.events import trial_events
from gazekit.models.priority.fast import OnImage
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.model import Looked, Priority
from gazekit.models.priority.network import PriorityConfig, PriorityNetwork
from gazekit.models.tensor_files import read_tensors

FOLDS, SEEDS, SAMPLES = range(5), (0, 1), 3
TRIED = {"one": (1.0, 0.9, 0.8, 0.7), "two": (1.0, 0.8)}  # temperatures, of one seed's network and of both together
NEAR = 50.0  # px
WORDS = {
    "one": "one network",
    "two": "two seeds together",
    "own": "the readout",
    "moves": "other people's places, the readout's moves",
    "any order": "other people's places, in any order",
    "people, any order": "another person's fixations, in any order",
    "own with each other": "two paths of the readout with each other",
}


# ---------------------------------------------------------------------- networks, each of its fold


def readout(whole: Path, out: Path, fold: int, seed: int) -> Path:
    """What the ablations trained, as a file that `Priority` reads."""
    file = out / f"full-{fold}-{seed}.safetensors"
    if not file.is_file():
        state, papers = read_tensors(whole / f"full-fold-{fold}-seed-{seed}" / "state.safetensors")
        network = PriorityNetwork(PriorityConfig.from_json(papers["config"]))
        network.load_state_dict({name[5:]: part for name, part in state.items() if name.startswith("best.")})
        Readout(network.eval(), "lite0", FeatureReader("lite0").sha256, 12, {"data": "osie"}).save(file)
    return file


class Together:
    """Densities of several networks: the mean of their logarithms. Durations and the end are those of the first."""

    def __init__(self, each: list[OnImage]) -> None:
        self.each, self.durations, self.end = each, each[0].durations, each[0].end

    def following(self, events: Any, temperature: float = 1.0) -> np.ndarray:
        """As `OnImage.following`."""
        return normalised(np.mean([one.following(events) for one in self.each], 0) / temperature)


def normalised(scores: np.ndarray) -> np.ndarray:
    """Log densities, cells last."""
    return scores - np.logaddexp.reduce(scores, -1, keepdims=True)


@dataclass(frozen=True)
class LookedByAll(Looked):
    """An image as several readouts see it: the first is that of the base class."""

    others: tuple[Looked, ...] = ()

    @cached_property
    def after(self) -> Any:
        """Of all of them."""
        return Together([super().after, *(other.after for other in self.others)])


class PriorityTogether(Priority):
    """Several readouts at once."""

    def __init__(self, files: list[Path], **options: Any) -> None:
        super().__init__(checkpoint=files[0], **options)
        self.others = [Priority(checkpoint=file, **options) for file in files[1:]]

    def _look(self, key: Any) -> Looked:
        own = super()._look(key)
        return LookedByAll(own.readout, own.grid, own.maps, tuple(other._look(key) for other in self.others))


def alike(paths: Scanpaths, people: Scanpaths) -> pd.Series:
    """Mean ScanMatch of each path with all people of its photograph, by photograph."""
    rows = people.table.groupby("stimulus").indices
    of = paths.table["stimulus"].tolist()
    pairs = [np.stack([np.full(len(rows[name]), k), rows[name]], 1) for k, name in enumerate(of)]
    scores = pairwise("scanmatch", paths, people, np.concatenate(pairs), threads=1)[:, 0]
    return pd.Series(scores).groupby(np.repeat(of, [len(some) for some in pairs])).mean()


def out_of_fold(data: Dataset, models: Callable[[int], Priority]) -> tuple[pd.Series, Scanpaths]:
    """ScanMatch by photograph, at matched lengths, and the paths."""
    asked, scores, made = matched_lengths(data, SAMPLES, seed=0), [], []
    for fold in FOLDS:
        test = data.split("stimulus", folds=5, fold=fold, seed=0).test
        wanted = np.stack([asked[trial.id] for trial in test.trials])
        made.append(models(fold).predict(test.trials, n_samples=SAMPLES, lengths=wanted, progress=False))
        scores.append(alike(made[-1], test.scanpaths))
    return pd.concat(scores), Scanpaths.concat(made)


def bits(data: Dataset, models: Callable[[int], Priority]) -> pd.DataFrame:
    """Bits of next fixations over the centre bias, summed by photograph, and how many they are."""
    rows, people = [], data.scanpaths
    of = people.table.groupby("stimulus").indices
    for fold in FOLDS:
        model = models(fold)
        for trial in data.split("stimulus", folds=5, fold=fold, seed=0).test.trials:
            looked = model.look(trial)
            events = trial_events(trial, [people[int(row)] for row in of[trial.stimulus]], looked.grid)
            events = events.at(torch.nonzero(events.target[0] >= 0)[:, 0])
            cell = events.target[0].numpy()
            over = looked.network.centre_bias(*looked.grid.shape).numpy()[cell]
            log = looked.following(events)[np.arange(len(cell)), cell]
            rows.append((trial.stimulus, len(cell), float((log - over).sum() / np.log(2))))
    return pd.DataFrame(rows, columns=["stimulus", "fixations", "bits"])


# ---------------------------------------------------------------------- other people's places, and the model's moves


class Shifted:
    """Log densities with something added, one row for each path, in place of the model's or to them."""

    def __init__(self, after: OnImage, shift: np.ndarray, *, alone: bool) -> None:
        self.after, self.shift, self.alone = after, shift, alone
        self.durations, self.end = after.durations, after.end

    def following(self, events: Any, temperature: float = 1.0) -> np.ndarray:
        """As `OnImage.following`."""
        return normalised(((0 if self.alone else self.after.following(events)) + self.shift) / temperature)


@dataclass(frozen=True)
class LookedWith(Looked):
    """An image with something else in the place of what follows."""

    after: Any = None


def places_of_others(fold: Split, model: Priority) -> dict[str, np.ndarray]:
    """Log density of the other people's fixations, by photograph: a row for each person who is left out.

    The kernel's width, and how much of the centre bias is mixed in, are the likeliest on some training photographs.
    """

    def cells(data: Dataset, stimulus: str) -> list[np.ndarray]:
        grid, rows = looked.grid, data.scanpaths.table.groupby("stimulus").indices[stimulus]
        found = [grid.cells(path.x, path.y) for path in (data.scanpaths[int(row)] for row in rows)]
        return [cell[cell >= 0] for cell in found]

    def smooth(cell: np.ndarray, width: float) -> np.ndarray:
        counts = np.bincount(cell, minlength=len(prior)).astype(float).reshape(looked.grid.shape)
        return gaussian_filter(counts, width, mode="reflect").ravel()

    def density(each: list[np.ndarray], width: float, share: float) -> np.ndarray:
        whole = smooth(np.concatenate(each), width)
        left = np.stack([(whole - smooth(cell, width)).clip(0) for cell in each])
        return np.log((1 - share) * left / left.sum(1, keepdims=True) + share * prior)

    looked = model.look(fold.test.trials[0])
    prior = np.exp(normalised(looked.network.centre_bias(*looked.grid.shape).numpy().astype(float)))
    others = [cells(fold.train, trial.stimulus) for trial in fold.train.trials[::40]]

    def likelihood(how: tuple[float, float]) -> float:
        rows = [
            (row[cell].sum(), len(cell)) for each in others for row, cell in zip(density(each, *how), each, strict=True)
        ]
        return float(np.divide(*np.sum(rows, 0)))

    best = max(((width, share) for width in WIDTHS for share in SHARES), key=likelihood)
    return {trial.stimulus: density(cells(fold.test, trial.stimulus), *best) for trial in fold.test.trials}


def with_places_of_others(data: Dataset) -> pd.DataFrame:
    """ScanMatch by photograph of fold 0: a path for each person, scored with that person alone; and people's."""
    fold, model = data.split("stimulus", folds=5, fold=0, seed=0), Priority()
    people, trials = fold.test.scanpaths, fold.test.trials
    rows, places = people.table.groupby("stimulus").indices, places_of_others(fold, model)
    many = len(data.subjects)
    asked = matched_lengths(fold.test, many, seed=0)
    drawn: dict[str, list[DrawnPath]] = {"own": [], "moves": [], "any order": []}
    for trial in trials:
        looked, shift = model.look(trial), places[trial.stimulus]
        for name, after in (
            ("own", looked.after),
            ("moves", Shifted(looked.after, shift - looked.static(), alone=False)),
            ("any order", Shifted(looked.after, shift, alone=True)),
        ):
            rngs = [keyed_rng(0, "oracle", trial.id, k) for k in range(many)]
            seen = LookedWith(looked.readout, looked.grid, looked.maps, after)
            paths = model._walk(seen, trial, rngs, int(asked[trial.id].max()), ends=False)
            drawn[name] += [
                DrawnPath(*(part[:n] for part in path[:3])) for path, n in zip(paths, asked[trial.id], strict=True)
            ]
    order = [keyed_rng(0, "order", k).permutation(int(n)) for k, n in enumerate(people.lengths)]
    at = np.concatenate([start + some for start, some in zip(people.offsets, order, strict=False)])
    mixed = people.replace(x=people.x[at], y=people.y[at], duration=people.duration[at])
    one = np.concatenate([np.stack([np.arange(many) + many * k, rows[t.stimulus]], 1) for k, t in enumerate(trials)])
    each_two = np.array([(a, b) for t in trials for a in rows[t.stimulus] for b in rows[t.stimulus] if a != b])
    own = {name: assemble(name, trials, many, paths, model.facts) for name, paths in drawn.items()}
    two = np.array([(many * k + a, many * k + b) for k in range(len(trials)) for a, b in combinations(range(many), 2)])
    compared = {name: (paths, people, one) for name, paths in own.items()}
    compared |= {"people, any order": (mixed, people, each_two), "people": (people, people, each_two)}
    compared |= {"own with each other": (own["own"], own["own"], two)}
    found = {}
    for name, (a, b, pairs) in compared.items():
        scores = pd.Series(pairwise("scanmatch", a, b, pairs, threads=1)[:, 0])
        found[name] = scores.groupby(a.table["stimulus"].to_numpy()[pairs[:, 0]]).mean()
    return pd.DataFrame(found)


# ---------------------------------------------------------------------- tables


def table(found: pd.DataFrame, first: str) -> str:
    """Means over photographs, and less the first: paired, 95 % together."""
    draws, one = resample(len(found), seed=0), np.ones(len(found))
    of = {name: Ratio.of(found[name].to_numpy(), one, draws) for name in found}
    rows = []
    for name, ratio in of.items():
        less = ratio.minus(of[first])
        told = "{:.3f} [{:.3f}, {:.3f}]".format(less[0], *for_all_of(len(of) - 1, *less)) if name != first else "–"
        rows.append((name, "{:.3f} [{:.3f}, {:.3f}]".format(*ratio.with_interval), told))
    return "\n".join(markdown(("", "scanmatch", f"less {first}, 95 % together"), rows))


def chosen_elsewhere(data: Dataset, tried: pd.DataFrame) -> pd.Series:
    """Scores of each fold's photographs in the column that is best on those of the other folds."""
    tests = [data.split("stimulus", folds=5, fold=fold, seed=0).test.stimuli for fold in FOLDS]
    best = [tried.drop(index=list(own)).mean().idxmax() for own in tests]
    print("chosen on the other folds:", "; ".join(map(str, best)))  # noqa: T201
    return pd.concat([tried.loc[list(own), name] for own, name in zip(tests, best, strict=True)])


def moves(each: dict[str, Scanpaths]) -> str:
    """How gaze moves."""
    rows = []
    for name, paths in each.items():
        steps = described(paths)
        length, turn = steps["length"], steps["turn"].dropna()
        told = (length.median(), (length < NEAR).mean(), (turn < 45).mean(), (turn > 135).mean(), steps["back"].mean())
        rows.append((name, f"{told[0]:.0f}", *(f"{share:.3f}" for share in told[1:])))
    heads = ("", "saccade, px: median", "under 50 px", "turns by less than 45°", "by more than 135°", "returns")
    return "\n".join(markdown(heads, rows))


def main() -> None:
    """Make what is not there, and print the tables."""
    asked = asked_for(__doc__, osie="its folder", whole="run folder of priority_ablations.py", out="run folder")
    data = load_dataset("osie", asked.osie)

    def model(kind: str, fold: int, temperature: float) -> Priority:
        files = [readout(asked.whole, asked.out, fold, seed) for seed in SEEDS]
        if kind == "two":
            return PriorityTogether(files, temperature=temperature)
        return Priority(checkpoint=files[0], temperature=temperature)

    scores, paths = {}, {"people": data.scanpaths}
    for kind, temperatures in TRIED.items():
        for temperature in temperatures:
            file = asked.out / f"{kind}-{temperature}.parquet"
            walked, words = file.with_suffix(".paths.parquet"), f"{WORDS[kind]}, temperature {temperature:g}"
            if not file.is_file():
                found, made = out_of_fold(data, lambda fold, k=kind, t=temperature: model(k, fold, t))
                made.save(walked)
                found.rename("scanmatch").to_frame().to_parquet(file)
            scores[words], paths[words] = pd.read_parquet(file)["scanmatch"], Scanpaths.load(walked)
    one = pd.DataFrame({name: each for name, each in scores.items() if name.startswith(WORDS["one"])})
    scores[f"{WORDS['one']}, temperature chosen on the other folds"] = chosen_elsewhere(data, one)
    print(table(pd.DataFrame(scores), next(iter(scores))))  # noqa: T201
    print(moves(paths))  # noqa: T201
    each = {}
    for kind in TRIED:
        file = asked.out / f"bits-{kind}.parquet"
        if not file.is_file():
            bits(data, lambda fold, k=kind: model(k, fold, 1.0)).to_parquet(file)
        each[kind] = pd.read_parquet(file)
    draws = resample(len(each["one"]), seed=0)
    of = {
        kind: Ratio.of(*(t[what].to_numpy(float) for what in ("bits", "fixations")), draws) for kind, t in each.items()
    }
    for kind, told in (*((k, r.with_interval) for k, r in of.items()), ("two less one", of["two"].minus(of["one"]))):
        print(kind, "{:.3f} [{:.3f}, {:.3f}] bit".format(*told))  # noqa: T201
    file = asked.out / "others.parquet"
    if not file.is_file():
        with_places_of_others(data).to_parquet(file)
    print(table(pd.read_parquet(file).rename(columns=WORDS), WORDS["own"]))  # noqa: T201


if __name__ == "__main__":
    main()
