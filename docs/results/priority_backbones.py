r"""`priority` on two backbones, alone and together, and on one at three sizes: a table of priority.md, on OSIE.

Run from the project's root, with the extra `weights` and a file of DINOv2's weights; GAZEKIT_FEATURES names a folder in
which features are kept:

    python docs/results/priority_backbones.py --osie data/osie --dinov2 dinov2_vit_small_patch14.safetensors \
        --out runs/priority-backbones --write

All learn from OSIE's folds 1 to 4, and are scored on fold 0, whose pictures they have not seen, with the budget of
`priority_ablations.py`. One that is in the folder is not made again.
"""

from itertools import product

import pandas as pd
from asked_for import SEEDS, WRITE, asked_for
from between_marks import put
from priority_ablations import PAGE, Ablation, scored, table

from gazekit import load_dataset
from gazekit.models.priority.features import FeatureReader, recipe_of
from gazekit.models.priority.training import View, views_of

HEAD = "<!-- backbones -->"
TERMS = ("lite0", "dinov2", "lite0@2", "lite0@0.5")
ROOM = 6_000_000_000  # bytes of features on the disk


def levels(words: str, *wanted: str) -> Ablation:
    """Features of some of the terms."""
    of = [term for term in TERMS for _ in recipe_of(term)[1].levels]

    def shown(view: View) -> View:
        return view._replace(features=tuple(f for f, term in zip(view.features, of, strict=True) if term in wanted))

    return Ablation(words, {}, shown)


BACKBONES = {
    "lite0": levels("Lite0", "lite0"),
    "dinov2": levels("DINOv2", "dinov2"),
    "both": levels("both", "lite0", "dinov2"),
    "sizes": levels("Lite0 at three sizes", "lite0", "lite0@2", "lite0@0.5"),
}


def main() -> None:
    """Train what is not there, and print or write the table."""
    asked = asked_for(__doc__, SEEDS | WRITE, osie="its folder", dinov2="file of its weights", out="run folder")
    data = load_dataset("osie", asked.osie)
    split = data.split("stimulus", folds=5, fold=0, seed=0)
    reader = FeatureReader("+".join(TERMS), {"dinov2": str(asked.dinov2)}, room=ROOM)
    parts: tuple[list[View], list[View]] | None = None
    there: dict[str, list[pd.DataFrame]] = {name: [] for name in BACKBONES}
    for seed, (name, which) in product(map(int, asked.seeds.split(",")), BACKBONES.items()):
        file = asked.out / f"{name}-seed-{seed}.parquet"
        if not file.is_file():
            parts = parts or (views_of(split.train, reader), views_of(split.test, reader))
            scored(parts, which, seed, asked.out / file.stem).to_parquet(file)
        there[name].append(pd.read_parquet(file))
    text = table(
        {BACKBONES[name].words: seeds for name, seeds in there.items()}, "features", "less Lite0, 95 % together"
    )
    print(text)  # noqa: T201
    if asked.write:
        put(PAGE, HEAD, text)


if __name__ == "__main__":
    main()
