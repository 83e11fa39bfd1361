"""NeVA on real people: options swept on one half of OSIE's images, reported on the other; MIT1003 as a second set.

Run: python docs/results/neva/study.py sweep|combine|final|full|leaderboard|mit1003 OUT [--images N] [--workers N]
Resumable; each stage is an evaluation, on a GPU where there is one. Real data and weights: environment variable
GAZEKIT_DATA, default ../shared/data. LITE0: the file that
efficientnet_lite0.py made.
"""

import argparse
import os
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit import Dataset, Scanpaths, evaluate, load_dataset
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.baselines.precomputed import Precomputed

DATA = Path(os.environ.get("GAZEKIT_DATA", "../shared/data"))
SQUEEZENET = f"neva:encoder=squeezenet:weights={DATA}/weights/squeezenet1_0_imagenet.safetensors"
LITE0 = f"neva:encoder=timm/tf_efficientnet_lite0:weights={os.environ.get('LITE0', 'lite0.safetensors')}"
METRICS = (
    "scanmatch",
    "multimatch",
    "plausibility",
    "distinct_cells",
    "amplitude_wasserstein",
    "return_rates",
    "paths_nss",
)
OSIE_PX_PER_DEGREE = 24.0  # assumed: the files do not say. Decides amplitudes in degrees, no fixation
MIT1003_PX_PER_DEGREE = 35.0  # as DeepGaze takes it
BASELINES = ("uniform", "centre", "centre-point", "empirical", "ittikoch", "levy", "other-image")
FINALISTS = ("sigma_px=48:gamma=0.3", "sigma_px=48:gamma=0.3:saccade_cost=0.1")  # of the tuning half
# One change at a time from the defaults (gamma 0.7, sigma 0.2, nothing lasting, free saccades), for both objectives.
CHANGES = {
    "clean": (
        "",
        "gamma=0",
        "gamma=0.3",
        "gamma=1",
        "sigma_px=24",
        "sigma_px=48",
        "sigma_px=72",
        "lasting=0.3",
        "saccade_cost=0.1",
        "saccade_cost=0.3",
    ),
    "class": ("", "gamma=0.3", "gamma=1", "sigma_px=48", "saccade_cost=3", "saccade_cost=10"),
}
COMBINATIONS = (
    "sigma_px=48:gamma=0.3",
    "sigma_px=36:gamma=0.5",
    "sigma_px=36:gamma=0.3",
    "sigma_px=24:gamma=0.3",
    "sigma_px=48:saccade_cost=0.03",
    "sigma_px=48:gamma=0.3:saccade_cost=0.03",
    "sigma_px=48:gamma=0.3:saccade_cost=0.1",
    "sigma_px=36:gamma=0.3:saccade_cost=0.1",
)


def name(objective: str, *changes: str, of: str = SQUEEZENET) -> str:
    """A model of `gazekit evaluate`, options as text."""
    return ":".join([of, f"objective={objective}", *(c for c in changes if c)])


def halves(data: Dataset) -> tuple[Dataset, Dataset]:
    """The tuning half and the reported half of a data set's images."""
    parts = data.split("stimulus", folds=2, fold=0, seed=0)
    return parts.train, parts.test


def some(data: Dataset, count: int) -> Dataset:
    """Every k-th trial."""
    trials = [data.trials[i] for i in np.linspace(0, len(data.trials) - 1, count).round().astype(int)]
    return data.select(trials=[t.id for t in trials])


def shuffled(paths: Scanpaths, seed: int = 0) -> Scanpaths:
    """The same fixations of every path in a random order, keyed by trial and sample."""
    order = np.arange(len(paths.x))
    for k, (trial, sample) in enumerate(zip(paths.table["trial"], paths.table["sample"], strict=True)):
        start, stop = paths.offsets[k], paths.offsets[k + 1]
        order[start:stop] = start + keyed_rng(seed, "shuffled", trial, int(sample)).permutation(stop - start)
    return Scanpaths(paths.x[order], paths.y[order], paths.offsets, paths.table, facts=paths.facts)


