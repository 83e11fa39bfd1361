"""A run as a Markdown page: the tables, the command and the manifest, to keep beside code or paste into an issue."""

import json
import math

from gazekit.evaluation.results import Results
from gazekit.report.sentences import summary_sentence
from gazekit.scoring.directions import caution


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
    >>> rows = [("d", "human", "scanmatch", "s", 0.5, 2, 0), ("d", "a", "scanmatch", "s", 0.25, 2, 0)]
    >>> page = markdown_page(Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), {"command": "gazekit ..."}))
    >>> print(page.splitlines()[6])
    | human | 0.5000 | 0.5000, 0.5000 | – | – | 1 | 0 |
    """
    name = results.summary["dataset"].iloc[0]
    parts = [f"# {name}", summary_sentence(results), *_tables(results)]
    if results.manifest:
        manifest = json.dumps(results.manifest, indent=1, sort_keys=True)
        parts += [f"Command:\n\n    {results.manifest['command']}", "Manifest:", f"```json\n{manifest}\n```"]
    return "\n\n".join(parts) + "\n"


def _tables(results: Results) -> list[str]:
    shares = results.shares.set_index(["dataset", "model", "metric"]) if len(results.shares) else None
    tables = []
    for (dataset, metric), rows in results.summary.groupby(["dataset", "metric"], sort=False):
        lines = [f"| {metric} | score | 95 % interval | share | above chance | stimuli | undefined |", "|---" * 7 + "|"]
        for row in rows.itertuples():
            share = above = math.nan
            if shares is not None and (dataset, row.model, metric) in shares.index:
                of = shares.loc[(dataset, row.model, metric)]
                share, above = of["share"], of["share_above_chance"]
            cells = [
                str(row.model).replace("|", "\\|"),
                f"{row.value:.4f}" if row.stimuli else "–",
                f"{row.low:.4f}, {row.high:.4f}" if row.stimuli else "–",
                "–" if math.isnan(share) else f"{100 * share:.0f} %",
                "–" if math.isnan(above) else f"{100 * above:.0f} %",
                str(row.stimuli),
                str(row.undefined),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        warning = caution(str(metric))
        tables.append("\n".join([*lines, "", warning] if warning else lines))
    return tables
