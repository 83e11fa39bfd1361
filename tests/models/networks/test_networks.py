import subprocess
import sys

import pytest
import torch

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.networks import load_backbone, load_encoder, network_names

CONVOLUTIONAL = ["vgg16", "squeezenet", "alexnet", "resnet18", "resnet50"]


@pytest.fixture(autouse=True)
def no_weights_at_hand(monkeypatch, tmp_path):
    monkeypatch.delenv("GAZEKIT_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))


def test_names_come_with_a_line_each_and_without_torch():
    code = "import sys, gazekit.models.networks as b; b.network_names(); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    names = dict(network_names("backbone"))
    assert {"vgg16", "squeezenet", "v1", "random", "timm:NAME"} <= names.keys()
    assert all(line and "\n" not in line for line in names.values())


@pytest.mark.parametrize("name", [*CONVOLUTIONAL, "v1"])
@pytest.mark.parametrize("size", [(97, 64), (70, 71)])
def test_every_stage_has_the_declared_shape(name, size):
    backbone = load_backbone(name, None if name == "v1" else "random")
    images = torch.randint(0, 256, (2, 3, *size), dtype=torch.uint8)
    with torch.inference_mode():
        outputs = backbone(images)
    for stage in backbone.stages:
        assert outputs[stage.name].shape == (2, stage.channels, *(-(-n // stage.stride) for n in size))
    assert set(backbone.levels) <= outputs.keys()
    assert [stage.stride for stage in backbone.stages if stage.name in backbone.levels] == [4, 8, 16]


def test_levels_can_be_chosen_and_the_network_ends_there():
    whole = load_backbone("squeezenet", "random")
    backbone = load_backbone("squeezenet", "random", levels=("fire3", "fire5"))
    assert backbone.levels == ("fire3", "fire5")
    assert [(s.name, s.stride, s.channels, s.reach) for s in backbone.stages] == [
        ("conv1", 2, 96, 3),
        ("fire3", 4, 128, 2),
        ("fire4", 4, 256, 1),
        ("fire5", 8, 256, 1),
    ]
    image = torch.rand(1, 3, 65, 65) * 255
    assert torch.equal(backbone(image)["fire4"], whole(image)["fire4"])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": "squeezenets"}, UnknownNameError, "there is no backbone called 'squeezenets'; did you mean"),
        (
            {"levels": ["fire4", "fire10"]},
            GazekitError,
            "squeezenet has no layer 'fire10'; its layers are conv1, fire2",
        ),
        ({"levels": []}, GazekitError, "names no layer; squeezenet has conv1"),
        ({"levels": ["fire4", "fire4"]}, GazekitError, "levels names a layer twice: fire4, fire4"),
        ({"rotate_kernels": 45}, GazekitError, "kernels rotate must be one of 0, 90, 180, 270, not 45"),
        (
            {"mirror_kernels": "up"},
            GazekitError,
            "kernels are mirrored must be one of 'none', 'horizontal', 'vertical', not 'up'",
        ),
        (
            {"weights": "imagnet"},
            GazekitError,
            "no weights called 'imagnet'; give one of imagenet, random, or the path",
        ),
        ({"name": "random", "weights": "imagenet"}, GazekitError, "random takes no weights; load squeezenet with"),
        (
            {"name": "v1", "weights": "random"},
            GazekitError,
            "the backbone 'v1' takes no weights; leave out weights='random'",
        ),
        ({"weights": None}, DataError, "no weights of squeezenet are on this machine; ask for weights 'imagenet' to"),
        ({"weights": "/nowhere/x.pth"}, DataError, "/nowhere/x.pth are not there; .* needs no download"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(arguments, error, message):
    arguments = {"name": "squeezenet", "weights": "random"} | arguments
    with pytest.raises(error, match=message) as caught:
        load_backbone(**arguments)
    assert "\n" not in str(caught.value)


def test_one_level_can_be_given_as_a_word():
    assert load_backbone("random", levels="fire2").levels == ("fire2",)


def test_weights_say_what_made_them():
    assert load_backbone("random", seed=4).weights == "random, seed 4"
    assert load_backbone("random").name == "squeezenet"
    turned = load_backbone("random", rotate_kernels=270, mirror_kernels="horizontal")
    assert turned.weights == "random, seed 0, kernels rotated by 270 degrees and mirrored (left and right)"
    assert load_backbone("v1", mirror_kernels="vertical").weights == (
        "fixed filter bank, kernels mirrored (top and bottom)"
    )


def test_loading_leaves_the_random_numbers_of_torch_alone():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    load_backbone("resnet18", "random")
    load_backbone("timm:test_resnet", "random")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("name", "module"), [("timm:resnet18", "timm"), ("squeezenet", "torchvision.models")])
def test_a_missing_package_is_named(monkeypatch, name, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        GazekitError, match=f"{name} needs {module}, which is not installed: pip install .gazekit-scanpaths.models."
    ):
        load_backbone(name, "random")


def test_a_network_is_refused_as_what_it_is_not():
    with pytest.raises(
        GazekitError, match="vgg16 is a backbone .a network to look inside., not one to load as encoder"
    ):
        load_encoder("vgg16")
    with pytest.raises(
        GazekitError, match="filters is an encoder .a whole network., not .*; backbones are alexnet, lite0, ran"
    ):
        load_backbone("filters")
    with pytest.raises(UnknownNameError, match="no encoder called 'open_clip:'"):
        load_encoder("open_clip:")


def test_both_spellings_and_both_views_have_the_same_weights():
    """A slash goes on working, for command lines, where a colon divides options."""
    inside = load_backbone("timm/test_resnet", "random")
    whole = load_encoder("timm:test_resnet", "random")
    assert inside.name == whole.name == load_encoder("timm/test_resnet", "random").name == "timm:test_resnet"
    assert inside.weights == whole.weights == "random, seed 0"
    stored = {tuple(p.shape): p for p in whole.parameters() if p.ndim == 4}
    for parameter in inside.parameters():
        if parameter.ndim == 4 and parameter.shape[2:] == (3, 3) and parameter.shape[1] == 3:
            assert torch.equal(parameter, stored[tuple(parameter.shape)])
    assert load_encoder("random").name == load_backbone("random").name == "squeezenet"
    torch.testing.assert_close(inside.deviation, 255 * whole.deviation)
