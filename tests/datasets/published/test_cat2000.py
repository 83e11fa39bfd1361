import pytest
from scipy.io import savemat

from gazekit.core.stimulus_names import match_names
from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError


@pytest.fixture
def root(published):
    return published("cat2000")


def test_positions_from_0_without_repeats_and_lost_points(root):
    data = load_dataset("cat2000", root)
    assert data.scanpaths.filter(stimulus="Action/001.jpg", subject="ak")[0].xy.tolist() == [[959, 539], [99, 199]]
    assert data.dropped == {
        "points off the image (left out)": 1,
        "fixations that repeat the one before (left out)": 1,
    }
    assert data.scanpaths.duration is None


def test_names_that_repeat_between_categories_stay_apart(root):
    data = load_dataset("cat2000", root)
    assert data.stimuli == ["Action/001.jpg", "Art/001.jpg"]
    assert data.scanpaths.table["category"].tolist() == ["Action", "Action", "Art"]
    assert data.scanpaths.table["recording"].tolist() == ["24-53-ak.eye", "24-53-bl.eye", "1-1-ak.eye"]
    assert match_names(["Art\\001.png"], data.stimuli) == {"Art\\001.png": "Art/001.jpg"}
    with pytest.raises(DataError, match=r"could be 'Action/001\.jpg' or 'Art/001\.jpg'"):
        match_names(["001.jpg"], data.stimuli)


def test_the_inner_folder_will_do(root):
    assert len(load_dataset("cat2000", root / "trainSet").scanpaths) == 3


def test_images_are_found_in_their_categories(root):
    file = root / "trainSet" / "Stimuli" / "Art" / "001.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not read here")
    assert [t.has("image") for t in load_dataset("cat2000", root).trials] == [False, True]


@pytest.mark.parametrize("share", [0.9, 0.5, 0.1, 0])
def test_a_truncated_file_is_a_sentence(root, share):
    file = root / "trainSet" / "allFixData.mat"
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataError, match=r"allFixData\.mat cannot be read .*truncated or not the published file"):
        load_dataset("cat2000", root)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"allFixData\.mat is missing; .*gazekit datasets fetch cat2000"):
        load_dataset("cat2000", tmp_path)


def test_a_file_without_a_map_is_a_sentence(root):
    savemat(root / "trainSet" / "allFixData.mat", {"allData": 1.0})
    with pytest.raises(DataError, match=r"allFixData\.mat cannot be read \(it holds no containers\.Map\)"):
        load_dataset("cat2000", root)
