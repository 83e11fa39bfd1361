"""Evaluate models on a data set: predict, score against people, and put ceiling, chance and intervals beside it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation import schedule
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.evaluation.chance import FINDING
from gazekit.evaluation.choice import Choice, MetricChoice, choose
from gazekit.evaluation.describing import about_data, inputs_of
from gazekit.evaluation.equal_sets import DRAWS
from gazekit.evaluation.estimates import OVERS, Over
from gazekit.evaluation.fitting_alone import fitted_anew
from gazekit.evaluation.folds import Folds, check_learners, fit_models, lacking, taken_as_given
from gazekit.evaluation.lengths import (
    TABLE,
    Asked,
    Lengths,
    check_lengths,
    length_donors,
    length_table,
    matched_lengths,
    search_limits,
)
from gazekit.evaluation.pieces import CLUSTERING
from gazekit.evaluation.preparation import checked, prepare_humans
from gazekit.evaluation.results import Results
from gazekit.evaluation.set_scoring import halvings
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError, check_whole
from gazekit.metrics.context import Context, contents_of
from gazekit.metrics.fixation_maps.reference import SIZES
from gazekit.models.capabilities import HasDensity
from gazekit.models.contract import ScanpathModel
from gazekit.models.identity import identity
from gazekit.models.specs import model_from_text
from gazekit.runs.folder import RunFolder
from gazekit.runs.parallel import Tally, check_workers

PIECE_STIMULI = 10  # small enough that little is lost by a stop, large enough that files stay few
NULLS = ("uniform", "centre:spread=fitted", "empirical", "other-image", "centre-point")  # added to every evaluation


def evaluate(
    dataset: Dataset,
    models: Sequence[str | ScanpathModel],
    metrics: MetricChoice,
    *,
    out: str | Path,
    n_samples: int = 5,
    seed: int = 0,
    max_fixations: int | None = None,
    lengths: Lengths = "matched",
    nulls: bool = True,
    folds: int | None = None,
    fold_by: str = "stimulus",
    tuned_on: Mapping[str, str] | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    resamples: int = RESAMPLES,
    intervals: Over = OVERS[0],
    progress: bool = True,
    command: str = "",
    label_maps: Mapping[str, np.ndarray] | None = None,
    notes: Mapping[str, Any] | None = None,
    kind: str = "evaluation",
    accept: Iterable[str] = (),
) -> Results:
    """Score every sample of every model against every human path of its trial, and models as sets and densities.

    Scores are averaged within a stimulus, then over stimuli; measures of the whole data set (divergences, search
    performance) are computed on all of it. Intervals allow for other stimuli and other people. People (each subject
    against all others), image-blind nulls (`uniform`, `centre` and `empirical`, fitted on the other stimuli, and
    `other-image`, a person's path from another image) and a control that never moves (`centre-point`) are scored by the
    same code. Chance is the best of the nulls.

    Parameters
    ----------
    dataset : Dataset
        Trials and human scanpaths.
    models : sequence of names or models
        Names as in `gazekit models`, with options as `name:option=value`. A model that learns is fitted on the data set
        if it never uses a stimulus's own paths to predict it, as the baselines; any other needs `folds`, or training on
        other stimuli before. `["human"]` gives the ceiling and chance alone.
    metrics : sequence of names, or mapping of name to parameters
        As in `gazekit metrics`. `["all"]` takes every metric that the data allow; the manifest says why not the rest.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    n_samples : int
        Scanpaths per trial and model.
    seed : int
        Seed of predictions and of all that is drawn.
    max_fixations : int, optional
        Longest predicted path.
    lengths : {"matched", "own"}
        "matched": every source is asked for the same numbers of fixations, drawn for each trial and sample from people
        on the other stimuli; a model that ends by itself gets a second row, with its own lengths, and so does every
        model where finding a target is measured in trials with a limit: it may then go on up to the limit, as people
        may. "own": each model's own; a part of a difference between two models may then be their lengths.
    nulls : bool
        Add the nulls and the control. Without any null nothing is said about chance.
    folds : int, optional
        Parts into which the data are dealt, at least 2. A model that learns is fitted as many times, each time without
        one part, and that part is predicted by this fit. The parts depend on `seed`.
    fold_by : {"stimulus", "subject", "layout", "target"}
        What is dealt into parts. By subject a fit is scored on the people that it has not seen, on all stimuli, and
        measures of sets of all people do not apply.
    tuned_on : mapping of model to str, optional
        Which of these stimuli a model's options were chosen on, in words; said wherever the model is shown.
    workers : int
        Processes. The tables do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler, tcp://host:port, whose workers do the work instead; see docs/howto/cluster.md. The
        tables do not depend on it.
    overwrite : bool
        Move a run of another request out of the way of `out`, to a name with the day; otherwise it is refused.
    resamples : int
        Random draws for intervals that hold for all differences of a measure together; intervals of measures of the
        whole data set rest on fewer random halves where this is below 288.
    intervals : {"stimuli and people", "stimuli"}
        What intervals allow for: other stimuli and other people, or other stimuli and the same people.
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.
    label_maps : mapping of stimulus to (height, width) array of whole numbers, optional
        Labels of the px of each image, for the measures of strings of labels.
    notes : mapping, optional
        More for the manifest that does not decide the result.
    kind : str
        What the manifest calls the run; an experiment that is an evaluation and more gives its own name.
    accept : iterable of str
        Checks of the data and of given predictions whose findings are known to be right; see `gazekit.check`. Findings
        are said on standard error and kept in the manifest; nonsense that is not accepted is refused.

    Returns
    -------
    Results

    Raises
    ------
    UnknownNameError, MissingNeedError, MismatchError, RunFolderError, DataError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    check_workers(workers, scheduler)
    check_lengths(lengths)
    check_whole("seed", seed)
    check_whole("resamples", resamples, 1)
    if intervals not in OVERS:
        raise GazekitError(f"intervals are over {' or over '.join(map(repr, OVERS))}, not {intervals!r}")
    loaded = load_models(models, nulls)
    humans = prepare_humans(dataset)
    scored = set(humans.paths.table["trial"])
    ready = replace(dataset, trials=tuple(t for t in dataset.trials if t.id in scored), scanpaths=humans.paths)
    maps = dict(label_maps or {})
    densities = any(isinstance(m, HasDensity) for m in loaded)
    context = Context(
        humans.paths,
        contents_of(ready.trials),
        ready.trials,
        label_maps=maps,
        models_have_densities=densities,
        first_dropped=bool(dataset.scanpaths.facts.forced_first),
    )
    if folds is None and fold_by != "stimulus":
        raise GazekitError("fold_by says how folds are made; give folds, their number, as well")
    dealt = None if folds is None else Folds.of(ready, folds, fold_by, seed=seed)
    check_learners(loaded, ready, dealt)
    choice = choose(metrics, context, lacking) if fold_by == "subject" else choose(metrics, context)
    for model in loaded:
        model.check_needs(ready.trials)
    findings = checked(dataset, loaded, accept)
    about = {"data": about_data(dataset, humans), "not_applicable": dict(choice.not_applicable), **(notes or {})}
    if choice.densities:
        about["without_density"] = [m.name for m in loaded if not isinstance(m, HasDensity)]
    about["checks"] = {each.name: each.to_dict() for each in findings}
    predicting = {"n_samples": n_samples, "seed": seed, "max_fixations": max_fixations}
    if dealt is not None:
        about["folds"] = dealt.about()
    about["sources"] = _sources(loaded, dealt, tuned_on or {})
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "models": [identity(m, learned=not _is_fitted(m, dealt)) for m in loaded],
            **({} if dealt is None else {"folds": dealt.request()}),
            "metrics": choice.parameters(),
            **predicting,
            "lengths": lengths,
            "resamples": resamples,
            "intervals": intervals,
            "piece_stimuli": PIECE_STIMULI,
            **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
            **_describe_resources(choice, maps, resamples),
        },
        kind=kind,
        command=command or f"gazekit.evaluate({dataset.name!r}, ...)",
        about=about,
        inputs=inputs_of(ready.trials, {need for model in loaded for need in model.needs}),
        overwrite=overwrite,
    ) as run:
        if run.complete:
            return Results.load(run.path)
        tally = Tally()
        do = partial(run.do, workers=workers, scheduler=scheduler, progress=progress, tally=tally)
        loaded = fit_models(loaded, ready, dealt, run, do, seed)
        parts = schedule.cut(ready, PIECE_STIMULI)
        threads = None if workers == 1 and scheduler is None else 1
        context = schedule.learn_from_people(run, do, parts, choice, replace(context, threads=threads), seed)
        asked = None
        if lengths == "matched":
            found = matched_lengths(ready, n_samples, seed=seed, max_fixations=max_fixations)
            finding = any(FINDING in measure.needs for measure in choice.measures)
            limits = search_limits(ready.trials, max_fixations) if finding else None
            asked = Asked(found, limits, length_donors(ready, n_samples, seed=seed))
        pieces = schedule.stimuli_pieces(run, parts, loaded, choice.by_piece, context, predicting, asked)
        shared = [*loaded, *([context.density] if context.density else [])]
        do(pieces, label=f"evaluate {dataset.name}", shared=shared)
        sets = schedule.set_pieces(run, pieces, choice.of_sets, context, ready.stimuli, seed=seed, resamples=resamples)
        do(sets, label=f"score sets of {dataset.name}", shared=[piece.work for piece in sets[:1]])
        scores, cells, of_sets = schedule.join_scores(pieces, sets, dataset.name, choice.outputs())
        results = Results(scores, run.manifest, seed, resamples, of_sets, cells, intervals)
        predictions = schedule.predictions_of(pieces)
        _write(results, predictions, run)
        run.write_table(
            length_table(humans.paths, predictions, None if asked is None else asked.lengths, dataset.name), TABLE
        )
        if context.clusters is not None:
            context.clusters.save(run.path / "clusters.json")
            run.manifest["clusters"] = dict(context.clusters.parameters)
        if context.density is not None:
            run.manifest["densities"] = context.density.about()
        # The work is that of this process: what an earlier one finished is not in it.
        run.finish(seconds=schedule.join_seconds(pieces), work=asdict(tally))
        return results


