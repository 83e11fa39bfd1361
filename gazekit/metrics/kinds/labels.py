"""Pairs of scanpaths as strings of labels: clusters of people's fixations, objects, or the values of a map."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.context import Context, Source, object_boxes, target_objects
from gazekit.metrics.kinds.pairs import PAIRS, with_durations
from gazekit.metrics.labels.labelling import label_fixations, without_target
from gazekit.metrics.measure import Kind, Measure, Scored, find, join_scored, make

Labels = Literal["clusters", "objects", "label_maps"]


def label_measure(
    name: str,
    scored_by: str,
    labels: Labels,
    *,
    summary: str,
    source: str,
    without_target: bool = False,
    **options: Any,
) -> Measure:
    """Make and register a measure of pairs that are strings of labels instead of the cells of a grid.

    Parameters
    ----------
    name : str
        Its name, and its only output.
    scored_by : str
        The measure of pairs that scores the strings.
    labels : {"clusters", "objects", "label_maps"}
        What a symbol is: the nearest cluster of people's fixations on the stimulus, the nearest object, or the value
        of the stimulus's map under the fixation.
    summary, source : str
        See `Measure`.
    without_target : bool
        Whether fixations on the target are taken out first (SSx).
    **options
        Other defaults of the measure's options; with `temporal_bin_ms` symbols are repeated by duration.
    """
    base = find(scored_by).with_options(**options)
    timed = base.options["temporal_bin_ms"] is not None
    return make(
        name,
        LABELS,
        "pair",
        scored_by,
        {option: value for option, value in base.options.items() if option != "symbols"},
        (name,),
        base.higher_is_better,
        base.bounds,
        summary,
        source,
        values_in=base.values_in,
        needs=("duration",) * timed + (labels,) + ("target_object",) * without_target,
        fixed={"labels": labels, "without_target": without_target, "symbols": "objects"},
    )


def _labelled(paths: Scanpaths, labels: Labels, leave_target: bool, context: Context) -> Scanpaths:
    """The paths with `object_id` filled in, and without fixations on the target if asked."""
    if labels == "clusters":
        if context.clusters is None:
            raise AssertionError("clusters are asked for and were not made")
        return context.clusters.label(paths)
    if labels == "label_maps":
        return label_fixations(paths, context.label_maps)
    named = paths if paths.object_id is not None else paths.to_objects(object_boxes(context.contents))
    return without_target(named, target_objects(context.contents)) if leave_target else named


def _rows(chosen: Sequence[Measure], source: Source, people: Scanpaths, context: Context) -> Scored:
    sides: dict[tuple[Labels, bool], tuple[Scanpaths, Scanpaths]] = {}
    parts = []
    for measure in chosen:
        key = (measure.fixed["labels"], measure.fixed["without_target"])
        if key not in sides:
            theirs = _labelled(people, *key, context)
            sides[key] = (theirs if source.paths is people else _labelled(source.paths, *key, context), theirs)
        mine, theirs = sides[key]
        if "duration" in measure.needs:
            mine = with_durations(mine)
        base = find(measure.steps).with_options(symbols="objects", **measure.options)
        found = PAIRS.rows([base], replace(source, paths=mine), theirs, context)
        parts.append([table.assign(metric=measure.name) for table in found])
    return join_scored(*zip(*parts, strict=True))


def _lacking(measure: Measure, context: Context) -> str:
    people = context.people
    if people.facts.unit != "px":
        return "it needs px of the shown image, and the human scanpaths are in degrees"
    if "duration" in measure.needs and people.duration is None:
        return "it needs fixation durations, and the human scanpaths have none"
    if "clusters" in measure.needs:
        return ""
    if "label_maps" in measure.needs:
        absent = [s for s in people.table["stimulus"].unique() if s not in context.label_maps]
        return f"it needs a map of labels of every stimulus, and {absent[0]!r} has none" if absent else ""
    shown = [context.contents.get(t) for t in people.table["trial"].unique()]
    if people.object_id is None and any(t is None or t.objects is None for t in shown):
        return "it needs the objects of every trial, and there are none"
    if "target_object" in measure.needs and any(t is None or t.target_object is None for t in shown):
        return "it needs to know which object is the target of every trial"
    return ""


LABELS = Kind("pairs of scanpaths as strings of labels", 1, _lacking, _rows)
