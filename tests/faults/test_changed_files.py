"""Files that change under a run: images, tables, weights, and the pieces themselves are known by their SHA-256."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.evaluation.describing import inputs_of
from gazekit.foundations.errors import DataError, MissingNeedError, RunFolderError
from gazekit.models.baselines.uniform import Uniform
from gazekit.models.identity import identity


def repaint(home, name="s3"):
    file = home / "images" / f"{name}.png"
    old = file.read_bytes()
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(file)
    return file, old


def test_an_image_that_changed_between_stop_and_resume(own_data, run, stopped, tables, tmp_path):
    home, data = own_data
    run(data(), tmp_path / "whole")
    stopped(run, data(), tmp_path / "run")
    file, old = repaint(home)
    with pytest.raises(
        RunFolderError, match=r"the image of stimulus 's3' \(.*s3\.png\) was changed since the run in .*run"
    ):
        run(data(), tmp_path / "run")
    file.write_bytes(old)
    run(data(), tmp_path / "run")
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_an_image_that_changed_after_the_run_ended(own_data, run, tmp_path):
    """A finished run is checked like a stopped one: its numbers are those of other images."""
    home, data = own_data
    summary = run(data(), tmp_path / "run").summary
    file, old = repaint(home)
    with pytest.raises(RunFolderError, match=r"the image of stimulus 's3' \(.*s3\.png\) was changed since the run"):
        run(data(), tmp_path / "run")
    file.write_bytes(old)
    assert run(data(), tmp_path / "run").summary.equals(summary)
    (tmp_path / "run" / "inputs.json").unlink()
    with pytest.raises(RunFolderError, match=r"inputs\.json is damaged .*start again in a new folder"):
        run(data(), tmp_path / "run")


class Painter(Uniform):
    """Changes an image while it predicts."""

    name = "painter"
    needs = ("image",)

    def __init__(self, home):
        self.home = str(home)

    def predict(self, trials, **options):
        repaint(Path(self.home))
        return super().predict(trials, **options)


def test_an_image_that_changes_during_the_run(own_data, run, tmp_path):
    home, data = own_data
    old = (home / "images" / "s3.png").read_bytes()
    with pytest.raises(
        RunFolderError, match="'s3' .* was changed since the run .* began; put back the one that it began"
    ):
        run(data(), tmp_path / "run", models=[Painter(home)])
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["status"] == "running"
    (home / "images" / "s3.png").write_bytes(old)


def test_an_image_that_went_away(own_data, run, stopped, tmp_path):
    home, data = own_data
    stopped(run, data(), tmp_path / "run")
    dataset = data()
    (home / "images" / "s3.png").unlink()
    with pytest.raises(MissingNeedError, match="'ittikoch' needs 'image', which trial 's3'"):
        run(dataset, tmp_path / "run")


def test_images_that_no_model_looks_at_are_not_read(own_data, run, tmp_path):
    _, data = own_data
    assert inputs_of(data().trials, {"caption"}) == {}
    named = inputs_of(data().trials, {"image"})
    assert next(iter(named)) == "the image of stimulus 's0'"
    assert len(named) == 6


def test_a_table_that_changed(own_data, run, stopped, tmp_path):
    home, data = own_data
    stopped(run, data(), tmp_path / "run")
    table = pd.read_csv(home / "mine.csv")
    table.loc[7, "x"] += 0.5
    table.to_csv(home / "mine.csv", index=False)
    with pytest.raises(RunFolderError, match=r"holds another run: data has changed \(sha256"):
        run(data(), tmp_path / "run")


def test_every_piece_that_is_damaged(own_data, run, stopped, tables, tmp_path):
    """One byte of each file among the parts: found, named, and only that piece is done again."""
    _, data = own_data
    run(data(), tmp_path / "whole")
    folder = stopped(run, data(), tmp_path / "run", after=5)
    pieces = sorted(f for f in (folder / "parts").iterdir() if f.suffix == ".parquet")
    assert len(pieces) > 5
    rng = np.random.default_rng(0)
    for file in pieces:
        whole = file.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << rng.integers(8)
        file.write_bytes(damaged)
        with pytest.raises(
            RunFolderError, match=f"{file.name} was damaged or changed .* delete it and run the same command"
        ):
            run(data(), folder)
        file.write_bytes(whole)
    pieces[0].unlink()
    pieces[3].write_bytes(pieces[3].read_bytes()[:-1])
    with pytest.raises(RunFolderError, match=pieces[3].name):
        run(data(), folder)
    pieces[3].unlink()
    run(data(), folder)
    assert tables(folder) == tables(tmp_path / "whole")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param("../inputs.json", b"{", r"inputs\.json is damaged", id="inputs"),
        pytest.param("../inputs.json", b"[1]", r"inputs\.json is damaged", id="inputs-list"),
        pytest.param("00-00000.sha256", b"abc  x\n", r"00-00000\.sha256 is damaged; delete it", id="seal"),
        pytest.param("00-00000.sha256", b"\xff\xfe\x00", r"00-00000\.sha256 is damaged; delete it", id="binary"),
    ],
)
def test_a_damaged_record(own_data, run, stopped, tmp_path, name, content, message):
    folder = stopped(run, own_data[1](), tmp_path / "run")
    (folder / "parts" / name).write_bytes(content)
    with pytest.raises(RunFolderError, match=message):
        run(own_data[1](), folder)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small trained OAT, the data that it has not seen, and its unfinished twin."""
    from gazekit.datasets import load_dataset
    from gazekit.experiments.oat.training import train_oat
    from gazekit.models.oat.config import preset
    from gazekit.models.training import TrainingOptions

    data = load_dataset("shelves", layouts="1x4", scenes=6, agents=2)
    small = preset("oat-small", width=96, heads=2, feed_forward=32, encoder_layers=1, decoder_layers=1)
    home = tmp_path_factory.mktemp("trained")

    def train(folder, seed=0):
        return train_oat(data, small, TrainingOptions(epochs=2), out=folder, folds=2, seed=seed, progress=False)

    train(home / "run")
    return data, home / "run", train


