"""VGG16 weights as Keras stores them in HDF5: any of its layouts, to torchvision's names and order of dimensions."""

import re
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gazekit.files.hdf5 import check_hdf5
from gazekit.files.untrusted import first_line
from gazekit.foundations.errors import DataError
from gazekit.models.weights import FOLDER_VARIABLE, find_weights

KERAS = "imagenet-keras"
KERAS_FILE = "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
KERAS_ADDRESS = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg16/{KERAS_FILE}"
KERAS_MD5 = "6d6bbae143d832006294945121d1f1fc"  # as Keras itself checks it
CAFFE_MEAN = (123.68, 116.779, 103.939)  # red, green, blue; what Keras calls the "caffe" mode
# Place of each convolution in torchvision's `features`: two places a layer (with its activation), one a pool.
PLACES = {
    (block, k): 2 * (k - 1) + start
    for block, (start, count) in enumerate(((0, 2), (5, 2), (10, 3), (17, 3), (24, 3)), 1)
    for k in range(1, count + 1)
}


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

    try:
        with h5py.File(path) as file:
            check_hdf5(file, path, path.stat().st_size)
            top = ", ".join(list(file)[:3])
            file.visititems(visit)
    except DataError:
        raise
    except Exception as error:  # h5py raises many kinds for one fact
        raise DataError(
            f"{path} cannot be read as HDF5 ({first_line(error)}); it is damaged or of another kind: fetch it again"
        ) from error
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


def keras_file() -> Path:
    """The file that Keras publishes: from the folder GAZEKIT_WEIGHTS, else from a cache, else fetched; checked always.

    Raises
    ------
    DataError
        It cannot be fetched, or is not what it should be.
    """
    import pooch

    path = find_weights(KERAS_FILE)
    if path is not None:
        if not pooch.hashes.hash_matches(str(path), f"md5:{KERAS_MD5}"):
            raise DataError(
                f"{path} is not the file that Keras publishes (its MD5 is not {KERAS_MD5}); fetch it again, or "
                f"give its path as the weights if it is meant to be another one"
            )
        return path
    try:
        return Path(pooch.retrieve(KERAS_ADDRESS, f"md5:{KERAS_MD5}", fname=KERAS_FILE, path=pooch.os_cache("gazekit")))
    except (OSError, ValueError) as error:  # no network (the errors of requests are OSErrors); a wrong checksum
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__} from {KERAS_ADDRESS}"
        raise DataError(
            f"the weights {KERAS!r} of vgg16 cannot be downloaded ({reason}); put {KERAS_FILE} into the folder that "
            f"the environment variable {FOLDER_VARIABLE} names, or give its path, or take a backbone that needs no "
            f"download (v1 and random)"
        ) from error
