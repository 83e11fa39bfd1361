"""Tables as HTML: any table, and scores: all models against all metrics, one metric at a time, paired differences.

Whatever comes from data is escaped; every table can be sorted.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import Any

import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.chance import CHANCE, MODEL, NULL, PEOPLE, WORDS, best_in, roles_of
from gazekit.evaluation.shares import without_share
from gazekit.metrics.outputs import better_words, caution, higher_is_better, measure_of, title_of, why_undefined
from gazekit.report.charts import domain_of, interval_mark

NOTHING = "–"
ACROSS = 6  # metrics side by side: what a printed page holds


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


@dataclass(frozen=True)
class ScoreTables:
    """The tables of any run that has scores: summary, differences and shares.

    Parameters
    ----------
    summary : pandas.DataFrame
        dataset, model, metric, value, low, high, stimuli, undefined.
    differences : pandas.DataFrame
        dataset, metric, model_a, model_b, difference, low, high, stimuli; may be empty.
    shares : pandas.DataFrame
        dataset, model, metric, share, share_above_chance; may be empty.
    better : mapping of metric to bool or None, optional
        Which way is better, for metrics that the registries do not know.
    roles : mapping of model to role, optional
        What rows are, where the summary has no column `role` and their names do not say it.
    """

    summary: pd.DataFrame
    differences: pd.DataFrame = field(default_factory=pd.DataFrame)
    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    better: Mapping[str, bool | None] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)

    def role(self, model: str) -> str:
        """What a row is: "people", "model", "image-blind" or "control"."""
        return self._roles[model]

    def look(self, model: str) -> str:
        """Class of a row: "people", "chance" for what is no model, or ""."""
        return {PEOPLE: "people", MODEL: ""}.get(self.role(model), "chance")

    @cached_property
    def _roles(self) -> dict[str, str]:
        found = roles_of(self.summary["model"].unique(), {})
        if "role" in self.summary:
            found |= dict(zip(self.summary["model"], self.summary["role"].replace(CHANCE, NULL), strict=True))
        return {**found, **self.roles}

    def best(self, rows: pd.DataFrame, metric: str) -> list[str]:
        """The best models of a metric's rows: none for a description, several where equal, no nulls, no controls."""
        return best_in(rows, metric, self._roles, MODEL, more=self.more_is_better(metric))

    def chance(self, rows: pd.DataFrame, metric: str) -> str | None:
        """The best image-blind null of a metric's rows."""
        best = best_in(rows, metric, self._roles, NULL, more=self.more_is_better(metric))
        return best[0] if best else None

    def mark(self, rows: pd.DataFrame) -> str:
        """What must be said of the controls on a metric; empty where none does well."""
        mark = rows["mark"].dropna().tolist() if "mark" in rows else []
        return str(mark[0]) if mark else ""

    @property
    def panels(self) -> list[tuple[str, str]]:
        """Each (data set, metric) in the order of the run."""
        pairs = self.summary[["dataset", "metric"]].drop_duplicates()
        return [(str(a), str(b)) for a, b in pairs.itertuples(index=False)]

    def more_is_better(self, metric: str) -> bool | None:
        """As declared here, or else by the registries."""
        return self.better[metric] if metric in self.better else higher_is_better(metric)

    def rows(self, table: pd.DataFrame, dataset: str, metric: str) -> pd.DataFrame:
        """Rows of one of the tables for a data set and metric."""
        if table.empty:
            return table
        return table[(table["dataset"] == dataset) & (table["metric"] == metric)]


def overview(tables: ScoreTables) -> str:
    """Models against metrics, a value and its interval in each cell; the best model in bold, chance underlined.

    A table has at most `ACROSS` metrics, all of one kind.
    """
    parts = []
    for dataset, of in tables.summary.groupby("dataset", sort=False):
        metrics = list(dict.fromkeys(of["metric"]))
        groups = groups_of(metrics)
        for title, group in groups:
            caption = f"Scores of all models on {dataset}"
            parts += [f"<h4>{escape(title)}</h4>"] if len(groups) > 1 else []
            parts.append(_overview(tables, of, group, f"{caption}: {title}" if len(groups) > 1 else caption))
        reached: dict[str, list[str]] = {}
        for metric in metrics:
            if said := tables.mark(of[of["metric"] == metric]):
                reached.setdefault(said, []).append(title_of(metric))
        parts += [f'<p class="notice">{escape(", ".join(m))}: {escape(said)}.</p>' for said, m in reached.items()]
        parts += [f'<p class="notice">{escape(text)}</p>' for text in cautions(metrics)]
    return "\n".join(parts)


