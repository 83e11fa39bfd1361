"""The caption experiment: one model under five conditions, people, chance, controls; resumable like an evaluation."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.evaluation.choice import ALL, choose
from gazekit.evaluation.evaluate import evaluate
from gazekit.evaluation.preparation import prepare_humans
from gazekit.experiments.captions.conditions import NEVA, GuidedModel, conditions
from gazekit.experiments.captions.further_scores import by_length, sources_of, writer_scores
from gazekit.experiments.captions.observations import Captioned, image_by_image
from gazekit.experiments.captions.results import KIND, LENGTHS, WRITERS, CaptionResults
from gazekit.metrics.context import Context
from gazekit.metrics.kinds.pairs import PAIRS
from gazekit.models.contract import ScanpathModel
from gazekit.runs.folder import write_table

CONTROLS = ("uniform", "centre", "centre-point", "other-image")
METRICS = ("plausibility", "distinct_cells", "scanmatch", "multimatch")
FIXED_HUMANS = 2  # CapMIT1003 has about 3.8 people per image, a person about 2.8 others
LONGEST = 10  # fixations, as published


def captions(
    dataset: Dataset,
    out: str | Path,
    *,
    people: Dataset | None = None,
    model: str | ScanpathModel = NEVA,
    options: Mapping[str, Any] | None = None,
    scheduled: bool = True,
    gammas: Sequence[float] = (),
    metrics: Sequence[str] = METRICS,
    fixed_humans: int = FIXED_HUMANS,
    n_samples: int = 1,
    seed: int = 0,
    max_fixations: int = LONGEST,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    resamples: int = RESAMPLES,
    progress: bool = True,
    command: str = "",
    notes: Mapping[str, Any] | None = None,
    accept: Iterable[str] = (),
) -> CaptionResults:
    """Run a model with right, other and no captions, and score it against people.

    Rows: `human`, the conditions (`right caption`, `same-image caption`, `other-image caption`, `no caption`,
    `scheduled caption`), a row per further gamma, and the controls `uniform`, `centre`, `centre-point` and
    `other-image` (a person's path from another image). It is an evaluation (`evaluate`) of images with everybody's
    paths, in which each condition is a model that looks at an image once per caption.

    Parameters
    ----------
    dataset : Dataset
        A trial per observation, with a caption and one path (CapMIT1003), or per image with the paths of several
        people: then nobody counts as the writer.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    people : Dataset, optional
        Compare with the paths of these people instead (MIT1003, free viewing of the same images).
    model, options : str, mapping
        What is guided; see `GuidedModel`.
    scheduled : bool
        Add the schedule from the clean image to the caption.
    gammas : sequence of float
        Further values of gamma, a row each with the right caption.
    metrics : sequence of str
        As for `evaluate`; `["all"]` takes all that the data allow.
    fixed_humans : int
        People of the columns of plausibility that compare data sets.
    n_samples : int
        Paths per caption, and per image for `no caption` and the controls.
    seed, max_fixations, workers, scheduler, overwrite, resamples, progress, command, notes
        As for `evaluate`.
    accept : iterable of str
        As in `evaluate`.

    Returns
    -------
    CaptionResults

    Raises
    ------
    GazekitError
        As `evaluate`, `image_by_image` and `GuidedModel`; the folder stays resumable.
    """
    guided = GuidedModel(model, options or {})
    captioned = image_by_image(dataset, people, guided.reads)
    rows = conditions(guided, captioned.observations, seed=seed, scheduled=scheduled, gammas=gammas)
    observations = len(captioned.observations)
    points = dataset.scanpaths.facts.points
    theirs = {"clicks": "clicks", "mouse": "points of a mouse"}.get(points or "", "fixations")
    about = {
        "conditions": {row.name: len(row) for row in rows},
        "observations": observations,
        "without_another_caption": observations - next((len(r) for r in rows if r.name == "same-image caption"), 0),
        "cut_captions": guided.too_long([t.caption or "" for t in captioned.observations]),
        "gamma": guided.gamma,
        "gammas": [float(g) for g in gammas if g != guided.gamma],
        "compared_with": (people or dataset).name if captioned.own is None else f"the writers' {theirs}",
        "notes": list(captioned.notes),
    }
    evaluate(
        captioned.images,
        [*rows, *CONTROLS],
        _with_options(metrics, fixed_humans),
        out=out,
        n_samples=n_samples,
        seed=seed,
        max_fixations=max_fixations,
        workers=workers,
        scheduler=scheduler,
        overwrite=overwrite,
        resamples=resamples,
        progress=progress,
        command=command or f"gazekit.experiments.captions.captions({dataset.name!r}, ...)",
        notes={**(notes or {}), "captions": about},
        kind=KIND,
        accept=accept,
    )
    folder = Path(out)
    if not all((folder / name).is_file() for name in (LENGTHS, WRITERS)):
        _score_further(captioned, folder, metrics)
    results = CaptionResults.load(folder)
    results.write_tables()
    return results


def _score_further(captioned: Captioned, folder: Path, metrics: Sequence[str]) -> None:
    """Score the predictions of a finished evaluation by window length and against the writers."""
    people = prepare_humans(captioned.images).paths
    predictions = Scanpaths.load(folder / "predictions.parquet")
    sources = sources_of(predictions, people)
    write_table(by_length(sources, people, captioned.images.name), folder / LENGTHS)
    wanted = METRICS if list(metrics) == [ALL] else metrics
    pairs = [m for m in choose(list(wanted), Context(people)).measures if m.kind == PAIRS]
    write_table(writer_scores(sources, captioned, pairs), folder / WRITERS)


def _with_options(metrics: Sequence[str], fixed_humans: int) -> Sequence[str] | dict[str, dict[str, Any]]:
    if list(metrics) == [ALL]:
        return [ALL]
    # the two share the work if they share the options
    shared = {"plausibility": {"fixed_humans": fixed_humans}, "distinct_cells": {"fixed_humans": fixed_humans}}
    return {name: shared.get(name, {}) for name in metrics}
