"""Items: shapes against closed forms, pictures of every kind read rightly."""

import sys

import numpy as np
import pytest
from PIL import Image

from gazekit.datasets.synthetic.search_designs.items import SHAPES, draw_shape, picture_item
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError, UnknownNameError


def area(shape, px=40, **options):
    return draw_shape("x", shape, px, (0, 0, 0), **options).pixels[..., 3].sum() / 255 / px**2


@pytest.mark.parametrize(
    ("shape", "share"),
    [
        ("bar", 0.2),
        ("disc", np.pi / 4),
        ("ring", np.pi * (0.25 - 0.09)),
        ("square", 1.0),
        ("triangle", 0.5),
        ("cross", 0.36),
        ("t", 0.36),
        ("l", 0.36),
    ],
)
def test_areas_are_those_of_closed_forms(shape, share):
    for orientation in (0, 30, 90):
        assert area(shape, orientation=orientation) == pytest.approx(share, rel=0.02)


def test_every_shape_stands_in_the_middle_of_its_patch_and_turns_counter_clockwise():
    for shape in SHAPES:
        pixels = draw_shape("x", shape, 20, (9, 8, 7)).pixels
        assert pixels.shape[0] == pixels.shape[1]
        assert (pixels[..., :3] == (9, 8, 7)).all()
        turned = draw_shape("x", shape, 20, (9, 8, 7), orientation=90).pixels
        np.testing.assert_array_equal(turned, np.rot90(pixels))
    cover = draw_shape("c", "landolt-c", 30, (0, 0, 0)).pixels[..., 3]
    assert cover[15, -1] == 0  # open to the right
    assert cover[15, 0] == 255


def test_pictures_of_every_mode(tmp_path):
    size = (6, 4)
    red = np.zeros((4, 6, 4), np.uint8)
    red[:, :3] = (200, 10, 10, 255)
    rgba = Image.fromarray(red)
    palette = rgba.convert("RGB").quantize(4)
    half = Image.new("LA", size, (120, 128))
    for name, picture, middle in (
        ("rgba", rgba, (200, 10, 10, 255)),
        ("palette", palette, (200, 10, 10, 255)),
        ("grey", Image.new("L", size, 77), (77, 77, 77, 255)),
        ("grey with alpha", half, (120, 120, 120, 128)),
        ("deep", Image.fromarray(np.full((4, 6), 77 * 257, np.uint16)), (77, 77, 77, 255)),
    ):
        picture.save(tmp_path / f"{name}.png")
        item = picture_item(name, tmp_path / f"{name}.png", 6)
        assert item.size == size
        assert tuple(item.pixels[1, 1]) == middle, name
    item = picture_item("rgba", tmp_path / "rgba.png", (30, 10))
    assert item.size == (30, 10)
    white = np.full((10, 30, 3), 255, np.uint8)
    assert item.over(white)[5, 2].tolist() == [200, 10, 10]
    assert item.over(white)[5, -2].tolist() == [255, 255, 255]  # transparent: what is behind


def test_svg(tmp_path, monkeypatch):
    pytest.importorskip("resvg_py")
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="10" height="10" fill="#00f"/>{}</svg>'
    )
    (tmp_path / "half.svg").write_text(svg.format(""))
    item = picture_item("half", tmp_path / "half.svg", 20)
    assert item.size == (20, 10)
    assert item.pixels[5, 3].tolist() == [0, 0, 255, 255]
    assert item.pixels[5, 16, 3] == 0
    (tmp_path / "other.svg").write_text(svg.format('<image href="/etc/passwd"/>'))
    with pytest.raises(DataError, match="shows another file, which is not followed"):
        picture_item("other", tmp_path / "other.svg", 20)
    (tmp_path / "broken.svg").write_text("<svg")
    with pytest.raises(DataError, match="cannot be read as an SVG"):
        picture_item("broken", tmp_path / "broken.svg", 20)
    with pytest.raises(DataError, match="is not there"):
        picture_item("absent", tmp_path / "absent.svg", 20)
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingNeedError, match="half.svg: pictures as SVG need resvg-py: pip install"):
        picture_item("half", tmp_path / "half.svg", 20)


def test_what_cannot_be_an_item(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'disc'"):
        draw_shape("x", "disk", 20, (0, 0, 0))
    with pytest.raises(GazekitError, match="item 'x' would be 2 px large"):
        draw_shape("x", "disc", 2, (0, 0, 0))
    with pytest.raises(GazekitError, match="thickness of item 'x' must be above 0"):
        draw_shape("x", "bar", 20, (0, 0, 0), thickness=0)
    with pytest.raises(GazekitError, match="strokes too thin"):
        draw_shape("x", "bar", 9, (0, 0, 0), thickness=0.001)
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "nothing.png")
    with pytest.raises(DataError, match="transparent everywhere, so that item 'x'"):
        picture_item("x", tmp_path / "nothing.png", 9)
    with pytest.raises(DataError, match="is not there"):
        picture_item("x", tmp_path / "absent.png", 9)
