"""Write the tables of docs/results/neva.md from finished runs: python docs/results/neva.py runs/neva.

Prose stands between the tables in the page and is kept.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from between_marks import put

from gazekit import Results, Scanpaths
from gazekit.evaluation.bootstrap import for_all_of, interval

PAGE = Path(__file__).with_suffix(".md")
COLUMNS = {
    "scanmatch": "ScanMatch",
    "multimatch_direction": "MultiMatch direction",
    "multimatch_position": "MultiMatch position",
    "paths_nss": "NSS of the paths",
    "amplitude_wasserstein": "amplitude, Wasserstein (dva)",
    "plausibility_best_human": "plausibility",
    "distinct_cells": "distinct cells",
}
FIRST = ("human", "other-image", "uniform", "centre", "centre-point", "empirical", "ittikoch", "levy")
CALLED = {"human": "people", "other-image": "people, another image", "centre-point": "the centre, repeated"}
OTHER_IMAGE = "other-image"


def short(model: str) -> str:
    """A model without the place of its weights."""
    if not model.startswith("neva"):
        return CALLED.get(model, model)
    options = [part for part in model.split(":") if "=" in part and not part.startswith("weights=")]
    said = dict(part.split("=", 1) for part in options)
    encoder, objective = said.pop("encoder").rsplit("/", 1)[-1].removeprefix("tf_"), said.pop("objective")
    changes = ", ".join(f"{k} {v}" for k, v in said.items())
    return f"neva {encoder}, {objective}" + (f", {changes}" if changes else "")


def amplitude(run: Path) -> dict[str, float]:
    """Mean saccade amplitude of each model of a run, by its short name, px of the image."""
    paths = Scanpaths.load(run / "predictions.parquet")
    jumps = np.hypot(np.diff(paths.x), np.diff(paths.y))
    of = paths.path_of()
    within = of[1:] == of[:-1]
    sources = paths.table["source"].map(short).to_numpy()[of[1:]][within]
    return pd.Series(jumps[within]).groupby(sources).mean().to_dict()


def table(run: Path) -> list[str]:
    """Every model's summary, people and controls first."""
    results = Results.load(run)
    cells = {(r.metric, r.model): r for r in results.summary.itertuples()}
    models = list(dict.fromkeys(results.summary["model"]))
    models = [m for m in FIRST if m in models] + [m for m in models if m not in FIRST]
    columns = {k: v for k, v in COLUMNS.items() if any(key[0] == k for key in cells)}
    px = amplitude(run)
    lines = [f"| | {' | '.join(columns.values())} | amplitude (px) |", "|---" * (len(columns) + 2) + "|"]
    for model in models:
        row = [short(model)]
        for metric in columns:
            found = cells.get((metric, model))
            if found is None or not np.isfinite(found.value):
                row.append("–")
            elif metric in ("scanmatch", "paths_nss"):
                row.append(f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]")
            else:
                row.append(f"{found.value:.3f}" if metric != "distinct_cells" else f"{found.value:.1f}")
        row.append(f"{px[short(model)]:.0f}" if short(model) in px else "–")
        lines.append(f"| {' | '.join(row)} |")
    data = results.manifest["request"]
    lines += [
        "",
        f"{results.summary['stimuli'].max()} images, data SHA-256 {data['data']['sha256'][:12]}, seed {data['seed']}, "
        f"{data['resamples']} resamples, numpy {data['versions'].get('numpy', '')}; "
        f"`{results.manifest['command']}`",
    ]
    return lines


def differences(run: Path, metric: str = "scanmatch") -> list[str]:
    """Paired differences of every NeVA from other-image, the centre and Itti-Koch."""
    found = Results.load(run).differences
    found = found[found["metric"] == metric]
    pairs = {(r.model_a, r.model_b): (r.difference, r.sim_low, r.sim_high) for r in found.itertuples()}
    pairs |= {(b, a): (-v, -high, -low) for (a, b), (v, low, high) in pairs.items()}
    models = [m for m in dict.fromkeys([*found["model_a"], *found["model_b"]]) if m.startswith("neva")]
    against = [m for m in (OTHER_IMAGE, "centre", "empirical", "ittikoch") if any(m in key for key in pairs)]
    lines = [
        f"| {metric}, 95 % together, minus that of | {' | '.join(map(short, against))} |",
        "|---" * (len(against) + 1) + "|",
    ]
    for model in models:
        cells = [
            "{:+.3f} [{:+.3f}, {:+.3f}]".format(*pairs[model, other]) if (model, other) in pairs else "–"
            for other in against
        ]
        lines.append(f"| {short(model)} | {' | '.join(cells)} |")
    return lines


def order(run: Path) -> list[str]:
    """Own order minus shuffled, paired over images."""
    results = Results.load(run)
    grid = results.scores.pivot_table(index="stimulus", columns="model", values="value")
    draws = np.random.default_rng(0).integers(0, len(grid), (2000, len(grid)))
    lines = ["| | ScanMatch, own order | shuffled | difference, 95 % together |", "|---|---|---|---|"]
    models = [m.removesuffix(", own order") for m in grid if m.endswith(", own order")]
    for model in models:
        own, mixed = grid[f"{model}, own order"], grid[f"{model}, shuffled"]
        gap = (own - mixed).to_numpy()
        low, high = for_all_of(len(models), gap.mean(), *interval(gap[draws].mean(axis=1)))
        lines.append(
            f"| {short(model)} | {own.mean():.3f} | {mixed.mean():.3f} | {gap.mean():+.4f} [{low:+.4f}, {high:+.4f}] |"
        )
    return lines


def main(runs: Path) -> None:
    """Put every finished run's tables between its marks in the page."""
    for stage in ("sweep", "combine", "final", "full", "mit1003"):
        if not (runs / stage / "summary.csv").is_file():
            continue
        made = table(runs / stage)
        if stage in ("final", "full", "mit1003"):
            made += ["", *differences(runs / stage)]
        if (runs / f"{stage}-order" / "summary.csv").is_file():
            made += ["", *order(runs / f"{stage}-order")]
        put(PAGE, f"<!-- {stage} -->", "\n".join(made))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
