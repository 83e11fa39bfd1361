"""The page of an evaluation: scores, scanpaths, and search curves where there are targets.

That of a caption experiment is this page with plausibility by length and the writers' tables.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import interval, resample, resampled_means
from gazekit.evaluation.chance import compared, models_of, notes_of
from gazekit.evaluation.lengths import OWN
from gazekit.evaluation.lengths import TABLE as PATH_LENGTHS
from gazekit.evaluation.preparation import prepare_humans
from gazekit.evaluation.results import Results
from gazekit.experiments.captions.observations import image_by_image
from gazekit.foundations.errors import amount
from gazekit.metrics.behaviour.search import cumulative_performance, limits_of, steps_to_target
from gazekit.metrics.outputs import higher_is_better
from gazekit.report.any_tables import more_tables, read_csv
from gazekit.report.charts import line_chart, series_of
from gazekit.report.content import Content, Exploration, Section
from gazekit.report.methods import evaluation_methods
from gazekit.report.sentences import left_out, summary_sentence
from gazekit.report.tables import Cell, ScoreTables, breakable, number, overview, panels, plain_table, table

READING = (
    "<p>Means over stimuli, with 95&nbsp;% intervals over stimuli and people. The ceiling is each person’s path "
    "against all other people’s of the same trial. Every source is asked for the same path lengths, unless a row says "
    "“own lengths”. Nulls do not see the image; chance, underlined, is the best null of a metric. Controls should "
    "fail: (!) marks a metric on which one reaches chance or people. The best model of each metric is in bold.</p>"
)
HOW = (
    '<p class="quiet">“Share of ceiling” is score / ceiling (ceiling / score for a distance); “above chance” puts '
    "chance at 0&nbsp;% and the ceiling at 100&nbsp;%. “Undefined” counts pairs for which the metric has no value; "
    "they are left out. Differences are paired, over the stimuli where both are defined; in bold are those whose "
    "interval for all differences of the metric together (max-t) leaves out 0. Press a heading to sort.</p>"
)
LENGTHS = (
    "<p>Fixations per path. “Cut” is the share of a model’s own paths that were longer than asked for, “shorter” that "
    "of paths that ended before, because the model stopped or the target was found.</p>"
)
ABSENT = (
    "The data set was not at hand when this page was made: there are no images and no people’s scanpaths. "
    "gazekit report RUN --root DIR adds them."
)
OTHER_DATA = (
    "The data set that was read for the scanpaths and images of this page is not the one that was scored: its hash "
    "differs. The scores are those of the run."
)
SIMULATED = "The observers are simulated: these numbers show the toolkit and say nothing about people."
FOUND = "target_found"
LONGEST = 20  # fixations of a search curve
ONLY_PEOPLE = (
    "<p class='quiet'>Models are not shown: people had limits of their own (<code>saccades_allowed</code>) in trials "
    "that have no <code>max_fixations</code>, so that models were asked for lengths of people with any of these "
    "limits. Give the trials theirs, and models go on up to it.</p>"
)


def evaluation_content(
    run: Path, manifest: Mapping[str, Any], dataset: Dataset | None, results: Results | None = None
) -> Content:
    """What the page of an evaluation says; without its data set the page has no images and no people's paths."""
    results = results or Results.load(run)
    predictions = Scanpaths.load(run / "predictions.parquet")
    if dataset is not None and not set(predictions.table["trial"]) & {t.id for t in dataset.trials}:
        dataset = None  # read in another way than the run's
    about = manifest["data"]
    tables = ScoreTables(results.summary, results.differences, results.shares)
    sections = [
        Section(
            "scores",
            "Scores",
            f"{READING}{overview(tables)}<h3>One metric at a time</h3>{HOW}{panels(tables, results.headline)}",
        )
    ]
    if (run / PATH_LENGTHS).is_file():
        sections.append(
            Section("path-lengths", "Path lengths", LENGTHS + plain_table(read_csv(run / PATH_LENGTHS), ""))
        )
    people = None if dataset is None else prepare_humans(dataset).paths
    if dataset is not None and people is not None:
        sections += search_sections(people, predictions, dataset, _null(results, FOUND))
    headline = _headline(results)
    notices = [SIMULATED] if about.get("simulated") else []
    notices += [f"{name}: {said}." for name, said in notes_of(results.sources).items()]
    if dataset is None:
        notices.append(ABSENT)
    elif dataset.fingerprint() != manifest["request"]["data"]["sha256"]:
        notices.append(OTHER_DATA)
    title = dataset.card.title if dataset is not None and dataset.card is not None else ""
    return Content(
        title=title or str(about["name"]),
        kicker="gazekit report: models of gaze beside people",
        facts=[
            amount(about["stimuli"], "stimulus", "stimuli"),
            amount(about["subjects"], *(["simulated observer"] if about.get("simulated") else ["person", "people"])),
            amount(about["scanpaths"], "scanpath"),
            amount(len(models_of(results.roles)), "model"),
        ],
        sentence=summary_sentence(results),
        sections=sections,
        methods=evaluation_methods(manifest, title),
        made=_made(manifest),
        manifest=manifest,
        notices=notices,
        exploration=Exploration.of(
            predictions,
            dataset,
            people,
            scores=results.scores,
            options=manifest["request"]["metrics"],
            headline=headline,
            favourite=None if headline is None else headline[0],
        ),
    )


