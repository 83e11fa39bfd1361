import pytest

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError, GazekitError


def path(data, stimulus, subject="kh005"):
    return data.scanpaths.filter(stimulus=stimulus, subject=subject)[0]


def test_letterboxed_images_and_seconds(published):
    """min(1920 / w, 1200 / h) is 2 for all three; the bars are 660 px left and right, and 300 px... of the screen."""
    data = load_dataset("ueyes", published("ueyes"))
    assert path(data, "w.png").xyt.tolist() == [[480, 300, 250], [240, 150, 200]]
    assert path(data, "m.png").xy.tolist() == [[150, 300], [(192 - 660) / 2, 300]]  # the second lies on the bar
    assert path(data, "t.png").xy.tolist() == [[960, 300], [960, 600]]  # scale 1: (900 - 300) px
    assert {t.id: t.frame.size for t in data.trials} == {"m.png": (300, 600), "t.png": (1920, 600), "w.png": (960, 600)}


def test_what_is_left_out_is_counted(published):
    dropped = dict(load_dataset("ueyes", published("ueyes")).dropped)
    broken = [reason for reason in dropped if reason.startswith("log that cannot be read (left out): ")]
    assert len(broken) == 1
    assert "00_kh007_fixations.csv" in broken[0]
    assert {k: v for k, v in dropped.items() if k not in broken} == {
        "fixation that the tracker calls invalid (left out)": 1,
        "logs of the calibration (left out)": 1,
        "scanpaths of an image that info.csv does not name (left out)": 1,
        "points outside the image (kept)": 1,
    }


def test_names_of_people_blocks_and_parts(published):
    table = load_dataset("ueyes", published("ueyes")).scanpaths.table
    rows = table[["subject", "stimulus", "block", "category", "split"]].to_numpy().tolist()
    assert ["kh005", "m.png", "00", "mobile", "Train"] in rows
    assert ["kh005", "t.png", "01", "desktop", "Test"] in rows
    assert len(rows) == 4


def test_the_first_second(published):
    data = load_dataset("ueyes", published("ueyes"), seconds=1)
    assert data.scanpaths.lengths.tolist() == [2, 1, 1, 1]
    assert data.dropped["fixations that began after 1 s (left out)"] == 3


def test_without_images_positions_are_of_the_screen(published):
    root = published("ueyes", images=False)
    with pytest.raises(DataError, match=r"there is no image in images/, .* frame='screen' reads them without images"):
        load_dataset("ueyes", root)
    data = load_dataset("ueyes", root, frame="screen", px_per_degree=40)
    assert path(data, "m.png").xy.tolist() == [[960, 600], [192, 600]]
    assert {t.frame.size for t in data.trials} == {(1920, 1200)}
    assert not data.trials[0].has("image")


def test_an_image_that_is_not_there_is_counted(published):
    root = published("ueyes")
    (root / "images" / "w.png").unlink()
    data = load_dataset("ueyes", root)
    assert data.dropped["scanpaths of an image whose file is not there (left out)"] == 2
    assert data.stimuli == ["m.png", "t.png"]


def test_one_px_per_degree_for_scaled_images_is_refused(published):
    with pytest.raises(GazekitError, match="px_per_degree differs between the images of ueyes"):
        load_dataset("ueyes", published("ueyes"), px_per_degree=40)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("1,w.png,9,.5,.5,0,.2,1,1,.9,.9,,\n", "second scanpath of a person on an image (left out)"),
        (
            "1,w.png,9,.5,.5,1,.2,1,1,.9,.9,,\n1,w.png,9,.5,.5,0,.2,2,1,.9,.9,,\n",
            "scanpaths in which the clock goes back (left out)",
        ),
    ],
)
def test_paths_that_are_two(published, rows, reason):
    root = published("ueyes")
    log = root / "eyetracker_logs" / "02_kh006_fixations.csv"
    log.write_text((root / "eyetracker_logs" / "00_kh006_fixations.csv").read_text().splitlines()[0] + "\n" + rows)
    data = load_dataset("ueyes", root)
    assert data.dropped[reason] == 1
    assert len(data.scanpaths) == 4


def test_info_without_a_column_or_with_an_image_twice(published):
    root = published("ueyes")
    info = root / "info.csv"
    text = info.read_text()
    info.write_text(text.replace("Category", "Kind"))
    with pytest.raises(DataError, match="has no column 'Category'; its columns are Image Name, Kind"):
        load_dataset("ueyes", root)
    info.write_text(text + "w.png;web;0;Test\n")
    with pytest.raises(DataError, match=r"names 'w\.png' twice"):
        load_dataset("ueyes", root)
