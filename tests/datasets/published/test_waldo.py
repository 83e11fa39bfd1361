import numpy as np
import pytest

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError

TARGETS = [(1100, 200), (300, 700), (600, 90)]


@pytest.fixture(scope="module")
def waldo(data_root):
    return load_dataset("waldo", data_root / "visual_search" / "saccade" / "Waldo")


def last_points(paths):
    return np.column_stack([paths.x, paths.y])[paths.offsets[1:] - 1]


@pytest.mark.data
def test_counts_of_the_published_set(waldo):
    paths = waldo.scanpaths
    assert (len(waldo.trials), len(waldo.subjects), len(paths), len(paths.x)) == (67, 15, 1005, 28708)
    assert paths.table["target_found"].sum() == 756
    assert waldo.dropped == {"points outside the image (kept)": 1037}
    assert {t.max_fixations for t in waldo.trials} == {79}


@pytest.mark.data
def test_successful_searches_end_near_the_target_as_x_then_y(waldo):
    """The files are (row, column); read the other way round, the last fixation is a median 566 px off."""
    paths = waldo.scanpaths.filter(target_found=True)
    centre = {t.id: t.target_box.centre for t in waldo.trials}
    target = np.array([centre[t] for t in paths.table["trial"]])
    right = np.hypot(*(last_points(paths) - target).T)
    swapped = np.hypot(*(last_points(paths) - target[:, ::-1]).T)
    assert np.median(right) == pytest.approx(47.8, abs=0.1)
    assert np.median(swapped) > 500


@pytest.mark.data
def test_paths_begin_at_the_centre_and_end_at_the_target(waldo):
    paths = waldo.scanpaths
    first = paths.offsets[:-1]
    assert np.median(np.hypot(paths.x[first] - 640, paths.y[first] - 512)) < 25
    assert paths.facts.forced_first is True
    assert (paths.truncate(at_target=waldo.target_boxes()).lengths < paths.lengths).sum() == 0
    assert paths.facts.cut_at_target is True


@pytest.mark.data
def test_points_outside_can_be_dropped(data_root):
    data = load_dataset("waldo", data_root / "visual_search" / "saccade", outside="drop")
    assert len(data.scanpaths.x) == 28708 - 1036
    assert data.dropped["points outside the image (dropped)"] == 1036
    assert data.dropped["points outside the image (kept)"] == 1  # an imposed first fixation


def test_axes_padding_and_boxes(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", stimuli=3, longest=9, row_column=True, targets=TARGETS)
    data = load_dataset("waldo", root)
    assert len(data.scanpaths) == 45
    assert data.scanpaths[0].xy.tolist() == [[640, 512], [90, 512], [1100, 200]]
    assert data.trials[0].target_box == (1050, 150, 1150, 250)
    assert data.trials[0].frame.px_per_degree == 31.2
    assert load_dataset("waldo", root, px_per_degree=30).trials[0].frame.px_per_degree == 30
    assert data.scanpaths.table["subject"].tolist()[:4] == ["01", "01", "01", "02"]


@pytest.mark.parametrize("file", ["fix/human_all.npy", "ifix/I_human_all.npy", "cp/CP_human_all.npy", "target_pos.npy"])
def test_half_a_folder_is_refused(tmp_path, saccades_in, file):
    root = saccades_in(tmp_path / "s", stimuli=3, row_column=True, targets=TARGETS)
    (root / file).unlink()
    with pytest.raises(DataError, match=f"{file} is missing"):
        load_dataset("waldo", root)


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        pytest.param("target_pos.npy", np.zeros(3), r"its shape is \(3,\), not \(stimuli, 2\)", id="targets"),
        pytest.param("cp/CP_human_all.npy", np.zeros((44, 7)), "not one row for each of 45 paths", id="found"),
        pytest.param("fix/human_all.npy", np.zeros((45, 7)), r"not \(rows, fixations, 2\)", id="fixations"),
    ],
)
def test_another_shape_is_named(tmp_path, saccades_in, file, array, message):
    root = saccades_in(tmp_path / "s", stimuli=3, row_column=True, targets=TARGETS)
    np.save(root / file, array)
    with pytest.raises(DataError, match=message):
        load_dataset("waldo", root)
