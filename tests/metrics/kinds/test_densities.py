"""Densities in an evaluation: models against people's fixations, and people's gold standard."""

import numpy as np
import pytest

from gazekit import Dataset, Frame, Scanpaths
from gazekit.metrics import Context, Source, measures
from gazekit.metrics import score as score_measures
from gazekit.metrics.density import information_gain, nss
from gazekit.metrics.fixation_maps.pixels import density_shape
from gazekit.metrics.fixation_maps.reference import DensityReference
from gazekit.models.baselines.centre import Centre
from gazekit.models.baselines.empirical import Empirical
from gazekit.models.baselines.uniform import Uniform

NAMES = ["nss", "information_gain", "information_gain_baseline", "auc_shuffled", "map_cc"]


@pytest.fixture(scope="module")
def agreeing(dataset_of):
    """People who look at one place of each image, which differs between images."""
    data = dataset_of(n_stimuli=4, n_subjects=5, frame=Frame(160, 120))
    paths = data.scanpaths
    place = {s: (20 + 40 * k, 30 + 15 * k) for k, s in enumerate(data.stimuli)}
    middle = np.array([place[s] for s in paths.table["stimulus"]])[paths.path_of()]
    jitter = np.random.default_rng(0).normal(0, 4, middle.shape)
    x, y = (middle + jitter).T
    return Dataset("agreeing", data.trials, paths.replace(x=np.clip(x, 0, 160), y=np.clip(y, 0, 120)))


@pytest.fixture(scope="module")
def reference(agreeing):
    return DensityReference.of(agreeing.scanpaths, agreeing.trials, seed=0)


def score_densities(names, density, trials, people, reference):
    source = Source("human" if density is None else "m", people, density)
    context = Context(people, trials=trials, density=reference)
    return score_measures([measures[name] for name in names], source, people, context)


def score(agreeing, reference, density):
    rows = score_densities(NAMES, density, agreeing.trials, agreeing.scanpaths, reference)
    return rows.set_index(["metric", "stimulus"])


def test_people_agree_beyond_any_baseline(agreeing, reference):
    people, uniform = (score(agreeing, reference, d)["value"] for d in (None, Uniform().log_density))
    centre = score(agreeing, reference, Centre().log_density)["value"]
    np.testing.assert_allclose(uniform["information_gain_uniform"], 0, atol=1e-9)
    assert (uniform["nss"] == 0).all()
    assert (people["nss"] > centre["nss"] + 1).all()
    assert (people["information_gain_baseline"] > 1).all()
    assert (people["map_cc"] > centre["map_cc"] + 0.3).all()


def test_a_model_is_scored_at_each_persons_fixations(agreeing, reference):
    rows = score(agreeing, reference, Centre().log_density)
    trial = agreeing.trials[1]
    density = Centre().log_density(trial, density_shape(trial.frame))
    by_person = [nss(np.exp(density), p.x, p.y, (160, 120)).mean() for p in agreeing.scanpaths.filter(trial=trial.id)]
    assert rows.loc[("nss", trial.stimulus), "value"] == pytest.approx(np.mean(by_person))
    assert rows.loc[("nss", trial.stimulus), "pairs"] == 5
    gains = [information_gain(density, p.x, p.y, (160, 120)).mean() for p in agreeing.scanpaths.filter(trial=trial.id)]
    assert rows.loc[("information_gain_uniform", trial.stimulus), "value"] == pytest.approx(np.mean(gains))


def test_one_person_has_no_gold_standard(agreeing, reference):
    alone = agreeing.scanpaths.filter(subject="p0")
    rows = score_densities(["nss", "map_cc"], None, agreeing.trials, alone, reference)
    assert rows["value"].isna().all()
    assert (rows["undefined"] == rows["pairs"]).all()


def test_the_gold_standard_never_sees_who_is_scored(agreeing, reference):
    """A person who looks elsewhere than all others is not foreseen; with their own fixations they would be."""
    first = agreeing.trials[0]
    odd = agreeing.scanpaths.filter(trial=first.id)
    moved = (odd.table["subject"] == "p0").to_numpy()[odd.path_of()]
    odd = odd.replace(x=np.where(moved, 150.0, odd.x), y=np.where(moved, 110.0, odd.y))
    shape = density_shape(first.frame)
    baseline = reference.bias.log_density(first.stimulus, shape)
    with_everybody = score_densities(["nss"], None, [first], odd, reference)["value"].iloc[0]
    only_odd = Scanpaths.concat([odd.filter(subject="p0"), odd.filter(subject="p1")])
    pair = score_densities(["nss"], None, [first], only_odd, reference)["value"].iloc[0]
    assert pair < 0.5 < with_everybody
    assert baseline.shape == shape


@pytest.mark.parametrize("model", [Uniform(), Centre(), Centre(spread="fitted"), Empirical(), Empirical("scott")])
def test_densities_are_those_that_the_models_sample(agreeing, model):
    """Closed form against 20,000 drawn fixations, cell by cell (six standard errors)."""
    model.fit(agreeing)
    trial = agreeing.trials[0]
    density = np.exp(model.log_density(trial, (6, 8)))
    fine = np.exp(model.log_density(trial))
    assert density.sum() == pytest.approx(1)
    assert fine.shape == (120, 160)
    coarse = fine.reshape(6, 20, 8, 20).sum(axis=(1, 3))
    draws = model.predict([trial], n_samples=4000, progress=False)
    cell = (draws.y // 20).clip(max=5).astype(int) * 8 + (draws.x // 20).clip(max=7).astype(int)
    share = np.bincount(cell, minlength=48).reshape(6, 8) / len(cell)
    error = np.sqrt(coarse * (1 - coarse) / len(cell)) + 1e-4
    assert (np.abs(share - coarse) < 6 * error).all()


def test_a_fixation_of_probability_0_leaves_its_stimulus_undefined_and_counted(agreeing, reference):
    """Leaving out only the people whom the model missed would make the model better for it."""
    shape = density_shape(agreeing.trials[0].frame)
    missed = agreeing.scanpaths.filter(stimulus=agreeing.stimuli[0])[0]
    hole = np.full(shape, 1.0)
    hole[int(missed.y[0] * shape[0] / 120), int(missed.x[0] * shape[1] / 160)] = 0.0

    def density(trial, *_):
        shares = hole if trial.stimulus == agreeing.stimuli[0] else np.ones(shape)
        with np.errstate(divide="ignore"):
            return np.log(shares / shares.sum())

    rows = score(agreeing, reference, density).loc["information_gain_uniform"]
    assert np.isnan(rows["value"].iloc[0])
    assert rows["value"].iloc[1:].tolist() == pytest.approx([0.0] * 3, abs=1e-9)
    assert rows["undefined"].tolist() == [5, 0, 0, 0]
    assert np.isfinite(score(agreeing, reference, density).loc["nss", "value"]).all()  # of it nothing is infinite
