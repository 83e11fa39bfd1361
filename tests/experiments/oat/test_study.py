import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gazekit.experiments.oat import Plan, Variant, oat_study
from gazekit.experiments.oat.study import ENSEMBLE, MEAN, StudyResults, with_shuffled_targets
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.oat.config import preset
from gazekit.models.training import TrainingOptions

TINY = {"width": 64, "heads": 2, "feed_forward": 32, "encoder_layers": 1, "decoder_layers": 1, "appearance": "none"}
ONCE = TrainingOptions(epochs=1, batch=6)


def variant(name, seeds=(0,), targets="true", **changes):
    return Variant(name, preset("oat-small", **TINY, **changes), ONCE, seeds, "layout", 2, targets)


def plan(*variants, references=()):
    return Plan({"name": "made up"}, variants, 0, variants[0].name, references)


def test_a_study(shelves, tmp_path):
    data = shelves(6, 2)
    what = plan(
        variant("full", (0, 1), pointer_bias="history", pointer="none"),
        variant("shuffled", targets="shuffled"),
        references=("nearest-object",),
    )
    results = oat_study(data, what, tmp_path / "run", resamples=100, progress=False)
    rows = results.summary.set_index(["variant", "seed"])
    assert set(rows["steps"]) == {int((data.scanpaths.lengths + 1).sum())}
    assert ("full", ENSEMBLE) in rows.index
    assert list(results.differences["variant"]) == ["shuffled", "full, target swapped at test", "nearest-object"]
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == [
        "differences.csv",
        "manifest.json",
        "steps.parquet",
        "subjects.csv",
        "summary.csv",
        "trainings",
    ]
    assert len(pd.read_csv(tmp_path / "run" / "subjects.csv")) == 4 * 2


def test_people_are_checked_before_anything_is_trained(shelves, tmp_path, monkeypatch):
    import gazekit.experiments.oat.study as module

    asked = []

    def trained(*args, **options):
        asked.append(options["accept"])
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "train_oat", trained)
    data = shelves(6, 2)
    paths = data.scanpaths
    shares = replace(data, scanpaths=paths.replace(x=paths.x / 1000, y=paths.y / 1000))
    how = {"resamples": 100, "progress": False}
    with pytest.raises(DataError, match=r"\(scale\): x is .* --accept scale"):
        oat_study(shares, plan(variant("full")), tmp_path / "run", **how)
    assert not (tmp_path / "run").exists()
    with pytest.raises(KeyboardInterrupt):
        oat_study(shares, plan(variant("full")), tmp_path / "run", accept=["scale"], **how)
    assert asked == [("scale",)]
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["request"]["accept"] == manifest["checks"][data.name]["accepted"] == ["scale"]


