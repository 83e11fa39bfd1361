import numpy as np
import pytest
from scipy.io import loadmat, savemat

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError, GazekitError


@pytest.fixture(scope="module")
def osie(data_root):
    return load_dataset("osie", data_root / "osie")


@pytest.mark.data
def test_counts_of_the_published_set(osie):
    assert len(osie.trials) == len(osie.stimuli) == 700
    assert len(osie.subjects) == 15
    assert len(osie.scanpaths) == 10500
    assert len(osie.scanpaths.x) == 98321
    assert osie.dropped == {}
    assert osie.card.counts == {"stimuli": 700, "subjects": 15, "scanpaths": 10500, "fixations": 98321}


@pytest.mark.data
def test_positions_are_those_of_the_file(osie, data_root):
    raw = loadmat(data_root / "osie" / "eye" / "fixations.mat")["fixations"]
    entry = raw[41, 0][0, 0]
    name, eyes = str(entry["img"][0]), entry["subjects"]
    path = osie.scanpaths.filter(stimulus=name, subject="07")[0]
    eye = eyes[6, 0][0, 0]
    np.testing.assert_allclose(path.x, eye["fix_x"].ravel())
    np.testing.assert_allclose(path.y, eye["fix_y"].ravel())
    np.testing.assert_allclose(path.duration, eye["fix_duration"].ravel())


@pytest.mark.data
def test_first_fixations_are_not_forced_to_the_centre(osie):
    paths = osie.scanpaths
    first = paths.offsets[:-1]
    distance = np.hypot(paths.x[first] - 400, paths.y[first] - 300)
    assert np.median(distance) == pytest.approx(113, abs=1)
    assert paths.facts.forced_first is False


@pytest.mark.data
def test_images_are_read_when_asked_for_and_fit_the_frame(osie):
    trial = osie.trials[0]
    assert trial.image.shape == (600, 800, 3)


def test_a_folder_without_images_still_gives_scanpaths(tmp_path, osie_in):
    data = load_dataset("osie", osie_in(tmp_path / "osie"), px_per_degree=24)
    assert len(data.scanpaths) == 6
    assert data.scanpaths.lengths.tolist() == [2, 3, 4] * 2
    assert not data.trials[0].has("image")
    assert data.trials[0].frame.px_per_degree == 24
    assert (data.scanpaths.table["px_per_degree"] == 24).all()


def test_a_single_subject_and_a_single_fixation(tmp_path):
    (tmp_path / "eye").mkdir()
    eye = {"fix_x": 1.0, "fix_y": 2.0, "fix_duration": 3.0}
    entries = np.empty(1, dtype=object)
    entries[0] = {"img": "a.jpg", "subjects": eye}
    savemat(tmp_path / "eye" / "fixations.mat", {"fixations": entries})
    data = load_dataset("osie", tmp_path)
    assert data.scanpaths[0].xyt.tolist() == [[1, 2, 3]]


def test_a_missing_file_is_named(tmp_path):
    (tmp_path / "stimuli").mkdir()
    with pytest.raises(DataError, match=r"eye/fixations\.mat is missing; .* `gazekit datasets fetch osie --root DIR`"):
        load_dataset("osie", tmp_path)


@pytest.mark.parametrize(
    "share", [pytest.param(0.5, id="half"), pytest.param(0.01, id="start"), pytest.param(0, id="empty")]
)
def test_a_truncated_file_is_a_sentence(tmp_path, osie_in, share):
    file = osie_in(tmp_path / "osie") / "eye" / "fixations.mat"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataError, match=r"fixations\.mat cannot be read .* truncated .* `gazekit datasets check osie"):
        load_dataset("osie", tmp_path / "osie")


def test_another_variable_is_named(tmp_path):
    (tmp_path / "eye").mkdir()
    savemat(tmp_path / "eye" / "fixations.mat", {"other": 1})
    with pytest.raises(DataError, match="no variable 'fixations'"):
        load_dataset("osie", tmp_path)


def test_another_structure_is_named(tmp_path):
    (tmp_path / "eye").mkdir()
    savemat(tmp_path / "eye" / "fixations.mat", {"fixations": {"image": "a"}})
    with pytest.raises(DataError, match="does not have the published structure"):
        load_dataset("osie", tmp_path)


def test_points_outside_follow_the_policy(tmp_path):
    (tmp_path / "eye").mkdir()
    entries = np.empty(1, dtype=object)
    entries[0] = {
        "img": "a.jpg",
        "subjects": {"fix_x": [1.0, 900.0], "fix_y": [2.0, 2.0], "fix_duration": [3.0, 4.0]},
    }
    savemat(tmp_path / "eye" / "fixations.mat", {"fixations": entries})
    assert load_dataset("osie", tmp_path, outside="clip").scanpaths.x.tolist() == [1, 800]
    dropped = load_dataset("osie", tmp_path, outside="drop")
    assert dropped.scanpaths.x.tolist() == [1]
    assert dropped.dropped == {"points outside the image (dropped)": 1}
    with pytest.raises(GazekitError, match="option outside of .* must be"):
        load_dataset("osie", tmp_path, outside="hide")
