"""Copies of a picture are found however they were coded, and other pictures are not taken for copies."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazekit import load_dataset
from gazekit.core.frames import Frame
from gazekit.core.pictures import copies, look_of, looks_like, same_pictures, small_grey
from gazekit.core.trials import Trial


def named(*pictures):
    """Trials that show these: p0, p1, ..."""
    return [Trial(f"p{k}", f"p{k}", Frame(4, 3), image_source=picture) for k, picture in enumerate(pictures)]


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
def test_a_copy_is_found(how, photographs, tmp_path):
    assert same_pictures(named(*photographs)) == []
    copy = stored(photographs[2], tmp_path, how)
    assert same_pictures(named(*photographs, copy)) == [["p2", "p4"]]


@pytest.mark.parametrize("how", ["mirrored", "turned", "another part"])
def test_another_picture_is_none(how, photographs):
    first = photographs[0]
    other = {"mirrored": first[:, ::-1], "turned": first[::-1], "another part": first[: len(first) // 2]}[how]
    assert list(copies(np.stack([small_grey(first), small_grey(np.ascontiguousarray(other))]))) == []


def test_copies_of_copies_are_one_group(photographs):
    first = photographs[0]
    wider = first[:, : -(len(first) // 33)]
    shown = (photographs[1], first, wider, np.clip(wider[::2, ::2] + 9.0, 0, 255).astype(np.uint8))
    assert same_pictures(named(*shown)) == [["p1", "p2", "p3"]]


across, down = np.meshgrid(np.linspace(-1, 1, 160), np.linspace(-1, 1, 120))
BACKGROUNDS = {"plain": 128 + 0 * across, "linear": 128 + 100 * across, "round": 250 - 100 * (across**2 + down**2)}


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_displays_that_differ_in_an_item_are_two(background, tmp_path):
    """A drawn display is a copy of no other, unless its file is."""
    display = np.repeat(BACKGROUNDS[background].round().astype(np.uint8)[:, :, None], 3, axis=2)
    assert look_of(display) == ""
    display[20:40, 30:50] = 0
    other = display.copy()
    other[80:90, 100:110] = 255
    assert same_pictures(named(display, other, display)) == []
    files = []
    for k, picture in enumerate((display, other, display)):
        Image.fromarray(picture).save(file := tmp_path / f"{k}.png")
        files.append(file)
    assert same_pictures(named(*files)) == [["p0", "p2"]]


def test_one_stimulus_of_two_trials_and_files_that_cannot_be_read(photographs, tmp_path):
    (file := tmp_path / "a.png").write_bytes(b"no picture")
    first, damaged = named(photographs[0], file)
    assert same_pictures([first, replace(first, id="again"), damaged]) == []
    assert same_pictures([damaged]) == []


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


@pytest.mark.parametrize("how", ["coding", "size", "aspect", "brightness", "grey"])
def test_a_picture_is_known_again(how, photographs, tmp_path):
    looks = [look_of(each) for each in photographs[1:]]
    again = np.asarray(Image.open(stored(photographs[2], tmp_path, how)).convert("RGB"))
    assert looks_like(look_of(again), looks)
    assert not looks_like(look_of(again), looks[:1] + looks[2:])
    assert not looks_like(look_of(photographs[0]), looks)
    assert not looks_like(look_of(again), [])


def test_nothing_is_kept_of_a_drawn_display():
    display = np.full((120, 160, 3), 128, np.uint8)
    assert not looks_like("", [look_of(display)])


def test_no_picture_is_a_copy_of_none(photographs):
    nothing, some = np.empty((0, 64, 64), np.float32), np.stack([small_grey(photographs[0])])
    assert list(copies(nothing)) == list(copies(some, nothing)) == list(copies(nothing, some)) == []
