"""Paths of `priority` on the photographs of OSIE that its readout has not learned from, beside people and nulls.

Run from the project's root, with the extra `weights`:

    python docs/results/priority_unseen.py --osie data/osie --out runs/priority-osie
"""

import argparse
from pathlib import Path

import numpy as np

import gazekit
from gazekit.core.scanpaths import Scanpaths

MODELS = ("priority", "priority:decoding=consensus", "ittikoch")
METRICS = ("scanmatch", "sequence_score", "nss", "auc_shuffled", "information_gain")
SAMPLES = 3


def about(paths: Scanpaths) -> str:
    """Lengths, durations and saccades of paths, in words."""
    each = [path for path in paths if len(path)]
    steps = np.concatenate([np.hypot(np.diff(path.x), np.diff(path.y)) for path in each])
    times = paths.durations()
    return (
        f"{len(each):,} paths of {paths.lengths.mean():.2f} fixations (SD {paths.lengths.std():.2f}); durations, ms: "
        f"mean {times.mean():.0f}, deciles 1, 5, 9 {np.percentile(times, [10, 50, 90]).round()}; saccades, px: mean "
        f"{steps.mean():.0f}, deciles {np.percentile(steps, [10, 50, 90]).round()}"
    )


def main() -> None:
    """Evaluate on fold 0 of 5, and print the summary; then describe paths that end by themselves."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--osie", type=Path, required=True, help="its folder")
    parser.add_argument("--out", type=Path, required=True, help="run folder; resumed where it is there")
    parser.add_argument("--metrics", default=",".join(METRICS), help="comma-separated; default %(default)s")
    asked = parser.parse_args()
    unseen = gazekit.load_dataset("osie", asked.osie).split("stimulus", folds=5, fold=0).test
    results = gazekit.evaluate(unseen, list(MODELS), asked.metrics.split(","), out=asked.out, n_samples=SAMPLES)
    print(results.summary.to_string())  # noqa: T201
    print("people:", about(unseen.scanpaths))  # noqa: T201
    own = gazekit.load_model("priority").predict(unseen.trials, n_samples=SAMPLES, progress=False)
    print("priority, which ends by itself:", about(own))  # noqa: T201


if __name__ == "__main__":
    main()
