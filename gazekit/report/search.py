"""The page of a search experiment: displays, reaction times and slopes beside people's, searches to look at."""

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.trials import Dataset
from gazekit.experiments.search.experiment import displays_of_run
from gazekit.experiments.search.pictures import DISPLAYS, SEARCHES
from gazekit.experiments.search.results import SearchExperiment
from gazekit.experiments.search.stopping import RULES
from gazekit.foundations.errors import amount
from gazekit.report.asymmetry import NO_WIDTH, examples, slope_table, time_charts, words
from gazekit.report.content import Content, Section
from gazekit.report.methods import general_methods
from gazekit.report.tables import Cell, interval_cell, number_cell, plain_table, table, text_cell

CELL = ("condition", "target", "model", "stopping")  # what tells the cells of one set size apart


def search_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a search experiment says; its displays are made again from the design in the run's folder."""
    results = SearchExperiment.load(run)
    request = manifest["request"]
    lines = results.cells.assign(line="target " + results.cells["target"])
    charts = time_charts(lines, results.models[0], ["condition", "stopping"], "line")
    sections = [
        Section("slopes", "Search slopes", f"{_slopes(results)}{NO_WIDTH}"),
        Section("times", "Reaction times", f"{TIMES}{charts}"),
        Section("displays", "Displays and searches", _pictures(run)),
        Section("cells", "Every cell", f"{CELLS}{_cells(results)}"),
        Section("more", "Ratios, asymmetries, agreement", _more(results)),
    ]
    return Content(
        title=f"Visual search: {request['design']}",
        kicker="gazekit report: search experiment",
        facts=[
            amount(len(results.conditions), "condition"),
            amount(manifest["trials"], "display"),
            amount(len(results.models), "model", "models and controls"),
            amount(manifest["subjects"], "person", "people") if manifest["subjects"] else "no people",
        ],
        sentence=" ".join(results.sentences),
        sections=sections,
        methods=general_methods(_methods(results), request),
        made={
            "Conditions": ", ".join(results.conditions),
            "Stopping rule": f"{request['stopping']}: {RULES[results.stopping.name][1]}",
            "Seed, resamples": f"{request['seed']}, {request['resamples']}",
        },
        manifest=manifest,
        exploration=examples(results, ["condition", "present"], displays_of_run(results)),
    )


TIMES = (
    "<p>Mean reaction time of correct answers by the number of items shown: the model with its 95&nbsp;% interval, "
    "people dashed where they are known. A saccade counts 252.359 ms.</p>"
)
CELLS = (
    "<p>Reaction times are of correct answers, ms; errors are misses where the target is present and false alarms "
    "where it is absent, as shares. Intervals of differences are over displays and people.</p>"
)


# ---------------------------------------------------------------- inside


def _slopes(results: SearchExperiment) -> str:
    slopes = results.slopes
    about = (
        "<p>Slopes are least squares through the means of the set sizes. Random order is the slope of a search that "
        "looks at each item once, in random order: what a model is not told apart from does not guide.</p>"
    )
    more = {"intercept (ms)": ("intercept", 0), "random order": ("random_order", 1)}
    theirs = _slopes_of_people(slopes) if slopes["human"].notna().any() else ""
    return about + slope_table(slopes, CELL, more) + theirs


def _slopes_of_people(slopes: pd.DataFrame) -> str:
    lines = []
    for row in slopes.drop_duplicates(["condition", "target"]).to_dict("records"):
        cells = [text_cell(row["condition"]), text_cell(row["target"]), number_cell(row["human"], 1)]
        cells += [interval_cell(row["human_low"], row["human_high"], 1), number_cell(row["human_intercept"], 0)]
        lines.append(("", cells))
    heads = ["condition", "target", "slope (ms per item)", "95&nbsp;% interval", "intercept (ms)"]
    return "<h3>People</h3>" + table(heads, lines, "Search slopes of people")


def _cells(results: SearchExperiment) -> str:
    """Reaction times and errors of every cell; people's in a table of their own, where there are any."""
    parts = [_cell_table(results, {"reaction time (ms)": "rt", "errors": "errors"}, "Reaction times and errors")]
    if results.cells["human"].notna().any():
        theirs = {"people (ms)": "human", "errors": "human_errors", "model − people (ms)": "minus_human"}
        parts += ["<h3>People in the same cells</h3>", _cell_table(results, theirs, "People in the same cells")]
    return "".join(parts)


def _cell_table(results: SearchExperiment, shown: Mapping[str, str], label: str) -> str:
    """A row per cell; of each column that is shown, by its head, the value and its interval."""
    lines = []
    for row in results.cells.to_dict("records"):
        cells = [text_cell(row[name]) for name in CELL]
        cells += [Cell(str(row[name]), row[name]) for name in ("set_size", "displays")]
        for name in shown.values():
            ends, places = ("" if name == "rt" else f"{name}_"), 2 if name.endswith("errors") else 0
            cells += [
                number_cell(row[name], places),
                interval_cell(row[f"{ends}low"], row[f"{ends}high"], places),
            ]
        lines.append(("", cells))
    heads = [*CELL, "items", "displays"]
    return table([*heads, *(h for head in shown for h in (head, "95&nbsp;% interval"))], lines, label)


def _pictures(run: Path) -> str:
    about = {
        DISPLAYS: "One display of each condition and set size; the target is framed.",
        SEARCHES: "The same display searched by each model, side by side, so that equal paths are seen to be equal.",
    }
    found = []
    for name, text in about.items():
        if (run / name).is_file():
            data = base64.b64encode((run / name).read_bytes()).decode()
            picture = f'<img src="data:image/png;base64,{data}" alt="{escape(text)}" style="max-width:100%">'
            found.append(f"<figure>{picture}<figcaption>{escape(text)}</figcaption></figure>")
    return (
        "".join(found)
        or "<p>The pictures are not in the run's folder; the command <code>gazekit search</code> draws them.</p>"
    )


def _more(results: SearchExperiment) -> str:
    parts = []
    for name, title in (
        ("ratios", "Slope without the target over slope with it"),
        ("indices", "Asymmetry indices"),
        ("agreement", "Agreement with people"),
    ):
        frame = getattr(results, name)
        if len(frame):
            parts.append(f"<h3>{title}</h3>{plain_table(frame.rename(columns=words), title)}")
    return "".join(parts) or "<p>Nothing of these: no displays without the target, no pairs, no people.</p>"


def _methods(results: SearchExperiment) -> list[str]:
    manifest, request = results.manifest, results.manifest["request"]
    sizes = ", ".join(map(str, request["set_sizes"]))
    found = [
        f"Displays. {manifest['trials']:,} displays of the conditions {', '.join(results.conditions)} with {sizes} "
        f"items were made with seed {request['seed']} and searched once by each model.",
        "Measures. A search of n saccades counts 252.359 n + 376.271 ms (Gupta et al. 2021). Reaction times are means "
        "of correct answers; slopes are unweighted least squares through the means of the set sizes. Stopping rule "
        f"{request['stopping']}: {RULES[results.stopping.name][1]}.",
    ]
    if manifest["subjects"]:
        found.append(
            f"People. Reaction times of {manifest['subjects']} people; means of each person's mean of correct answers."
        )
    found.append(
        f"Statistics. Intervals are 95 % percentile intervals of a bootstrap ({request['resamples']} resamples): "
        "displays within every cell, people as wholes."
    )
    return found
