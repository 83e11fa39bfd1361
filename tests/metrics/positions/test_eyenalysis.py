"""Eyenalysis in its three variants against their definitions, closed forms and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise
from gazekit.metrics.positions.eyenalysis import VARIANTS, eyenalysis

SIZE = (800, 600)


def by_definition(a, b, variant):
    d = cdist(a, b) ** (2 if variant == "squared" else 1)
    divisor = sum(d.shape) if variant == "mean" else max(d.shape)
    return (d.min(axis=0).sum() + d.min(axis=1).sum()) / divisor


@pytest.mark.parametrize("variant", VARIANTS)
def test_equals_its_definition(scanpaths_of, variant):
    paths = scanpaths_of([1, 2, 5, 8, 13, 40], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    ours = pairwise("eyenalysis", paths, paths, pairs, variant=variant)[:, 0]
    expected = [by_definition(paths[i].xy, paths[j].xy, variant) for i, j in pairs]
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert ours.tolist() == [eyenalysis(paths[i], paths[j], variant=variant) for i, j in pairs]
    timed = pairwise("eyenalysis", paths, paths, pairs, variant=variant, px_per_ms=0.5)[:, 0]
    xyt = [path.xyt * (1, 1, 0.5) for path in paths]
    assert timed == pytest.approx([by_definition(xyt[i], xyt[j], variant) for i, j in pairs], rel=1e-12, abs=1e-12)


def test_the_variants_differ_as_they_say():
    a, b = [[0, 0], [100, 0]], [[0, 30]]
    long = np.hypot(100, 30)
    assert eyenalysis(a, b) == pytest.approx((30 + long + 30) / 2)
    assert eyenalysis(a, b, variant="mean") == pytest.approx((30 + long + 30) / 3)
    assert eyenalysis(a, b, variant="squared") == pytest.approx((900 + 10900 + 900) / 2)


def test_over_diagonal_and_degrees(scanpaths_of):
    paths = scanpaths_of([5, 8, 6], frame=Frame(*SIZE, px_per_degree=25))
    pairs = [[0, 1], [1, 2], [0, 2]]
    degrees = paths.to_degrees()
    for variant, power in (("mathot2012", 1), ("mean", 1), ("squared", 2)):
        px = pairwise("eyenalysis", paths, paths, pairs, variant=variant)
        share = pairwise("eyenalysis", paths, paths, pairs, variant=variant, over_diagonal=True)
        assert share == pytest.approx(px / 1000**power)
        assert pairwise("eyenalysis", degrees, degrees, pairs, variant=variant) == pytest.approx(px / 25**power)
    corner = ([[0, 0]], [[800, 600]])
    assert eyenalysis(*corner, size=SIZE, over_diagonal=True) == 2
    assert eyenalysis(*corner, size=SIZE, variant="mean", over_diagonal=True) == 1


def test_undefined_is_nan():
    good = [[1, 1, 100], [2, 2, 100]]
    for bad in (np.empty((0, 2)), [[1, np.nan]]):
        assert np.isnan(eyenalysis(bad, good))
        assert np.isnan(eyenalysis(good, bad))
    untimed = [[1, 1, 100], [2, 2, np.nan]]
    assert np.isnan(eyenalysis(untimed, good, px_per_ms=1))
    assert eyenalysis(untimed, good) == 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(
            lambda p: eyenalysis(p, p, variant="x"), GazekitError, "variant must be one of 'math", id="variant"
        ),
        pytest.param(lambda p: eyenalysis(p, p, px_per_ms=-1), GazekitError, "px_per_ms is a number", id="weight"),
        pytest.param(lambda p: eyenalysis(p, p, px_per_ms=1), GazekitError, "needs fixation durations", id="durations"),
        pytest.param(lambda p: eyenalysis(p, p, over_diagonal=True), GazekitError, "give size", id="size"),
        pytest.param(lambda p: eyenalysis(p, [1, 2]), GazekitError, "not of shape", id="shape"),
        pytest.param(
            lambda p: eyenalysis(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
            MismatchError,
            "one frame is 8 x 6 and another 8 x 7",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2]])


path = st.lists(st.tuples(st.integers(0, 800), st.integers(0, 600)), min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.randoms(), st.sampled_from(VARIANTS))
def test_laws(a, b, shift, random, variant):
    here = eyenalysis(a, b, variant=variant)
    assert eyenalysis(a, a, variant=variant) == 0
    assert here >= 0
    assert eyenalysis(b, a, variant=variant) == here
    assert eyenalysis(a, b, variant=variant, size=SIZE, over_diagonal=True) <= (1 if variant == "mean" else 2)
    assert eyenalysis(np.add(a, shift), np.add(b, shift), variant=variant) == here
    power = 2 if variant == "squared" else 1
    assert eyenalysis(np.multiply(a, 2), np.multiply(b, 2), variant=variant) == pytest.approx(here * 2**power)
    assert eyenalysis(random.sample(a, len(a)), b, variant=variant) == pytest.approx(here)
