"""CLIP models of open_clip: whole ones as encoders of images and captions, image towers as backbones.

OpenAI's models, and some others, were trained with another activation (QuickGELU) than open_clip's plain names build.
Which one a set of weights needs is decided by `needs_quick_gelu`, once for both views.
"""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, GazekitError, check_known
from gazekit.models.networks.backbone import Backbone, Layer, Pool, one_level
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.geometry import ToMultiple, same_geometry
from gazekit.models.networks.network import GREY_LEVELS, Preprocessing
from gazekit.models.networks.weights import RANDOM, Published, find_source, hub_at_once, quietly

LEVELS = ("layer1", "layer2", "layer3")
OPENAI, QUICK_GELU, CONFIG = "openai", "-quickgelu", "open_clip_config.json"
# Numbers that the models which OpenAI published hold beside their weights, and nobody else's do.
OPENAI_ONLY = ("input_resolution", "context_length", "vocab_size")


def encoder(member: str, weights: str | Path | None) -> Encoder:
    """A whole CLIP model; see `OpenClip` and `load`. Without weights it is OpenAI's, which open_clip downloads."""
    return OpenClip(*load(member, weights, download=True))


def backbone(member: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """The image tower of a CLIP model; see `load` and `tower_backbone`."""
    name, text, preprocessing, tower = load(member, weights, seed=seed, tower=True)
    return tower_backbone(name, text, tower, levels, preprocessing)


def load(
    member: str, weights: str | Path | None, *, download: bool = False, seed: int = 0, tower: bool = False
) -> tuple[str, str, Preprocessing, Any]:
    """Make a CLIP model with its weights, and with the activation that these were trained with.

    Parameters
    ----------
    member : str
        open_clip's name ("RN50", "ViT-B-32-quickgelu").
    weights : str, path or None
        One of open_clip's tags for this model ("openai"): the file NAME_TAG.safetensors in the folder GAZEKIT_WEIGHTS,
        or what open_clip downloads; a file in open_clip's layout of names; "random". None is "openai" where there is
        that.
    download : bool
        Whether None may download.
    seed : int
        Of random weights.
    tower : bool
        The image tower alone; a file may then hold no more than that.

    Returns
    -------
    name, weights : str
        What was loaded; the name ends in "-quickgelu" where a plain name was asked and the weights need QuickGELU.
    preprocessing : Preprocessing
    network : nn.Module
        The model or its tower, in eval mode.

    Raises
    ------
    UnknownNameError
        No such model.
    DataError
        No weights, or those of another network.

    Warns
    -----
    UserWarning
        The name does not say which activation is meant, and nothing tells which one the weights need.
    """
    import open_clip

    models = open_clip.list_models()
    check_known("model of open_clip", member, models)
    asked = f"open_clip:{member}"
    tags = sorted(open_clip.list_pretrained_tags_by_model(member), key=lambda tag: tag != OPENAI)
    if weights is None and OPENAI not in tags:
        raise DataError(
            f"{asked} has no weights by default; give one of {', '.join([*tags, RANDOM])}, or the path of a file"
        )
    published = {tag: _published(member, tag) for tag in tags}
    own = Preprocessing(open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD, size=_side(member))
    source = find_source(asked, weights, published, seed=seed, download=download, usual=own)
    twin, quick = member.removesuffix(QUICK_GELU) + QUICK_GELU, member.endswith(QUICK_GELU)
    unsure = False
    if not quick and source.origin != RANDOM:
        told = needs_quick_gelu(member, OPENAI if weights is None else str(weights), source.tensors(nn.Module()))
        quick, unsure = bool(told), told is None and twin in models
    built = twin if quick and twin in models else member
    with quietly():
        model = open_clip.create_model(built, pretrained=None, force_quick_gelu=quick)
    network = (model.visual if tower else model).eval()
    if unsure and any(isinstance(module, nn.GELU) for module in network.modules()):
        warnings.warn(
            f"{source.origin} does not say whether it was trained with GELU, which open_clip:{member} has, or with "
            f"QuickGELU, as the models of OpenAI, MetaCLIP and DFN were; name the network open_clip:{twin} if it was, "
            f"or put open_clip's tag into the file's name ({member}_TAG.safetensors), which tells",
            UserWarning,
            stacklevel=2,
        )
    source.renamed(_of_tower if tower else _of_model).fill(network, asked)
    return f"open_clip:{built}", source.text, source.preprocessing, network


def needs_quick_gelu(member: str, weights: str, state: Mapping[str, Tensor]) -> bool | None:
    """Whether weights were trained with QuickGELU; None where nothing tells.

    Parameters
    ----------
    member : str
        open_clip's plain name of the model.
    weights : str
        A tag, or the path of a file. A file tells by `open_clip_config.json` beside it, as it is published with it, or
        by its name: "quickgelu" or one of open_clip's tags in it.
    state : mapping of str to Tensor
        The weights. Those that OpenAI published hold numbers that nobody else's do.
    """
    import open_clip

    if any(key in state for key in OPENAI_ONLY):
        return True
    path, tags = Path(weights), open_clip.list_pretrained_tags_by_model(member)
    if weights not in tags:
        told = _config_beside(path)
        if told is not None or "quickgelu" in path.stem.lower():
            return told is not False
        # The longest one: "metaclip_400m" and not "metaclip".
        weights = max((tag for tag in tags if tag in path.stem), key=len, default="")
    if not weights:
        return None
    quick_ones = open_clip.list_pretrained_tags_by_model(member + QUICK_GELU)
    return weights in (OPENAI, *quick_ones) or bool(open_clip.get_pretrained_cfg(member, weights).get("quick_gelu"))


def _config_beside(path: Path) -> bool | None:
    """What the configuration that a model was published with says of its activation."""
    try:
        config = parse_json(path.with_name(CONFIG).read_bytes())
        return bool(config["model_cfg"].get("quick_gelu", False))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _side(member: str) -> int:
    import open_clip

    side = open_clip.get_model_config(member)["vision_cfg"].get("image_size", 224)
    return int(side[0] if isinstance(side, list | tuple) else side)


def _published(member: str, tag: str) -> Published:
    import open_clip

    def fetch() -> Mapping[str, Tensor]:
        # A warning would be of another activation: only the tensors are taken.
        with hub_at_once(), quietly(), warnings.catch_warnings(action="ignore"):
            return open_clip.create_model(member, pretrained=tag).state_dict()

    entry = open_clip.get_pretrained_cfg(member, tag)
    mean, deviation = entry.get("mean", open_clip.OPENAI_DATASET_MEAN), entry.get("std", open_clip.OPENAI_DATASET_STD)
    scaling = Preprocessing(mean, deviation, size=_side(member))
    files = (f"{name}_{tag}.safetensors" for name in dict.fromkeys((member, member.removesuffix(QUICK_GELU))))
    return Published(tuple(files), fetch, scaling, label="open_clip")


def _of_model(state: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """Names of the model alone, without what training in parallel or OpenAI put there."""
    names = {key.removeprefix("module."): value for key, value in state.items()}
    return {key: value for key, value in names.items() if key not in OPENAI_ONLY}


def _of_tower(state: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """Names of the image tower, from a file of the whole model or of the tower."""
    names = _of_model(state, network)
    tower = {key.removeprefix("visual."): value for key, value in names.items() if key.startswith("visual.")}
    return tower or names


class OpenClip(Encoder):
    """A CLIP model: images and captions in one space.

    Parameters
    ----------
    name, weights, preprocessing, network
        See `Encoder`; the network is an `open_clip.CLIP`.
    """

    has_text = True

    def features(self, x: Tensor) -> Tensor:
        """Image embedding, (B, D), not normalised; see `Encoder.features`."""
        return self.network.encode_image(x)

    @torch.no_grad()
    def text(self, captions: Sequence[str]) -> Tensor:
        """Embed captions, (n, D); each is cut at the model's own number of tokens (77)."""
        tokens = self._tokenizer()(list(captions))
        return self.network.encode_text(tokens.to(self.mean.device)).float()

    def token_count(self, caption: str) -> tuple[int, int]:
        """Tokens of a caption with its start and end marks, and how many the model takes."""
        limit = int(self.network.context_length)
        encode = getattr(self._tokenizer(), "encode", None)
        return (0, limit) if encode is None else (len(encode(caption)) + 2, limit)  # others say it by padding only

    def _tokenizer(self) -> Any:
        import open_clip

        return open_clip.get_tokenizer(self.name.partition(":")[2])


def tower_backbone(
    name: str, text: str, tower: Any, levels: Sequence[str] | None, preprocessing: Preprocessing = GREY_LEVELS
) -> Backbone:
    """Make a backbone of a tower of open_clip: a modified ResNet or a vision transformer.

    Raises
    ------
    GazekitError
        A tower of another kind, or levels that it does not have.
    """
    from open_clip.modified_resnet import ModifiedResNet
    from open_clip.transformer import VisionTransformer

    if isinstance(tower, ModifiedResNet):
        return Backbone(name, text, resnet_layers(tower, name), LEVELS if levels is None else levels, preprocessing)
    if isinstance(tower, VisionTransformer):
        known = [f"resblocks.{i}" for i in range(len(tower.transformer.resblocks))]
        level, stride = one_level(name, levels, known), tower.patch_size[0]
        layers = ToMultiple(PatchTokens(tower, known.index(level)), stride)
        return Backbone(
            name, text, [Layer(level, layers, tower.conv1.out_channels, None, stride)], [level], preprocessing
        )
    raise GazekitError(
        f"the image tower of {name} is a {type(tower).__name__}, not one of open_clip's own ResNets and transformers; "
        f"take the network itself from timm (timm:NAME)"
    )


def resnet_layers(tower: Any, name: str) -> list[Layer]:
    """Layers of a modified ResNet: stem (stride 2), an average pool of 2 / 2, layer1 (4), layer2 (8), ..., layer4 (32).

    Strides inside layer2 to layer4 are average pools; their incomplete last window is kept here (ceil(n / 2) cells).
    """
    stem = nn.Sequential(*(getattr(tower, f"{part}{i}") for i in (1, 2, 3) for part in ("conv", "bn", "act")))
    layers = [Layer("stem", stem, tower.conv3.out_channels, reach=5, stride=2)]
    for number in (1, 2, 3, 4):
        blocks = getattr(tower, f"layer{number}")
        stride = 1 if number == 1 else 2
        given = layers[-1].channels
        module = same_geometry(blocks, channels=given, stride=stride, name=f"layer{number} of {name}")
        # One 3 x 3 convolution a block; the first is followed by the pool, which reaches one cell further.
        reach = stride * len(blocks)
        pool = Pool(2, 2, "average") if number == 1 else None
        layers.append(Layer(f"layer{number}", module, blocks[-1].conv3.out_channels, reach, stride, pool))
    return layers


class PatchTokens(nn.Module):
    """A vision transformer up to one block, as the map of its patch tokens, for images of any size.

    Position embeddings are resized to the map of the image's patches (bicubic), as is usual for other sizes than the
    trained one; at the trained size they are the trained ones.
    """

    def __init__(self, tower: Any, block: int) -> None:
        super().__init__()
        self.tower, self.block = tower, block

    def forward(self, x: Tensor, placed: bool = False) -> Tensor:
        """(B, 3, H, W), sides multiples of the patch, to (B, width, H / patch, W / patch)."""
        if not placed:  # once more, with the position embeddings of this size
            return functional_call(self, {"tower.positional_embedding": self.positions(x)}, (x, True))
        found = self.tower.forward_intermediates(x, indices=[self.block], stop_early=True, intermediates_only=True)
        return found["image_intermediates"][0]

    def positions(self, x: Tensor) -> Tensor:
        """Position embeddings for the patches of x, after that of the class token."""
        embedding, (rows, columns) = self.tower.positional_embedding, self.tower.grid_size
        h, w = (n // p for n, p in zip(x.shape[-2:], self.tower.patch_size, strict=True))
        if (h, w) == (rows, columns):
            return embedding
        grid = embedding[1:].reshape(1, rows, columns, -1).permute(0, 3, 1, 2)
        grid = functional.interpolate(grid, (h, w), mode="bicubic", antialias=True, align_corners=False)
        return torch.cat([embedding[:1], grid.flatten(2)[0].T])
