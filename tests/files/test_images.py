"""Images of every kind that people have, and the frames that go with them."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Dataset, Frame, Trial
from gazekit.files.images import image_file_size, read_image_file
from gazekit.foundations.errors import DataError

GREY = np.random.default_rng(0).integers(0, 256, (6, 9), dtype=np.uint8)
GREY[0, :2] = 0, 255


def turned(path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(GREY).save(path, exif=exif)
    return path


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits_are_scaled_not_cut_off(tmp_path, suffix):
    file = tmp_path / f"deep.{suffix}"
    Image.fromarray(GREY.astype(np.uint16) * 257).save(file)
    trial = Trial("a", "a", Frame(9, 6), image_source=file)
    np.testing.assert_array_equal(trial.image, np.repeat(GREY[..., None], 3, axis=2))


def test_values_between_two_steps_of_eight_bits_go_to_the_nearest(tmp_path):
    Image.fromarray(np.array([[0, 128, 129, 65535]], np.uint16)).save(tmp_path / "a.png")
    assert read_image_file(tmp_path / "a.png")[0, :, 0].tolist() == [0, 0, 1, 255]


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, GREY),
        (2, GREY[:, ::-1]),
        (3, GREY[::-1, ::-1]),
        (4, GREY[::-1]),
        (5, GREY.T),
        (6, np.rot90(GREY, -1)),
        (7, GREY[::-1, ::-1].T),
        (8, np.rot90(GREY)),
    ],
)
def test_every_exif_orientation_is_turned_upright_once_with_its_size(tmp_path, orientation, upright, suffix):
    file = turned(tmp_path / f"a.{suffix}", orientation)
    if suffix in ("png", "tif"):  # the others lose something
        np.testing.assert_array_equal(read_image_file(file)[..., 0], upright)
    assert read_image_file(file).shape[:2] == upright.shape
    assert image_file_size(file) == upright.shape[::-1]


def test_the_frame_of_ones_own_turned_photograph_is_that_of_the_image(tmp_path):
    turned(tmp_path / "a.png", 6)
    rows = pd.DataFrame({"stimulus": ["a", "a"], "x": [1, 5], "y": [1, 8]})
    trial = Dataset.from_table(rows, images=tmp_path).trials[0]
    assert trial.frame.size == (6, 9)
    assert trial.image.shape == (9, 6, 3)


def test_transparency_is_laid_on_white_and_other_colour_spaces_become_rgb(tmp_path):
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert read_image_file(tmp_path / "clear.png").tolist() == [[[10, 20, 30], [255] * 3], [[255] * 3] * 2]
    colour = Image.fromarray(np.full((6, 9, 3), (200, 30, 60), np.uint8))
    for name, other in (("cmyk.tif", colour.convert("CMYK")), ("palette.gif", colour.quantize(4))):
        other.save(tmp_path / name)
        assert np.abs(read_image_file(tmp_path / name).astype(int) - (200, 30, 60)).max() <= 2
    Image.fromarray(GREY > 100).save(tmp_path / "bits.png")
    assert set(np.unique(read_image_file(tmp_path / "bits.png"))) == {0, 255}


def test_one_pixel(tmp_path):
    Image.new("L", (1, 1), 7).save(tmp_path / "a.png")
    assert read_image_file(tmp_path / "a.png").tolist() == [[[7, 7, 7]]]


def test_what_cannot_be_read_is_said(tmp_path):
    Image.fromarray(np.ones((2, 2), np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(DataError, match=r"float\.tif has floating-point values; save it with 8 or 16 bits"):
        read_image_file(tmp_path / "float.tif")
    (tmp_path / "no.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(DataError, match=r"no\.png cannot be read as an image .*may be truncated"):
        read_image_file(tmp_path / "no.png")
    with pytest.raises(DataError, match=r"none\.png is not there; check its name"):
        read_image_file(tmp_path / "none.png")
