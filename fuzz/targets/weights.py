"""Weights of networks, and checkpoints."""

import io
import json
import zipfile
from functools import cache

import h5py
import numpy as np
import safetensors.torch
import torch

from gazekit.models.networks.vgg import read_keras_vgg16
from gazekit.models.networks.weights import read_weights
from gazekit.models.oat.checkpoint import load_checkpoint
from targets.target import Target


def _state() -> dict[str, torch.Tensor]:
    return {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2, dtype=torch.float16)}


def _tensors() -> list[bytes]:
    return [safetensors.torch.save(_state()), safetensors.torch.save({}, metadata={"a": "b"})]


@cache
def _torch() -> list[bytes]:
    made = []
    for content, zipped in ((_state(), True), ({"state_dict": _state()}, True), (_state(), False)):
        buffer = io.BytesIO()
        torch.save(content, buffer, _use_new_zipfile_serialization=zipped)
        made.append(buffer.getvalue())
    return made


def _torch_pickle(content: bytes) -> bytes:
    """The bytes as the pickle within an archive of PyTorch, which has checksums."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_torch()[0])) as good, zipfile.ZipFile(buffer, "w") as archive:
        for name in good.namelist():
            archive.writestr(name, content if name.endswith("data.pkl") else good.read(name))
    return buffer.getvalue()


def _torch_pickles() -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(_torch()[0])) as archive:
        return [archive.read(next(n for n in archive.namelist() if n.endswith("data.pkl")))]


def _checkpoint() -> list[bytes]:
    from gazekit.models.oat.config import preset
    from gazekit.models.oat.network import OatNetwork

    config = preset("oat-small", width=8, heads=1, feed_forward=4, encoder_layers=1, decoder_layers=1)
    papers = {"format": "gazekit-oat", "version": "1", "longest": "3", "trained_on": "{}", "config": config.to_json()}
    state = {k: v.contiguous() for k, v in OatNetwork(config).state_dict().items()}
    return [safetensors.torch.save(state, metadata={"gazekit": json.dumps(papers)})]


def _keras() -> list[bytes]:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver="latest") as file:
        for block, layers in enumerate((2, 2, 3, 3, 3), 1):
            for k in range(1, layers + 1):
                group = file.create_group(f"block{block}_conv{k}")
                group["W"], group["b"] = np.ones((1, 1, 1, 1), np.float32), np.ones(1, np.float32)
    return [buffer.getvalue()]


TARGETS = (
    Target("safetensors", "a.safetensors", read_weights, _tensors),
    Target("torch", "a.pt", read_weights, _torch),
    Target("torch-pickle", "a.pt", read_weights, _torch_pickles, _torch_pickle),
    Target("checkpoint", "a.safetensors", load_checkpoint, _checkpoint),
    Target("keras", "a.h5", read_keras_vgg16, _keras),
)
