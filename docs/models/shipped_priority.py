"""Train the readout of `priority` that comes with gazekit, on people's free viewing, and write it into the package.

Run from the project's root, on the CPU, with OSIE and MIT1003 on the disk (about fifteen minutes of one thread):

    OMP_NUM_THREADS=1 python docs/models/shipped_priority.py --osie data/osie --mit1003 data/mit1003 [-o FILE]

It learns from folds 1 to 4 of 5 of the pictures that are there, by stimulus, as `--folds 5` deals them with seed 0;
fold 0 is for measuring.
Equal versions of torch on equal machines give equal bytes. Put the printed SHA-256 into
tests/models/priority/test_shipped.py.
"""

import argparse
import hashlib
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from gazekit import __version__, load_dataset
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.model import SHIPPED
from gazekit.models.priority.training import OPTIONS, train_readout, views_of

NAMES = ("osie", "mit1003")
FOLDS, HELD_OUT = 5, 0
TRAINING = replace(OPTIONS, epochs=10, patience=3)
FIXATIONS = 24  # of an image and step
SEED = 0


def main() -> None:
    """Train, write, and score on the images that were held out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in NAMES:
        parser.add_argument(f"--{name}", type=Path, required=True, help="its folder")
    parser.add_argument("-o", "--out", type=Path, default=SHIPPED)
    asked = parser.parse_args()
    torch.set_num_threads(1)  # sums depend on the number of threads
    splits = []
    for name in NAMES:
        data = load_dataset(name, getattr(asked, name))
        shown = data.select(stimuli=[trial.stimulus for trial in data.trials if trial.has("image")])
        splits.append(shown.split("stimulus", folds=FOLDS, fold=HELD_OUT, seed=SEED))
    reader = FeatureReader("lite0")
    with tempfile.TemporaryDirectory() as folder:
        readout, log = train_readout(
            [split.train for split in splits], reader, TRAINING, seed=SEED, fixations=FIXATIONS, folder=Path(folder)
        )
    best = min(log, key=lambda line: line.validation)
    about = {
        **readout.trained_on,
        "data": f"{' and '.join(NAMES)} (folds 1 to 4 of 5 each)",
        "training": asdict(TRAINING),
        "fixations": FIXATIONS,
        "epochs": len(log),
        "loss": {"training": round(best.train, 4), "held out": round(best.validation, 4)},
        "made_by": "docs/models/shipped_priority.py",
        "versions": {"gazekit": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
    }
    replace(readout, trained_on=about).save(asked.out)
    written = asked.out.read_bytes()
    print(f"{asked.out}: {len(written):,} bytes, sha256 {hashlib.sha256(written).hexdigest()}")  # noqa: T201
    print(json.dumps({k: v for k, v in about.items() if k not in ("images", "stimuli")}))  # noqa: T201
    for name, split in zip(NAMES, splits, strict=True):
        trained = TrainedReadouts((), None, bits_over_centre(readout.network, views_of(split.test, reader)))
        for column in ("static", "next"):
            value, low, high = trained.gain(column)
            print(  # noqa: T201
                f"{name}, {len(trained.bits)} unseen images, {trained.bits['fixations'].sum():,} fixations, {column}: "
                f"{value:.3f} [{low:.3f}, {high:.3f}] bits per fixation over the centre bias"
            )


if __name__ == "__main__":
    main()
