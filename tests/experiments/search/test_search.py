"""The experiment as a whole: tables against what can be worked out, resuming, refusals."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.search import SearchExperiment, search
from gazekit.experiments.search.experiment import displays_of_run
from gazekit.experiments.search.stopping import Stopping
from gazekit.foundations.errors import DataError, GazekitError, RunFolderError, UnknownNameError

MS = 252.359
FAST = {"resamples": 100, "figures": False, "progress": False}


def rows(table, **where):
    for name, value in where.items():
        table = table[table[name] == value]
    return table


def test_slopes_are_those_of_the_searches(done):
    slopes = done.slopes.set_index(["stopping", "condition", "target"])["slope"]
    assert slopes["all-items", "feature", "present"] == 0
    assert slopes["all-items", "conjunction", "present"] == pytest.approx(MS)
    assert slopes["all-items", "feature", "absent"] == pytest.approx(MS)
    assert done.slopes["intercept"].iloc[2] == pytest.approx(376.271)
    human = done.slopes.set_index(["stopping", "condition", "target"])["human"]
    assert human["all-items", "feature", "present"] == pytest.approx(10)
    assert human["all-items", "conjunction", "absent"] == pytest.approx(40)
    row = rows(done.slopes, stopping="all-items", condition="conjunction", target="present").iloc[0]
    assert row["minus_human"] == pytest.approx(MS - 20)
    assert row["random_order"] == pytest.approx(MS / 2)


def test_somebody_without_a_cell_does_not_tilt_peoples_line(done):
    """One who is slow and only has the small displays would make a slope of people who have none."""
    slow = done.people.trials.assign(subject="slow", rt=5000.0, correct=True)
    slow = slow[slow["set_size"] == slow["set_size"].min()]
    people = replace(done.people, trials=pd.concat([done.people.trials, slow], ignore_index=True))
    more = replace(done, people=people)
    assert more.slopes["human"].tolist() == pytest.approx(done.slopes["human"].tolist())
    assert more.slopes["people"].tolist() == done.slopes["people"].tolist() == [3] * len(done.slopes)
    assert more.cells["human"].max() > 1500  # the cells have everybody
    assert any("(3 of 4 have a correct answer at every set size)" in text for text in more.sentences)


def test_people_stand_beside_every_cell(done):
    cell = rows(done.cells, stopping="all-items", condition="feature", target="present", set_size=2).iloc[0]
    assert cell["human"] == pytest.approx(540)  # the trial of 9 s was answered wrongly
    assert cell["human_errors"] == pytest.approx(1 / 2 / 3)
    assert cell["human_low"] < cell["human"] < cell["human_high"]
    assert cell["minus_human"] == pytest.approx(MS + 376.271 - 540)
    assert cell["minus_human_low"] == pytest.approx(cell["rt"] - cell["human_high"])  # the model's displays are equal
    [agreement] = rows(done.agreement, stopping="all-items").to_dict("records")
    both = rows(done.cells, stopping="all-items")[["rt", "human"]].to_numpy()
    assert agreement["correlation"] == pytest.approx(np.corrcoef(both.T)[0, 1])
    assert agreement["error"] == pytest.approx(np.sqrt(((both[:, 0] - both[:, 1]) ** 2).mean()))
    assert agreement["cells"] == 8


def test_ratios_and_asymmetries(done):
    ratios = rows(done.ratios, stopping="all-items").set_index("condition")
    assert ratios.loc["conjunction", "ratio"] == pytest.approx(1)
    assert np.isnan(ratios.loc["feature", "ratio"])  # no slope with the target
    assert ratios.loc["feature", "undefined"] == 1
    assert ratios["human"].tolist() == pytest.approx([2, 2])
    [index] = rows(done.indices, stopping="all-items").to_dict("records")
    assert (index["experiment"], index["index"]) == ("feature / conjunction", 1)
    assert index["human"] == pytest.approx((20 - 10) / (20 + 10))


def test_with_a_stopping_rule_and_without(done):
    """The threshold lies at the least activation on the way to a target; absent searches end below it."""
    cells = done.cells.set_index(["stopping", "condition", "target", "set_size"])
    rule = "activation:misses=0"
    # feature: targets call with 0.9, distractors at most with 0.8: without a target no saccade is made.
    assert cells.loc[(rule, "feature", "absent", 4), "rt"] == pytest.approx(376.271)
    # conjunction: three distractors (0.8, 0.7, 0.6) come before the target: the fourth (0.5) is not looked at.
    assert cells.loc[(rule, "conjunction", "absent", 4), "rt"] == pytest.approx(376.271 + 3 * MS)
    assert cells.loc[("all-items", "conjunction", "absent", 4), "rt"] == pytest.approx(376.271 + 4 * MS)
    assert (cells["errors"] == 0).all()


def test_a_run_holds_its_design_and_tables(done, design):
    for name in done.tables:
        assert len(pd.read_csv(done.folder / f"{name}.csv")) == len(getattr(done, name))
    assert (done.folder / "design" / "design.toml").read_text() == design.read_text()
    assert len(displays_of_run(done)) == 48
    assert done.scanpaths().facts.forced_first is True
    assert done.sentences[-1].endswith("0 misses in 24 displays, 0 false alarms in 24 displays.")
    assert any("people 10.0" in sentence for sentence in done.sentences)
    assert displays_of_run(replace(done, folder=None)) == []


def test_displays_are_not_shown_if_others_come_out(done, tmp_path):
    shutil.copytree(done.folder, tmp_path / "run")
    path = tmp_path / "run" / "design" / "design.toml"
    path.write_text(path.read_text().replace("2.6", "2.5"))
    assert displays_of_run(SearchExperiment.load(tmp_path / "run")) == []


def test_a_model_that_does_not_search_is_followed(design, tmp_path):
    results = search(design, "uniform", out=tmp_path / "run", per_size=2, **FAST)
    absent = rows(results.cells, target="absent")
    assert (absent["errors"] == 0).all()
    assert (results.trials[~results.trials["present"]]["saccades"] == 8).all()  # to the limit
    present = results.trials[results.trials["present"]]
    assert rows(results.cells, target="present")["errors"].sum() * 2 == (~present["found"]).sum()
    assert results.agreement.empty


def test_controls_know_that_the_target_is_absent(design, reader, tmp_path):
    """With a swapped target a model is given a distractor of a display without a target too: its first item."""

    class Swapping(reader):
        def __init__(self, background=None, px_per_degree=30, swap_target=False):
            self.swap_target = swap_target

    results = search(design, Swapping, out=tmp_path / "run", per_size=1, **FAST)
    assert results.models == ["reader", "reader, swapped target"]
    absent = results.trials[~results.trials["present"]]
    looked = absent["saccades"] - absent["set_size"]  # `Reader` looks at all items but the target that it is given
    assert looked.groupby(absent["model"]).unique().map(list).to_dict() == {
        m: [-k] for k, m in enumerate(results.models)
    }
    options = results.manifest["request"]["models"][0]["options"]
    assert (options["background"], options["px_per_degree"]) == ([255, 255, 255], "trial")


def test_a_run_of_the_same_request_is_taken_up_and_of_another_refused(design, people, tmp_path):
    about = {"out": tmp_path / "run", "people": people, "per_size": 1, **FAST}
    search(design, "uniform", **about)
    before = (tmp_path / "run" / "cells.csv").read_bytes()
    (tmp_path / "run" / "cells.csv").unlink()
    search(design, "uniform", **about)
    assert (tmp_path / "run" / "cells.csv").read_bytes() == before
    with pytest.raises(RunFolderError, match="holds another run: stopping was"):
        search(design, "uniform", stopping="quitting-unit", **about)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"stopping": "people"}, GazekitError, "needs people's reaction times of displays without the target"),
        ({"stopping": "activations"}, UnknownNameError, "did you mean 'activation'"),
        ({"stopping": "activation:miss=1"}, UnknownNameError, "did you mean 'misses'"),
        ({"stopping": "activation:misses=2"}, GazekitError, "must be a share from 0 to below 1"),
        ({"stopping": "activation:misses=few"}, GazekitError, "must be a number, as misses=0.05"),
        ({"stopping": "activation"}, GazekitError, "model 'uniform' has no activations"),
    ],
)
def test_refusals(design, tmp_path, options, kind, message):
    with pytest.raises(kind, match=message):
        search(design, "uniform", out=tmp_path / "run", per_size=1, **FAST, **options)


def test_results_that_are_in_no_folder(done):
    with pytest.raises(DataError, match="in no folder"):
        replace(done, folder=None).scanpaths()
    assert Stopping.from_text(done.stopping.text) == done.stopping
