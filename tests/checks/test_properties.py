"""A good data set, perturbed at random: a finding, or numbers that a perturbation does not change."""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.checks import check

from .conftest import HEIGHT, WIDTH, make_people, moved

few = settings(max_examples=5, deadline=None)


@cache
def good():
    return make_people(trials=16, people=4)


def alarmed(data):
    findings = check(data)
    return bool(findings.errors or findings.warnings)


ANY, SMALL, LARGE = st.floats(0.001, 1000), st.floats(0.001, 0.55), st.floats(1.6, 1000)


@few
@given(st.one_of(st.tuples(SMALL, SMALL), st.tuples(LARGE, ANY), st.tuples(ANY, LARGE)))
def test_another_scale_is_found(along):
    """Of both axes, or a large one of either: where one axis alone is small, people may have looked at a strip."""
    assert alarmed(moved(good(), lambda x, y: (x * along[0], y * along[1])))


@few
@given(st.floats(0.12, 3), st.floats(0, 2 * np.pi))
def test_an_offset_is_found(length, angle):
    dx, dy = length * WIDTH * np.cos(angle), length * WIDTH * np.sin(angle)
    assert alarmed(moved(good(), lambda x, y: (x + dx, y + dy)))


@few
@given(st.booleans(), st.booleans(), st.booleans())
def test_flips_and_exchanges_are_found(mirror, upward, exchange):
    def move(x, y):
        x, y = (WIDTH - x if mirror else x), (HEIGHT - y if upward else y)
        return (y, x) if exchange else (x, y)

    assert alarmed(moved(good(), move)) == (mirror or upward or exchange)


@few
@given(st.one_of(st.floats(1e-9, 0.02), st.floats(100, 1e9)))
def test_another_unit_of_time_is_found(factor):
    paths = good().scanpaths
    assert alarmed(replace(good(), scanpaths=paths.replace(duration=paths.duration * factor)))


@settings(max_examples=3, deadline=None)
@given(st.permutations(range(64)))
def test_the_order_of_paths_changes_no_finding(order):
    upside_down = moved(good(), lambda x, y: (x, HEIGHT - y))
    shuffled = replace(upside_down, scanpaths=upside_down.scanpaths[np.array(order)])
    assert [f.check for f in check(shuffled).found] == ["orientation"]
    assert not alarmed(replace(good(), scanpaths=good().scanpaths[np.array(order)]))


@few
@given(st.floats(-0.3, 0.3), st.floats(0.99, 1.01))
def test_what_is_smaller_than_people_are_exact_gives_no_alarm(shift, factor):
    assert not alarmed(moved(good(), lambda x, y: (x * factor + shift, y * factor - shift)))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 40), st.integers(2, 8), st.booleans(), st.booleans())
def test_no_false_alarm_on_any_good_data(seed, trials, people, pictures, targets):
    data = make_people(trials=trials, people=people, pictures=pictures, targets=targets, seed=seed)
    assert check(data).lines() == []