def groups_of(metrics: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Metrics in groups of at most `ACROSS`, each with a title: what their measures are given.

    Examples
    --------
    >>> groups_of(["scanmatch", "dtw", "nss"])
    [('Pairs of scanpaths', ['scanmatch', 'dtw']), ("Log densities at people's fixations", ['nss'])]
    """
    if len(metrics) <= ACROSS and len({_given(m) for m in metrics}) <= 1:
        return [("", list(metrics))]
    found = []
    for given in dict.fromkeys(map(_given, metrics)):
        names = [m for m in metrics if _given(m) == given]
        count = -(-len(names) // ACROSS)
        for k in range(count):
            part = names[k * len(names) // count : (k + 1) * len(names) // count]
            found.append((given + (f" ({k + 1} of {count})" if count > 1 else ""), part))
    return found


def _given(metric: str) -> str:
    measure = measure_of(metric)
    return "Other measures" if measure is None else measure.kind.given[0].upper() + measure.kind.given[1:]


def _overview(tables: ScoreTables, of: pd.DataFrame, metrics: Sequence[str], caption: str) -> str:
    """The table of some metrics of one data set."""
    found = {(r.model, r.metric): r for r in of.itertuples()}
    best = {m: tables.best(of[of["metric"] == m], m) for m in metrics}
    chance = {m: tables.chance(of[of["metric"] == m], m) for m in metrics}
    marks = {m: tables.mark(of[of["metric"] == m]) for m in metrics}
    places = {m: digits(of[of["metric"] == m]) for m in metrics}
    rows = []
    for model in dict.fromkeys(of["model"]):
        cells = [_name(str(model), tables.role(str(model)))]
        look = tables.look(str(model))
        for metric in metrics:
            row = found.get((model, metric))
            value = math.nan if row is None else float(row.value)
            text = number(value, places[metric])
            text = f"<strong>{text}</strong>" if model in best[metric] else text
            text = f"<u>{text}</u>" if model == chance[metric] else text
            if row is not None and math.isfinite(row.low):
                text += f"<small>{number(row.low, places[metric])}, {number(row.high, places[metric])}</small>"
            cells.append(Cell(text, value))
        rows.append((look, cells))
    heads = ["model", *(_head(m) + _arrow(tables.more_is_better(m)) + _sign(marks[m]) for m in metrics)]
    return table(heads, rows, caption)


def cautions(metrics: Sequence[str]) -> list[str]:
    """What must be said beside these metrics wherever they are shown: each sentence once, with the metrics' names."""
    found: dict[str, list[str]] = {}
    for metric in metrics:
        if text := caution(metric):
            found.setdefault(text, []).append(title_of(metric))
    return [f"{', '.join(names)}: {text}" for text, names in found.items()]


def score_table(tables: ScoreTables, dataset: str, metric: str) -> str:
    """One metric: score and interval, drawn and in numbers, share of the ceiling, stimuli, undefined pairs."""
    rows = tables.rows(tables.summary, dataset, metric)
    shares = tables.rows(tables.shares, dataset, metric)
    of = {} if shares.empty else {r.model: r for r in shares.itertuples()}
    null = tables.chance(rows, metric)
    guides = {role: _value(rows, model) for role, model in (("people", HUMAN), ("chance", null or ""))}
    domain = domain_of([*rows["value"], *rows["low"], *rows["high"]])
    places, directed = digits(rows), tables.more_is_better(metric) is not None
    lines = []
    for row in rows.itertuples():
        look, share = tables.look(str(row.model)), of.get(row.model)
        role = CHANCE if row.model == null else tables.role(str(row.model))
        part = math.nan if share is None else float(share.share)
        above = math.nan if share is None or role in (PEOPLE, CHANCE) else float(share.share_above_chance)
        cells = [
            _name(str(row.model), role, directed),
            number_cell(row.value, places),
            interval_cell(row.low, row.high, places),
            Cell(interval_mark(row.low, row.value, row.high, domain, look, **guides)),
            *([Cell(percent(part), part), Cell(percent(above), above)] if of else []),
            Cell(str(int(row.stimuli)), float(row.stimuli)),
            *([Cell(str(int(row.undefined)), float(row.undefined))] if "undefined" in rows else []),
        ]
        lines.append((look, cells))
    heads = ["model", "score", "95&nbsp;% interval", "·chance to people" if of else "·"]
    heads += ["share of ceiling", "above chance"] if of else []
    heads += ["stimuli", "undefined"] if "undefined" in rows else ["stimuli"]
    said = [why_undefined(metric)] if "undefined" in rows and rows["undefined"].any() else []
    said += without_share(shares) if of else []
    shown = [f'<p class="quiet">{escape(line)}</p>' for line in said if line]
    return "\n".join([table(heads, lines, f"{metric} on {dataset}"), *shown])


def difference_table(tables: ScoreTables, dataset: str, metric: str) -> str:
    """Paired differences of one metric, the clear ones in bold; empty where there are none."""
    rows = tables.rows(tables.differences, dataset, metric)
    if rows.empty:
        return ""
    domain, places = domain_of([0.0, *rows["low"], *rows["high"]]), digits(rows)
    lines = []
    for row in rows.itertuples():
        # Clear by the interval that holds for all differences of the metric together, where a run has it.
        clear = getattr(row, "sim_low", row.low) > 0 or getattr(row, "sim_high", row.high) < 0
        cells = [
            text_cell(str(row.model_a)),
            Cell(f"<span>− {escape(str(row.model_b))}</span>", str(row.model_b)),
            number_cell(row.difference, places, sign=True, strong=clear),
            interval_cell(row.low, row.high, places, sign=True),
            Cell(interval_mark(row.low, row.difference, row.high, domain, zero=0.0)),
            Cell(str(int(row.stimuli)) if "stimuli" in rows else "", float(getattr(row, "stimuli", math.nan))),
        ]
        lines.append(("clear" if clear else "", cells))
    heads = ["model", "minus", "difference", "95&nbsp;% interval", "·around 0", "stimuli"]
    return table(heads, lines, f"Paired differences of {metric} on {dataset}")


def panels(tables: ScoreTables, first: str = "") -> str:
    """A panel per metric: what it is, scores, differences. The page shows one at a time, beginning with `first`."""
    several = len(set(tables.summary["dataset"])) > 1
    chosen, shown = [], []
    for k, (dataset, metric) in enumerate(tables.panels):
        title = f"{title_of(metric)} ({dataset})" if several else title_of(metric)
        begun = " selected" if metric == first else ""
        chosen.append(f'<option value="panel-{k}"{begun}>{escape(title)}</option>')
        words = better_words(metric) if metric not in tables.better else ""
        measure = measure_of(metric)
        about = (
            ""
            if measure is None
            else f'<p class="about">{escape(measure.summary)}. <cite>{escape(measure.source)}</cite></p>'
        )
        warnings = [caution(metric), tables.mark(tables.rows(tables.summary, dataset, metric))]
        notice = "".join(f'<p class="notice">{escape(warning)}</p>' for warning in warnings if warning)
        column = (
            ""
            if title_of(metric) == metric
            else f'<p class="quiet column">in tables: <code>{escape(metric)}</code></p>'
        )
        gaps = difference_table(tables, dataset, metric)
        count = len(tables.rows(tables.differences, dataset, metric))
        differences = f"<details><summary>Paired differences ({count})</summary>{gaps}</details>" if gaps else ""
        named = f'<section class="panel" id="panel-{k}" aria-label="{escape(title, quote=True)}">'
        scores = score_table(tables, dataset, metric)
        shown.append(f"{named}<h3>{escape(title + words)}</h3>{column}{about}{notice}{scores}{differences}</section>")
    select = f'<select id="metric">{"".join(chosen)}</select>'
    picker = f'<p class="picker js-only"><label for="metric">Metric</label> {select}</p>'
    return f'{picker}<div id="panels">{"".join(shown)}</div>'


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


def _name(model: str, role: str, directed: bool = True) -> Cell:
    what = PEOPLE if role == PEOPLE and not directed else WORDS[role]
    return Cell(escape(model) + (f" <span>({what})</span>" if what else ""), model)


def _head(metric: str) -> str:
    """A metric's title, whose column is named where one points at it."""
    title = title_of(metric)
    return (
        breakable(metric) if title == metric else f'<abbr title="{escape(metric, quote=True)}">{escape(title)}</abbr>'
    )


def _sign(mark: str) -> str:
    return f' <abbr title="{escape(mark, quote=True)}">(!)</abbr>' if mark else ""


def _value(rows: pd.DataFrame, model: str) -> float:
    found = rows.loc[rows["model"] == model, "value"]
    return float(found.iloc[0]) if len(found) else math.nan


def _arrow(more: bool | None) -> str:
    return {True: "", False: ' <abbr title="lower is better">↓</abbr>', None: ' <abbr title="a description">◦</abbr>'}[
        more
    ]
