"""The schedule: whole stimuli in every part, and the same parts for everybody."""

import numpy as np
import pandas as pd

from gazekit import evaluate
from gazekit.evaluation.schedule import cut
from gazekit.metrics.measure import NEGATIVES


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


def test_negatives_of_all_pieces_add_up(small_dataset, tmp_path, monkeypatch):
    """However the stimuli are cut, and however often what is known so far is added up."""
    cells = []
    for stimuli, rows in ((10, 500_000), (2, 500_000), (2, 3)):
        monkeypatch.setattr("gazekit.evaluation.evaluate.PIECE_STIMULI", stimuli)
        monkeypatch.setattr("gazekit.evaluation.schedule.MOST_ROWS", rows)
        out = tmp_path / f"{stimuli} {rows}"
        found = evaluate(small_dataset, ["centre"], ["auc_shuffled"], out=out, nulls=False, progress=False).cells
        cells.append(
            found[found["donor"] == NEGATIVES].set_index(["model", "stimulus", "subject"])["value"].sort_index()
        )
        assert set(found["model"]) == {"human", "centre"}
    for each in cells[1:]:
        pd.testing.assert_series_equal(each, cells[0], atol=1e-12)
    assert cells[0].index.is_unique
    assert cells[0].abs().max() > 0
