import hashlib
import pickle
import urllib.error

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gazekit.foundations.errors import DataError
from gazekit.models.networks import load_backbone
from gazekit.models.networks.weights import check_file, digits_in, find_weights, random_state, read_weights

STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2, dtype=torch.float16)}


def saved(folder, name, state=STATE):
    path = folder / name
    if path.suffix == ".safetensors":
        save_file(state, path)
    else:
        torch.save(state, path)
    return path


@pytest.mark.parametrize("name", ["x.safetensors", "x.pt", "x.pth", "x.bin"])
def test_tensors_come_back_as_stored(tmp_path, name):
    state = read_weights(saved(tmp_path, name))
    assert state.keys() == STATE.keys()
    for key, value in STATE.items():
        assert torch.equal(state[key], value)
        assert state[key].dtype == value.dtype


def test_a_checkpoint_around_the_state_is_opened(tmp_path):
    assert read_weights(saved(tmp_path, "x.pth", {"state_dict": STATE})).keys() == STATE.keys()


class Runs:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_code_is_not_run(tmp_path):
    path, trace = tmp_path / "x.pth", tmp_path / "trace"
    path.write_bytes(pickle.dumps({"a": Runs(str(trace))}))
    with pytest.raises(DataError, match="x.pth cannot be read as weights .* carries code instead of tensors"):
        read_weights(path)
    assert not trace.exists()


@pytest.mark.parametrize("content", [{"epoch": 3}, [torch.ones(1)], {"state_dict": {"a": "text"}}])
def test_what_is_no_table_of_tensors_is_refused(tmp_path, content):
    with pytest.raises(
        DataError, match="x.pth holds no plain table of tensors; save the model's state_dict as safetens"
    ):
        read_weights(saved(tmp_path, "x.pth", content))


@pytest.mark.parametrize("name", ["x.safetensors", "x.pth"])
def test_a_cut_file_is_damaged(tmp_path, name):
    path = saved(tmp_path, name)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DataError, match=f"{name} cannot be read as weights .*it is damaged") as caught:
        read_weights(path)
    assert "\n" not in str(caught.value)


def test_absent_and_unknown_files(tmp_path):
    with pytest.raises(DataError, match="nowhere.pth are not there; give the path of a .safetensors or .pth file"):
        read_weights(tmp_path / "nowhere.pth")
    (tmp_path / "x.npz").write_bytes(b"")
    with pytest.raises(DataError, match="x.npz is no weights file that gazekit reads: give .safetensors"):
        read_weights(tmp_path / "x.npz")


def test_files_are_found_in_the_named_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("GAZEKIT_WEIGHTS", raising=False)
    assert find_weights("x.pth") is None
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    assert find_weights("x.pth") is None
    assert find_weights(saved(tmp_path, "x.pth").name) == tmp_path / "x.pth"


def test_the_real_file(data_root):
    state = read_weights(data_root / "weights" / "squeezenet1_0_imagenet.safetensors")
    assert state["features.0.weight"].shape == (96, 3, 7, 7)
    assert state["features.0.weight"].dtype == torch.float16


def test_bytes_are_those_of_every_machine():
    """Pinned: a change of NumPy, of the key or of the order of draws would show."""
    state = random_state(nn.Conv2d(3, 4, 3), "toy", 5)
    digest = hashlib.sha256(b"".join(state[key].numpy().tobytes() for key in sorted(state))).hexdigest()
    assert digest[:16] == "a1e17f4279dc4b24"


def test_spread_is_that_of_he():
    kernels = random_state(nn.Conv2d(64, 256, 3), "toy", 0)["weight"]
    assert abs(float(kernels.std()) / np.sqrt(2 / (64 * 9)) - 1) < 0.01
    assert abs(float(kernels.mean())) < 1e-3


def test_seed_name_and_tensor_decide_and_nothing_else():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4))
    state = random_state(network, "a", 1)
    alone = random_state(nn.ModuleDict({"1": nn.Conv2d(4, 4, 3)}), "a", 1)
    assert torch.equal(alone["1.weight"], state["1.weight"])
    assert not torch.equal(random_state(network, "a", 2)["1.weight"], state["1.weight"])
    assert not torch.equal(random_state(network, "b", 1)["1.weight"], state["1.weight"])
    assert state["0.bias"].abs().max() == 0
    assert state["2.weight"].tolist() == state["2.running_var"].tolist() == [1] * 4
    assert state["2.bias"].tolist() == state["2.running_mean"].tolist() == [0] * 4


def test_random_is_squeezenet_and_a_level_more_does_not_change_it():
    image = torch.rand(1, 3, 49, 49) * 255
    one, two = load_backbone("random", seed=3), load_backbone("squeezenet", "random", seed=3, levels=["fire2", "fire8"])
    assert torch.equal(one(image)["fire8"], two(image)["fire8"])
    assert not torch.equal(one(image)["fire8"], load_backbone("random", seed=4)(image)["fire8"])


@pytest.fixture
def network_state(monkeypatch, tmp_path):
    """The state of a SqueezeNet, in a place without other weights."""
    from torchvision.models import squeezenet1_0

    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path / "placed"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (tmp_path / "placed").mkdir()
    with torch.device("meta"):
        network = squeezenet1_0(weights=None)
    return random_state(network, "squeezenet", 8)


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_named_by_its_hash_and_is_what_runs(network_state, tmp_path):
    path = tmp_path / "mine.safetensors"
    save_file(network_state, path)
    backbone = load_backbone("squeezenet", path)
    assert backbone.weights == f"file mine.safetensors, SHA-256 {sha(path)[:12]}"
    image = torch.rand(1, 3, 33, 33) * 255
    assert torch.equal(backbone(image)["fire9"], load_backbone("squeezenet", "random", seed=8)(image)["fire9"])


