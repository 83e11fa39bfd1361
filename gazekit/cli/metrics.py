"""`gazekit metrics`: which metrics there are, and what each means."""

from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import metric_names
from gazekit.cli.printing import Json, print_json

if TYPE_CHECKING:
    from gazekit.metrics import Measure


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
    from gazekit.metrics import all_measures, measures

    found = all_measures() if name is None else [measures[name]]
    if as_json:
        print_json([metric_facts(measure) for measure in found])
    elif name is not None:
        typer.echo("\n".join(metric_lines(found[0])))
    else:
        for given, of_kind in groupby(found, key=lambda measure: measure.kind.given):
            typer.echo(f"== {given}\n")
            for measure in of_kind:
                typer.echo("\n".join([*metric_lines(measure), ""]))


def metric_facts(measure: "Measure") -> dict[str, Any]:
    """What `--json` prints of a metric; null is no bound, and `better` null a description.

    Examples
    --------
    >>> from gazekit.metrics import measures
    >>> facts = metric_facts(measures["scanmatch"])
    >>> facts["of"], facts["range"], facts["better"], facts["needs"]
    ('pairs of scanpaths', (0.0, 1.0), 'higher', ['x', 'y'])
    """
    return {
        "name": measure.name,
        "of": measure.kind.given,
        "columns": list(measure.outputs),
        "range": measure.bounds,
        "unit": measure.values_in,
        "better": {True: "higher", False: "lower", None: None}[measure.higher_is_better],
        "needs": ["x", "y", *measure.needs],
        "means": measure.summary,
        "source": measure.source,
        "caution": measure.caution or None,
        "options": dict(measure.options),
    }


def metric_lines(measure: "Measure") -> list[str]:
    """Describe one metric, a line per fact."""
    low, high = measure.bounds
    better = {True: "higher is better", False: "lower is better", None: "a description: read it beside people's"}
    unit = "" if measure.values_in == "1" else f" {measure.values_in}"
    options = ", ".join(f"{name}={_shown(default)}" for name, default in measure.options.items())
    lines = {
        "columns": ", ".join(measure.outputs),
        "range": f"{low:g} to {high:g}{unit}, {better[measure.higher_is_better]}",
        "needs": ", ".join(("x, y", *measure.needs)),
        "symmetric": {True: "yes", False: "no", None: ""}[measure.symmetric],
        "means": measure.summary,
        "source": measure.source,
        "CAUTION": measure.caution,
        "options": options,
    }
    return [measure.name, *(f"  {fact:<8} {text}" for fact, text in lines.items() if text)]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
