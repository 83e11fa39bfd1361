"""A sweep: a run per value, one table, and no folder of another sweep touched."""

import json

import pandas as pd
import pytest

from gazekit.experiments.sweep import sweep
from gazekit.foundations.errors import GazekitError, RunFolderError
from gazekit.runs.manifest import FORMAT


class Study:
    """Slopes that are the value; keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, value, out):
        self.asked.append((value, out.name))
        out.mkdir(parents=True, exist_ok=True)
        (out / "manifest.json").write_text(json.dumps({"format": FORMAT}))
        return pd.DataFrame(
            [("m", "e", c, float(value), 0.0, 9.0, 5.0) for c in ("easy", "hard")],
            columns=["model", "experiment", "condition", "slope", "low", "high", "human"],
        )


def test_a_run_per_value_and_one_table(tmp_path):
    study = Study()
    found = sweep("fovea_degrees", [0.5, 2], tmp_path / "out", study)
    assert study.asked == [(0.5, "fovea_degrees=0.5"), (2, "fovea_degrees=2")]
    assert found["fovea_degrees"].tolist() == [0.5, 0.5, 2, 2]
    assert found["slope"].tolist() == [0.5, 0.5, 2.0, 2.0]
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "out" / "sweep.csv"), found)


def test_more_values_go_on_and_fewer_are_refused(tmp_path):
    sweep("fovea_degrees", [1, 2], tmp_path, Study())
    (tmp_path / "fovea_degrees=2-2026-11-27").mkdir()  # moved aside by --overwrite
    assert len(sweep("fovea_degrees", [1, 2, 3], tmp_path, Study())) == 6
    with pytest.raises(RunFolderError, match="holds the run fovea_degrees=3, which is not of this sweep; name its val"):
        sweep("fovea_degrees", [1, 2], tmp_path, Study())
    with pytest.raises(RunFolderError, match="holds the run fovea_degrees=1, which is not of this sweep"):
        sweep("px_per_degree", [20, 30], tmp_path, Study())


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            lambda out: (out / "manifest.json").write_text(json.dumps({"format": FORMAT})),
            "holds something else than a sweep",
        ),
        (lambda out: (out / "notes.txt").write_text("mine"), "holds notes.txt, which is no sweep's"),
    ],
)
def test_a_folder_of_something_else_is_refused(tmp_path, made, message):
    made(tmp_path)
    study = Study()
    with pytest.raises(RunFolderError, match=message):
        sweep("fovea_degrees", [1, 2], tmp_path, study)
    assert not study.asked


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1], "a sweep needs at least two values of gamma, as gamma=1,2"),
        ([1, 2, 1], "the sweep has gamma=1 twice"),
        (["a/b", "c"], "'gamma=a/b' cannot be swept: values are numbers or names"),
    ],
)
def test_values_that_make_no_sweep(tmp_path, values, message):
    with pytest.raises(GazekitError, match=message):
        sweep("gamma", values, tmp_path / "out", Study())
    assert not (tmp_path / "out").exists()


def test_a_value_that_the_model_refuses_is_told_before_the_first_run(tmp_path):
    def check(value):
        if value < 0:
            raise GazekitError("no")

    study = Study()
    with pytest.raises(GazekitError, match="no"):
        sweep("gamma", [1, -1], tmp_path / "out", study, check)
    assert not study.asked
