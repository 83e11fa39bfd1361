"""The page of a search-asymmetry run: indices, reaction times by set size, slopes, and searches to look at."""

from html import escape
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.experiments.asymmetry.displays import choose_displays, fingerprint
from gazekit.experiments.asymmetry.results import AsymmetryResults
from gazekit.experiments.asymmetry.tables import MEAN
from gazekit.foundations.errors import GazekitError
from gazekit.report.charts import Series, domain_of, interval_mark, line_chart
from gazekit.report.content import Content, Section
from gazekit.report.exploring import Exploration, bare_trials
from gazekit.report.methods import general_methods
from gazekit.report.tables import Cell, number, plain_table, table

EXAMPLES = 3  # displays of each condition and set size in the explorer: all of them would be too small to see
PUBLISHED = (
    "Gupta, Zhang, Wu, Wolfe and Kreiman (2021), Visual search asymmetry: deep nets and humans share similar inherent "
    "biases, NeurIPS."
)


def asymmetry_content(run: Path, dataset: Dataset | None) -> Content:
    """What the page of a search-asymmetry run says; published displays are made again, others come from `dataset`."""
    results = AsymmetryResults.load(run)
    request = results.manifest["request"]
    count, network = len(results.conditions), "network" in request["models"][0]
    more = results.sentences[2 if network else 1 :]
    return Content(
        title=f"Search asymmetry: {results.models[0]}",
        kicker="gazekit report: search asymmetry",
        facts=[f"{count} experiments", f"{results.manifest['trials']:,} displays", f"{len(results.models)} rows"],
        sentence=" ".join(results.sentences[:2] if network else results.sentences[:1]),
        sections=[
            Section(
                "indices", "Asymmetry", f"{INDEX}{_indices(results)}{''.join(f'<p>{escape(s)}</p>' for s in more)}"
            ),
            Section("times", "Reaction times", f"{TIMES}{_charts(results)}<h3>Search slopes</h3>{_slopes(results)}"),
            Section("tests", "Tests and agreement", _tests(results)),
        ],
        methods=general_methods(_methods(results), request, [PUBLISHED]),
        made={
            "Experiments": ", ".join(results.conditions),
            "Unsolved searches": f"counted by the rule {results.rule!r}",
            "Seed, resamples": f"{request['seed']}, {request['resamples']}",
        },
        manifest=results.manifest,
        exploration=_exploration(results, dataset),
    )


INDEX = (
    "<p>The index is (hard − easy) / (hard + easy) of two search slopes, each clipped at 0; hard and easy for "
    "people, or the second and the first condition of a new experiment. +1: the model finds hard what people find "
    "hard, and the other costs nothing; 0: no asymmetry; −1: the opposite. Intervals are 95&nbsp;% over displays. "
    "The line marks people.</p>"
)
TIMES = (
    "<p>Mean reaction time by the number of items shown, one panel per experiment: the model with ±1 standard error, "
    "people dashed where they are known. A saccade counts 252.359 ms.</p>"
)


# ---------------------------------------------------------------- inside


def _indices(results: AsymmetryResults) -> str:
    indices, several = results.indices, len(results.models) > 1
    lines = []
    for _, row in indices.iterrows():
        cells = [
            Cell(
                f"<strong>{escape(row['experiment'])}</strong>"
                if row["experiment"] == MEAN
                else escape(row["experiment"]),
                row["experiment"],
            ),
            Cell(escape(row["model"]), row["model"]),
            Cell(number(row["index"], 2, sign=True), float(row["index"])),
            Cell(_between(row["low"], row["high"]), float(row["low"])),
            Cell(interval_mark(row["low"], row["index"], row["high"], (-1.0, 1.0), people=row["human"], zero=0.0)),
            Cell(number(row["human"], 2, sign=True), float(row["human"])),
            Cell(number(row["published_eccnet"], 2, sign=True), float(row["published_eccnet"])),
        ]
        if several:
            cells.append(Cell(number(row["minus_first"], 2, sign=True), float(row["minus_first"])))
            cells.append(Cell(_between(row["minus_first_low"], row["minus_first_high"]), float(row["minus_first_low"])))
        lines.append(("", cells))
    heads = ["experiment", "model", "index", "95&nbsp;% interval", "·−1 to +1", "people", "eccNET, published"]
    heads += ["change", "of the change"] if several else []
    return table(heads, lines, "Asymmetry index of every model and experiment")


