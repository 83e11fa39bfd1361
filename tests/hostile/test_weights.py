"""Files of weights: pickles, archives that unpack without end, configurations of networks without end, damage."""

import io
import json
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save

from gazekit.models.networks.weights import read_weights
from gazekit.models.oat.checkpoint import Checkpoint, load_checkpoint
from gazekit.models.oat.config import preset
from gazekit.models.oat.network import OatNetwork


class Runs:
    """A pickle that runs code when it is loaded."""

    def __reduce__(self):
        return pytest.fail, ("code of a file was run",)


def saved(content):
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("suffix", ["pt", "pth", "bin", "safetensors"])
def test_pickles_are_not_run(refused, suffix):
    for content in (pickle.dumps(Runs()), saved({"a": Runs()}), saved(Runs())):
        assert "carries code instead of" in refused(f"a.{suffix}", content, read_weights)
        refused(f"a.{suffix}", content, load_checkpoint)


@pytest.mark.usefixtures("little_room")
def test_an_archive_that_unpacks_without_end(refused):
    buffer = io.BytesIO(saved({"a": torch.zeros(2)}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("archive/data/9", "w") as stream:
        stream.write(bytes(2**23))
    assert "when unpacked" in refused("a.pt", buffer.getvalue(), read_weights)


def checkpoint(**changes):
    """A small checkpoint whose papers say something else than its weights."""
    config = preset("oat-small", width=16, heads=1, feed_forward=8, encoder_layers=1, decoder_layers=1)
    network = OatNetwork(config)
    papers = {"format": "gazekit-oat", "version": "1", "longest": "3", "trained_on": "{}"}
    papers["config"] = json.dumps({**json.loads(config.to_json()), **changes.pop("config", {})})
    metadata = {"gazekit": changes.pop("papers", None) or json.dumps({**papers, **changes})}
    return save({k: v.contiguous() for k, v in network.state_dict().items()}, metadata=metadata)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"config": {"width": 4 * 10**9}}, "its width is 4000000000, not a number up to 100,000"),
        ({"config": {"width": 4_096}}, "does not fit its own configuration (it needs"),
        ({"config": {"encoder_layers": 10**9}}, "its encoder_layers is 1000000000, not a number up to 100"),
        ({"config": {"heads": 0}}, "is damaged (heads must be at least 1, not 0); train again"),
        (
            {"config": {"feed_forward": "wide"}},
            "is damaged (feed_forward must be a whole number, not 'wide'); train again",
        ),
        ({"longest": "long"}, "does not fit its own configuration"),
        ({"trained_on": "[" * 100_000}, "nested too deeply"),
        ({"papers": "[" * 100_000}, "nested too deeply"),
        ({"papers": "[1]"}, "its papers are no table"),
    ],
)
def test_checkpoints_of_nonsense(refused, content, message):
    assert message in refused("a.safetensors", checkpoint(**content), load_checkpoint)


def test_the_good_one_is_read(tmp_path):
    (tmp_path / "a.safetensors").write_bytes(checkpoint())
    read = load_checkpoint(tmp_path / "a.safetensors")
    assert isinstance(read, Checkpoint)
    assert read.longest == 3


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_damaged_weights(survives_damage, suffix):
    state = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2, dtype=torch.float16)}
    survives_damage(f"a.{suffix}", saved(state) if suffix == "pt" else save(state), read_weights)


def test_damaged_checkpoint(survives_damage):
    content = checkpoint()
    head = content.index(b'"format') if b'"format' in content else 0
    survives_damage("a.safetensors", content[: head + 3000] + content[head + 3000 :], load_checkpoint)
