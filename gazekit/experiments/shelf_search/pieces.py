"""One row of the tables: people, people of another layout, or a model, measured and written whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.experiments.shelf_search.curves import approach, lengths
from gazekit.experiments.shelf_search.measures import behaviour_scores, likelihood_scores, pair_scores
from gazekit.experiments.shelf_search.paths import OTHER, SAME_CELL, People, predicted_objects
from gazekit.files.links import make_folder
from gazekit.foundations.errors import GazekitError
from gazekit.models.capabilities import HasLikelihood, Learns
from gazekit.models.contract import ScanpathModel
from gazekit.models.object_search import target_similarity
from gazekit.runs.folder import write_table
from gazekit.runs.seals import seal

TABLES = ("scores", "approach", "lengths")
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

    def __call__(self) -> None:
        """Measure the row, write its tables into the folder, and seal them."""
        make_folder(self.part, within=self.part.parent)
        for name, table in self._tables().items():
            write_table(table.assign(model=self.name), self.part / f"{name}.parquet")
        seal(self.part, sorted(self.part.glob("*.parquet")))

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
    if isinstance(model, Learns):
        model.fit(dataset)
    trials = [t for t in dataset.trials if t.id in people.layouts]
    samples = 1 if model.deterministic else n_samples
    made = model.predict(trials, n_samples=samples, seed=seed, progress=False)
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
