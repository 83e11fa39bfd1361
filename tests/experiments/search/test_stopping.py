"""Stopping rules on searches whose end one can work out."""

import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.asymmetry.reaction_times import reaction_time
from gazekit.experiments.search.stopping import RULES, WITH_THRESHOLD, Stopping, answered, check_rule
from gazekit.foundations.errors import GazekitError
from gazekit.models import load_model

N = 400


@pytest.fixture
def searches():
    """Targets found after 1 to 8 saccades of 8 items; without a target all 8 are looked at; activations fall from 1."""
    falls = {f"a_{k + 1}": 1 - k / 10 for k in range(8)}
    rows = []
    for present in (True, False):
        for k in range(N):
            made = 1 + k % 8 if present else 8
            calls = {name: value if j < made else np.nan for j, (name, value) in enumerate(falls.items())}
            name = f"{present}/{k}"
            rows.append(
                {"model": "m", "condition": "c", "present": present, "set_size": 8, "trial": name, "found": present}
                | {"saccades": made}
                | calls
            )
    return pd.DataFrame(rows)


def shares(table):
    """Misses, false alarms, and mean saccades without a target."""
    there = table["present"]
    return 1 - table["correct"][there].mean(), 1 - table["correct"][~there].mean(), table["saccades"][~there].mean()


def test_all_items(searches):
    assert shares(answered(searches, Stopping(), {}, 0)) == (0, 0, 8)


@pytest.mark.parametrize(("misses", "looked", "missed"), [(0, 8, 0), (0.13, 7, 1 / 8), (0.5, 4, 1 / 2)])
def test_an_activation_below_the_threshold(searches, misses, looked, missed):
    """Targets that take longest are missed, as many as are allowed, and no more."""
    found = shares(answered(searches, Stopping("activation", misses), {}, 0))
    assert found == pytest.approx((missed, 0, looked))


def test_a_threshold_of_ones_own(searches):
    found = answered(searches, Stopping("activation", value=0.75), {}, 0)
    assert shares(found) == pytest.approx((5 / 8, 0, 3))
    assert set(found["parameter"]) == {0.75}


def test_a_quitting_unit_keeps_to_its_misses_and_waits_longer_where_there_is_more(searches):
    strict, lax = (answered(searches, Stopping("quitting-unit", m), {}, 0) for m in (0.02, 0.4))
    assert shares(strict)[0] <= 0.02
    assert 0.2 < shares(lax)[0] <= 0.4
    assert shares(lax)[2] < shares(strict)[2]
    half = searches.assign(set_size=4)
    rule = Stopping("quitting-unit", value=0.5)
    assert shares(answered(half, rule, {}, 0))[2] < shares(answered(searches, rule, {}, 0))[2]
    # Steps of 1 pass 0.5 x 8 after 4 saccades; the threshold collapses by 2 % each, and a step goes half beyond it.
    assert shares(answered(searches, rule, {}, 0))[2] == pytest.approx(4 * 0.98**4 + 0.6, abs=0.15)


def test_a_limit_learned_from_people(searches):
    people = {("c", 8): float(reaction_time(3.25))}
    found = answered(searches, Stopping("people"), people, 0)
    absent = found[~found["present"]]
    assert set(absent["saccades"]) == {3, 4}
    assert absent["saccades"].mean() == pytest.approx(3.25, abs=0.07)
    with pytest.raises(GazekitError, match="there are none of condition 'c' with 8 items"):
        answered(searches, Stopping("people"), {}, 0)


def test_guesses_make_false_alarms_and_fewer_misses(searches):
    rule = Stopping("activation", misses=0.5, guesses=0.2)
    misses, alarms, _ = shares(answered(searches, rule, {}, 0))
    assert alarms == pytest.approx(0.2, abs=0.06)
    assert misses == pytest.approx(0.5 * 0.8, abs=0.06)


@pytest.mark.parametrize("name", RULES)
def test_an_answer_depends_on_the_trial_and_not_on_its_neighbours(searches, name):
    rule = Stopping(name, value=0.7 if name in WITH_THRESHOLD else None, guesses=0.3)
    people = {("c", 8): 1500.0}
    whole = answered(searches, rule, people, 0)
    part = answered(searches.iloc[::-3], rule, people, 0)
    pd.testing.assert_frame_equal(whole.loc[part.index, ["saccades", "correct"]], part[["saccades", "correct"]])


def test_a_quitting_unit_that_can_miss_none_gives_nothing_up(searches):
    """The most patient signal still gives up after 16 saccades with 4 items: no threshold keeps to no misses then."""
    late = searches.assign(set_size=1)
    found = answered(late, Stopping("quitting-unit", misses=0), {}, 0)
    assert shares(found)[0] == 0
    assert set(found["parameter"]) == {np.inf}


def test_a_rule_is_written_as_it_was_given():
    rule = Stopping("activation", value=0.123456789)
    assert Stopping.from_text(rule.text) == rule
    assert Stopping("quitting-unit", value=1.0).text == "quitting-unit:value=1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("activation:value=nan", "value of a stopping rule must be a number, not nan"),
        ("quitting-unit:value=inf", "value of a stopping rule must be a number, not inf"),
        ("all-items:misses=0.1", "misses says nothing to the stopping rule 'all-items', which has no threshold"),
        ("people:value=3", "value says nothing to the stopping rule 'people'"),
        ("activation:misses=0.1:value=0.5", "misses chooses the threshold of a stopping rule and value gives it"),
        ("activation:misses=0.1:misses=0.2", "misses is given twice; give one value"),
    ],
)
def test_options_that_would_be_ignored(text, said):
    with pytest.raises(GazekitError, match=said):
        Stopping.from_text(text)


def test_a_rule_that_cannot_be_applied_is_refused_before_the_search():
    cells, people, uniform = [("c", 4), ("c", 8)], {("c", 8): 1500.0}, load_model("uniform")
    check_rule(Stopping("people"), cells[1:], people, uniform)
    with pytest.raises(GazekitError, match="there are none of condition 'c' with 4 items"):
        check_rule(Stopping("people"), cells, people, uniform)
    with pytest.raises(GazekitError, match="model 'uniform' has no activations"):
        check_rule(Stopping("activation"), cells, people, uniform)
