"""The certificate behind docs/results/protocols.md: four models and the controls on the 70 test images of OSIE.

    python docs/results/protocols.py --root data/osie --out docs/results/certificates

Models give positions; lengths and durations of all are those of people's paths on other images, so that nothing else
differs. What learns is fitted on the other 630 images.
"""

import argparse
from pathlib import Path

import numpy as np
import typer

from gazekit import Facts, Scanpaths
from gazekit.cli.certify import swap_words
from gazekit.datasets import load_dataset
from gazekit.files.atomic import write_atomically
from gazekit.models.baselines.other_image import OtherImage
from gazekit.models.specs import model_from_text
from gazekit.protocols import protocols
from gazekit.protocols.certificate import certify, text_of
from gazekit.report.certificate import certificate_page

MODELS = ("centre", "empirical", "ittikoch", "levy")
NAMES = {"empirical": "empirical-630"}  # not the null of this name, which sees the other 69 images only
SAMPLES = 10
LONGEST = 16


def predictions(dataset, names, images):
    """Paths of each model on these images."""
    test = dataset.select(stimuli=images)
    rest = dataset.select(stimuli=[s for s in dataset.stimuli if s not in set(images)])
    lengths = OtherImage().fit(test).predict(test.trials, n_samples=SAMPLES, seed=1, progress=False).truncate(LONGEST)
    parts = []
    for name in names:
        model = model_from_text(name)
        if hasattr(model, "fit"):
            model.fit(rest)
        paths = model.predict(test.trials, n_samples=SAMPLES, seed=1, max_fixations=LONGEST, progress=False)
        same = paths.table[["trial", "sample"]].reset_index(drop=True)
        if not same.equals(lengths.table[["trial", "sample"]].reset_index(drop=True)):
            raise SystemExit(f"{name} gives other samples")
        paths = paths.truncate(np.minimum(lengths.lengths, paths.lengths))
        longest = np.minimum(lengths.lengths, paths.lengths)
        duration = lengths.truncate(longest).duration
        parts.append(
            paths.replace(duration=duration, table=paths.table.assign(source=NAMES.get(name, name)), facts=Facts())
        )
    return Scanpaths.concat(parts)


def main() -> None:
    """Write the certificate, its page and the predictions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=20)
    given = parser.parse_args()
    dataset = load_dataset("osie", given.root)
    paths = predictions(dataset, MODELS, protocols["chen2021"].images["osie"])
    given.out.mkdir(parents=True, exist_ok=True)
    paths.save(given.out / "osie-baselines.parquet")
    made = certify(paths, dataset, against=("chen2021", "scandiff"), splits=given.splits)
    write_atomically(given.out / "osie-baselines.json", (text_of(made) + "\n").encode())
    write_atomically(given.out / "osie-baselines.html", certificate_page(made).encode())
    typer.echo("\n".join(swap_words(swap) for swap in made["swaps"]) or "no swaps")


if __name__ == "__main__":
    main()