def test_a_stopped_study_goes_on(shelves, tmp_path, monkeypatch):
    import gazekit.experiments.oat.study as module

    what, real, trained = plan(variant("full", (0, 1))), module.train_oat, []

    def dies_at_the_second(*args, **options):
        trained.append(options["out"].name)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(module, "train_oat", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        oat_study(shelves(4, 2), what, tmp_path / "cut", resamples=100, progress=False)
    monkeypatch.setattr(module, "train_oat", real)
    oat_study(shelves(4, 2), what, tmp_path / "cut", resamples=100, progress=False)
    oat_study(shelves(4, 2), what, tmp_path / "whole", resamples=100, progress=False)
    for name in ("summary.csv", "steps.parquet"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_shuffled_targets_are_never_the_right_ones(shelves):
    data = shelves(20, 1)
    wrong = with_shuffled_targets(data, seed=3)
    pairs = [(a.target_object, b.target_object) for a, b in zip(data.trials, wrong.trials, strict=True)]
    assert all(a != b for a, b in pairs)
    assert len({b for _, b in pairs}) > 1
    assert with_shuffled_targets(data, seed=3).trials[4].target_object == wrong.trials[4].target_object
    assert wrong.name.endswith(", shuffled targets")


def test_one_object_cannot_be_shuffled(shelves):
    from dataclasses import replace

    data = shelves(1, 1)
    alone = replace(data, trials=(replace(data.trials[0], target_object=None),))
    with pytest.raises(DataError, match="needs a target and another object"):
        with_shuffled_targets(alone)


def test_the_command(tmp_path):
    from gazekit.cli.app import app

    network = "\n".join(f"{k} = {v!r}" for k, v in TINY.items()).replace("'", '"')
    (tmp_path / "plan.toml").write_text(
        '[study]\ndata = { name = "shelves", layouts = "2x3", scenes = 4, agents = 2 }\nfolds = 2\n'
        f"[network]\n{network}\n[training]\nepochs = 1\n[variants.full]\n"
    )
    given = ["oat-study", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "run"), "--quiet"]
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("full, 0: ")
    assert "nats per step" in done.output


def test_a_reference_without_a_likelihood_is_refused_before_anything_is_trained(shelves, tmp_path):
    with pytest.raises(GazekitError, match="the reference 'uniform' has no likelihood; take another"):
        oat_study(shelves(4, 2), plan(variant("full"), references=("uniform",)), tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_a_plan_cannot_name_a_file_that_is_run(shelves, tmp_path):
    (tmp_path / "bad.py").write_text(f"open({str(tmp_path / 'was run')!r}, 'w')\ndef predict(*a): pass\n")
    reference = f"worker:adapter={tmp_path / 'bad.py'}"
    with pytest.raises(GazekitError, match="has no likelihood; take another"):
        oat_study(shelves(4, 2), plan(variant("full"), references=(reference,)), tmp_path / "run", progress=False)
    assert not (tmp_path / "was run").exists()


@pytest.fixture
def steps():
    """Two variants, two seeds of the first, three stimuli with 4, 2 and 6 steps by two people."""
    rng, rows = np.random.default_rng(0), []
    for variant, seed, shift in (("full", 0, 0.0), ("full", 1, 0.2), ("none", 0, 1.0)):
        for stimulus, count in (("a", 4), ("b", 2), ("c", 6)):
            for step in range(count):
                rows.append((variant, seed, 0, stimulus, f"p{step % 2}", step % 2, step // 2, -rng.random() - shift))
    names = ["variant", "seed", "fold", "stimulus", "subject", "path", "step", "log_likelihood"]
    return pd.DataFrame(rows, columns=names)


def test_means_are_over_steps(steps):
    found = StudyResults(steps, "full", 0, 200).summary.set_index(["variant", "seed"])
    full = steps[steps["variant"] == "full"]
    assert found.loc[("full", "0"), "loss"] == pytest.approx(-full[full["seed"] == 0]["log_likelihood"].mean())
    assert found.loc[("full", MEAN), "loss"] == pytest.approx(-full["log_likelihood"].mean())
    assert set(found["steps"]) == {12}
    assert (found["low"] <= found["loss"]).all()
    assert (found["loss"] <= found["high"]).all()
    assert ("none", MEAN) not in found.index


def test_an_ensemble_mixes_probabilities(steps):
    found = StudyResults(steps, "full", 0, 200).summary.set_index(["variant", "seed"])
    one, two = (steps[(steps["variant"] == "full") & (steps["seed"] == s)]["log_likelihood"].to_numpy() for s in (0, 1))
    expected = -np.log((np.exp(one) + np.exp(two)) / 2).mean()
    assert found.loc[("full", ENSEMBLE), "loss"] == pytest.approx(expected)
    assert expected < found.loc[("full", MEAN), "loss"]  # Jensen


def test_differences_are_paired_over_stimuli(steps):
    shifted = steps[steps["variant"] == "full"].copy()
    shifted["variant"], shifted["log_likelihood"] = "worse", shifted["log_likelihood"] - 0.5
    gaps = StudyResults(pd.concat([steps, shifted]), "full", 0, 200).differences
    row = gaps.set_index("variant").loc["worse"]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx((0.5, 0.5, 0.5))


def test_losses_of_subjects(steps):
    found = StudyResults(steps, "full", 0, 200).subjects.set_index(["variant", "subject"])
    own = steps[(steps["variant"] == "none") & (steps["subject"] == "p1")]
    assert found.loc[("none", "p1"), "loss"] == pytest.approx(-own["log_likelihood"].mean())
    assert found.loc[("full", "p0"), "steps"] == 6