def test_half_precision_becomes_single(network_state, tmp_path):
    path = tmp_path / "half.pth"
    torch.save({key: value.half() for key, value in network_state.items()}, path)
    assert {p.dtype for p in load_backbone("squeezenet", str(path)).parameters()} == {torch.float32}


def test_a_placed_file_is_found_by_name_and_not_called_torchvisions(network_state, tmp_path):
    path = tmp_path / "placed" / "squeezenet1_0_imagenet.safetensors"
    save_file(network_state, path)
    expected = f"imagenet (file squeezenet1_0_imagenet.safetensors, SHA-256 {sha(path)[:12]})"
    assert load_backbone("squeezenet").weights == expected
    assert load_backbone("squeezenet", "imagenet").weights == expected


def test_a_published_file_is_known_by_its_digits_under_any_name(network_state, tmp_path, monkeypatch):
    path = tmp_path / "renamed.pth"
    torch.save(network_state, path)
    monkeypatch.setattr("gazekit.models.networks.weights.digits_in", lambda name: sha(path)[:8])
    assert load_backbone("squeezenet", path).weights == f"torchvision IMAGENET1K_V1, SHA-256 {sha(path)[:12]}"


def test_a_file_that_belies_its_name_is_damaged(network_state, tmp_path):
    path = tmp_path / "placed" / "squeezenet1_0-b66bff10.pth"
    torch.save(network_state, path)
    with pytest.raises(DataError, match=r"damaged: its SHA-256 begins with \w{8}, not with b66bff10; fetch it again"):
        load_backbone("squeezenet")


def test_an_absent_network_is_one_sentence_that_says_what_to_do(network_state, monkeypatch):
    def unreachable(*_, **__):
        raise urllib.error.URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    with pytest.raises(DataError) as caught:
        load_backbone("squeezenet", "imagenet")
    message = str(caught.value)
    assert "no route to host" in message
    assert "squeezenet1_0-b66bff10.pth" in message
    assert "GAZEKIT_WEIGHTS" in message
    assert message.endswith("take one that needs no download (backbones: v1 and random; encoders: filters)")


def test_a_download_with_a_wrong_checksum_is_refused(network_state, monkeypatch):
    def wrong(url, place, digits, progress):
        assert digits == "b66bff10"
        assert url.startswith("https://")
        raise RuntimeError('invalid hash value (expected "b66bff10", got "00")')

    monkeypatch.setattr(torch.hub, "download_url_to_file", wrong)
    with pytest.raises(DataError, match="invalid hash value"):
        load_backbone("squeezenet", "imagenet")


def test_what_was_downloaded_is_used_again(network_state, monkeypatch, tmp_path):
    calls = []

    def fetch(url, place, digits, progress):
        calls.append(url)
        torch.save(network_state, place)

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    monkeypatch.setattr("gazekit.models.networks.weights.digits_in", lambda name: None)
    assert load_backbone("squeezenet", "imagenet").weights == load_backbone("squeezenet").weights
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda s: {k: v for k, v in s.items() if "features.0" not in k},
            "it lacks features.0.weight, features.0.bias",
        ),
        (lambda s: s | {"fc.weight": torch.zeros(2)}, "it has fc.weight, which squeezenet has not"),
        (
            lambda s: s | {"features.0.weight": torch.zeros(2, 3)},
            r"features.0.weight is \(2, 3\) instead of \(96, 3, 7",
        ),
        (
            lambda s: {f"x.{k}": v for k, v in s.items()},
            "it lacks features.0.weight, .* and 47 more; it has x.classifier.1.bias",
        ),
        (lambda s: s | {"features.0.bias": torch.full((96,), torch.nan)}, "is damaged: features.0.bias holds values"),
    ],
)
def test_a_file_of_another_network_is_told_apart(network_state, tmp_path, change, message):
    path = tmp_path / "other.safetensors"
    save_file(change(network_state), path)
    with pytest.raises(DataError, match=message):
        load_backbone("squeezenet", path)


def test_a_classifier_with_nonsense_does_not_matter(network_state, tmp_path):
    # torchvision's "features" file of VGG16 has no valid classifier.
    path = tmp_path / "features.safetensors"
    save_file(network_state | {"classifier.1.bias": torch.full((1000,), torch.nan)}, path)
    assert load_backbone("squeezenet", path).name == "squeezenet"


def test_digits(tmp_path):
    assert digits_in("vgg16_features-amdegroot-88682ab5.pth") == "88682ab5"
    assert digits_in("mine.pth") is None
    path = tmp_path / "x-2cf24dba.pth"
    path.write_bytes(b"hello")  # SHA-256 of "hello" is 2cf24dba5fb0a30e...
    assert check_file(path) == "2cf24dba5fb0"


def test_the_real_file_is_that_of_its_name(data_root, monkeypatch):
    """Its half-precision kernels are in the first and the last convolution."""
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(data_root / "weights"))
    backbone = load_backbone("squeezenet", "imagenet")
    assert backbone.weights == "imagenet (file squeezenet1_0_imagenet.safetensors, SHA-256 ce866869ccee)"
    state = read_weights(data_root / "weights" / "squeezenet1_0_imagenet.safetensors")
    kernels = [module.weight for module in backbone.modules() if isinstance(module, torch.nn.Conv2d)]
    assert torch.equal(kernels[0], state["features.0.weight"].float())
    assert torch.equal(kernels[-1], state["features.12.expand3x3.weight"].float())
