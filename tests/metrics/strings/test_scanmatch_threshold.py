"""The recommended ScanMatch threshold: its closed form, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, load_dataset
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics.strings.scanmatch_threshold import recommended_threshold


def test_is_two_standard_deviations_in_cells(scanpaths_of):
    paths = scanpaths_of([5, 1, 0, 7], frame=Frame(1024, 768))
    amplitudes = np.concatenate([np.hypot(np.diff(path.x), np.diff(path.y)) for path in paths])
    assert len(amplitudes) == 10  # none from the end of a path to the start of the next
    expected = 2 * np.std(amplitudes, ddof=1) / (1024 / 12)
    assert recommended_threshold(paths) == pytest.approx(expected, rel=1e-12)


def test_every_path_has_its_own_frame(scanpaths_of):
    paths = scanpaths_of([6, 6], frame=Frame(1000, 800))
    grown = scanpaths_of([6, 6], frame=Frame(1000, 800))
    both = type(paths).concat([paths, grown.rescale(Frame(2000, 1600))])
    alone = type(paths).concat([paths, grown])
    assert recommended_threshold(both) == pytest.approx(recommended_threshold(alone))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.5, 3.0]))
def test_laws(scanpaths_of, seed, scale):
    paths = scanpaths_of([4, 5], frame=Frame(600, 400), seed=seed)
    threshold = recommended_threshold(paths)
    assert threshold > 0
    assert recommended_threshold(paths.rescale(Frame(600 * scale, 400 * scale))) == pytest.approx(threshold)
    assert recommended_threshold(paths, bins=(24, 8)) == pytest.approx(2 * threshold)
    assert recommended_threshold(paths, bins=(12, 3)) == threshold
    moved = paths.replace(x=paths.x + 50, y=paths.y - 20)
    assert recommended_threshold(moved) == pytest.approx(threshold)


def test_errors_say_what_to_do(scanpaths_of):
    paths = scanpaths_of([4])
    with pytest.raises(GazekitError, match="bins are a whole number"):
        recommended_threshold(paths, bins=(0, 8))
    with pytest.raises(DataError, match="two saccades or more, and these scanpaths have 1"):
        recommended_threshold(scanpaths_of([2, 1]))
    with pytest.raises(DataError, match="1 of 4 fixations have no finite position"):
        recommended_threshold(paths.replace(x=[1, np.nan, 3, 4]))
    with pytest.raises(DataError, match="all saccades are of one length"):
        recommended_threshold(paths.replace(x=[1, 2, 3, 4], y=[0, 0, 0, 0]))
    with pytest.raises(MismatchError, match="use the px paths"):
        recommended_threshold(scanpaths_of([4], frame=Frame(80, 60, px_per_degree=4)).to_degrees())


@pytest.mark.data
def test_of_people_on_osie(data_root):
    threshold = recommended_threshold(load_dataset("osie", root=data_root / "osie").scanpaths)
    assert 3 < threshold < 4  # beside the toolbox's default of 3.5
