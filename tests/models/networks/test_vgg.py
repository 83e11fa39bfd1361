"""VGG16 from files as Keras writes them."""

import hashlib

import h5py
import numpy as np
import pytest
import torch

from gazekit.foundations.errors import DataError
from gazekit.models.networks import load_backbone, vgg
from gazekit.models.networks.vgg import BLOCKS

LEVEL = ["conv2_2"]


@pytest.fixture(scope="module")
def kernels():
    """Keras order: rows, columns, in, out."""
    rng, made, incoming = np.random.default_rng(0), {}, 3
    for block, (channels, count) in enumerate(BLOCKS, 1):
        for k in range(1, count + 1):
            shape = (3, 3, incoming, channels)
            kernel = rng.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(2 / (9 * incoming)))
            made[f"block{block}_conv{k}"] = kernel, rng.standard_normal(channels, dtype=np.float32)
            incoming = channels
    return made


LAYOUTS = {
    "flat": ("{0}/kernel:0", "{0}/bias:0"),
    "nested": ("{0}/{0}/kernel:0", "{0}/{0}/bias:0"),
    "published": ("{0}/{0}_W_1:0", "{0}/{0}_b_1:0"),
    "whole model": ("model_weights/{0}/{0}/kernel:0", "model_weights/{0}/{0}/bias:0"),
    "keras 3": ("layers/{0}/vars/0", "layers/{0}/vars/1"),
}


def written(path, kernels, layout="flat"):
    with h5py.File(path, "w") as file:
        for layer, values in kernels.items():
            for name, value in zip(LAYOUTS[layout], values, strict=True):
                file[name.format(layer)] = value
    return path


def by_hand(kernels, image):
    """The first two blocks in NumPy and plain loops over the kernel, blue first."""
    x = image[..., ::-1].astype(np.float64) - np.array([103.939, 116.779, 123.68])
    for layer in ("block1_conv1", "block1_conv2", "pool", "block2_conv1", "block2_conv2"):
        if layer == "pool":
            x = x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2, -1).max((1, 3))
            continue
        kernel, bias = kernels[layer]
        padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
        h, w = x.shape[:2]
        x = sum(padded[r : r + h, c : c + w] @ kernel[r, c] for r in range(3) for c in range(3)) + bias
        x = np.maximum(x, 0)
    return x


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_and_gives_keras_answer(kernels, tmp_path, layout):
    path = written(tmp_path / "vgg.h5", kernels, layout)
    backbone = load_backbone("vgg16", path, levels=LEVEL)
    digits = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert backbone.weights == f"file vgg.h5, SHA-256 {digits}"
    image = np.random.default_rng(1).integers(0, 256, (12, 16, 3))
    ours = backbone(torch.from_numpy(image).permute(2, 0, 1)[None])["conv2_2"][0].permute(1, 2, 0).numpy()
    expected = by_hand(kernels, image)
    np.testing.assert_allclose(ours, expected, atol=1e-5 * expected.max())


def test_what_an_optimizer_stored_is_passed_over(kernels, tmp_path):
    path = written(tmp_path / "model.h5", kernels, "whole model")
    with h5py.File(path, "a") as file:
        file["optimizer_weights/Adam/block1_conv1/kernel/m:0"] = np.zeros((3, 3, 3, 64))
    assert load_backbone("vgg16", path, levels=LEVEL).name == "vgg16"


def test_a_file_without_a_layer_or_with_two_is_refused(kernels, tmp_path):
    less = {key: value for key, value in kernels.items() if key != "block3_conv2"}
    with pytest.raises(
        DataError, match="vgg16: it has no kernel of block3_conv2, not one .it begins with block1_conv1"
    ):
        load_backbone("vgg16", written(tmp_path / "less.h5", less))
    path = written(tmp_path / "two.h5", kernels)
    with h5py.File(path, "a") as file:
        file["copy/block5_conv3/bias:0"] = np.zeros(512)
    with pytest.raises(DataError, match="it has 2 bias of block5_conv3"):
        load_backbone("vgg16", path)
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(DataError, match="begins with nothing"):
        load_backbone("vgg16", tmp_path / "empty.h5")


def test_other_shapes_are_named(kernels, tmp_path):
    wrong = kernels | {"block1_conv1": (np.zeros((3, 3, 1, 64), np.float32), np.zeros(64, np.float32))}
    with pytest.raises(DataError, match=r"features.0.weight is \(64, 1, 3, 3\) instead of \(64, 3, 3, 3\)"):
        load_backbone("vgg16", written(tmp_path / "grey.h5", wrong))


def test_damaged_and_absent_files(tmp_path):
    path = tmp_path / "x.h5"
    path.write_bytes(b"not HDF5")
    with pytest.raises(
        DataError, match="x.h5 cannot be read as HDF5 .* it is damaged or of another kind: fetch it again"
    ):
        load_backbone("vgg16", path)
    with pytest.raises(DataError, match="y.h5 are not there; give the path of a file"):
        load_backbone("vgg16", tmp_path / "y.h5")


def test_the_published_file_is_found_checked_and_named(kernels, tmp_path, monkeypatch):
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    path = written(tmp_path / vgg.KERAS_FILE, kernels, "published")
    with pytest.raises(DataError, match="is not the file that Keras publishes .its MD5 is not 6d6bbae1"):
        load_backbone("vgg16", "imagenet-keras")
    monkeypatch.setattr(vgg, "KERAS_MD5", hashlib.md5(path.read_bytes()).hexdigest())  # noqa: S324
    backbone = load_backbone("vgg16", "imagenet-keras", levels=LEVEL)
    digits = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert backbone.weights == f"imagenet-keras (file {vgg.KERAS_FILE}, SHA-256 {digits})"
    assert backbone.preprocessing.bgr


@pytest.mark.parametrize("error", [ConnectionError("no route"), ValueError("MD5 does not match the known hash")])
def test_a_failed_download_says_what_to_do(tmp_path, monkeypatch, error):
    import pooch

    def fail(*_, **__):
        raise error

    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(pooch, "retrieve", fail)
    with pytest.raises(
        DataError, match="cannot be downloaded .*; put vgg16_weights_tf.* no download .backbones: v1 and random; enc"
    ):
        load_backbone("vgg16", "imagenet-keras")


def test_all_published_names_are_offered():
    with pytest.raises(
        ValueError, match="give one of imagenet, imagenet-features, imagenet-keras, random, or the path"
    ):
        load_backbone("vgg16", "caffe")
