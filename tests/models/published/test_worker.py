"""A model behind an adapter in a process of its own: what it gives, and every way in which it may fail."""

import json
import pickle
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from gazekit import DataError, Frame, GazekitError, Scanpath, Trial
from gazekit.cli.app import app
from gazekit.models.capabilities import HasDensity, next_log_densities
from gazekit.models.identity import identity
from gazekit.models.published.worker import Worker
from gazekit.models.specs import model_from_text
from gazekit.testing import Check, Report

GOOD = """
    import os, random

    NEEDS = ["image"]
    ABOUT = "a random walk, version 3"

    def load(device):
        print("loading")
        os.write(1, b"noise of a library\\n")
        return device

    def predict(model, trial, seeds, lengths):
        print("noise", flush=True)
        with open(trial["image"], "rb") as file:
            assert file.read(4) == b"\\x89PNG"
        paths = []
        for seed, n in zip(seeds, lengths):
            rng = random.Random(seed)
            x, y = ([rng.random() * trial[side] for _ in range(n or 5)] for side in ("width", "height"))
            paths.append([x, y, [200.0] * len(x)])
        return paths
"""
PLAIN = getattr(sys, "_base_executable", sys.executable)  # it starts quicker than an environment full of packages
TRIAL = Trial("t1", "s", Frame(40, 30), np.zeros((30, 40, 3), np.uint8))


def written(folder, source):
    file = folder / "adapter.py"
    file.write_text(textwrap.dedent(source))
    return file


def test_an_adapter_is_a_model_like_any_other(tmp_path):
    """Noise on its standard output, by Python or by a library, is no answer."""
    file = written(tmp_path, GOOD)
    model = Worker(file, PLAIN)
    assert model.provenance == "a random walk, version 3"
    named = model_from_text(f"worker:adapter={file}:python={PLAIN}:timeout=60")
    found, other = (m.predict([TRIAL], n_samples=2, max_fixations=3, progress=False) for m in (model, named))
    assert found.x.tolist() == other.x.tolist()  # not by how it is called
    assert found.durations().tolist() == [200.0] * 6
    before = identity(model)["options"]["adapter"]
    file.write_text(file.read_text() + "# changed\n")
    assert identity(Worker(file, PLAIN))["options"]["adapter"] != before


def test_the_process_ends_with_the_model(tmp_path):
    model = Worker(written(tmp_path, GOOD), PLAIN)
    process = model._process()._popen
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes
    assert copy._running is None
    del model
    assert process.poll() is not None


@pytest.fixture(scope="module")
def obedient(tmp_path_factory):
    """A model that gives what the trial's task says."""
    source = "import os\n\ndef predict(model, trial, seeds, lengths):\n    return eval(trial['task'])\n"
    return Worker(written(tmp_path_factory.mktemp("obedient"), source), PLAIN)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        ("os._exit(7)", "ended on trial 't1', with exit code 7"),
        ("print('out of memory') or os._exit(7)", "It wrote last: out of memory"),
        ("[][1]", "failed on trial 't1': IndexError: list index out of range (line 1 of <string>)"),
        ("{1j}", "failed on trial 't1': AttributeError"),
        ("3", "gave for trial 't1' 3, and was asked for a list of 1, one for each seed"),
        ("[[[1], [1]]] * 2", "gave for trial 't1' 2 paths, and was asked for a list of 1"),
        ("[[[1, 2], [1]]]", "sample 0, (2,), (1,), not [x, y] or [x, y, duration]"),
        ("[[[[1, 2]], [[1, 2]]]]", "sample 0, (1, 2), (1, 2), not [x, y]"),
        ("[[[1, 2]]]", "sample 0, (2,), not [x, y]"),
        ("['abc']", "sample 0, 'abc', not [x, y]"),
        ("[[[5], [35]]]", "x 5, y 35 as fixation 1, outside the image of 40 x 30 px"),
        ("[[[float('nan')], [3]]]", "x nan, y 3 as fixation 1"),
        ("[[[5], [5], [-1]]]", "a duration of -1; give ms"),
        ("[[list(range(9)), list(range(9))]]", "gave for trial 't1' 9 fixations, with max_fixations=4"),
    ],
)
def test_what_an_adapter_does_wrong_is_a_sentence(obedient, task, message):
    with pytest.raises(GazekitError) as error:
        obedient.predict([replace(TRIAL, task=task)], max_fixations=4, progress=False)
    assert message in str(error.value)
    good = obedient.predict([replace(TRIAL, task="[[[3, 4], [5, 6]]]")], progress=False)  # and it goes on
    assert good.x.tolist() == [3, 4]


