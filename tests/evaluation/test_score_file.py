"""Anybody's predictions: found by trial, stimulus or stem, and scored like a model."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Dataset, Frame, Scanpaths, Trial
from gazekit.evaluation.evaluate import NULLS
from gazekit.evaluation.score_file import match_trials, score_predictions
from gazekit.foundations.errors import DataError, RunFolderError


@pytest.fixture
def predictions(scanpaths_of):
    return scanpaths_of(
        [4, 5, 3], frame=Frame(160, 120), stimulus=["img0.jpg", "IMG3", "unknown"], subject="", source="theirs"
    )


def test_names_match_without_suffix_or_case(small_dataset, predictions):
    matched = match_trials(predictions, small_dataset)
    assert matched.paths.table["trial"].tolist() == ["img0", "img3"]
    assert (matched.unmatched, matched.trials_without) == (1, 4)


def test_nothing_matches(small_dataset, predictions):
    with pytest.raises(DataError, match="no prediction belongs to a trial.*'unknown'"):
        match_trials(predictions[[2]], small_dataset)


def test_one_stimulus_in_two_trials_needs_a_task(scanpaths_of):
    frame = Frame(100, 100)
    trials = [Trial(f"{task}/a", "a", frame, task=task) for task in ("cup", "fork")]
    data = Dataset("d", trials, Scanpaths.from_paths([]))
    with pytest.raises(DataError, match="belongs to 2 trials.*column `task`"):
        match_trials(scanpaths_of([2], frame=frame, stimulus=["a"]), data)
    named = match_trials(scanpaths_of([2], frame=frame, stimulus=["a"], task="fork"), data)
    assert named.paths.table["trial"].tolist() == ["fork/a"]


def test_rescale_maps_to_the_trial(small_dataset, scanpaths_of):
    big = scanpaths_of([4, 5], frame=Frame(1600, 1200), stimulus=["img1", "img0"], source="theirs")
    matched = match_trials(big, small_dataset, rescale=True).paths
    assert matched.table["trial"].tolist() == ["img1", "img0"]
    np.testing.assert_allclose(matched.x, big.x / 10)
    assert matched.frame_of(1) == Frame(160, 120)


def test_partial_predictions_are_scored_where_they_are(small_dataset, predictions, tmp_path):
    matched = match_trials(predictions, small_dataset)
    results = score_predictions(matched, small_dataset, ["scanmatch"], out=tmp_path / "r", progress=False)
    summary = results.summary.set_index("model")
    assert results.models == ["human", "theirs", "theirs (own lengths)", *NULLS]
    assert summary.loc["theirs", "stimuli"] == 2
    assert summary.loc["human", "stimuli"] == 6
    assert results.differences.set_index(["model_a", "model_b"]).loc[("human", "theirs"), "stimuli"] == 2


def test_several_sources_become_several_models(small_dataset, scanpaths_of, tmp_path):
    paths = scanpaths_of([4, 5], frame=Frame(160, 120), stimulus=["img0", "img0"], source=["a", "human"], subject="")
    results = score_predictions(
        match_trials(paths, small_dataset), small_dataset, ["scanmatch"], out=tmp_path / "r", progress=False
    )
    assert results.models == ["human", "a", "a (own lengths)", "predictions", "predictions (own lengths)", *NULLS]


def test_another_reading_of_the_file_is_another_run(small_dataset, predictions, tmp_path):
    """--forced-first after --no-forced-first: the first fixation is dropped, or the folder is refused."""

    def score(paths, out):
        matched = match_trials(paths, small_dataset)
        return score_predictions(matched, small_dataset, ["scanmatch"], out=tmp_path / out, progress=False).summary

    forced = predictions.replace(facts=replace(predictions.facts, forced_first=True))
    plain = score(predictions, "run")
    with pytest.raises(RunFolderError, match="holds another run"):
        score(forced, "run")
    assert not score(forced, "own").equals(plain)
