"""The pieces of an evaluation: clusters of people's fixations, sources on some stimuli, sets of paths.

A piece holds all that it needs, so that any process can do it. Called, it does its work and returns the files that it
wrote, which are then sealed; done twice, it writes the same bytes.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.folds import FoldedModel, joined_cells, joined_over_people
from gazekit.evaluation.lengths import OWN, donors_of
from gazekit.evaluation.preparation import prepare_predictions
from gazekit.evaluation.set_scoring import ALL, SetWork, score_drawn_stimuli, score_whole
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.files.untrusted import parse_json
from gazekit.metrics.context import Context, Source
from gazekit.metrics.labels.clusters import Clusters, mean_shift_clusters
from gazekit.metrics.measure import CELL_COLUMNS as CELLS
from gazekit.metrics.measure import Measure, join_scored, score_parts
from gazekit.models.capabilities import Donor, HasDensity, LearnsNumbers, log_density_on, next_log_densities
from gazekit.models.contract import ScanpathModel, cut_to_lengths, predicted
from gazekit.runs.folder import write_table
from gazekit.runs.image_memory import remembering_images

CLUSTERING: dict[str, Any] = {"by": ["trial"], "bandwidth_px": None, "quantile": 0.3}


@dataclass(frozen=True)
class ClusterPiece:
    """Clusters of the fixations of all people on each trial of some stimuli.

    A person's own fixations help to place the centres. That is as published, and the same for people and models: the
    alphabet is of the image, not of whoever is scored.
    """

    part: Path
    human: Scanpaths

    def __call__(self) -> list[Path]:
        """Write one file of clusters."""
        mean_shift_clusters(self.human, **CLUSTERING).save(self.part)
        return [self.part]


def join_clusters(pieces: Sequence[ClusterPiece]) -> Clusters:
    """The clusters of all pieces in one."""
    loaded = [Clusters.load(piece.part) for piece in pieces]
    parameters = {**loaded[0].parameters, "n_fixations": sum(c.parameters["n_fixations"] for c in loaded)}
    groups = ("centres", "frames", "bandwidths")
    joined: dict[str, Any] = {name: {k: v for c in loaded for k, v in getattr(c, name).items()} for name in groups}
    return replace(loaded[0], **joined, parameters=parameters)


@dataclass(frozen=True)
class StimuliPiece:
    """One source on some whole stimuli: predicted, and scored by every measure that needs nothing else.

    Parameters
    ----------
    part : Path
        Beside which its files lie.
    model : ScanpathModel, optional
        Fitted, also per fold (`FoldedModel`); None for people.
    dataset : Dataset
        Trials and prepared human paths of the stimuli.
    measures : sequence of Measure
        By which it is scored.
    context : Context
        What they need of these stimuli.
    options : mapping
        Of `ScanpathModel.predict`.
    lengths : (trials, samples) int64, optional
        Fixations that each path should have. A model with an end of its own (`stops`, `ends_itself`) is then two
        sources: of these lengths, and as it is.
    limits : (trials,) int64, optional
        Fixations allowed in a search: every model is then two sources, and the second goes on up to the limit, or to
        an end of its own (`ends_itself`).
    donors : mapping of trial id to a Donor per sample
        Whose path has each of the lengths.
    """

    part: Path
    model: ScanpathModel | None
    dataset: Dataset
    measures: Sequence[Measure]
    context: Context
    options: Mapping[str, Any]
    lengths: np.ndarray | None = None
    limits: np.ndarray | None = None
    donors: Mapping[str, Sequence[Donor]] = field(default_factory=dict)

    @property
    def predictions(self) -> dict[str, Path]:
        """Files of the model's paths, by their name in the tables; none of people's."""
        if self.model is None:
            return {}
        found = {self.model.name: self.part.with_suffix(".predictions.parquet")}
        if self._whole_too(self.model):
            found[self.model.name + OWN] = self.part.with_suffix(".own.predictions.parquet")
        return found

    def _whole_too(self, model: ScanpathModel) -> bool:
        ends = model.stops or model.ends_itself
        return self.lengths is not None and (ends or self.limits is not None)

    @property
    def sources(self) -> tuple[str, ...]:
        """Names in the tables."""
        return tuple(self.predictions) or (HUMAN,)

    @property
    def scores(self) -> Path:
        """File of the scores."""
        return self.part.with_suffix(".scores.parquet")

    @property
    def cells(self) -> Path:
        """File of the parts that single persons have in the scores."""
        return self.part.with_suffix(".cells.parquet")

    def __call__(self) -> list[Path]:
        """Write predictions and scores; beside them, and not sealed, how long both took."""
        start = time.perf_counter()
        dataset = remembering_images(self.dataset)
        people = Source(HUMAN, dataset.scanpaths)
        sources = [(people, people.paths)] if self.model is None else self._predict(self.model, dataset)
        between = time.perf_counter()
        context = replace(self.context, trials=dataset.trials)
        found = [score_parts(self.measures, source, judges, context) for source, judges in sources]
        rows, cells = joined_over_people([e.rows for e in found]), joined_cells([e.cells for e in found])
        if isinstance(self.model, LearnsNumbers) and not isinstance(self.model, FoldedModel):

            def score_moved(model: Any) -> pd.DataFrame:
                sources = self._sources(model, dataset)
                parts = [score_parts(self.measures, source, people.paths, context).rows for source in sources]
                return join_scored(parts).rows

            cells = join_scored([], [cells, cells_of_numbers(self.model, rows, score_moved, dataset.stimuli)]).cells
        write_table(rows, self.scores)
        write_table(cells, self.cells)
        took = {"predict_s": between - start, "score_s": time.perf_counter() - between}
        write_atomically(self._seconds, json.dumps(took).encode())
        return [*self.predictions.values(), self.scores, self.cells]

    def _predict(self, model: ScanpathModel, dataset: Dataset) -> list[tuple[Source, Scanpaths]]:
        """Predict, and save what is scored; each source beside the people on whose paths it is scored.

        Those are several groups where folds are of people; samples are then numbered on from group to group.
        """
        sides = model.sides(dataset) if isinstance(model, FoldedModel) else [(model, dataset)]
        found = [(each, of.scanpaths) for fitted, of in sides for each in self._sources(fitted, of)]
        for name, file in self.predictions.items():
            made = [source.paths for source, _ in found if source.name == name]
            for k, paths in enumerate(made[1:], 1):
                sample = paths.table["sample"] + k * self.options["n_samples"]
                made[k] = paths.replace(table=paths.table.assign(sample=sample))
            (made[0] if len(made) == 1 else Scanpaths.concat(made)).save(file)
        return found

    def _sources(self, model: ScanpathModel, dataset: Dataset) -> list[Source]:
        """Predict: paths of the lengths asked for, and a model's own, which are others only where it can go on."""
        asked = None if model.stops else self.lengths
        if asked is not None and self.limits is not None:
            asked = np.maximum(asked, self.limits[:, None])
        whole = predicted(model, dataset.trials, **self.options, lengths=asked, progress=False)
        made, wanted = [whole], [asked]
        if self._whole_too(model) and self.lengths is not None:
            own, own_wanted = whole, asked
            if model.ends_itself:
                own, own_wanted = predicted(model, dataset.trials, **self.options, progress=False), None
            own = own.replace(table=own.table.assign(source=model.name + OWN))
            made, wanted = [cut_to_lengths(whole, dataset.trials, self.lengths), own], [asked, own_wanted]
        densities: tuple[Any, Any] = (None, None)
        if isinstance(model, HasDensity):
            following = None if model.independent_fixations else partial(next_log_densities, model)
            densities = partial(log_density_on, model), following
        sources = []
        for name, paths, lengths in zip(self.predictions, made, wanted, strict=True):
            ready = prepare_predictions(paths, dataset.scanpaths, dataset)
            drawn = {"seed": self.options["seed"], "max_fixations": self.options.get("max_fixations"), "asked": lengths}
            of_lengths = None if self.lengths is None or name.endswith(OWN) else self.donors
            donors = donors_of(model, ready, dataset.trials, **drawn, of_lengths=of_lengths)
            log_density, following = densities
            sources.append(Source(name, ready, log_density, donors, following))
            densities = None, None  # a density has no length
        return sources

    def seconds(self) -> dict[str, float]:
        """How long prediction and scoring took; nothing where that is lost, as no result depends on it."""
        try:
            return dict(parse_json(read_whole(self._seconds)))
        except (ValueError, TypeError):
            return {}

    @property
    def _seconds(self) -> Path:
        return self.part.with_suffix(".scores.seconds.json")


