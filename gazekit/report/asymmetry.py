"""The page of a search-asymmetry run: indices, reaction times by set size, slopes, and searches to look at."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.experiments.asymmetry.displays import choose_displays, fingerprint
from gazekit.experiments.asymmetry.results import MEAN, AsymmetryResults
from gazekit.experiments.search.results import SearchExperiment
from gazekit.foundations.errors import GazekitError, amount
from gazekit.report.charts import Series, domain_of, interval_mark, line_chart
from gazekit.report.content import Content, Exploration, Section, bare_trials
from gazekit.report.methods import general_methods
from gazekit.report.tables import Cell, interval_cell, number_cell, plain_table, table, text_cell

SLOPES_OF = ("condition", "experiment", "model")
EXAMPLES = 3  # displays of each condition and set size in the explorer: all of them would be too small to see
PUBLISHED = (
    "Gupta, Zhang, Wu, Wolfe and Kreiman (2021), Visual search asymmetry: deep nets and humans share similar inherent "
    "biases, NeurIPS 34."
)


def asymmetry_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a search-asymmetry run says; published displays are made again, others come from `dataset`."""
    results = AsymmetryResults.load(run)
    request = manifest["request"]
    count, network = len(results.conditions), not {"provenance", "network"}.isdisjoint(request["models"][0])
    more = results.sentences[2 if network else 1 :]
    return Content(
        title=f"Search asymmetry: {results.models[0]}",
        kicker="gazekit report: search asymmetry",
        facts=[
            amount(count, "experiment"),
            amount(manifest["trials"], "display"),
            amount(len(results.models), "model", "models and controls"),
        ],
        sentence=" ".join(results.sentences[:2] if network else results.sentences[:1]),
        sections=[
            Section(
                "indices",
                "Asymmetry",
                f"{INDEX}{_indices(results)}{NO_WIDTH}{''.join(f'<p>{escape(s)}</p>' for s in more)}",
            ),
            Section(
                "times",
                "Reaction times",
                f"{TIMES}{_charts(results)}<h3>Search slopes</h3>{slope_table(results.slopes, SLOPES_OF)}",
            ),
            Section("tests", "Tests and agreement", _tests(results)),
        ],
        methods=general_methods(_methods(results), request, [PUBLISHED]),
        made={
            "Experiments": ", ".join(results.conditions),
            "Unsolved searches": f"counted by the rule {results.rule!r}",
            "Seed, resamples": f"{request['seed']}, {request['resamples']}",
        },
        manifest=manifest,
        exploration=examples(
            results, ["experiment", "condition"], displays_of_run(results) if dataset is None else dataset.trials
        ),
    )


INDEX = (
    "<p>The index is (hard − easy) / (hard + easy) of two search slopes, each clipped at 0; hard and easy for "
    "people, or the second and the first condition of a new experiment. +1: the model finds hard what people find "
    "hard, and the other costs nothing; 0: no asymmetry; −1: the opposite. Intervals are 95&nbsp;% over displays. "
    "The line marks people.</p>"
)
NO_WIDTH = (
    "<p>An interval without width says that every display (or every person) gave the same value, so that the resamples "
    "have nothing to differ in. It does not say that the value is known exactly.</p>"
)
TIMES = (
    "<p>Mean reaction time by the number of items shown, one panel per experiment: the model with ±1 standard error, "
    "people dashed where they are known. A saccade counts 252.359 ms.</p>"
)


# ---------------------------------------------------------------- inside


def _indices(results: AsymmetryResults) -> str:
    several = len(results.models) > 1
    lines = []
    for row in results.indices.to_dict("records"):
        name, low, high = row["experiment"], row["low"], row["high"]
        cells = [
            Cell(f"<strong>{escape(name)}</strong>", name) if name == MEAN else text_cell(name),
            text_cell(row["model"]),
            number_cell(row["index"], 2, sign=True),
            interval_cell(low, high, 2, sign=True),
            Cell(interval_mark(low, row["index"], high, (-1.0, 1.0), people=row["human"], zero=0.0)),
            number_cell(row["human"], 2, sign=True),
            number_cell(row["published_eccnet"], 2, sign=True),
        ]
        if several:
            cells.append(number_cell(row["minus_first"], 2, sign=True))
            cells.append(interval_cell(row["minus_first_low"], row["minus_first_high"], 2, sign=True))
        lines.append(("", cells))
    heads = ["experiment", "model", "index", "95&nbsp;% interval", "·−1 to +1", "people", "eccNET, published"]
    heads += ["change", "of the change"] if several else []
    return table(heads, lines, "Asymmetry index of every model and experiment")


def time_charts(cells: pd.DataFrame, model: str, by: list[str], line: str) -> str:
    """Reaction times of a model by set size: a figure for each of `by`, in it a line for each of `line`."""
    figures = []
    for (first, *more), part in cells[cells["model"] == model].groupby(by, sort=False):
        title = first + "".join(f" ({name})" for name in more)
        figures.append(_time_chart(title, model, dict(list(part.groupby(line, sort=False)))))
    return f'<div class="figures">{"".join(figures)}</div>'


