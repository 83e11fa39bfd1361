"""Encoders: their conventions, and messages where something is missing. No download."""

import numpy as np
import pytest
import torch

from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.models.networks import Encoder, load_encoder


@pytest.fixture(scope="module")
def squeezenet(data_root):
    path = data_root / "weights" / "squeezenet1_0_imagenet.safetensors"
    if not path.is_file():
        pytest.skip(f"REAL DATA ABSENT: {path}")
    return load_encoder("squeezenet", path)


def check(encoder, size=None):
    """Eval mode, frozen, rows independent, `read` is the mean over places where it says so."""
    assert not encoder.train().training
    assert not any(p.requires_grad for p in encoder.parameters())
    size = size or encoder.size
    images = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        features = encoder.features(encoder.normalise(images))
        for output in encoder.outputs:
            whole = encoder(images, output)
            torch.testing.assert_close(whole[1:2], encoder(images[1:2], output), rtol=1e-3, atol=1e-4)
            if encoder.spatial:
                pooled = encoder.places(features, output).mean(dim=(2, 3))
                torch.testing.assert_close(encoder.finish(pooled, output), whole, rtol=1e-3, atol=1e-4)
    return features


def test_squeezenet_from_file_is_torchvisions(squeezenet, data_root):
    import torchvision
    from safetensors.torch import load_file

    net = torchvision.models.squeezenet1_0(weights=None).eval()
    state = load_file(data_root / "weights" / "squeezenet1_0_imagenet.safetensors")
    net.load_state_dict({k: v.float() for k, v in state.items()})
    check(squeezenet, 96)
    images = torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(1))
    normal = (images - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[
        :, None, None
    ]
    with torch.no_grad():
        torch.testing.assert_close(squeezenet(images, "scores"), net(normal), rtol=1e-4, atol=1e-4)


def test_squeezenet_without_weights(monkeypatch, tmp_path):
    monkeypatch.delenv("GAZEKIT_WEIGHTS", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(
        DataError, match="no weights of squeezenet are on this machine; .* GAZEKIT_WEIGHTS names, or give the path"
    ):
        load_encoder("squeezenet")
    with pytest.raises(DataError, match="none.safetensors are not there"):
        load_encoder("squeezenet", tmp_path / "none.safetensors")
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(
        DataError, match="other.safetensors does not hold weights of squeezenet: it lacks features.0.weight"
    ):
        load_encoder("squeezenet", tmp_path / "other.safetensors")


def test_filters_know_edges_and_colour_only():
    encoder = load_encoder("filters")
    check(encoder, 64)
    flat = torch.full((1, 3, 64, 64), 0.5)
    assert encoder(flat).abs().max() < 1e-5
    stripes = flat.clone()
    stripes[..., ::4] = 1  # vertical stripes, wavelength 4: the first direction answers most
    levels = encoder(stripes)[0, :4]
    assert levels.argmax() == 0
    assert levels[0] > 2 * levels[2]
    red = flat.clone()
    red[:, 1] = 0
    assert encoder(red)[0, 4] == pytest.approx(0.5, abs=1e-5)  # |red - green|


def test_torchvision_with_made_up_weights():
    encoder = load_encoder("torchvision:mobilenet_v3_small", "random")
    check(encoder)
    assert encoder.weights == "random, seed 0"
    state = torch.random.get_rng_state()
    again = load_encoder("torchvision:mobilenet_v3_small", "random")
    assert torch.equal(state, torch.random.get_rng_state())  # building leaves the caller's random state alone
    images = torch.rand(1, 3, 224, 224)
    assert torch.equal(encoder(images, "scores"), again(images, "scores"))
    assert encoder(images, "scores").shape == (1, 1000)
    assert encoder(images).shape == (1, 1024)


@pytest.mark.parametrize(
    ("name", "spatial"), [("resnet18", True), ("mobilenetv3_small_050", True), ("vit_tiny_patch16_224", False)]
)
def test_timm_with_made_up_weights(name, spatial):
    encoder = load_encoder(f"timm:{name}", "random")
    assert encoder.spatial == spatial
    check(encoder)


def test_functions():
    encoder = load_encoder(lambda x: x.mean(dim=(2, 3)))
    check(encoder)
    module = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.Flatten(), torch.nn.Dropout())
    check(load_encoder(module), 16)
    np.testing.assert_array_equal(load_encoder("pixels")(torch.ones(1, 3, 2, 2), "image"), np.ones((1, 3, 2, 2)))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: load_encoder("squeezent"),
            UnknownNameError,
            "no encoder called 'squeezent'; did you mean 'squeezenet'",
        ),
        (
            lambda: load_encoder("filters", "x.pth"),
            GazekitError,
            "'filters' takes no weights; leave out weights='x.pth'",
        ),
        (lambda: load_encoder(3), GazekitError, "must be a name, an Encoder or a function of images, not 3"),
        (
            lambda: load_encoder("torchvision:resnet51"),
            GazekitError,
            "no classifier of torchvision called 'resnet51'; did you",
        ),
        (
            lambda: load_encoder("torchvision:resnet18", "BEST"),
            GazekitError,
            "no weights called 'BEST'; give one of DEFAULT, IMAGENET1K_V1",
        ),
        (lambda: load_encoder("timm:resnet51x"), GazekitError, "no network of timm called 'resnet51x'"),
        (
            lambda: load_encoder("timm:resnet18", "best"),
            GazekitError,
            "no weights called 'best'; give one of pretrained, random, or",
        ),
        (lambda: load_encoder("filters").check_output("scores"), GazekitError, "'filters' gives embedding, not scores"),
        (lambda: load_encoder("filters").text(["a"]), GazekitError, "'filters' has no text side, which captions need"),
    ],
)
def test_wrong_encoders(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_weights_of_another_network(tmp_path):
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(DataError, match="a.safetensors does not hold weights of timm:resnet18: it lacks"):
        load_encoder("timm:resnet18", tmp_path / "a.safetensors")


def test_an_encoder_is_given_as_it_is():
    encoder = load_encoder("filters")
    assert load_encoder(encoder) is encoder
    assert isinstance(encoder, Encoder)
