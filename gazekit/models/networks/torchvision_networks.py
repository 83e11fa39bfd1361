"""Networks of torchvision: whole classifiers, and what those with a chain of layers of their own have in common."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import UnknownNameError
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.sources import Published, Source, find_source
from gazekit.models.networks.weights import digits_in


def published_by_torchvision(entry: Any, architecture: str, name: str) -> Published:
    """A set of weights that torchvision publishes.

    Parameters
    ----------
    entry : torchvision.models.WeightsEnum
        The set.
    architecture : str
        Torchvision's name of the network.
    name : str
        What the set is called here ("imagenet"), for a file of one's own that holds it.
    """
    preset = entry.transforms()
    file_name = entry.url.rsplit("/", 1)[1]
    cached = Path(torch.hub.get_dir()) / "checkpoints" / file_name

    def fetch() -> Path:
        cached.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(entry.url, str(cached), digits_in(file_name), progress=False)
        return cached

    return Published(
        (file_name, f"{architecture}_{name}.safetensors"),
        fetch,
        Preprocessing(tuple(preset.mean), tuple(preset.std), size=preset.crop_size[0]),
        label=f"torchvision {entry.name}",
        cached=cached,
    )


def classifier(
    name: str,
    architecture: str,
    weights: str | Path | None,
    sets: Mapping[str, str],
    *,
    head: str | None = None,
    others: Mapping[str, Published] | None = None,
    **options: Any,
) -> tuple[Any, Source]:
    """Make a classifier of torchvision with its weights.

    Parameters
    ----------
    name, architecture : str
        Our name of the network, and torchvision's.
    weights : str, path or None
        See `find_source`; files are in torchvision's layout.
    sets : mapping of str to str
        Our names of published sets to torchvision's; the first is the default.
    head : str, optional
        A part that is left out, also of files.
    others : mapping of str to Published, optional
        Sets that somebody else publishes.
    **options
        For `find_source`.
    """
    import torchvision.models

    every = torchvision.models.get_model_weights(architecture)
    published = {ours: published_by_torchvision(every[theirs], architecture, ours) for ours, theirs in sets.items()}
    source = find_source(name, weights, {**published, **(others or {})}, **options)
    with torch.random.fork_rng(devices=[]), torch.device("cpu" if head is None else "meta"):
        network = torchvision.models.get_model(architecture, weights=None)
    if head is not None:
        setattr(network, head, nn.Identity())
    if hasattr(network, "transform_input"):  # as torchvision does where it loads these weights itself
        network.transform_input = True
    source.fill(network, name, unused=(f"{head}.",) if head else ())
    return network, source


def encoder(architecture: str, weights: str | Path | None) -> Encoder:
    """A classifier of torchvision as an encoder.

    Parameters
    ----------
    architecture : str
        A name of `torchvision.models.list_models()`.
    weights : str or path, optional
        "DEFAULT" or another name of torchvision's published weights, "random", or a file of named tensors.
    """
    import torchvision.models

    known = torchvision.models.list_models(module=torchvision.models)
    if architecture not in known:
        raise UnknownNameError("classifier of torchvision", architecture, known)
    names = [entry.name for entry in torchvision.models.get_model_weights(architecture)]
    name = f"torchvision:{architecture}"
    sets = {"DEFAULT": "DEFAULT"} | dict(zip(names, names, strict=True))
    network, source = classifier(name, architecture, weights, sets, download=True)
    return Classifier(name, source.text, network, source.preprocessing)


class Classifier(Encoder):
    """A whole classifier: its scores, and as embedding what enters its last linear layer.

    Parameters
    ----------
    name, weights, preprocessing
        See `Encoder`.
    network : nn.Module
        (B, 3, H, W) to scores (B, classes).
    """

    outputs = ("embedding", "scores")

    def __init__(self, name: str, weights: str, network: nn.Module, preprocessing: Preprocessing) -> None:
        super().__init__(name, weights, preprocessing)
        self.network = network
        modules = [(k, module) for k, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)]
        self._last, last = modules[-1]
        self._classes = last.out_features if isinstance(last, nn.Linear) else last.out_channels
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Embedding and scores side by side, (B, D + classes); see `Encoder.features`."""
        caught: list[Tensor] = []
        last = self.network.get_submodule(self._last)
        hook = last.register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
        try:
            scores = self.network(x)
        finally:
            hook.remove()
        return torch.cat([caught[0].flatten(1), scores], dim=1)

    def read(self, features: Tensor, output: str) -> Tensor:
        """Embedding or scores; see `Encoder.read`."""
        self.check_output(output)
        return features[:, : -self._classes] if output == "embedding" else features[:, -self._classes :]
