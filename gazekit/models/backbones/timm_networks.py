"""Networks of timm by name: convolutional ones as a chain of stages, transformers as one stage."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.backbones.contract import Backbone, Pool
from gazekit.models.backbones.geometry import ToMultiple, measured_reach, same_geometry
from gazekit.models.backbones.layers import Layer, check_levels, stages_of
from gazekit.models.backbones.random_weights import random_state
from gazekit.models.backbones.sources import DIGITS, OFFLINE, check_file, given_file
from gazekit.models.backbones.state import fit_state
from gazekit.models.weights import FOLDER_VARIABLE, find_weights, read_weights

STRIDES = (4, 8, 16)  # of the layers to compare by default
PRETRAINED = "pretrained"


def timm_network(member: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """A network of timm.

    Its layers are those that timm offers as features, by timm's names ("layer1", "blocks.2"). A convolutional network
    becomes a chain of stages, with a max pool as the pool between where timm has one there; strides, padding and reach
    are found by trying. By default the last layer of each of the strides 4, 8 and 16 is compared. A transformer is one
    stage, whose output is the map of one block's patch tokens (the last by default): attention leaves nothing to pool
    between blocks, so ask for one level.

    Parameters
    ----------
    member : str
        timm's name, with or without the tag of its weights ("resnet18", "resnet18.a1_in1k").
    weights : str, path or None
        "random"; a file in timm's layout of names; "pretrained": the file NAME_pretrained.safetensors in the folder
        GAZEKIT_WEIGHTS, or what timm downloads; None: as that, without a download.
    seed, levels
        As in `load_backbone`.
    """
    import timm

    name = f"timm:{member}"
    if not timm.is_model(member):
        raise UnknownNameError("network of timm", member, timm.list_models())
    network = features(member)
    chain = chain_of(network)
    if chain is None:
        known = [one["module"] for one in network.feature_info.info]
        levels = known[-1:] if levels is None else levels
        check_levels(name, levels, known)
        one_level(name, levels)
        network = features(member, out_indices=(known.index(levels[0]),))
    text = filled(network, member, weights, seed)
    entry = timm.get_pretrained_cfg(member)
    mean, deviation = ([255 * v for v in getattr(entry, which)] for which in ("mean", "std"))
    kept: dict[str, Any] = {"levels": levels, "mean": mean, "deviation": deviation}
    if chain is None:
        return whole(name, text, network, **kept)
    return chained(name, text, network, chain, **kept)


def features(member: str, *, pretrained: bool = False, **options: Any) -> Any:
    """Make timm's network that hands out features; a transformer, so that it takes images of any size if it can.

    Raises
    ------
    GazekitError
        timm does not offer this network's layers.
    """
    import timm

    every: tuple[dict[str, Any], ...] = ({"dynamic_img_size": True}, {})
    for more in every:
        try:
            with quietly():
                return timm.create_model(member, pretrained=pretrained, features_only=True, **more, **options).eval()
        except TypeError:  # only transformers know the option
            continue
        except (RuntimeError, AttributeError, AssertionError) as error:
            if pretrained:
                raise
            raise GazekitError(f"timm:{member} does not hand out its layers; take another backbone") from error
    raise GazekitError(f"timm:{member} does not hand out its layers; take another backbone")


@contextmanager
def quietly() -> Iterator[None]:
    """Leave PyTorch's random numbers as they were, and keep a library from logging that weights are random."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        logging.disable(before)


def filled(network: nn.Module, member: str, weights: str | Path | None, seed: int) -> str:
    """Fill the network, and return what its weights are called."""
    name = f"timm:{member}"
    if weights == "random":
        fit_state(network, random_state(network, name, seed), name=name, source="the random draw")
        return f"random, seed {seed}"
    asked = PRETRAINED if weights is None else str(weights)
    path = find_weights(f"{member}_{PRETRAINED}.safetensors") if asked == PRETRAINED else None
    if asked == PRETRAINED and path is None:
        place = (
            f"put {member}_{PRETRAINED}.safetensors into the folder that the environment variable {FOLDER_VARIABLE} "
            f"names, or give the path of a file, or take a backbone that needs no download ({OFFLINE})"
        )
        if weights is None:
            raise DataError(f"no weights of {name} are at hand; ask for weights 'pretrained' to download, or {place}")
        try:
            state = features(member, pretrained=True).state_dict()
        except Exception as error:  # timm and its hub raise many kinds for "no network" and "no such weights"
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(f"the weights of {name} cannot be downloaded ({reason}); {place}") from error
        fit_state(network, renamed(state, network), name=name, source="timm")
        return f"pretrained (timm, SHA-256 of the tensors {digits_of(state)})"
    path = path or given_file(name, asked, [PRETRAINED])
    fit_state(network, renamed(read_weights(path), network), name=name, source=str(path))
    text = f"file {path.name}, SHA-256 {check_file(path)}"
    return f"pretrained ({text})" if asked == PRETRAINED else text


