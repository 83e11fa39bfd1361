"""Every registered density measure, and the maps of sampled paths."""

import numpy as np
import pytest

from gazekit import Facts, Frame
from gazekit.foundations.errors import GazekitError, MismatchError, MissingNeedError, UnknownNameError
from gazekit.metrics import all_measures, density, density_measure, measures, score_density, score_sets
from gazekit.metrics.kinds.densities import DENSITIES

RNG = np.random.default_rng(0)
DENSITY = RNG.random((6, 8)) + 0.1
LOG = np.log(DENSITY / DENSITY.sum())
BASELINE = density.log_density_of(RNG.random((6, 8)) + 0.1)
X, Y = RNG.uniform(0, 16, 9), RNG.uniform(0, 12, 9)
GIVEN = {"baseline": BASELINE, "others": RNG.random((20, 2)), "sigma": 2.0}
SIZE = (16, 12)


@pytest.mark.parametrize("name", [measure.name for measure in all_measures(DENSITIES)])
def test_every_entry_keeps_its_promises(name):
    metric = measures[name]
    needed = {need: GIVEN[need] for need in metric.needs if need != "history"}
    values = score_density(metric, LOG, X, Y, size=SIZE, **needed)
    assert metric.name == name
    assert values.shape == (1 if metric.unit == "stimulus" else 9, len(metric.outputs))
    assert (values >= metric.bounds[0]).all()
    assert (values <= metric.bounds[1]).all()
    for need in needed:
        with pytest.raises(MissingNeedError, match=f"{name} needs .*; give it as {need}=..."):
            score_density(metric, LOG, X, Y, size=SIZE, **{k: v for k, v in needed.items() if k != need})
    if metric.unit == "fixation":
        outside = score_density(metric, LOG, [-1.0], [3.0], size=SIZE, **needed)
        assert np.isnan(outside).all()
        assert score_density(metric, LOG, [], [], size=SIZE, **needed).shape == (0, len(metric.outputs))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("log_likelihood", density.log_likelihood(LOG, X, Y, SIZE), id="log-likelihood"),
        pytest.param("information_gain", density.information_gain(LOG, X, Y, SIZE), id="gain over uniform"),
        pytest.param(
            "information_gain_baseline",
            density.information_gain(LOG, X, Y, SIZE, baseline=BASELINE),
            id="gain over a baseline",
        ),
        pytest.param("nss", density.nss(DENSITY, X, Y, SIZE), id="NSS of the density, not its logarithm"),
        pytest.param("auc_uniform", density.auc_uniform(DENSITY, X, Y, SIZE), id="AUC"),
        pytest.param("auc_one_positive", density.auc_one_positive(DENSITY, X, Y, SIZE), id="one positive"),
        pytest.param("auc_shuffled", density.auc_shuffled(DENSITY, X, Y, *GIVEN["others"].T, SIZE), id="shuffled"),
    ],
)
def test_entries_are_the_public_functions(name, expected):
    needed = {need: GIVEN[need] for need in measures[name].needs}
    np.testing.assert_allclose(score_density(name, LOG, X, Y, size=SIZE, **needed)[:, 0], expected)


def test_maps_and_conditional_are_the_public_functions():
    human = density.fixation_map(X, Y, (6, 8), sigma=2.0, size=SIZE)
    for name, expected in zip(("map_kl", "map_cc", "map_sim"), density.compare_maps(DENSITY, human), strict=True):
        assert score_density(name, LOG, X, Y, size=SIZE, sigma=2.0)[0, 0] == pytest.approx(expected)
    rows = score_density("conditional", LOG, X, Y, size=SIZE, baseline=BASELINE)
    assert rows[3] == pytest.approx(density.conditional_scores(DENSITY, np.exp(BASELINE), X[3], Y[3], SIZE))


def test_refused():
    with pytest.raises(GazekitError, match=r"others are fixations \(m, 2\), x and y from 0 to 1 each, not of shape"):
        score_density("auc_shuffled", LOG, X, Y, others=[1, 2, 3])
    with pytest.raises(GazekitError, match="adds up to a probability of 48"):
        score_density("nss", np.zeros((6, 8)), X, Y)
    facts = {"needs": ("colour",), "summary": "", "source": "", "registered": False}
    with pytest.raises(UnknownNameError, match="no need of a measure of densities called 'colour'"):
        score_density(density_measure(lambda *_: [0], "m", unit="stimulus", **facts), LOG, X, Y)


# ---------------------------------------------------------------- maps of sampled paths

FRAME = Frame(400, 300, px_per_degree=20)
COLUMNS = {"stimulus": ["s", "s", "t", "t"], "subject": list("pqpq")}


@pytest.fixture(scope="module")
def both(scanpaths_of):
    facts = Facts(forced_first=False)
    return [scanpaths_of([9] * 4, frame=FRAME, seed=k, facts=facts, **COLUMNS) for k in (1, 2)]


def test_sampled_paths_against_their_parts(both):
    a, b = both
    values = {}
    for s in "st":
        mine, theirs = a.filter(stimulus=s), b.filter(stimulus=s)
        other = b.filter(stimulus="t" if s == "s" else "s")
        shape = (100, 134)  # four cells per sigma of 12 px
        smooth, human = (density.fixation_map(p.x, p.y, shape, sigma=12, size=(400, 300)) for p in (mine, theirs))
        at = (theirs.x, theirs.y)
        row = {
            "paths_nss": density.nss(smooth, *at, (400, 300)).mean(),
            "paths_auc": density.auc_uniform(smooth, *at, (400, 300)).mean(),
            "paths_auc_shuffled": density.auc_shuffled(smooth, *at, other.x / 400, other.y / 300, (400, 300)).mean(),
            **dict(zip(("paths_kl", "paths_cc", "paths_sim"), density.compare_maps(smooth, human), strict=True)),
        }
        for name, value in row.items():
            values.setdefault(name, []).append(value)
    for name, per_image in values.items():
        assert score_sets(name, a, b)[0] == pytest.approx(np.mean(per_image)), name


def test_sampled_widths_and_units(both):
    a, b = both
    wide = score_sets("paths_nss", a, b, sigma_share=0.05)
    assert score_sets("paths_nss", a, b, sigma_degrees=1.0) == pytest.approx(wide)
    degrees = [p.to_degrees() for p in both]
    assert score_sets("paths_nss", *degrees, sigma_share=0.05) == pytest.approx(wide)


def test_sampled_refusals(both):
    a, b = both
    with pytest.raises(GazekitError, match=r"sigma_share must be a share of the width from 0.001 to 1, not 0$"):
        score_sets("paths_nss", a, b, sigma_share=0)
    with pytest.raises(MismatchError, match=r"paths of stimulus 's' have several frames; use rescale\(frame\)"):
        score_sets("paths_cc", a.rescale(Frame(200, 150)), b)
    with pytest.raises(MismatchError, match="to_degrees needs px per degree"):
        score_sets("paths_cc", *(p.rescale(Frame(200, 150)) for p in both), sigma_degrees=1)
    assert np.isnan(score_sets("paths_auc_shuffled", a.filter(stimulus="s"), b.filter(stimulus="s"))).all()
