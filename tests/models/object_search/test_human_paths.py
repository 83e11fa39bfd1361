"""People's paths over objects: read once, in one way, for all who use them."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Dataset, Facts
from gazekit.foundations.errors import DataError
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.scenes import ObjectPaths
from gazekit.models.object_search.human_paths import human_paths


@pytest.fixture
def looked(shelf, scanpaths_of):
    """One path over the objects 2, 1, 6 of a shelf of eight."""

    def make(**facts):
        trial = shelf(2, 4, target=7)
        x, y = trial.objects.boxes[[2, 1, 6]].reshape(3, 2, 2).mean(1).T
        paths = scanpaths_of([3], frame=trial.frame, stimulus=[trial.id]).replace(x=x, y=y, facts=Facts(**facts))
        return Dataset("one", [trial], paths)

    return make


@pytest.mark.parametrize(
    ("facts", "objects"),
    [({"forced_first": True}, [1, 6]), ({"forced_first": False}, [2, 1, 6]), ({}, [2, 1, 6])],
    ids=["forced", "not-forced", "not-declared"],
)
def test_a_forced_first_fixation_is_dropped_for_every_user(looked, facts, objects):
    data = looked(**facts)
    (path,) = human_paths(data)
    (of_oat,) = ObjectPaths.from_dataset(data, OatConfig()).paths
    assert path.objects.tolist() == (of_oat - 1).tolist() == objects


def test_degrees_and_trials_without_objects_are_refused_for_every_user(looked):
    data = looked(forced_first=False)
    degrees = replace(data, scanpaths=data.scanpaths.replace(facts=Facts(unit="degrees")))
    bare = replace(data, trials=tuple(replace(t, objects=None) for t in data.trials))
    for broken, message in ((degrees, "'one' are in degrees"), (bare, "has no objects; object search needs the boxes")):
        for read in (human_paths, lambda d: ObjectPaths.from_dataset(d, OatConfig())):
            with pytest.raises(DataError, match=message):
                read(broken)


def test_paths_keep_their_rows(looked):
    data = looked(forced_first=False)
    away = data.scanpaths.replace(x=np.full(3, -500.0), table=data.scanpaths.table.assign(sample=1))
    both = replace(data, scanpaths=type(away).concat([away, data.scanpaths]))
    assert [path.row for path in human_paths(both, "containing")] == [1]
