"""Copies of a picture are found however they were coded, and other pictures are not taken for copies."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazekit import load_dataset
from gazekit.checks.pictures import copies, same_pictures, small_grey


@pytest.fixture(scope="module")
def photographs():
    from skimage import data

    return [data.astronaut(), data.coffee(), data.chelsea(), data.rocket()]


def stored(photograph, folder, how):
    """A copy of a photograph in a file of its own."""
    picture, file = Image.fromarray(photograph), folder / f"copy of {how}.png"
    w, h = picture.size
    if how == "coding":
        file = file.with_suffix(".jpg")
        picture.save(file, quality=40)
        return file
    changed = {
        "size": lambda: picture.resize((w // 3, h // 3)),
        "aspect": lambda: picture.resize((w, h // 2)),
        "brightness": lambda: Image.fromarray((photograph * 0.7 + 40).astype(np.uint8)),
        "grey": lambda: picture.convert("L"),
        "margin": lambda: picture.crop((w // 33, 0, w, h - h // 33)),
    }[how]()
    changed.save(file)
    return file


@pytest.mark.parametrize("how", ["coding", "size", "aspect", "brightness", "grey", "margin"])
def test_a_copy_is_found(how, good, photographs, tmp_path):
    trials = [replace(good.trials[k], image_source=p) for k, p in enumerate(photographs)]
    assert same_pictures(trials) == []
    trials.append(replace(good.trials[len(trials)], image_source=stored(photographs[2], tmp_path, how)))
    assert same_pictures(trials) == [["t2", "t4"]]


@pytest.mark.parametrize("how", ["mirrored", "turned", "another part"])
def test_another_picture_is_none(how, photographs):
    first = photographs[0]
    other = {"mirrored": first[:, ::-1], "turned": first[::-1], "another part": first[: len(first) // 2]}[how]
    assert list(copies(np.stack([small_grey(first), small_grey(np.ascontiguousarray(other))]))) == []


def test_copies_of_copies_are_one_group(good, photographs):
    first = photographs[0]
    wider = first[:, : -(len(first) // 33)]
    shown = (photographs[1], first, wider, np.clip(wider[::2, ::2] + 9.0, 0, 255).astype(np.uint8))
    trials = [replace(good.trials[k], image_source=p) for k, p in enumerate(shown)]
    assert same_pictures(trials) == [["t1", "t2", "t3"]]


def test_displays_that_differ_in_an_item_are_two(good, tmp_path):
    """A drawn display is a copy of no other, unless its file is."""
    display = np.full((120, 160, 3), 128, np.uint8)
    display[20:40, 30:50] = 0
    other = display.copy()
    other[80:90, 100:110] = 255
    trials = [replace(good.trials[k], image_source=p) for k, p in enumerate((display, other, display))]
    assert same_pictures(trials) == []
    files = []
    for k, picture in enumerate((display, other, display)):
        Image.fromarray(picture).save(file := tmp_path / f"{k}.png")
        files.append(replace(good.trials[k], image_source=file))
    assert same_pictures(files) == [["t0", "t2"]]


def test_one_stimulus_of_two_trials_and_files_that_cannot_be_read(good, tmp_path):
    (file := tmp_path / "a.png").write_bytes(b"no picture")
    first = good.trials[0]
    trials = [first, replace(first, id="again"), replace(good.trials[1], image_source=file)]
    assert same_pictures(trials) == []
    assert same_pictures(trials[2:]) == []


@pytest.mark.parametrize(
    ("name", "number", "known"),
    [
        ("osie", 700, [["1279.jpg", "1374.jpg"]]),
        (
            "interiors",
            134,
            [
                ["grayscale_13_kitchen.jpg", "grayscale_37_oliva.jpg"],
                ["grayscale_21_kitchen.jpg", "grayscale_44_oliva.jpg"],
            ],
        ),
    ],
)
def test_photographs_that_data_sets_hold_twice(name, number, known, data_root):
    """All pairs were looked at."""
    if not (data_root / name).is_dir():
        pytest.skip(f"REAL DATA ABSENT: no {name}")
    data = load_dataset(name, root=data_root / name)
    assert len(data.stimuli) == number
    assert same_pictures(data.trials) == known
