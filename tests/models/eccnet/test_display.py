from dataclasses import replace

import numpy as np
import pytest

from gazekit import Frame, Trial
from gazekit.core.trials import Box, Objects
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.eccnet.display import prepare

CELLS = np.array([[c * 20, r * 20, c * 20 + 20, r * 20 + 20] for r in range(3) for c in range(4)], dtype=float)


def trial(**changes):
    image = np.full((60, 80, 3), 200, np.uint8)
    image[25:35, 5:15] = (10, 20, 30)
    image[25:35, 65:75] = (90, 80, 70)
    base = Trial(
        "t",
        "s",
        Frame(80, 60),
        image_source=image,
        target_source=image[25:35, 65:75].copy(),
        target_box=Box(60, 20, 80, 40),
        objects=Objects(np.array([[65, 25, 75, 35], [5, 25, 15, 35]])),
        target_object=0,
        cells=CELLS,
    )
    return replace(base, **changes)


def test_a_trial_as_the_network_sees_it():
    prepared = prepare(trial())
    assert prepared.display.image.shape == (60, 80, 3)
    assert prepared.display.background == (200, 200, 200)
    assert prepared.display.items.shape == (12, 60, 80)
    assert (prepared.display.items.sum(axis=0) == 1).all()
    assert np.argwhere(prepared.display.region).min(axis=0).tolist() == [20, 60]
    assert prepared.display.region.sum() == 400


def test_masks_of_objects_serve_as_cells():
    masks = np.zeros((2, 60, 80), dtype=bool)
    masks[0, 20:40, 60:], masks[1, 20:40, :20] = True, True
    found = prepare(trial(cells=None, objects=Objects(trial().objects.boxes, masks=masks)))
    assert (found.display.items == masks).all()
    assert found.display.background == (0, 0, 0)


def test_whole_images():
    assert prepare(trial(), whole_image=True).display.items is None
    assert prepare(trial(cells=None)).display.items is None


def test_large_images_shrink_and_everything_with_them():
    prepared = prepare(trial(), max_side=40)
    assert prepared.display.image.shape == (30, 40, 3)
    assert prepared.target.shape == (5, 5, 3)
    assert prepared.scale.tolist() == [0.5, 0.5]
    assert (prepared.display.items.sum(axis=0) == 1).all()
    assert prepared.display.region.sum() == 100


def test_an_image_of_another_size_than_its_frame():
    prepared = prepare(trial(frame=Frame(160, 120), cells=CELLS * 2, target_box=Box(120, 40, 160, 80)))
    assert prepared.scale.tolist() == [0.5, 0.5]
    assert prepared.display.region.sum() == 400


def test_the_distractor_as_target():
    assert (prepare(trial(), swap_target=True).target == (10, 20, 30)).all()
    assert (prepare(trial(target_object=None), swap_target=True).target == (10, 20, 30)).all()
    alone = trial(objects=Objects(np.array([[65, 25, 75, 35]])))
    assert (prepare(alone, swap_target=True).target == (90, 80, 70)).all()


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        (
            {"target_source": np.zeros((70, 90, 3), np.uint8)},
            {},
            r"trial 't': the target is 90 x 70 px and the image 80 x 60 px; give a picture of the target",
        ),
        ({"cells": np.zeros((2, 3))}, {}, r"cells must have the shape \(c, 4\), .* not \(2, 3\)"),
        ({"cells": CELLS * 2}, {}, r"the cell 80, 0, 120, 40 px does not lie in the image of 80 x 60 px"),
        (
            {"cells": None, "objects": Objects(np.zeros((1, 4)), masks=np.ones((1, 50, 80), bool))},
            {},
            r"the item masks have the shape \(1, 50, 80\) and the image is 80 x 60 px; give one mask",
        ),
        ({"cells": CELLS[:3]}, {}, r"the target \(60, 20, 80, 40 px\) lies in no cell, .* search the whole image"),
        ({}, {"background": "grey"}, "background must be 'auto', a grey value 0..255 or"),
        ({}, {"background": (1, 2)}, "background must be 'auto', a grey value 0..255"),
        ({}, {"background": 300}, "background must be 'auto', a grey value 0..255"),
        (
            {"objects": Objects(np.array([[65, 25, 75, 35], [-30, -30, -20, -20]]))},
            {"swap_target": True},
            "the box of object 1 lies outside the image",
        ),
    ],
)
def test_bad_input(changes, options, message):
    with pytest.raises(GazekitError, match=message):
        prepare(trial(**changes), **options)


def test_a_distractor_that_cannot_be_told():
    with pytest.raises(MissingNeedError, match="has no objects, so that swap_target has no distractor"):
        prepare(trial(objects=None), swap_target=True)
    with pytest.raises(MissingNeedError, match="does not say which of its objects is the target"):
        prepare(trial(target_object=None, target_box=None), swap_target=True)
