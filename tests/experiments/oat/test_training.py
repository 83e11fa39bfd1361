import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.oat.training import mean_loss, train_oat
from gazekit.foundations.errors import GazekitError, RunFolderError
from gazekit.models.oat.config import preset
from gazekit.models.oat.model import Oat
from gazekit.models.training import TrainingOptions

CONFIG = preset("oat-small", width=64, heads=2, feed_forward=32, encoder_layers=1, decoder_layers=1, appearance="none")
QUICK = TrainingOptions(epochs=2, batch=6)


def run(data, out, **options):
    return train_oat(data, CONFIG, QUICK, out=out, folds=3, progress=False, **options)


def test_every_stimulus_is_tested_once_by_a_network_that_has_not_seen_it(shelves, tmp_path):
    data = shelves(9, 2)
    trained = run(data, tmp_path / "run")
    assert sorted(trained.likelihood["stimulus"]) == sorted(data.stimuli)
    model = Oat(tmp_path / "run")
    scores = model.log_likelihood(data)
    losses = pd.DataFrame({"stimulus": data.scanpaths.table["stimulus"], "loss": [-s.sum() for s in scores]})
    steps = data.scanpaths.lengths + 1
    ours = trained.likelihood.set_index("stimulus")
    assert (ours["loss"] * ours["steps"]).sort_index().to_numpy() == pytest.approx(
        losses.groupby("stimulus")["loss"].sum().sort_index().to_numpy(), abs=1e-3
    )
    assert trained.loss == pytest.approx(losses["loss"].sum() / steps.sum(), abs=1e-4)
    assert trained.low < trained.loss < trained.high
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        *[f"fold-{k}.safetensors" for k in range(3)],
        "inputs.json",
        "likelihood.parquet",
        "log.parquet",
        "loss.png",
        "manifest.json",
        "steps.parquet",
    ]
    by_path = trained.steps.groupby(["fold", "path"])["log_likelihood"].sum()
    assert sorted(by_path) == pytest.approx(sorted(s.sum() for s in scores), abs=1e-3)
    assert set(trained.steps["subject"]) == set(data.subjects)


def test_a_finished_fold_is_not_trained_again_and_the_bytes_are_equal(shelves, tmp_path, monkeypatch):
    import gazekit.experiments.oat.training as module

    data, whole = shelves(6, 2), run(shelves(6, 2), tmp_path / "whole")
    real, folds = module.train, []

    def dies_at_the_third(*args, **options):
        folds.append(options["folder"].name)
        if len(folds) == 3:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(module, "train", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(data, tmp_path / "cut")
    monkeypatch.setattr(module, "train", real)
    run(data, tmp_path / "cut")
    assert folds == ["fold-0", "fold-1", "fold-2"]
    for path in whole.checkpoints:
        assert path.read_bytes() == (tmp_path / "cut" / path.name).read_bytes()


def test_a_finished_run_is_read(shelves, tmp_path):
    first, again = (run(shelves(6, 2), tmp_path / "run", only=[1]) for _ in range(2))
    assert first.loss == again.loss
    assert [p.name for p in again.checkpoints] == ["fold-1.safetensors"]


def test_a_folder_of_another_training(shelves, tmp_path):
    run(shelves(6, 2), tmp_path / "run", only=[0])
    with pytest.raises(RunFolderError, match="holds another run: seed was 0 and is 3"):
        run(shelves(6, 2), tmp_path / "run", only=[0], seed=3)


def test_seeds_share_the_folds_of_one_split(shelves, tmp_path):
    data = shelves(6, 2)
    one, two = (run(data, tmp_path / str(k), only=[0], seed=k, split_seed=7) for k in (0, 1))
    assert set(one.likelihood["stimulus"]) == set(two.likelihood["stimulus"])
    assert one.loss != two.loss


def test_too_few_scenes(shelves, tmp_path):
    with pytest.raises(GazekitError, match="fold 0 has 1 training scenes: too few to hold some out for stopping"):
        train_oat(shelves(2, 1), CONFIG, QUICK, out=tmp_path / "run", folds=2, progress=False)


def test_mean_loss_weighs_steps():
    table = pd.DataFrame({"stimulus": ["a", "b", "b"], "steps": [10, 20, 10], "loss": [1.0, 2.0, 4.0]})
    value, low, high = mean_loss(table)
    assert value == pytest.approx((10 + 40 + 40) / 40)
    assert (low, high) == pytest.approx((1.0, 80 / 30))
    assert np.isfinite([low, high]).all()