DENSITY = """
    import math

    def predict(model, trial, seeds, lengths):
        return [[[1.0] * n, [1.0] * n] for n in lengths]

    def log_density(model, trial, histories):
        if trial["task"]:
            return eval(trial["task"])
        return [bright(trial, history) for history in histories]

    def bright(trial, history):
        # half of it in the cell of the last fixation, of 3 x 4; uniform before the first, and whatever came before
        table = [[1 / 12] * 4 for _ in range(3)]
        if history:
            x, y, duration = history[-1]
            assert duration is None or duration == 200
            table = [[0.5 / 11] * 4 for _ in range(3)]
            table[int(y / trial["height"] * 3)][int(x / trial["width"] * 4)] = 0.5
        return [[math.log(p) for p in row] for row in table]
"""


def test_an_adapter_may_have_a_density(tmp_path, obedient):
    model = Worker(written(tmp_path, DENSITY), PLAIN)
    assert isinstance(model, HasDensity)
    assert not isinstance(obedient, HasDensity)
    path = Scanpath([5, 35, 15], [5, 25, 15], [200, np.nan, 200], TRIAL.frame)
    found = np.exp(next_log_densities(model, TRIAL, path, (3, 4)))
    assert found.sum((1, 2)) == pytest.approx(1)
    assert found[0] == pytest.approx(1 / 12)
    assert [np.unravel_index(each.argmax(), (3, 4)) for each in found[1:]] == [(0, 0), (2, 3)]
    assert np.exp(model.log_density(TRIAL, (3, 4))) == pytest.approx(1 / 12)  # whatever came before: None
    assert np.exp(model.log_density(TRIAL)).sum() == pytest.approx(1)  # on cells of its own, brought to px
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes
    assert isinstance(copy, HasDensity)
    for task, message in (
        ("[]", "gave for trial 't1' 0 densities, and was asked for a list of 1, one for each history"),
        ("[[1, 2]]", "history 0, [1, 2], not a table (rows, columns) of log probabilities"),
        ("[[[0.5, 0.5]]]", "probabilities that add up to 3.297, not 1; give natural logarithms"),
        ("[[[float('nan'), 0.5]]]", "probabilities that add up to nan"),
    ):
        with pytest.raises(GazekitError) as error:
            model.log_density(replace(TRIAL, task=task))
        assert message in str(error.value)


def test_one_that_hangs_is_stopped(tmp_path):
    source = "import time\n\ndef predict(model, trial, seeds, lengths):\n    time.sleep(60)\n"
    model = Worker(written(tmp_path, source), PLAIN)
    model._process().timeout = 0.5  # once it is there: a busy machine may take longer to start it
    process = model._process()._popen
    with pytest.raises(GazekitError, match=r"gave no answer on trial 't1' within 0.5 s and was stopped; give more"):
        model.predict([TRIAL], progress=False)
    assert process.poll() is not None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("import not_installed_here", "failed while it was loaded: ModuleNotFoundError.*line 1 of adapter.py"),
        ("def predict(: pass", "failed while it was loaded: SyntaxError"),
        ("x = 1", "it has no function predict\\(model, trial, seeds, lengths\\)"),
        ("import sys; sys.exit(3)", "ended while it was loaded, with exit code 3"),
        ("NEEDS = 'image'\ndef predict(*a): pass", "has NEEDS = 'image', which must be a list"),
        ("NEEDS = ['picture']\ndef predict(*a): pass", "has 'picture' in NEEDS, and an adapter may need image, target"),
    ],
)
def test_a_file_that_is_no_adapter_is_refused_at_once(tmp_path, source, message):
    with pytest.raises(GazekitError, match=message):
        Worker(written(tmp_path, source), PLAIN)


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(DataError, match=r"there is no adapter no\.py; give the Python file"):
        Worker("no.py")
    with pytest.raises(GazekitError, match=r"there is no Python /no/python; give the interpreter"):
        Worker(written(tmp_path, GOOD), "/no/python")
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\necho hello\n")
    tool.chmod(0o700)
    with pytest.raises(GazekitError, match=r"answered while it was loaded with b'hello\\n', which is no answer"):
        Worker(tmp_path / "adapter.py", tool)


def test_the_command_says_which_rules_are_kept(tmp_path, monkeypatch):
    file = written(tmp_path, GOOD)
    result = CliRunner().invoke(app, ["worker", "--adapter", str(file), "--python", PLAIN, "--json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["passed"]
    broken = Report("worker", (Check("durations are ms", False, "they are s"),))
    monkeypatch.setattr("gazekit.testing.check_model", lambda model: broken)
    result = CliRunner().invoke(app, ["worker", "--adapter", str(file), "--python", PLAIN])
    assert result.exit_code == 1
    assert "FAIL  durations are ms: they are s" in result.output