def cells_of_numbers(
    model: LearnsNumbers, rows: pd.DataFrame, score: Callable[[Any], pd.DataFrame], stimuli: Sequence[str]
) -> pd.DataFrame:
    """How scores move with each number that a model has learned, and the number with people; see `Scored.cells`.

    Parameters
    ----------
    model : LearnsNumbers
        As fitted.
    rows : pandas.DataFrame
        Its scores of some stimuli.
    score : callable
        Scores of a model, in the same way.
    stimuli : sequence of str
        Those that are scored.
    """
    keys = ["model", "metric", "stimulus"]
    before, found = rows.set_index(keys)["value"], []
    for number, moved, by in model.moved_fits():
        change = (score(moved).set_index(keys)["value"] - before).reset_index().assign(subject="")
        people = change[["model", "metric"]].drop_duplicates().merge(by[by["stimulus"].isin(stimuli)], how="cross")
        found.append(pd.concat([change, people]).assign(donor=number))
    if not found:
        return pd.DataFrame(columns=CELLS)
    order = {stimulus: k for k, stimulus in enumerate(stimuli)}  # so that rows do not depend on how stimuli were cut
    table = pd.concat(found).sort_values("stimulus", key=lambda names: names.map(order), kind="stable")
    return table.assign(pairs=0).reindex(columns=CELLS)


@dataclass(frozen=True)
class SetPiece:
    """Sets of one source's paths, as many as of every other source.

    Parameters
    ----------
    part : Path
        Its file.
    work : SetWork
        What all pieces share.
    source : str
        Its name in the tables.
    predictions : sequence of Path, optional
        Files of the model's paths; None for people.
    draw : int, optional
        Score the sets of each stimulus, in this draw.
    about, numbers : str and sequence of int
        Score the whole data set; see `score_whole`.
    """

    part: Path
    work: SetWork
    source: str
    predictions: Sequence[Path] | None
    draw: int | None = None
    about: str = ALL
    numbers: Sequence[int] = (0,)

    def __call__(self) -> list[Path]:
        """Write one table."""
        predicted = None if self.predictions is None else load_paths(self.predictions)
        if self.draw is None:
            table = score_whole(self.work, predicted, self.source, self.about, self.numbers)
        else:
            table = score_drawn_stimuli(self.work, predicted, self.source, self.draw)
        write_table(table, self.part)
        return [self.part]


def load_paths(files: Sequence[Path]) -> Scanpaths:
    """The paths of several files in one."""
    return Scanpaths.concat([Scanpaths.load(file) for file in files])
