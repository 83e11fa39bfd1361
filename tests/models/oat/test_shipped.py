"""The checkpoint that comes with gazekit: it is there, whole, small, and has learned what it says."""

import hashlib
import importlib.util
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from gazekit import evaluate, load_dataset
from gazekit.foundations.errors import DataError
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.model import SHIPPED, Oat
from gazekit.models.tensor_files import read_tensors
from gazekit.testing import check_model

# Of the file that docs/models/shipped_oat.py wrote; it prints it.
SHA256 = "0d29e38f6829e01bf6baf773a2c6b5ec37dd1d4953fa8dd6a50c52e76f0a8625"


@pytest.fixture(scope="module")
def model():
    return Oat()


def test_is_the_file_that_was_made():
    content = SHIPPED.read_bytes()
    assert len(content) < 2_000_000
    assert hashlib.sha256(content).hexdigest() == SHA256
    assert SHA256[:16] in Oat().provenance


def test_is_part_of_the_package():
    root = Path(__file__).resolve().parents[3]
    patterns = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["gazekit"]
    assert any(SHIPPED in (root / "gazekit").glob(pattern) for pattern in patterns)


def test_keeps_the_contract(model):
    report = check_model(model)
    assert report.passed, str(report)


def test_takes_what_a_user_has(model):
    assert model.needs == Oat.needs == ("objects", "target")


@pytest.fixture(scope="module")
def script():
    """The script that makes the file."""
    path = Path(__file__).resolve().parents[3] / "docs" / "models" / "shipped_oat.py"
    described = importlib.util.spec_from_file_location("shipped_oat", path)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def test_the_script_makes_such_a_network(script):
    assert OatConfig.from_json(read_tensors(SHIPPED)[1]["config"]) == script.NETWORK
    assert (script.NETWORK.target_position, script.NETWORK.target_crop) == ("hidden", "separate")


def test_the_target_is_photographed_anew(script):
    data = script.photographed(load_dataset("shelves", layouts="2x3", scenes=2, agents=1))
    for trial in data.trials:
        shown, own = trial.target.astype(float), trial.objects.crops[trial.target_object].astype(float)
        assert shown.shape == own.shape
        assert np.array_equal(trial.target, trial.target)
        assert np.abs(shown - own).mean() > 3  # grey levels: the noise alone has 3.2
    first, second = (t.target_source for t in data.trials)
    assert not np.array_equal(script.Photographed(first.picture, second.key)(), first())


def test_carries_its_manifest(model):
    about = json.loads(read_tensors(SHIPPED)[1]["trained_on"])
    assert about["data"] == "shelves"
    assert about["made_by"].startswith("docs/models/shipped_oat.py")
    assert {"data_options", "sha256", "training", "seed", "loss", "versions"} <= set(about)
    assert not any("/test/" in name for name in about["stimuli"])
    assert "whose searchers are simulated" in model.provenance


def test_refuses_what_it_has_learned_from(model):
    seen = load_dataset("shelves", scenes=1, agents=1, covers="train")
    with pytest.raises(DataError, match="the network that comes with gazekit has learned from the stimulus '4x8/train"):
        model.predict(seen.trials, progress=False)


@pytest.fixture(scope="module")
def unseen():
    """Shelves of covers that it has not seen."""
    return load_dataset("shelves", layouts="4x8", scenes=8, agents=2, covers="test")


def test_knows_more_than_chance_about_unseen_covers(model, unseen):
    scores = np.concatenate(model.log_likelihood(unseen))
    assert -scores.mean() < np.log(33) - 0.3


def test_is_evaluated_like_any_model(unseen, tmp_path):
    few = unseen.select(stimuli=unseen.stimuli[:3])
    results = evaluate(
        few, ["oat", "centre"], ["sequence_score"], out=tmp_path / "run", n_samples=2, resamples=100, progress=False
    )
    assert {"human", "oat", "centre", "other-image"} <= set(results.models)
    (described,) = (m for m in results.manifest["request"]["models"] if m["name"] == "oat")
    assert "the network that comes with gazekit: learned from" in described["provenance"]
