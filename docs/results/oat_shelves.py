"""Networks on shelves of covers that they have not seen: oat_shelves.py [--shelves N] [--out FILE] NAME=CHECKPOINT ....

CHECKPOINT is a file or folder, or `shipped`. Prints the table, with the share of the agents' own Sequence Score.
"""

import argparse
from pathlib import Path

import pandas as pd
from oat_unseen_covers import AGAIN, on_unseen_covers

from gazekit import load_dataset
from gazekit.models.oat.model import Oat

SHOWN = (
    ("sequence_score", 3),
    ("delta", 3),
    ("guidance_rank", 3),
    ("nll", 3),
    ("correct", 2),
    ("length", 1),
    ("search", 3),
    ("refix", 3),
    ("revisit", 3),
)
BOUNDS = {"4x8": 2.2188, "6x14": 2.7387}  # nats per step of the agents' own likelihood: docs/datasets/shelves.md


def main() -> None:
    """Measure, and print a table per layout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--shelves", type=int, default=100)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    named = dict(word.split("=", 1) for word in given.networks)
    models = {name: Oat(None if place == "shipped" else place) for name, place in named.items()}
    tables = []
    for layout, bound in BOUNDS.items():
        data = load_dataset("shelves", layouts=layout, scenes=given.shelves, covers="test")
        found = on_unseen_covers(data, models, n_samples=given.samples).assign(layout=layout)
        tables.append(found)
        print(f"\n**{layout}**, {given.shelves} shelves; the agents' own likelihood has {bound} nats per step\n")  # noqa: T201
        print("| | " + " | ".join(name for name, _ in SHOWN) + " | share of the agents' SS |")  # noqa: T201
        print("|---" * (len(SHOWN) + 2) + "|")  # noqa: T201
        ceiling = found.query(f"model == '{AGAIN}' and measure == 'sequence_score'")["value"].iloc[0]
        for model, part in found.groupby("model", sort=False):
            row = part.set_index("measure")
            cells = [
                f"{row.loc[m, 'value']:.{d}f} [{row.loc[m, 'low']:.{d}f}, {row.loc[m, 'high']:.{d}f}]"
                if m in row.index
                else ""
                for m, d in SHOWN
            ]
            share = row.loc["sequence_score", "value"] / ceiling
            print(f"| {model} | " + " | ".join(cells) + f" | {share:.1%} |", flush=True)  # noqa: T201
    if given.out:
        pd.concat(tables, ignore_index=True).to_csv(given.out, index=False, float_format="%.5f")


if __name__ == "__main__":
    main()
