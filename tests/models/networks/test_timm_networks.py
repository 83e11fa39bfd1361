import hashlib
import socket
import warnings

import pytest
import timm
import torch
from huggingface_hub import constants
from safetensors.torch import save_file

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.networks import load_backbone, load_encoder, weights
from gazekit.models.networks.timm_networks import activation
from gazekit.models.networks.weights import WeightsSource, random_state

CHAINS = ["test_resnet", "test_efficientnet", "test_convnext", "mobilenetv3_small_050", "regnetx_002"]


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path / "placed"))
    (tmp_path / "placed").mkdir()


def same_weights(member, **options):
    network = timm.create_model(member, features_only=True, **options).eval()
    network.load_state_dict(random_state(network, f"timm:{member}", 0))
    return network


def scaled(member, image):
    entry = timm.get_pretrained_cfg(member)
    mean, std = (torch.tensor(v).reshape(1, 3, 1, 1) for v in (entry.mean, entry.std))
    return (image / 255 - mean) / std


@torch.inference_mode()
@pytest.mark.parametrize("member", CHAINS)
def test_stages_give_what_timm_gives(member):
    backbone = load_backbone(f"timm:{member}", "random")
    network = same_weights(member)
    # Sides on which timm's own padding is 'same': odd ones for kernels of 3, whole patches for convnext.
    side = 96 if "convnext" in member else 97
    image = torch.rand(2, 3, side, side) * 255
    theirs = dict(
        zip([one["module"] for one in network.feature_info.get_dicts()], network(scaled(member, image)), strict=True)
    )
    ours = backbone(image)
    for stage in backbone.stages:
        difference = (ours[stage.name] - theirs[stage.name]).abs().max() / theirs[stage.name].abs().max()
        assert difference < 1e-4, stage.name
    assert [s.stride for s in backbone.stages if s.name in backbone.levels] == [4, 8, 16]


@torch.inference_mode()
def test_any_side_and_any_layer():
    backbone = load_backbone("timm:test_convnext", "random", levels=["stages.1"])
    assert [s.name for s in backbone.stages] == ["stages.1"]
    assert backbone(torch.zeros(1, 3, 50, 67))["stages.1"].shape[2:] == (7, 9)


def test_a_max_pool_is_a_pool_and_a_gate_has_no_reach():
    backbone = load_backbone("timm:test_resnet", "random")
    assert [(s.name, s.pool and (s.pool.size, s.pool.stride, s.pool.kind)) for s in backbone.stages][:2] == [
        ("act1", None),
        ("layer1", (3, 2, "max")),
    ]
    assert all(s.reach is not None for s in backbone.stages)
    gated = load_backbone("timm:mobilenetv3_small_050", "random", levels=["blocks.0"])  # squeeze and excitation
    assert gated.stages[0].reach is None