def test_a_checkpoint_that_was_replaced(trained, tmp_path, stopped, run):
    """A run that began with one network does not go on with another of the same name."""
    import shutil

    data, folder, train = trained
    mine = shutil.copytree(folder, tmp_path / "oat")
    model = f"oat:checkpoint={str(mine)!r}:allow_seen=true"  # the other network has another split
    stopped(run, data, tmp_path / "run", models=[model])
    train(tmp_path / "other", seed=1)
    shutil.copy(tmp_path / "other" / "fold-0.safetensors", mine)
    with pytest.raises(RunFolderError, match=r"holds another run: model oat.*: checkpoint has changed \(sha256"):
        run(data, tmp_path / "run", models=[model])


def test_a_damaged_checkpoint_is_known(trained, tmp_path):
    """A flipped bit anywhere in it, the weights included."""
    from gazekit.models.oat.checkpoint import load_checkpoint

    _, folder, _ = trained
    whole = (folder / "fold-0.safetensors").read_bytes()
    rng = np.random.default_rng(0)
    for place in [*rng.integers(len(whole), size=60), *range(0, 400, 13)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << rng.integers(8)
        (tmp_path / "a.safetensors").write_bytes(damaged)
        with pytest.raises(DataError):
            load_checkpoint(tmp_path / "a.safetensors")


def test_a_damaged_state_of_a_training_is_known(trained, tmp_path, monkeypatch):
    from gazekit.experiments.oat import training

    _, _, train = trained
    real = training.Checkpoint.save

    def dies(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(training.Checkpoint, "save", dies)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "run")
    monkeypatch.setattr(training.Checkpoint, "save", real)
    state = tmp_path / "run" / "parts" / "fold-0" / "state.safetensors"
    damaged = bytearray(state.read_bytes())
    damaged[-5000] ^= 1
    state.write_bytes(damaged)
    with pytest.raises(DataError, match=r"state\.safetensors is damaged \(its SHA-256 is not the one that was written"):
        train(tmp_path / "run")


def test_networks_are_told_apart_by_their_weights():
    """eccNET and NeVA: what the manifest says depends on the weights, not on a name only."""
    from gazekit.models.eccnet.model import EccNet
    from gazekit.models.neva.model import Neva

    assert "weights" in identity(Neva())["provenance"]
    one, two = (identity(EccNet("random", seed=k)) for k in (0, 1))
    assert one["provenance"] != two["provenance"]


def test_weights_that_were_replaced(tmp_path, own_data, run, stopped):
    import torch
    from safetensors.torch import save_file
    from torchvision.models import squeezenet1_0

    file = tmp_path / "squeezenet.safetensors"
    for seed in (0, 1):
        torch.manual_seed(seed)
        save_file(squeezenet1_0(weights=None).state_dict(), file)
        model = f"neva:encoder=squeezenet:weights={str(file)!r}"
        if seed == 0:
            stopped(run, own_data[1](), tmp_path / "run", models=[model])
    with pytest.raises(RunFolderError, match=r"holds another run: model .*: weights has changed \(sha256"):
        run(own_data[1](), tmp_path / "run", models=[model])
