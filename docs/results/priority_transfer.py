"""`priority` that has learned from OSIE alone: on the test images of a protocol, and on MIT1003, which it has not seen.

Run from the project's root, with the extra `weights`; a readout that is in the folder is not trained again:

    python docs/results/priority_transfer.py --osie data/osie --mit1003 data/mit1003 --out runs/transfer

It learns from the photographs of OSIE that are not among the 70 test images of chen2021. Bits per fixation are over the
centre bias of the data set that is scored: of MIT1003, that of people on the photographs whose images are not shown.
Of MIT1003 there is also one temperature: that under which people on half of its images are likeliest, for the other
half.

Then networks learn from MIT1003 itself, in five folds, each image scored by the one that has not learned from it: from
these images alone, or from the readout of OSIE on; with several seeds, each with other folds and weights. They lie in
`alone-SEED` and `after-osie-SEED`, run folders of `gazekit train priority`. At last paths by those after OSIE, of the
first seed, and by what was learned from OSIE only, beside people and nulls.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from asked_for import SEEDS, asked_for

import gazekit
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre, train_priority
from gazekit.experiments.ratios import Ratio
from gazekit.models.priority.checkpoint import Readout, load_readout
from gazekit.models.priority.events import trial_events
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import PriorityNetwork
from gazekit.models.priority.training import OPTIONS, View, centre_bias, train_readout, views_of
from gazekit.protocols import protocols

FIXATIONS = 24  # of an image and step
FOLDS = 5
OSIE = "osie-630.safetensors"
METRICS, SAMPLES = ("scanmatch", "sequence_score"), 3
AFTER, ALONE = "after-osie", "alone"  # learned from MIT1003 after OSIE, or from nothing
HOW: dict[str, Any] = {
    AFTER: {"options": replace(OPTIONS, epochs=8, patience=8), "fixations": 48},
    ALONE: {"options": replace(OPTIONS, epochs=16, patience=16), "fixations": 24},
}
TEMPERATURES = tuple(round(0.8 + 0.05 * k, 2) for k in range(25))


def trained(dataset: gazekit.Dataset, file: Path, reader: FeatureReader) -> Readout:
    """What was learned from a data set; it is made where the file is not there yet."""
    if not file.is_file():
        readout, log = train_readout([dataset], reader, OPTIONS, fixations=FIXATIONS, folder=file.with_suffix(".state"))
        readout.save(file)
        print(pd.DataFrame(map(vars, log)).to_string(), flush=True)  # noqa: T201
    return load_readout(file)


def with_centre(network: PriorityNetwork, people: gazekit.Dataset) -> PriorityNetwork:
    """A network whose centre bias is that of these people; everything else is as it was."""
    views = []
    rows = people.scanpaths.table.groupby("trial", sort=False).indices
    for trial in people.trials:
        if trial.id in rows:
            grid = Grid.of(trial.frame)
            walked = [path for path in (people.scanpaths[int(row)] for row in rows[trial.id]) if len(path)]
            if walked:
                views.append(View(trial.stimulus, "", "", (), grid, trial_events(trial, walked, grid)))
    other = deepcopy(network)
    other.get_buffer("centre").copy_(centre_bias(views))
    return other


def over(network: PriorityNetwork, views: list[View], centre: PriorityNetwork) -> pd.DataFrame:
    """As `bits_over_centre`, over the centre bias of another network."""
    bits = bits_over_centre(network, views)
    for k, view in enumerate(views):
        cell = view.events.target[0][view.events.target[0] >= 0]
        own, its = (each.centre_bias(*view.grid.shape)[cell].double().sum() for each in (network, centre))
        bits.loc[k, ["next", "static"]] += float(own - its) / np.log(2)
    return bits


@torch.inference_mode()
def tempered(network: PriorityNetwork, views: list[View], centre: PriorityNetwork) -> dict[float, pd.DataFrame]:
    """As `over`, with the log densities divided by each temperature and normalised anew."""
    rows: dict[float, list[tuple[str, int, float, float]]] = {t: [] for t in TEMPERATURES}
    for view in views:
        maps = network.look([part[None] for part in view.features], *view.grid.shape)
        cell = view.events.target[0]
        looked = cell >= 0
        sides = (torch.from_numpy(side) for side in view.grid.centres())
        following = network.next_density(maps, view.events, *sides)[0][looked].double()
        static = network.static_density(maps).double().expand(len(following), -1)
        base = float(centre.centre_bias(*view.grid.shape)[cell[looked]].double().sum())
        for t, found in rows.items():
            sums = [
                float((each / t).log_softmax(1).gather(1, cell[looked][:, None]).sum()) for each in (following, static)
            ]
            found.append((view.stimulus, int(looked.sum()), *((one - base) / np.log(2) for one in sums)))
    return {t: pd.DataFrame(found, columns=["stimulus", "fixations", "next", "static"]) for t, found in rows.items()}


def one_temperature(by: dict[float, pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    """Bits of each image at the temperature that is likeliest on the other half of the images, and the temperatures."""
    out = by[1.0].copy()
    chosen: dict[str, list[float]] = {"static": [], "next": []}
    half = np.arange(len(out)) % 2
    for column, found in chosen.items():
        for side in (0, 1):
            best = max(by, key=lambda t: by[t].loc[half != side, column].sum())
            out.loc[half == side, column] = by[best].loc[half == side, column]
            found.append(best)
    return out, chosen


def in_folds(
    shown: gazekit.Dataset, views: Sequence[View], centre: PriorityNetwork, folder: Path, seed: int, **how: Any
) -> pd.DataFrame:
    """As `over`, each image by the network of its fold, which has not learned from it."""
    run = train_priority(shown, out=folder, folds=FOLDS, seed=seed, progress=False, **how)
    parts = []
    for readout in map(load_readout, run.readouts):
        unseen = [view for view in views if not readout.has_seen(view.image, view.look)]
        parts.append(over(readout.network, unseen, centre))
    return pd.concat(parts).set_index("stimulus").loc[[view.stimulus for view in views]].reset_index()


def mean_of(seeds: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Means of several seeds, by image."""
    return pd.concat(seeds).groupby("stimulus", sort=False, as_index=False).mean()


