"""Models and metrics of other packages: one that cannot be loaded stops nobody; what one gives is looked at."""

import sys
from dataclasses import replace
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from gazekit.evaluation.evaluate import evaluate
from gazekit.evaluation.predict import predict_in_pieces
from gazekit.foundations import notices
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.measure import all_measures, measures
from gazekit.models import model_class
from gazekit.models.registry import models


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """A metric and a model of a package that cannot be imported."""
    (tmp_path / "broken_plugin.py").write_text("raise RuntimeError('half installed')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(notices, "_said", set())
    for registry in (measures, models):
        point = EntryPoint("broken", "broken_plugin:THING", registry.group)
        monkeypatch.setattr(registry, "_found", {"broken": point})


@pytest.mark.usefixtures("broken")
def test_a_plugin_that_cannot_be_imported_is_named_and_left_out(capsys):
    there = [measure.name for measure in all_measures()]
    assert "scanmatch" in there
    assert "broken" not in there
    all_measures()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "the metric 'broken' of another package (broken_plugin:THING) cannot be loaded: RuntimeError: half" in said
    for registry in (measures, models):
        with pytest.raises(GazekitError, match=f"the {registry.kind} 'broken' of another package .* cannot be loaded"):
            registry["broken"]


@pytest.mark.usefixtures("broken")
def test_an_evaluation_that_does_not_use_it(small_dataset, tmp_path):
    results = evaluate(small_dataset, ["uniform"], ["scanmatch"], out=tmp_path / "run", resamples=100, progress=False)
    assert "uniform" in results.models


def every_second(paths):
    return paths[np.arange(0, len(paths), 2)]


def twice(paths):
    return paths[np.repeat(np.arange(len(paths)), 2)]


def swapped(paths):
    return paths.replace(table=paths.table.assign(trial=paths.table["trial"].to_numpy()[::-1]))


def other_stimuli(paths):
    return paths.replace(table=paths.table.assign(stimulus=paths.table["stimulus"].to_numpy()[::-1]))


def another_frame(paths):
    return paths.replace(table=paths.table.assign(width=9.0))


def called_human(paths):
    return paths.replace(table=paths.table.assign(source="human"))


def not_asked_for(paths):
    return paths.replace(table=paths.table.assign(trial="elsewhere"))


def long(paths):
    return type(paths).from_paths(replace(p, x=np.full(50, 5.0), y=np.full(50, 5.0), duration=None) for p in paths)


def no_numbers(paths):
    return paths.replace(x=np.full(len(paths.x), np.nan))


def with_durations(value):
    return lambda paths: paths.replace(duration=np.full(len(paths.x), value))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (every_second, r"gave 6 paths and was asked for 12, 2 of each trial in turn: path 1 is sample 0 of trial"),
        (twice, r"gave 24 paths and was asked for 12"),
        (swapped, r"path 0 is sample 0 of trial '\w+', and should be 0 of trial"),
        (other_stimuli, r"gave for trial '\w+' a path of stimulus"),
        (another_frame, r"\(9 x \d+\), which shows"),
        (called_human, r"gave paths whose source is 'human'; a model's paths bear its name"),
        (not_asked_for, r"gave a path for the trial 'elsewhere', which it was not asked for"),
        (long, r"gave for trial '\w+' 50 fixations, and was asked for 4 at most"),
        (no_numbers, r"gave positions that are not finite numbers"),
        (with_durations(-5), r"gave a duration of -5 ms; NaN stands for one that is not known"),
        (with_durations(np.inf), r"gave a duration of inf ms"),
        (lambda paths: paths.to_table(), r"predict gave a DataFrame, not Scanpaths"),
    ],
)
def test_paths_that_nobody_asked_for_are_refused(small_dataset, tmp_path, change, message):
    class Plugin(model_class("uniform")):
        """A model with a `predict` of its own."""

        def predict(self, trials, **options):
            return change(super().predict(trials, **options))

    data = small_dataset.select(stimuli=small_dataset.stimuli[:6])
    with pytest.raises(GazekitError, match=rf"model 'uniform'.*{message}"):
        predict_in_pieces(Plugin(), data, folder=tmp_path / "p", n_samples=2, max_fixations=4, progress=False)


def test_a_predict_of_its_own_that_knows_no_lengths(small_dataset, tmp_path):
    """As those written before there were lengths: a TypeError once."""

    class Old(model_class("uniform")):
        def predict(self, trials, *, n_samples=1, seed=0, max_fixations=None, device="auto", progress=True):
            return super().predict(trials, n_samples=n_samples, seed=seed, progress=False)

    how = {"n_samples": 1, "nulls": False, "progress": False, "resamples": 100}
    with pytest.raises(GazekitError, match="has a predict of its own that does not take lengths: give it all"):
        evaluate(small_dataset, [Old()], ["scanmatch"], out=tmp_path / "matched", **how)
    own = evaluate(small_dataset, [Old()], ["scanmatch"], out=tmp_path / "own", lengths="own", **how)
    assert own.summary["value"].notna().all()


def test_no_trace_of_the_plugin_stays():
    assert "broken_plugin" not in sys.modules
