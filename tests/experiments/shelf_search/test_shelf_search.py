"""The experiment: rows, resuming, byte-equal tables, intervals, and how it refuses."""

import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.shelf_search import ShelfResults, shelf_search
from gazekit.experiments.shelf_search.experiment import ROWS_OF_PEOPLE, RowPiece
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError, RunFolderError
from gazekit.models.contract import assemble
from gazekit.models.object_search.appearance import SimilarityObject
from gazekit.models.object_search.markov_move import MarkovMove
from gazekit.models.object_search.move import Move
from gazekit.models.object_search.simple import UniformObject
from gazekit.models.object_search.walk import ObjectModel
from gazekit.plots.search import approach_curve, five_features

OPTIONS = {"n_samples": 2, "resamples": 100, "progress": False}
FILES = ("scores.parquet", "distances.parquet", "predictions.parquet", "summary.csv", "differences.csv", "approach.csv")


@pytest.fixture(scope="module")
def data(shelves):
    return shelves(6, subjects=3)


@pytest.fixture(scope="module")
def results(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("shelf") / "run"
    return shelf_search(data, [MarkovMove(), UniformObject(end="choice"), SimilarityObject()], out, **OPTIONS)


def test_people_chance_and_controls_are_always_there(results):
    assert results.models == [
        *ROWS_OF_PEOPLE,
        "markov-move",
        "uniform-object",
        "similarity-object",
        "line",
        "target-repeated",
    ]
    for model in results.models:
        assert np.isfinite(results.value(model, "sequence_score"))
    assert np.isnan(results.value("line", "nll"))
    assert np.isnan(results.value("human, other layout", "delta"))
    assert results.value("human", "delta") == 0
    assert results.value("target-repeated", "ssx") == 0
    assert 0 <= results.value("similarity-object", "guidance_rank") <= 1


def test_uniform_has_the_likelihood_that_follows(results, data):
    steps = [[np.log(6), *[np.log(7)] * n] for n in data.scanpaths.lengths]
    assert results.value("uniform-object", "nll") == pytest.approx(np.mean(np.concatenate(steps)))


def test_intervals_hold_the_value_and_differences_are_paired(results):
    table = results.summary.dropna()
    assert (table["low"] <= table["value"] + 1e-12).all()
    assert (table["value"] <= table["high"] + 1e-12).all()
    row = results.differences.query("measure == 'sequence_score' and model == 'line' and against == 'human'").iloc[0]
    expected = results.value("line", "sequence_score") - results.value("human", "sequence_score")
    assert row["difference"] == pytest.approx(expected)
    assert row["low"] <= row["difference"] <= row["high"]
    same = shelf_difference(results, "markov-move", "uniform-object", "nll")
    assert same["high"] - same["low"] < 1


def shelf_difference(results, one, other, measure):
    table = results.differences
    rows = table[
        (table["measure"] == measure) & table["model"].isin([one, other]) & table["against"].isin([one, other])
    ]
    return rows.iloc[0]


def test_a_stopped_run_is_resumed_to_the_same_bytes(results, data, tmp_path, monkeypatch):
    out, models = tmp_path / "run", [MarkovMove(), UniformObject(end="choice"), SimilarityObject()]
    whole, calls = RowPiece.__call__, []

    def stops(piece):
        if len(calls) == 4:
            raise KeyboardInterrupt
        calls.append(piece.name)
        return whole(piece)

    monkeypatch.setattr(RowPiece, "__call__", stops)
    with pytest.raises(KeyboardInterrupt):
        shelf_search(data, models, out, **OPTIONS)
    with pytest.raises(DataError, match="not finished; run its command again"):
        ShelfResults.load(out)
    monkeypatch.setattr(RowPiece, "__call__", lambda piece: (calls.append(piece.name), whole(piece))[1])
    shelf_search(data, models, out, **OPTIONS)
    assert calls == results.models
    for file in FILES:
        assert (out / file).read_bytes() == (results.folder / file).read_bytes()
    assert not (out / "parts").exists()


@pytest.mark.slow
def test_workers_do_not_change_the_tables(results, data, tmp_path):
    models = [MarkovMove(), UniformObject(end="choice"), SimilarityObject()]
    shelf_search(data, models, tmp_path / "run", workers=2, **OPTIONS)
    for file in FILES:
        assert (tmp_path / "run" / file).read_bytes() == (results.folder / file).read_bytes()


def test_delta_by_hand_and_its_floor(results):
    features = ("correct", "length", "search", "refix", "revisit")
    people = np.array([results.value("human", f) for f in features])
    model = np.array([results.value("markov-move", f) for f in features])
    kept = people != 0
    assert results.value("markov-move", "delta") == pytest.approx(np.mean(np.abs(model - people)[kept] / people[kept]))
    mean, high = results.delta_floor
    assert 0 < mean <= high


def test_paths_are_kept(results):
    paths = results.scanpaths()
    assert set(paths.table["source"]) == {
        "markov-move",
        "uniform-object",
        "similarity-object",
        "line",
        "target-repeated",
    }
    assert (paths.filter(source="markov-move").table["sample"] < 2).all()


def test_pictures_have_what_they_show(results):
    for alignment in ("start", "target"):
        ax = approach_curve(results.approach, alignment=alignment)
        shown = ["people", *results.models[3:]]
        if alignment == "target":
            shown.remove("target-repeated")  # it is there at once
        assert [line.get_label() for line in ax.lines] == shown
        line = ax.lines[0]
        part = results.approach.query("model == 'human' and alignment == @alignment").sort_values("fixation")
        assert line.get_ydata() == pytest.approx(part["distance"].to_numpy())
    axes = five_features(results.summary)
    assert [ax.get_title() for ax in axes] == ["correct", "length", "search", "refix", "revisit"]
    assert [t.get_text() for t in axes[0].get_yticklabels()] == ["people", *results.models[3:]]
    assert [ax.get_xlabel() for ax in axes] == ["share of paths", "fixations", *["share of fixations"] * 3]


def test_another_request_in_the_folder_is_refused(results, data):
    with pytest.raises(RunFolderError, match="holds another run: seed was 0 and is 1"):
        shelf_search(
            data, [MarkovMove(), UniformObject(end="choice"), SimilarityObject()], results.folder, seed=1, **OPTIONS
        )


def test_bad_requests_are_refused(data, shelf, tmp_path):
    with pytest.raises(GazekitError, match="two rows are called 'uniform-object'"):
        shelf_search(data, [UniformObject(), UniformObject()], tmp_path / "a", **OPTIONS)
    with pytest.raises(DataError, match="has learned from 6 of these 6 stimuli"):
        shelf_search(data, [Trained()], tmp_path / "learned", **OPTIONS)
    assert not (tmp_path / "learned").exists()  # a folder would be in the way of the corrected command
    from dataclasses import replace

    blind = replace(data, trials=tuple(replace(t, image_source=None) for t in data.trials))
    with pytest.raises(MissingNeedError, match="neither an 'image' nor crops"):
        shelf_search(blind, [SimilarityObject()], tmp_path / "b", **OPTIONS)
    with pytest.raises(DataError, match="no results|in no folder"):
        ShelfResults(pd.DataFrame(), pd.DataFrame(), pd.DataFrame()).scanpaths()


class Trained(UniformObject):
    """A model that was trained on these very stimuli."""

    name = "trained"
    leaves_own_out = False

    @property
    def learned_stimuli(self):
        return frozenset(f"s{k}" for k in range(6))


class Nowhere(ObjectModel):
    """A model whose paths are all empty."""

    name = "nowhere"
    deterministic = True

    def walk(self, layout, seen, rng, limit):
        return np.empty(0, dtype=np.int64)

    def predict(self, trials, **options):
        trials = list(trials)
        return assemble(self.name, trials, 1, [(np.empty(0), np.empty(0), None)] * len(trials), self.facts)


def test_a_model_without_fixations_is_refused(data, tmp_path):
    with pytest.raises(GazekitError, match="'nowhere' predicted no fixation on an object"):
        shelf_search(data, [Nowhere()], tmp_path / "run", **OPTIONS)


def test_a_folder_of_another_experiment_is_refused(tmp_path):
    from gazekit.runs.folder import RunFolder

    RunFolder(tmp_path / "other", {}, kind="another", command="x", about={})
    with pytest.raises(DataError, match="is not a run of 'shelf-search' but of 'another'"):
        ShelfResults.load(tmp_path / "other")


def test_move_runs_through(data, tmp_path):
    made = shelf_search(data, [Move()], tmp_path / "run", **OPTIONS)
    assert np.isfinite(made.value("move", "nll"))
