"""`gazekit asymmetry`: which network shows which search asymmetry, and whether people differ."""

from functools import partial
from math import isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import ScoredRun
from gazekit.cli.printing import aligned, estimate
from gazekit.cli.searching import SearchOptions
from gazekit.cli.texts import names

if TYPE_CHECKING:
    import pandas as pd

    from gazekit.experiments.asymmetry import AsymmetryResults


def asymmetry_command(
    *,
    given: SearchOptions,
    backbone: Annotated[str | None, typer.Option(help="Network: vgg16, squeezenet, v1, ...")] = None,
    weights: Annotated[str | None, typer.Option(help="Weights by name, or a file.")] = None,
    variant: Annotated[str | None, typer.Option(help="Variant of eccNET: ivsn, 18-17, ...")] = None,
    rotate_kernels: Annotated[int | None, typer.Option(help="Turn every kernel by 90, 180 or 270 degrees.")] = None,
    mirror_kernels: Annotated[str | None, typer.Option(help="Mirror every kernel: horizontal or vertical.")] = None,
    experiments: Annotated[str | None, typer.Option(help="Comma-separated; default the six published ones.")] = None,
    censoring: Annotated[
        str, typer.Option(help="An unsolved search counts: set-size (published), limit, or drop.")
    ] = "set-size",
    run: ScoredRun,
) -> None:
    """Search asymmetry: search slopes and asymmetry indices of a model, beside people's and the published eccNET's.

    Example: gazekit asymmetry --model eccnet --backbone squeezenet --weights squeezenet.safetensors --out runs/squeeze

    Stop it at any point; the same command resumes it and gives the same tables. --sweep makes a run per value, in
    folders of its own, and one table and figure of all slopes.
    """
    from gazekit.experiments.asymmetry import asymmetry

    options: dict[str, Any] = {
        "backbone": backbone,
        "weights": weights,
        "variant": variant,
        "fovea_degrees": given.fovea_degrees,
        "rotate_kernels": rotate_kernels,
        "mirror_kernels": mirror_kernels,
    }
    study = partial(
        asymmetry,
        given.model,
        experiments=None if experiments is None else names(experiments, "--experiments"),
        per_size=given.per_size,
        controls=given.wanted,
        censoring=censoring,
        **run.arguments,
    )
    given.run(study, {k: v for k, v in options.items() if v is not None}, run, table_text, with_indices)


def with_indices(results: "AsymmetryResults") -> "pd.DataFrame":
    """Slopes, and beside them the asymmetry index of their experiment."""
    indices = results.indices[["model", "experiment", "index", "low", "high"]]
    indices = indices.rename(columns={"low": "index_low", "high": "index_high"})
    return results.slopes.merge(indices, on=["model", "experiment"], how="left")


def table_text(results: "AsymmetryResults") -> str:
    """One line per experiment: index with interval, people, published eccNET, level weights, controls."""
    first, indices = results.models[0], results.indices
    levels = [c for c in indices if c.startswith("w_")]
    heads = ["experiment", "index [95 % interval]", "people", "eccNET published"]
    heads += ["level weights"] if levels else []
    heads += [control.removeprefix(f"{first}, ") for control in results.models[1:]]
    lines = [heads]
    for _, row in indices[indices["model"] == first].iterrows():
        line = [row["experiment"], _interval(row), _number(row["human"]), _number(row["published_eccnet"])]
        line += ["/".join(f"{row[w]:.2f}" for w in levels)] if levels else []
        line += [_interval(results.row(control, row["experiment"])) for control in results.models[1:]]
        lines.append(line)
    return aligned(lines)


def _interval(row: "pd.Series") -> str:
    return estimate(row["index"], row["low"], row["high"], 2, sign="+")


def _number(value: float) -> str:
    return "" if isnan(value) else f"{value:+.2f}"
