"""Evaluate models on a data set: predict, score against people, and put ceiling, chance and intervals beside it."""

import inspect
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.errors import DataError, GazekitError
from gazekit.experiments.bootstrap import RESAMPLES
from gazekit.experiments.parallel import run_pieces
from gazekit.experiments.preparation import PreparedHumans, prepare_humans, prepare_predictions
from gazekit.experiments.results import CHANCE, SCORE_COLUMNS, Results
from gazekit.experiments.runs import RunFolder, read_table, versions, write_table
from gazekit.experiments.scoring import score_by_stimulus, score_people
from gazekit.metrics import metrics as metric_registry
from gazekit.models.contract import ScanpathModel
from gazekit.models.specs import model_from_text
from gazekit.scanpath_columns import HUMAN
from gazekit.scanpaths import Scanpaths
from gazekit.trials import Dataset

PIECE_STIMULI = 10  # small enough that little is lost by a stop, large enough that files stay few
ALL = "all"
MetricChoice = Sequence[str] | Mapping[str, Mapping[str, Any]]


def evaluate(
    dataset: Dataset,
    models: Sequence[str | ScanpathModel],
    metrics: MetricChoice,
    *,
    out: str | Path,
    n_samples: int = 5,
    seed: int = 0,
    max_fixations: int | None = None,
    workers: int = 1,
    resamples: int = RESAMPLES,
    progress: bool = True,
    command: str = "",
    notes: Mapping[str, Any] | None = None,
) -> Results:
    """Score every sample of every model against every human path of its trial.

    Scores are averaged within a stimulus, then over stimuli. People (each subject against all others) and chance (a
    person's path from another image) are scored by the same code and are always part of the result.

    Parameters
    ----------
    dataset : Dataset
        Trials and human scanpaths.
    models : sequence of names or models
        Names as in `gazekit models`, with options as `name:option=value`. Models that learn are fitted on the data set;
        the baselines never use a stimulus's own paths to predict it.
    metrics : sequence of names, or mapping of name to parameters
        As in `gazekit metrics`. `["all"]` takes every metric that the data allow; the manifest says why not the rest.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    n_samples : int
        Scanpaths per trial and model.
    seed : int
        Seed of predictions and of the bootstrap.
    max_fixations : int, optional
        Longest predicted path.
    workers : int
        Processes. The tables do not depend on it.
    resamples : int
        Bootstrap resamples.
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.
    notes : mapping, optional
        More for the manifest that does not decide the result.

    Returns
    -------
    Results

    Raises
    ------
    UnknownNameError, MissingNeedError, MismatchError, RunFolderError, DataError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    loaded = _load_models(models)
    humans = prepare_humans(dataset)
    chosen, not_applicable = _choose_metrics(metrics, humans.paths)
    scored_trials = set(humans.paths.table["trial"])
    trials = [t for t in dataset.trials if t.id in scored_trials]
    for model in loaded:
        model.check_needs(trials)
    run = RunFolder(
        out,
        {
            "data": {"name": dataset.name, "sha256": dataset.fingerprint()},
            "models": [describe_model(m) for m in loaded],
            "metrics": {name: describe_parameters(name, p) for name, p in chosen.items()},
            "n_samples": n_samples,
            "seed": seed,
            "max_fixations": max_fixations,
            "resamples": resamples,
            "piece_stimuli": PIECE_STIMULI,
            "versions": versions(),
        },
        command=command or f"gazekit.evaluate({dataset.name!r}, ...)",
        about={"data": about_data(dataset, humans), "not_applicable": not_applicable, **(notes or {})},
    )
    if run.complete:
        return Results.load(run.path)
    ready = dataset.select(trials=[t.id for t in trials])
    ready = Dataset(ready.name, ready.trials, humans.paths, ready.card, ready.dropped)
    for model in loaded:
        if hasattr(model, "fit"):
            model.fit(ready)
    pieces = [
        (run.part(f"{k:02d}-{c:05d}"), model, part, chosen, n_samples, seed, max_fixations, 1 if workers > 1 else None)
        for k, model in enumerate([None, *loaded])
        for c, part in enumerate(_cut(ready))
    ]
    missing = [p for p in pieces if not _is_done(p[0])]
    for _ in run_pieces(
        _work,
        missing,
        workers=workers,
        progress=progress,
        label=f"evaluate {dataset.name}",
        done=len(pieces) - len(missing),
    ):
        pass
    return _assemble(run, pieces, dataset.name, [HUMAN, *(m.name for m in loaded)], chosen)


def _load_models(models: Sequence[str | ScanpathModel]) -> list[ScanpathModel]:
    if not models:
        raise GazekitError("no model was given; see `gazekit models`")
    loaded = [model_from_text(m) if isinstance(m, str) else m for m in models]
    names = [m.name for m in loaded]
    twice = {n for n in names if names.count(n) > 1}
    if twice or HUMAN in names:
        raise GazekitError(f"model names must differ from each other and from {HUMAN!r}: {', '.join(names)}")
    if CHANCE not in names:
        loaded.append(model_from_text(CHANCE))
    return loaded


def _choose_metrics(metrics: MetricChoice, human: Scanpaths) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The metrics with their parameters; for "all", also those that these people's paths do not allow, and why."""
    if isinstance(metrics, str) or not metrics:
        raise GazekitError("give at least one metric, as a list of names; see `gazekit metrics`")
    if list(metrics) == [ALL]:
        reasons = {name: not_applicable(name, human) for name in metric_registry}
        return {n: {} for n, why in reasons.items() if not why}, {n: why for n, why in reasons.items() if why}
    chosen = metrics if isinstance(metrics, Mapping) else {name: {} for name in metrics}
    for name in chosen:
        why = not_applicable(name, human)
        if why:
            raise GazekitError(f"metric {name!r} cannot be used on this data set: {why}")
    return {name: dict(parameters) for name, parameters in chosen.items()}, {}


