"""Plausibility: both definitions and the drawn people against brute force; the caution holds on OSIE."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import DamerauLevenshtein

from gazekit import Frame, Scanpaths, load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.plausibility import (
    CAUTION,
    LENGTHS,
    combine,
    plausibility,
    plausibility_by_stimulus,
    plausibility_table,
    plausibility_without_each,
)

LONG = [list(range(12)), [3, 4, 5, 6, 7, 8, 9, 9, 9, 9, 1], [0, 1, 2, 9, 9, 9, 3, 4, 5, 0, 0, 0, 1]]


def similarity(model, human, k):
    if k > min(len(model), len(human)):
        return np.nan
    cut = lambda s: [s[i : i + k] for i in range(len(s) - k + 1)]  # noqa: E731
    return 1 - np.mean([min(DamerauLevenshtein.distance(w, v) for v in cut(human)) for w in cut(model)]) / k


def over_people(table, definition):
    """Both definitions, written down directly."""
    table = np.asarray(table)
    if definition == "best_per_length":
        return np.mean([np.nanmax(column) for column in table.T if np.isfinite(column).any()])
    own = [np.mean(row[np.isfinite(row)]) for row in table if np.isfinite(row).any()]
    return max(own) if definition == "best_human" else np.mean(own)


@pytest.mark.parametrize("definition", ["best_per_length", "best_human", "mean"])
@pytest.mark.parametrize("length", [1, 4, 11])
def test_equals_its_definition(definition, length):
    model = np.random.default_rng(length).integers(0, 10, length).tolist()
    humans = [*LONG, [4, 4, 4], [5]]
    table = [[similarity(model, human, k) for k in LENGTHS] for human in humans]
    ours = plausibility(model, humans, definition=definition, symbols="objects")
    assert ours == pytest.approx(over_people(table, definition), abs=1e-14)


@pytest.mark.parametrize("definition", ["best_per_length", "best_human", "mean"])
@pytest.mark.parametrize("drawn", [1, 2, 3, 5, 6])
def test_drawn_people_are_the_mean_over_all_draws(definition, drawn):
    table = np.random.default_rng(drawn).uniform(0, 1, (6, 4))
    draws = [over_people(table[list(rows)], definition) for rows in itertools.combinations(range(6), drawn)]
    assert combine(table, definition, drawn) == pytest.approx(np.mean(draws), abs=1e-14)


def test_drawn_people_some_of_whom_are_too_short():
    column = np.array([0.4, 0.9, np.nan, 0.1])
    draws = [column[list(rows)] for rows in itertools.combinations(range(4), 2)]
    assert combine(column[:, None], "best_per_length", 2) == pytest.approx(np.mean([np.nanmax(d) for d in draws]))
    alone = [v for v in column if np.isfinite(v)]  # a draw of one who is too short does not count
    assert combine(column[:, None], "best_per_length", 1) == pytest.approx(np.mean(alone))


def test_more_people_raise_the_best_and_not_the_mean():
    table = np.random.default_rng(0).uniform(0, 1, (15, 10))
    for definition in ("best_per_length", "best_human"):
        curve = [combine(table, definition, n) for n in range(1, 16)]
        assert (np.diff(curve) > 0).all()
        assert curve[-1] == pytest.approx(combine(table, definition))
    assert combine(table, "mean", 4) == pytest.approx(combine(table, "mean"))
    assert combine(table, "mean") == pytest.approx(combine(table, "best_human", 1))


def test_a_short_person_is_an_easy_judge():
    """Only windows of one fixation are defined with a path of one: its mean can be above the best for each length."""
    humans = [[0], LONG[0]]
    model = [0, 0, 0]
    assert plausibility(model, humans, definition="best_human", symbols="objects") == 1
    assert plausibility(model, humans, definition="best_per_length", symbols="objects") < 1


def test_undefined_is_nan():
    assert np.isnan(plausibility([0, 1], [], symbols="objects"))
    assert np.isnan(plausibility([], LONG, symbols="objects"))
    assert np.isnan(plausibility([0, 1], LONG, n_humans=4, symbols="objects"))
    assert np.isnan(plausibility([0, 1], [[0]], lengths=[2, 3], symbols="objects"))


def people(scanpaths_of):
    stimuli, subjects = np.repeat(["a", "b"], 4), np.tile(["p", "q", "r", "t"], 2)
    return scanpaths_of([3, 7, 12, 5, 1, 9, 8, 11], frame=Frame(800, 600), stimulus=stimuli, subject=subjects)


@pytest.mark.parametrize("definition", ["best_per_length", "best_human", "mean"])
@pytest.mark.parametrize("drawn", [None, 2])
def test_the_table_leaves_one_out(scanpaths_of, definition, drawn):
    humans = people(scanpaths_of)
    options = {"definition": definition, "n_humans": drawn, "bins": (5, 5)}
    table = plausibility_table(humans, humans, **options)
    for i in range(8):
        others = [humans[j] for j in range(8) if j // 4 == i // 4 and j != i]
        assert table["plausibility"][i] == pytest.approx(plausibility(humans[i], others, **options), abs=1e-14)
    assert (table["humans"] == 3).all()


def test_models_meet_everyone_and_say_how_many_cells_they_visit(scanpaths_of):
    humans = people(scanpaths_of)
    table = pd.DataFrame({"stimulus": ["b", "a", "c"], "source": "m", "subject": "p", "width": 800, "height": 600})
    models = Scanpaths([1, 1, 799, 5, 5, 5], [1, 1, 1, 5, 5, 5], [0, 3, 5, 6], table)
    scores = plausibility_table(models, humans, transpositions=False)
    assert scores["humans"].tolist() == [4, 4, 0]
    assert scores["distinct"].tolist() == [2, 1, 1]
    for i in (0, 1):
        expected = plausibility(models[i], [humans[j] for j in range(4 * (1 - i), 4 * (2 - i))], transpositions=False)
        assert scores["plausibility"][i] == pytest.approx(expected, abs=1e-14)
    assert np.isnan(scores["plausibility"][2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"definition": "best"}, "definition must be one of 'best_per_length'", id="definition"),
        pytest.param({"n_humans": 0}, "n_humans must be a whole number of at least 1", id="n-humans"),
        pytest.param({"lengths": []}, "at least one window length", id="no-length"),
        pytest.param({"lengths": [0]}, "a window's k must be a whole number of at least 1, not 0", id="length-zero"),
        pytest.param({"lengths": [1.5]}, "a window's k must be a whole number", id="length-part"),
    ],
)
def test_errors_say_what_to_do(options, message):
    with pytest.raises(GazekitError, match=message):
        plausibility([0, 1], LONG, symbols="objects", **options)


def test_a_part_of_a_person_is_refused(scanpaths_of):
    """2.5 people had a value."""
    people = scanpaths_of([4, 5], stimulus=["s", "s"], subject=["a", "b"])
    with pytest.raises(GazekitError, match=r"fixed_humans must be a whole number of at least 1, not 2\.5"):
        plausibility_by_stimulus(people, people, fixed_humans=2.5)


tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.lists(st.floats(0, 1), min_size=k, max_size=k), min_size=1, max_size=7)
)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_laws(table):
    table = np.array(table)
    best, one, mean = (combine(table, d) for d in ("best_per_length", "best_human", "mean"))
    assert 0 <= mean <= one + 1e-12 <= best + 2e-12
    assert best <= 1
    assert combine(table[::-1], "best_per_length", 1) == pytest.approx(mean)
    assert combine(np.vstack([table, table[:1]]), "best_per_length") == pytest.approx(best)


@pytest.mark.data
def test_the_centre_repeated_beats_a_random_path_on_osie(data_root):
    """The caution of the card, on 60 images: ten copies of the centre near people, far above ten uniform points."""
    humans = load_dataset("osie", root=data_root / "osie").scanpaths
    stimuli = sorted(set(humans.table["stimulus"]))[:60]
    humans = humans.filter(stimulus=stimuli)
    table = pd.DataFrame({"stimulus": stimuli, "source": "m", "width": 800, "height": 600})
    uniform = np.random.default_rng(0).uniform(0, (800, 600), (600, 2))
    ends = np.arange(61) * 10
    scores = {}
    for name, xy in (("centre", np.tile([[399.0, 299.0]], (600, 1))), ("uniform", uniform)):
        models = Scanpaths(xy[:, 0], xy[:, 1], ends, table, facts=humans.facts)
        scores[name] = plausibility_table(models, humans)["plausibility"].mean()
    assert scores["centre"] > 0.5 > 0.35 > scores["uniform"]
    assert "centre" in CAUTION


@pytest.mark.parametrize("of_people", [True, False])
def test_without_each_person_is_the_table_of_what_is_left(of_people):
    rng = np.random.default_rng(3)
    rows = [(f"s{s}", f"p{p}") for s in range(3) for p in range(6) if (s, p) not in {(0, 5), (1, 0), (2, 3)}]
    rows.append(("s0", "p1"))  # somebody looked twice
    lengths = rng.integers(1, 9, len(rows))
    table = pd.DataFrame(rows, columns=["stimulus", "subject"]).assign(width=100, height=100)
    people = Scanpaths(*rng.uniform(0, 100, (2, lengths.sum())), np.append(0, np.cumsum(lengths)), table)
    mine = people if of_people else people[rng.permutation(len(people))[:7]]
    found = plausibility_without_each(mine, people, of_people, fixed_humans=3)
    assert list(found) == [f"p{p}" for p in range(6)]
    for name, of_rest in found.items():
        seen = set(people.table.loc[people.table["subject"] == name, "stimulus"])
        left = people[np.flatnonzero(people.table["stimulus"].isin(seen) & (people.table["subject"] != name))]
        kept = mine.table["stimulus"].isin(seen) & ((mine.table["subject"] != name) | (not of_people))
        expected = plausibility_by_stimulus(mine[np.flatnonzero(kept)], left, fixed_humans=3)
        pd.testing.assert_frame_equal(of_rest, expected)
