"""A data set of one's own table and images."""

import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Box, Dataset, Facts, Frame
from gazekit.foundations.errors import DataError
from gazekit.interchange import dataset_from_table, write_parquet
from gazekit.interchange.columns import BOX, START
from gazekit.interchange.points import EMPTIED


@pytest.fixture
def rows():
    return pd.DataFrame(
        {
            "stimulus": ["a", "a", "b.png", "sub/c"],
            "subject": ["s1", "s2", "s1", "s1"],
            "x": [1.0, 2, 3, 4],
            "y": [1.0, 2, 3, 4],
        }
    )


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    (folder / "sub").mkdir(parents=True)
    for name, size in (
        ("a.jpg", (40, 30)),
        ("b.png", (50, 20)),
        ("sub/c.PNG", (9, 8)),
        ("unused.png", (3, 3)),
    ):
        Image.new("RGB", size, (250, 0, 0)).save(folder / name)
    (folder / "notes.txt").write_text("not an image")
    return folder


def test_sizes_and_pictures_come_from_the_folder(rows, images):
    rows["stimulus"] = ["a", "a", "b.png", "c"]
    dataset = dataset_from_table(rows, images, px_per_degree=30)
    assert [t.id for t in dataset.trials] == ["a", "b.png", "c"]
    assert [t.frame.size for t in dataset.trials] == [(40, 30), (50, 20), (9, 8)]
    assert dataset.trials[0].frame.px_per_degree == 30
    assert dataset.trial("b.png").image.shape == (20, 50, 3)
    assert dataset.scanpaths.frame_of(3).size == (9, 8)
    assert len(dataset.scanpaths) == 4


def test_stimuli_may_be_paths_below_the_folder(rows, images):
    rows["stimulus"] = ["a.jpg", "a.jpg", "b.png", "sub/c.PNG"]
    assert dataset_from_table(rows, images).trial("sub/c.PNG").image_source == images / "sub" / "c.PNG"


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        pytest.param({"width": 100, "height": 60}, {}, id="columns"),
        pytest.param({}, {"width": 100, "height": 60}, id="options"),
        pytest.param({"W": 100, "H": 60}, {"columns": {"width": "W", "height": "H"}}, id="renamed"),
        pytest.param({}, {"frames": dict.fromkeys(["a", "b.png", "sub/c"], Frame(100, 60))}, id="frames"),
    ],
)
def test_stated_sizes_overrule_the_files(rows, images, columns, options):
    rows = rows.assign(stimulus=["a", "a", "b.png", "sub/c"], **columns).iloc[:3]
    dataset = dataset_from_table(rows, images, **options)
    assert {t.frame.size for t in dataset.trials} == {(100, 60)}


def test_what_is_known_of_a_trial(rows):
    rows = rows.iloc[:3].assign(
        task=["fork", "fork", None],
        caption=["A", "A", "B"],
        target_x0=[1, 1, None],
        target_y0=[2, 2, None],
        target_x1=[3, 3, None],
        target_y1=[4, 4, None],
        start_x=5,
        start_y=6,
        max_fixations=[7, 7, None],
    )
    a, b = dataset_from_table(rows, width=9, height=9).trials
    assert (a.task, a.caption, a.target_box, a.start, a.max_fixations) == (
        "fork",
        "A",
        Box(1, 2, 3, 4),
        (5, 6),
        7,
    )
    assert (b.task, b.caption, b.target_box, b.start, b.max_fixations) == (None, "B", None, (5, 6), None)


def test_one_image_may_be_shown_in_two_trials(rows):
    rows["trial"] = ["t1", "t2", "t3", "t4"]
    dataset = dataset_from_table(rows, width=9, height=9, name="mine")
    assert (dataset.name, len(dataset.trials), len(dataset.stimuli)) == ("mine", 4, 3)


def test_reads_files_and_counts_what_it_left_out(rows, tmp_path):
    rows.loc[4] = ["a", "s3", 500, 5]
    rows.to_csv(tmp_path / "a.csv", index=False)
    rows.to_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        dataset = dataset_from_table(tmp_path / name, width=9, height=9, outside="drop")
        assert dataset.dropped == {"points outside the image (dropped)": 1, EMPTIED: 1}
    write_parquet(dataset.scanpaths.replace(facts=Facts(points="clicks")), tmp_path / "b.parquet")
    again = dataset_from_table(tmp_path / "b.parquet")
    assert len(again.scanpaths) == 5
    assert again.scanpaths.facts == Facts(points="clicks")
    assert again.dropped == dataset.dropped


