"""Tables as HTML, and numbers as text. Whatever comes from data is escaped; every table can be sorted."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

NOTHING = "–"


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what is shown, and the number or text that it is sorted by.

    Parameters
    ----------
    html : str
        Escaped already.
    value : float or str
        Sorted by; NaN goes last.
    """

    html: str
    value: float | str = math.nan


def table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[Cell]]], label: str) -> str:
    """A table that can be sorted by each column; the first cell of a row names it.

    Parameters
    ----------
    heads : sequence of str
        Column titles, as HTML; one that begins with "·" belongs to a picture and is not sorted by.
    rows : iterable of (class, cells)
        Class "" for none.
    label : str
        What the table holds, for those who do not see it.
    """
    rows = list(rows)
    titles = []
    for k, head in enumerate(heads):
        words = rows and all(isinstance(cells[k].value, str) for _, cells in rows)
        title = head[1:] if head.startswith("·") else f'<button type="button">{head}</button>'
        kind = ' class="text"' if words else ""
        titles.append(f'<th scope="col"{kind}>{title}</th>')
    lines = []
    for kind, cells in rows:
        first = f'<th scope="row"{_sorted_by(cells[0])}>{cells[0].html}</th>'
        rest = "".join(f"<td{_sorted_by(cell)}>{cell.html}</td>" for cell in cells[1:])
        lines.append(f'<tr class="{kind}">{first}{rest}</tr>' if kind else f"<tr>{first}{rest}</tr>")
    body = f"<thead><tr>{''.join(titles)}</tr></thead><tbody>{''.join(lines)}</tbody>"
    named = escape(label, quote=True)
    scroll = f'<div class="scroll" tabindex="0" role="region" aria-label="{named}">'
    return f'{scroll}<table class="sortable">{body}</table></div>'


def plain_table(frame: pd.DataFrame, label: str) -> str:
    """Any table of a run, as it is: numbers to four significant digits."""
    heads = [breakable(str(name)) for name in frame.columns]
    rows = [("", [_any_cell(value) for value in row]) for row in frame.itertuples(index=False, name=None)]
    return table(heads, rows, label)


def digits(rows: pd.DataFrame) -> int:
    """Decimals that say no more than the intervals allow: two figures of the narrowest."""
    widths = (rows["high"] - rows["low"]) / 2
    widths = widths[(widths > 0) & widths.map(math.isfinite)]
    if widths.empty:
        return 4
    return min(max(1 - math.floor(math.log10(widths.min()) + 1e-9), 1), 5)


def number(value: float, places: int = 4, *, sign: bool = False) -> str:
    """A number, or a dash where there is none.

    Examples
    --------
    >>> number(0.25, 3), number(-0.25, 1, sign=True), number(float("nan"))
    ('0.250', '−0.2', '–')
    """
    if not math.isfinite(value):
        return NOTHING
    return f"{value:{'+' if sign else ''}.{places}f}".replace("-", "−")


def between(low: float, high: float, places: int = 4, *, sign: bool = False) -> str:
    """An interval, or a dash where there is none."""
    return f"[{number(low, places, sign=sign)}, {number(high, places, sign=sign)}]" if math.isfinite(low) else NOTHING


def text_cell(text: str) -> Cell:
    """A cell of text."""
    return Cell(escape(text), text)


def number_cell(value: float, places: int = 4, *, sign: bool = False, strong: bool = False) -> Cell:
    """A cell of a number; in bold where it stands out."""
    text = number(value, places, sign=sign)
    return Cell(f"<strong>{text}</strong>" if strong else text, float(value))


def interval_cell(low: float, high: float, places: int = 4, *, sign: bool = False) -> Cell:
    """A cell of an interval, sorted by its lower end."""
    return Cell(between(low, high, places, sign=sign), float(low))


def percent(value: float) -> str:
    """A share in percent, or a dash."""
    return f"{100 * value:.0f}&nbsp;%".replace("-", "−") if math.isfinite(value) else NOTHING


def breakable(name: str) -> str:
    """A name, escaped, that may be broken after its underscores."""
    return escape(name).replace("_", "_<wbr>")


# ---------------------------------------------------------------- inside


def _sorted_by(cell: Cell) -> str:
    if isinstance(cell.value, str):
        return f' class="text" data-value="{escape(cell.value, quote=True)}"'
    return f' data-value="{cell.value!r}"' if math.isfinite(cell.value) else ""


def _any_cell(value: Any) -> Cell:
    if isinstance(value, bool) or value is None or value is pd.NA:
        text = "" if value is None or value is pd.NA else str(value)
        return text_cell(text)
    if isinstance(value, int | float):
        text = f"{value:.4g}".replace("-", "−") if math.isfinite(value) else NOTHING
        return Cell(text, float(value))
    return text_cell(str(value))
