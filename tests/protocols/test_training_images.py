"""Training images among scored ones: copies in another size are seen, other pictures are not."""

import numpy as np
import pytest
from PIL import Image

from gazekit.core.trials import Dataset, Frame, Trial
from gazekit.foundations.errors import DataError
from gazekit.protocols.training_images import seen_in_training


@pytest.fixture
def pictures():
    """Smooth pictures, as photographs are."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (3, 9, 12, 3), dtype=np.uint8)
    return [np.asarray(Image.fromarray(each).resize((160, 120), Image.Resampling.BICUBIC)) for each in small]


@pytest.fixture
def part(pictures, dataset_of):
    trials = [Trial(f"img{k}", f"img{k}", Frame(160, 120), image_source=each) for k, each in enumerate(pictures)]
    return Dataset("mine", trials, dataset_of(3, 2).scanpaths)


def test_copies_in_another_size_coding_and_brightness_are_seen(part, pictures, tmp_path):
    Image.fromarray(pictures[0]).resize((80, 60)).save(tmp_path / "a.jpg", quality=60)
    (tmp_path / "below").mkdir()
    Image.fromarray((pictures[2] * 0.8).astype(np.uint8)).save(tmp_path / "below" / "b.png")
    Image.fromarray(pictures[1][:, ::-1]).save(tmp_path / "mirrored.png")
    found = seen_in_training(part, tmp_path)
    assert [(n["image"], n["file"]) for n in found["near"]] == [("img0", "a.jpg"), ("img2", "below/b.png")]
    assert found["images"] == ["img0", "img2"]
    assert found["listed"] == 3
    with pytest.raises(DataError, match="has no picture"):
        seen_in_training(part, tmp_path / "nowhere")


def test_names_and_silence(part):
    assert seen_in_training(part, ["x/img1.jpg", "other"])["images"] == ["img1"]
    assert seen_in_training(part, None)["known"] is False
