"""Make docs/results/ceilings.md from finished runs: human ceiling, chance and the control of every measure.

Run from the project's root: python docs/results/ceilings.py runs/all-osie runs/all-interiors ...
"""

import json
import sys
from pathlib import Path

from gazekit import Results
from gazekit.metrics.kinds.densities import DENSITIES
from gazekit.metrics.outputs import caution, higher_is_better, measure_of
from gazekit.report.sentences import left_out

SOURCES = {
    "human": "people",
    "other-image": "other image",
    "uniform": "uniform",
    "centre": "centre",
    "centre-point": "centre repeated",
}
BETTER = {True: "higher", False: "lower", None: "–"}
INTRODUCTION = """# Human ceiling and nulls of every measure

What people reach (each person against the others), what a person's path from another image reaches, uniform places, a
Gaussian at the centre, and the image's centre repeated: a control that no measure should reward. A person's path from
another image is one of the nulls and not always the best of them. How each kind of measure is scored, and what a null
means on divergences, is in [architecture.md](../architecture.md#how-an-evaluation-runs). A row in which the control
is as good as people, or better, is marked (!): do not report that measure without the control beside it. A direction
of – is a description: neither more nor less is better, read it beside people's. A dash in a cell is a value that is
not defined. The other image and the control have no density; the empirical density, learned from the other images,
stands in their place. Default options; `gazekit metrics` prints them.
"""
KINDS = {
    "pairs of scanpaths": "Pairs of paths",
    "pairs of scanpaths as strings of labels": "Strings of labels",
    "sets of scanpaths": "Sets of paths",
    DENSITIES.given: "Log densities at people's fixations",
}


def cell(rows, source: str) -> str:
    """Value and interval, or a dash."""
    if source not in rows.index or not rows.loc[source, "stimuli"]:
        return "–"
    row = rows.loc[source]
    return f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"


def kind_table(results: Results, columns: dict[str, str], names: list[str]) -> list[str]:
    """A table of the columns of one kind of measures, with their cautions under it."""
    rows_of = {metric: part.set_index("model") for metric, part in results.summary.groupby("metric", sort=False)}
    lines = [f"| measure | better | {' | '.join(columns.values())} |", "|---" * (2 + len(columns)) + "|"]
    for metric in names:
        rows, more = rows_of[metric], higher_is_better(metric)
        mark = ""
        if more is not None and "centre-point" in rows.index:
            human, control = rows.loc["human", "value"], rows.loc["centre-point", "value"]
            mark = " (!)" if (control >= human if more else control <= human) else ""
        cells = " | ".join(cell(rows, source) for source in columns)
        lines.append(f"| {metric}{mark} | {BETTER[more]} | {cells} |")
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
        densities = {"human": "people", "uniform": "uniform", "centre": "centre", "empirical": "empirical"}
        if names:
            columns = densities if kind == DENSITIES.given else SOURCES
            lines += [f"### {title}", "", *kind_table(results, columns, names)]
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
