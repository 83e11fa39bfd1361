"""Paths over objects as this experiment compares them: people's, models', and people's of other layouts."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import ObjectLayout, layout_of

OTHER = "human, other layout"
SAME_CELL = "human, same target cell"


@dataclass(frozen=True)
class People:
    """People's paths over objects, and where those objects are.

    Parameters
    ----------
    paths : Scanpaths
        With `object_id`; fixations at the centres of their objects, as models have them.
    layouts : mapping of trial id to ObjectLayout
        Of the trials that people's paths are on.
    targets : mapping of trial id to int
        Target object of each.
    stimulus : mapping of trial id to str
        Which stimulus each shows.
    """

    paths: Scanpaths
    layouts: Mapping[str, ObjectLayout]
    targets: Mapping[str, int]
    stimulus: Mapping[str, str]

    @classmethod
    def of(cls, dataset: Dataset, rule: str = "nearest") -> "People":
        """Read a data set; paths without a fixation on an object are left out.

        Raises
        ------
        DataError
            A trial without objects or target, or no path.
        """
        found = human_paths(dataset, rule)
        used = {path.trial for path in found}
        trials = {t.id: t for t in dataset.trials if t.id in used}
        for trial in trials.values():
            if trial.target_object is None:
                raise DataError(
                    f"trial {trial.id!r} of {dataset.name!r} does not say which object is the target; object search "
                    f"needs target_object"
                )
        layouts = {name: layout_of(trial) for name, trial in trials.items()}
        rows = [path.row for path in found]
        objects = [path.objects for path in found]
        paths = at_centres(dataset.scanpaths[rows], objects, layouts)
        targets = {name: layout.target for name, layout in layouts.items()}
        return cls(paths, layouts, targets, {name: t.stimulus for name, t in trials.items()})

    def objects_of(self, row: int) -> np.ndarray:
        """Objects of one path, (n,) int64."""
        return self.paths.object_ids()[self.paths.offsets[row] : self.paths.offsets[row + 1]]

    def transplanted(self, *, same_target: bool) -> Scanpaths:
        """People's paths as if made on another layout: every path on every layout with as many objects.

        Parameters
        ----------
        same_target : bool
            Only on layouts whose target is the same object (cell), or on all others.

        Returns
        -------
        Scanpaths
            Objects keep their numbers; the trial is the one the path is put on.
        """
        names = list(self.layouts)
        home = self.paths.table["trial"].to_numpy()
        rows, trials = [], []
        for row, trial in enumerate(home):
            for name in names:
                if self.stimulus[name] == self.stimulus[trial]:
                    continue
                alike = len(self.layouts[name]) == len(self.layouts[trial])
                if alike and (not same_target or self.targets[name] == self.targets[trial]):
                    rows.append(row)
                    trials.append(name)
        moved = self.paths[rows]
        first = {name: row for row, name in reversed(list(enumerate(home)))}
        table = self.paths.table.iloc[[first[name] for name in trials]].reset_index(drop=True)
        table["source"] = SAME_CELL if same_target else OTHER
        objects = [self.objects_of(row) for row in rows]
        return at_centres(moved.replace(table=table), objects, self.layouts)


def at_centres(paths: Scanpaths, objects: list[np.ndarray], layouts: Mapping[str, ObjectLayout]) -> Scanpaths:
    """The same paths with given objects, and fixations at the objects' centres; durations are left out."""
    trials = paths.table["trial"]
    xy = [layouts[t].centres[ids] for t, ids in zip(trials, objects, strict=True)]
    joined = np.concatenate([np.empty((0, 2)), *xy])
    return paths.replace(
        x=joined[:, 0],
        y=joined[:, 1],
        offsets=np.concatenate([[0], np.cumsum([len(ids) for ids in objects], dtype=np.int64)]),
        duration=None,
        object_id=np.concatenate([np.empty(0, dtype=np.int64), *objects]),
        facts=type(paths.facts)(forced_first=False, points="fixations"),
    )


def predicted_objects(paths: Scanpaths, people: People) -> Scanpaths:
    """A model's paths over objects, at their centres: its own objects, or the nearest where it does not name them."""
    if paths.facts.forced_first:
        paths = paths.drop_first()
    if paths.object_id is None:
        boxes = {name: np.tile(layout.centres, 2) for name, layout in people.layouts.items()}  # points
        paths = paths.to_objects(boxes, "nearest")
    ids, offsets = paths.object_ids(), paths.offsets
    objects = [ids[a:b][ids[a:b] >= 0] for a, b in pairwise(offsets)]
    kept = [k for k, path in enumerate(objects) if len(path)]
    return at_centres(paths[kept], [objects[k] for k in kept], people.layouts)
