import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.oat_study.comparison import ENSEMBLE, MEAN, by_subject, differences, summary


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
    found = summary(steps, 0, 200).set_index(["variant", "seed"])
    full = steps[steps["variant"] == "full"]
    assert found.loc[("full", "0"), "loss"] == pytest.approx(-full[full["seed"] == 0]["log_likelihood"].mean())
    assert found.loc[("full", MEAN), "loss"] == pytest.approx(-full["log_likelihood"].mean())
    assert set(found["steps"]) == {12}
    assert (found["low"] <= found["loss"]).all()
    assert (found["loss"] <= found["high"]).all()
    assert ("none", MEAN) not in found.index


def test_an_ensemble_mixes_probabilities(steps):
    found = summary(steps, 0, 200).set_index(["variant", "seed"])
    one, two = (steps[(steps["variant"] == "full") & (steps["seed"] == s)]["log_likelihood"].to_numpy() for s in (0, 1))
    expected = -np.log((np.exp(one) + np.exp(two)) / 2).mean()
    assert found.loc[("full", ENSEMBLE), "loss"] == pytest.approx(expected)
    assert expected < found.loc[("full", MEAN), "loss"]  # Jensen


def test_differences_are_paired_over_stimuli(steps):
    shifted = steps[steps["variant"] == "full"].copy()
    shifted["variant"], shifted["log_likelihood"] = "worse", shifted["log_likelihood"] - 0.5
    row = differences(pd.concat([steps, shifted]), "full", 0, 200).set_index("variant").loc["worse"]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx((0.5, 0.5, 0.5))


def test_by_subject(steps):
    found = by_subject(steps, 0, 200).set_index(["variant", "subject"])
    own = steps[(steps["variant"] == "none") & (steps["subject"] == "p1")]
    assert found.loc[("none", "p1"), "loss"] == pytest.approx(-own["log_likelihood"].mean())
    assert found.loc[("full", "p0"), "steps"] == 6
