"""Evaluate models on a data set: predict, score against people, and put ceiling, chance and intervals beside it."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.assembling import RunPieces, assemble, write_seconds
from gazekit.evaluation.cluster_pieces import describe_clusters, join_clusters, make_clusters
from gazekit.evaluation.describing import about_data, describe_model, files_read
from gazekit.evaluation.results import CHANCE, Results
from gazekit.evaluation.set_pieces import score_sets, set_pieces
from gazekit.foundations.errors import GazekitError
from gazekit.models.contract import ScanpathModel
from gazekit.models.specs import model_from_text
from gazekit.runs.folder import RunFolder, write_table
from gazekit.runs.image_memory import remembering_images
from gazekit.runs.parallel import Tally, check_workers, run_pieces
from gazekit.runs.seals import is_sealed, seal
from gazekit.scoring.bootstrap import RESAMPLES
from gazekit.scoring.choice import Choice, Ground, MetricChoice, choose
from gazekit.scoring.densities import LONGER_SIDE, OTHERS, DensityGround, density_of, without_density
from gazekit.scoring.equal_sets import DRAWS
from gazekit.scoring.piece import PieceScoring, score_piece
from gazekit.scoring.preparation import prepare_humans, prepare_predictions
from gazekit.scoring.sets import SET_RESAMPLES, contents_of

PIECE_STIMULI = 10  # small enough that little is lost by a stop, large enough that files stay few


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
    scheduler: str | None = None,
    resamples: int = RESAMPLES,
    progress: bool = True,
    command: str = "",
    label_maps: Mapping[str, np.ndarray] | None = None,
    notes: Mapping[str, Any] | None = None,
    kind: str = "evaluation",
) -> Results:
    """Score every sample of every model against every human path of its trial, and models as sets and densities.

    Scores are averaged within a stimulus, then over stimuli; measures of the whole data set (divergences, search
    performance) are computed anew on resampled stimuli. People (each subject against all others) and chance (a
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
    scheduler : str, optional
        Address of a Dask scheduler, tcp://host:port, whose workers do the work instead; see docs/howto/cluster.md. The
        tables do not depend on it.
    resamples : int
        Bootstrap resamples.
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

    Returns
    -------
    Results

    Raises
    ------
    UnknownNameError, MissingNeedError, MismatchError, RunFolderError, DataError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    check_workers(workers, scheduler)
    loaded = _load_models(models)
    humans = prepare_humans(dataset)
    scored_trials = set(humans.paths.table["trial"])
    trials = [t for t in dataset.trials if t.id in scored_trials]
    maps = dict(label_maps or {})
    densities = any(density_of(m) for m in loaded)
    choice = choose(metrics, Ground(humans.paths, contents_of(trials), maps, densities))
    for model in loaded:
        model.check_needs(trials)
    about = {"data": about_data(dataset, humans), "not_applicable": dict(choice.not_applicable), **(notes or {})}
    if choice.densities:
        about["without_density"] = without_density({m.name: m for m in loaded})
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, "sha256": dataset.fingerprint()},
            "models": [describe_model(m) for m in loaded],
            "metrics": choice.parameters(),
            "n_samples": n_samples,
            "seed": seed,
            "max_fixations": max_fixations,
            "resamples": resamples,
            "piece_stimuli": PIECE_STIMULI,
            **_describe_resources(choice, maps, resamples),
        },
        kind=kind,
        command=command or f"gazekit.evaluate({dataset.name!r}, ...)",
        about=about,
        inputs=files_read(trials, {need for model in loaded for need in model.needs}),
    ) as run:
        if run.complete:
            return Results.load(run.path)
        ready = dataset.select(trials=[t.id for t in trials])
        ready = Dataset(ready.name, ready.trials, humans.paths, ready.card, ready.dropped)
        for model in loaded:
            if hasattr(model, "fit"):
                model.fit(ready)

        tally = Tally()

        def do(work: Callable[..., None], pieces: list[tuple[Any, ...]], what: str, shared: Sequence[Any] = ()) -> None:
            missing = [p for p in pieces if not is_sealed(p[0])]
            how: dict[str, Any] = {"workers": workers, "scheduler": scheduler, "folder": run.path}
            how.update(shared=shared, tally=tally)
            label = f"{what} {dataset.name}"
            for _ in run_pieces(work, missing, **how, progress=progress, label=label, done=len(pieces) - len(missing)):
                pass

        parts = _cut(ready)
        clusters = ground = None
        if choice.needs_clusters:
            files = [run.part(f"clusters-{c:05d}.json") for c in range(len(parts))]
            do(make_clusters, [(f, p.scanpaths) for f, p in zip(files, parts, strict=True)], "cluster")
            clusters = join_clusters(files)
        if choice.densities:
            ground = DensityGround.of(ready.scanpaths, ready.trials, seed=seed)
        scoring = PieceScoring(choice, clusters, maps, ground)
        threads = None if workers == 1 and scheduler is None else 1
        sources = [None, *loaded]
        # All sources of some stimuli follow each other, so that a worker reads each of their images once.
        work = [(part, scoring.for_piece(part)) for part in parts]
        pieces = [
            (run.part(f"{k:02d}-{c:05d}"), model, *of_part, n_samples, seed, max_fixations, threads)
            for c, of_part in enumerate(work)
            for k, model in enumerate(sources)
        ]
        do(_work, pieces, "evaluate", [*loaded, *([] if ground is None else [ground])])
        names = [HUMAN, *(m.name for m in loaded)]
        written = [[_files(p[0]) for p in pieces[k :: len(sources)]] for k in range(len(sources))]
        done = RunPieces(names, [[f[1] for f in of] for of in written], [[f[0] for f in of] for of in written[1:]])
        if choice.sets:
            done = set_pieces(run, done, ready, choice.sets, seed=seed, resamples=min(resamples, SET_RESAMPLES))
            do(score_sets, list(done.sets), "score sets of", [done.sets[0][1]] if done.sets else [])
        run.manifest["work"] = asdict(tally)  # of this process: what an earlier one finished is not in it
        return assemble(run, done, dataset.name, choice, clusters, ground)


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


