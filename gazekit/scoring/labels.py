"""Measures of strings of labels in an evaluation: clusters of people's fixations, objects, or maps of labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.registry import Registry
from gazekit.metrics import label_fixations, metrics, without_target
from gazekit.metrics.sets import Trials
from gazekit.metrics.strings.clusters import Clusters
from gazekit.scoring.pairs import score_by_stimulus

Labels = Literal["clusters", "objects", "label_maps"]
labelled_measures = Registry("labelled measure")
TIME_BIN_MS = 50.0  # the COCO-Search18 line's


@dataclass(frozen=True)
class LabelledMeasure:
    """A metric of pairs of paths, on strings of labels instead of the cells of a grid.

    Parameters
    ----------
    name : str
        Its name in tables and on the command line, and its only output.
    metric : str
        The metric of pairs that scores the strings.
    labels : {"clusters", "objects", "label_maps"}
        What a symbol is: the nearest cluster of people's fixations on the stimulus, the nearest object, or the value
        of the stimulus's map under the fixation.
    params : mapping
        Options of the metric; `symbols` is always "objects".
    leave_target : bool
        Whether fixations on the target are taken out first (SSx).
    summary : str
        What it measures, in one sentence.
    source : str
        Where it was defined.
    """

    name: str
    metric: str
    labels: Labels
    summary: str
    source: str
    params: Mapping[str, Any] = field(default_factory=dict)
    leave_target: bool = False
    caution: str = ""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Its one column."""
        return (self.name,)

    @property
    def higher_is_better(self) -> bool:
        """That of the metric."""
        return bool(metrics[self.metric].higher_is_better)

    @property
    def bounds(self) -> tuple[float, float]:
        """Those of the metric."""
        low, high = metrics[self.metric].bounds
        return (low, high)

    @property
    def unit(self) -> str:
        """That of the metric."""
        return str(metrics[self.metric].unit)

    @property
    def needs(self) -> tuple[str, ...]:
        """What the data must have."""
        return (*(("duration",) if self.timed else ()), self.labels, *(("target_object",) if self.leave_target else ()))

    @property
    def timed(self) -> bool:
        """Whether symbols are repeated by duration."""
        return self.params.get("temporal_bin_ms") is not None

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All options of the metric; an unknown one is refused."""
        return dict(metrics[self.metric].options({**self.params, **given, "symbols": "objects"}))


@dataclass(frozen=True)
class LabelSources:
    """What gives labels to fixations; the same for people and for every model.

    Parameters
    ----------
    clusters : Clusters, optional
        Of all people's fixations on each stimulus (and task).
    contents : mapping of trial id to TrialContent
        Objects and targets.
    maps : mapping of stimulus to (height, width) array of whole numbers
        Maps of labels.
    """

    clusters: Clusters | None = None
    contents: Trials = field(default_factory=dict)
    maps: Mapping[str, np.ndarray] = field(default_factory=dict)

    def label(self, paths: Scanpaths, labels: Labels, leave_target: bool) -> Scanpaths:
        """The paths with `object_id` filled in, and without fixations on the target if asked."""
        if labels == "clusters":
            if self.clusters is None:
                raise AssertionError("clusters are asked for and were not made")
            return self.clusters.label(paths)
        if labels == "label_maps":
            return label_fixations(paths, self.maps)
        boxes = {name: shown.objects for name, shown in self.contents.items() if shown.objects is not None}
        named = paths if paths.object_id is not None else paths.to_objects(boxes)
        if not leave_target:
            return named
        targets = {n: int(shown.target_object) for n, shown in self.contents.items() if shown.target_object is not None}
        return without_target(named, targets)


def score_labelled(
    predicted: Scanpaths,
    human: Scanpaths,
    chosen: Mapping[str, Mapping[str, Any]],
    sources: LabelSources,
    *,
    threads: int | None = 1,
) -> pd.DataFrame:
    """Mean score of each source on each stimulus, as `score_by_stimulus`.

    Parameters
    ----------
    predicted, human, threads
        As in `score_by_stimulus`.
    chosen : mapping of name to options
        Labelled measures.
    sources : LabelSources
        Labels for both sides.
    """
    labelled: dict[tuple[Labels, bool], tuple[Scanpaths, Scanpaths]] = {}
    parts = []
    for name, options in chosen.items():
        measure = labelled_measures[name]
        key = (measure.labels, measure.leave_target)
        if key not in labelled:
            theirs = sources.label(human, *key)
            labelled[key] = (theirs if predicted is human else sources.label(predicted, *key), theirs)
        mine, theirs = labelled[key]
        if measure.timed and mine.duration is None:  # undefined and counted, not an error
            mine = mine.replace(duration=mine.durations())
        scores = score_by_stimulus(mine, theirs, {measure.metric: measure.options(options)}, threads=threads)
        parts.append(scores.assign(metric=name))
    return pd.concat(parts, ignore_index=True)


def _register() -> None:
    yang, hat = "Yang et al. 2020, CVPR", "Yang et al. 2024, CVPR (HAT)"
    semantic, oat = "Yang et al. 2022, ECCV (SemSS)", "Fang et al. 2024, OAT, ECCV"
    of = {"clusters": "clusters of people's fixations", "objects": "objects", "label_maps": "the labels of a map"}
    longest, edits = "Longest common subsequence over the longer length", "Edit distance"
    kinds: tuple[tuple[Labels, str, str], ...] = (("clusters", "clusters", yang), ("label_maps", "labels", semantic))
    for labels, suffix, source in kinds:
        for time, params in (("", {}), ("_time", {"temporal_bin_ms": TIME_BIN_MS})):
            again = f", each repeated once per {TIME_BIN_MS:g} ms" if time else ""
            for metric, words, where in (("sequence_score", longest, source), ("edit_distance", edits, hat)):
                name = f"{metric}_{suffix}{time}"
                summary = f"{words}, on strings of {of[labels]}{again}"
                labelled_measures.add(name, LabelledMeasure(name, metric, labels, summary, where, params))
    for metric, words in (("sequence_score", longest), ("edit_distance", edits)):
        name = f"{metric}_objects"
        summary = f"{words}, on strings of the nearest objects"
        labelled_measures.add(name, LabelledMeasure(name, metric, "objects", summary, oat))
    name, summary = "sequence_score_objects_without_target", f"{longest}, on strings of objects other than the target"
    labelled_measures.add(
        name, LabelledMeasure(name, "sequence_score", "objects", summary, f"{oat} (SSx)", leave_target=True)
    )


_register()
