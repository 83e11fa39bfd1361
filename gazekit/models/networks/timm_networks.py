"""Networks of timm: whole ones as encoders; inside, convolutional ones as many stages and transformers as one."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.networks.backbone import Backbone, Layer, Pool, check_levels, one_level
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.geometry import ToMultiple, is_same, measured_reach, same_geometry
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.weights import RANDOM, Published, WeightsSource, find_source, hub_at_once, quietly
from gazekit.models.threads import one_thread

STRIDES = (4, 8, 16)  # of the layers to compare by default
PRETRAINED = "pretrained"


def source_of(member: str, weights: str | Path | None, *, download: bool = False, seed: int = 0) -> WeightsSource:
    """Find weights of a network of timm: "pretrained", "random" or a file in timm's layout of names.

    Raises
    ------
    UnknownNameError
        timm has no such network.
    """
    import timm

    if not timm.is_model(member):
        raise UnknownNameError("network of timm", member, timm.list_models())
    entry = timm.get_pretrained_cfg(member) or timm.models.PretrainedCfg()

    def fetch() -> Mapping[str, Tensor]:
        with hub_at_once():
            return timm.create_model(member, pretrained=True).state_dict()

    scaling = Preprocessing(entry.mean, entry.std, size=entry.input_size[-1])
    published = {PRETRAINED: Published((f"{member}_{PRETRAINED}.safetensors",), fetch, scaling, label="timm")}
    return find_source(f"timm:{member}", weights, published, seed=seed, download=download)


def activation(member: str, weights: str | Path | None) -> dict[str, Any]:
    """Option for `timm.create_model` where weights were trained with QuickGELU and the network's name builds GELU.

    timm notes it of the sets that it publishes (OpenAI's and others); a file tells by "openai" or "quickgelu" in its
    name.

    Warns
    -----
    UserWarning
        A file does not tell, and neither does the network's name.
    """
    import timm

    plain, _, tag = member.partition(".")
    twin = plain.replace("_clip_", "_clip_quickgelu_")
    if weights == RANDOM or twin == plain or not timm.is_model(twin):
        return {}
    entry, file = timm.get_pretrained_cfg(member), Path(str(weights))
    told = "openai" in file.stem or "quickgelu" in file.stem
    if told or "QuickGELU" in " ".join((entry and entry.notes) or ()):
        return {"act_layer": "quick_gelu"}
    if file.suffix and not tag:
        warnings.warn(
            f"{file} does not say whether it was trained with GELU, which timm:{plain} has, or with QuickGELU, as "
            f"OpenAI's were; name the network timm:{twin} if it was, or with the tag of its weights ({plain}.TAG), "
            f"which tells",
            UserWarning,
            stacklevel=2,
        )
    return {}


def encoder(member: str, weights: str | Path | None) -> Encoder:
    """A whole network of timm; see `TimmEncoder`.

    Parameters
    ----------
    member : str
        timm's name, with or without the tag of its weights ("resnet18", "resnet18.a1_in1k").
    weights : str or path, optional
        "pretrained" (or "DEFAULT"; downloaded by timm), "random", or a file in timm's layout of names.
    """
    import timm

    source = source_of(member, None if weights == "DEFAULT" else weights, download=True)
    with quietly():
        network = timm.create_model(member, pretrained=False, **activation(member, weights))
    source.fill(network, f"timm:{member}")
    return TimmEncoder(f"timm:{member}", source.text, source.preprocessing, network)


class TimmEncoder(Encoder):
    """A whole network of timm: embedding before its head, scores after it. Convolutional ones with pooling have places.

    Parameters
    ----------
    name, weights, preprocessing, network
        See `Encoder`; the network is as `timm.create_model` makes it.
    """

    outputs: tuple[str, ...] = ("embedding", "scores")

    def __init__(self, name: str, weights: str, preprocessing: Preprocessing, network: Any) -> None:
        super().__init__(name, weights, preprocessing, network)
        with torch.no_grad():
            shape = network.forward_features(torch.zeros(1, 3, self.size, self.size)).shape
        pooling = getattr(getattr(network, "global_pool", None), "pool_type", "")
        self.spatial = len(shape) == 4 and pooling == "avg"
        if getattr(network, "num_classes", 0) == 0:
            self.outputs = ("embedding",)

    def features(self, x: Tensor) -> Tensor:
        """Features before pooling; see `Encoder.features`."""
        return self.network.forward_features(x)

    def finish(self, pooled: Tensor, output: str) -> Tensor:
        """Run the head on pooled features; see `Encoder.finish`."""
        return self.network.forward_head(pooled[:, :, None, None], pre_logits=output == "embedding")

    def read(self, features: Tensor, output: str) -> Tensor:
        """Embedding or scores; see `Encoder.read`."""
        self.check_output(output)
        return self.network.forward_head(features, pre_logits=output == "embedding")


def backbone(member: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """The layers of a network of timm.

    They are those that timm offers as features, by timm's names ("layer1", "blocks.2"). A convolutional network
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
    name = f"timm:{member}"
    source = source_of(member, weights, seed=seed).renamed(renamed)
    act = activation(member, weights)
    network = features(member, **act)
    chain = chain_of(network)
    if chain is not None:
        source.fill(network, name)
        return chained(name, network, chain, levels, source)
    known = [one["module"] for one in network.feature_info.info]
    level = one_level(name, levels, known)
    network = features(member, out_indices=(known.index(level),), **act)
    source.fill(network, name)
    return whole(name, network, level, source)


def features(member: str, **options: Any) -> Any:
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
                return timm.create_model(member, features_only=True, **more, **options).eval()
        except TypeError:  # only transformers know the option
            continue
        except (RuntimeError, AttributeError, AssertionError) as error:
            raise GazekitError(f"timm:{member} does not hand out its layers; take another backbone") from error
    raise GazekitError(f"timm:{member} does not hand out its layers; take another backbone")


def renamed(state: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """From names of timm's full network to those of the one that hands out features; the rest is a classifier's."""
    wanted = network.state_dict().keys()
    forms = {form: key for key in state for form in (key, key.replace(".", "_", 1), f"model.{key}")}
    return {form: state[key] for form, key in forms.items() if form in wanted}


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


@one_thread()  # many small computations, for which threads on a busy machine waited half a minute
def chained(
    name: str, network: Any, chain: Sequence[tuple[str, nn.Module]], levels: Sequence[str] | None, source: WeightsSource
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
        parts = parts_of(one["module"], stage, channels, stride)
        reach = None if parts else measured_reach(stage, channels=channels, stride=stride)
        layers.append(Layer(one["module"], stage, given, reach, stride, pool, parts))
        channels, before, group = given, one["reduction"], []
        if set(levels) <= {layer.name for layer in layers}:
            break
    return Backbone(name, source.text, layers, levels, source.preprocessing)


def parts_of(name: str, stage: nn.Module, channels: int, stride: int) -> tuple[Layer, ...]:
    """The layers of a stage one by one, so that each reaches little; none where they cannot stand alone.

    Parameters
    ----------
    name, stage, stride
        As in `Layer`.
    channels : int
        Of the stage's input.
    """
    parts: list[nn.Module] = [stage]
    while any(type(part) is nn.Sequential for part in parts):
        parts = [one for part in parts for one in (part if type(part) is nn.Sequential else [part])]
    layers: list[Layer] = []
    before, x = channels, torch.zeros(1, channels, 16 * stride, 16 * stride)
    for k, part in enumerate(parts, start=1):
        with torch.inference_mode():
            y = part(x)
        jump = x.shape[2] // y.shape[2] if y.ndim == 4 else 0
        if jump < 1 or not is_same(part, before, jump):
            return ()
        layers.append(Layer(f"{name}.{k}", part, y.shape[1], measured_reach(part, channels=before, stride=jump), jump))
        before, x = y.shape[1], y
    return tuple(layers)


class OneMap(nn.Module):
    """A network that returns a list of one map, as one that returns the map."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W) to the map."""
        return self.network(x)[0]


def whole(name: str, network: Any, level: str, source: WeightsSource) -> Backbone:
    """Make a network with one output, which is no chain, one stage."""
    (one,) = network.feature_info.get_dicts()
    stride = one["reduction"]
    layers = same_geometry(ToMultiple(OneMap(network), stride), channels=3, stride=stride, name=name)
    layer = Layer(level, layers, one["num_chs"], None, stride)
    return Backbone(name, source.text, [layer], [level], source.preprocessing)
