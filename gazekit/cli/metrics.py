"""`gazekit metrics`: which metrics there are, and what each means."""

from typing import Annotated, Any

import typer

from gazekit.errors import UnknownNameError
from gazekit.registry import Registry


def kinds() -> dict[str, Registry]:
    """The registries of measures, by what a measure is given."""
    from gazekit.experiments.labelled_scoring import labelled_measures
    from gazekit.metrics import density_metrics, metrics, set_metrics

    return {
        "pairs of scanpaths": metrics,
        "pairs of scanpaths as strings of labels": labelled_measures,
        "sets of scanpaths": set_metrics,
        "log densities at people's fixations": density_metrics,
    }


def metrics_command(
    name: Annotated[str | None, typer.Argument(help="One metric; default is all of them.")] = None,
) -> None:
    """List the metrics: columns, range, direction, needs, what each means and where it comes from.

    `gazekit evaluate --metrics all` computes all of them whose needs are met, and says why not the rest.

    Example: gazekit metrics scanmatch
    """
    if name is not None:
        found = [registry[name] for registry in kinds().values() if name in registry]
        if not found:
            raise UnknownNameError("metric", name, [each for registry in kinds().values() for each in registry])
        typer.echo("\n\n".join("\n".join(metric_lines(metric)) for metric in found))
        return
    for kind, registry in kinds().items():
        typer.echo(f"== {kind}\n")
        for each in registry:
            typer.echo("\n".join([*metric_lines(registry[each]), ""]))


def metric_lines(metric: Any) -> list[str]:
    """Describe one metric of any kind, a line per fact."""
    low, high = metric.bounds
    better = {True: "higher is better", False: "lower is better", None: "a description: read it beside people's"}
    unit = "" if metric.unit == "1" else f" {metric.unit}"
    needs = getattr(metric, "needs", ("duration",) if getattr(metric, "needs_duration", False) else ())
    lines = [
        metric.name,
        f"  columns  {', '.join(metric.outputs)}",
        f"  range    {low:g} to {high:g}{unit}, {better[metric.higher_is_better]}",
        f"  needs    {', '.join(('x, y', *needs))}",
        *([f"  symmetric {'yes' if metric.symmetric else 'no'}"] if hasattr(metric, "symmetric") else []),
        f"  means    {metric.summary}",
        f"  source   {metric.source}",
    ]
    if getattr(metric, "caution", ""):
        lines.append(f"  CAUTION  {metric.caution}")
    params = getattr(metric, "params", {})
    if params:
        lines.append(f"  options  {', '.join(f'{option}={_shown(default)}' for option, default in params.items())}")
    return lines


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
