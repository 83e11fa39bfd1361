"""Score one piece of a run: some whole stimuli, one source of paths, every measure that has a value per stimulus."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.metrics.strings.clusters import Clusters
from gazekit.scoring.choice import Choice
from gazekit.scoring.densities import DensityGround, density_of, score_densities
from gazekit.scoring.labels import LabelSources, score_labelled
from gazekit.scoring.pairs import score_by_stimulus
from gazekit.scoring.sets import contents_of, score_leaving_out

PIECE_COLUMNS = ["model", "metric", "stimulus", "value", "pairs", "undefined"]


@dataclass(frozen=True)
class PieceScoring:
    """What a piece computes, and with which resources.

    Parameters
    ----------
    choice : Choice
        Measures.
    clusters : Clusters, optional
        Of people's fixations on each trial of the piece.
    label_maps : mapping of stimulus to array
        Maps of labels of the piece's stimuli.
    ground : DensityGround, optional
        For measures of densities.
    """

    choice: Choice
    clusters: Clusters | None = None
    label_maps: Mapping[str, np.ndarray] = field(default_factory=dict)
    ground: DensityGround | None = None

    def for_piece(self, dataset: Dataset) -> "PieceScoring":
        """The same with the resources of some trials only, so that little is sent to a worker."""
        clusters = self.clusters
        if clusters is not None:
            keys: list[tuple[str, ...]] = [(t.id,) for t in dataset.trials]
            kept = {key: clusters.centres[key] for key in keys}
            clusters = replace(clusters, centres=kept)
        maps = {s: self.label_maps[s] for s in dataset.stimuli if s in self.label_maps}
        return replace(self, clusters=clusters, label_maps=maps)


def score_piece(
    scoring: PieceScoring, dataset: Dataset, predicted: Scanpaths | None, model: Any = None, *, threads: int | None = 1
) -> pd.DataFrame:
    """Score one source on the stimuli of a piece.

    Parameters
    ----------
    scoring : PieceScoring
        What to compute.
    dataset : Dataset
        The piece: trials and prepared human paths.
    predicted : Scanpaths, optional
        Prepared predictions; None scores people, each against all others.
    model : ScanpathModel, optional
        The model, for its density.
    threads : int, optional
        Threads of the kernels; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        model, metric, stimulus, value, pairs, undefined.
    """
    human, choice = dataset.scanpaths, scoring.choice
    mine = human if predicted is None else predicted
    name = HUMAN if model is None else str(model.name)
    contents = contents_of(dataset.trials)
    parts = []
    if pairs := choice.pairs:
        parts.append(score_by_stimulus(mine, human, pairs, threads=threads).assign(model=name))
    if labelled := choice.labelled:
        sources = LabelSources(scoring.clusters, contents, scoring.label_maps)
        parts.append(score_labelled(mine, human, labelled, sources, threads=threads).assign(model=name))
    if chosen := choice.leaving_out:
        parts.append(score_leaving_out(chosen, mine, human, contents, name))
    density = None if model is None else density_of(model)
    if scoring.ground is not None and (model is None or density is not None):
        rows = score_densities(choice.densities, density, dataset.trials, human, scoring.ground)
        parts.append(rows.assign(model=name))
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[PIECE_COLUMNS] if parts else pd.DataFrame(columns=PIECE_COLUMNS)
