"""`priority` that has learned from OSIE alone: on the test images of a protocol, and on MIT1003, which it has not seen.

Run from the project's root, with the extra `weights`; a readout that is in the folder is not trained again:

    python docs/results/priority_transfer.py --osie data/osie --mit1003 data/mit1003 --out runs/transfer

It learns from the photographs of OSIE that are not among the 70 test images of chen2021. Bits per fixation are over the
centre bias of the data set that is scored: of MIT1003, that of people on the photographs whose images are not shown.
Of MIT1003 there is also one temperature: that under which people on half of its images are likeliest, for the other
half.
"""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from asked_for import asked_for

import gazekit
from gazekit.evaluation.bootstrap import for_all_of, resample
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre
from gazekit.experiments.ratios import Ratio
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.events import trial_events
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import PriorityNetwork
from gazekit.models.priority.training import OPTIONS, View, centre_bias, train_readout, views_of
from gazekit.protocols import protocols

FIXATIONS = 24  # of an image and step
TEMPERATURES = tuple(round(0.8 + 0.05 * k, 2) for k in range(25))


def trained(dataset: gazekit.Dataset, file: Path, reader: FeatureReader) -> PriorityNetwork:
    """The network, trained on a data set where the file is not there yet."""
    if not file.is_file():
        readout, log = train_readout([dataset], reader, OPTIONS, fixations=FIXATIONS, folder=file.with_suffix(".state"))
        readout.save(file)
        print(pd.DataFrame(map(vars, log)).to_string(), flush=True)  # noqa: T201
    return load_readout(file).network


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


def difference(one: pd.DataFrame, other: pd.DataFrame, column: str) -> tuple[float, float, float]:
    """Bits per fixation of one less those of another, paired, with an interval that holds for both columns together."""
    draws, counts = resample(len(one), seed=0), one["fixations"].to_numpy(float)
    less = Ratio.of(one[column].to_numpy(float), counts, draws).minus(
        Ratio.of(other[column].to_numpy(float), counts, draws)
    )
    low, high = for_all_of(2, *less)
    return less[0], low, high


def main() -> None:
    """Train, and print bits per fixation with 95 % intervals over images."""
    asked = asked_for(__doc__, osie="its folder", mit1003="its folder", out="folder of the readout")
    reader = FeatureReader("lite0")
    osie, mit = gazekit.load_dataset("osie", asked.osie), gazekit.load_dataset("mit1003", asked.mit1003)
    tested = set(protocols["chen2021"].images["osie"])
    learned = osie.select(stimuli=[s for s in osie.stimuli if s not in tested])
    network = trained(learned, asked.out / "osie-630.safetensors", reader)
    shown = [trial.stimulus for trial in mit.trials if trial.has("image")]
    there = set(shown)
    of_mit = with_centre(network, mit.select(stimuli=[s for s in mit.stimuli if s not in there]))
    views = {
        "OSIE, test images of chen2021": views_of(osie.select(stimuli=sorted(tested)), reader, network.config),
        "MIT1003": views_of(mit.select(stimuli=shown), reader, network.config),
    }
    first, second = views
    as_it_is = over(network, views[second], of_mit)
    cooled, temperatures = one_temperature(tempered(network, views[second], of_mit))
    gained = [
        f"{c} {value:.3f} [{low:.3f}, {high:.3f}]"
        for c in ("static", "next")
        for value, low, high in [difference(cooled, as_it_is, c)]
    ]
    told = {
        first: over(network, views[first], network),
        second: as_it_is,
        f"{second}, with its centre bias": over(of_mit, views[second], of_mit),
        f"{second}, with one temperature ({temperatures}; less without: {', '.join(gained)})": cooled,
    }
    for name, bits in told.items():
        gains = ", ".join(
            f"{c} {v:.3f} [{low:.3f}, {high:.3f}]"
            for c in ("static", "next")
            for v, low, high in [TrainedReadouts((), bits, bits).gain(c)]
        )
        print(f"{name}: {len(bits)} images, {bits['fixations'].sum():,} fixations: {gains} bit", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
