"""The check of MultiMatch: passes on our numbers, fails on others, and says what it compared."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from gazekit import Frame
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.verify import multimatch as check
from gazekit.verify import verify_multimatch


def test_passes_on_every_pair_of_people(dataset_of):
    dataset = dataset_of(n_stimuli=5, n_subjects=4)
    outcome = verify_multimatch(dataset, progress=False)
    assert outcome.passed
    assert outcome.figure <= 1e-12
    assert [row[0] for row in outcome.rows] == ["vector", "direction", "length", "position", "duration"]
    assert {row[2] for row in outcome.rows} == {5 * 6}  # every two of four subjects, five stimuli
    assert "time: gazekit" in outcome.lines()[-2]


def test_short_paths_and_missing_durations_agree(dataset_of, scanpaths_of):
    dataset = dataset_of(n_stimuli=1, n_subjects=4)
    paths = scanpaths_of([2, 5, 6, 7], durations=False, frame=Frame(160, 120), stimulus=["img0"] * 4)
    outcome = verify_multimatch(replace(dataset, scanpaths=paths), progress=False)
    assert outcome.passed
    assert [row[2] for row in outcome.rows] == [3, 3, 3, 3, 0]
    assert "pairs: 6; undefined (under three fixations): 3" in str(outcome)


@pytest.mark.parametrize(
    ("wrong", "disagreements"),
    [
        pytest.param(lambda s: s + np.array([0, 0, 1e-9, 0, 0]), 0, id="a-number"),
        pytest.param(lambda s: np.where(np.arange(len(s))[:, None] == 1, np.nan, s), 1, id="a-nan"),
    ],
)
def test_fails_on_other_numbers(dataset_of, monkeypatch, wrong, disagreements):
    right = check.pairwise
    monkeypatch.setattr(check, "pairwise", lambda *a, **k: wrong(right(*a, **k)))
    outcome = verify_multimatch(dataset_of(n_stimuli=2), progress=False)
    assert not outcome.passed
    assert outcome.rows[2][3] == disagreements


def test_a_part_is_drawn_by_key_and_said(dataset_of):
    dataset = dataset_of()
    first, second = (verify_multimatch(dataset, max_pairs=10, progress=False) for _ in range(2))
    assert first.rows == second.rows
    assert first.passed
    assert "a random part: 10 of 36 pairs, seed 0" in str(first)
    with pytest.raises(GazekitError, match="max_pairs must be a whole number of at least 1"):
        verify_multimatch(dataset, max_pairs=0)


def test_coordinates_that_are_no_numbers_are_left_out_and_counted(dataset_of):
    dataset = dataset_of(n_stimuli=1, n_subjects=3)
    x = dataset.scanpaths.x.copy()
    x[0] = np.nan
    outcome = verify_multimatch(replace(dataset, scanpaths=dataset.scanpaths.replace(x=x)), progress=False)
    assert outcome.passed
    assert "left out: 2 pairs with a coordinate that is not a number" in str(outcome)


def test_an_old_scipy_is_named(dataset_of, monkeypatch):
    import scipy

    monkeypatch.setattr(scipy, "__version__", "1.15.3")
    assert "SciPy 1.15.3 breaks ties" in str(verify_multimatch(dataset_of(n_stimuli=1), progress=False))


def test_errors_say_what_to_do(dataset_of, scanpaths_of, monkeypatch):
    alone = dataset_of(n_subjects=1)
    with pytest.raises(DataError, match="no trial that two subjects saw"):
        verify_multimatch(alone)
    short = scanpaths_of([2, 2], frame=Frame(160, 120), stimulus=["img0"] * 2)
    with pytest.raises(DataError, match="none of 1 pairs has three fixations"):
        verify_multimatch(replace(alone, scanpaths=short), progress=False)
    monkeypatch.setitem(sys.modules, "multimatch_gaze", None)
    with pytest.raises(GazekitError, match="pip install multimatch-gaze"):
        verify_multimatch(alone)
