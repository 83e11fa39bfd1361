"""Evaluation: one request, one result, however it is run, stopped or resumed."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gazekit import Dataset, Facts, GazekitError, Results, Trial, evaluate
from gazekit.cli.tables import summary_text
from gazekit.core.trials import Objects
from gazekit.evaluation import evaluate as evaluation
from gazekit.evaluation.choice import choose
from gazekit.evaluation.evaluate import NULLS
from gazekit.evaluation.pieces import SetPiece
from gazekit.foundations.errors import DataError, MissingNeedError, RunFolderError, UnknownNameError
from gazekit.metrics.context import Context, contents_of
from gazekit.metrics.plausibility import OUTPUTS
from gazekit.models.baselines.uniform import Uniform
from gazekit.report.sentences import why_no_ceiling
from gazekit.runs import folder as runs

MODELS, METRICS = ["uniform", "centre:spread=0.2", "other-image"], ["scanmatch", "multimatch"]
DIRECTIONS = ("direction_js", "turn_js")
TABLES = ("predictions.parquet", "scores.parquet", "cells.parquet", "summary.csv", "differences.csv", "shares.csv")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(evaluation, "PIECE_STIMULI", 2)


def run(dataset, out: Path, **options):
    few = {"n_samples": 2, "resamples": 200, "nulls": False, "progress": False}
    return evaluate(dataset, MODELS, METRICS, out=out, **few, **options)


def bytes_of(out: Path) -> dict:
    return {name: (out / name).read_bytes() for name in TABLES}


def test_rows_and_manifest(small_dataset, tmp_path):
    results = run(small_dataset, tmp_path / "r")
    assert results.models == ["human", "uniform", "centre:spread=0.2", "other-image"]
    assert len(results.scores) == 4 * 6 * 6
    assert pd.read_csv(tmp_path / "r" / "summary.csv").columns.tolist() == [
        "dataset", "model", "metric", "value", "low", "high", "stimuli", "undefined", "role", "mark", "se", "over",
    ]  # fmt: skip
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert manifest["request"]["metrics"]["scanmatch"]["threshold"] == 3.5
    assert manifest["request"]["models"][1]["options"]["spread"] == 0.2
    assert manifest["request"]["data"]["sha256"] == small_dataset.fingerprint()
    assert not (tmp_path / "r" / "parts").exists()


def test_two_runs_give_equal_bytes(small_dataset, tmp_path):
    run(small_dataset, tmp_path / "a")
    run(small_dataset, tmp_path / "b")
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


@pytest.mark.slow
def test_workers_change_nothing(small_dataset, tmp_path):
    run(small_dataset, tmp_path / "a")
    run(small_dataset, tmp_path / "b", workers=2)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b")


def test_intervals_over_stimuli_alone_are_part_of_the_request(small_dataset, tmp_path):
    both, one = (run(small_dataset, tmp_path / f"{k}", **o) for k, o in enumerate(({}, {"intervals": "stimuli"})))
    assert set(both.summary.query("stimuli > 1")["over"]) == {"stimuli and people"}
    assert set(one.summary["over"]) == {"stimuli"}
    assert both.summary["value"].equals(one.summary["value"])
    assert Results.load(tmp_path / "1").summary.equals(one.summary)
    with pytest.raises(RunFolderError, match="another run: intervals was"):
        run(small_dataset, tmp_path / "1")
    with pytest.raises(GazekitError, match="over 'stimuli and people' or over 'stimuli', not 'people'"):
        run(small_dataset, tmp_path / "2", intervals="people")


def test_another_seed_changes_predictions(small_dataset, tmp_path):
    run(small_dataset, tmp_path / "a")
    run(small_dataset, tmp_path / "b", seed=1)
    assert bytes_of(tmp_path / "a")["scores.parquet"] != bytes_of(tmp_path / "b")["scores.parquet"]


@pytest.mark.parametrize("after", [0, 1, 5, 11])
def test_a_stopped_run_resumes_to_equal_bytes(small_dataset, tmp_path, monkeypatch, after):
    run(small_dataset, tmp_path / "whole")
    work, done = runs._do, []

    def stops(piece):
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(piece)
        work(piece)

    monkeypatch.setattr(runs, "_do", stops)
    with pytest.raises(KeyboardInterrupt):
        run(small_dataset, tmp_path / "r")
    resumed = []
    monkeypatch.setattr(runs, "_do", lambda piece: (resumed.append(piece), work(piece)))
    run(small_dataset, tmp_path / "r")
    assert len(resumed) == 12 - after
    assert bytes_of(tmp_path / "r") == bytes_of(tmp_path / "whole")


def test_a_finished_run_is_read_not_repeated(small_dataset, tmp_path, monkeypatch):
    first = run(small_dataset, tmp_path / "r")
    monkeypatch.setattr(runs, "_do", None)
    assert run(small_dataset, tmp_path / "r").summary.equals(first.summary)


@pytest.mark.parametrize(
    ("options", "field"), [({"seed": 1}, "seed"), ({"max_fixations": 3}, "max_fixations")], ids=["seed", "limit"]
)
def test_another_request_is_refused_and_changes_nothing(small_dataset, tmp_path, options, field):
    run(small_dataset, tmp_path / "r")
    before = bytes_of(tmp_path / "r")
    with pytest.raises(RunFolderError, match=f"another run: {field} was .*choose another --out, or give --overwrite"):
        run(small_dataset, tmp_path / "r", **options)
    assert bytes_of(tmp_path / "r") == before


def test_other_data_is_refused(small_dataset, dataset_of, tmp_path):
    run(small_dataset, tmp_path / "r")
    with pytest.raises(RunFolderError, match=r"data has changed \(sha256"):
        run(dataset_of(seed=9), tmp_path / "r")


def test_other_models_are_refused(small_dataset, tmp_path):
    how = {"out": tmp_path / "r", "nulls": False, "progress": False}
    evaluate(small_dataset, ["centre"], ["scanmatch"], **how)
    with pytest.raises(RunFolderError, match=r"models were centre and are centre:spread=0\.3"):
        evaluate(small_dataset, ["centre:spread=0.3"], ["scanmatch"], **how)


def test_other_folders_are_refused(small_dataset, tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(RunFolderError, match="not empty and holds no run"):
        run(small_dataset, tmp_path)
    with pytest.raises(RunFolderError, match="is a file"):
        run(small_dataset, tmp_path / "mine.txt")
    assert (tmp_path / "mine.txt").read_text() == "precious"


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        pytest.param('{"format": "gazekit-run", "version": 99}', "run folder of version 99", id="version"),
        pytest.param("{", "not readable JSON", id="json"),
        pytest.param("[]", "not the manifest of a gazekit run", id="other"),
    ],
)
def test_other_manifests_are_refused(small_dataset, tmp_path, manifest, message):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(RunFolderError, match=message):
        run(small_dataset, tmp_path)


@pytest.mark.parametrize(
    ("models", "metrics", "error", "message"),
    [
        pytest.param(["centr"], METRICS, UnknownNameError, "did you mean 'centre'", id="model"),
        pytest.param(["centre"], ["scanmach"], UnknownNameError, "did you mean 'scanmatch'", id="metric"),
        pytest.param([], METRICS, GazekitError, "no model was given", id="none"),
        pytest.param(["centre"], [], GazekitError, "at least one metric", id="no metric"),
        pytest.param(["centre", "centre"], METRICS, GazekitError, "must differ", id="twice"),
        pytest.param(["centre:sprd=1"], METRICS, GazekitError, "does not take these options", id="option"),
        pytest.param(["centre:spread"], METRICS, GazekitError, "not of the form option=value", id="form"),
    ],
)
def test_wrong_requests_write_nothing(small_dataset, tmp_path, models, metrics, error, message):
    with pytest.raises(error, match=message):
        evaluate(small_dataset, models, metrics, out=tmp_path / "r", progress=False)
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": 1.5}, "seed must be a whole number, not 1.5"),
        ({"seed": "1"}, "seed must be a whole number, not '1'"),
        ({"resamples": 0}, "resamples must be a whole number of at least 1, not 0"),
        ({"resamples": 10.5}, "resamples must be a whole number of at least 1, not 10.5"),
    ],
)
def test_wrong_seeds_and_resamples_write_nothing(small_dataset, tmp_path, options, message):
    """A seed of 1.5 gave what 1 gives, and no resample a traceback after all was computed."""
    with pytest.raises(GazekitError, match=message):
        evaluate(small_dataset, ["uniform"], ["scanmatch"], out=tmp_path / "r", progress=False, **options)
    assert not (tmp_path / "r").exists()


def test_a_model_without_what_it_needs(small_dataset, tmp_path):
    trials = [Trial(t.id, t.stimulus, t.frame) for t in small_dataset.trials]
    bare = Dataset("bare", trials, small_dataset.scanpaths)
    with pytest.raises(MissingNeedError, match="'ittikoch' needs 'image'.*'img0'"):
        evaluate(bare, ["ittikoch"], METRICS, out=tmp_path / "r", progress=False)


def test_a_dropped_first_fixation_without_a_start_leaves_no_first_saccade(scanpaths_of, tmp_path):
    columns = {"stimulus": list("aabb"), "subject": list("pqpq"), "facts": Facts(forced_first=True)}
    paths = scanpaths_of([4, 5, 3, 4], **columns)
    trials = tuple(Trial(s, s, paths.frame_of(k)) for k, s in ((0, "a"), (2, "b")))
    few = {"n_samples": 2, "resamples": 100, "nulls": False, "progress": False}
    with pytest.raises(GazekitError, match="'first_saccade_latency' cannot be used .* no trial says where it was"):
        evaluate(Dataset("own", trials, paths), ["uniform"], ["first_saccade_latency"], out=tmp_path / "run", **few)


def test_forced_first_fixations_are_dropped_and_said(scanpaths_of, tmp_path):
    paths = scanpaths_of(
        [4, 5, 1, 4], stimulus=list("aabb"), subject=list("pqpq"), facts=Facts(forced_first=True, points="fixations")
    )
    frame = paths.frame_of(0)
    data = Dataset("d", [Trial(s, s, frame) for s in "ab"], paths)
    results = run(data, tmp_path / "r")
    notes = results.manifest["data"]["before_scoring"]
    assert notes[0].startswith("The forced first fixation of every human path was dropped")
    assert notes[1].startswith("1 human paths without a fixation")
    row = results.scores.query("model == 'human' and stimulus == 'b' and metric == 'scanmatch'").iloc[0]
    assert np.isnan(row["value"])


def test_nothing_to_score_against(small_dataset, tmp_path):
    empty = Dataset("d", small_dataset.trials, small_dataset.scanpaths.truncate(0))
    with pytest.raises(DataError, match="no human scanpath"):
        run(empty, tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_identical_people_reach_a_ceiling_of_one(small_dataset, tmp_path):
    """Closed form: if everybody looks alike, the ceiling is 1 and a model that copies them reaches all of it."""
    from gazekit import Scanpaths
    from gazekit.models.baselines.precomputed import Precomputed

    first = small_dataset.scanpaths.filter(subject="p0")
    same = Scanpaths.concat([first.replace(table=first.table.assign(subject=f"p{k}")) for k in range(3)])
    data = Dataset("same", small_dataset.trials, same)
    copy = Precomputed(first.replace(table=first.table.assign(source="copy", subject="")))
    results = evaluate(data, [copy], ["scanmatch"], out=tmp_path / "r", lengths="own", progress=False)
    summary = results.summary.set_index("model")["value"]
    assert summary["human"] == pytest.approx(1)
    assert summary["copy"] == pytest.approx(1)
    assert results.shares.set_index("model").loc["copy", "share_above_chance"] == pytest.approx(1)


def test_paths_that_are_given_under_another_name_bear_it(small_dataset, tmp_path):
    """They kept their source, so that `evaluate` refused what `Precomputed` promises."""
    from gazekit.models.baselines.precomputed import Precomputed

    first = small_dataset.scanpaths.filter(subject="p0")
    given = first.replace(table=first.table.assign(source="theirs", subject=""))
    how = {"out": tmp_path / "r", "lengths": "own", "nulls": False, "resamples": 100, "progress": False}
    results = evaluate(small_dataset, [Precomputed(given, "one"), Precomputed(given, "two")], ["dtw"], **how)
    assert results.models == ["human", "one", "two"]
    assert set(given.table["source"]) == {"theirs"}


@pytest.fixture
def duration_metric(monkeypatch):
    """A registered metric that needs durations: the mean duration of the first path."""
    from gazekit.metrics import measures, pair_measure

    def score(a, b, pairs, out, **options):
        out[:, 0] = [a.duration[a.offsets[i] : a.offsets[i + 1]].mean() for i in pairs[:, 0]]

    def toy(a, b):
        """Its signature has no options."""

    steps = {"prepare": lambda columns: columns, "score": score, "registered": False}
    facts = {"bounds": (0, 1e4), "values_in": "ms", "needs": ("duration",), "summary": "Mean", "source": "none"}
    monkeypatch.setitem(measures._entries, "toy", pair_measure(toy, higher_is_better=True, **steps, **facts))


@pytest.mark.slow
def test_all_metrics_and_those_that_the_data_do_not_allow(small_dataset, tmp_path, duration_metric):
    """Every kind of measure, its rows for every source, and a reason for each measure that is left out."""
    options = {"n_samples": 2, "resamples": 100, "progress": False}
    data = small_dataset.select(stimuli=["img0", "img1", "img2"])
    timed = evaluate(data, ["uniform"], ["all"], out=tmp_path / "timed", **options)
    assert {"toy", "scanmatch", "multimatch_vector", "sequence_score_clusters", "paths_nss"} <= set(timed.metrics)
    assert {"nss", "direction_js", "plausibility_mean"} <= set(timed.metrics)
    left_out = timed.manifest["not_applicable"]
    assert left_out["amplitude_js"].startswith("it needs px per degree")
    assert left_out["tfp_auc"].startswith("it needs target_box")
    assert left_out["sequence_score_labels"].startswith("it needs a map of labels")
    assert {"cig", "cauc_rank"} <= set(timed.metrics)
    assert timed.manifest["without_density"] == ["other-image", "centre-point"]
    summary = timed.summary.set_index(["metric", "model"])
    assert summary.index.is_unique
    assert summary.loc[("toy", "uniform"), "stimuli"] == 0  # a model without durations: undefined, counted
    assert summary.loc[("toy", "uniform"), "undefined"] == 24
    assert summary.loc[("toy", "human"), "stimuli"] == 3
    assert ("nss", "other-image") not in summary.index
    assert summary.loc[("information_gain_uniform", "uniform"), "value"] == pytest.approx(0)
    every = timed.summary.dropna(subset="se")
    without = every[every["over"] != "stimuli and people"]["metric"]
    assert without.str.endswith("_fixed").all()  # of four people, of whom nobody can be left out
    assert {"plausibility_mean", "distinct_cells", "map_cc", "paths_nss"} <= set(every["metric"])
    assert Results.load(tmp_path / "timed").summary.equals(timed.summary)
    assert (tmp_path / "timed" / "clusters.json").is_file()
    bare = Dataset("bare", data.trials, data.scanpaths.replace(duration=None))
    why = Context(bare.scanpaths, contents_of(bare.trials))
    assert "needs fixation durations" in choose(["all"], why).not_applicable["toy"]
    with pytest.raises(GazekitError, match="'toy' cannot be used on this data set: it needs fixation durations"):
        evaluate(bare, ["uniform"], ["toy"], out=tmp_path / "asked", progress=False)


SETS = ["direction_js", "scanmatch", "paths_nss", "plausibility", "sequence_score_clusters", "nss"]
SET_TABLES = (*TABLES, "sets.parquet", "clusters.json")


def run_sets(dataset, out: Path, **options):
    few = dataset.select(stimuli=dataset.stimuli[:3])
    return evaluate(few, ["uniform"], SETS, out=out, n_samples=2, resamples=30, progress=False, **options)


@pytest.mark.slow
def test_sets_stop_and_resume_to_equal_bytes(small_dataset, tmp_path, monkeypatch):
    whole = run_sets(small_dataset, tmp_path / "whole")
    assert whole.metrics == ["scanmatch", "paths_nss", *OUTPUTS, "sequence_score_clusters", "nss", *DIRECTIONS]
    assert whole.manifest["request"]["sets"] == {"draws": 5, "halvings": {"stimuli": 4, "paths": 2}}
    work, done = runs._do, []

    def stops(piece):
        if len(done) == 8:
            raise KeyboardInterrupt
        done.extend([piece] if isinstance(piece, SetPiece) else [])
        work(piece)

    monkeypatch.setattr(runs, "_do", stops)
    with pytest.raises(KeyboardInterrupt):
        run_sets(small_dataset, tmp_path / "r")
    monkeypatch.setattr(runs, "_do", work)
    run_sets(small_dataset, tmp_path / "r")
    for name in SET_TABLES:
        assert (tmp_path / "r" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.slow
def test_workers_change_nothing_in_sets(small_dataset, tmp_path):
    run_sets(small_dataset, tmp_path / "a")
    run_sets(small_dataset, tmp_path / "b", workers=2)
    for name in SET_TABLES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_measures_of_the_whole_set_alone(small_dataset, tmp_path):
    how = {"out": tmp_path / "r", "resamples": 40, "nulls": False, "progress": False}
    results = evaluate(small_dataset, ["uniform", "other-image"], ["direction_js"], **how)
    assert len(results.scores) == 0
    assert results.summary["stimuli"].tolist() == [6] * 6
    assert (results.summary["low"] <= results.summary["value"]).all()
    assert len(results.differences) == 6
    with pytest.raises(UnknownNameError, match="no option of direction_js called 'bin'"):
        evaluate(small_dataset, ["uniform"], {"direction_js": {"bin": 3}}, out=tmp_path / "s", progress=False)


def test_label_maps_are_part_of_the_request(small_dataset, tmp_path):
    maps = {s: np.arange(160 * 120).reshape(120, 160) // 4800 for s in small_dataset.stimuli}
    chosen = ["sequence_score_labels"]
    how = {"out": tmp_path / "r", "nulls": False, "progress": False}
    results = evaluate(small_dataset, ["uniform", "other-image"], chosen, label_maps=maps, **how)
    assert results.summary["stimuli"].tolist() == [6, 6, 6]
    other = {**maps, "img0": maps["img0"] + 1}
    with pytest.raises(RunFolderError, match=r"label_maps has changed \(sha256"):
        evaluate(small_dataset, ["uniform", "other-image"], chosen, label_maps=other, **how)


@pytest.mark.slow
def test_people_are_above_the_baselines_on_osie(data_root, tmp_path):
    """Order on real data: uniform places, the centre, people."""
    from gazekit.datasets import load_dataset

    data = load_dataset("osie", data_root / "osie")
    few = data.select(stimuli=data.stimuli[:8])
    chosen = ["paths_nss", "plausibility", "nss", "information_gain", "sequence_score_clusters"]
    results = evaluate(few, ["uniform", "centre"], chosen, out=tmp_path / "r", resamples=100, progress=False)
    table = results.summary.pivot_table(index="metric", columns="model", values="value")
    assert (table["uniform"] < table["centre"]).all()
    assert (table["centre"] < table["human"]).all()


def with_trials(dataset, **change):
    return replace(dataset, trials=tuple(replace(t, **change) for t in dataset.trials))


CHANGES = {
    "captions": lambda d: with_trials(d, caption="a boat"),
    "tasks": lambda d: with_trials(d, task="search"),
    "object_names": lambda d: with_trials(d, objects=Objects(np.ones((1, 4)), names=["boat"])),
    "object_ids": lambda d: replace(d, scanpaths=d.scanpaths.replace(object_id=np.ones(len(d.scanpaths.x), int))),
    "the image of stimulus 'img0'": lambda d: with_trials(d, image_source=np.zeros((120, 160), np.uint8)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_finished_run_is_not_given_back_for_other_data(small_dataset, tmp_path, what):
    """All that measures and models look at counts, in a finished folder as in a stopped one."""
    plain = {"caption": "a cow", "task": "look", "objects": Objects(np.ones((1, 4)), names=["cow"])}
    data = with_trials(small_dataset, **plain)
    data = replace(data, scanpaths=data.scanpaths.replace(object_id=np.zeros(len(data.scanpaths.x), int)))

    def run(dataset):
        return evaluate(dataset, ["ittikoch"], ["scanmatch"], out=tmp_path, n_samples=1, resamples=100, progress=False)

    first = run(data)
    with pytest.raises(RunFolderError, match=f"{what}.* (is|was|has) "):
        run(CHANGES[what](data))
    assert run(data).summary.equals(first.summary)


def test_a_run_without_a_defined_score_does_not_block_the_next(small_dataset, tmp_path):
    """Paths of one fixation have no saccades, which MultiMatch compares."""
    short = replace(small_dataset, scanpaths=small_dataset.scanpaths.truncate(1))
    given = {"out": tmp_path / "r", "progress": False, "resamples": 100}
    with pytest.raises(DataError, match="no score is defined, so nothing was written .*multimatch"):
        evaluate(short, ["uniform"], ["multimatch"], **given)
    assert not (tmp_path / "r").exists()
    assert len(evaluate(small_dataset, ["uniform"], ["scanmatch"], **given).scores)


def test_human_alone_asks_for_the_ceiling(small_dataset, tmp_path):
    results = evaluate(small_dataset, ["human"], ["scanmatch"], out=tmp_path / "r", progress=False, resamples=100)
    assert results.models == ["human", *NULLS]


def test_one_person_has_no_ceiling_and_the_reason_is_said(small_dataset, tmp_path):
    one = small_dataset.select(subjects=small_dataset.subjects[:1])
    results = evaluate(one, ["uniform"], ["scanmatch"], out=tmp_path / "r", progress=False, resamples=100)
    assert "and there is only one person; two per image are needed" in why_no_ceiling(results)
    assert why_no_ceiling(results) in summary_text(results)


@pytest.mark.parametrize("metric", ["log_likelihood", "conditional"])
def test_a_density_on_other_cells_than_asked_for_is_refused(small_dataset, tmp_path, metric):
    """Bits per fixation depend on the cells: they were taken as they came."""

    class Coarse(Uniform):
        name = "coarse"

        def log_density(self, trial, shape=None, history=None):
            return np.full((2, 3), -np.log(6))

    with pytest.raises(GazekitError, match=r"model 'coarse' was asked for a log density of \(96, 128\) rows and col"):
        evaluate(small_dataset, [Coarse()], [metric], out=tmp_path / "r", nulls=False, resamples=100, progress=False)
