"""Trials of shelves: places of covers, and what stands there."""

import hashlib
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves import load, shelf_of
from gazekit.datasets.synthetic.shelves.scene import shelf_layout
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.oat.config import preset
from gazekit.models.oat.scenes import batch_of, scene_of

GRIDS = ("2x11", "3x9", "4x8", "6x14")  # those of the wine, yogurt and book-cover shelves, and a small one
KINDS = [*GRIDS, "irregular"]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*GRIDS, "1x2", "20x25", "irregular"]), st.integers(0, 2**40))
def test_boxes_are_inside_and_do_not_overlap(name, seed):
    kind = shelf_layout(name)
    boxes = kind.boxes(Draws(seed, "t"))
    covered = np.zeros((int(kind.frame.height), int(kind.frame.width)), dtype=int)
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= kind.frame.width
        assert 0 <= y0 < y1 <= kind.frame.height
        covered[y0:y1, x0:x1] += 1
    assert covered.max() == 1
    if name == "irregular":
        assert 20 <= len(boxes) <= 30
    else:
        assert len(boxes) == kind.rows * kind.columns
        assert {(x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes.tolist()} == {(30, 48)}


def test_grids_are_row_by_row():
    boxes = shelf_layout("4x8").boxes(Draws(0, "t"))
    assert boxes[:2].tolist() == [[3, 3, 33, 51], [39, 3, 69, 51]]
    assert boxes[8].tolist() == [3, 57, 33, 105]


def test_irregular_boxes_differ_in_size_number_and_place():
    drawn = [shelf_layout("irregular").boxes(Draws(seed, "t")) for seed in range(40)]
    assert {len(b) for b in drawn} >= {20, 25, 30}
    size = np.concatenate([b[:, 2:] - b[:, :2] for b in drawn])
    assert size.min(axis=0).tolist() == [22, 36]
    assert size.max(axis=0).tolist() == [42, 64]


@pytest.mark.parametrize("name", ["4by8", "0x4", "4x", "x", "4x8x2", " 4x8", "-2x4", "1000x2", 48, None])
def test_what_is_no_layout(name):
    with pytest.raises(GazekitError, match="is no layout of shelves; give rows x columns, as '4x8', or 'irregular'"):
        shelf_layout(name)


@pytest.mark.parametrize(("name", "places"), [("1x1", 1), ("30x30", 900)])
def test_too_few_or_too_many_places(name, places):
    with pytest.raises(GazekitError, match=f"'{name}' has {places} places for covers; a shelf has 2 to 500"):
        shelf_layout(name)


@pytest.fixture(scope="module")
def shelves():
    return {name: load(covers="train", layouts=name, scenes=4, agents=1) for name in KINDS}


# First 16 digits of the SHA-256 of pictures, crops, targets and boxes of four shelves, seed 0.
PIXELS = {
    "2x11": "aa0c1c414e5f6d09",
    "3x9": "3f163b81dcb326df",
    "4x8": "b9eb7e69d0c2276b",
    "6x14": "bf6b149acc06ddbf",
    "irregular": "d0a12197457168ea",
}


@pytest.mark.parametrize("name", KINDS)
def test_pixels_are_pinned(shelves, name):
    found = hashlib.sha256()
    for trial in shelves[name].trials:
        found.update(trial.image.tobytes() + trial.target.tobytes() + repr(trial.target_object).encode())
        found.update(trial.objects.boxes.astype("<f8").tobytes())
    assert found.hexdigest()[:16] == PIXELS[name]


@pytest.mark.parametrize("name", KINDS)
def test_a_trial_says_what_its_picture_shows(shelves, name):
    for k, trial in enumerate(shelves[name].trials):
        assert trial.id == trial.stimulus == f"{name}/train/{k:05d}"
        assert trial.image.shape == (trial.frame.height, trial.frame.width, 3)
        assert trial.start == trial.frame.centre
        assert trial.max_fixations == 40
        outside = np.ones(trial.image.shape[:2], dtype=bool)
        for (x0, y0, x1, y1), crop in zip(trial.objects.boxes.astype(int), trial.objects.crops, strict=True):
            assert (trial.image[y0:y1, x0:x1] == crop).all()
            outside[y0:y1, x0:x1] = False
        assert (trial.image[outside] == 110).all()
        target = trial.target_object
        assert tuple(trial.target_box) == tuple(trial.objects.boxes[target])
        assert trial.task == f"search: {trial.objects.names[target]}"
        assert len(set(trial.objects.names)) == len(trial.objects)
        if name != "irregular":
            assert (trial.target == trial.objects.crops[target]).all()


def test_test_shelves_show_covers_that_no_training_shelf_shows():
    shown = {part: load(layouts="6x14", scenes=8, agents=1, covers=part).trials for part in ("train", "test")}
    names = {part: {n for t in trials for n in t.objects.names} for part, trials in shown.items()}
    assert not names["train"] & names["test"]
    assert len(names["test"]) == 96


def test_targets_and_places_are_drawn_evenly():
    trials = load(covers="train", scenes=1600, agents=1).trials
    places = np.bincount([t.target_object for t in trials], minlength=32)
    assert ((places - 50) ** 2 / 50).sum() < 62  # chi-squared, 31 degrees of freedom: p = .001


@pytest.mark.parametrize("wanted", [1, 5])
def test_lookalikes(wanted):
    for trial in load(covers="train", scenes=20, agents=1, lookalikes=wanted).trials:
        shelf = shelf_of(trial)
        cluster = shelf.library.cluster[shelf.covers]
        assert (cluster == cluster[trial.target_object]).sum() > wanted


def test_blocks_put_like_covers_beside_each_other():
    def neighbours_alike(**options):
        found = []
        for trial in load(layouts="6x14", scenes=10, agents=1, **options).trials:
            cluster = shelf_of(trial).library.cluster[shelf_of(trial).covers].reshape(6, 14)
            found.append((cluster[1:] == cluster[:-1]).mean())
        return np.mean(found)

    assert neighbours_alike() < 0.15
    assert neighbours_alike(blocks=True) > 0.8
    assert len(load(covers="train", layouts="irregular", blocks=True, scenes=3, agents=1).trials) == 3


def test_a_shelf_is_the_same_whatever_else_is_asked_for():
    many, few = (
        load(covers="train", layouts="3x9,4x8", scenes=6, agents=1),
        load(covers="train", layouts="4x8", scenes=2, start=3, agents=2),
    )
    for trial in few.trials:
        other = many.trial(trial.id)
        assert (other.image == trial.image).all()
        assert other.target_object == trial.target_object


def test_shelves_travel_to_other_processes():
    trial = load(covers="train", layouts="irregular", scenes=1, agents=1).trials[0]
    sent = pickle.dumps(trial)
    assert len(sent) < 10_000
    assert (pickle.loads(sent).image == trial.image).all()  # noqa: S301


def test_oat_sees_them(shelves):
    config = preset("oat-small", target_crop="separate", target_position="hidden")
    scenes = [scene_of(data.trials[0], config) for data in shelves.values()]
    batch = batch_of(scenes)
    assert batch.crop_of.shape[1] == 84
    assert len(batch.crops) <= sum(len(s.crops) + 1 for s in scenes)  # equal pictures once
    assert scenes[3].places.max(axis=0).tolist() == [5, 13]  # cells of the 6 x 14 shelf
    assert scenes[3].start.tolist() == [2.5, 6.5]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"layouts": "10x10", "covers": "test"},
            r"shelf '10x10/test/00000' has 100 places and there are 96 covers to draw from; give a larger library",
        ),
        ({"layouts": "6x14", "library": 100}, "has 84 places and there are 76 covers"),
        ({"layouts": "1x4", "lookalikes": 4}, "cannot have 4 lookalikes of its target: .* the shelf 3 further places"),
        ({"library": 48, "layouts": "2x3", "lookalikes": 3}, "the target's cluster has 2 further covers"),
    ],
)
def test_shelves_that_cannot_be_filled(options, message):
    with pytest.raises(GazekitError, match=message):
        load(**{"covers": "train", "scenes": 1} | options)


def test_other_trials_are_no_shelves(shelf):
    with pytest.raises(MissingNeedError, match="trial 'shelf' is not one of the data set 'shelves'"):
        shelf_of(shelf())
