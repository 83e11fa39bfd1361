import numpy as np
import pytest

from gazekit.datasets import load_dataset
from gazekit.datasets.published.object_arrays import ITEMS
from gazekit.foundations.errors import DataError, GazekitError

TARGETS = [(365, 36), (1190, 512), (915, 988), (365, 36)]


@pytest.fixture(scope="module")
def arrays(data_root):
    return load_dataset("object-arrays", data_root / "visual_search" / "saccade" / "ObjArr")


@pytest.mark.data
def test_counts_of_the_published_set(arrays):
    paths = arrays.scanpaths
    assert (len(arrays.trials), len(arrays.subjects), len(paths), len(paths.x)) == (300, 15, 4500, 19800)
    assert arrays.dropped == {}
    assert paths.table["target_fixated"].sum() == 4214


@pytest.mark.data
def test_both_folders_are_accepted(arrays, data_root):
    again = load_dataset("object-arrays", data_root / "visual_search" / "saccade")
    assert again.fingerprint() == arrays.fingerprint()


@pytest.mark.data
def test_all_fixations_after_the_start_are_item_centres_as_x_then_y(arrays):
    paths = arrays.scanpaths
    first = paths.rank_of() == 0
    assert set(zip(paths.x[first], paths.y[first], strict=True)) == {(640, 512)}
    points = set(zip(paths.x[~first], paths.y[~first], strict=True))
    assert points == {tuple(p) for p in ITEMS}
    assert (paths.object_id[first] == -1).all()
    assert set(paths.object_id[~first]) == set(range(6))


@pytest.mark.data
def test_rows_are_subject_by_subject(arrays):
    """If they were stimulus by stimulus, people would end on the target by chance only (1 in 6)."""
    paths = arrays.scanpaths
    target = {t.id: t.target_object for t in arrays.trials}
    last = paths.object_id[paths.offsets[1:] - 1]
    assert (last == [target[t] for t in paths.table["trial"]]).sum() == 3659


@pytest.mark.data
def test_both_published_models_stop_on_the_same_item(arrays, data_root):
    root = data_root / "visual_search" / "saccade" / "ObjArr"
    fix, count = np.load(root / "fix" / "IVSN.npy"), np.load(root / "ifix" / "I_IVSN.npy").ravel().astype(int)
    ends = fix[np.arange(300), count - 1]
    centres = [t.target_box.centre for t in arrays.trials]
    np.testing.assert_array_equal(ends, centres)


@pytest.mark.data
def test_paths_are_not_cut_at_the_target(arrays):
    paths = arrays.scanpaths
    assert (paths.truncate(at_target=arrays.target_boxes()).lengths < paths.lengths).sum() == 1396
    assert paths.facts.cut_at_target is False


@pytest.mark.data
def test_screen_positions_give_the_published_saccade_size(data_root):
    """The official analysis reports a median human saccade of 9.62 degrees: 300 px at 156 px per 5 degrees."""
    data = load_dataset("object-arrays", data_root / "visual_search" / "saccade", positions="screen")
    paths = data.scanpaths.to_degrees()
    same = np.diff(paths.path_of()) == 0
    step = np.hypot(np.diff(paths.x), np.diff(paths.y))[same]
    assert np.median(step[step > 0]) == pytest.approx(9.62, abs=0.01)


def test_screen_positions_shrink_the_circle(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS)
    data = load_dataset("object-arrays", root, positions="screen")
    assert data.scanpaths[0].x.tolist() == pytest.approx([640, 340, 490])
    assert data.scanpaths[0].y.tolist() == pytest.approx([512, 512, 252.36], abs=0.1)
    assert data.trials[0].frame.px_per_degree == 31.2
    assert data.trials[0].target_box.centre == pytest.approx((490, 252.36), abs=0.1)
    stored = load_dataset("object-arrays", root)
    assert stored.trials[0].frame.px_per_degree is None
    assert stored.scanpaths[0].xy.tolist() == [[640, 512], [90, 512], [365, 36]]


def test_objects_and_targets(tmp_path, saccades_in):
    data = load_dataset("object-arrays", saccades_in(tmp_path / "s", row_column=False, targets=TARGETS))
    assert [t.target_object for t in data.trials] == [4, 0, 1, 4]
    assert len(data.trials[0].objects) == 6
    assert data.scanpaths[0].object_id.tolist() == [-1, 3, 4]
    assert data.scanpaths.table["target_fixated"].all()
    assert data.trials[0].max_fixations == 6


def test_positions_that_are_no_items_are_refused(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", row_column=True, targets=TARGETS)  # swapped axes
    with pytest.raises(DataError, match="some fixations are not item centres"):
        load_dataset("object-arrays", root)


@pytest.mark.parametrize("file", ["fix/human_all.npy", "ifix/I_human_all.npy", "fix/eccNET.npy"])
@pytest.mark.parametrize("keep", [pytest.param(0.6, id="truncated"), pytest.param(0, id="empty")])
def test_a_truncated_file_is_named(tmp_path, saccades_in, file, keep):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS)
    whole = (root / file).read_bytes()
    (root / file).write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(DataError, match=f"{file.split('/')[1]} cannot be read .*truncated"):
        load_dataset("object-arrays", root)


def test_pickled_arrays_are_refused(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS)
    np.save(root / "fix" / "human_all.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="cannot be read"):
        load_dataset("object-arrays", root)


@pytest.mark.parametrize("file", ["fix/human_all.npy", "ifix/I_human_all.npy", "fix/eccNET.npy", "ifix/I_eccNET.npy"])
def test_half_a_folder_is_refused(tmp_path, saccades_in, file):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS)
    (root / file).unlink()
    with pytest.raises(DataError, match=f"{file} is missing"):
        load_dataset("object-arrays", root)


def test_counts_that_do_not_fit_are_refused(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS)
    np.save(root / "ifix" / "I_human_all.npy", np.full((60, 1), 8))
    with pytest.raises(DataError, match=r"its counts do not fit the 60 rows of human_all\.npy"):
        load_dataset("object-arrays", root)


def test_rows_that_are_no_multiple_of_subjects_are_refused(tmp_path, saccades_in):
    root = saccades_in(tmp_path / "s", row_column=False, targets=TARGETS, subjects=14)
    with pytest.raises(DataError, match="it has 56 rows, not 15 subjects x 4 stimuli"):
        load_dataset("object-arrays", root)


def test_an_unknown_kind_of_positions_is_refused(tmp_path):
    with pytest.raises(GazekitError, match="option positions of .* must be 'stored' or 'screen', not 'px'"):
        load_dataset("object-arrays", tmp_path, positions="px")
