"""The schedule: whole stimuli in every part, and the same parts for everybody."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import evaluate
from gazekit.evaluation.schedule import cut
from gazekit.metrics.context import Context, Source
from gazekit.metrics.fixation_maps.reference import DensityReference
from gazekit.metrics.measure import NEGATIVES, measures, score_parts
from gazekit.models.baselines.centre import Centre


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


def test_negatives_move_the_mean_of_the_stimuli_that_have_a_value(small_dataset, tmp_path):
    """People have none where one of them looked alone; a model has, on the same images."""
    first, table = small_dataset.scanpaths.table["subject"].iloc[0], small_dataset.scanpaths.table
    alone = table["stimulus"].isin(small_dataset.stimuli[1:3]) & (table["subject"] != first)
    data = replace(small_dataset, scanpaths=small_dataset.scanpaths.filter(~alone.to_numpy()))
    found = evaluate(data, ["centre"], ["auc_shuffled"], out=tmp_path / "run", nulls=False, progress=False)
    scored = found.scores.dropna(subset="value").groupby("model").size()
    assert (scored["centre"], scored["human"]) == (len(data.stimuli), len(data.stimuli) - 2)
    reference = DensityReference.of(data.scanpaths, data.trials, seed=0)
    context = Context(data.scanpaths, trials=data.trials, density=reference)
    for model, density in (("human", None), ("centre", Centre().log_density)):
        source = Source(model, data.scanpaths, density)
        sums = score_parts([measures["auc_shuffled"]], source, data.scanpaths, context).cells
        owed, means = (
            each[(each["donor"] == NEGATIVES) & (each["subject"] != "") & (each["model"] == model)]
            .set_index(["stimulus", "subject"])["value"]
            .to_dict()
            for each in (sums, found.cells)
        )
        assert means == pytest.approx({key: value / scored[model] for key, value in owed.items()})
        assert max(map(abs, means.values())) > 1e-3