def not_applicable(name: str, human: Scanpaths) -> str:
    """Why a metric cannot be computed on these human paths; empty if it can."""
    if metric_registry[name].needs_duration and human.duration is None:
        return "it needs fixation durations, and the human scanpaths have none"
    return ""


def describe_model(model: ScanpathModel) -> dict[str, Any]:
    """Name and options of a model, for the manifest: its constructor's arguments, read from attributes of their names.

    A model with a `sha256` attribute (a file of predictions, weights) is told apart by it.
    """
    names = [*inspect.signature(type(model).__init__).parameters, "sha256"]
    options = {k: getattr(model, k) for k in names if k not in ("self", "name") and hasattr(model, k)}
    plain = {k: _plain(v) for k, v in options.items()}
    return {"name": model.name, "class": f"{type(model).__module__}.{type(model).__qualname__}", "options": plain}


def _plain(value: Any) -> Any:
    """A value that is the same in every process: functions and objects by name, never by address."""
    if isinstance(value, str | int | float | bool | type(None)):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def describe_parameters(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every parameter of a metric, with its default where none was given."""
    return {**metric_registry[name].params, **given}


def about_data(dataset: Dataset, humans: PreparedHumans) -> dict[str, Any]:
    """What the manifest says of the data: counts, dropped rows, facts, conversions, licence, citation."""
    facts = dataset.scanpaths.facts
    about: dict[str, Any] = {
        "name": dataset.name,
        "trials": len(dataset.trials),
        "stimuli": len(dataset.stimuli),
        "subjects": len(dataset.subjects),
        "scanpaths": len(humans.paths),
        "fixations": len(humans.paths.x),
        "dropped_by_loader": dict(dataset.dropped),
        "facts": {k: getattr(facts, k) for k in ("forced_first", "cut_at_target", "points", "unit")},
        "before_scoring": list(humans.notes),
    }
    if dataset.card is not None:
        about |= {"licence": dataset.card.licence, "citation": dataset.card.citation}
        about["simulated"] = dataset.card.simulated
    return about


def _cut(dataset: Dataset) -> list[Dataset]:
    """Pieces of whole stimuli, the same for every number of workers."""
    stimuli = dataset.stimuli
    return [
        dataset.select(stimuli=stimuli[start : start + PIECE_STIMULI])
        for start in range(0, len(stimuli), PIECE_STIMULI)
    ]


def _files(part: Path) -> tuple[Path, Path]:
    return part.with_suffix(".predictions.parquet"), part.with_suffix(".scores.parquet")


def _is_done(part: Path) -> bool:
    return _files(part)[1].is_file()  # written after the predictions


def _work(
    part: Path,
    model: ScanpathModel | None,
    dataset: Dataset,
    metrics: Mapping[str, Mapping[str, Any]],
    n_samples: int,
    seed: int,
    max_fixations: int | None,
    threads: int | None,
) -> None:
    """Do one piece and write its two files; without a model, score people."""
    start = time.perf_counter()
    if model is not None:
        predicted = model.predict(
            dataset.trials, n_samples=n_samples, seed=seed, max_fixations=max_fixations, progress=False
        )
        predicted = prepare_predictions(predicted, dataset.scanpaths, dataset)
        predicted.save(_files(part)[0])
        between = time.perf_counter()
        scores = score_by_stimulus(predicted, dataset.scanpaths, metrics, threads=threads)
    else:
        between = start
        scores = score_people(dataset.scanpaths, metrics, threads=threads)
    scores["predict_s"], scores["score_s"] = between - start, time.perf_counter() - between
    write_table(scores, _files(part)[1])


def _assemble(
    run: RunFolder, pieces: list[tuple[Any, ...]], dataset: str, names: list[str], metrics: Mapping[str, Any]
) -> Results:
    """Join the parts in the order of the request and write the tables."""
    tables = [read_table(_files(p[0])[1]) for p in pieces]
    predictions = [Scanpaths.load(_files(p[0])[0]) for p in pieces if p[1] is not None]
    scores = pd.concat(tables, ignore_index=True).assign(dataset=dataset)
    seconds = pd.concat([t.iloc[:1] for t in tables]).groupby("model", sort=False)[["predict_s", "score_s"]].sum()
    outputs = [output for name in metrics for output in metric_registry[name].outputs]
    order = [
        np.array([names.index(m) for m in scores["model"]]),
        np.array([outputs.index(m) for m in scores["metric"]]),
    ]
    scores = scores.iloc[np.lexsort([order[0], order[1]])][SCORE_COLUMNS].reset_index(drop=True)
    run.write_table(scores, "scores.parquet")
    Scanpaths.concat(predictions).save(run.path / "predictions.parquet")
    results = Results(scores, run.manifest, run.manifest["request"]["seed"], run.manifest["request"]["resamples"])
    if scores["value"].isna().all():
        raise DataError(f"no score is defined in {run.path}: every path is too short for the metrics asked for")
    for name in ("summary", "differences", "shares"):
        run.write_table(getattr(results, name), f"{name}.csv")
    run.finish(seconds={m: {k: round(float(v), 3) for k, v in row.items()} for m, row in seconds.T.to_dict().items()})
    return Results.load(run.path)
