"""Prediction in pieces: the same file as at once, and nothing is lost by a stop."""

import numpy as np
import pytest

from gazekit import GazekitError
from gazekit.evaluation.predict import PIECE_TRIALS, predict_in_pieces
from gazekit.foundations.errors import MissingNeedError, RunFolderError
from gazekit.interchange import write_scanpaths
from gazekit.models import load_model

OPTIONS = {"n_samples": 3, "seed": 5, "max_fixations": 4}


@pytest.fixture
def data(dataset_of):
    return dataset_of(n_stimuli=2 * PIECE_TRIALS + 3)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("name", ["uniform", "empirical", "ittikoch"])
def test_pieces_give_the_bytes_of_one_prediction(name, suffix, workers, data, tmp_path):
    model = load_model(name)
    if hasattr(model, "fit"):
        model.fit(data)
    whole, pieces = tmp_path / f"whole{suffix}", tmp_path / f"pieces{suffix}"
    write_scanpaths(model.predict(data.trials, **OPTIONS, progress=False), whole)
    found = predict_in_pieces(model, data, folder=tmp_path / "f", workers=workers, progress=False, **OPTIONS)
    write_scanpaths(found, pieces)
    assert pieces.read_bytes() == whole.read_bytes()


def test_one_piece_needs_no_folder(dataset_of, tmp_path):
    data = dataset_of(n_stimuli=PIECE_TRIALS)
    paths = predict_in_pieces(load_model("uniform"), data, folder=tmp_path / "f", progress=False)
    assert len(paths) == PIECE_TRIALS
    assert not (tmp_path / "f").exists()


class Stopping(type(load_model("uniform"))):
    """Stops at a trial, as a person would, until told not to."""

    asked: list[str]
    stop = "img12"

    def predict(self, trials, **options):
        trials = list(trials)
        if self.stop in {t.id for t in trials}:
            raise KeyboardInterrupt
        self.asked += [t.id for t in trials]
        return super().predict(trials, **options)


def test_a_stopped_prediction_goes_on(data, tmp_path):
    model = Stopping()
    model.asked = []
    with pytest.raises(KeyboardInterrupt):
        predict_in_pieces(model, data, folder=tmp_path / "f", progress=False)
    assert model.asked == [f"img{k}" for k in range(10)]
    model.stop = None
    paths = predict_in_pieces(model, data, folder=tmp_path / "f", progress=False)
    assert model.asked == [t.id for t in data.trials]
    whole = load_model("uniform").predict(data.trials, progress=False)
    assert np.array_equal(paths.x, whole.x)
    assert paths.table.equals(whole.table)

    with pytest.raises(RunFolderError, match="holds another run: seed was 0 and is 1"):
        predict_in_pieces(model, data, folder=tmp_path / "f", seed=1, progress=False)


def test_what_a_trial_lacks_is_said_before_anything_is_written(data, tmp_path):
    with pytest.raises(MissingNeedError, match="'target'"):
        predict_in_pieces(load_model("eccnet", backbone="v1"), data, folder=tmp_path / "f", progress=False)
    assert not (tmp_path / "f").exists()


def test_both_ways_at_once(data, tmp_path):
    with pytest.raises(GazekitError, match="give one of the two"):
        predict_in_pieces(load_model("uniform"), data, folder=tmp_path / "f", workers=2, scheduler="tcp://h:1")
