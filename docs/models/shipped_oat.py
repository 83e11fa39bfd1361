"""Train the OAT that comes with gazekit, on shelves that gazekit draws, and write it into the package.

Run from the project's root, on the CPU: OMP_NUM_THREADS=1 python docs/models/shipped_oat.py [--quick] [-o FILE]

It is given a photograph of the target, not its place: the only condition that serves both somebody who marks the target
in the picture and somebody who has a picture of it. On made-up shelves that photograph would be the very pixels of the
shelf, so it is altered here: light, contrast and framing. Equal versions of torch on equal machines give equal bytes.
Put the printed SHA-256 into tests/models/oat/test_shipped.py.
"""

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch

from gazekit import __version__, load_dataset
from gazekit.core.trials import Dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.oat.checkpoint import Checkpoint
from gazekit.models.oat.config import preset
from gazekit.models.oat.model import SHIPPED
from gazekit.models.oat.scenes import ObjectPaths
from gazekit.models.oat.training import train
from gazekit.models.training import TrainingOptions

LAYOUTS = ("4x8", "6x14", "3x9", "2x11", "irregular")
SCENES, QUICK_SCENES = 480, 60  # of each layout: more shelves teach more than more epochs do
HELD_OUT = 12  # of each layout: they decide when to stop, and are drawn from the same covers
OPTIONS = TrainingOptions(epochs=6, patience=6, rate=3e-3)
QUICK_OPTIONS = TrainingOptions(epochs=4, rate=3e-3)
NETWORK = preset("oat-small", target_position="hidden", target_crop="separate", pointer_bias="history")
SEED = 0


@dataclass(frozen=True)
class Photographed:
    """A picture as another photograph would show it: other light, other contrast, framed a little off."""

    picture: Callable[[], np.ndarray]
    key: str

    def __call__(self) -> np.ndarray:
        """(h, w, 3) uint8."""
        rng = keyed_rng(SEED, "photographed", self.key)
        shown = self.picture().astype(float)
        margin = 3
        top, left = rng.integers(0, 2 * margin + 1, size=2)
        padded = np.pad(shown, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
        framed = padded[top : top + shown.shape[0], left : left + shown.shape[1]]
        light, contrast = rng.uniform(-20, 20), rng.uniform(0.8, 1.2)
        noise = rng.normal(0, 4, framed.shape)
        return np.clip(128 + contrast * (framed - 128) + light + noise, 0, 255).astype(np.uint8)


def photographed(dataset: Dataset) -> Dataset:
    """The same trials with other photographs of their targets."""
    trials = [replace(t, target_source=Photographed(t.target_source, t.id)) for t in dataset.trials]
    return replace(dataset, trials=tuple(trials))


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few minutes, for trying out")
    parser.add_argument("-o", "--out", type=Path, default=SHIPPED)
    asked = parser.parse_args()
    scenes, options = (QUICK_SCENES, QUICK_OPTIONS) if asked.quick else (SCENES, OPTIONS)
    torch.set_num_threads(1)  # sums depend on the number of threads
    made = {"layouts": LAYOUTS, "scenes": scenes, "covers": "train"}
    data = photographed(load_dataset("shelves", **made))
    stop = photographed(load_dataset("shelves", **{**made, "scenes": HELD_OUT, "start": scenes}))
    folder = Path(tempfile.mkdtemp())
    parts = [ObjectPaths.from_dataset(part, NETWORK) for part in (data, stop)]
    network, log = train(NETWORK, *parts, options, folder=folder, seed=SEED)
    shutil.rmtree(folder)
    best = min(log, key=lambda line: line.validation)
    about = {
        "data": "shelves",
        "data_options": {k: list(v) if isinstance(v, tuple) else v for k, v in made.items()},
        "sha256": data.fingerprint(),
        "subjects": data.subjects,
        "stimuli": sorted([*data.stimuli, *stop.stimuli]),
        "target": "a picture of the target in other light, framed otherwise; its place is hidden",
        "training": asdict(options),
        "seed": SEED,
        "epochs": len(log),
        "loss": {"training": round(best.train, 4), "held out": round(best.validation, 4)},
        "made_by": "docs/models/shipped_oat.py" + (" --quick" if asked.quick else ""),
        "versions": {"gazekit": __version__, "torch": str(torch.__version__), "numpy": np.__version__},
    }
    Checkpoint(network, max(part.longest() for part in parts), about).save(asked.out, half=True)
    written = asked.out.read_bytes()
    print(f"{asked.out}: {len(written):,} bytes, sha256 {hashlib.sha256(written).hexdigest()}")  # noqa: T201
    print(f"loss {best.validation:.3f} nats per step on held-out shelves after {len(log)} epochs")  # noqa: T201


if __name__ == "__main__":
    main()
