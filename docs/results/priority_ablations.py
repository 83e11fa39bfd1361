"""`priority` trained without a part: the ablations of priority.md, on pictures of OSIE that no training has seen.

Run from the project's root, with the extra `weights`; GAZEKIT_FEATURES names a folder in which features are kept:

    python docs/results/priority_ablations.py --osie data/osie --out runs/priority-ablations --write

Every network is trained anew, all with one budget: the trainer's options, with fewer epochs and fixations of a picture
and step, and a quarter of the events of the held-out pictures for stopping. A training that was stopped goes on, and
one that is in the folder is not made again. With --write the table goes into the page.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from asked_for import SEEDS, WRITE, asked_for
from between_marks import put
from priority_inside import markdown, remembering, shuffled, without_durations

from gazekit import load_dataset
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.priority import bits_over_centre
from gazekit.experiments.ratios import Ratio
from gazekit.models.priority.features import FeatureReader, channels_of
from gazekit.models.priority.network import PriorityConfig
from gazekit.models.priority.training import (
    OPTIONS,
    NextFixation,
    View,
    held_out_images,
    prepared_network,
    views_of,
)
from gazekit.models.training import train

PAGE = Path(__file__).with_name("priority.md")
HEAD = "<!-- ablations -->"
BUDGET = replace(OPTIONS, epochs=3)
FIXATIONS = 8  # of a picture and step
STOPPING = 4  # one in so many events of the held-out pictures
Change = Callable[[View], View]


class Ablation(NamedTuple):
    """What is left out: in words, of the network, and of what it is shown, in training and after."""

    words: str
    network: dict[str, Any]
    shown: Change


def whole(view: View) -> View:
    """Nothing is left out."""
    return view


def level(k: int) -> Change:
    """Features of one stride."""
    return lambda view: view._replace(features=view.features[k : k + 1])


ABLATIONS = {
    "full": Ablation("nothing", {}, whole),
    "none": Ablation("all that came before", {"history": 0}, whole),
    "shuffled": Ablation("the order of the fixations before", {}, shuffled),
    "last-1": Ablation("places before the last one", {"history": 1}, remembering(1)),
    "no-centre": Ablation("the centre bias", {"centre_bias": False}, whole),
    "stride-16": Ablation("strides 8 and 32", {}, level(1)),
    "no-durations": Ablation("durations, and time since the start", {}, without_durations),
    "last-2": Ablation("places before the last two", {"history": 2}, remembering(2)),
    "last-8": Ablation("nothing; the last eight are known one by one", {"history": 8}, whole),
    "last-4": Ablation("places before the last four", {}, remembering(4)),
}


def task_of(
    views: Sequence[View], config: PriorityConfig, seed: int, batch: int, fixations: int = FIXATIONS
) -> NextFixation:
    """To learn from nine in ten pictures; some events of the others decide when to stop."""
    held = held_out_images([view.image for view in views], seed)
    learned = [view for view in views if view.image not in held]
    stopping = [
        view._replace(events=view.events.at(slice(None, None, STOPPING))) for view in views if view.image in held
    ]
    return NextFixation(learned, stopping, config, batch, seed, fixations=fixations)


def scored(views: tuple[list[View], list[View]], ablation: Ablation, seed: int, folder: Path) -> pd.DataFrame:
    """Train on the first views, and score the second: a row per picture, as `bits_over_centre` has it."""
    training, test = ([ablation.shown(view) for view in some] for some in views)
    config = PriorityConfig.of(channels_of(training[0].features), ablation.network)
    task = task_of(training, config, seed, BUDGET.batch)
    network, log = train(prepared_network(config, task.training, seed), task, BUDGET, folder=folder, seed=seed)
    print(pd.DataFrame([asdict(line) for line in log]).to_string(), flush=True)  # noqa: T201
    return bits_over_centre(network, test)


def table(there: Mapping[str, Sequence[pd.DataFrame]], head: str, less_head: str) -> str:
    """Bits of each, and less the first of them: paired, with intervals that hold together.

    Of each there are the bits of one seed, or of several; these are averaged, and what each says stands beside it.
    """
    first = next(iter(there.values()))
    draws = resample(len(first[0]), seed=0)

    def gain(seeds: Sequence[pd.DataFrame], column: str) -> Ratio:
        total, weight = (sum(bits[what].to_numpy(float) for bits in seeds) for what in (column, "fixations"))
        return Ratio.of(np.asarray(total), np.asarray(weight), draws)

    several = len(first) > 1
    rows = []
    for name, seeds in there.items():
        cells = []
        for column in ("static", "next"):
            own, whole = gain(seeds, column), gain(first, column)
            less = own.minus(whole)
            ends = for_all_of(2 * (len(there) - 1), *less) if seeds is not first else ()
            cells.append("{:.3f} [{:.3f}, {:.3f}]".format(*own.with_interval))
            cells.append("{:.3f} [{:.3f}, {:.3f}]".format(less[0], *ends) if ends else "–")
            alone = [
                gain([one], column).value - (gain([of_first], column).value if ends else 0.0)
                for one, of_first in zip(seeds, first, strict=True)
            ]
            cells += [", ".join(f"{value:.3f}" for value in alone)] * several
        rows.append((name, *cells))
    seed = ("each seed",) * several
    heads = (head, "static, bit", less_head, *seed, "after those before, bit", less_head, *seed)
    return "\n".join(markdown(heads, rows)).rstrip()


def made(folder: Path, seeds: Sequence[int]) -> dict[str, list[pd.DataFrame]]:
    """Bits of all ablations, by seed, that have the folds of the whole in every seed."""
    found = {name: [sorted(folder.glob(f"{name}-fold-*-seed-{seed}.parquet")) for seed in seeds] for name in ABLATIONS}
    there = {
        name: [pd.concat([pd.read_parquet(f) for f in files]) for files in each]
        for name, each in found.items()
        if all(each)
    }
    folds = there["full"][0]["stimulus"].tolist()
    return {name: each for name, each in there.items() if all(bits["stimulus"].tolist() == folds for bits in each)}


def spread(folder: Path, name: str, seeds: Sequence[int]) -> str:
    """Standard deviation between the seeds of one fold, of the static bits and of those after the fixations before."""
    means = []
    for seed in seeds:
        each = [pd.read_parquet(file) for file in sorted(folder.glob(f"{name}-fold-*-seed-{seed}.parquet"))]
        means.append([(bits[["static", "next"]].sum() / bits["fixations"].sum()).to_numpy(float) for bits in each])
    static, following = np.sqrt(np.var(means, axis=0, ddof=1).mean(0))
    return f"{ABLATIONS[name].words}: {static:.3f}, {following:.3f}"


def main() -> None:
    """Train what is not there, and print or write the table."""
    more = {
        "folds": {"default": "0", "help": "of 5, comma-separated; default %(default)s"},
        "only": {"default": ",".join(ABLATIONS), "help": "comma-separated; default all"},
    }
    asked = asked_for(__doc__, more | SEEDS | WRITE, osie="its folder", out="run folder")
    data, reader = load_dataset("osie", asked.osie), FeatureReader("lite0")
    views: dict[str, View] = {}
    folds, seeds = ([int(k) for k in some.split(",")] for some in (asked.folds, asked.seeds))
    for seed, fold, name in product(seeds, folds, asked.only.split(",")):
        file = asked.out / f"{name}-fold-{fold}-seed-{seed}.parquet"
        if file.is_file():
            continue
        views = views or {view.stimulus: view for view in views_of(data, reader)}
        split = data.split("stimulus", folds=5, fold=fold, seed=0)
        parts = tuple([views[t.stimulus] for t in part.trials] for part in (split.train, split.test))
        began = time.process_time()
        bits = scored(parts, ABLATIONS[name], seed, asked.out / file.stem)
        bits.to_parquet(file)
        print(json.dumps({"made": file.stem, "processor s": round(time.process_time() - began)}), flush=True)  # noqa: T201
    there = made(asked.out, seeds)
    text = table({ABLATIONS[name].words: bits for name, bits in there.items()}, "left out", "less nothing")
    print(text)  # noqa: T201
    for name in there if len(seeds) > 1 else ():
        print("standard deviation between the seeds of one fold,", spread(asked.out, name, seeds))  # noqa: T201
    if asked.write:
        put(PAGE, HEAD, text)


if __name__ == "__main__":
    main()