def search_sections(
    people: Scanpaths, predictions: Scanpaths, dataset: Dataset, chance: str | None = None
) -> list[Section]:
    """Share of searches that found the target, by fixation; nothing where trials have no target box.

    Of rows that are compared on finding: matched lengths end a search where others were done. Of people alone where
    they had limits that their trials have not, since models then have no others.
    """
    boxes = dataset.target_boxes()
    if not boxes or people.facts.unit != "px":
        return []
    longest = int(min(LONGEST, max(np.percentile(people.lengths, 95), 3)))
    limitless = people.table["trial"].isin([trial.id for trial in dataset.trials if trial.max_fixations is None])
    only_people = bool((np.isfinite(limits_of(people, dataset.trials)) & limitless.to_numpy()).any())
    models = [] if only_people else compared(list(dict.fromkeys(predictions.table["source"])), FOUND)
    rows = [(HUMAN, people), *((m, predictions.filter(source=m)) for m in models)]
    found = []
    for name, paths in rows:
        curve = search_curve(paths, dataset, longest)
        if len(curve):
            found.append(curve.assign(model=name))
    if not found:
        return []
    chance = next((model for model in models if model in (chance, f"{chance}{OWN}")), None)
    series = series_of(pd.concat(found), "fixation", "share", chance=chance)
    label = "Share of searches in which the target has been fixated, by fixation"
    chart = line_chart(series, label=label, x="fixation", y="target found (share)")
    text = (
        f"<p>Share of scanpaths that have fixated the target’s box by each fixation; bands are ±1.96 standard errors "
        f"over scanpaths, of those that were allowed so many fixations. A path that ended without the target counts as "
        f"not found.</p><figure>{chart}</figure>{ONLY_PEOPLE if only_people else ''}"
    )
    limits = pd.concat([found_by_limit(people, paths, dataset).assign(source=name) for name, paths in rows])
    if len(limits["limit"].unique()) > 1:
        text += (
            "<p>Share found by the limit, for each limit that people had apart, since shares with different limits are "
            "not comparable: people’s searches that had it, and paths of the others on the same trials, up to it. "
            "95&nbsp;% intervals over stimuli.</p>"
        ) + _by_limit(limits)
    return [Section("search", "Search", text)]


def found_by_limit(people: Scanpaths, paths: Scanpaths, dataset: Dataset) -> pd.DataFrame:
    """Share of paths that have found the target, for each number of fixations that people were allowed.

    Of people those who had the limit; of others the paths on the trials of these people, up to the limit.

    Columns limit, paths, share (mean over stimuli), low, high (95 % interval over stimuli; NaN of one).
    """
    theirs, ours = limits_of(people, dataset.trials), limits_of(paths, dataset.trials)
    steps, rows = steps_to_target(paths, dataset.target_boxes()), []
    for limit in np.unique(theirs[np.isfinite(theirs)]):
        trials = people.table["trial"][theirs == limit]
        chosen = ours == limit if paths is people else paths.table["trial"].isin(trials).to_numpy() & (ours >= limit)
        if not chosen.any():
            continue
        found = pd.Series(steps[chosen] <= limit)
        shares = found.groupby(paths.table["stimulus"][chosen].to_numpy()).mean().to_numpy(float)
        several = len(shares) > 1
        low, high = interval(resampled_means(shares, resample(len(shares)))) if several else (math.nan, math.nan)
        rows.append((int(limit), int(chosen.sum()), shares.mean(), low, high))
    return pd.DataFrame(rows, columns=["limit", "paths", "share", "low", "high"])


