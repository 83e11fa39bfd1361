import hashlib
import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gazekit.foundations.errors import DataError
from gazekit.models.networks import load_backbone
from gazekit.models.networks.weights import find_weights, random_state, read_weights

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