@torch.inference_mode()
def test_a_transformer_is_one_map_of_patch_tokens():
    backbone = load_backbone("timm:test_vit", "random", levels=["blocks.2"])
    (stage,) = backbone.stages
    assert (stage.name, stage.stride, stage.reach, stage.pool) == ("blocks.2", 16, None, None)
    network = same_weights("test_vit", out_indices=(2,))
    side = timm.get_pretrained_cfg("test_vit").input_size[-1]
    image = torch.rand(1, 3, side, side) * 255
    (theirs,) = network(scaled("test_vit", image))
    torch.testing.assert_close(backbone(image)["blocks.2"], theirs, rtol=1e-4, atol=1e-4)
    assert backbone(torch.zeros(1, 3, 70, 100))["blocks.2"].shape[2:] == (5, 7)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("timm:resnet81", "random"), UnknownNameError, "no network of timm called 'resnet81'; did you mean 'resnet"),
        (("timm:test_vit", "random", ["blocks.1", "blocks.2"]), GazekitError, "is a transformer, .* ask for one level"),
        (("timm:test_vit", "random", ["block1"]), GazekitError, "has no layer 'block1'; its layers are blocks.0, "),
        (("timm:test_resnet", "random", ["layer9"]), GazekitError, "no layer 'layer9'; its layers are act1, layer1"),
        (("timm:test_maxvit", "random"), GazekitError, "does not give one cell for every 2 px or cells of images"),
        (("timm:inception_v3", "random"), GazekitError, "of timm:inception_v3 does not give one cell for every 2 px"),
        (
            ("timm:test_resnet", None),
            DataError,
            "no weights of timm:test_resnet are on this machine; ask for weights 'pretrain",
        ),
        (("timm:test_resnet", "imagenet"), GazekitError, "'imagenet'; give one of pretrained, random, or the path"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(arguments, error, message):
    name, weights, *levels = arguments
    with pytest.raises(error, match=message) as caught:
        load_backbone(name, weights, levels=levels[0] if levels else None)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("member", ["test_resnet", "test_convnext", "test_vit", "test_efficientnet"])
def test_files_of_the_whole_network_fit(member, tmp_path):
    whole = timm.create_model(member).eval()
    state = random_state(whole, member, 6)
    path = tmp_path / "whole.safetensors"
    save_file(state, path)
    backbone = load_backbone(f"timm:{member}", path)
    digits = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    assert backbone.weights == f"file whole.safetensors, SHA-256 {digits}"
    first = next(key for key, value in state.items() if value.ndim == 4)
    assert any(torch.equal(p, state[first]) for p in backbone.parameters())
    save_file(state, tmp_path / "placed" / f"{member}_pretrained.safetensors")
    assert load_backbone(f"timm:{member}").weights.startswith("pretrained (file ")
    save_file({key: value for key, value in state.items() if key != first}, path)
    with pytest.raises(DataError, match="does not hold weights of timm:.*; |it lacks"):
        load_backbone(f"timm:{member}", path)


@pytest.fixture
def reached(monkeypatch):
    monkeypatch.setattr(weights, "_reached", lambda address: True)


def test_a_failed_download_says_what_to_do(monkeypatch, reached):
    make = timm.create_model

    def offline(*arguments, pretrained=False, **options):
        if pretrained:
            raise ConnectionError("no route to host")
        return make(*arguments, **options)

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(DataError, match="cannot be downloaded .no route to host.; put test_resnet_pretrained.safetens"):
        load_backbone("timm:test_resnet", "pretrained")


@pytest.mark.parametrize("proxy", [False, True])
def test_a_hub_out_of_reach_is_said_at_once(monkeypatch, tmp_path, proxy):
    """Its client alone tries again for a minute, and then speaks of its settings."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://hub.invalid" if proxy else closed)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "getproxies", lambda: {"http": closed} if proxy else {})
    monkeypatch.setattr("time.sleep", lambda seconds: pytest.fail("it tries again"))
    host = "hub.invalid" if proxy else "127.0.0.1"
    with pytest.raises(DataError, match=f"cannot be downloaded .{host} cannot be reached.; put "):
        load_backbone("timm:test_resnet", "pretrained")
    assert not constants.HF_HUB_OFFLINE


def test_downloaded_weights_are_named_by_their_tensors(monkeypatch, reached):
    make = timm.create_model

    def trained(member, pretrained=False, **options):
        network = make(member, **options)
        network.load_state_dict(random_state(network, member, 1 if pretrained else 2))
        return network

    monkeypatch.setattr(timm, "create_model", trained)
    text = load_backbone("timm:test_resnet", "pretrained").weights
    assert text == load_backbone("timm:test_resnet", "pretrained").weights
    assert text.startswith("pretrained (timm, SHA-256 of the tensors ")


def test_openais_weights_get_quick_gelu(monkeypatch, tmp_path):
    """timm offers them under names that build GELU too."""
    quick, name = {"act_layer": "quick_gelu"}, "vit_base_patch32_clip_224"
    assert activation(f"{name}.openai", None) == activation(f"{name}.openai", "pretrained") == quick
    assert activation(f"{name}.openai", tmp_path / "mine.safetensors") == quick
    assert activation(name, tmp_path / "clip_openai.safetensors") == quick
    with warnings.catch_warnings(action="error"):
        assert activation(f"{name}.laion2b", tmp_path / "mine.safetensors") == {}
        assert activation(f"{name}.openai", "random") == activation(name, None) == {}
        assert activation("resnet50_clip.openai", None) == activation("test_vit", tmp_path / "a.safetensors") == {}
    with pytest.warns(
        UserWarning, match="mine.safetensors does not say whether .* timm:vit_base_patch32_clip_quickgelu_2"
    ):
        assert activation(name, tmp_path / "mine.safetensors") == {}

    asked = []

    def spy(member, **options):
        asked.append((member, options["act_layer"]))
        raise RuntimeError("far enough")

    monkeypatch.setattr(timm, "create_model", spy)
    monkeypatch.setattr(
        "gazekit.models.networks.timm_networks.source_of", lambda *_, **__: WeightsSource("", None, "", None)
    )
    for load in (load_encoder, load_backbone):
        with pytest.raises((RuntimeError, GazekitError)):
            load(f"timm:{name}.openai", "pretrained")
    assert asked == [(f"{name}.openai", "quick_gelu")] * 2
