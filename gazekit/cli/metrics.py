"""`gazekit metrics`: which metrics there are, and what each means."""

from typing import Annotated, Any

import typer

from gazekit.errors import UnknownNameError
from gazekit.metrics import density_metrics, metrics, set_metrics

KINDS = {
    "pairs of scanpaths (`gazekit evaluate` scores these)": metrics,
    "sets of scanpaths (gazekit.metrics.behaviour)": set_metrics,
    "log densities at fixations (gazekit.metrics.density)": density_metrics,
}


def metrics_command(
    name: Annotated[str | None, typer.Argument(help="One metric; default is all of them.")] = None,
) -> None:
    """List the metrics: columns, range, direction, needs, what each means and where it comes from.

    Example: gazekit metrics scanmatch
    """
    if name is not None:
        found = [registry[name] for registry in KINDS.values() if name in registry]
        if not found:
            raise UnknownNameError("metric", name, [each for registry in KINDS.values() for each in registry])
        typer.echo("\n\n".join("\n".join(metric_lines(metric)) for metric in found))
        return
    for kind, registry in KINDS.items():
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
        f"  means    {metric.summary}",
        f"  source   {metric.source}",
    ]
    params = getattr(metric, "params", {})
    if params:
        lines.append(f"  options  {', '.join(f'{option}={_shown(default)}' for option, default in params.items())}")
    return lines


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
