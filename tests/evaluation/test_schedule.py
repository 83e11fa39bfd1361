"""The schedule: whole stimuli in every part, and the same parts for everybody."""

import numpy as np

from gazekit.evaluation.schedule import cut


def test_parts_hold_whole_stimuli(small_dataset):
    parts = cut(small_dataset, 4)
    assert [part.stimuli for part in parts] == [["img0", "img1", "img2", "img3"], ["img4", "img5"]]
    assert sum(len(part.scanpaths) for part in parts) == len(small_dataset.scanpaths)
    for part in parts:
        assert set(part.scanpaths.table["stimulus"]) == set(part.stimuli)


def test_paths_keep_their_order(small_dataset):
    (whole,) = cut(small_dataset, 10)
    np.testing.assert_array_equal(whole.scanpaths.x, small_dataset.scanpaths.x)
    (first, *_) = cut(small_dataset, 1)
    expected = small_dataset.scanpaths.filter(stimulus="img0")
    np.testing.assert_array_equal(first.scanpaths.x, expected.x)
