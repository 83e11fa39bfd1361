import json
import warnings

import open_clip
import pytest
import torch
from open_clip.modified_resnet import ModifiedResNet
from open_clip.transformer import VisionTransformer
from safetensors.torch import save_file
from torch import nn

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.networks import load_backbone, load_encoder, weights
from gazekit.models.networks.geometry import measured_reach
from gazekit.models.networks.open_clip_networks import needs_quick_gelu, tower_backbone
from gazekit.models.networks.rotation import turn, turn_kernels
from gazekit.models.networks.weights import random_state


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
    monkeypatch.setattr(weights, "_reached", lambda address: True)
    towers = {"RN50": small_resnet, "ViT-B-32": small_transformer}

    def create(member, pretrained=None, force_quick_gelu=False):
        if pretrained:
            raise ConnectionError("no route to host")
        return Small(towers[member.removesuffix("-quickgelu")]())

    monkeypatch.setattr(open_clip, "create_model", create)
    monkeypatch.setattr(open_clip, "list_models", lambda models=open_clip.list_models(): [*models, "RN101-none"])
    config = open_clip.get_model_config
    monkeypatch.setattr(open_clip, "get_model_config", lambda name: config(name.removesuffix("-none")))


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
    assert backbone.mean.flatten().tolist() == pytest.approx([255 * v for v in open_clip.OPENAI_DATASET_MEAN])
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
    with pytest.raises(
        DataError, match="no weights of open_clip:RN50 are on this machine; ask for weights 'openai' to"
    ):
        load_backbone("open_clip:RN50")
    with pytest.raises(
        DataError, match="'openai' of open_clip:RN50 cannot be downloaded .no route to host.; put RN50_"
    ):
        load_backbone("open_clip:RN50", "openai")
    with pytest.raises(GazekitError, match="no weights called 'laion'; give one of openai, yfcc15m, cc12m, random, or"):
        load_backbone("open_clip:RN50", "laion")
    with pytest.raises(DataError, match="RN101-none has no weights by default; give one of random, or the path"):
        load_backbone("open_clip:RN101-none")


@pytest.mark.slow
def test_the_real_name():
    backbone = load_backbone("open_clip:ViT-B-32", "random")
    assert backbone(torch.zeros(1, 3, 96, 64))["resblocks.11"].shape == (1, 768, 3, 2)


def test_open_clip_with_made_up_weights():
    encoder = load_encoder("open_clip:ViT-B-32-quickgelu", "random")
    assert not encoder.spatial
    assert encoder.network.visual.transformer.resblocks[0].mlp.gelu.__class__.__name__ == "QuickGELU"
    assert encoder.size == 224
    assert encoder.mean.flatten().tolist() == pytest.approx(open_clip.OPENAI_DATASET_MEAN)
    assert not encoder.network.training
    captions = ["a dog", "狗在草地上", "собака", "كلب"]
    texts = encoder.text(captions)
    assert texts.shape == (4, 512)
    assert texts.isfinite().all()
    torch.testing.assert_close(encoder.text(captions[1:2]), texts[1:2], rtol=1e-4, atol=1e-5)
    assert encoder.token_count("a dog") == (4, 77)
    assert encoder.token_count("dog " * 100)[0] == 102


def tiny_clip(name, quick):
    """A CLIP model with few weights, large enough for its activation to matter."""
    text = {"context_length": 77, "vocab_size": 49408, "width": 8, "heads": 1, "layers": 1}
    layers = [1, 1, 1, 1] if name.startswith("RN") else 2
    vision = {"image_size": 32, "layers": layers, "width": 64, "patch_size": 16, "head_width": 32}
    model = open_clip.CLIP(8, vision, text, quick_gelu=quick).eval()
    model.load_state_dict({k: 3 * v if v.ndim > 1 else v for k, v in random_state(model, "tiny", 0).items()})
    return model


@pytest.fixture
def tiny_models(monkeypatch, tmp_path):
    """open_clip with tiny models behind all of its names; its folder of weights."""
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))

    def create(member, pretrained=None, force_quick_gelu=False):
        assert pretrained is None
        return tiny_clip(member, force_quick_gelu)

    monkeypatch.setattr(open_clip, "create_model", create)
    return tmp_path


OPENAIS = {"input_resolution": 32, "context_length": 77, "vocab_size": 49408}


def written(path, member="ViT-B-32", **numbers):
    path.parent.mkdir(exist_ok=True)
    state = {**tiny_clip(member, True).state_dict(), **{k: torch.tensor(v) for k, v in numbers.items()}}
    save_file({key: value.contiguous() for key, value in state.items()}, path)
    return path


def activations(network):
    return {type(m).__name__ for m in network.modules() if "GELU" in type(m).__name__}


