"""Published splits: parts by name, and stimuli that are in several parts."""

from dataclasses import replace

import pytest

from gazekit import Frame, Trial
from gazekit.datasets import datasets
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.splits import shared_stimuli
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

FRAME = Frame(100, 50)
LEAKING = [
    ("a", "1", "train"),
    ("a", "2", "test"),
    ("b", "1", "train"),
    ("c", "2", "test"),
    ("d", "2", "valid"),
    ("e", "3", ""),
]
CLEAN = [("a", "1", "train"), ("b", "2", "test")]


def read(rows, splits=("train", "valid", "test"), outside=(), **options):
    card = replace(datasets["coco-search18"], splits=splits)
    folder = PublishedFolder(card, ".", **options)
    for stimulus, subject, part in rows:
        if all(trial.id != stimulus for trial in folder.trials):
            folder.trials.append(Trial(stimulus, stimulus, FRAME))
        x = [101 if stimulus in outside else 1, 2]
        folder.add_path(x, [1, 2], None, FRAME, stimulus=stimulus, subject=subject, split=part)
    return folder.dataset()


def test_a_part_has_its_scanpaths_and_their_trials():
    data = read(CLEAN, split="test")
    assert (data.stimuli, data.subjects, len(data.scanpaths)) == (["b"], ["2"], 1)
    assert data.dropped == {}


def test_all_parts_are_read_by_default():
    assert len(read(LEAKING).scanpaths) == 6


def test_stimuli_in_several_parts_are_named_in_the_order_of_the_card():
    assert shared_stimuli(read(LEAKING)) == {"a": ("train", "test")}
    assert shared_stimuli(read(LEAKING[::-1])) == {"a": ("train", "test")}
    assert shared_stimuli(read(CLEAN)) == {}


@pytest.mark.parametrize("part", ["train", "valid", "test"])
def test_a_split_that_shares_images_is_refused(part):
    with pytest.raises(
        GazekitError, match=r"1 of 5 stimuli in several parts: 'a' \(train and test\)\. .*shared='drop'"
    ):
        read(LEAKING, split=part)


def test_the_published_split_can_be_kept():
    assert read(LEAKING, split="train", shared="keep").stimuli == ["a", "b"]


def test_a_split_by_image_leaves_the_test_set_as_it_was_published():
    train = read(LEAKING, split="train", shared="drop")
    test = read(LEAKING, split="test", shared="drop")
    assert (train.stimuli, test.stimuli) == (["b"], ["a", "c"])
    assert train.dropped == {"scanpaths of stimuli that a later part of the split has too (left out)": 1}
    assert test.dropped == {}


def test_points_are_counted_in_the_part_that_was_asked_for():
    kept = "points outside the image (kept)"
    assert read(CLEAN, outside=("a", "b")).dropped == {kept: 2}
    assert read(CLEAN, outside=("a", "b"), split="test").dropped == {kept: 1}


def test_a_part_that_is_not_in_the_folder():
    with pytest.raises(DataError, match="has no scanpath of the part 'valid' of its split; it has 'train', 'test'"):
        read(CLEAN, split="valid")


def test_a_part_that_the_split_does_not_have():
    with pytest.raises(UnknownNameError, match="'tran'; did you mean 'train'"):
        read(CLEAN, split="tran")


def test_a_data_set_without_a_published_split():
    with pytest.raises(GazekitError, match=r"no split of the data set .* is published.*Dataset\.split\('stimulus'\)"):
        read(CLEAN, splits=(), split="train")
