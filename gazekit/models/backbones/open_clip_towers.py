"""Image towers of CLIP models by open_clip's names: the modified ResNets as stages, vision transformers as one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.backbones.contract import Backbone, Pool
from gazekit.models.backbones.geometry import ToMultiple, same_geometry
from gazekit.models.backbones.layers import Layer, check_levels, stages_of
from gazekit.models.backbones.random_weights import random_state
from gazekit.models.backbones.sources import OFFLINE, check_file, given_file
from gazekit.models.backbones.state import fit_state
from gazekit.models.backbones.timm_networks import digits_of, one_level, quietly
from gazekit.models.weights import FOLDER_VARIABLE, find_weights, read_weights

LEVELS = ("layer1", "layer2", "layer3")


def open_clip_tower(member: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """The image tower of a CLIP model.

    Parameters
    ----------
    member : str
        open_clip's name ("RN50", "ViT-B-32").
    weights : str, path or None
        "random"; the file of a whole CLIP model or of its tower in open_clip's layout of names; or one of open_clip's
        tags for this model ("openai"): the file NAME_TAG.safetensors in the folder GAZEKIT_WEIGHTS, or what open_clip
        downloads. None is an error that lists the tags.
    seed, levels
        As in `load_backbone`.
    """
    import open_clip

    name = f"open_clip:{member}"
    if member not in open_clip.list_models():
        raise UnknownNameError("model of open_clip", member, open_clip.list_models())
    tags = open_clip.list_pretrained_tags_by_model(member)
    if weights is None:
        raise DataError(
            f"{name} has several sets of weights and none by default; give one of {', '.join([*tags, 'random'])}, or "
            f"the path of a file, or take a backbone that needs no download ({OFFLINE})"
        )
    path = find_weights(f"{member}_{weights}.safetensors") if weights in tags else None
    fetched = weights in tags and path is None
    try:
        with quietly():
            model = open_clip.create_model(member, pretrained=str(weights) if fetched else None)
    except Exception as error:  # open_clip and its hub raise many kinds for "no network"
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(
            f"the weights {str(weights)!r} of {name} cannot be downloaded ({reason}); put "
            f"{member}_{weights}.safetensors into the folder that the environment variable {FOLDER_VARIABLE} names, or "
            f"give the path of a file, or take a backbone that needs no download ({OFFLINE})"
        ) from error
    tower, entry = model.visual.eval(), open_clip.get_model_preprocess_cfg(model)
    if weights == "random":
        fit_state(tower, random_state(tower, name, seed), name=name, source="the random draw")
        text = f"random, seed {seed}"
    elif fetched:
        text = f"{weights} (open_clip, SHA-256 of the tensors {digits_of(tower.state_dict())})"
    else:
        path = path or given_file(name, str(weights), tags)
        state = read_weights(path)
        inside = {key.removeprefix("visual."): value for key, value in state.items() if key.startswith("visual.")}
        fit_state(tower, inside or state, name=name, source=str(path))
        file_text = f"file {path.name}, SHA-256 {check_file(path)}"
        text = f"{weights} ({file_text})" if weights in tags else file_text
    scaling = {"mean": [255 * v for v in entry["mean"]], "deviation": [255 * v for v in entry["std"]]}
    return tower_backbone(name, text, tower, levels=levels, **scaling)


def tower_backbone(name: str, text: str, tower: Any, *, levels: Sequence[str] | None, **scaling: Any) -> Backbone:
    """Make a backbone of a tower of open_clip: a modified ResNet or a vision transformer.

    Raises
    ------
    GazekitError
        A tower of another kind, or levels that it does not have.
    """
    from open_clip.modified_resnet import ModifiedResNet
    from open_clip.transformer import VisionTransformer

    if isinstance(tower, ModifiedResNet):
        levels = LEVELS if levels is None else levels
        return Backbone(name, text, stages_of(name, resnet_layers(tower, name), levels), levels=levels, **scaling)
    if isinstance(tower, VisionTransformer):
        known = [f"resblocks.{i}" for i in range(len(tower.transformer.resblocks))]
        levels = known[-1:] if levels is None else levels
        check_levels(name, levels, known)
        one_level(name, levels)
        stride = tower.patch_size[0]
        layers = ToMultiple(PatchTokens(tower, known.index(levels[0])), stride)
        layer = Layer(levels[0], layers, tower.conv1.out_channels, None, stride)
        return Backbone(name, text, stages_of(name, [layer], levels), levels=levels, **scaling)
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

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, H, W), sides multiples of the patch, to (B, width, H / patch, W / patch)."""
        return functional_call(_Tokens(self), {"inner.tower.positional_embedding": self.positions(x)}, (x,))

    def positions(self, x: Tensor) -> Tensor:
        """Position embeddings for the patches of x, after that of the class token."""
        embedding, (rows, columns) = self.tower.positional_embedding, self.tower.grid_size
        h, w = (n // p for n, p in zip(x.shape[-2:], self.tower.patch_size, strict=True))
        if (h, w) == (rows, columns):
            return embedding
        grid = embedding[1:].reshape(1, rows, columns, -1).permute(0, 3, 1, 2)
        grid = functional.interpolate(grid, (h, w), mode="bicubic", antialias=True, align_corners=False)
        return torch.cat([embedding[:1], grid.flatten(2)[0].T])

    def tokens(self, x: Tensor) -> Tensor:
        """Run the tower with the position embeddings that it holds now."""
        return self.tower.forward_intermediates(x, indices=[self.block], stop_early=True, intermediates_only=True)[
            "image_intermediates"
        ][0]


class _Tokens(nn.Module):
    """`PatchTokens.tokens` as a module's forward, which `functional_call` can call with other parameters."""

    def __init__(self, inner: PatchTokens) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner.tokens(x)