def _charts(results: AsymmetryResults) -> str:
    first, cells = results.models[0], results.cells
    figures = []
    for experiment, conditions in results.conditions.items():
        series = []
        for k, condition in enumerate(conditions):
            part = cells[
                (cells["model"] == first) & (cells["experiment"] == experiment) & (cells["condition"] == condition)
            ].sort_values("set_size")
            sizes, name = part["set_size"].tolist(), condition.replace("_", " ")
            low, high = ((part["rt"] + sign * part["sem"]).tolist() for sign in (-1, 1))
            series.append(Series(name, sizes, part["rt"].tolist(), low, high, number=k))
            if part["human"].notna().any():
                series.append(Series(f"{name}, people", sizes, part["human"].tolist(), number=k, dashed=True))
        label = f"{experiment}: reaction time of {first} and of people by the number of items"
        chart = line_chart(series, label=label, x="items shown", y="reaction time (ms)")
        figures.append(f"<figure><h3>{escape(experiment)}</h3>{chart}</figure>")
    return f'<div class="figures">{"".join(figures)}</div>'


def _slopes(results: AsymmetryResults) -> str:
    slopes = results.slopes
    domain = domain_of([0.0, *slopes["low"], *slopes["high"], *slopes["human"]])
    lines = []
    for _, row in slopes.iterrows():
        cells = [
            Cell(escape(row["condition"].replace("_", " ")), row["condition"]),
            Cell(escape(row["experiment"]), row["experiment"]),
            Cell(escape(row["model"]), row["model"]),
            Cell(number(row["slope"], 1), float(row["slope"])),
            Cell(f"[{number(row['low'], 1)}, {number(row['high'], 1)}]", float(row["low"])),
            Cell(interval_mark(row["low"], row["slope"], row["high"], domain, people=row["human"], zero=0.0)),
            Cell(number(row["human"], 1), float(row["human"])),
        ]
        lines.append(("", cells))
    heads = ["condition", "experiment", "model", "slope (ms per item)", "95&nbsp;% interval", "·", "people"]
    return table(heads, lines, "Search slopes of every model and condition")


def _tests(results: AsymmetryResults) -> str:
    parts = [
        "<p>The nested F test asks whether the two conditions differ in slope or intercept; the mixed model, with a "
        "random intercept for the target’s place, asks for the slope alone.</p>",
        plain_table(results.tests, "Tests of every model and experiment"),
    ]
    if len(results.agreement):
        parts += ["<h3>Agreement with people</h3>", plain_table(results.agreement, "Agreement with people")]
    return "".join(parts)


def _methods(results: AsymmetryResults) -> list[str]:
    request = results.manifest["request"]
    return [
        f"Displays. {results.manifest['trials']:,} search displays of {len(results.conditions)} experiments "
        f"({', '.join(results.conditions)}) were made with seed {request['seed']} and searched once by each model.",
        "Measures. A search of n saccades counts 252.359 n + 376.271 ms (the published map of saccades to reaction "
        f"times). Unsolved searches were counted by the rule {results.rule!r}. Slopes are unweighted least squares "
        "through the mean reaction time of each set size; the asymmetry index is (hard - easy) / (hard + easy) of "
        "the two slopes, each clipped at 0.",
        "Statistics. Intervals are 95 % percentile intervals of a bootstrap over displays within condition and set "
        f"size ({request['resamples']} resamples, shared by all rows, so that changes made by a control are paired).",
    ]


def _exploration(results: AsymmetryResults, dataset: Dataset | None) -> Exploration:
    paths = results.scanpaths()
    trials = list(dataset.trials) if dataset is not None else _displays(results)
    kept = results.trials.groupby(["model", "experiment", "condition", "set_size"], sort=False).head(EXAMPLES)
    names = set(kept["trial"])
    paths = paths.filter(trial=list(names))
    return Exploration(paths, [t for t in trials or bare_trials(paths) if t.id in names])


def _displays(results: AsymmetryResults) -> list[Trial]:
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


def _between(low: float, high: float) -> str:
    return f"[{number(low, 2, sign=True)}, {number(high, 2, sign=True)}]" if not pd.isna(low) else "–"
