"""`priority` that has learned from OSIE alone: on the test images of a protocol, and on MIT1003, which it has not seen.

Run from the project's root, with the extra `weights`; a readout that is in the folder is not trained again:

    python docs/results/priority_transfer.py --osie data/osie --mit1003 data/mit1003 --out runs/transfer

It learns from the photographs of OSIE that are not among the 70 test images of chen2021. Bits per fixation are over the
centre bias of the data set that is scored: of MIT1003, that of people on the photographs whose images are not shown.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

import gazekit
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.events import trial_events
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import PriorityNetwork
from gazekit.models.priority.training import OPTIONS, View, centre_bias, train_readout, views_of
from gazekit.protocols import protocols

FIXATIONS = 24  # of an image and step


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
                views.append(View(trial.stimulus, "", (), grid, trial_events(trial, walked, grid)))
    other = PriorityNetwork(network.config)
    other.load_state_dict(network.state_dict())
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


def main() -> None:
    """Train, and print bits per fixation with 95 % intervals over images."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--osie", type=Path, required=True, help="its folder")
    parser.add_argument("--mit1003", type=Path, required=True, help="its folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the readout")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # sums depend on the number of threads
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
    for name, used, some, centre in (
        (first, network, views[first], network),
        (second, network, views[second], of_mit),
        (f"{second}, with its centre bias", of_mit, views[second], of_mit),
    ):
        bits = over(used, some, centre)
        told = ", ".join(
            f"{c} {v:.3f} [{low:.3f}, {high:.3f}]"
            for c in ("static", "next")
            for v, low, high in [TrainedReadouts((), bits, bits).gain(c)]
        )
        print(f"{name}: {len(bits)} images, {bits['fixations'].sum():,} fixations: {told} bit", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
