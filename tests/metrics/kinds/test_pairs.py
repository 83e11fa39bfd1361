"""Scoring against brute force."""

import numpy as np
import pytest

from gazekit import Facts, Frame
from gazekit.foundations.errors import MismatchError
from gazekit.metrics import Context, Source, measures, multimatch, scanmatch, score
from gazekit.metrics.kinds.pairs import all_pairs


def scores_of(predicted, people, *names, threads=1, source="m"):
    context = Context(people, threads=threads)
    return score([measures[name] for name in names], Source(source, predicted), people, context)


@pytest.fixture
def people(scanpaths_of):
    lengths = [4, 5, 2, 6, 3, 4, 1]
    return scanpaths_of(lengths, stimulus=list("aaabbbc"), subject=["p", "q", "r", "p", "q", "p", "q"])


@pytest.fixture
def predicted(scanpaths_of):
    return scanpaths_of([4, 3, 5, 6], stimulus=list("aabd"), subject="", source="m", sample=[0, 1, 0, 0], seed=5)


def test_scores_equal_plain_loops(people, predicted):
    scores = scores_of(predicted, people, "scanmatch", "multimatch").set_index(["metric", "stimulus"])
    for stimulus in "ab":
        values = [
            (scanmatch(p, h), *multimatch(p, h))
            for p in predicted
            for h in people
            if p.ids["stimulus"] == h.ids["stimulus"] == stimulus
        ]
        table = np.array(values)
        row = scores.loc[("scanmatch", stimulus)]
        assert row["value"] == pytest.approx(table[:, 0].mean(), abs=1e-12)
        assert (row["pairs"], row["undefined"]) == (len(values), 0)
        row = scores.loc[("multimatch_position", stimulus)]
        assert row["value"] == pytest.approx(np.nanmean(table[:, 4]), abs=1e-12)
        assert row["undefined"] == np.isnan(table[:, 4]).sum()


def test_a_stimulus_that_nobody_saw_is_undefined(people, predicted):
    row = scores_of(predicted, people, "scanmatch").set_index("stimulus").loc["d"]
    assert np.isnan(row["value"])
    assert row["pairs"] == 0


def test_the_ceiling_never_compares_a_person_with_themself(people):
    pairs = all_pairs(people, people)
    subjects = people.table["subject"].to_numpy()
    assert (subjects[pairs[:, 0]] != subjects[pairs[:, 1]]).all()
    # a: 3 people, 6 ordered pairs; b: p, q, p: 4; c: one person: none
    assert len(pairs) == 10
    scores = scores_of(people, people, "scanmatch", source="human").set_index("stimulus")
    assert set(scores["model"]) == {"human"}
    by_hand = [scanmatch(people[i], people[j]) for i, j in [(0, 1), (0, 2), (1, 2)]]
    assert scores.loc["a", "value"] == pytest.approx(np.mean(by_hand))
    assert np.isnan(scores.loc["c", "value"])


def test_chunks_change_nothing(people, predicted, monkeypatch):
    whole = scores_of(predicted, people, "multimatch")
    monkeypatch.setattr("gazekit.metrics.kinds.pairs.CHUNK_PAIRS", 2)
    assert whole.equals(scores_of(predicted, people, "multimatch", threads=2))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"frame": Frame(400, 300)}, "rescale", id="frame"),
        pytest.param({"facts": Facts(forced_first=True)}, "drop_first", id="facts"),
    ],
)
def test_unlike_paths_are_refused(people, scanpaths_of, change, message):
    with pytest.raises(MismatchError, match=message):
        scores_of(scanpaths_of([4], stimulus=["a"], source="m", **change), people, "scanmatch")
