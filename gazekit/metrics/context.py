"""What measures are given besides paths: who is scored, what the trials showed, and what was learned from people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.metrics.fixation_maps.reference import DensityReference
from gazekit.metrics.labels.clusters import Clusters

LogDensity = Callable[..., np.ndarray]


@dataclass(frozen=True)
class TrialContent:
    """What one trial showed, as plain numbers: all that measures of sets know of trials. What is not known is None.

    Parameters
    ----------
    target_box : (x0, y0, x1, y1), optional
        Where the target is, px, edges inside.
    objects : (k, 4) float64, optional
        Boxes of the objects shown, px.
    target_object : int, optional
        Which of `objects` is the target.
    start : (x, y), optional
        Where gaze was made to be when the stimulus appeared, px.
    target_similarity : (k,) float64, optional
        How alike each object and the target are; any scale, only the order counts.
    """

    target_box: Sequence[float] | None = None
    objects: np.ndarray | None = None
    target_object: int | None = None
    start: tuple[float, float] | None = None
    target_similarity: np.ndarray | None = None


Trials = Mapping[str, TrialContent]


def contents_of(trials: Sequence[Trial]) -> dict[str, TrialContent]:
    """What trials showed, by trial id."""
    return {
        t.id: TrialContent(t.target_box, None if t.objects is None else t.objects.boxes, t.target_object, t.start)
        for t in trials
    }


def object_boxes(contents: Trials) -> dict[str, np.ndarray]:
    """Boxes of the objects of the trials that have some."""
    return {name: shown.objects for name, shown in contents.items() if shown.objects is not None}


def target_objects(contents: Trials) -> dict[str, int]:
    """Target object of the trials that have one."""
    return {name: int(shown.target_object) for name, shown in contents.items() if shown.target_object is not None}


def with_start(paths: Scanpaths, trials: Trials) -> Scanpaths:
    """Put the trial's imposed start before every path that lacks its forced first fixation.

    Search measures count from the start. Evaluations drop the forced first fixation, because nobody chose it; this
    puts the imposed position back, without a duration, so that both give the same count.

    Parameters
    ----------
    paths : Scanpaths
        Paths in px.
    trials : mapping of trial id to TrialContent
        Their `start` is used.

    Returns
    -------
    Scanpaths
        The same paths where they declare `forced_first=True`, are in degrees, or where a trial has no start (measures
        that need "start" are refused where only some have one); otherwise each path one point longer, with
        `forced_first=True`.

    Examples
    --------
    >>> import pandas as pd
    >>> paths = Scanpaths([7], [8], [0, 1], pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9}))
    >>> with_start(paths, {"s": TrialContent(start=(1, 2))}).x.tolist()
    [1.0, 7.0]
    """
    if paths.facts.forced_first or paths.facts.unit != "px" or not len(paths):
        return paths
    contents = [trials.get(t) for t in paths.table["trial"]]
    if any(c is None or c.start is None for c in contents):
        return paths
    start = np.array([c.start for c in contents if c is not None], dtype=float)
    before = paths.offsets[:-1]
    return paths.replace(
        x=np.insert(paths.x, before, start[:, 0]),
        y=np.insert(paths.y, before, start[:, 1]),
        offsets=paths.offsets + np.arange(len(paths) + 1),
        duration=None if paths.duration is None else np.insert(paths.duration, before, np.nan),
        object_id=None if paths.object_id is None else np.insert(paths.object_id, before, -1),
        facts=replace(paths.facts, forced_first=True),
    )


@dataclass(frozen=True)
class Source:
    """Whose gaze is scored.

    Parameters
    ----------
    name : str
        The model's name; `human` for people.
    paths : Scanpaths
        Its paths, as prepared.
    log_density : callable, optional
        `log_density(trial, shape)` of a model that has one.
    donors : pandas.DataFrame, optional
        Whose paths the paths have something of, a row for everything that was drawn by itself: `path` (its place in
        `paths`), `stimulus`, `subject`; `x`, `y` of a single fixation, as shares of the image. None where a path has
        nothing of another.
    next_densities : callable, optional
        `next_densities(trial, path, shape)`, (n, rows, columns): of each fixation of a path after those before it.
        None where they are all `log_density`, whatever came before.
    """

    name: str
    paths: Scanpaths
    log_density: LogDensity | None = None
    donors: pd.DataFrame | None = None
    next_densities: Callable[..., np.ndarray] | None = None

    @property
    def is_people(self) -> bool:
        """Whether these are people, each of whom is compared with the others."""
        return self.name == HUMAN


@dataclass(frozen=True)
class Context:
    """What the data and the models offer to measures.

    Parameters
    ----------
    people : Scanpaths
        People's paths, as prepared.
    contents : mapping of trial id to TrialContent
        What the trials showed.
    trials : sequence of Trial
        The trials themselves, for densities.
    label_maps : mapping of stimulus to (height, width) array of whole numbers
        Maps of labels.
    clusters : Clusters, optional
        Of all people's fixations on each trial.
    density : DensityReference, optional
        What measures of densities compare with, learned from all people.
    models_have_densities : bool
        Whether a model gives a log density.
    first_dropped : bool
        Whether people's paths had an imposed first fixation that was dropped.
    threads : int, optional
        Threads of the kernels; the result does not depend on it.
    """

    people: Scanpaths
    contents: Trials = field(default_factory=dict)
    trials: Sequence[Trial] = ()
    label_maps: Mapping[str, np.ndarray] = field(default_factory=dict)
    clusters: Clusters | None = None
    density: DensityReference | None = None
    models_have_densities: bool = True
    first_dropped: bool = False
    threads: int | None = 1

    def of_piece(self, piece: Dataset) -> Self:
        """The same with the trials and resources of some stimuli only, so that little is sent to a worker."""
        clusters = self.clusters
        if clusters is not None:
            kept: list[tuple[str, ...]] = [(t.id,) for t in piece.trials]
            clusters = replace(clusters, centres={key: clusters.centres[key] for key in kept})
        return replace(
            self,
            people=piece.scanpaths,
            contents=contents_of(piece.trials),
            trials=piece.trials,
            label_maps={s: self.label_maps[s] for s in piece.stimuli if s in self.label_maps},
            clusters=clusters,
        )
