"""Paths of `priority` on the photographs of OSIE that its readout has not learned from, beside people and nulls.

Run from the project's root, with the extra `weights`:

    python docs/results/priority_unseen.py --osie data/osie --out runs/priority-osie
"""

import argparse
from pathlib import Path

import gazekit

MODELS = ("priority", "ittikoch")
METRICS = ("scanmatch", "sequence_score")


def main() -> None:
    """Evaluate on fold 0 of 5, and print the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--osie", type=Path, required=True, help="its folder")
    parser.add_argument("--out", type=Path, required=True, help="run folder; resumed where it is there")
    asked = parser.parse_args()
    unseen = gazekit.load_dataset("osie", asked.osie).split("stimulus", folds=5, fold=0).test
    results = gazekit.evaluate(unseen, list(MODELS), list(METRICS), out=asked.out, n_samples=3)
    print(results.summary.to_string())  # noqa: T201


if __name__ == "__main__":
    main()
