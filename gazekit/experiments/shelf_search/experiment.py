"""The object-search experiment: models and people on one data set, a row a piece, resumable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.evaluation.describing import inputs_of
from gazekit.evaluation.fitting_alone import check_alone, fit_alone
from gazekit.evaluation.preparation import checked
from gazekit.experiments.shelf_search.measures import (
    approach,
    behaviour_scores,
    lengths,
    likelihood_scores,
    pair_scores,
)
from gazekit.experiments.shelf_search.paths import OTHER, SAME_CELL, People, predicted_objects
from gazekit.experiments.shelf_search.results import ShelfResults
from gazekit.files.links import make_folder
from gazekit.foundations.errors import GazekitError
from gazekit.models.capabilities import HasLikelihood
from gazekit.models.contract import ScanpathModel, predicted
from gazekit.models.identity import identity
from gazekit.models.object_search.appearance import target_similarity
from gazekit.models.object_search.controls import Line, TargetRepeated
from gazekit.models.specs import model_from_text
from gazekit.runs.folder import RunFolder, read_table, write_table
from gazekit.runs.parallel import check_workers

TABLES = {"scores": "scores", "approach": "distances", "lengths": "lengths"}  # a row's table, the run's file
PATHS = "paths.parquet"
ROWS_OF_PEOPLE = (HUMAN, SAME_CELL, OTHER)


@dataclass(frozen=True)
class RowPiece:
    """One row of the tables; a model that learns from people is fitted first.

    Parameters
    ----------
    part : path
        Folder to write into.
    name : str
        Of the row: one of `ROWS_OF_PEOPLE`, or the model's.
    model : ScanpathModel or None
        None for people.
    dataset : Dataset
        Trials with objects and targets; human scanpaths.
    rule : {"nearest", "containing"}
        What a fixation between objects counts as.
    n_samples, seed : int
        Of the model's paths.
    """

    part: Path
    name: str
    model: ScanpathModel | None
    dataset: Dataset
    rule: str
    n_samples: int
    seed: int

    def __call__(self) -> list[Path]:
        """Measure the row, and write its tables into the folder."""
        make_folder(self.part, within=self.part.parent)
        for name, table in self._tables().items():
            write_table(table.assign(model=self.name), self.part / f"{name}.parquet")
        return sorted(self.part.glob("*.parquet"))

    def _tables(self) -> dict[str, pd.DataFrame]:
        people, model = People.of(self.dataset, self.rule), self.model
        if model is None and self.name != HUMAN:
            return {"scores": pair_scores(people.transplanted(same_target=self.name == SAME_CELL), people)}
        paths = people.paths
        if model is not None:
            paths = predict(model, self.dataset, people, self.n_samples, self.seed)
            paths.save(self.part / PATHS)
        parts = [
            pair_scores(paths, people, same=model is None),
            behaviour_scores(paths, people, similarities(self.dataset, people)),
        ]
        if isinstance(model, HasLikelihood):
            parts.append(likelihood_scores(model.log_likelihood(self.dataset, rule=self.rule), people))
        scores = pd.concat(parts, ignore_index=True)
        return {"scores": scores, "approach": approach(paths, people), "lengths": lengths(paths)}


def predict(model: ScanpathModel, dataset: Dataset, people: People, n_samples: int, seed: int) -> Scanpaths:
    """A model's paths over objects on the trials that people have paths on; it never sees how long people's are.

    Raises
    ------
    GazekitError
        Not one path of the model has a fixation on an object.
    """
    fit_alone(model, dataset)
    trials = [t for t in dataset.trials if t.id in people.layouts]
    samples = 1 if model.deterministic else n_samples
    made = predicted(model, trials, n_samples=samples, seed=seed, progress=False)
    paths = predicted_objects(made, people)
    if not len(paths):
        raise GazekitError(f"model {model.name!r} predicted no fixation on an object; nothing can be measured")
    return paths


def similarities(dataset: Dataset, people: People) -> Mapping[str, np.ndarray]:
    """How alike the target and every object are, of the trials whose objects can be seen."""
    return {
        t.id: target_similarity(t)
        for t in dataset.trials
        if t.id in people.layouts and t.objects is not None and (t.objects.crops is not None or t.has("image"))
    }


SAMPLES = 10


def shelf_search(
    dataset: Dataset,
    models: Sequence[str | ScanpathModel],
    out: str | Path,
    *,
    n_samples: int = SAMPLES,
    seed: int = 0,
    rule: str = "nearest",
    resamples: int = RESAMPLES,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: bool = True,
    command: str = "",
    notes: Mapping[str, Any] | None = None,
    accept: Iterable[str] = (),
) -> ShelfResults:
    """Score models of object search beside people, chance, and the controls that win Sequence Score without searching.

    Rows: `human` (every path against other people's on the same trial), people's paths put on other layouts (all, and
    those with the target in the same cell), the models, and the controls `line` and `target-repeated`. Measures: see
    `measures.py`; intervals draw stimuli with replacement, the same for all rows, so that differences are paired.

    Parameters
    ----------
    dataset : Dataset
        Trials with objects and target_object; human scanpaths.
    models : sequence of str or ScanpathModel
        Any models; those with `fit` learn from the data set, keeping stimuli apart by themselves; those with
        `log_likelihood` over objects are scored by it too.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    n_samples : int
        Paths per trial and model; one of a model that is deterministic.
    seed : int
        Seed of models and bootstrap.
    rule : {"nearest", "containing"}
        What a fixation between objects counts as; see `Scanpaths.to_objects`.
    resamples : int
        Bootstrap resamples.
    workers : int
        Rows at once, each in a process. The tables do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler whose workers are used instead; see `evaluate`.
    overwrite : bool
        Move a run of another request out of the way of `out`, to a name with the day; otherwise it is refused.
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.
    notes : mapping, optional
        More for the manifest that does not decide the result.
    accept : iterable of str
        As in `evaluate`.

    Returns
    -------
    ShelfResults

    Raises
    ------
    UnknownNameError, MissingNeedError, RunFolderError, DataError, GazekitError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    check_workers(workers, scheduler)
    rows = [model_from_text(m) if isinstance(m, str) else m for m in models]
    for control in (Line(), TargetRepeated()):
        if control.name not in [m.name for m in rows]:
            rows.append(control)
    names = [*ROWS_OF_PEOPLE, *(m.name for m in rows)]
    twice = next((n for k, n in enumerate(names) if n in names[:k]), None)
    if twice is not None:
        raise GazekitError(f"two rows are called {twice!r}; give every model once")
    people = People.of(dataset, rule)
    trials = [t for t in dataset.trials if t.id in people.layouts]
    for model in rows:
        model.check_needs(trials)
        check_alone(model, dataset)
    findings = checked(dataset, rows, accept)
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "models": [identity(m, learned=False) for m in rows],
            "n_samples": n_samples,
            "seed": seed,
            "rule": rule,
            "resamples": resamples,
            **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
        },
        kind=ShelfResults.kind,
        command=command or f"gazekit.experiments.shelf_search.shelf_search({dataset.name!r}, ...)",
        about={
            "trials": len(trials),
            "scanpaths": len(people.paths),
            "left_out": {**dataset.dropped, "scanpaths without an object": len(dataset.scanpaths) - len(people.paths)},
            "checks": {each.name: each.to_dict() for each in findings},
            **(notes or {}),
        },
        inputs=inputs_of(trials, {"image", "target", "objects"}),
        overwrite=overwrite,
    ) as run:
        if not run.complete:
            sources: list[ScanpathModel | None] = [*([None] * len(ROWS_OF_PEOPLE)), *rows]
            pieces = [
                RowPiece(run.part(f"{k:02d}"), name, model, dataset, rule, n_samples, seed)
                for k, (name, model) in enumerate(zip(names, sources, strict=True))
            ]
            how: dict[str, Any] = {"workers": workers, "scheduler": scheduler, "progress": progress}
            run.do(pieces, label=ShelfResults.kind, **how, shared=[dataset, *rows])
            _assemble(run, [piece.part for piece in pieces])
    results = ShelfResults.load(run.path)
    results.write_tables(run.path)
    return results


def _assemble(run: RunFolder, parts: Sequence[Path]) -> None:
    for table, name in TABLES.items():
        files = [part / f"{table}.parquet" for part in parts]
        joined = pd.concat([read_table(f) for f in files if f.is_file()], ignore_index=True)
        run.write_table(joined[["model", *(c for c in joined if c != "model")]], f"{name}.parquet")
    made = [part / PATHS for part in parts if (part / PATHS).is_file()]
    Scanpaths.concat([Scanpaths.load(file) for file in made]).save(run.path / "predictions.parquet")
    run.finish()
