r"""Search by `priority` in the rooms of Interiors that its readout has not learned from, beside people and nulls.

Run from the project's root, with the extra `weights`:

    gazekit train priority --data interiors --root data/interiors --start free-viewing --fold 0 \
        --set epochs=6 --set patience=3 --out runs/s
    python docs/results/priority_interiors.py --interiors data/interiors \
        --readout runs/s/fold-0.safetensors --out runs/search

First the likelihood of people's next fixations with the right target, that of another room, and none; then paths.
"""

import argparse
from pathlib import Path

import gazekit
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.training import views_of

MODELS = ("priority:checkpoint={}", "priority:checkpoint={}:swap_target=True", "priority:checkpoint={}:no_target=True")
METRICS = ("scanmatch", "sequence_score")
SAMPLES = 3


def likelihood(dataset: gazekit.Dataset, file: Path) -> None:
    """Print bits per fixation over the centre bias of the training rooms, and the law of visibility."""
    readout = load_readout(file)
    views = views_of(dataset, FeatureReader(readout.backbone), readout.network.config)
    swapped = [view._replace(similarity=views[k - 1].similarity) for k, view in enumerate(views)]
    without = [view._replace(similarity=None) for view in views]
    for name, some in (("right target", views), ("target of another room", swapped), ("no target", without)):
        bits = bits_over_centre(readout.network, some)
        told = ", ".join(
            f"{c} {v:.3f} [{low:.3f}, {high:.3f}]"
            for c in ("static", "next")
            for v, low, high in [TrainedReadouts((), bits, bits).gain(c)]
        )
        print(f"{name}, {len(bits)} rooms, {bits['fixations'].sum():,} fixations: {told} bit", flush=True)  # noqa: T201
    law = readout.network
    for name, half, steep in zip(
        law.config.similarities, law.half_seen.detach().exp(), law.steepness.detach().exp(), strict=True
    ):
        print(f"{name}: half visible at {float(half):.3f}, steepness {float(steep):.2f}")  # noqa: T201


def main() -> None:
    """Print the likelihood; evaluate on fold 0 of 5, and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--interiors", type=Path, required=True, help="its folder")
    parser.add_argument("--out", type=Path, required=True, help="run folder; resumed where it is there")
    parser.add_argument("--readout", type=Path, required=True, help="trained on the other folds")
    asked = parser.parse_args()
    unseen = gazekit.load_dataset("interiors", asked.interiors).split("stimulus", folds=5, fold=0).test
    likelihood(unseen, asked.readout)
    models = [name.format(asked.readout) for name in MODELS]
    results = gazekit.evaluate(unseen, models, list(METRICS), out=asked.out, n_samples=SAMPLES, accept=["paths"])
    print(results.summary.to_string())  # noqa: T201
    print(results.differences.to_string())  # noqa: T201


if __name__ == "__main__":
    main()
