"""Small charts as SVG elements of the page: they take its colours, dark mode and print included, and need no script.

Colours come from classes (`s0` to `s6`, `people`, `chance` in `assets/page.css`), never from style attributes, which
the page's security policy does not allow. A series is told apart by its marker and dashes as well as by its colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite, log10

import pandas as pd

from gazekit.core.scanpaths import HUMAN

MARKERS = 4  # circle, square, diamond, triangle
COLOURS = 7
WIDTH, HEIGHT = 520, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 14, 12, 44


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Parameters
    ----------
    name : str
        For the key.
    x, y : sequence of float
        Points; those that are not finite are left out.
    low, high : sequence of float, optional
        Interval of each point, drawn as a band.
    role : {"", "people", "chance"}
        People and chance look the same in every chart.
    number : int
        Which of the models it is: its colour and marker.
    dashed : bool
        Dashes instead of a line, for instance people beside the model of the same colour.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    role: str = ""
    number: int = 0
    dashed: bool = False

    @property
    def classes(self) -> str:
        """CSS classes of its colour."""
        return self.role or f"s{self.number % COLOURS}"

    @property
    def dashes(self) -> str:
        """Attribute of a dashed line: as asked, for chance, and for models that share a colour with an earlier one."""
        broken = self.dashed or self.role == "chance" or self.number >= COLOURS
        return ' stroke-dasharray="6 4"' if broken else ""


def series_of(table: pd.DataFrame, x: str, y: str, *, chance: str | None = None) -> list[Series]:
    """A line for each model of a table with the columns model, low and high; people and chance have their own look.

    The chart ends where the last of them does: x beyond which nobody has a value would leave it empty.
    """
    series: list[Series] = []
    known = table[y].notna()
    if known.any():
        table = table[table[x] <= table.loc[known, x].max()]
    for model, part in table.groupby("model", sort=False):
        part = part.sort_values(x)
        role = {HUMAN: "people", chance: "chance"}.get(str(model), "")
        number = sum(not one.role for one in series)
        at, value, low, high = (part[c].tolist() for c in (x, y, "low", "high"))
        series.append(Series(str(model), at, value, low, high, role, number))
    return series


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from `low` to `high`.

    Examples
    --------
    >>> ticks(0, 1), ticks(0, 37)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0, 10, 20, 30])
    """
    rough = (high - low) / about or 1.0
    power = 10.0 ** floor(log10(rough))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= rough * 0.8)
    marks = [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
    return [round(m) if step >= 1 else round(m, 10) for m in marks]


def line_chart(series: Sequence[Series], *, label: str, x: str, y: str, y_from: float | None = 0.0) -> str:
    """Draw lines over a common x, with bands where there are intervals, and a key below.

    Parameters
    ----------
    series : sequence of Series
        Lines in the order of the key.
    label : str
        What the chart shows, for those who do not see it.
    x, y : str
        Titles of the axes, with units.
    y_from : float, optional
        Where y begins at the latest; None for the least value.
    """
    xs, ys = _finite(series, "x"), _finite(series, "y", "low", "high")
    if not xs or not ys:
        return f"<p>{escape(label)}: there is nothing to draw.</p>"
    x0, x1 = _widened(min(xs), max(xs))
    y0, y1 = _widened(min(ys) if y_from is None else min(y_from, min(ys)), max(ys))
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM

    def place(a: float, b: float) -> tuple[float, float]:
        return (
            round(LEFT + (a - x0) / (x1 - x0) * (right - LEFT), 1),
            round(bottom - (b - y0) / (y1 - y0) * (bottom - TOP), 1),
        )

    parts = []
    for mark in ticks(y0, y1):
        _, at = place(x0, mark)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{at}" y2="{at}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 7}" y="{at + 4}">{_tick(mark)}</text>')
    for mark in ticks(x0, x1, 8):
        at, _ = place(mark, y0)
        parts.append(f'<text class="tick mid" x="{at}" y="{bottom + 18}">{_tick(mark)}</text>')
    parts.append(f'<text class="axis mid" x="{(LEFT + right) / 2}" y="{HEIGHT - 6}">{escape(x)}</text>')
    parts.append(
        f'<text class="axis mid" transform="translate(15 {(TOP + bottom) / 2}) rotate(-90)">{escape(y)}</text>'
    )
    for one in series:
        parts.append(_line(one, place))
    shape = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label, quote=True)}">'
    return f"{shape}{''.join(parts)}</svg>{_key(series)}"


