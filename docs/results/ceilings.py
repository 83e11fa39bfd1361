"""Make docs/results/ceilings.md from finished runs: human ceiling, chance and the control of every metric.

Run from the project's root: python docs/results/ceilings.py runs/all-osie runs/all-interiors ...
"""

import json
import sys
from pathlib import Path

from gazekit import Results
from gazekit.experiments.directions import higher_is_better

SOURCES = {"human": "people", "other-image": "chance", "uniform": "uniform", "centre-point": "centre repeated"}
INTRODUCTION = """# Human ceiling and chance of every pair metric

What two people reach (each person's path against all other people's on the trial), what a person's path from another
image reaches (chance), uniform places, and the image's centre repeated: a control that no metric should reward. Mean
over stimuli and 95 % interval of a bootstrap over stimuli. A row in which the control is as good as people, or better,
is marked (!): do not report that metric without the control beside it. Default options; `gazekit metrics` prints them.
"""


def cell(row) -> str:
    """Value and interval, or a dash."""
    return f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]" if row.stimuli else "–"


lines = [INTRODUCTION]
for folder in sys.argv[1:]:
    results = Results.load(folder)
    about = results.manifest["data"]
    lines += [
        f"## {about['name']}",
        "",
        f"{about['stimuli']} stimuli, {about['subjects']} subjects, {about['scanpaths']} scanpaths. "
        f"`{results.manifest['command']}`",
        "",
        f"| metric | better | {' | '.join(SOURCES.values())} |",
        "|---" * (2 + len(SOURCES)) + "|",
    ]
    for metric in results.metrics:
        rows = results.summary[results.summary["metric"] == metric].set_index("model")
        more = higher_is_better(metric)
        human, control = rows.loc["human", "value"], rows.loc["centre-point", "value"]
        mark = " (!)" if (control >= human if more else control <= human) else ""
        cells = " | ".join(cell(rows.loc[source]) for source in SOURCES)
        lines.append(f"| {metric}{mark} | {'higher' if more else 'lower'} | {cells} |")
    left_out = "; ".join(f"{name}: {why}" for name, why in results.manifest["not_applicable"].items())
    lines += ["", f"Left out: {left_out or 'nothing'}.", ""]
    manifest = json.dumps(results.manifest, sort_keys=True)
    lines += ["<details><summary>Manifest</summary>", "", f"```json\n{manifest}\n```", "", "</details>", ""]
Path(__file__).with_name("ceilings.md").write_text("\n".join(lines), encoding="utf-8")
