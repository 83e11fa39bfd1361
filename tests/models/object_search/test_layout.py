"""Layouts: places in cells, starts, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Frame, Trial
from gazekit.core.trials import Objects
from gazekit.foundations.errors import DataError, MissingNeedError
from gazekit.models.object_search.layout import layout_of


def test_a_grid_has_whole_places_and_starts_in_its_middle(shelf):
    layout = layout_of(shelf(2, 3, target=4))
    assert layout.places.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
    assert (layout.start.tolist(), layout.target, len(layout)) == ([0.5, 1.0], 4, 6)
    assert layout.place(np.array([], dtype=int)).tolist() == [0.5, 1.0]
    assert layout.place(np.array([0, 5])).tolist() == [1, 2]


def test_a_known_start_is_turned_into_cells(shelf):
    trial = shelf(2, 3)
    centre = trial.objects.boxes[5].reshape(2, 2).mean(0)
    assert layout_of(replace(trial, start=tuple(centre))).start.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("boxes", "target", "message"),
    [
        (np.empty((0, 4)), None, "no object"),
        ([[5, 5, 5, 9]], None, "box 0 is empty"),
        ([[0, 0, 10, 10], [90, 0, 130, 10]], None, "box 1 .* has its centre outside the frame of 100 x 50 px"),
        ([[0, 0, 10, 10]], 1, "the target is object 1, and there are objects 0 to 0"),
    ],
)
def test_bad_layouts_are_refused(boxes, target, message):
    trial = Trial("t", "s", Frame(100, 50), objects=Objects(np.array(boxes, dtype=float)), target_object=target)
    with pytest.raises(DataError, match=message):
        layout_of(trial)


def test_no_objects_are_refused():
    with pytest.raises(MissingNeedError, match="need 'objects'.* trial 't'"):
        layout_of(Trial("t", "s", Frame(9, 9)))