def _write(results: Results, predictions: Scanpaths, run: RunFolder) -> None:
    """Write the tables of a run.

    Raises
    ------
    DataError
        Nothing is defined.
    """
    if results.summary["value"].isna().all():
        run.refuse(
            DataError(
                f"no score is defined, so nothing was written to {run.path}: every path is too short for the metrics "
                f"asked for ({', '.join(results.summary['metric'].unique())}), or nothing of a trial can be compared"
            )
        )
    if len(results.sets):
        run.write_table(results.sets, "sets.parquet")
    run.write_table(results.scores, "scores.parquet")
    run.write_table(results.cells, "cells.parquet")
    predictions.save(run.path / "predictions.parquet")
    for name in ("summary", "differences", "shares"):
        run.write_table(getattr(results, name), f"{name}.csv")


def load_models(models: Sequence[str | ScanpathModel], nulls: bool) -> list[ScanpathModel]:
    """The models asked for, then the nulls and the control that are not among them."""
    if not models:
        raise GazekitError("no model was given; see `gazekit models`")
    # People are always scored: "human" alone asks for the ceiling and chance.
    loaded = [model_from_text(m) if isinstance(m, str) else m for m in models if m != HUMAN]
    names = [m.name for m in loaded]
    twice = {n for n in names if names.count(n) > 1}
    if twice or HUMAN in names:
        raise GazekitError(f"model names must differ from each other and from {HUMAN!r}: {', '.join(names)}")
    return [*loaded, *(model_from_text(spec) for spec in NULLS if nulls and spec not in names)]


