"""Image files as they are meant to be looked at: upright, 8 bits per channel, three channels, opaque."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.files.untrusted import BoundedFile, decoding, first_line
from gazekit.foundations.errors import DataError, refusing

DEEP = 257  # 65535 / 255: what a step of 8 bits is in 16 bits
QUARTER_TURNS = (5, 6, 7, 8)  # EXIF orientations that exchange width and height
ORIENTATION = 0x0112
TIFF_SIZE = (256, 257)  # tags of the width and height that are stored
MAX_PIXELS = 80_000_000  # 10,000 x 8,000; below what Pillow warns of
# Pillow opens others too, and some of those start programs (EPS starts Ghostscript).
FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "JPEG2000")


def read_image_file(path: str | Path, *, upright: bool = True, at_least: int | None = None) -> np.ndarray:
    """Read an image file as it is meant to be looked at, transparency laid on white: (H, W, 3) uint8.

    See `read_picture_file` for the rest.
    """
    from PIL import Image

    picture = Image.fromarray(read_picture_file(path, upright=upright, at_least=at_least))
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    return np.asarray(picture)


def read_picture_file(path: str | Path, *, upright: bool = True, at_least: int | None = None) -> np.ndarray:
    """Read an image file with its transparency: (H, W, 4) uint8 where it has some, else (H, W, 3).

    It is turned upright as its EXIF orientation says; 16 bits per channel are divided by 257, not cut off;
    grey is repeated on three channels; CMYK and palettes become RGB. With `upright=False` it is not turned, for
    experiments that showed it as it is stored. With `at_least`, px, a JPEG may be read smaller, which is quicker: both
    sides have at least that.

    Raises
    ------
    DataError
        The file is not there, is not an image that can be read (`FORMATS`), has more than `MAX_PIXELS` pixels, or has
        floating-point values, of which nobody knows how bright they are.
    """
    from PIL import ImageOps

    path = Path(path)
    if not path.is_file():
        raise DataError(f"the image {path} is not there; check its name, or the data folder")
    then = "the file may be truncated: save or fetch it again"
    with decoding(f"{path} cannot be read as an image", then), _open(path) as opened:
        if at_least is not None:
            opened.draft(None, (at_least, at_least))
        image = ImageOps.exif_transpose(opened) if upright else opened
        if image.mode == "F":
            raise DataError(f"{path} has floating-point values; save it with 8 or 16 bits per channel")
        if image.mode.startswith("I"):
            grey = np.clip(np.round(np.asarray(image, dtype=np.float64) / DEEP), 0, 255).astype(np.uint8)
            return np.repeat(grey[:, :, None], 3, axis=2)
        transparent = "A" in image.mode or "transparency" in image.info
        return np.asarray(image.convert("RGBA" if transparent else "RGB"))


def image_file_size(path: str | Path) -> tuple[int, int]:
    """Width and height of an image file, px, turned upright as `read_image_file` does; only its header is read.

    Raises
    ------
    Exception
        It is not an image; Pillow raises many kinds for one fact, so call this within `decoding`.
    DataError
        It has more than `MAX_PIXELS` pixels.
    """
    with _open(Path(path)) as opened:
        # Pillow gives the size of a TIFF as its orientation says already, but not in every version.
        stored = getattr(opened, "tag_v2", {})
        width, height = (int(stored.get(tag, side)) for tag, side in zip(TIFF_SIZE, opened.size, strict=True))
        return (height, width) if opened.getexif().get(ORIENTATION) in QUARTER_TURNS else (width, height)


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    """Open an image with Pillow, which reads its header only, and look at its size before a pixel is decoded."""
    from PIL import Image

    with refusing(OSError, lambda error: DataError(f"{path} cannot be read: {error.strerror or error}")):
        readable = BoundedFile(path)
    with readable as file:
        try:
            opened = Image.open(file, formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(path, first_line(error)) from None
        if opened.width * opened.height > MAX_PIXELS:
            raise _too_large(path, f"{opened.width:,} x {opened.height:,}")
        yield opened


def _too_large(path: Path, what: str) -> DataError:
    return DataError(f"{path} is too large an image ({what}): at most {MAX_PIXELS:,} pixels are read; save it smaller")
