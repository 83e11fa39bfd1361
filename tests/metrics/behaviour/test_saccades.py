"""First saccades by hand."""

import numpy as np
import pytest

from gazekit import Facts, Frame, Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import TrialContent, measures, score_sets
from gazekit.metrics.behaviour import first_saccade_on_target, first_saccades

FRAME = Frame(100, 100, px_per_degree=10)
BOX = (70, 40, 90, 60)


@pytest.fixture(scope="module")
def four(scanpaths_of):
    """Right onto the target; up, later on the target; one fixation only; none."""
    table = scanpaths_of([1] * 4, frame=FRAME, stimulus=["s"] * 4).table
    return Scanpaths(
        [50, 80, 50, 50, 80, 50], [50, 50, 50, 40, 50, 50], [0, 2, 5, 6, 6], table,
        duration=[200, 300, 100, 150, 250, 180], facts=Facts(forced_first=True),
    )  # fmt: skip


def test_columns_by_hand(four):
    first = first_saccades(four)
    np.testing.assert_array_equal(first.latency, [200, 100, np.nan, np.nan])
    np.testing.assert_array_equal(first.amplitude, [30, 10, np.nan, np.nan])
    np.testing.assert_array_equal(first.direction, [0, 90, np.nan, np.nan])
    np.testing.assert_array_equal(first.eccentricity, [30, 10, np.nan, np.nan])
    np.testing.assert_array_equal(first_saccade_on_target(four, {"s": BOX}), [1, 0, np.nan, np.nan])


def test_registered_means_and_what_drop_first_loses(four):
    trials = {"s": TrialContent(BOX, start=(50, 50))}
    dropped = four.drop_first()
    for paths in (four, dropped):
        amplitude = score_sets("first_saccade_amplitude", paths, paths, trials)[0]
        assert amplitude == pytest.approx(2.0)
        assert score_sets("first_saccade_on_target", paths, paths, trials)[0] == pytest.approx(0.5)
        leaves = measures["first_saccade_leaves_centre"]
        assert score_sets(leaves, paths, paths, trials)[0] == pytest.approx(0.5)
        assert score_sets(leaves, paths, paths, trials, centre_degrees=5)[0] == 0 or paths is four
    latency = measures["first_saccade_latency"]
    assert score_sets(latency, four, four, trials)[0] == 150
    assert np.isnan(score_sets(latency, dropped, dropped, trials)[0])


def test_a_path_that_starts_on_the_target_has_no_first_saccade_to_it(four):
    assert np.isnan(first_saccade_on_target(four, {"s": (40, 40, 60, 60)})).all()
    assert np.isnan(first_saccade_on_target(four, {})).all()


def test_refused(four):
    with pytest.raises(GazekitError, match="centre_degrees must be a radius of 0 degrees or more, not -1"):
        score_sets("first_saccade_leaves_centre", four, four, centre_degrees=-1)
