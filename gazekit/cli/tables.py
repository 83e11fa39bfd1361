"""Results as text tables for the terminal."""

import math
from pathlib import Path

import typer

from gazekit.cli.printing import print_json
from gazekit.evaluation.chance import CONTROL, NULL, PEOPLE, WORDS, notes_of
from gazekit.evaluation.results import Results
from gazekit.evaluation.shares import without_share
from gazekit.metrics.outputs import better_words, caution, higher_is_better, why_undefined
from gazekit.report.sentences import left_out, suspicious, why_no_ceiling


def summary_text(results: Results) -> str:
    """One block per metric: a line per model with its interval and its share of the human ceiling.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit.evaluation.results import SCORE_COLUMNS
    >>> of = {"human": 0.5, "a": 0.25}
    >>> rows = [("d", name, "scanmatch", s, value, 2, 0) for name, value in of.items() for s in "st"]
    >>> print(summary_text(Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))))
    scanmatch (d)
      human    0.5000 [0.5000, 0.5000]  ceiling           2 stimuli
      a        0.2500 [0.2500, 0.2500]   50 % of ceiling  2 stimuli
    """
    shares = results.shares
    width = max(len(m) for m in results.models) + 2
    widest = 36 if {NULL, CONTROL} & set(results.roles.values()) else 16
    lines: list[str] = []
    for (dataset, metric), part in results.summary.groupby(["dataset", "metric"], sort=False):
        lines.append(f"{metric} ({dataset}{better_words(str(metric))})")
        if caution(str(metric)):
            lines.append(f"  CAUTION: {caution(str(metric))}")
        if part["mark"].iloc[0]:
            lines.append(f"  CAUTION: {part['mark'].iloc[0]}")
        of = shares[(shares["dataset"] == dataset) & (shares["metric"] == metric)]
        share_of = dict(zip(of["model"], of["share"], strict=True))
        for row in part.itertuples():
            value = f"{row.value:.4f} [{row.low:.4f}, {row.high:.4f}]" if row.stimuli else f"{'not defined':<23}"
            if row.stimuli and math.isnan(row.low):  # one stimulus, or one half without a value
                value = f"{row.value:.4f} {'(no interval)':<16}"
            directed = higher_is_better(str(metric)) is not None
            role = _role(str(row.role), directed, share_of.get(row.model, math.nan))
            undefined = f", {row.undefined} undefined" if row.undefined else ""
            lines.append(f"  {row.model:<{width}} {value}  {role:<{widest}}  {row.stimuli} stimuli{undefined}")
        said = [why_undefined(str(metric)) if part["undefined"].any() else "", *without_share(of, ["share_note"])]
        lines += [f"  {line}" for line in said if line]
    lines += filter(None, [why_no_ceiling(results)])
    return "\n".join([*lines, *(f"{name}: {said}" for name, said in notes_of(results.sources).items())])


def print_results(results: Results, folder: Path, page: Path, *, as_json: bool) -> None:
    """Print what is suspicious, what did not apply, the summary, where the tables are; as JSON tables and checks."""
    if as_json:
        tables = {name: getattr(results, name).to_dict("records") for name in ("summary", "shares", "differences")}
        checks = results.manifest.get("checks", {})
        print_json({"run": str(folder), "report": str(page), **tables, "checks": checks})
        return
    for line in suspicious(results.manifest):
        typer.echo(line)
    for line in left_out(results.manifest):
        typer.echo(line)
    typer.echo(summary_text(results))
    typer.echo(f"tables and manifest in {folder}; report: {page}")


def _role(role: str, directed: bool, share: float) -> str:
    if role == PEOPLE:
        return WORDS[PEOPLE] if directed else PEOPLE
    text = "" if math.isnan(share) else f"{100 * share:3.0f} % of ceiling"
    return f"{text} ({WORDS[role]})".strip() if WORDS[role] else text
