"""The experiment as a whole: tables, resuming, workers, refusals."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import Dataset
from gazekit.core.trials import Box
from gazekit.experiments.asymmetry import AsymmetryResults, asymmetry
from gazekit.experiments.asymmetry.displays import choose_displays, cut, fingerprint, target_cell
from gazekit.experiments.asymmetry.searches import SearchPiece
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError, RunFolderError, UnknownNameError
from gazekit.models.contract import PathByPathModel

TABLES = ["trials.parquet", "scanpaths.parquet", "cells.csv", "slopes.csv", "indices.csv", "tests.csv", "agreement.csv"]
FAST = {"progress": False, "figures": False, "resamples": 100}


def contents(folder):
    return {name: (folder / name).read_bytes() for name in TABLES}


def test_a_model_that_finds_one_condition_hard(tmp_path, displays, serial):
    results = asymmetry(serial, out=tmp_path, displays=displays, **{**FAST, "figures": True})
    pictures = ["reaction_times.png", "scanpaths.png"]  # nobody knows people's indices of these displays
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*TABLES, *pictures, "manifest.json"])
    assert results.models == ["serial", "serial, swapped target", "serial, equal level weights"]
    assert len(results.trials) == 3 * 48
    saccades = results.cells.set_index(["model", "condition", "set_size"])["saccades"]
    assert saccades["serial"].to_dict() == {("red", 1): 1, ("red", 3): 1, ("green", 1): 1, ("green", 3): 3}
    assert results.row("serial")["index"] == 1.0
    weights = results.indices.set_index(["model", "experiment"])[["w_1", "w_2", "w_3"]]
    assert weights.loc[("serial", "colour")].tolist() == [1, 0, 0]
    np.testing.assert_allclose(weights.loc[("serial, equal level weights", "colour")], 1 / 3)
    assert results.cells.groupby("model", sort=False)["unfound"].sum().tolist() == [0, 24, 0]
    for name in ("cells", "slopes", "indices", "tests", "agreement"):
        assert len(pd.read_csv(tmp_path / f"{name}.csv")) == len(getattr(results, name))
    paths = results.scanpaths()
    assert paths.lengths.tolist() == (results.trials["saccades"] + 1).tolist()
    assert paths.facts.forced_first is True
    first = results.sentences[0]
    assert first == "serial: mean asymmetry index +1.00 [+1.00, +1.00] over 1 experiment."
    assert (
        "serial, swapped target: mean index +1.00 [+1.00, +1.00], a change of +0.00 [+0.00, +0.00]."
        in results.sentences
    )
    assert results.sentences[-1] == "24 of 144 searches did not find the target (set-size)."


def test_the_manifest_says_what_was_run(tmp_path, displays, serial):
    asymmetry(serial, out=tmp_path, displays=displays, controls=(), command="as typed", **FAST)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["status"], manifest["command"], manifest["trials"]) == ("complete", "as typed", 48)
    request = manifest["request"]
    assert request["experiments"] == ["colour"]
    assert request["models"][0]["options"]["hard"] == "green"
    assert {"python", "numpy", "gazekit"} <= request["versions"].keys()


def test_tables_do_not_depend_on_workers(tmp_path, displays):
    for workers in (1, 2):
        asymmetry("uniform", out=tmp_path / str(workers), displays=displays, workers=workers, **FAST)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")


def test_a_stopped_run_goes_on_where_it_was(tmp_path, displays, serial, monkeypatch):
    asymmetry(serial, out=tmp_path / "whole", displays=displays, **FAST)
    searched = []

    def stops(piece):
        searched.append(piece.part)
        if len(searched) == 5:
            raise KeyboardInterrupt
        return original(piece)

    original = SearchPiece.__call__
    monkeypatch.setattr(SearchPiece, "__call__", stops)
    with pytest.raises(KeyboardInterrupt):
        asymmetry(serial, out=tmp_path / "stopped", displays=displays, **FAST)
    with pytest.raises(DataError, match="is not finished; run its command again"):
        AsymmetryResults.load(tmp_path / "stopped")
    asymmetry(serial, out=tmp_path / "stopped", displays=displays, **FAST)
    pieces = 3 * 4 * 2  # rows x cells x pieces of ten displays
    assert len(searched) == pieces + 1  # only the piece it was stopped in was begun twice
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
    asymmetry(serial, out=tmp_path / "stopped", displays=displays, **FAST)
    assert len(searched) == pieces + 1


def test_a_finished_run_without_its_tables_gets_them_again(tmp_path, displays):
    asymmetry("uniform", out=tmp_path, displays=displays, **FAST)
    before = contents(tmp_path)
    (tmp_path / "tests.csv").unlink()
    asymmetry("uniform", out=tmp_path, displays=displays, **FAST)
    assert contents(tmp_path) == before


def test_folders_of_other_runs_are_refused(tmp_path, displays):
    asymmetry("uniform", out=tmp_path / "run", displays=displays, **FAST)
    before = contents(tmp_path / "run")
    for change in ({"seed": 1}, {"censoring": "limit"}, {"reach": 20.0}):
        with pytest.raises(RunFolderError, match=f"holds another run: {next(iter(change))} was"):
            asymmetry("uniform", out=tmp_path / "run", displays=displays, **FAST, **change)
    assert contents(tmp_path / "run") == before
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "manifest.json").write_text(
        json.dumps({"format": "gazekit-run", "version": 1, "status": "complete", "request": {"data": "osie"}})
    )
    with pytest.raises(DataError, match="is not a run of 'asymmetry' but of 'evaluation'"):
        AsymmetryResults.load(tmp_path / "other")
    with pytest.raises(RunFolderError, match="has no manifest.json"):
        AsymmetryResults.load(tmp_path)
    with pytest.raises(DataError, match="in no folder"):
        replace(AsymmetryResults.load(tmp_path / "run"), folder=None).scanpaths()


def test_what_cannot_be_run(tmp_path, displays, displays_of):
    def refused(kind, message, model="uniform", **options):
        with pytest.raises(kind, match=message):
            asymmetry(model, out=tmp_path / "run", **{"displays": displays, **FAST, **options})
        assert not (tmp_path / "run").exists()

    refused(
        UnknownNameError, "no experiment of these displays called 'color'; did you mean 'colour'", experiments=["color"]
    )
    refused(UnknownNameError, "no rule for unsolved trials called 'no'", censoring="no")
    refused(GazekitError, "per_size is for the published experiments", per_size=3)
    refused(MissingNeedError, "needs 'caption'", model=Reader())
    refused(GazekitError, "learns from people's scanpaths", model="empirical")
    for change, message in (
        ({"condition": "colour"}, "has the condition 'colour'; it must be of the form experiment/condition"),
        ({"condition": None}, "has the condition None"),
        ({"objects": None}, "has no objects, so that its set size is not known"),
        ({"max_fixations": None}, "has no max_fixations"),
    ):
        broken = replace(displays, trials=(replace(displays.trials[0], **change), *displays.trials[1:]))
        refused(GazekitError, message, displays=broken)
    refused(DataError, "no display to search", displays=Dataset("none", (), displays.scanpaths))


class Reader(PathByPathModel):
    name = "reader"
    needs = ("caption",)

    def draw(self, trial, prepared, rng, max_fixations):
        raise NotImplementedError


def test_only_the_experiments_asked_for(displays_of):
    both = replace(
        displays_of(),
        trials=(*displays_of().trials, *displays_of(experiment="size", conditions=("big", "small")).trials),
    )
    chosen = choose_displays(["size"], both, None, 0)
    assert {t.condition for t in chosen} == {"size/big", "size/small"}
    assert len(choose_displays(None, both, None, 0)) == 96


def test_pieces_are_of_one_cell_and_number_their_displays(displays):
    pieces = cut(displays.trials)
    assert [len(p) for p in pieces] == [10, 2] * 4
    assert [k for k, _ in pieces[0]] == list(range(10))
    assert [k for k, _ in pieces[1]] == [10, 11]
    for piece in pieces:
        assert len({(t.condition, len(t.objects)) for _, t in piece}) == 1


def test_a_fingerprint_holds_places_and_pixels(displays):
    first = displays.trials[0]
    others = [
        replace(first, image_source=first.image + 1),
        replace(first, target_source=np.zeros((4, 4), np.uint8)),
        replace(first, cells=first.cells + 1),
        replace(first, target_box=Box(0, 0, 9, 9)),
        replace(first, condition="colour/green"),
    ]
    assert fingerprint([first]) == fingerprint([replace(first)])
    assert len({fingerprint([t]) for t in [first, *others]}) == 6


def test_target_cells(displays):
    for trial in displays.trials[:5]:
        x, y = trial.target_box.centre
        assert target_cell(trial) == (x > 50) + 2 * (y > 50)
    assert target_cell(replace(trial, cells=None)) == -1
    assert target_cell(replace(trial, cells=trial.cells + 200)) == -1


def test_published_displays(tmp_path):
    results = asymmetry("uniform", out=tmp_path, experiments=["lighting"], per_size=2, **FAST)
    assert results.trials["set_size"].unique().tolist() == [1, 6, 12]
    assert results.conditions == {"lighting": ("top_down", "left_right")}
    assert results.cells["human"].notna().all()
    assert (results.trials["limit"] == 17).all()
    assert results.trials["cell"].between(0, 15).all()
    assert "people +0.70, published eccNET +1.00" in results.sentences[0]
    with pytest.raises(UnknownNameError, match="lighting"):
        asymmetry("uniform", out=tmp_path / "other", experiments=["lightning"], **FAST)


def test_eccnet_itself(tmp_path):
    pytest.importorskip("torch")
    results = asymmetry(
        "eccnet", out=tmp_path, experiments=["lighting"], per_size=1, options={"backbone": "v1"}, **FAST
    )
    assert results.models == ["eccnet", "eccnet, swapped target", "eccnet, equal level weights"]
    assert results.sentences[0] == "eccnet is v1, weights fixed filter bank, variant eccnet."
    by_row = {name: part.set_index("trial") for name, part in results.trials.groupby("model", sort=False)}
    plain, swapped, equal = by_row.values()
    np.testing.assert_allclose(plain[["w_1", "w_2", "w_3"]].sum(axis=1), 1)
    np.testing.assert_allclose(equal[["w_1", "w_2", "w_3"]], 1 / 3)
    alone = plain["set_size"] == 1  # nothing to swap the target with
    assert (plain.loc[alone, "w_1"] == swapped.loc[alone, "w_1"]).all()
    assert (plain.loc[~alone, "w_1"] != swapped.loc[~alone, "w_1"]).all()
    assert (plain.loc[alone & plain["found"], "saccades"] == 1).all()