def renamed(state: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """From names of timm's full network to those of the one that hands out features; the rest is a classifier's."""
    wanted = network.state_dict().keys()
    forms = {form: key for key in state for form in (key, key.replace(".", "_", 1), f"model.{key}")}
    return {form: state[key] for form, key in forms.items() if form in wanted}


def digits_of(state: Mapping[str, Tensor]) -> str:
    """First digits of the SHA-256 of all tensors, in the order of their names."""
    digest = hashlib.sha256()
    for key in sorted(state):
        digest.update(key.encode() + state[key].contiguous().numpy().tobytes())
    return digest.hexdigest()[:DIGITS]


def chain_of(network: Any) -> list[tuple[str, nn.Module]] | None:
    """The network's modules in the order in which they run, by timm's names; None where they are no chain."""
    from timm.models import FeatureListNet

    if isinstance(network, FeatureListNet):
        return [(key, module) for key, module in network.items()]
    if all(hasattr(network, part) for part in ("conv_stem", "bn1", "blocks")) and isinstance(
        network.blocks, nn.Sequential
    ):
        blocks = [(f"blocks.{i}", block) for i, block in enumerate(network.blocks)]
        bn1 = nn.Sequential(network.bn1, network.act1) if hasattr(network, "act1") else network.bn1
        return [("conv_stem", network.conv_stem), ("bn1", bn1), *blocks]
    return None


def chained(
    name: str,
    text: str,
    network: Any,
    chain: Sequence[tuple[str, nn.Module]],
    *,
    levels: Sequence[str] | None,
    **scaling: Any,
) -> Backbone:
    """Cut a chain at the layers that timm names as features."""
    info = {one["module"].replace(".", "_"): one for one in network.feature_info.get_dicts()}
    known = [one["module"] for one in info.values()]
    if levels is None:
        by_stride = {one["reduction"]: one["module"] for one in info.values()}
        levels = [by_stride[s] for s in STRIDES if s in by_stride] or known[-1:]
    check_levels(name, levels, known)
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # an activation at the start of a stage must not change the stage before
    layers: list[Layer] = []
    group: list[nn.Module] = []
    channels, before = 3, 1
    for key, module in chain:
        group.append(module)
        if (one := info.get(key.replace(".", "_"))) is None:
            continue
        stride, pool = one["reduction"] // before, None
        first = group[0]
        if isinstance(first, nn.MaxPool2d) and layers and isinstance(first.kernel_size, int) and first.stride == stride:
            pool, group, stride = Pool(first.kernel_size, stride, "max"), group[1:], 1
        stage = group[0] if len(group) == 1 else nn.Sequential(*group)
        stage = same_geometry(stage, channels=channels, stride=stride, name=f"{one['module']} of {name}")
        with torch.inference_mode():
            given = stage(torch.zeros(1, channels, 16 * stride, 16 * stride)).shape[1]
        if given != one["num_chs"]:
            raise GazekitError(f"{one['module']} of {name} does not put channels first; take another backbone")
        reach = measured_reach(stage, channels=channels, stride=stride)
        layers.append(Layer(one["module"], stage, given, reach, stride, pool))
        channels, before, group = given, one["reduction"], []
        if set(levels) <= {layer.name for layer in layers}:
            break
    return Backbone(name, text, stages_of(name, layers, levels), levels=levels, **scaling)


class OneMap(nn.Module):
    """A network that returns a list of one map, as one that returns the map."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) to the map."""
        return self.network(x)[0]


def whole(name: str, text: str, network: Any, *, levels: Sequence[str], **scaling: Any) -> Backbone:
    """Make a network with one output, which is no chain, one stage."""
    (one,) = network.feature_info.get_dicts()
    stride = one["reduction"]
    layers = same_geometry(ToMultiple(OneMap(network), stride), channels=3, stride=stride, name=name)
    layer = Layer(levels[0], layers, one["num_chs"], None, stride)
    return Backbone(name, text, stages_of(name, [layer], levels), levels=levels, **scaling)


def one_level(name: str, levels: Sequence[str]) -> None:
    """Refuse more than one level of a transformer.

    Raises
    ------
    GazekitError
        More than one.
    """
    if len(levels) > 1:
        raise GazekitError(
            f"{name} is a transformer, which is one stage here (attention leaves nothing to pool between its blocks); "
            f"ask for one level, not for {', '.join(levels)}"
        )
