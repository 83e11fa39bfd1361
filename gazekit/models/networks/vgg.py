"""VGG16 (Simonyan and Zisserman 2015): Keras' and Caffe's weights, and torchvision's two sets."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gazekit.files.hdf5 import check_hdf5
from gazekit.files.untrusted import decoding
from gazekit.foundations.errors import DataError
from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.torchvision_networks import classifier
from gazekit.models.networks.weights import Published, check_file

SETS = {"imagenet": "IMAGENET1K_V1", "imagenet-features": "IMAGENET1K_FEATURES"}
LEVELS = ("conv3_3", "conv4_3", "conv5_3")
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, layers
# Place of each convolution in torchvision's `features`: two places a layer (with its activation), one a pool.
PLACES = {
    (block, k): 2 * (k - 1) + start
    for block, (start, (_, count)) in enumerate(zip((0, 5, 10, 17, 24), BLOCKS, strict=True), 1)
    for k in range(1, count + 1)
}
KERAS = "imagenet-keras"
KERAS_FILE = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
KERAS_ADDRESS = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{KERAS_FILE}"
KERAS_MD5 = "6d6bbae143d832006294945121d1f1fc"  # as Keras itself checks it
# Red, green, blue of 0..255; what Keras calls the "caffe" mode. Blue comes first, and nothing is divided.
CAFFE = Preprocessing((123.68 / 255, 116.779 / 255, 103.939 / 255), (1 / 255, 1 / 255, 1 / 255), bgr=True)


def backbone(name: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """VGG16 without its classifier: conv1_1 to conv5_3, strides 1, 2, 4, 8, 16, with max pools of 2 / 2.

    Parameters
    ----------
    name, weights, seed, levels
        As in `load_backbone`. Published sets, which are three different things:
        "imagenet": torchvision's default, a training run of its own, input scaled to mean 0 and deviation 1;
        "imagenet-features": torchvision's copy of the original (Caffe) weights, RGB;
        "imagenet-keras": Keras' copy of the original weights, which the published eccNET starts from: blue first,
        minus the mean of ImageNet, not scaled.
        A file that ends in .h5 or .hdf5 is taken for Keras' layout with Keras' scaling; any other for torchvision's
        layout with the scaling of "imagenet", unless its SHA-256 is that of "imagenet-features".
    """
    keras = Published((KERAS_FILE,), fetch_keras, CAFFE, read=read_keras_vgg16, check=check_keras)
    by_suffix = dict.fromkeys((".h5", ".hdf5"), keras)
    network, source = classifier(
        name, name, weights, SETS, head="classifier", others={KERAS: keras}, seed=seed, by_suffix=by_suffix
    )
    layers = [
        Layer(
            f"conv{block}_{k}",
            network.features[place : place + 2],
            BLOCKS[block - 1][0],
            reach=1,
            pool=Pool(2, 2, "max") if k == 1 and block > 1 else None,
        )
        for (block, k), place in PLACES.items()
    ]
    return Backbone(name, source.text, layers, LEVELS if levels is None else levels, source.preprocessing)


def check_keras(path: Path) -> str:
    """First digits of the SHA-256 of the file that Keras publishes.

    Raises
    ------
    DataError
        It is another file.
    """
    import pooch

    if not pooch.hashes.hash_matches(str(path), f"md5:{KERAS_MD5}"):
        raise DataError(
            f"{path} is not the file that Keras publishes (its MD5 is not {KERAS_MD5}); fetch it again, or give its "
            f"path as the weights if it is meant to be another one"
        )
    return check_file(path)


def fetch_keras() -> Path:
    """Keras' file from a cache, or downloaded into it."""
    import pooch

    return Path(pooch.retrieve(KERAS_ADDRESS, f"md5:{KERAS_MD5}", fname=KERAS_FILE, path=pooch.os_cache("gazekit")))


def read_keras_vgg16(path: Path) -> dict[str, Tensor]:
    """Read the convolutions of a VGG16 from a Keras HDF5 file.

    A data set belongs to the layer `block1_conv1` if that is part of its path (so weights alone, a whole model and
    old and new Keras are all read); of a layer's data sets the one with four dimensions is the kernel, and the one
    with one dimension the bias. What an optimizer stored is passed over.

    Returns
    -------
    dict of str to Tensor
        "features.0.weight" (out, in, row, column; Keras has row, column, in, out), "features.0.bias", ...

    Raises
    ------
    DataError
        Not there, not HDF5, or without one kernel and one bias for each layer.
    """
    import h5py

    if not path.is_file():
        raise DataError(f"the weights {path} are not there; give the path of a .h5 file as Keras writes it")
    found: dict[str, list[np.ndarray]] = {}

    def visit(name: str, item: object) -> None:
        match = re.search(r"(?:^|/)block(\d)_conv(\d)(?=/|_|$)", name)
        if isinstance(item, h5py.Dataset) and match and not name.startswith("optimizer") and item.ndim in (1, 4):
            place = PLACES.get((int(match[1]), int(match[2])))
            kind = "weight" if item.ndim == 4 else "bias"
            found.setdefault(f"features.{place}.{kind}", []).append(np.asarray(item, dtype=np.float32))

    then = "it is damaged or of another kind: fetch it again"
    with decoding(f"{path} cannot be read as HDF5", then), h5py.File(path) as file:
        check_hdf5(file, path, path.stat().st_size)
        top = ", ".join(list(file)[:3])
        file.visititems(visit)
    for (block, k), place in PLACES.items():
        for kind in ("weight", "bias"):
            n = len(found.get(f"features.{place}.{kind}", ()))
            if n != 1:
                what = "kernel" if kind == "weight" else "bias"
                raise DataError(
                    f"{path} does not hold weights of vgg16: it has {n or 'no'} {what} of block{block}_conv{k}, not "
                    f"one (it begins with {top or 'nothing'}); save the convolutions under Keras' names"
                )
    state = {key: torch.from_numpy(values[0]) for key, values in found.items()}
    return {key: value.permute(3, 2, 0, 1).contiguous() if value.ndim == 4 else value for key, value in state.items()}