def _describe_resources(choice: Choice, maps: Mapping[str, np.ndarray], resamples: int) -> dict[str, Any]:
    """What decides the result besides data, models and options; nothing where it is not used."""
    found: dict[str, Any] = {}
    if choice.sets:
        found["sets"] = {"draws": DRAWS, "resamples": min(resamples, SET_RESAMPLES)}
    if choice.densities:
        found["densities"] = {"longer_side_cells": LONGER_SIDE, "other_fixations": OTHERS, "draws_of_halves": DRAWS}
    if choice.needs_clusters:
        found["clusters"] = describe_clusters()
    if maps:
        digest = hashlib.sha256()
        for stimulus in sorted(maps):
            table = np.asarray(maps[stimulus], dtype="<i8")
            digest.update(f"{stimulus}{table.shape}".encode() + table.tobytes())
        found["label_maps"] = {"sha256": digest.hexdigest()}
    return found


def _cut(dataset: Dataset) -> list[Dataset]:
    """Pieces of whole stimuli, the same for every number of workers."""
    place = {stimulus: k // PIECE_STIMULI for k, stimulus in enumerate(dataset.stimuli)}
    trials: dict[int, list[Trial]] = {}
    for trial in dataset.trials:
        trials.setdefault(place[trial.stimulus], []).append(trial)
    piece_of = {trial.id: place[trial.stimulus] for trial in dataset.trials}
    rows = dataset.scanpaths.table["trial"].map(piece_of).to_numpy()
    order, ends = np.argsort(rows, kind="stable"), np.arange(len(trials) + 1)
    cuts = np.searchsorted(rows[order], ends)
    return [
        replace(dataset, trials=tuple(trials[c]), scanpaths=dataset.scanpaths[order[cuts[c] : cuts[c + 1]]])
        for c in range(len(trials))
    ]


def _files(part: Path) -> tuple[Path, Path]:
    return part.with_suffix(".predictions.parquet"), part.with_suffix(".scores.parquet")


def _work(
    part: Path,
    model: ScanpathModel | None,
    dataset: Dataset,
    scoring: PieceScoring,
    n_samples: int,
    seed: int,
    max_fixations: int | None,
    threads: int | None,
) -> None:
    """Do one piece, write its two files and seal them; without a model, score people."""
    start = between = time.perf_counter()
    dataset = remembering_images(dataset)
    predicted = None
    if model is not None:
        predicted = model.predict(
            dataset.trials, n_samples=n_samples, seed=seed, max_fixations=max_fixations, progress=False
        )
        predicted = prepare_predictions(predicted, dataset.scanpaths, dataset)
        predicted.save(_files(part)[0])
        between = time.perf_counter()
    scores = score_piece(scoring, dataset, predicted, model, threads=threads)
    write_table(scores, _files(part)[1])
    write_seconds(_files(part)[1], predict_s=between - start, score_s=time.perf_counter() - between)
    seal(part, _files(part)[model is None :])
