"""Encoders by name, and what loading their weights has in common."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.encoders.contract import Encoder
from gazekit.models.weights import read_weights

NAMES = ("filters", "pixels", "colour-words", "squeezenet", "open_clip/<model>", "torchvision/<model>", "timm/<model>")


def load_encoder(encoder: "str | Encoder | Callable[[Tensor], Tensor]", weights: str | Path | None = None) -> Encoder:
    """Make an encoder.

    Parameters
    ----------
    encoder : str, Encoder or callable
        "filters" (a fixed filter bank: no weights, nothing learned), "pixels", "colour-words" (names of colours in
        images and captions; nothing learned), "squeezenet", "open_clip/RN50-quickgelu",
        "torchvision/resnet50", "timm/mobilenetv3_small_100"; an encoder; or any function (B, 3, H, W) in 0..1 to (B,
        D).
    weights : str or path, optional
        A file, or a name that the library knows; see each encoder's class.

    Raises
    ------
    UnknownNameError
        No such encoder.
    GazekitError
        Weights for an encoder that has none.

    Examples
    --------
    >>> load_encoder("filters").name
    'filters'
    """
    if isinstance(encoder, Encoder):
        _refuse(encoder.name, weights)
        return encoder.frozen()
    if not isinstance(encoder, str):
        from gazekit.models.encoders.function import FunctionEncoder

        _refuse("a function", weights)
        return FunctionEncoder(encoder)
    family, _, model = encoder.partition("/")
    options: dict[str, Any] = {} if weights is None else {"weights": str(weights)}
    if family in ("filters", "pixels") and not model:
        from gazekit.models.encoders.filters import FilterBank, Pixels

        _refuse(encoder, weights)
        return FilterBank() if family == "filters" else Pixels()
    if family == "colour-words" and not model:
        from gazekit.models.encoders.colour_words import ColourWords

        _refuse(encoder, weights)
        return ColourWords()
    if family == "squeezenet" and not model:
        from gazekit.models.encoders.squeezenet import SqueezeNet

        return SqueezeNet(weights)
    if family == "open_clip" and model:
        from gazekit.models.encoders.open_clip import OpenClip

        return OpenClip(model, **options)
    if family == "torchvision" and model:
        from gazekit.models.encoders.classifiers import TorchvisionClassifier

        return TorchvisionClassifier(model, **options)
    if family == "timm" and model:
        from gazekit.models.encoders.classifiers import TimmClassifier

        return TimmClassifier(model, **options)
    raise UnknownNameError("encoder", encoder, NAMES)


def build(make: Callable[[], nn.Module]) -> Any:
    """Build a network with made-up weights from seed 0, and leave torch's own random state as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return make()


def load_file(network: nn.Module, path: str) -> str:
    """Fill a network from a file of named tensors, and say which file it was."""
    state = read_weights(path)
    try:
        network.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in state.items()})
    except RuntimeError as error:
        first = str(error).splitlines()[1].strip() if "\n" in str(error) else str(error)
        raise DataError(f"{path} holds the weights of another network ({first})") from error
    return f"file {hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]}"


@contextmanager
def offline(what: str) -> Iterator[None]:
    """Turn whatever a download raises into one sentence."""
    try:
        yield
    except GazekitError:
        raise
    except Exception as error:  # the libraries raise many kinds for "no network"
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"{what} could not be fetched ({reason[:120]}); fetch them where there is a network and give the file, or "
            f"use encoder=filters, which needs none"
        ) from error


def _refuse(name: str, weights: object) -> None:
    if weights is not None:
        raise GazekitError(f"the encoder {name!r} takes no weights; leave out weights={weights!r}")
