"""The page of a run of object search: scores, how gaze approaches the target, and paths over the objects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.core.trials import Dataset
from gazekit.evaluation.chance import CONTROL, MODEL, NULL, best_of, roles_of
from gazekit.experiments.shelf_search.measures import HIGHER
from gazekit.experiments.shelf_search.paths import OTHER, SAME_CELL, People
from gazekit.experiments.shelf_search.results import ShelfResults
from gazekit.foundations.errors import amount
from gazekit.report.charts import line_chart, series_of
from gazekit.report.content import Content, Exploration, Section
from gazekit.report.methods import general_methods
from gazekit.report.sentences import best_are
from gazekit.report.tables import ScoreTables, overview, panels, plain_table

READING = (
    "<p>Means with the 95&nbsp;% interval of a bootstrap over layouts. <em>human</em> is every person’s path against "
    "other people’s on the same trial; <em>human, other layout</em> is chance; <em>human, same target cell</em> is "
    "how far the target’s place alone carries. <em>line</em> and <em>target-repeated</em> are told where the target "
    "is and do not search: a Sequence Score that is not above theirs shows nothing about search.</p>"
)
SIMULATED = "The searchers are simulated: these numbers show the toolkit and say nothing about people."
ABSENT = "The data set was not at hand: there are no people’s scanpaths here."
CONTROLS = ("line", "target-repeated")  # told where the target is, they do not search


def shelf_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a shelf-search run says; without its data set there are no people's paths and no objects."""
    results = ShelfResults.load(run)
    request = manifest["request"]
    name = str(request["data"]["name"])
    tables, card = score_tables(results, name), None if dataset is None else dataset.card
    simulated = card is not None and bool(card.simulated)
    who = "simulated searchers" if simulated else "people"
    mean, high = results.delta_floor
    scores = (
        f"{READING}{overview(tables)}<p class='quiet'>Delta of people on half of the layouts from people on the other "
        f"half: mean {mean:.3f}, 95th percentile {high:.3f}; models below that are not told apart by it.</p>"
        f"<h3>One measure at a time</h3>{panels(tables)}"
    )
    approach = [
        f"<figure>{_approach(results.approach, alignment, title)}</figure>"
        for alignment, title in (("start", "fixation"), ("target", "fixation before the target is reached"))
    ]
    return Content(
        title=card.title if card is not None else f"Object search: {name}",
        kicker="gazekit report: object search",
        facts=[
            f"{manifest['trials']:,} trials",
            f"{manifest['scanpaths']:,} scanpaths of {who}",
            amount(len(request["models"]), "model", "models and controls"),
        ],
        sentence=_sentence(results, name, who),
        sections=[
            Section("scores", "Scores", scores),
            Section(
                "approach",
                "Approach to the target",
                "<p>Mean distance of gaze from the target, in cells, with 95&nbsp;% intervals.</p>"
                f'<div class="figures">{"".join(approach)}</div><details><summary>As a table</summary>'
                f"{plain_table(results.approach, 'Distance to the target by fixation')}</details>",
            ),
        ],
        methods=general_methods(_methods(results, name), request, [] if card is None or simulated else [card.citation]),
        made={
            "Left out": "; ".join(f"{n} x {why}" for why, n in manifest["left_out"].items()) or "nothing",
            "A fixation between objects": str(request["rule"]),
            "Samples, seed, resamples": f"{request['n_samples']}, {request['seed']}, {request['resamples']}",
        },
        manifest=manifest,
        notices=[SIMULATED] if simulated else [ABSENT] if dataset is None else [],
        exploration=_exploration(results, dataset, request["rule"]),
    )


# ---------------------------------------------------------------- inside


def score_tables(results: ShelfResults, name: str) -> ScoreTables:
    """The run's tables with the columns of an evaluation's."""
    summary = results.summary.rename(columns={"measure": "metric"}).assign(dataset=name)
    differences = results.differences.rename(columns={"measure": "metric", "model": "model_a", "against": "model_b"})
    stimuli = results.summary["stimuli"].max()
    measures = {str(m): HIGHER.get(str(m)) for m in summary["metric"].unique()} | {"delta": False}
    return ScoreTables(
        summary,
        differences.assign(dataset=name, stimuli=stimuli),
        better=measures,
        roles={OTHER: NULL, SAME_CELL: CONTROL},
    )


def _asked(results: ShelfResults) -> list[str]:
    """What was asked to search: models, and nulls among them."""
    return [m for m in results.models if m not in (HUMAN, SAME_CELL, OTHER, *CONTROLS)]


def _sentence(results: ShelfResults, name: str, who: str) -> str:
    asked = _asked(results)
    roles = roles_of(asked, {})
    models = [m for m in asked if roles[m] == MODEL]
    table = results.summary
    likely = table[(table["measure"] == "nll") & table["model"].isin(asked)]
    text = f"On {name}, {results.manifest['trials']} trials: "
    people, chance, line = (results.value(row, "sequence_score") for row in (HUMAN, OTHER, "line"))
    if models:
        score = {m: results.value(m, "sequence_score") for m in models}
        equal = best_of(pd.Series(score), more=True)
        text += f"by Sequence Score {best_are(equal)} with {score[equal[0]]:.3f} ({who} {people:.3f}, "
    else:
        text += f"no model beside nulls and controls ({who} have a Sequence Score of {people:.3f}, "
    text += f"another layout {chance:.3f}, a straight line to the target {line:.3f})"
    if len(likely):
        row = likely.sort_values("value").iloc[0]
        blind = " (a null)" if roles[row["model"]] == NULL else ""
        text += f"; paths of {who} are likeliest under {row['model']}{blind}, {row['value']:.3f} nats per step"
    return text + "."


def _approach(approach: pd.DataFrame, alignment: str, x: str) -> str:
    series = series_of(approach[approach["alignment"] == alignment], "fixation", "distance")
    label = f"Distance of gaze from the target by {x}"
    return line_chart(series, label=label, x=x, y="distance (cells)")


def _methods(results: ShelfResults, name: str) -> list[str]:
    request = results.manifest["request"]
    return [
        f"Data. {results.manifest['scanpaths']:,} scanpaths of people on {results.manifest['trials']} trials of "
        f"{name}, written as sequences of objects; a fixation between objects was taken as: {request['rule']}.",
        f"Predictions. Each model drew {request['n_samples']} scanpaths per trial (one if it is deterministic; seed "
        f"{request['seed']}).",
        "Measures. Sequence Score is the longest common subsequence of objects over the longer length; SSx leaves "
        "out fixations on the target; edit distance is of objects at unit cost; MultiMatch is the mean of vector, "
        "direction, length and position between centres of objects; NLL is the negative log-likelihood of people’s "
        "paths per step, the end included; Delta is the mean relative gap of five behavioural features from people’s.",
        "Statistics. Intervals are 95 % percentile intervals of a bootstrap over layouts "
        f"({request['resamples']} resamples, shared by all rows, so that differences are paired).",
    ]


def _exploration(results: ShelfResults, dataset: Dataset | None, rule: str) -> Exploration | None:
    paths, asked = results.scanpaths(), _asked(results)
    favourite = max(asked, key=lambda m: results.value(m, "sequence_score")) if asked else None
    people = None if dataset is None else People.of(dataset, rule).paths
    return Exploration.of(paths, dataset, people, favourite=favourite)