def test_the_method_of_dataset(rows, images, tmp_path):
    rows.iloc[:3].to_csv(tmp_path / "a.csv", index=False)
    dataset = Dataset.from_table(tmp_path / "a.csv", images=images)
    assert np.array_equal(dataset.trial("a").image[0, 0], dataset.trial("a").image[29, 39])


def test_a_path_below_the_folder_needs_no_suffix(rows, images):
    Image.new("L", (40, 30)).save(images / "sub" / "c.d.png")
    dataset = dataset_from_table(rows.assign(stimulus="sub/c.d"), images)
    assert dataset.trials[0].image_source == images / "sub" / "c.d.png"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"stimulus": ["p", "q", "r", "s"]},
            r"4 of 4 stimuli have no image in .*images \(it holds 4\): 'p', 'q', 'r' and 1 more; there are 'a.jpg', .*"
            r" and 1 more; stimuli are matched by",
            id="absent",
        ),
        pytest.param(
            {"stimulus": "twin"},
            r"stimulus 'twin' could be 'sub.twin.jpg' or 'sub.twin.png'; write its name as it is there",
            id="ambiguous",
        ),
        pytest.param({"stimulus": "broken"}, r"broken.png cannot be read as an image", id="broken"),
    ],
)
def test_messages_of_images(rows, images, change, message):
    if "twin" in change["stimulus"]:
        Image.new("L", (2, 2)).save(images / "sub" / "twin.jpg")
        Image.new("L", (2, 2)).save(images / "sub" / "twin.png")
    if "broken" in change["stimulus"]:
        (images / "broken.png").write_bytes((images / "b.png").read_bytes()[:20])
    with pytest.raises(DataError, match=message):
        dataset_from_table(rows.assign(**change), images)


def test_other_messages(rows, tmp_path):
    with pytest.raises(DataError, match="there is no folder of images"):
        dataset_from_table(rows, tmp_path / "absent")
    with pytest.raises(DataError, match="size of the shown image is not known"):
        dataset_from_table(rows)
    with pytest.raises(DataError, match="no column 'IMG'"):
        dataset_from_table(rows, columns={"stimulus": "IMG"}, width=1, height=1)
    with pytest.raises(
        DataError, match=r"trial 'a' has 2 values of 'task'; .*another value in the column 'trial', such as"
    ):
        dataset_from_table(rows.assign(task=["fork", "cup", "", ""]), width=9, height=9)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ((4, 4, 2, 2, 5, 5, 3), "the box (4, 4, 2, 2), which is empty or outside the image of 9 x 9 px"),
        ((20, 2, 30, 4, 5, 5, 3), "the box (20, 2, 30, 4), which is empty or outside"),
        ((1, 1, 2, None, 5, 5, 3), "has some of target_x0, target_y0, target_x1, target_y1 only; give all"),
        ((1, 1, 2, 2, 5, None, 3), "has some of start_x, start_y only"),
        ((1, 1, 2, 2, 5, 5, 2.7), "has max_fixations 2.7; give a whole number above 0"),
        ((1, 1, 2, 2, 5, 5, 0), "has max_fixations 0"),
    ],
)
def test_what_is_said_of_a_trial_and_cannot_be_is_refused(details, said):
    about = dict(zip((*BOX, *START, "max_fixations"), details, strict=True))
    rows = pd.DataFrame({"stimulus": ["a"], "x": [1], "y": [1]}).assign(**about)
    with pytest.raises(DataError, match=re.escape(said)):
        dataset_from_table(rows, width=9, height=9)


@pytest.mark.parametrize("column", ["target_x1", "start_x", "caption", "max_fixations"])
def test_what_is_said_of_a_trial_may_not_change_within_a_path(column):
    about = {"target_x0": 1, "target_y0": 1, "target_x1": 7, "target_y1": 7, "start_x": 5, "start_y": 5}
    about |= {"caption": "a", "max_fixations": 3}
    rows = pd.DataFrame({"stimulus": ["s", "s"], "x": [1, 2], "y": [1, 2]}).assign(**about)
    dataset_from_table(rows, width=9, height=9)
    rows[column] = ["a", "b"] if column == "caption" else [7, 8]
    said = f"column '{column}' says something of the trial, and changes within one path (stimulus 's', subject '', "
    with pytest.raises(DataError, match=re.escape(said)):
        dataset_from_table(rows, width=9, height=9)
    others = {"start_x": ("start_y",), "target_x1": BOX}.get(column, ())
    left = dict.fromkeys((column, *others))
    assert len(dataset_from_table(rows, width=9, height=9, columns=left).trials) == 1
