"""Frame and Facts."""

import math

import numpy as np
import pytest

from gazekit import Facts, Frame, GazekitError
from gazekit.core.frames import check_comparable, merge_facts
from gazekit.foundations.errors import MismatchError


def test_geometry():
    frame = Frame(300, 400)
    assert frame.diagonal == 500
    assert frame.centre == (150, 200)


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (math.nan, 5), (math.inf, 5)])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(GazekitError, match="must be a positive number of px"):
        Frame(*size)


def test_nan_scale_means_not_known():
    assert Frame(1, 1, math.nan) == Frame(1, 1, None)


def test_zero_scale_is_refused():
    with pytest.raises(GazekitError, match="px_per_degree must be"):
        Frame(1, 1, 0)


@pytest.mark.parametrize(
    ("a", "b", "verb"),
    [
        pytest.param(Facts(forced_first=True), Facts(forced_first=False), "drop_first", id="first"),
        pytest.param(Facts(cut_at_target=True), Facts(cut_at_target=False), "truncate", id="cut"),
        pytest.param(Facts(points="clicks"), Facts(points="fixations"), "within one kind", id="points"),
        pytest.param(Facts(unit="px"), Facts(unit="degrees"), "to_degrees", id="unit"),
    ],
)
def test_disagreeing_facts_are_refused_and_the_verb_is_named(a, b, verb):
    with pytest.raises(MismatchError, match=verb):
        check_comparable(a, b)
    with pytest.raises(MismatchError, match=verb):
        merge_facts(b, a)


def test_undeclared_facts_are_not_checked():
    check_comparable(Facts(), Facts(True, True, "clicks"))


@pytest.mark.parametrize("wrong", [{"points": "dots"}, {"unit": "cm"}, {"forced_first": "no"}])
def test_unknown_facts_are_refused(wrong):
    with pytest.raises(GazekitError, match="must be"):
        Facts(**wrong)


@pytest.mark.parametrize("true", [1, np.True_, 1.0])
def test_true_of_another_kind_is_true(true):
    """`--facts forced_first=1` counted as declared in one place, and as not declared in another."""
    facts = Facts(forced_first=true, cut_at_target=0)
    assert facts.forced_first is True
    assert facts.cut_at_target is False
