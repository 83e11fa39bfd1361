"""`gazekit asymmetry`: which network shows which search asymmetry, and whether people differ."""

from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.groups import takes_groups
from gazekit.cli.options import FoveaDegrees, ScoredRun, Sweep
from gazekit.cli.printing import aligned, estimate, print_written
from gazekit.cli.texts import names, swept
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    import pandas as pd

    from gazekit.experiments.asymmetry import AsymmetryResults


@takes_groups
def asymmetry_command(
    *,
    model: Annotated[
        str, typer.Option(help="Any model, options as name:option=value; see `gazekit models`.")
    ] = "eccnet",
    backbone: Annotated[str | None, typer.Option(help="Network: vgg16, squeezenet, v1, ...")] = None,
    weights: Annotated[str | None, typer.Option(help="Weights by name, or a file.")] = None,
    variant: Annotated[str | None, typer.Option(help="Variant of eccNET: ivsn, 18-17, ...")] = None,
    fovea_degrees: FoveaDegrees = None,
    rotate_kernels: Annotated[int | None, typer.Option(help="Turn every kernel by 90, 180 or 270 degrees.")] = None,
    mirror_kernels: Annotated[str | None, typer.Option(help="Mirror every kernel: horizontal or vertical.")] = None,
    experiments: Annotated[str | None, typer.Option(help="Comma-separated; default the six published ones.")] = None,
    per_size: Annotated[
        int | None, typer.Option(min=1, help="Displays per condition and set size; default 30 or 36.")
    ] = None,
    controls: Annotated[bool, typer.Option(help="Swapped target and equal level weights, where they exist.")] = True,
    censoring: Annotated[
        str, typer.Option(help="An unsolved search counts: set-size (published), limit, or drop.")
    ] = "set-size",
    sweep: Sweep = None,
    run: ScoredRun,
) -> None:
    """Search asymmetry: search slopes and asymmetry indices of a model, beside people's and the published eccNET's.

    Example: gazekit asymmetry --model eccnet --backbone squeezenet --weights squeezenet.safetensors --out runs/squeeze

    Stop it at any point; the same command resumes it and gives the same tables. --sweep makes a run per value, in
    folders of its own, and one table and figure of all slopes.
    """
    from gazekit.experiments.asymmetry import asymmetry
    from gazekit.experiments.asymmetry.searchers import searchers

    options: dict[str, Any] = {
        "backbone": backbone,
        "weights": weights,
        "variant": variant,
        "fovea_degrees": fovea_degrees,
        "rotate_kernels": rotate_kernels,
        "mirror_kernels": mirror_kernels,
    }
    chosen = None if experiments is None else names(experiments, "--experiments")
    options = {key: value for key, value in options.items() if value is not None}
    wanted = None if controls else ()

    def study(out: Path, **more: Any) -> "AsymmetryResults":
        results = asymmetry(
            model,
            out=out,
            experiments=chosen,
            per_size=per_size,
            options={**options, **more},
            controls=wanted,
            censoring=censoring,
            **run.arguments,
        )
        say_found(results, table_text(results), out)
        return results

    one_or_sweep(
        sweep,
        options,
        run.out,
        study,
        slopes=with_indices,
        check=lambda given: searchers(model, given, wanted, seed=run.seed)[0].model(""),
    )


def with_indices(results: "AsymmetryResults") -> "pd.DataFrame":
    """Slopes, and beside them the asymmetry index of their experiment."""
    indices = results.indices[["model", "experiment", "index", "low", "high"]]
    indices = indices.rename(columns={"low": "index_low", "high": "index_high"})
    return results.slopes.merge(indices, on=["model", "experiment"], how="left")


def say_found(results: Any, table: str, out: Path) -> None:
    """Print a study's table and sentences, make its page, and say where everything is."""
    from gazekit.report import write_report

    typer.echo(table)
    for sentence in results.sentences:
        typer.echo(sentence)
    print_written(out, sorted(picture.name for picture in out.glob("*.png")), write_report(out))


def one_or_sweep(
    text: str | None,
    options: dict[str, Any],
    out: Path,
    study: "Callable[..., Any]",
    slopes: "Callable[[Any], pd.DataFrame]",
    check: "Callable[[dict[str, Any]], object]",
) -> None:
    """Run a study, or one per value of the option that --sweep names, with one table and one figure of all slopes."""
    from gazekit.experiments.sweep import FIGURE, TABLE, sweep
    from gazekit.plots.saving import save_figures
    from gazekit.plots.sweep import sweep_panels

    if text is None:
        study(out)
        return
    option, values = swept(text)
    if option in options:
        raise GazekitError(f"{option} is swept and given as an option too; give it once")
    table = sweep(
        option,
        values,
        out,
        lambda value, folder: slopes(study(folder, **{option: value})),
        lambda value: check({**options, option: value}),
    )
    save_figures({FIGURE: sweep_panels(table, option=option)}, out, dpi=150)
    typer.echo(f"slopes over {option}: {out / TABLE}, {out / FIGURE}; the run of each value: {out}/{option}=...")


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
