"""`gazekit metrics`: which metrics there are, and what each means."""

from typing import Annotated, Any

import typer

from gazekit.cli.completing import metric_names
from gazekit.cli.printing import Json, print_json
from gazekit.foundations.errors import UnknownNameError
from gazekit.foundations.registry import Registry


def kinds() -> dict[str, Registry]:
    """The registries of measures, by what a measure is given."""
    from gazekit.metrics import density_metrics, metrics, set_metrics
    from gazekit.scoring.labels import labelled_measures

    return {
        "pairs of scanpaths": metrics,
        "pairs of scanpaths as strings of labels": labelled_measures,
        "sets of scanpaths": set_metrics,
        "log densities at people's fixations": density_metrics,
    }


def metrics_command(
    name: Annotated[
        str | None, typer.Argument(help="One metric; default is all of them.", autocompletion=metric_names)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the metrics: columns, range, direction, needs, what each means and where it comes from.

    `gazekit evaluate --metrics all` computes all of them whose needs are met, and says why not the rest.

    Example: gazekit metrics scanmatch
    """
    if name is not None:
        found = [(kind, registry[name]) for kind, registry in kinds().items() if name in registry]
        if not found:
            raise UnknownNameError("metric", name, [each for registry in kinds().values() for each in registry])
        if as_json:
            print_json([metric_facts(kind, metric) for kind, metric in found])
        else:
            typer.echo("\n\n".join("\n".join(metric_lines(metric)) for _, metric in found))
        return
    if as_json:
        print_json([metric_facts(kind, registry[each]) for kind, registry in kinds().items() for each in registry])
        return
    for kind, registry in kinds().items():
        typer.echo(f"== {kind}\n")
        for each in registry:
            typer.echo("\n".join([*metric_lines(registry[each]), ""]))


def metric_facts(kind: str, metric: Any) -> dict[str, Any]:
    """What `--json` prints of a metric; null is no bound, and `better` null a description.

    Examples
    --------
    >>> from gazekit.metrics import metrics
    >>> facts = metric_facts("pairs of scanpaths", metrics["scanmatch"])
    >>> facts["range"], facts["better"], facts["needs"]
    ((0.0, 1.0), 'higher', ['x', 'y'])
    """
    return {
        "name": metric.name,
        "of": kind,
        "columns": list(metric.outputs),
        "range": metric.bounds,
        "unit": metric.unit,
        "better": {True: "higher", False: "lower", None: None}[metric.higher_is_better],
        "needs": ["x", "y", *needs(metric)],
        "means": metric.summary,
        "source": metric.source,
        "caution": getattr(metric, "caution", "") or None,
        "options": dict(getattr(metric, "params", {})),
    }


def needs(metric: Any) -> tuple[str, ...]:
    """What a metric needs beyond positions."""
    return getattr(metric, "needs", ("duration",) if getattr(metric, "needs_duration", False) else ())


def metric_lines(metric: Any) -> list[str]:
    """Describe one metric of any kind, a line per fact."""
    low, high = metric.bounds
    better = {True: "higher is better", False: "lower is better", None: "a description: read it beside people's"}
    unit = "" if metric.unit == "1" else f" {metric.unit}"
    lines = [
        metric.name,
        f"  columns  {', '.join(metric.outputs)}",
        f"  range    {low:g} to {high:g}{unit}, {better[metric.higher_is_better]}",
        f"  needs    {', '.join(('x, y', *needs(metric)))}",
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
