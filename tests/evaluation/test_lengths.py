"""Path lengths: the same for every source, people's on other stimuli, and what the table of lengths says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Facts, GazekitError, ScanpathModel, evaluate
from gazekit.core.scanpaths import Scanpaths
from gazekit.evaluation.lengths import OWN, Asked, length_table, matched_lengths, search_limits
from gazekit.foundations.errors import UnknownNameError
from gazekit.models import load_model
from gazekit.models.baselines.precomputed import Precomputed
from gazekit.models.contract import DrawnPath, cut_to_lengths
from gazekit.testing import example_dataset, example_trials

HOW = {"n_samples": 2, "resamples": 100, "progress": False}


def lengths_of(people, lengths):
    return Asked(lengths).of(people.trials)[0]


class Stops(ScanpathModel):
    """Fourteen fixations on a line, whatever is asked: it has a rule of its own."""

    name = "stops"
    stops = True

    def draw(self, trial, prepared, rng, max_fixations):
        x = np.linspace(0, trial.frame.width, 14)[: max_fixations or 14]
        return DrawnPath(x, np.full(len(x), trial.frame.height / 2))


def test_lengths_are_those_of_the_paths_that_other_image_copies():
    people = example_dataset()
    found = matched_lengths(people, 3, seed=5)
    copied = load_model("other-image").fit(people).predict(people.trials, n_samples=3, seed=5, progress=False)
    assert np.array_equal(lengths_of(people, found).ravel(), copied.lengths)
    for n in (1, 5):  # sample k does not depend on the number of samples, nor on which trials there are
        more = matched_lengths(people, n, seed=5)
        assert all(np.array_equal(found[t][: min(n, 3)], more[t][: min(n, 3)]) for t in found)
    assert Asked(found).of(people.trials[2:3])[0].tolist() == [found[people.trials[2].id].tolist()]
    limited = matched_lengths(people, 3, seed=5, max_fixations=2)
    assert all(np.array_equal(limited[t], np.minimum(found[t], 2)) for t in found)


def test_a_trials_limit_holds():
    people = example_dataset()
    limited = replace(people, trials=tuple(replace(t, max_fixations=2) for t in people.trials))
    assert max(n.max() for n in matched_lengths(limited, 4, seed=0).values()) == 2


def test_one_stimulus_is_told_what_to_do():
    people = example_dataset()
    alone = people.select(stimuli=[people.stimuli[0]])
    with pytest.raises(DataError, match=r"matched to people's on other stimuli.*lengths='own' \(--lengths own\)"):
        matched_lengths(alone, 2, seed=0)


@pytest.mark.parametrize("name", ["uniform", "centre", "centre-point", "levy", "ittikoch", "empirical", "other-image"])
def test_every_baseline_makes_as_many_fixations_as_asked(name):
    people = example_dataset()
    model = load_model(name)
    model.fit(people)
    asked = lengths_of(people, matched_lengths(people, 2, seed=3))
    paths = model.predict(people.trials, n_samples=2, seed=3, lengths=asked, progress=False)
    assert paths.lengths.tolist() == asked.ravel().tolist()
    alone = model.predict(people.trials[:2], n_samples=1, seed=3, lengths=asked[:2, :1], progress=False)
    same = model.predict(people.trials, n_samples=2, seed=3, lengths=asked, progress=False)[[0, 2]]
    assert np.array_equal(alone.x, same.x)


def test_neva_makes_as_many_fixations_as_asked_also_along_a_schedule():
    pytest.importorskip("torch")
    trials = example_trials()[:2]
    model = load_model("neva", sigma=0.05, objective="clean>clean", optimiser="grid")
    whole = model.predict(trials, n_samples=2, lengths=np.array([[2, 3], [3, 1]]), progress=False)
    assert whole.lengths.tolist() == [2, 3, 3, 1]
    alone = model.predict(trials, n_samples=1, lengths=np.array([[2], [3]]), progress=False)
    assert np.array_equal(alone.x, whole[[0, 2]].x)


def test_a_longer_path_is_cut_and_a_forced_first_fixation_is_not_counted():
    trials = example_trials()[:2]
    paths = Stops().predict(trials, n_samples=2, lengths=np.array([[3, 20], [1, 14]]), progress=False)
    assert paths.lengths.tolist() == [3, 8, 1, 8]  # the trials' own limit is 8
    forced = paths.replace(facts=Facts(forced_first=True))
    assert cut_to_lengths(forced, trials, np.array([[2], [3]])).lengths.tolist() == [3, 3, 1, 4]


@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        (np.array([3, 3]), r"shape \(trials, n_samples\) = \(2, 1\), not int64 of the shape \(2,\)"),
        (np.array([[3.5], [3]]), "whole numbers of the shape.*not float64"),
        (np.array([[3], [0]]), "at least one fixation, and lengths asks for 0"),
    ],
)
def test_wrong_lengths_are_refused(lengths, message):
    with pytest.raises(GazekitError, match=message):
        Stops().predict(example_trials()[:2], lengths=lengths, progress=False)


def test_evaluate_asks_everybody_for_the_same_and_reports_a_model_that_stops_both_ways(tmp_path):
    people = example_dataset()
    results = evaluate(people, ["uniform", Stops()], ["dtw"], out=tmp_path / "r", **HOW)
    names = [
        "human",
        "uniform",
        "stops",
        "stops" + OWN,
        "centre:spread=fitted",
        "empirical",
        "other-image",
        "centre-point",
    ]
    assert results.models == names
    paths = Scanpaths.load(tmp_path / "r" / "predictions.parquet")
    asked = lengths_of(people, matched_lengths(people, 2, seed=0)).ravel()
    for name in ("uniform", "empirical", "other-image", "centre-point"):
        assert paths.filter(source=name).lengths.tolist() == asked.tolist()
    assert paths.filter(source="stops").lengths.tolist() == np.minimum(asked, 8).tolist()
    assert set(paths.filter(source="stops" + OWN).lengths) == {8}
    table = pd.read_csv(tmp_path / "r" / "path_lengths.csv").set_index("model")
    assert list(table.index) == names
    assert table.loc["uniform", ["mean", "cut", "shorter"]].tolist() == [asked.mean(), 0, 0]
    assert table.loc["stops", "cut"] == (asked < 8).mean()
    assert table.loc["stops", "shorter"] == (asked > 8).mean()
    assert np.isnan(table.loc["stops" + OWN, "cut"])
    assert table.loc["human", "mean"] == people.scanpaths.lengths.mean()
    assert results.manifest["request"]["lengths"] == "matched"


class EndsItself(Stops):
    """Three fixations, or as many as are asked for."""

    name, stops, ends_itself = "ends", False, True

    def paths(self, request):
        for number, trial in enumerate(request.trials):
            lengths = [3 if request.lengths is None else request.length(number, k) for k in range(request.n_samples)]
            yield number, [DrawnPath(np.arange(n) * 9.0, np.full(n, trial.frame.height / 2)) for n in lengths]


def test_a_model_that_can_go_on_past_its_end_is_reported_both_ways_too(tmp_path):
    people = example_dataset()
    results = evaluate(people, [EndsItself()], ["dtw"], out=tmp_path / "r", **HOW)
    assert results.models[:3] == ["human", "ends", "ends" + OWN]
    paths = Scanpaths.load(tmp_path / "r" / "predictions.parquet")
    asked = lengths_of(people, matched_lengths(people, 2, seed=0)).ravel()
    assert paths.filter(source="ends").lengths.tolist() == asked.tolist()
    assert set(paths.filter(source="ends" + OWN).lengths) == {3}
    table = pd.read_csv(tmp_path / "r" / "path_lengths.csv").set_index("model")
    assert table.loc["ends", "shorter"] == 0
    assert table.loc["ends" + OWN, "mean"] == 3
    cells = pd.read_parquet(tmp_path / "r" / "cells.parquet").groupby("model")["donor"]
    assert (cells.get_group("ends") != "").any()
    assert (cells.get_group("ends" + OWN) == "").all()  # nobody else's length
    search = evaluate(people, [EndsItself()], ["probability_mismatch"], out=tmp_path / "s", nulls=False, **HOW)
    assert search.models == ["human", "ends", "ends" + OWN]
    found = Scanpaths.load(tmp_path / "s" / "predictions.parquet")
    assert set(found.filter(source="ends" + OWN).lengths) == {3}  # where it ends, not the limit of 8
    assert set(found.filter(source="ends").lengths) > {3}
    own = evaluate(people, [EndsItself()], ["dtw"], out=tmp_path / "o", lengths="own", nulls=False, **HOW)
    assert own.models == ["human", "ends"]


def test_own_lengths_and_no_nulls(tmp_path):
    results = evaluate(
        example_dataset(), ["uniform", Stops()], ["dtw"], out=tmp_path / "r", lengths="own", nulls=False, **HOW
    )
    assert results.models == ["human", "uniform", "stops"]
    table = pd.read_csv(tmp_path / "r" / "path_lengths.csv")
    assert table[["cut", "shorter"]].isna().all(axis=None)
    with pytest.raises(UnknownNameError, match="no choice of lengths called 'mine'"):
        evaluate(example_dataset(), ["uniform"], ["dtw"], out=tmp_path / "s", lengths="mine", **HOW)


def test_the_table_counts_paths_that_ended_early():
    people = example_dataset()
    asked = {trial.id: np.array([3]) for trial in people.trials}
    made = Stops().predict(people.trials, max_fixations=2, progress=False)
    found = length_table(people.scanpaths, made, asked, "d").set_index("model")
    assert found.loc["stops", ["paths", "mean", "sd", "cut", "shorter"]].tolist() == [5, 2, 0, 0, 1]


@pytest.mark.slow
def test_a_search_goes_on_to_the_limit_where_finding_is_measured(tmp_path):
    """Matched lengths would cut a null where people were done, and call that not found."""
    people = example_dataset()
    assert search_limits(people.trials) == {trial.id: 8 for trial in people.trials}
    assert search_limits([replace(people.trials[0], target_box=None)]) is None
    assert search_limits([replace(people.trials[0], max_fixations=None)]) is None
    results = evaluate(people, [Stops(), "levy"], ["dtw", "probability_mismatch"], out=tmp_path / "r", **HOW)
    paths = Scanpaths.load(tmp_path / "r" / "predictions.parquet")
    asked = lengths_of(people, matched_lengths(people, 2, seed=0)).ravel()
    for name in ("uniform", "levy", "centre-point"):
        assert set(paths.filter(source=name + OWN).lengths) == {8}
        assert paths.filter(source=name).lengths.tolist() == asked.tolist()
    assert results.chance["example", "probability_mismatch"].endswith(OWN)
    assert not results.chance["example", "dtw"].endswith(OWN)
    assert results.best("example", "probability_mismatch") in {"stops" + OWN, "levy" + OWN}


def test_a_score_moves_with_the_path_whose_length_it_has(tmp_path):
    """Donors of lengths are those that `other-image` copies; with own lengths a baseline draws its own."""
    people = example_dataset()
    options = {"n_samples": 2, "progress": False, "resamples": 100, "nulls": False}
    evaluate(people, ["uniform", "other-image"], ["scanmatch"], out=tmp_path / "r", **options)
    cells = pd.read_parquet(tmp_path / "r" / "cells.parquet").query("donor != ''")
    of = {m: part.set_index("stimulus")[["donor", "subject", "pairs"]] for m, part in cells.groupby("model")}
    pd.testing.assert_frame_equal(of["uniform"], of["other-image"])
    copies = load_model("other-image").fit(people)
    first = people.trials[0].stimulus
    expected = [copies.donors(t, k, 0)[0][:2] for t in people.trials if t.stimulus == first for k in range(2)]
    assert [tuple(row) for row in of["uniform"].loc[[first], ["donor", "subject"]].to_numpy()] == expected
    evaluate(people, ["uniform", "other-image"], ["scanmatch"], out=tmp_path / "own", lengths="own", **options)
    own = pd.read_parquet(tmp_path / "own" / "cells.parquet").query("donor != ''")
    assert own["model"].value_counts().to_dict() == dict.fromkeys(("other-image", "uniform"), 2 * len(people.trials))


def test_paths_without_a_fixation_have_lengths_too(tmp_path):
    """Predictions whose positions are all missing: their values are undefined, and counted."""
    people = example_dataset()
    none = people.scanpaths.truncate(0)
    none = none.replace(table=none.table.assign(source="none", subject="")).filter(~none.table.duplicated("trial"))
    results = evaluate(people, [Precomputed(none, "none")], ["scanmatch"], out=tmp_path / "r", nulls=False, **HOW)
    rows = results.scores.query("model == 'none'")
    assert rows["value"].isna().all()
    assert (rows["undefined"] == rows["pairs"]).all()
