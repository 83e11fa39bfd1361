"""What commands print for other programs: JSON, on standard output, and nothing else there."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


def print_json(value: Any) -> None:
    """Print a value as JSON; what JSON has no form for becomes null (infinity, NaN) or text.

    Examples
    --------
    >>> print_json({"range": (0, float("inf")), "needs": ("x", "y")})
    {
      "range": [
        0,
        null
      ],
      "needs": [
        "x",
        "y"
      ]
    }
    """
    import json

    typer.echo(json.dumps(_plain(value), indent=2, ensure_ascii=False, default=str))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