def plainly(paths: Scanpaths) -> pd.Series:
    """Names of the sources without the place of their weights, which differs between machines."""
    return paths.table["source"].str.replace(r":weights=[^:]*", "", regex=True)


def with_shuffled(data: Dataset, run: Path, out: Path) -> None:
    """Score a run's NeVA paths in their own order and in a random one."""
    predicted = Scanpaths.load(run / "predictions.parquet")
    sources = plainly(predicted)
    models = []
    for source in [s for s in dict.fromkeys(sources) if s.startswith("neva")]:
        own = predicted[np.flatnonzero(sources == source)]
        models += [Precomputed(own, f"{source}, own order"), Precomputed(shuffled(own), f"{source}, shuffled")]
    evaluate(data, models, ["scanmatch"], out=out, n_samples=1, lengths="own", nulls=False)


def both_halves(out: Path) -> list[Precomputed]:
    """What the defaults and the finalists predicted for the two halves, put together; named without their weights."""
    halves_of = [Scanpaths.load(out / stage / "predictions.parquet") for stage in ("sweep", "combine", "final")]
    models = []
    for objective, change in (("clean", ""), ("class", ""), *(("clean", f) for f in FINALISTS)):
        wanted = name(objective, change, of="neva:encoder=squeezenet")
        parts = [paths[np.flatnonzero(plainly(paths) == wanted)] for paths in halves_of]
        paths = Scanpaths.concat([part for part in parts if len(part)])
        models.append(Precomputed(paths, wanted))
    return models


def main(stage: str, out: Path, workers: int, images: int | None) -> None:
    """Run one stage."""
    # The page's tables are of own lengths: NeVA's ten fixations, people's numbers for the baselines.
    common = {
        "n_samples": 1,
        "seed": 0,
        "lengths": "own",
        "nulls": False,
        "workers": workers,
        "command": f"python docs/results/neva/study.py {stage}",
    }
    defaults = [name("clean"), name("class")]
    if stage == "mit1003":
        data = load_dataset("mit1003", DATA / "mit1003", source="redetected", px_per_degree=MIT1003_PX_PER_DEGREE)
        data = data.select(trials=[t.id for t in data.trials if t.image_source is not None])
        chosen = [name("clean", f.replace("sigma_px=48", "fovea_degrees=2")) for f in FINALISTS]
        chosen.append(name("clean", "fovea_degrees=2", "gamma=0.3", of=LITE0))
        evaluate(data, [*BASELINES, *defaults, *chosen], METRICS, out=out / stage, **common)
        with_shuffled(data, out / stage, out / f"{stage}-order")
        return
    if stage == "leaderboard":
        metrics = ("scanmatch", "multimatch", "sequence_score", "edit_distance_normalised", "dtw")
        evaluate(load_dataset("osie", DATA / "osie"), both_halves(out), metrics, out=out / stage, **common)
        return
    osie = load_dataset("osie", DATA / "osie", px_per_degree=OSIE_PX_PER_DEGREE)
    tuning, reported = (some(half, images or len(half.trials)) for half in halves(osie))
    if stage == "sweep":
        models = [name(objective, change) for objective, changes in CHANGES.items() for change in changes]
        evaluate(tuning, ["centre", "other-image", *models], METRICS, out=out / stage, **common)
    elif stage == "combine":
        models = [name("clean", change) for change in COMBINATIONS]
        evaluate(tuning, ["other-image", *models], METRICS, out=out / stage, **common)
        with_shuffled(tuning, out / stage, out / f"{stage}-order")
    elif stage == "final":
        evaluate(
            reported,
            [*BASELINES, *defaults, *(name("clean", f) for f in FINALISTS)],
            METRICS,
            out=out / stage,
            **common,
        )
        with_shuffled(reported, out / stage, out / f"{stage}-order")
    elif stage == "full":
        evaluate(osie, [*BASELINES, *both_halves(out)], METRICS, out=out / stage, **common)
        with_shuffled(osie, out / stage, out / f"{stage}-order")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["sweep", "combine", "final", "full", "leaderboard", "mit1003"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--images", type=int, help="of each half; all 350 without")
    given = parser.parse_args()
    main(given.stage, given.out, given.workers, given.images)
