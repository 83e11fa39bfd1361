"""Labels of fixations: which px they are on, and the two ways to count px."""

import numpy as np
import pytest

from gazekit import Frame
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.labels.labelling import label_fixations, points_of


@pytest.fixture
def maps():
    return {"s": np.arange(12).reshape(3, 4)}


def at(scanpaths_of, *points):
    paths = scanpaths_of([len(points)], frame=Frame(4, 3), stimulus=["s"])
    return paths.replace(x=[p[0] for p in points], y=[p[1] for p in points])


@pytest.mark.parametrize(
    ("point", "truncated", "rounded"),
    [
        pytest.param((0, 0), 0, 0, id="corner"),
        pytest.param((1.4, 0.2), 1, 0, id="rounds-down-to-pixel-one"),
        pytest.param((1.5, 0.2), 1, 1, id="rounds-up-to-pixel-two"),
        pytest.param((1.9, 2.9), 9, 9, id="inside"),
        pytest.param((4, 3), 11, 11, id="far-corner"),
        pytest.param((-7, 99), 8, 8, id="outside"),
        pytest.param((3.2, 1.2), 7, 2, id="truncation-is-half-a-px-further"),
    ],
)
def test_the_px_of_a_position(scanpaths_of, maps, point, truncated, rounded):
    paths = at(scanpaths_of, point)
    assert label_fixations(paths, maps).object_id.tolist() == [truncated]
    assert label_fixations(paths, maps, pixel="round").object_id.tolist() == [rounded]


def test_every_stimulus_has_its_own_map(scanpaths_of):
    paths = scanpaths_of([2, 3, 1], frame=Frame(4, 3), stimulus=["s", "t", "s"])
    labelled = label_fixations(paths, {"s": np.full((3, 4), 7, dtype=np.uint8), "t": np.full((3, 4), 9)})
    assert labelled.object_id.tolist() == [7, 7, 9, 9, 9, 7]
    assert (labelled.x == paths.x).all()
    assert paths.object_id is None


def test_positions_that_are_not_finite_get_no_label(scanpaths_of, maps):
    labelled = label_fixations(at(scanpaths_of, (np.nan, 1), (1, np.inf), (1, 1)), maps)
    assert labelled.object_id.tolist() == [-1, -1, 5]


def test_fixations_of_some_rows(scanpaths_of):
    paths = scanpaths_of([2, 0, 3, 1])
    assert points_of(paths, np.array([2, 0])).tolist() == [2, 3, 4, 0, 1]
    assert points_of(paths, np.array([2, 0, 3]), from_rank=1).tolist() == [3, 4, 1]


@pytest.mark.parametrize(
    ("maps", "options", "error", "message"),
    [
        pytest.param({}, {}, GazekitError, "stimulus 's' has no map", id="no-map"),
        pytest.param({"s": np.zeros((3, 4))}, {}, GazekitError, "of whole numbers, not float64", id="fractions"),
        pytest.param({"s": np.zeros(12, int)}, {}, GazekitError, r"of shape \(12,\)", id="shape"),
        pytest.param({"s": np.zeros((4, 3), int)}, {}, MismatchError, "is 3 x 4 px and a frame 4 x 3", id="turned"),
        pytest.param({}, {"pixel": "nearest"}, GazekitError, "'truncate', 'round'", id="pixel"),
    ],
)
def test_errors_say_what_to_do(scanpaths_of, maps, options, error, message):
    with pytest.raises(error, match=message):
        label_fixations(at(scanpaths_of, (1, 1)), maps, **options)


def test_degrees_are_refused(scanpaths_of, maps):
    paths = scanpaths_of([2], frame=Frame(4, 3, px_per_degree=2), stimulus=["s"]).to_degrees()
    with pytest.raises(MismatchError, match="label them before"):
        label_fixations(paths, maps)
