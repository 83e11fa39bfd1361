"""The report's tables, as HTML. Every name that comes from data is escaped."""

import math
from html import escape

from gazekit.experiments.directions import better_words, caution, higher_is_better
from gazekit.experiments.results import CHANCE, Results
from gazekit.scanpath_columns import HUMAN


def score_tables(results: Results) -> str:
    """A table per data set and metric: model, score and interval, share of the ceiling, stimuli, undefined pairs."""
    shares = results.shares.set_index(["dataset", "model", "metric"]) if len(results.shares) else None
    parts = []
    for (dataset, metric), rows in results.summary.groupby(["dataset", "metric"], sort=False):
        lines = []
        for row in rows.itertuples():
            share = above = math.nan
            if shares is not None and (dataset, row.model, metric) in shares.index:
                of = shares.loc[(dataset, row.model, metric)]
                share, above = of["share"], of["share_above_chance"]
            directed = higher_is_better(str(metric)) is not None
            role = {HUMAN: "ceiling" if directed else "people", CHANCE: "chance"}.get(str(row.model), "")
            cells = [
                f"{escape(str(row.model))}{f' ({role})' if role else ''}",
                _number(row.value),
                f"[{_number(row.low)}, {_number(row.high)}]",
                _percent(share),
                "" if role else _percent(above),
                str(row.stimuli),
                str(row.undefined),
            ]
            body = "".join(f"<td>{cell}</td>" for cell in cells)
            lines.append(f'<tr class="{role}">{body}</tr>')
        names = ("model", "score", "95 % interval", "share", "above chance", "stimuli", "undefined")
        table = _table(f"{metric} ({dataset}{better_words(str(metric))})", names, lines)
        warning = caution(str(metric))
        parts.append(f'{table}<p class="notice">{escape(warning)}</p>' if warning else table)
    return "\n".join(parts)


def difference_tables(results: Results) -> str:
    """A table per metric of paired differences, the clear ones in bold."""
    parts = []
    for (dataset, metric), rows in results.differences.groupby(["dataset", "metric"], sort=False):
        lines = []
        for row in rows.itertuples():
            clear = row.low > 0 or row.high < 0
            text = f"{row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}]" if row.stimuli else "not defined"
            cells = [
                f"{escape(str(row.model_a))} − {escape(str(row.model_b))}",
                f"<strong>{text}</strong>" if clear else text,
                str(row.stimuli),
            ]
            lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
        table = _table("", ("models", "difference", "stimuli"), lines)
        parts.append(f"<details><summary>{escape(f'{metric} ({dataset})')}</summary>{table}</details>")
    return "\n".join(parts)


def _table(title: str, names: tuple[str, ...], lines: list[str]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    heading = f"<h3>{escape(title)}</h3>\n" if title else ""
    body = "".join(lines)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'{heading}<div class="scroll">{table}</div>'


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.4f}"


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"
