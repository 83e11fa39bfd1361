import pickle

import pytest
import torch
from safetensors.torch import save_file

from gazekit.foundations.errors import DataError
from gazekit.models.weights import find_weights, read_weights

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
