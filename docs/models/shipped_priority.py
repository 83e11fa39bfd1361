"""Train the readout of `priority` that comes with gazekit, on people's free viewing, and write it into the package.

Run from the project's root, on the CPU, with OSIE and MIT1003 on the disk (about fifteen minutes of one thread):

    OMP_NUM_THREADS=1 python docs/models/shipped_priority.py --osie data/osie --mit1003 data/mit1003 [-o FILE]

With --timing only how long fixations last and when viewing ends is learned anew, from OSIE alone (about two minutes),
and everything else stays as it is in FILE.

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
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.model import SHIPPED
from gazekit.models.priority.training import OPTIONS, train_readout, views_of

NAMES = ("osie", "mit1003")
FOLDS, HELD_OUT = 5, 0
TRAINING = replace(OPTIONS, epochs=10, patience=3)
FIXATIONS = 24  # of an image and step
SEED = 0
TIMING = replace(OPTIONS, epochs=6, patience=6), 160  # how its timing is learned; fixations of an image and step


def main() -> None:
    """Train, write, and score on the images that were held out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in NAMES:
        parser.add_argument(f"--{name}", type=Path, required=True, help="its folder")
    parser.add_argument("-o", "--out", type=Path, default=SHIPPED)
    parser.add_argument("--timing", action="store_true", help="learn anew only the timing of the file that is there")
    asked = parser.parse_args()
    torch.set_num_threads(1)  # sums depend on the number of threads
    splits = []
    for name in NAMES:
        data = load_dataset(name, getattr(asked, name))
        shown = data.select(stimuli=[trial.stimulus for trial in data.trials if trial.has("image")])
        splits.append(shown.split("stimulus", folds=FOLDS, fold=HELD_OUT, seed=SEED))
    reader = FeatureReader("lite0")
    parts = [split.train for split in splits]
    with tempfile.TemporaryDirectory() as folder:
        how = {"seed": SEED, "folder": Path(folder)}
        if asked.timing:
            start = load_readout(asked.out)
            readout, log = train_readout(
                parts[:1], reader, TIMING[0], start=start, timing=True, fixations=TIMING[1], **how
            )
        else:
            readout, log = train_readout(parts, reader, TRAINING, fixations=FIXATIONS, **how)
    best = min(log, key=lambda line: line.validation)
    made = {
        "training": asdict(TIMING[0] if asked.timing else TRAINING),
        "fixations": TIMING[1] if asked.timing else FIXATIONS,
        "epochs": len(log),
        "loss": {"training": round(best.train, 4), "held out": round(best.validation, 4)},
        "made_by": "docs/models/shipped_priority.py",
        "versions": {"gazekit": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
    }
    if asked.timing:
        about = {**start.trained_on, "timing": {"data": f"{NAMES[0]} (folds 1 to 4 of 5)", **made}}
    else:
        about = {**readout.trained_on, "data": f"{' and '.join(NAMES)} (folds 1 to 4 of 5 each)", **made}
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