def told(bits: pd.DataFrame) -> str:
    """Bits per fixation of both columns, with 95 % intervals over images."""
    gains = {c: TrainedReadouts((), bits, bits).gain(c) for c in ("static", "next")}
    return ", ".join("{} {:.3f} [{:.3f}, {:.3f}]".format(c, *gain) for c, gain in gains.items()) + " bit"


def difference(one: pd.DataFrame, other: pd.DataFrame, of: int) -> str:
    """Bits per fixation of one less those of another, paired, with intervals that hold for `of` of them together."""
    draws, counts, words = resample(len(one), seed=0), one["fixations"].to_numpy(float), []
    for column in ("static", "next"):
        a, b = (Ratio.of(bits[column].to_numpy(float), counts, draws) for bits in (one, other))
        less = a.minus(b)
        words.append("{} {:.3f} [{:.3f}, {:.3f}]".format(column, less[0], *for_all_of(of, *less)))
    return ", ".join(words)


def main() -> None:
    """Train, and print bits per fixation with 95 % intervals over images."""
    more = {"backbone": {"default": "lite0", "help": "features; default %(default)s"}}
    asked = asked_for(__doc__, more | SEEDS, osie="its folder", mit1003="its folder", out="folder of the readout")
    reader = FeatureReader(asked.backbone)
    osie, mit = gazekit.load_dataset("osie", asked.osie), gazekit.load_dataset("mit1003", asked.mit1003)
    tested = set(protocols["chen2021"].images["osie"])
    learned = osie.select(stimuli=[s for s in osie.stimuli if s not in tested])
    start = trained(learned, asked.out / OSIE, reader)
    network = start.network
    there = {trial.stimulus for trial in mit.trials if trial.has("image")}
    shown, rest = (mit.select(stimuli=[s for s in mit.stimuli if (s in there) == side]) for side in (True, False))
    of_mit = with_centre(network, rest)
    tests = views_of(osie.select(stimuli=sorted(tested)), reader, network.config)
    views = views_of(shown, reader, network.config)
    as_it_is, centred = (over(each, views, of_mit) for each in (network, of_mit))
    cooled, temperatures = one_temperature(tempered(network, views, of_mit))
    scored = {
        "OSIE, test images of chen2021": over(network, tests, network),
        "MIT1003": as_it_is,
        "MIT1003, with its centre bias": centred,
        f"MIT1003, with one temperature ({temperatures})": cooled,
    }
    for name, bits in scored.items():
        print(f"{name}: {len(bits)} images, {bits['fixations'].sum():,} fixations: {told(bits)}", flush=True)  # noqa: T201
    for words, changed in {"its centre bias": centred, "one temperature": cooled}.items():
        print(f"{words} less as it is: {difference(changed, as_it_is, 4)}", flush=True)  # noqa: T201
    learned_from_it: dict[str, list[pd.DataFrame]] = {AFTER: [], ALONE: []}
    for seed, (name, bits) in product(map(int, asked.seeds.split(",")), learned_from_it.items()):
        how = HOW[name] | {"backbone": asked.backbone} | ({"start": start} if name == AFTER else {})
        bits.append(in_folds(shown, views, of_mit, asked.out / f"{name}-{seed}", seed, **how))
        print(f"MIT1003 in five folds, {name}, seed {seed}: {told(bits[-1])}", flush=True)  # noqa: T201
    means = {name: mean_of(seeds) for name, seeds in learned_from_it.items()}
    others = {"as it is": as_it_is, "with one temperature": cooled, ALONE: means[ALONE]}
    compared = [(name, base) for name in means for base in others if name != base]
    for name, bits in means.items():
        print(f"MIT1003 in five folds, {name}, mean of the seeds: {told(bits)}")  # noqa: T201
    for name, base in compared:
        words = difference(means[name], others[base], 2 * len(compared))
        print(f"{name} less {base}: {words}", flush=True)  # noqa: T201
    models = [f"priority:checkpoint={asked.out / name}" for name in (f"{AFTER}-{asked.seeds[0]}", OSIE)]
    results = gazekit.evaluate(shown, models, list(METRICS), out=asked.out / "paths", n_samples=SAMPLES)
    print(results.summary.to_string(), results.differences.to_string(), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
