r"""Search by `priority` in the rooms of Interiors that its readouts have not learned from, beside people and nulls.

Run from the project's root, with the extra `weights`:

    for seed in 0 1 2; do
        gazekit train priority --data interiors --root data/interiors --start free-viewing --seed $seed \
            --set epochs=8 --set patience=8 --set fixations=48 --out runs/s-$seed
    done
    python docs/results/priority_interiors.py --interiors data/interiors --readouts runs/s --seeds 0,1,2 \
        --out runs/search

First the likelihood of people's next fixations with the right target, others, and none; then paths, of each seed by
itself. Each seed has other folds, weights and samples. Two pictures are there as two rooms each, which lie in
different folds in some seeds, so that readouts have learned from both: these four rooms are not scored. Of fewer than
five folds, as of a readout that knows its target by the box (`gazekit train priority ... --target box --fold 0 --out
runs/box-0`), there is the likelihood alone.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from asked_for import SEEDS, asked_for
from priority_transfer import mean_of

import gazekit
from gazekit.experiments.priority import TrainedReadouts, bits_over_centre
from gazekit.metrics.behaviour.search import steps_to_target
from gazekit.metrics.behaviour.survival import survival_to_target
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import FeatureReader
from gazekit.models.priority.target import sought
from gazekit.models.priority.training import views_of

CONTROLS = ("", ":swap_target=True", ":no_target=True")
METRICS = ("scanmatch", "sequence_score")
SAMPLES, FOLDS = 3, 5
TWICE = (  # two pictures, each there as two rooms
    *("grayscale_13_kitchen.jpg", "grayscale_37_oliva.jpg"),
    *("grayscale_21_kitchen.jpg", "grayscale_44_oliva.jpg"),
)


def bits_of_fold(test: gazekit.Dataset, file: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Bits by room with the right target, another piece of the room, another room's target, and none."""
    readout, trials = load_readout(file), {trial.stimulus: trial for trial in test.trials}
    network, reader = readout.network, FeatureReader(readout.backbone)
    right = views_of(test, reader, network.config)
    views = {"right target": right, "no target": [view._replace(similarity=None) for view in right]}
    own = [trials[view.stimulus] for view in right]
    others = [replace(trial, target_source=own[k - 1].target_source) for k, trial in enumerate(own)]
    changes = [("another piece of the room", own, True), ("target of another room", others, False)]
    for name, seeking, swapped in changes if network.config.target == "picture" else changes[:1]:
        views[name] = [
            view._replace(similarity=sought(trial, network.config, reader, view.grid, swapped=swapped)[0])
            for view, trial in zip(right, seeking, strict=True)
        ]
    for name, some in views.items():
        yield name, bits_over_centre(network, some)
    half, steep = (part.detach().exp()[-1] for part in (network.half_seen, network.steepness))
    spread, worth = float(network.spread.detach().exp()), float(network.target_weight.weight[0, -1])
    print(  # noqa: T201
        f"{file.name}: the match is half visible at {float(half):.3f}, steepness {float(steep):.2f}; it counts for "
        f"{worth:.2f} nats, and around it with a standard deviation of {spread:.2f} cells",
        flush=True,
    )


def likelihood(dataset: gazekit.Dataset, readouts: dict[int, list[Path]]) -> None:
    """Print bits per fixation over the centre bias of the training rooms, and how far each lies below the right one."""
    seeds = []
    for seed, files in readouts.items():
        parts: dict[str, list[pd.DataFrame]] = {}
        for file in files:
            fold = int(file.stem.partition("-")[2])
            test = dataset.split("stimulus", folds=FOLDS, fold=fold, seed=seed).test
            scored = test.select(stimuli=[name for name in test.stimuli if name not in TWICE])
            for name, bits in bits_of_fold(scored, file):
                parts.setdefault(name, []).append(bits)
        seeds.append({name: pd.concat(bits, ignore_index=True) for name, bits in parts.items()})
        print(f"seed {seed}")  # noqa: T201
        tell(seeds[-1])
    if len(seeds) > 1:
        print("mean of the seeds, by room")  # noqa: T201
        tell({name: mean_of([tables[name] for tables in seeds]) for name in seeds[0]})


def tell(tables: dict[str, pd.DataFrame]) -> None:
    """Print the bits of each way of seeking, with intervals over rooms."""
    right = tables["right target"]
    for name, table in tables.items():
        less = table.assign(**{c: right[c] - table[c] for c in ("static", "next")})
        for column in ("static", "next"):
            values = TrainedReadouts((), right, table).gain(column), TrainedReadouts((), right, less).gain(column)
            told = [f"{value:.3f} [{low:.3f}, {high:.3f}]" for value, low, high in values]
            print(  # noqa: T201
                f"{name}, {len(table)} rooms, {table['fixations'].sum():,.0f} fixations, {column}: {told[0]} bit; "
                f"right target less this: {told[1]}",
                flush=True,
            )


def found(paths: gazekit.Scanpaths, dataset: gazekit.Dataset, limits: tuple[int, ...] = (1, 2, 3, 4, 6, 8, 12)) -> str:
    """Shares of paths that have been on the target (16 px around its box) by so many fixations; Kaplan-Meier."""
    near = {name: (x0 - 16, y0 - 16, x1 + 16, y1 + 16) for name, (x0, y0, x1, y1) in dataset.target_boxes().items()}
    curve = survival_to_target(steps_to_target(paths, near), paths.lengths)
    return " ".join(f"{1 - curve.survival[k]:.2f}" for k in limits)


def paths(dataset: gazekit.Dataset, readouts: Path, seed: int, out: Path) -> None:
    """Evaluate one seed's readouts over five folds; print the summary and how soon targets are found."""
    for control in CONTROLS:
        options = {control[1:].partition("=")[0]: True} if control else {}
        model = gazekit.load_model("priority", checkpoint=readouts, ends=False, **options)
        walked = model.predict(dataset.trials, n_samples=SAMPLES, seed=seed, max_fixations=12, progress=False)
        print(f"priority{control}, seed {seed}:", found(walked, dataset), flush=True)  # noqa: T201
    models = [f"priority:checkpoint={readouts}{control}" for control in CONTROLS]
    how = {"out": out, "n_samples": SAMPLES, "seed": seed, "accept": ["paths"]}
    results = gazekit.evaluate(dataset, models, list(METRICS), **how)
    print(results.summary.to_string(), results.differences.to_string(), sep="\n", flush=True)  # noqa: T201


def main() -> None:
    """Print the likelihood, and what whole paths say where there are readouts of all folds."""
    asked = asked_for(
        __doc__,
        SEEDS,
        interiors="its folder",
        readouts="folder-SEED has fold-0 to fold-4.safetensors of a seed",
        out="run folder of each seed; resumed where it is there",
    )
    dataset = gazekit.load_dataset("interiors", asked.interiors)
    folders = {int(seed): asked.readouts.with_name(f"{asked.readouts.name}-{seed}") for seed in asked.seeds.split(",")}
    readouts = {seed: sorted(folder.glob("fold-*.safetensors")) for seed, folder in folders.items()}
    likelihood(dataset, readouts)
    scored = dataset.select(stimuli=[name for name in dataset.stimuli if name not in TWICE])
    print("people have found it by 1, 2, 3, 4, 6, 8, 12:", found(scored.scanpaths, scored))  # noqa: T201
    for seed, folder in folders.items():
        if len(readouts[seed]) == FOLDS:
            paths(scored, folder, seed, asked.out / f"seed-{seed}")


if __name__ == "__main__":
    main()