def _by_limit(limits: pd.DataFrame) -> str:
    """A row per source, a column per limit."""
    heads, shown = ["Source"], sorted(limits["limit"].unique())
    for limit in shown:
        of_people = limits[(limits["limit"] == limit) & (limits["source"] == HUMAN)]["paths"]
        heads.append(f"{amount(limit, 'fixation')}<br>{amount(int(of_people.sum()), 'search', 'searches')}")
    lines = []
    for name, of in limits.groupby("source", sort=False):
        cells = [Cell(breakable(name), name)]
        for limit in shown:
            row = of[of["limit"] == limit]
            if row.empty:
                cells.append(Cell(number(math.nan)))
                continue
            share, low, high = row[["share", "low", "high"]].iloc[0]
            cells.append(Cell(f"{number(share, 2)}<small>{number(low, 2)}, {number(high, 2)}</small>", share))
        lines.append(("", cells))
    return table(heads, lines, "Share of searches that found the target, by limit")


def search_curve(paths: Scanpaths, dataset: Dataset, longest: int) -> pd.DataFrame:
    """Share of paths that have found the target by each fixation, only over those that were allowed so many.

    Columns fixation, share, low, high.
    """
    steps, limit = steps_to_target(paths, dataset.target_boxes()), limits_of(paths, dataset.trials)
    rows = []
    for fixation in range(longest + 1):
        curve = cumulative_performance(steps[limit >= fixation], fixation)
        if curve.trials:
            share, reach = float(curve.share[-1]), 1.96 * float(curve.sem[-1])
            rows.append((fixation, share, max(share - reach, 0.0), min(share + reach, 1.0)))
    return pd.DataFrame(rows, columns=["fixation", "share", "low", "high"])


def captions_content(run: Path, manifest: Mapping[str, Any], dataset: Dataset | None) -> Content:
    """What the page of a caption experiment says."""
    if dataset is not None and any(t.has("caption") for t in dataset.trials):
        dataset = image_by_image(dataset).images  # the run has a trial per image, the data set one per caption
    content = evaluation_content(run, manifest, dataset)
    about = manifest["captions"]
    sections = list(content.sections)
    if (run / "lengths.csv").is_file():
        null = _null(Results.load(run), "plausibility")
        sections.append(Section("lengths", "Plausibility by length", _lengths(read_csv(run / "lengths.csv"), null)))
    tables = more_tables(run, without=("lengths.csv",))
    if tables:
        sections.append(Section("tables", "More tables", tables))
    made = {
        "Observations": str(about.get("observations", "")),
        "Compared with": str(about.get("compared_with", "")),
        "Captions cut to the encoder's length": str(about.get("cut_captions", "")),
        "Notes": " ".join(about.get("notes", ())) or "none",
        **content.made,
    }
    kicker = "gazekit report: captions and gaze"
    return replace(content, kicker=kicker, sections=sections, made=made)


# ---------------------------------------------------------------- inside


def _headline(results: Results) -> tuple[str, str, bool] | None:
    """The best model by the headline metric, to order stimuli by how well it does."""
    metric = results.headline
    best, more = results.best(str(results.summary["dataset"].iloc[0]), metric), higher_is_better(metric)
    return None if best is None or more is None else (best, metric, more)


def _made(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    about, request = manifest["data"], manifest["request"]
    who = "simulated observers" if about.get("simulated") else "people"
    return {
        "Data": f"{about['trials']} trials, {about['fixations']} fixations of {who}",
        "Left out by the loader": "; ".join(f"{n} x {why}" for why, n in about["dropped_by_loader"].items())
        or "nothing",
        "Before scoring": " ".join(about["before_scoring"]) or "nothing was changed",
        "Licence of the data": about.get("licence", "not stated"),
        "Please cite": about.get("citation", "not stated"),
        "Metrics": "; ".join(_with_options(name, given) for name, given in request["metrics"].items()),
        "Not computed": "; ".join(left_out(manifest)) or "nothing",
        "Samples, seed, resamples": f"{request['n_samples']}, {request['seed']}, {request['resamples']}",
    }


def _with_options(name: str, given: Mapping[str, Any]) -> str:
    stated = {key: value for key, value in given.items() if value is not None and value == value}  # NaN: not stated
    options = ", ".join(f"{key}={value}" for key, value in stated.items())
    return f"{name} ({options})" if options else name


def _null(results: Results, metric: str) -> str | None:
    """The null that is chance on a measure, or on another where that was not computed."""
    dataset = str(results.summary["dataset"].iloc[0])
    return results.chance.get((dataset, metric), next(iter(results.chance.values()), None))


def _lengths(table: pd.DataFrame, chance: str | None) -> str:
    series = series_of(table, "length", "value", chance=chance)
    label = "Plausibility of every row by the length of the window"
    chart = line_chart(series, label=label, x="window (fixations)", y="similarity to the best person", y_from=None)
    return (
        "<p>Similarity to the person who comes nearest, window by window, with 95&nbsp;% intervals over images.</p>"
        f"<figure>{chart}</figure>"
    )
