"""The script docs/results/oat_unseen_covers.py, on an untrained network."""

import importlib.util
from pathlib import Path

import pytest

from gazekit import load_dataset
from gazekit.models.oat.checkpoint import Checkpoint
from gazekit.models.oat.config import preset
from gazekit.models.oat.model import Oat
from gazekit.models.oat.training import seeded_network


@pytest.fixture(scope="module")
def script():
    path = Path(__file__).resolve().parents[3] / "docs" / "results" / "oat_unseen_covers.py"
    described = importlib.util.spec_from_file_location("oat_unseen_covers", path)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(script, tmp_path_factory):
    config = preset(
        "oat-small", width=64, heads=2, feed_forward=32, encoder_layers=1, decoder_layers=1, target_position="hidden",
        target_crop="separate",
    )  # fmt: skip
    file = tmp_path_factory.mktemp("oat") / "untrained.safetensors"
    Checkpoint(seeded_network(config, 0).eval(), 12).save(file)
    data = load_dataset("shelves", layouts="3x4", scenes=6, agents=2, covers="test")
    table = script.on_unseen_covers(data, {"untrained": Oat(file)}, n_samples=4, resamples=100)
    return table.pivot_table(index="model", columns="measure", values="value")


def test_rows_and_measures(measured, script):
    assert set(measured.index) == {"human", script.AGAIN, "untrained", f"untrained, {script.SWAPPED}"}
    assert measured["nll"].notna().tolist() == [name.startswith("untrained") for name in measured.index]


def test_agents_are_guided_and_an_untrained_network_is_not(measured, script):
    guidance = measured["guidance_rank"]
    assert guidance[script.AGAIN] > 0.6
    assert guidance["human"] > 0.6
    assert guidance["untrained"] == pytest.approx(0.5, abs=0.08)
    assert measured["sequence_score"][script.AGAIN] > measured["sequence_score"]["untrained"] + 0.05
    assert measured["delta"][script.AGAIN] < measured["delta"]["untrained"]
