"""What commands print: tables for people; for other programs JSON on standard output, and nothing else there."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for other programs.")]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells as lines, each column as wide as its widest cell.

    Examples
    --------
    >>> print(aligned([["", "score"], ["levy", "0.5"]]))
          score
    levy  0.5
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def estimate(value: float, low: float, high: float, digits: int, sign: str = "") -> str:
    """A value and its interval.

    Examples
    --------
    >>> estimate(0.25, -0.1, 0.5, 2, sign="+")
    '+0.25 [-0.10, +0.50]'
    >>> estimate(float("nan"), float("nan"), float("nan"), 2)
    'not defined'
    """
    if math.isnan(value):
        return "not defined"
    one, two, three = (f"{number:{sign}.{digits}f}" for number in (value, low, high))
    return f"{one} [{two}, {three}]"


def print_written(folder: Path, pictures: Sequence[str], page: Path) -> None:
    """Say where the tables, pictures and report of a run are."""
    typer.echo(f"tables, manifest and pictures ({', '.join(pictures)}) in {folder}; report: {page}")


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
