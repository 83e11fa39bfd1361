"""The certificates behind docs/results/protocols.md: models and controls on OSIE, MIT1003 and COCO-Search18.

    python docs/results/protocols.py osie --root data/osie --out docs/results/certificates
    python docs/results/protocols.py osie --root data/osie --out docs/results/certificates --name osie-neva --samples 10
        --models neva:encoder=squeezenet:weights=squeezenet1_0_imagenet.safetensors --against chen2021 gazekit
    python docs/results/protocols.py mit1003 --root data/mit1003 --out docs/results/certificates --name mit1003-priority
        --models priority --own
    python docs/results/protocols.py mit1003 --root data/mit1003 --out docs/results/certificates --name mit1003-neva
        --samples 2 --models neva:encoder=squeezenet:weights=squeezenet1_0_imagenet.safetensors

Models give positions; lengths (at most 16) and durations of all are those of people's paths on other images, so that
nothing else differs, and an imposed first fixation is the same for all. What learns is fitted on the other images of
the data set, or, where all are scored, leaves an image's own people out.

With --own models keep lengths and durations of their own, and have their exact likelihood beside the estimate; images
that one has learned from are left out.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import typer

from gazekit import Scanpaths
from gazekit.cli.certify import swap_words
from gazekit.datasets import load_dataset
from gazekit.evaluation.fitting_alone import fit_alone, unseen
from gazekit.files.atomic import write_atomically
from gazekit.metrics.context import contents_of, with_start
from gazekit.models.baselines.other_image import OtherImage
from gazekit.models.capabilities import HasDensity, Learns
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.model import NAMED, Priority
from gazekit.models.specs import model_from_text
from gazekit.protocols import protocols
from gazekit.protocols.certificate import certify, text_of
from gazekit.report.certificate import certificate_page

LONGEST = 16
SEEING = ("centre", "empirical", "ittikoch", "levy")
MODELS = {"osie": SEEING, "mit1003": SEEING, "coco-search18": ("centre", "empirical")}  # the last without images
AGAINST = {
    "osie": ("chen2021", "scandiff", "gazekit"),
    "mit1003": ("scandiff", "gazekit"),
    "coco-search18": ("chen2021", "hat", "gazeformer", "irl2020", "scandiff", "gazekit"),
}


def images_of(dataset):
    """The test images of chen2021, those whose picture is there, or all."""
    if dataset.name == "osie":
        return protocols["chen2021"].images["osie"]
    seen = [trial.stimulus for trial in dataset.trials if trial.has("image")]
    return seen or dataset.stimuli


def predictions(dataset, models, samples):
    """Paths of each model on these images, called by the model's name without its options."""
    part = dataset.select(stimuli=images_of(dataset))
    rest = dataset.select(stimuli=set(dataset.stimuli) - set(part.stimuli))
    people = part.scanpaths
    whole = replace(part, scanpaths=people.replace(facts=replace(people.facts, forced_first=None)))
    like = OtherImage().fit(whole).predict(part.trials, n_samples=samples, seed=1, progress=False).truncate(LONGEST)
    forced = bool(people.facts.forced_first)
    wanted = np.maximum(like.lengths - forced, 1).reshape(-1, samples)
    found = {}
    for text in models:
        model = model_from_text(text)
        model.name = text.partition(":")[0]
        if isinstance(model, Learns) and len(rest.scanpaths):
            model.fit(rest)
        else:
            fit_alone(model, part)
        found[model.name] = model.predict(part.trials, n_samples=samples, seed=1, lengths=wanted, progress=False)
    parts = []
    for name, paths in found.items():
        facts = replace(people.facts, forced_first=False, cut_at_target=None)
        begun = with_start(paths.replace(facts=facts), contents_of(part.trials)) if forced else paths
        shown = begun.truncate(like.lengths)
        if (shown.lengths != like.lengths).any():
            raise SystemExit(f"{name} gives {int((shown.lengths != like.lengths).sum())} paths that are too short")
        facts = replace(people.facts, cut_at_target=None)
        parts.append(shown.replace(duration=like.duration, facts=facts, table=shown.table.assign(source=name)))
    return Scanpaths.concat(parts)


def own_predictions(dataset, models, samples):
    """Paths as the models end them, on those of these images that none of them has learned from."""
    part = dataset.select(stimuli=images_of(dataset))
    part = unseen(part, models)
    return Scanpaths.concat([model.predict(part.trials, n_samples=samples, seed=1) for model in models])


def learned_by(models):
    """Names of the images that readouts of priority have learned from; None of another model, which does not say."""
    if not all(isinstance(model, Priority) for model in models):
        return None
    files = [NAMED.get(model.checkpoint or "free-viewing", model.checkpoint) for model in models]
    return sorted({name for file in files for name in load_readout(file).trained_on["stimuli"]})


def main() -> None:
    """Write the certificate, its page and the predictions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=MODELS)
    parser.add_argument("--root", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--models", nargs="+", help="models with their options, in place of the usual ones")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--against", nargs="+", help="protocols, in place of the usual ones")
    parser.add_argument("--own", action="store_true", help="lengths, durations and likelihoods of the models' own")
    parser.add_argument("--name", help="of the files; default DATA-baselines")
    given = parser.parse_args()
    dataset = load_dataset(given.data, given.root)
    models = given.models or MODELS[given.data]
    more = {}
    if given.own:
        asked = [model_from_text(text) for text in models]
        paths = own_predictions(dataset, asked, given.samples)
        more = {"models": [m for m in asked if isinstance(m, HasDensity)], "trained_on": learned_by(asked)}
    else:
        paths = predictions(dataset, models, given.samples)
    given.out.mkdir(parents=True, exist_ok=True)
    name = given.name or f"{given.data}-baselines"
    paths.save(given.out / f"{name}.parquet")
    made = certify(paths, dataset, against=given.against or AGAINST[given.data], splits=given.splits, **more)
    write_atomically(given.out / f"{name}.json", (text_of(made) + "\n").encode())
    write_atomically(given.out / f"{name}.html", certificate_page(made).encode())
    typer.echo("\n".join(swap_words(swap) for swap in made["swaps"]) or "no swaps")


if __name__ == "__main__":
    main()
