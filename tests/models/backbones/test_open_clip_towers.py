import open_clip
import pytest
import torch
from open_clip.modified_resnet import ModifiedResNet
from open_clip.transformer import VisionTransformer
from safetensors.torch import save_file
from torch import nn

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.backbones import load_backbone
from gazekit.models.backbones.geometry import measured_reach
from gazekit.models.backbones.open_clip_towers import tower_backbone
from gazekit.models.backbones.random_weights import random_state
from gazekit.models.backbones.rotation import turn, turn_kernels


def small_resnet():
    tower = ModifiedResNet([2, 1, 2, 1], output_dim=8, heads=2, image_size=64, width=8).eval()
    tower.load_state_dict(random_state(tower, "small", 0))
    return tower


def small_transformer():
    tower = VisionTransformer(64, 16, width=24, layers=3, heads=2, mlp_ratio=2, output_dim=8).eval()
    tower.load_state_dict(random_state(tower, "small", 0))
    return tower


class Small(nn.Module):
    """As much of a CLIP model as is looked at."""

    def __init__(self, visual):
        super().__init__()
        self.visual = visual


@pytest.fixture
def small_models(monkeypatch, tmp_path):
    """open_clip with small towers behind its names."""
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    towers = {"RN50": small_resnet, "ViT-B-32": small_transformer}

    def create(member, pretrained=None):
        if pretrained:
            raise ConnectionError("no route to host")
        return Small(towers[member]())

    monkeypatch.setattr(open_clip, "create_model", create)
    half = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
    monkeypatch.setattr(open_clip, "get_model_preprocess_cfg", lambda model: half)


@torch.inference_mode()
def test_a_modified_resnet_gives_what_open_clip_gives():
    backbone = tower_backbone("t", "w", small_resnet(), levels=["stem", "layer2", "layer4"])
    image = torch.rand(1, 3, 64, 64)
    names = ("stem", "layer1", "layer2", "layer3", "layer4")
    theirs = small_resnet().forward_intermediates(image, indices=[0, 1, 2, 3, 4], intermediates_only=True)
    ours = backbone(image)
    for name, expected in zip(names, theirs["image_intermediates"], strict=True):
        if name == "stem":  # open_clip's includes the pool, which is a pool of its own here
            expected, ours["stem"] = expected, nn.functional.avg_pool2d(ours["stem"], 2)
        if name in ours:
            torch.testing.assert_close(ours[name], expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))
    assert [(s.name, s.stride) for s in backbone.stages] == [("stem", 2), ("layer2", 8), ("layer4", 32)]
    assert [backbone(torch.zeros(1, 3, 67, 90))[k].shape[2:] for k in ("layer2", "layer4")] == [(9, 12), (3, 3)]


def test_reach_of_a_modified_resnet_is_the_measured_one():
    backbone = tower_backbone("t", "w", small_resnet(), levels=["stem", "layer1", "layer2", "layer3"])
    channels = 3
    for stage in backbone.stages:
        stride = 1 if stage.name == "layer1" else 2
        assert measured_reach(stage.layers, channels=channels, stride=stride) == stage.reach, stage.name
        channels = stage.channels


@torch.inference_mode()
def test_a_modified_resnet_turns():
    upright, turned = (tower_backbone("t", "w", small_resnet(), levels=["layer3"]) for _ in range(2))
    turn_kernels(turned, "t", rotate=90)
    image = torch.rand(1, 3, 63, 63)  # 16 k - 1 px
    expected = turn(upright(image)["layer3"], 90)
    assert (turned(turn(image, 90))["layer3"] - expected).abs().max() < 1e-5 * expected.abs().max()


@torch.inference_mode()
def test_a_transformer_gives_its_patch_tokens():
    tower = small_transformer()
    backbone = tower_backbone("t", "w", tower, levels=["resblocks.1"])
    image = torch.rand(2, 3, 64, 64)
    theirs = tower.forward_intermediates(image, indices=[1], intermediates_only=True)["image_intermediates"][0]
    torch.testing.assert_close(backbone(image)["resblocks.1"], theirs)
    (stage,) = backbone.stages
    assert (stage.stride, stage.channels, stage.reach) == (16, 24, None)
    # Another size has resized position embeddings; the tower keeps its own.
    assert backbone(torch.rand(1, 3, 70, 100))["resblocks.1"].shape == (1, 24, 5, 7)
    torch.testing.assert_close(backbone(image)["resblocks.1"], theirs)
    with pytest.raises(GazekitError, match="t cannot be rotated or mirrored: its VisionTransformer knows places by"):
        turn_kernels(backbone, "t", rotate=90)


def test_levels_and_kinds_that_are_not_there():
    with pytest.raises(GazekitError, match="t has no layer 'layer5'; its layers are stem, layer1"):
        tower_backbone("t", "w", small_resnet(), levels=["layer5"])
    with pytest.raises(GazekitError, match="is a transformer, .* ask for one level, not for resblocks.0, resblocks.1"):
        tower_backbone("t", "w", small_transformer(), levels=["resblocks.0", "resblocks.1"])
    with pytest.raises(GazekitError, match=r"the image tower of t is a Linear, .* from timm \(timm:NAME\)"):
        tower_backbone("t", "w", nn.Linear(1, 1), levels=None)


def test_loading_by_name(small_models, tmp_path):
    backbone = load_backbone("open_clip:RN50", "random", seed=1)
    assert (backbone.name, backbone.weights) == ("open_clip:RN50", "random, seed 1")
    assert backbone.levels == ("layer1", "layer2", "layer3")
    assert backbone.mean.flatten().tolist() == [127.5] * 3
    assert load_backbone("open_clip:ViT-B-32", "random").levels == ("resblocks.2",)
    # A file of the whole model, of the tower alone, and one under the name of a tag.
    state = random_state(small_resnet(), "mine", 3)
    save_file(
        {f"visual.{key}": value for key, value in state.items()} | {"token_embedding": torch.zeros(1)},
        tmp_path / "a.safetensors",
    )
    save_file(state, tmp_path / "RN50_openai.safetensors")
    image = torch.rand(1, 3, 32, 32) * 255
    one, two = (load_backbone("open_clip:RN50", w) for w in (tmp_path / "a.safetensors", "openai"))
    assert torch.equal(one(image)["layer3"], two(image)["layer3"])
    assert one.weights.startswith("file a.safetensors, SHA-256 ")
    assert two.weights.startswith("openai (file RN50_openai.safetensors, SHA-256 ")


def test_what_cannot_be_loaded_is_one_sentence(small_models):
    with pytest.raises(UnknownNameError, match="no model of open_clip called 'RN50-quick'; did you mean"):
        load_backbone("open_clip:RN50-quick", "random")
    with pytest.raises(DataError, match="several sets of weights and none by default; give one of openai, yfcc15m"):
        load_backbone("open_clip:RN50")
    with pytest.raises(
        DataError, match="'openai' of open_clip:RN50 cannot be downloaded .no route to host.; put RN50_"
    ):
        load_backbone("open_clip:RN50", "openai")
    with pytest.raises(GazekitError, match="no weights called 'laion'; give one of openai"):
        load_backbone("open_clip:RN50", "laion")


@pytest.mark.slow
def test_the_real_name():
    backbone = load_backbone("open_clip:ViT-B-32", "random")
    assert backbone(torch.zeros(1, 3, 96, 64))["resblocks.11"].shape == (1, 768, 3, 2)
