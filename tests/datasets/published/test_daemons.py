import numpy as np
import pytest
from PIL import Image

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError


@pytest.fixture
def root(published):
    return published("daemons")


def test_degrees_from_the_bottom_left_become_px_from_the_top_left(root):
    path = load_dataset("daemons", root).scanpaths.filter(stimulus="a.jpg", subject="1")[0]
    assert path.xyt.tolist() == [[60, 60, 250], [1860, 1020, 200]]


def test_all_forced_fixations_go_and_are_counted(root):
    data = load_dataset("daemons", root)
    assert data.scanpaths.facts.forced_first is False
    assert data.scanpaths.lengths.tolist() == [2, 1, 0, 1]
    assert data.dropped == {
        "saccades without a fixation after them (left out)": 1,
        "forced fixations before the marker disappeared (left out)": 5,
        "fixations during which the eyes blinked (kept)": 1,
        "scanpaths with several forced fixations": 1,
        "scanpaths left without a fixation (kept, empty)": 1,
    }


def test_kept_forced_fixations_declare_nothing(root):
    data = load_dataset("daemons", root, first="keep")
    assert data.scanpaths.facts.forced_first is None
    assert data.scanpaths.lengths.tolist() == [4, 2, 1, 2]
    assert data.scanpaths[0].xy[0].tolist() == [960, 540]


def test_what_the_table_says_of_a_trial(root):
    table = load_dataset("daemons", root).scanpaths.table
    assert table["mask_shown"].tolist() == [False, True, False, False]
    assert table["forced_end"].tolist() == [310, 500, 300, 300]
    assert table["blinks"].tolist() == [1, 0, 0, 0]
    assert table["split"].tolist() == ["train", "train", "train", "val"]
    assert (table["px_per_degree"] == 60).all()


def test_images_are_read_as_they_are_stored(root):
    """Their EXIF says that they are to be turned; people saw them as stored."""
    file = root / "DAEMONS_flickr_corpus" / "a.jpg"
    file.parent.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (192, 108)).save(file, exif=exif)
    trials = {t.id: t for t in load_dataset("daemons", root).trials}
    assert trials["a.jpg"].image.shape == (108, 192, 3)
    assert not trials["b.jpg"].has("image")


def test_rows_of_another_part_are_refused(root):
    file = root / "eye_movement" / "SAC_val.csv"
    file.write_text(file.read_text().replace(",val", ",test"))
    with pytest.raises(DataError, match="2 of its rows say in VT that they are not of 'val'"):
        load_dataset("daemons", root)


def test_a_missing_column_is_named(root):
    file = root / "eye_movement" / "SAC_train.csv"
    file.write_text(file.read_text().replace("forced_fix", "forced"))
    with pytest.raises(DataError, match="has no column 'forced_fix'; its columns are Start, End"):
        load_dataset("daemons", root)


def test_two_tables_of_one_part_are_refused(root):
    (root / "copy").mkdir()
    (root / "copy" / "SAC_train.csv").write_text("x")
    with pytest.raises(DataError, match="has the same name, and nothing says which one counts"):
        load_dataset("daemons", root)


def test_a_folder_without_tables_says_what_is_missing(tmp_path):
    with pytest.raises(DataError, match=r"there is no SAC_train\.csv and no SAC_val\.csv in it"):
        load_dataset("daemons", tmp_path)


def test_durations_are_ms(root):
    assert np.nanmax(load_dataset("daemons", root, first="keep").scanpaths.durations()) == 300
