"""Image files: sizes that fill the memory, formats that start programs, damaged bytes."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gazekit.files.images import MAX_PIXELS, image_file_size, read_image_file
from gazekit.interchange.own_data import image_frame


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of(width, height, pixels=b"", about=b""):
    """A PNG whose header says it is this large, whatever it holds; `about` are chunks before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + about
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def encoded(kind):
    picture = np.random.default_rng(0).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("side", [9_000, 10_000, 100_000])  # Pillow says nothing, warns, and raises
@pytest.mark.parametrize("read", [read_image_file, image_file_size, image_frame])
def test_a_picture_beyond_the_limit_is_refused_before_it_is_decoded(refused, side, read):
    said = refused("a.png", png_of(side, side), read)
    assert "is too large an image" in said
    assert f"{MAX_PIXELS:,}" in said


@pytest.mark.parametrize("read", [read_image_file, image_frame])
@pytest.mark.parametrize("kind", [(b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")], ids=str)
def test_a_text_or_a_profile_that_unpacks_to_much_is_refused(refused, read, kind):
    about = chunk(kind[0], kind[1] + zlib.compress(bytes(50_000_000), 9))
    assert "cannot be read as an image (Decompressed data too large" in refused(
        "a.png", png_of(8, 6, bytes(9 * 6), about), read
    )


def test_the_largest_picture_is_taken(tmp_path):
    file = tmp_path / "a.png"
    height = MAX_PIXELS // 10_000
    file.write_bytes(png_of(10_000, height, bytes(10_001 * height)))
    assert image_file_size(file) == (10_000, height)


def test_postscript_that_calls_itself_png_is_not_run(refused, monkeypatch):
    from PIL import EpsImagePlugin

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *a, **k: pytest.fail("Ghostscript was started"))
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, "EPS")
    assert "cannot be read as an image" in refused("a.png", buffer.getvalue(), read_image_file)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_damaged_bytes(survives_damage, kind):
    survives_damage("a.png", encoded(kind), read_image_file)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_damaged_headers(survives_damage, kind):
    survives_damage("a.png", encoded(kind), image_frame)