def openais_by_tag(folder):
    written(folder / "ViT-B-32_openai.safetensors")
    return "openai"


def with_config(folder, quick):
    written(folder / "published" / "open_clip_model.safetensors")
    config = {"model_cfg": {"embed_dim": 8, **({"quick_gelu": True} if quick else {})}}
    (folder / "published" / "open_clip_config.json").write_text(json.dumps(config))
    return folder / "published" / "open_clip_model.safetensors"


@pytest.mark.parametrize(
    ("name", "weights", "quick"),
    [
        ("ViT-B-32", openais_by_tag, True),
        ("ViT-B-32", lambda folder: written(folder / "mine.safetensors", **OPENAIS), True),
        ("ViT-B-32", lambda folder: written(folder / "clip_vit_b_32_openai.safetensors"), True),
        ("ViT-B-32", lambda folder: written(folder / "vit_b_32-quickgelu-mine.safetensors"), True),
        ("ViT-B-32-quickgelu", openais_by_tag, True),
        ("ViT-B-32-quickgelu", lambda folder: written(folder / "mine.safetensors"), True),
        ("ViT-B-32-quickgelu", lambda folder: written(folder / "mine.safetensors", **OPENAIS), True),
        ("ViT-B-32", lambda folder: with_config(folder, quick=True), True),
        ("ViT-B-32", lambda folder: with_config(folder, quick=False), False),
        ("ViT-B-32", lambda folder: written(folder / "ViT-B-32_laion2b_s34b_b79k.safetensors"), False),
        # No set of QuickGELU has this architecture, unless the file itself says so.
        ("ViT-B-32-256", lambda folder: written(folder / "mine.safetensors"), False),
        ("ViT-B-32-256", lambda folder: written(folder / "mine.safetensors", **OPENAIS), True),
    ],
)
@torch.inference_mode()
def test_weights_get_the_activation_that_they_were_trained_with(tiny_models, name, weights, quick):
    file = weights(tiny_models)
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with warnings.catch_warnings(action="error"):
        whole, inside = load_encoder(f"open_clip:{name}", file), load_backbone(f"open_clip:{name}", file)
    expected = {"QuickGELU"} if quick else {"GELU"}
    assert activations(whole) == activations(inside) == expected
    assert whole.name == inside.name
    assert whole.name.endswith("-quickgelu") == (quick and name != "ViT-B-32-256")
    right, wrong = (tiny_clip(name, q).encode_image(whole.normalise(image)) for q in (quick, not quick))
    torch.testing.assert_close(whole(image), right, rtol=1e-4, atol=1e-4)
    assert (whole(image) - wrong).abs().max() > 1e-2


def test_where_nothing_tells_the_option_that_decides_is_named(tiny_models):
    file = written(tiny_models / "mine.safetensors")
    with pytest.warns(
        UserWarning, match="mine.safetensors does not say whether .* name the network open_clip:ViT-B-32-q"
    ):
        assert activations(load_encoder("open_clip:ViT-B-32", file)) == {"GELU"}
    with pytest.warns(UserWarning, match=r"or put open_clip's tag into the file's name \(ViT-B-32_TAG.safetensors\)"):
        load_backbone("open_clip:ViT-B-32", file)


def test_a_resnets_image_tower_needs_no_decision_but_its_captions_do(tiny_models):
    file = written(tiny_models / "mine.safetensors", "RN50")
    with warnings.catch_warnings(action="error"):
        load_backbone("open_clip:RN50", file)
    with pytest.warns(UserWarning, match="does not say whether"):
        load_encoder("open_clip:RN50", file)
    openais = written(tiny_models / "openais.safetensors", "RN50", **OPENAIS)
    assert activations(load_encoder("open_clip:RN50", openais)) == {"QuickGELU"}


def test_every_published_set_gets_its_own_activation():
    """As open_clip itself says of each; OpenAI's always get QuickGELU."""
    for member in open_clip.list_models():
        for tag in open_clip.list_pretrained_tags_by_model(member):
            quick = needs_quick_gelu(member, tag, {})
            assert quick == bool(open_clip.get_pretrained_cfg(member, tag).get("quick_gelu")), (member, tag)
            assert quick or tag != "openai"


def test_openais_weights_are_asked_for_by_default(monkeypatch, tmp_path):
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    asked = []

    def fetch(name, pretrained=None, **_):
        asked.append((name, pretrained))
        raise OSError("no network")

    monkeypatch.setattr(open_clip, "create_model", fetch)
    monkeypatch.setattr(weights, "_reached", lambda address: True)
    with pytest.raises(
        DataError, match="'openai' of open_clip:RN50 cannot be downloaded .no network.; .*encoders: fil"
    ):
        load_encoder("open_clip/RN50")
    assert asked == [("RN50", "openai")]
