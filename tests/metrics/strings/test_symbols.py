"""Scanpaths written as strings: cells, repetition by time, objects, and the traps of FixaTons' grid."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Frame, Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.columns import columns_of, columns_of_single
from gazekit.metrics.strings.symbols import repeated, strings_of

SIZE = (1003, 803)  # not divisible by four


def written(path, size=SIZE, **options):
    (columns,) = columns_of_single([path], size, "test", of_objects=options.get("symbols") == "objects")
    return strings_of(columns, "test", **options).symbols.tolist()


@pytest.mark.parametrize(
    ("point", "ours", "fixatons"),
    [
        pytest.param((0, 0), 0, 0, id="corner"),
        pytest.param((250.5, 1), 0, 1, id="step-of-250-is-too-short"),
        pytest.param((250.75, 1), 1, 1, id="quarter-of-the-width"),
        pytest.param((1001, 1), 3, 4, id="last-px-alias-into-the-next-row"),
        pytest.param((1003, 803), 15, 20, id="far-corner"),
        pytest.param((-5, 10), 0, -1, id="left-of-the-image"),
        pytest.param((10, 2000), 12, 40, id="below-the-image"),
    ],
)
def test_cells(point, ours, fixatons):
    assert written([point]) == [ours]
    assert written([point], fixatons_grid=True) == [fixatons]


def test_cells_are_equal_where_sides_divide_and_points_are_inside():
    points = np.random.default_rng(0).uniform(0, (800, 600), (500, 2)) * 0.999
    here, there = (written(points, (800, 600), fixatons_grid=flag) for flag in (False, True))
    assert here == there
    assert here == [int(4 * x // 800) + 4 * int(4 * y // 600) for x, y in points]


def test_another_grid():
    assert written([[0, 0], [1002, 802], [600, 10]], bins=(5, 3)) == [0, 14, 2]


def test_every_path_has_its_own_frame():
    table = pd.DataFrame({"stimulus": ["s", "t"], "width": [100, 200], "height": [100, 400]})
    paths = Scanpaths([90, 90], [90, 90], [0, 1, 2], table)
    assert strings_of(columns_of(paths), "test").symbols.tolist() == [15, 1]


def test_degrees_give_the_same_cells(scanpaths_of):
    paths = scanpaths_of([5, 9], frame=Frame(800, 600, px_per_degree=32))
    there = strings_of(columns_of(paths.to_degrees()), "test")
    assert strings_of(columns_of(paths), "test").symbols.tolist() == there.symbols.tolist()


def test_time_bins_truncate():
    path = [[1, 1, 149.9], [1002, 1, 50], [1, 802, 49], [1002, 802, 100]]
    assert written(path, temporal_bin_ms=50) == [0, 0, 3, 15, 15]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        pytest.param(np.empty((0, 2)), {}, id="empty"),
        pytest.param([[np.nan, 1], [2, 3]], {}, id="nan"),
        pytest.param([[1, 1], [2, np.inf]], {"fixatons_grid": True}, id="infinite"),
        pytest.param([[1, 1, 100], [2, 2, np.nan]], {"temporal_bin_ms": 50}, id="duration-unknown"),
        pytest.param([[1, 1, 10], [2, 2, 49]], {"temporal_bin_ms": 50}, id="all-too-short"),
    ],
)
def test_a_path_without_symbols(path, options):
    assert written(path, **options) == []


def test_one_bad_path_leaves_the_others(scanpaths_of):
    paths = scanpaths_of([3, 2, 4])
    x = np.array(paths.x)
    x[3] = np.nan
    strings = strings_of(columns_of(paths.replace(x=x)), "test")
    whole = strings_of(columns_of(paths), "test")
    assert strings.offsets.tolist() == [0, 3, 3, 7]
    assert strings.symbols.tolist() == whole.symbols[[0, 1, 2, 5, 6, 7, 8]].tolist()
    assert strings.longest == 4


def test_objects_of_single_paths():
    path = Scanpath([1, 2, 3], [1, 2, 3], [60, 20, 110], Frame(10, 10), object_id=[7, 3, -1])
    assert written(path, symbols="objects") == [7, 3, -1]
    assert written(path, symbols="objects", temporal_bin_ms=50) == [7, -1, -1]
    assert written([5, 5, 2], symbols="objects") == [5, 5, 2]
    assert written([], symbols="objects") == []


def test_rounded_repetition():
    duration, offsets = np.array([24.0, 25.0, 74.0, 75.0]), np.array([0, 4])
    strings = repeated(np.arange(4), offsets, np.ones(1, dtype=bool), duration, 50, "test", rounded="half up")
    assert strings.symbols.tolist() == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda: written([[1, 1]], symbols="letters"), GazekitError, "are 'grid' or 'objects'", id="kind"),
        pytest.param(lambda: written([[1, 1]], bins=(4, 0)), GazekitError, "bins are a whole", id="bins"),
        pytest.param(lambda: written([[1, 1]], bins="ab"), GazekitError, "bins are a whole .* not 'ab'", id="word"),
        pytest.param(lambda: written([[1, 1]], bins=5), GazekitError, "bins are a whole .* not 5", id="one-number"),
        pytest.param(
            lambda: written([[1, 1]], (3, 3), fixatons_grid=True),
            GazekitError,
            "too many",
            id="cells-below-a-px",
        ),
        pytest.param(lambda: written([[1, 1]], temporal_bin_ms=0), GazekitError, "positive number", id="bin-zero"),
        pytest.param(lambda: written([[1, 1]], temporal_bin_ms=50), GazekitError, "needs fixation dur", id="no-time"),
        pytest.param(lambda: written([[1, 1, -3]], temporal_bin_ms=50), GazekitError, "negative", id="negative"),
        pytest.param(lambda: written([[1, 1]], symbols="objects"), GazekitError, "column of whole", id="points"),
        pytest.param(lambda: written([1.5, 2], symbols="objects"), GazekitError, "column of whole", id="fractions"),
        pytest.param(
            lambda: written(Scanpath([1], [1], None, Frame(8, 8)), symbols="objects"),
            GazekitError,
            "this one has none",
            id="scanpath-without-objects",
        ),
        pytest.param(lambda: written(Scanpath([1], [1], None, Frame(8, 8))), MismatchError, "frame", id="frames"),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_objects_must_be_named(scanpaths_of):
    with pytest.raises(GazekitError, match="name them first with Scanpaths.to_objects"):
        strings_of(columns_of(scanpaths_of([3])), "test", symbols="objects")