def _is_fitted(model: ScanpathModel, folds: Folds | None) -> bool:
    """Whether the run fits the model, so that what it learned before does not count."""
    return fitted_anew(model) or (folds is not None and folds.applies_to(model))


def _sources(
    loaded: Sequence[ScanpathModel], folds: Folds | None, tuned_on: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """What tables say of each model beside its numbers."""
    facts: dict[str, dict[str, Any]] = {
        m.name: {"role": m.role, "stops": m.stops, "told_target": m.told_target} for m in loaded
    }
    for model in loaded:
        if taken_as_given(model, folds):
            facts[model.name]["fit_as_given"] = True
    for name, where in tuned_on.items():
        if name not in facts:
            raise UnknownNameError("model of this run, said to be tuned,", name, facts)
        facts[name]["tuned_on"] = where
    return facts


def _describe_resources(choice: Choice, maps: Mapping[str, np.ndarray], resamples: int) -> dict[str, Any]:
    """What decides the result besides data, models and options; nothing where it is not used."""
    found: dict[str, Any] = {}
    if choice.of_sets:
        found["sets"] = {"draws": DRAWS, "halvings": halvings(resamples)}
    if choice.densities:
        found["densities"] = dict(SIZES)
    if choice.needs_clusters:
        found["clusters"] = {"algorithm": "mean shift", **CLUSTERING}
    if maps:
        digest = hashlib.sha256()
        for stimulus in sorted(maps):
            table = np.asarray(maps[stimulus], dtype="<i8")
            digest.update(f"{stimulus}{table.shape}".encode() + table.tobytes())
        found["label_maps"] = {"sha256": digest.hexdigest()}
    return found
