"""Image files."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gazekit.files.images import read_image_file
from gazekit.interchange.own_data import image_frame
from targets.target import Target


def _picture(kind: str, mode: str = "RGB", **options: Any) -> bytes:
    values = np.random.default_rng(0).integers(0, 256, (6, 8, 4), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(values).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def _pictures() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint16).reshape(6, 8)).save(deep, "PNG")
    return [
        *(_picture(kind) for kind in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000")),
        _picture("PNG", "P", transparency=1),
        _picture("JPEG", "CMYK", exif=exif),
        _picture("TIFF", compression="tiff_lzw"),
        deep.getvalue(),
    ]


def _png(content: bytes) -> bytes:
    """The bytes as a PNG whose checksums are right, whatever the chunks say."""
    out, at = content[:8], 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunk = content[at + 4 : at + 8 + length]
        out += content[at : at + 4] + chunk + struct.pack(">I", zlib.crc32(chunk))
        at += 12 + length
    return out


def _pngs() -> list[bytes]:
    return [p for p in _pictures() if p.startswith(b"\x89PNG")]


def _read_picture(file: Path) -> Any:
    image_frame(file)
    return read_image_file(file)


TARGETS = (
    Target("images", "a.png", _read_picture, _pictures),
    Target("png", "a.png", _read_picture, _pngs, _png),
)
