"""Predictions of models as a protocol asks for them: which images, how many, how long, learned from which people."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.describing import inputs_of
from gazekit.evaluation.fitting_alone import fit_alone
from gazekit.evaluation.folds import FitPiece, fit_on
from gazekit.evaluation.pieces import load_paths
from gazekit.evaluation.predict import PIECE_TRIALS, PredictPiece
from gazekit.evaluation.preparation import checked
from gazekit.models.capabilities import Learns
from gazekit.models.contract import ScanpathModel, predicted
from gazekit.models.identity import identity
from gazekit.models.learned import load_learned
from gazekit.protocols.paths import (
    CONTROLS,
    asked_for,
    from_the_start,
    in_protocol,
    lengths_of_people,
    of_asked,
    protocol_images,
)
from gazekit.protocols.protocol import Protocol, protocol_hash, protocols
from gazekit.protocols.scoring import ProtocolScores, score_protocol
from gazekit.runs.folder import RunFolder, read_table
from gazekit.runs.parallel import check_workers

SCORES = "scores.parquet"  # of a run under a protocol


def evaluate_protocol(
    protocol: str | Protocol,
    dataset: Dataset,
    models: Sequence[ScanpathModel],
    *,
    out: str | Path,
    transferred: bool = False,
    seed: int = 0,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: bool = True,
    command: str = "",
    accept: Iterable[str] = (),
) -> ProtocolScores:
    """Predict what a protocol scores, and score it: a run that is stopped at any point is resumed.

    Parameters
    ----------
    protocol, dataset, models, transferred, seed
        As for `predict_for` and `score_protocol`.
    out : path
        Run folder, as of `gazekit.evaluate`: fits and predictions that are finished are not made again, a finished run
        of the same request is given back, and any other content is refused.
    workers, scheduler, overwrite, progress, command, accept
        As for `gazekit.evaluate`.

    Returns
    -------
    ProtocolScores
        Without `resampled` where the run was finished before.

    Raises
    ------
    RunFolderError, DataError, GazekitError
        As `gazekit.evaluate`, `predict_for` and `score_protocol`.
    """
    chosen: Protocol = protocols[protocol] if isinstance(protocol, str) else protocol
    check_workers(workers, scheduler)
    findings = checked(dataset, models, accept)
    part, _ = protocol_images(chosen, dataset, transferred)
    for model in models:
        model.check_needs(part.trials)
    fitted_here = [isinstance(model, Learns) and model.learned_from is None for model in models]
    request = {
        "protocol": {"name": chosen.name, "sha256": protocol_hash(chosen)},
        "data": {"name": dataset.name, **dataset.hashes()},
        "models": [identity(m, learned=not here) for m, here in zip(models, fitted_here, strict=True)],
        "transferred": transferred,
        "seed": seed,
        "piece_trials": PIECE_TRIALS,
        **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
    }
    with RunFolder(
        out,
        request,
        kind="protocol",
        command=command or f"evaluate_protocol({chosen.name!r}, {dataset.name!r}, ...)",
        about={"checks": {each.name: each.to_dict() for each in findings}},
        inputs=inputs_of(part.trials, {need for model in models for need in model.needs}),
        overwrite=overwrite,
    ) as run:
        if run.complete:
            kept = run.manifest["departures"]
            departures = {name: tuple(why) for name, why in kept.items()}
            return ProtocolScores(
                chosen, dataset.name, read_table(run.path / SCORES), tuple(run.manifest["notes"]), departures
            )
        do = partial(run.do, workers=workers, scheduler=scheduler, progress=progress)
        rest = _others(dataset, part)
        loaded = []
        for k, model in enumerate(models):
            if not _is_fitted_on(model, rest):
                loaded.append(fit_alone(model, part))
            elif model.leaves_own_out:  # quick, as the fit of every baseline is
                loaded.append(fit_on(model, rest, seed, 0))
            else:
                piece = FitPiece(run.part(f"fit-{k:02d}"), model, rest, 0, seed)
                do([piece], label=f"fit {model.name}", shared=[])
                loaded.append(load_learned(model, piece.file))

        def predict(model: ScanpathModel, trials: Sequence[Trial], lengths: Any = None, **options: Any) -> Scanpaths:
            pieces = []
            for k in range(0, len(trials), PIECE_TRIALS):
                of, part = slice(k, k + PIECE_TRIALS), run.part(f"{loaded.index(model):02d}-{k:05d}.parquet")
                asked = options if lengths is None else {**options, "lengths": lengths[of]}
                pieces.append(PredictPiece(part, model, list(trials[of]), asked))
            do(pieces, label=f"predict {model.name}", shared=[model])
            return load_paths([piece.part for piece in pieces])

        paths = None if chosen.of_densities else _predictions(chosen, part, loaded, seed, predict)
        found = score_protocol(chosen, dataset, paths, models=loaded, transferred=transferred, seed=seed)
        if paths is not None:
            paths.save(run.path / "predictions.parquet")
        run.write_table(found.table, SCORES)
        run.finish(notes=list(found.notes), departures={name: list(why) for name, why in found.departures.items()})
        return found


def _others(dataset: Dataset, part: Dataset) -> Dataset:
    """The images that a protocol does not score, to learn from."""
    return dataset.select(stimuli=set(dataset.stimuli) - set(part.stimuli))


def _is_fitted_on(model: ScanpathModel, rest: Dataset) -> bool:
    return isinstance(model, Learns) and model.learned_from is None and len(rest.scanpaths) > 0


def predict_for(
    protocol: str | Protocol,
    dataset: Dataset,
    models: Sequence[ScanpathModel],
    *,
    transferred: bool = False,
    seed: int = 0,
    progress: bool = True,
) -> Scanpaths | None:
    """Predict what a protocol scores, so that `score_protocol` gives headlines.

    Parameters
    ----------
    protocol : str or Protocol
        The protocol.
    dataset : Dataset
        Trials and people; all of it. A model that learns from people is fitted on the images that the protocol does not
        score; where it scores all, only one that leaves an image's own people out can be.
    models : sequence of ScanpathModel
        Those that are controls of the engine anyway are left out.
    transferred : bool
        As in `score_protocol`.
    seed : int
        Of the predictions and of their lengths.
    progress : bool
        Show progress bars.

    Returns
    -------
    Scanpaths or None
        As many of each trial as the protocol asks for, each for the person whom it is for. A model without a rule
        to end its paths has the lengths of people on other images, at most as long as the protocol lets them be. None
        where densities alone are scored, of which the fitted models are asked.

    Raises
    ------
    GazekitError
        A data set that the protocol was not made for; a model that would be scored on what it has learned.

    Examples
    --------
    >>> from gazekit.models import load_model
    >>> from gazekit.testing import example_dataset
    >>> paths = predict_for("chen2021", example_dataset(), [load_model("centre")], transferred=True, progress=False)
    >>> paths.table.groupby("trial").size().unique().tolist()
    [10]
    """
    chosen: Protocol = protocols[protocol] if isinstance(protocol, str) else protocol
    part, _ = protocol_images(chosen, dataset, transferred)
    rest = _others(dataset, part)
    for model in models:
        if _is_fitted_on(model, rest):
            fit_on(model, rest, seed, 0)
        else:
            fit_alone(model, part)
    if chosen.of_densities:
        return None
    return _predictions(chosen, part, models, seed, partial(predicted, progress=progress))


def _predictions(
    chosen: Protocol,
    part: Dataset,
    models: Sequence[ScanpathModel],
    seed: int,
    predict: Callable[..., Scanpaths],
) -> Scanpaths | None:
    """What fitted models predict; `predict` is called as `predicted` is."""
    as_shown = replace(chosen, padding=None, frame=None)
    people, _ = in_protocol(part.scanpaths, as_shown, None, part.target_boxes(), people=True)
    part = part.select(trials=people.table["trial"].unique())
    asked = asked_for(chosen, people)
    most, limit = max(map(len, asked.values())), chosen.longest_prediction
    shown = [model for model in models if model.name not in CONTROLS]
    own = [(model.stops or model.ends_itself) and chosen.lengths == "own" for model in shown]
    if not all(own):
        lengths = lengths_of_people(replace(part, scanpaths=people), chosen, most, seed=seed, max_fixations=limit)
        wanted = np.stack([lengths[trial.id] for trial in part.trials])
    found = []
    for model, ends in zip(shown, own, strict=True):
        if ends:
            paths = predict(model, part.trials, n_samples=most, seed=seed, max_fixations=limit)
        else:  # an imposed first fixation that the model does not make is put before its path
            shorter = bool(people.facts.forced_first) and not model.facts.forced_first
            paths = predict(model, part.trials, n_samples=most, seed=seed, lengths=np.maximum(wanted - shorter, 1))
        paths = from_the_start(of_asked(paths, asked), people, part.trials)
        named = paths.table.assign(source=model.name)
        found.append(paths.replace(table=named, object_id=None, facts=replace(paths.facts, cut_at_target=None)))
    return Scanpaths.concat(found) if found else None
