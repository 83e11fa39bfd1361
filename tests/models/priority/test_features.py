import numpy as np
import pytest
import torch

from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.priority import features
from gazekit.models.priority.features import FeatureReader, Recipe, image_hash, make_room

IMAGE = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)


def test_features_are_computed_once(tiny, monkeypatch):
    first = tiny.of_image(IMAGE)
    assert [f.dtype for f in first] == [torch.float16, torch.float16]
    monkeypatch.setattr(FeatureReader, "computed", lambda *_: pytest.fail("computed again"))
    again = FeatureReader("tiny").of_image(IMAGE.copy())
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))


def test_a_damaged_file_is_made_again(tiny):
    first = tiny.of_image(IMAGE)
    (file,) = tiny.cache.glob("*/*.safetensors")
    assert file.stem == image_hash(IMAGE)
    file.write_bytes(b"nonsense")
    assert all(torch.equal(a, b) for a, b in zip(first, tiny.of_image(IMAGE), strict=True))
    assert len(file.read_bytes()) > 1000


def test_without_a_folder_features_are_the_same(tiny, monkeypatch):
    monkeypatch.delenv("GAZEKIT_FEATURES")
    bare = FeatureReader("tiny")
    assert bare.cache is None
    made, kept, again = tiny.of_image(IMAGE), tiny.of_image(IMAGE), bare.of_image(IMAGE)
    for some in (made, again):
        assert all(torch.equal(a, b) for a, b in zip(some, kept, strict=True))
        assert [part.stride() for part in some] == [part.stride() for part in kept]  # sums depend on it in last bits


def test_the_folder_keeps_its_size(tmp_path):
    import os

    (tmp_path / "net").mkdir()
    for k in range(4):
        file = tmp_path / "net" / f"{k}.safetensors"
        file.write_bytes(bytes(100))
        os.utime(file, (k, k))
    make_room(tmp_path, 250)
    assert sorted(file.name for file in tmp_path.glob("*/*")) == ["2.safetensors", "3.safetensors"]


def test_a_picture_is_known_by_its_pixels():
    assert image_hash(IMAGE) == image_hash(IMAGE.copy())
    other = IMAGE.copy()
    other[3, 4, 1] ^= 1
    assert len({image_hash(IMAGE), image_hash(other), image_hash(IMAGE.reshape(90, 60, 3))}) == 3


@pytest.mark.parametrize("size", [(1, 1), (3000, 40), (600, 800)])
def test_inputs_have_the_asked_area(size):
    high, wide = Recipe("x", (), 32, 512 * 384).size(*size)
    assert high % 32 == wide % 32 == 0
    assert 0.8 < high * wide / (512 * 384) < 1.25


def test_several_backbones_stand_one_after_another(tiny):
    both = FeatureReader("tiny+tiny@2").of_image(IMAGE)
    assert [f.shape[0] for f in both] == [128, 256, 128, 256]


def test_what_one_backbone_has_kept_a_joined_one_does_not_compute_again(tiny, monkeypatch):
    monkeypatch.setitem(features.RECIPES, "other", Recipe("random", ("fire4",), 16, 96 * 96))
    alone = [*tiny.of_image(IMAGE), *FeatureReader("other").of_image(IMAGE)]
    monkeypatch.setattr(FeatureReader, "computed", lambda *_: pytest.fail("computed again"))
    both = FeatureReader("tiny+other")
    assert all(torch.equal(a, b) for a, b in zip(alone, both.of_image(IMAGE), strict=True))
    assert both.sha256 not in (tiny.sha256, FeatureReader("other").sha256)


@pytest.mark.parametrize(
    ("backbone", "message"),
    [
        ("lite0+resnet", "there is no backbone called 'resnet'; did you mean 'resnet50'"),
        ("dinov3", "there is no backbone called 'dinov3'; did you mean 'dinov2'"),
        ("lite0@two", r"the size in 'lite0@two' must be a number, such as 2 in lite0@2, not 'two'"),
        ("lite0@", r"the size in 'lite0@' must be a number"),
        ("lite0@5", r"the size in 'lite0@5' must be from 0.125 to 4, not 5.0"),
        ("lite0@nan", r"the size in 'lite0@nan' must be from 0.125 to 4, not nan"),
        ("pixels", "pixels is an encoder"),
        ("lite0+lite0", "'lite0.lite0' must have 12 terms at most, each once"),
        ("+".join(f"lite0@1.{k}" for k in range(10, 99)), "must have 12 terms at most"),
        ("lite0+text/", "there is no encoder called ''"),
        ("lite0+text/nope", "there is no encoder called 'nope'"),
    ],
)
def test_a_backbone_that_cannot_be_is_refused(backbone, message):
    with pytest.raises(GazekitError, match=message):
        FeatureReader(backbone)


def test_any_backbone_gives_its_own_levels():
    reader = FeatureReader("random")
    found = reader.of_image(IMAGE)
    (network,) = reader.networks()[0]
    assert len(found) == len(network.levels)
    assert reader.recipes[0].levels == network.levels
    assert reader.recipes[0].size(*IMAGE.shape[:2]) == (352, 544)


def test_a_network_sees_several_sizes_and_is_loaded_once(tiny, monkeypatch):
    alone = tiny.of_image(IMAGE)
    loaded = []
    load = features.load_backbone
    monkeypatch.setattr(features, "load_backbone", lambda *a, **k: loaded.append(a) or load(*a, **k))
    reader = FeatureReader("tiny+tiny@2+tiny@0.5")
    found = reader.of_image(IMAGE)
    assert len(loaded) == 1
    assert all(torch.equal(a, b) for a, b in zip(alone, found[:2], strict=True))  # as alone: kept in one folder
    assert [tuple(f.shape[1:]) for f in found[::2]] == [(20, 28), (40, 60), (8, 16)]
    assert reader.sha256 != tiny.sha256
    assert len(list(reader.cache.iterdir())) == 3


@pytest.mark.parametrize("inside", ["", "features"])
def test_a_folder_that_cannot_be_written_is_named_with_its_variable(tiny, tmp_path, monkeypatch, inside):
    """The message gave the advice to choose another folder, and no option names one."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GAZEKIT_FEATURES", str(tmp_path / "file" / inside))
    with pytest.raises(
        GazekitError, match=r"file.*, which the environment variable GAZEKIT_FEATURES names: the system"
    ):
        FeatureReader("tiny").of_image(IMAGE)


def test_a_full_disk_names_the_variable_too(tiny, monkeypatch):
    def full(*_):
        raise DataError("a was not written: the disk is full; free some space and write it again")

    monkeypatch.setattr(features, "write_atomically", full)
    with pytest.raises(GazekitError, match="GAZEKIT_FEATURES names: a was not written: the disk is full"):
        tiny.of_image(IMAGE)
