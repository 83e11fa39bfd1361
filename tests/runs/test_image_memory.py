"""Image files that are read once per process."""

import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Frame, Scanpaths, Trial
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.runs import image_memory
from gazekit.runs.image_memory import RememberedImage, remembering_images


@pytest.fixture
def reads(monkeypatch):
    """The files that were read from disk, in order."""
    found = []
    real = image_memory.read_image_file
    monkeypatch.setattr(image_memory, "read_image_file", lambda path: found.append(path.name) or real(path))
    image_memory._images.clear()
    return found


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    Image.fromarray(np.arange(60, dtype=np.uint8).reshape(3, 4, 5)[:, :, :3]).save(path)
    return path


def test_a_file_is_read_once_and_nobody_changes_what_the_next_sees(picture, reads):
    first = RememberedImage(picture)()
    expected = first.copy()
    first[:] = 0
    assert np.array_equal(RememberedImage(picture)(), expected)
    assert reads == ["picture.png"]


def test_a_file_that_changed_is_read_anew(picture, reads):
    RememberedImage(picture)()
    Image.fromarray(np.zeros((3, 4, 3), np.uint8)).save(picture)
    os.utime(picture, ns=(1, 1))
    assert not RememberedImage(picture)().any()
    assert len(reads) == 2


def test_memory_is_bounded(tmp_path, picture, reads, monkeypatch):
    monkeypatch.setattr(image_memory._images, "_Cache__maxsize", 40)  # one image of 36 bytes
    other = tmp_path / "other.png"
    other.write_bytes(picture.read_bytes())
    for path in (picture, picture, other, other, picture):
        RememberedImage(path)()
    assert reads == ["picture.png", "other.png", "picture.png"]


def test_a_data_set_keeps_its_images_and_what_lacks(picture, tmp_path, reads):
    made = np.full((3, 4, 3), 7, np.uint8)
    sources = {"file": picture, "array": made, "call": lambda: made, "none": None, "gone": tmp_path / "gone.png"}
    trials = [Trial(name, name, Frame(4, 3), image_source=source) for name, source in sources.items()]
    before = Dataset("d", trials, _no_paths())
    after = remembering_images(before)
    for old, new in zip(before.trials, after.trials, strict=True):
        assert new.has("image") == old.has("image")
        if old.has("image"):
            assert np.array_equal(new.image, old.image)
    assert after.fingerprint() == before.fingerprint()
    assert after.trial("file").image is not after.trial("file").image
    assert reads == ["picture.png"]


def test_a_file_that_goes_says_so(picture, reads):
    image = RememberedImage(picture)
    picture.unlink()
    with pytest.raises(DataError, match=r"picture\.png"):
        image()


def _no_paths() -> Scanpaths:
    table = pd.DataFrame({"stimulus": [], "width": [], "height": []})
    return Scanpaths([], [], [0], table)
