"""Make docs/results/ceilings.md from finished runs: human ceiling, nulls and the control of every measure.

Run from the project's root: python docs/results/ceilings.py runs/all-osie runs/all-interiors ...
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit import Results
from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.chance import CHANCE, compared
from gazekit.evaluation.lengths import OWN
from gazekit.metrics.kinds.densities import DENSITIES
from gazekit.metrics.outputs import caution, higher_is_better, measure_of
from gazekit.report.sentences import left_out

SOURCES = {
    HUMAN: "people",
    "centre:spread=fitted": "centre, fitted",
    "empirical": "empirical",
    "other-image": "other image",
    "uniform": "uniform",
    "centre-point": "centre repeated",
}
NO_BREAK = "\N{NO-BREAK SPACE}"
BETTER = {True: "higher", False: "lower", None: "–"}
INTRODUCTION = """# Human ceiling and nulls of every measure

What people reach (each person against the others), what four nulls reach that do not see the image, and what the
image's centre repeated reaches: a control that no measure should reward. The nulls are a Gaussian at the centre with
the spread of people on the other images, the places of people on the other images (`empirical`), a person's path from
another image, and uniform places. They have lengths of people on other images, and so has the control; where finding a
target is measured and trials have a limit, they go on to it. The best null of a measure, in bold, is chance: a model
that is not above it need not use the image.

Intervals are 95 %, over stimuli and people; a † says over stimuli alone. A row in which the control reaches people or
chance (its distance to them has an interval that holds 0, or lies beyond) is marked (!): do not report that measure
without the control beside it. A direction of – is a description: neither more nor less is better, read it beside
people's. A dash in a cell is a value that is not defined; the other image and the control have no density. How each
kind of measure is scored, and what a null means on divergences, is in
[architecture.md](../architecture.md#how-an-evaluation-runs); how well each kind of interval holds, in
[coverage.md](coverage.md). Default options; `gazekit metrics` prints them.
"""
KINDS = {
    "pairs of scanpaths": "Pairs of paths",
    "pairs of scanpaths as strings of labels": "Strings of labels",
    "sets of scanpaths": "Sets of paths",
    DENSITIES.given: "Log densities at people's fixations",
}


def cell(row: pd.Series) -> str:
    """Value and interval, or a dash."""
    if not np.isfinite(row.value):
        return "–"
    digits = 0 if abs(row.value) >= 100 else 3
    value, low, high = (f"{number:.{digits}f}" for number in (row.value, row.low, row.high))
    alone = " †" if row.over == "stimuli" else ""
    return f"{f'**{value}**' if row.role == CHANCE else value} [{low},{NO_BREAK}{high}]{alone}"


def kind_table(results: Results, names: list[str]) -> list[str]:
    """A table of one kind of measures, with their cautions under it."""
    cells, marked = pd.DataFrame(index=names, columns=list(SOURCES), dtype=object), set()
    for metric, part in results.summary[results.summary["metric"].isin(names)].groupby("metric", sort=False):
        rows = part.set_index("model")
        for model in compared(list(rows.index), metric):
            cells.loc[metric, model.removesuffix(OWN)] = cell(rows.loc[model])
        if rows["mark"].any():
            marked.add(metric)
    cells = cells.fillna("–")[list(SOURCES)]
    cells = cells.loc[:, (cells != "–").any()]
    lines = [f"| measure | better | {' | '.join(SOURCES[source] for source in cells)} |"]
    lines.append("|---" * (2 + len(cells.columns)) + "|")
    for metric, found in cells.iterrows():
        mark = " (!)" if metric in marked else ""
        lines.append(f"| {metric}{mark} | {BETTER[higher_is_better(metric)]} | {' | '.join(found)} |")
    return [*lines, "", *(f"{text}\n" for text in dict.fromkeys(caution(m) for m in names) if text)]


def section(folder: str) -> list[str]:
    """All tables of one run."""
    results = Results.load(folder)
    about = results.manifest["data"]
    lines = [
        f"## {about['name']}",
        "",
        f"{about['stimuli']} stimuli, {about['subjects']} subjects, {about['scanpaths']} scanpaths. "
        f"`{results.manifest['command']}`",
        "",
    ]
    kind_of = {metric: found.kind.given for metric in results.metrics if (found := measure_of(metric))}
    for kind, title in KINDS.items():
        names = [metric for metric in results.metrics if kind_of.get(metric) == kind]
        if names:
            lines += [f"### {title}", "", *kind_table(results, names)]
    lines += [*(f"- {line}" for line in left_out(results.manifest)), ""]
    manifest = json.dumps(results.manifest, sort_keys=True)
    return [*lines, "<details><summary>Manifest</summary>", "", f"```json\n{manifest}\n```", "", "</details>", ""]


def main() -> None:
    """Write the page beside this file, or to the path after --to."""
    folders, to = sys.argv[1:], Path(__file__).with_name("ceilings.md")
    if "--to" in folders:
        k = folders.index("--to")
        to, folders = Path(folders[k + 1]), folders[:k] + folders[k + 2 :]
    lines = [INTRODUCTION, *(line for folder in folders for line in section(folder))]
    to.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