def _time_chart(title: str, model: str, lines: Mapping[str, pd.DataFrame]) -> str:
    """A figure of reaction times by set size: a line per name, from cells with rt, low, high, and people's beside."""
    series = []
    for number, (name, rows) in enumerate(lines.items()):
        rows = rows.sort_values("set_size")
        for whose, whose_words in (("rt", ""), ("human", ", people")):
            if rows[whose].notna().any():
                ends = ("low", "high") if whose == "rt" else ("human_low", "human_high")
                low, high = (rows[end].tolist() if end in rows else None for end in ends)
                sizes, times = rows["set_size"].tolist(), rows[whose].tolist()
                series.append(
                    Series(
                        f"{words(name)}{whose_words}", sizes, times, low, high, number=number, dashed=bool(whose_words)
                    )
                )
    label = f"{title}: reaction time of {model} and of people by the number of items"
    chart = line_chart(series, label=label, x="items shown", y="reaction time (ms)")
    return f"<figure><h3>{escape(title)}</h3>{chart}</figure>"


def slope_table(slopes: pd.DataFrame, of: Sequence[str], more: Mapping[str, tuple[str, int]] | None = None) -> str:
    """Search slopes with their intervals, people's where any are known.

    Parameters
    ----------
    slopes : pandas.DataFrame
        slope, low, high, human (ms per item), and the columns that are named.
    of : sequence of str
        Columns of text that say what a slope is of.
    more : mapping of heading to column and decimals, optional
        Further columns of numbers.
    """
    people, more = bool(slopes["human"].notna().any()), more or {}
    domain = domain_of([0.0, *slopes["low"], *slopes["high"], *slopes["human"]])
    lines = []
    for row in slopes.to_dict("records"):
        mark = interval_mark(row["low"], row["slope"], row["high"], domain, people=row["human"], zero=0.0)
        cells = [text_cell(words(row[name]) if name == "condition" else row[name]) for name in of]
        cells += [number_cell(row["slope"], 1), interval_cell(row["low"], row["high"], 1), Cell(mark)]
        cells += [number_cell(row["human"], 1)] if people else []
        lines.append(("", [*cells, *(number_cell(row[name], places) for name, places in more.values())]))
    heads = [*of, "slope (ms per item)", "95&nbsp;% interval", "·", *(["people"] if people else []), *more]
    return table(heads, lines, "Search slopes of every model and condition")


def examples(results: AsymmetryResults | SearchExperiment, by: list[str], trials: Sequence[Trial]) -> Exploration:
    """Some searches of each cell, which `by` tells apart, for the explorer; on no picture without the displays."""
    names = set(results.trials.groupby(["model", *by, "set_size"], sort=False).head(EXAMPLES)["trial"])
    paths = results.scanpaths().filter(trial=list(names))
    return Exploration(paths, [t for t in trials or bare_trials(paths) if t.id in names])


def words(name: str) -> str:
    """The name of a condition or column as words."""
    return name.replace("_", " ")


def _charts(results: AsymmetryResults) -> str:
    cells = results.cells.assign(low=results.cells["rt"] - results.cells["sem"])
    cells["high"] = cells["rt"] + cells["sem"]
    return time_charts(cells, results.models[0], ["experiment"], "condition")


def _tests(results: AsymmetryResults) -> str:
    parts = [
        "<p>The nested F test asks whether the two conditions differ in slope or intercept; the mixed model, with a "
        "random intercept for the target’s place, asks for the slope alone.</p>",
        plain_table(results.tests.rename(columns=words), "Tests of every model and experiment"),
    ]
    if len(results.agreement):
        parts += [
            "<h3>Agreement with people</h3>",
            plain_table(results.agreement.rename(columns=words), "Agreement with people"),
        ]
    return "".join(parts)


def _methods(results: AsymmetryResults) -> list[str]:
    request = results.manifest["request"]
    return [
        f"Displays. {results.manifest['trials']:,} search displays of {amount(len(results.conditions), 'experiment')} "
        f"({', '.join(results.conditions)}) were made with seed {request['seed']} and searched once by each model.",
        "Measures. A search of n saccades counts 252.359 n + 376.271 ms (the published map of saccades to reaction "
        f"times). Unsolved searches were counted by the rule {results.rule!r}. Slopes are unweighted least squares "
        "through the mean reaction time of each set size; the asymmetry index is (hard - easy) / (hard + easy) of "
        "the two slopes, each clipped at 0.",
        "Statistics. Intervals are 95 % percentile intervals of a bootstrap over displays within condition and set "
        f"size ({request['resamples']} resamples, shared by all rows, so that changes made by a control are paired).",
    ]


def displays_of_run(results: AsymmetryResults) -> list[Trial]:
    """The displays of the run made again, if they are the published ones; none if others come out."""
    request, per_size = results.manifest["request"], None
    counts = results.cells["displays"].unique()
    for per_size in (None, int(np.max(counts))):
        try:
            trials = choose_displays(request["experiments"], None, per_size, request["seed"])
        except GazekitError:  # displays of somebody's own
            return []
        if len(trials) == results.manifest["trials"] and fingerprint(trials) == request["displays"]:
            return trials
    return []