def interval_mark(
    low: float, value: float, high: float, domain: tuple[float, float], role: str = "", **guides: float
) -> str:
    """A value and its interval on a line as wide as a table's cell; `guides` are vertical lines (people, chance).

    All rows of a table share `domain`, so that the guides of its rows join.
    """
    if not isfinite(value):
        return ""
    scale = 180 / ((domain[1] - domain[0]) or 1.0)

    def place(v: float) -> float:
        return round(10 + (v - domain[0]) * scale, 1)

    lines = [
        f'<line class="guide {name}" x1="{place(v)}" x2="{place(v)}" y1="0" y2="30"/>'
        for name, v in guides.items()
        if isfinite(v)
    ]
    if isfinite(low) and isfinite(high):
        lines.append(f'<line class="whisker" x1="{place(low)}" x2="{place(high)}" y1="15" y2="15"/>')
    mark = f'<path class="dot" d="{_marker(place(value), 15, 2 if role == "chance" else 1 if role else 0, 4.5)}"/>'
    frame = f'<svg class="mark {role}" viewBox="0 0 200 30" aria-hidden="true" focusable="false">'
    return f"{frame}{''.join(lines)}{mark}</svg>"


def domain_of(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the greatest finite value, with a little room; (0, 1) for none.

    Examples
    --------
    >>> domain_of([float("nan"), 1.0, 3.0])
    (0.9, 3.1)
    """
    found = [v for v in values if isfinite(v)]
    if not found:
        return (0.0, 1.0)
    room = (max(found) - min(found)) * 0.05 or abs(found[0]) * 0.05 or 0.5
    return (min(found) - room, max(found) + room)


# ---------------------------------------------------------------- inside


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _finite(series: Sequence[Series], *names: str) -> list[float]:
    columns = [getattr(one, name) for one in series for name in names]
    return [float(v) for column in columns if column is not None for v in column if isfinite(v)]


def _widened(low: float, high: float) -> tuple[float, float]:
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _line(one: Series, place) -> str:  # type: ignore[no-untyped-def]
    points = [place(a, b) for a, b in zip(one.x, one.y, strict=True) if isfinite(a) and isfinite(b)]
    parts = []
    if one.low is not None and one.high is not None:
        ends = [
            (a, lo, hi) for a, lo, hi in zip(one.x, one.low, one.high, strict=True) if isfinite(lo) and isfinite(hi)
        ]
        edge = [place(a, hi) for a, _, hi in ends] + [place(a, lo) for a, lo, _ in reversed(ends)]
        parts.append(f'<polygon class="band" points="{" ".join(f"{a},{b}" for a, b in edge)}"/>')
    parts.append(f'<polyline class="line" points="{" ".join(f"{a},{b}" for a, b in points)}"{one.dashes}/>')
    for (a, b), value in zip(points, (v for v in one.y if isfinite(v)), strict=False):
        tip = f"<title>{escape(one.name)}: {value:.4g}</title>"
        parts.append(f'<path class="dot" d="{_marker(a, b, one.number, 3.6)}">{tip}</path>')
    return f'<g class="{one.classes}">{"".join(parts)}</g>'


def _marker(x: float, y: float, number: int, r: float) -> str:
    """A path around (x, y): circle, square, diamond or triangle."""
    kind = number % MARKERS
    if kind == 0:
        return f"M{x - r:.1f} {y}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0"
    if kind == 1:
        return f"M{x - r:.1f} {y - r:.1f}h{2 * r}v{2 * r}h{-2 * r}z"
    if kind == 2:
        d = round(1.35 * r, 2)
        return f"M{x:.1f} {y - d:.1f}l{d} {d}l{-d} {d}l{-d} {-d}z"
    return f"M{x:.1f} {y - 1.2 * r:.1f}l{1.2 * r:.2f} {2.1 * r:.2f}h{-2.4 * r:.2f}z"


def _key(series: Sequence[Series]) -> str:
    items = []
    for one in series:
        swatch = (
            f'<svg class="swatch {one.classes}" viewBox="0 0 34 12" aria-hidden="true"><line class="line" x1="1" '
            f'x2="33" y1="6" y2="6"{one.dashes}/><path class="dot" d="{_marker(17, 6, one.number, 3.6)}"/></svg>'
        )
        items.append(f"<li>{swatch}{escape(one.name)}</li>")
    return f'<ul class="key">{"".join(items)}</ul>'
