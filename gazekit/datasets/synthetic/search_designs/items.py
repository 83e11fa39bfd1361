"""Items of search displays: shapes drawn in closed form or pictures from files, in a size, colour and orientation."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, cos, radians, sin
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gazekit.files.untrusted import decoding, read_whole
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError, check_known
from gazekit.foundations.version import pip_install

if TYPE_CHECKING:
    from PIL import Image

FINE = 8  # rows and columns of points in a pixel, of which those in the shape make its coverage
SMALLEST, LARGEST = 3, 2000  # px
FINE_SVG = 1000  # px, width in which an SVG is drawn


@dataclass(frozen=True, eq=False)
class Item:
    """One way an item can look.

    Parameters
    ----------
    name : str
        What conditions call it.
    pixels : (h, w, 4) uint8
        Red, green, blue and coverage (0 shows the background, 255 hides it).
    """

    name: str
    pixels: np.ndarray

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), px."""
        return (self.pixels.shape[1], self.pixels.shape[0])

    def over(self, background: np.ndarray) -> np.ndarray:
        """Lay the item over a piece of background: (h, w, 3) uint8.

        Examples
        --------
        >>> half = Item("half", np.full((1, 1, 4), [255, 0, 0, 128], np.uint8))
        >>> half.over(np.full((1, 1, 3), 255, np.uint8)).tolist()
        [[[255, 127, 127]]]
        """
        ink, cover = self.pixels[..., :3].astype(np.int64), self.pixels[..., 3:].astype(np.int64)
        return ((cover * ink + (255 - cover) * background.astype(np.int64) + 127) // 255).astype(np.uint8)


Shape = Callable[[np.ndarray, np.ndarray, float], np.ndarray]


def _inside(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(abs(u), abs(v)) <= 0.5


def _ring(u: np.ndarray, v: np.ndarray, t: float) -> np.ndarray:
    return (u**2 + v**2 <= 0.25) & (u**2 + v**2 >= (0.5 - t) ** 2)


# Which points are in a shape: u to the right and v down from its middle, in shares of its size; t is the thickness.
SHAPES: Mapping[str, Shape] = {
    "bar": lambda u, v, t: _inside(u, v) & (abs(u) <= t / 2),
    "disc": lambda u, v, t: u**2 + v**2 <= 0.25,
    "ring": _ring,
    "landolt-c": lambda u, v, t: _ring(u, v, t) & ~((abs(v) <= t / 2) & (u > 0)),
    "q": lambda u, v, t: _ring(u, v, t) | ((abs(u) <= t / 2) & (v >= 0) & (v <= 0.5)),
    "square": lambda u, v, t: _inside(u, v),
    "triangle": lambda u, v, t: _inside(u, v) & (2 * abs(u) <= v + 0.5),
    "cross": lambda u, v, t: _inside(u, v) & (np.minimum(abs(u), abs(v)) <= t / 2),
    "t": lambda u, v, t: _inside(u, v) & ((abs(u) <= t / 2) | (v <= t - 0.5)),
    "l": lambda u, v, t: _inside(u, v) & ((u <= t - 0.5) | (v >= 0.5 - t)),
}


def draw_shape(
    name: str, shape: str, px: float, colour: tuple[int, int, int], *, thickness: float = 0.2, orientation: float = 0
) -> Item:
    """Draw a shape, smooth at its edges, on a square patch in whose middle it stands.

    Parameters
    ----------
    name : str
        What it is called.
    shape : str
        Of `SHAPES`.
    px : float
        Size: length of a bar, diameter of a disc, side of a square.
    colour : (r, g, b)
        0 to 255.
    thickness : float
        Of strokes, as a share of the size, above 0 and at most 0.5.
    orientation : float
        Degrees counter-clockwise as seen; a bar at 0 is upright, a triangle points up, a Landolt C opens to the right.

    Raises
    ------
    UnknownNameError, GazekitError
        No such shape; a size or thickness out of range.

    Examples
    --------
    >>> draw_shape("dot", "disc", 10, (0, 0, 0)).size
    (10, 10)
    """
    check_known("shape", shape, SHAPES)
    _check_px(name, px)
    if not 0 < thickness <= 0.5:
        raise GazekitError(
            f"the thickness of item {name!r} must be above 0 and at most 0.5 (of its size), not {thickness}"
        )
    half = ceil(px * 0.75)  # a square turned by 45 degrees reaches 0.71 of its side
    middles = (np.arange(2 * half * FINE) + 0.5) / FINE - half
    x, y = middles[None, :] / px, middles[:, None] / px
    c, s = round(cos(radians(orientation)), 12), round(sin(radians(orientation)), 12)
    # Points on an edge count on every machine: a billionth of the size is far below a point's distance to the next.
    within = SHAPES[shape](np.round(x * c - y * s, 9), np.round(x * s + y * c, 9), thickness)
    share = within.reshape(2 * half, FINE, 2 * half, FINE).sum(axis=(1, 3))
    cover = ((share * 255 + FINE**2 // 2) // FINE**2).astype(np.uint8)
    inked = np.flatnonzero(cover.any(axis=0) | cover.any(axis=1))
    if not len(inked):
        raise GazekitError(f"item {name!r} has strokes too thin to be seen: give a larger size or thickness")
    margin = int(min(inked[0], 2 * half - 1 - inked[-1]))  # the same on all sides: its middle stays the patch's
    cover = cover[margin : 2 * half - margin, margin : 2 * half - margin]
    pixels = np.empty((*cover.shape, 4), np.uint8)
    pixels[..., :3], pixels[..., 3] = colour, cover
    return Item(name, pixels)


def picture_item(name: str, path: Path, px: float | tuple[float, float], *, orientation: float = 0) -> Item:
    """Read a picture as an item: PNG, JPEG, ... with or without transparency, or SVG.

    Parameters
    ----------
    name : str
        What it is called.
    path : path
        The file.
    px : float or (width, height)
        Size; one number is that of the longer side.
    orientation : float
        Degrees counter-clockwise as seen.

    Raises
    ------
    DataError, GazekitError
        The file cannot be read; a size out of range.
    MissingNeedError
        An SVG, and resvg-py is not installed.
    """
    from PIL import Image

    from gazekit.files.images import read_picture_file

    picture = _drawn(path) if path.suffix.lower() == ".svg" else Image.fromarray(read_picture_file(path))
    if isinstance(px, tuple):
        size = px
    else:
        longer = max(picture.size)
        size = (px * picture.width / longer, px * picture.height / longer)
    for side in size:
        _check_px(name, side)
    picture = picture.convert("RGBA").resize((round(size[0]), round(size[1])), Image.Resampling.LANCZOS)
    if orientation:
        picture = picture.rotate(orientation, Image.Resampling.BICUBIC, expand=True)
    pixels = np.asarray(picture)
    if not pixels[..., 3].any():
        raise DataError(f"{path} is transparent everywhere, so that item {name!r} could not be seen")
    return Item(name, pixels)


def _drawn(path: Path) -> "Image.Image":
    """An SVG as px, finer than any item; it is made smaller afterwards like any other picture."""
    try:
        from resvg_py import svg_to_bytes
    except ImportError as absent:
        raise MissingNeedError(f"{path.name}: pictures as SVG need resvg-py: {pip_install('svg')}") from absent
    from PIL import Image

    if not path.is_file():
        raise DataError(f"the image {path} is not there; check its name, or the data folder")
    with decoding(f"{path} cannot be read as an SVG", "save it again as plain SVG"):
        text = read_whole(path).decode("utf-8")
        if re.search(r"href\s*=\s*[\"'](?!#|data:)", text):
            raise DataError(f"{path} shows another file, which is not followed; embed that picture in it")
        return Image.open(io.BytesIO(bytes(svg_to_bytes(svg_string=text, width=FINE_SVG)))).convert("RGBA")


def _check_px(name: str, px: float) -> None:
    if not SMALLEST <= px <= LARGEST:
        raise GazekitError(
            f"item {name!r} would be {px:g} px large; sizes are in degrees, and must come to {SMALLEST} to {LARGEST} px"
        )
