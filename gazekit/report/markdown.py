"""A run as a Markdown page: the tables, the command and the manifest, to keep beside code or paste into an issue."""

import json
import math
import re
from html import escape

import pandas as pd

from gazekit.evaluation.chance import MODEL, PEOPLE, WORDS, notes_of
from gazekit.evaluation.results import Results
from gazekit.evaluation.shares import without_share
from gazekit.metrics.outputs import caution, why_undefined
from gazekit.report.sentences import summary_sentence, suspicious


def markdown_page(results: Results) -> str:
    """Write a run as Markdown.

    Parameters
    ----------
    results : Results
        Of a finished run.

    Returns
    -------
    str
        Title, one sentence, a table per metric, the command, and the manifest.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit.evaluation.results import SCORE_COLUMNS
    >>> of = {"human": 0.5, "a": 0.25}
    >>> rows = [("d", name, "scanmatch", s, value, 2, 0) for name, value in of.items() for s in "st"]
    >>> page = markdown_page(Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), {"command": "gazekit ..."}))
    >>> print(page.splitlines()[6])
    | human | 0.5000 | 0.5000, 0.5000 | – | – | 2 | 0 |
    """
    name = results.summary["dataset"].iloc[0]
    parts = [f"# {escaped(name)}", escaped(summary_sentence(results))]
    parts += [*map(escaped, suspicious(results.manifest)), *_tables(results)]
    if results.manifest:
        manifest = json.dumps(results.manifest, indent=1, sort_keys=True)
        parts += ["Command:", fenced(str(results.manifest["command"])), "Manifest:", fenced(manifest, "json")]
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    r"""Text from a file or a name, on one line, so that Markdown shows it as it is: no HTML, link, emphasis or cell.

    Examples
    --------
    >>> print(escaped("<b>a_b</b> | [x](y) *z* _q_"))
    &lt;b&gt;a_b&lt;/b&gt; &#124; \[x\](y) \*z\* \_q\_
    """
    text = re.sub(r"[\\`*\[\]]|(?<!\w)_|_(?!\w)", r"\\\g<0>", " ".join(str(text).split()))
    return escape(text, quote=False).replace("|", "&#124;").replace("~", "&#126;")


def code(text: str) -> str:
    r"""A name as code, or as escaped text where a mark inside it would end the code or the cell of a table.

    Examples
    --------
    >>> print(code("oat:checkpoint=runs/oat"), code("a`b"))
    `oat:checkpoint=runs/oat` a\`b
    """
    return escaped(text) if re.search(r"[`|<>&]", text) or " ".join(text.split()) != text else f"`{text}`"


def fenced(text: str, language: str = "") -> str:
    """A block of code that nothing in the text ends early."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _tables(results: Results) -> list[str]:
    shares = results.shares.set_index(["dataset", "model", "metric"]) if len(results.shares) else None
    tables = []
    for (dataset, metric), rows in results.summary.groupby(["dataset", "metric"], sort=False):
        lines = [
            f"| {escaped(metric)} | score | 95 % interval | share | above chance | stimuli | undefined |",
            "|---" * 7 + "|",
        ]
        for row in rows.itertuples():
            what = WORDS[row.role] if row.role not in (PEOPLE, MODEL) else ""
            share = above = math.nan
            if shares is not None and (dataset, row.model, metric) in shares.index:
                of = shares.loc[(dataset, row.model, metric)]
                share, above = of["share"], of["share_above_chance"]
            cells = [
                escaped(f"{row.model} ({what})" if what else row.model),
                f"{row.value:.4f}" if row.stimuli else "–",
                f"{row.low:.4f}, {row.high:.4f}" if row.low == row.low else "–",
                "–" if math.isnan(share) else f"{100 * share:.0f} %",
                "–" if math.isnan(above) else f"{100 * above:.0f} %",
                str(row.stimuli),
                str(row.undefined),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        of = results.shares[(results.shares["dataset"] == dataset) & (results.shares["metric"] == metric)]
        why = why_undefined(str(metric)) if rows["undefined"].any() else ""
        said = [escaped(line) for line in [caution(str(metric)), _mark(rows), why, *without_share(of)] if line]
        tables.append("\n".join([*lines, *(part for line in said for part in ("", line))]))
    notes = [f"{name}: {said}" for name, said in notes_of(results.sources).items()]
    return [*tables, *map(escaped, notes)]


def _mark(rows: pd.DataFrame) -> str:
    mark = str(rows["mark"].iloc[0])
    return f"Caution: {mark}." if mark else ""
