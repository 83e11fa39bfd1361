"""What is the same for every model, because `predict` is."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import GazekitError, ScanpathModel
from gazekit.foundations.errors import MissingNeedError
from gazekit.models import load_model, models
from gazekit.models.baselines.centre import Centre
from gazekit.models.baselines.precomputed import Precomputed
from gazekit.models.specs import model_from_text
from gazekit.testing import example_trials

PUBLISHED = {"worker", "deepgaze3", "tppgaze"}  # need what a user installed; see tests/models/published
NAMES = [name for name in models if name not in PUBLISHED]


@pytest.mark.parametrize("name", NAMES)
def test_counts_limits_needs_and_options_are_refused_alike(name):
    model, trials = load_model(name), example_trials()
    for count in ("n_samples", "max_fixations"):
        with pytest.raises(GazekitError, match=f"{count} must be a whole number of at least 1, not 0"):
            model.predict(trials, **{count: 0}, progress=False)
        with pytest.raises(GazekitError, match=rf"{count} must be a whole number of at least 1, not 2\.5"):
            model.predict(trials, **{count: 2.5}, progress=False)
    with pytest.raises(GazekitError, match="max_fixations of trial 'example-trial-1' must be a whole number of at"):
        model.predict([trials[0], replace(trials[1], max_fixations=0)], progress=False)
    model.needs = (*model.needs, "cells")  # an instance may add a need
    with pytest.raises(MissingNeedError, match="needs 'cells', which trial 'example-trial-0'"):
        model.predict(trials, progress=False)
    with pytest.raises(GazekitError, match="option.*no_such_option"):
        model_from_text(f"{name}:no_such_option=1")


def test_a_model_of_given_paths_refuses_the_same():
    trials = example_trials()
    given = Precomputed(load_model("uniform").predict(trials, progress=False))
    with pytest.raises(GazekitError, match="max_fixations must be a whole number of at least 1, not 0"):
        given.predict(trials, max_fixations=0, progress=False)
    assert given.predict(trials, max_fixations=2, progress=False).lengths.tolist() == [2] * 5


class Batched(ScanpathModel):
    """Yields its trials from the last to the first."""

    name = "batched"

    def __init__(self, change=lambda made: made):
        self.change = change

    def paths(self, request):
        made = []
        for number, trial in reversed(list(enumerate(request.trials))):
            x = [request.rng(number, k).random((2, 3)) * trial.frame.width / 2 for k in range(request.n_samples)]
            made.append((number, [(*xy, None, np.arange(3)) for xy in x]))
        yield from self.change(made)


class Weighed(Batched):
    """A model with a file."""

    name = "weighed"

    def __init__(self, weights, gain=1):
        super().__init__()
        self.weights, self.gain = weights, gain


def test_a_file_counts_by_its_content_not_by_its_place(tmp_path):
    """The same weights in two folders gave two models' random numbers where the name says which file it is."""

    def drawn(folder, content, name="weighed:weights={}:gain=2"):
        file = tmp_path / folder / "w.bin"
        file.parent.mkdir(exist_ok=True)
        file.write_text(content)
        model = Weighed(str(file), 2)
        model.name = name.format(file)
        return model.predict(example_trials(), progress=False).x.tolist()

    assert drawn("a", "one") == drawn("b", "one") == drawn("b", "one", "weighed:weights='{}':gain=2")
    assert drawn("a", "one") != drawn("b", "two")
    assert drawn("a", "one") != drawn("a", "one", "weighed:weights={}:gain=3")
    assert drawn("a", "one", "weighed") == drawn("b", "two", "weighed")  # a name without a file is the key as it is


def test_trials_may_come_in_any_order():
    trials = example_trials()
    paths = Batched().predict(trials, n_samples=2, progress=False)
    assert paths.table["trial"].tolist() == [t.id for t in trials for _ in range(2)]
    assert paths.object_id.tolist() == [0, 1, 2] * 10
    assert paths.duration is None
    alone = Batched().predict(trials[2:3], n_samples=1, progress=False)
    assert np.array_equal(alone.x, paths.filter(trial=trials[2].id)[0].x)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda made: made[1:], "gave no path for trial 'example-trial-4'"),
        (
            lambda made: [(n, paths[:1]) for n, paths in made],
            "gave for trial 'example-trial-4' 1 paths, with n_samples=2",
        ),
        (lambda made: [*made, made[1]], "gave paths for trial number 3 a second time"),
        (lambda made: [(n + 1, paths) for n, paths in made], "gave paths for trial number 5 and there are 5"),
        (lambda made: [(n - 1, paths) for n, paths in made], "gave paths for trial number -1 and there are 5"),
        (lambda made: [(n, [(p[0], p[1][:1]) for p in paths]) for n, paths in made], r"unequal length \(1, 3\)"),
    ],
)
def test_other_paths_than_asked_for_are_refused(change, message):
    with pytest.raises(GazekitError, match=message):
        Batched(change).predict(example_trials(), n_samples=2, progress=False)


def test_longer_paths_than_asked_for_are_refused():
    with pytest.raises(GazekitError, match="gave for trial 'example-trial-4' 3 fixations, with max_fixations=2"):
        Batched().predict(example_trials(), max_fixations=2, progress=False)


def test_a_class_without_paths_says_what_is_missing():
    class Empty(ScanpathModel):
        name = "empty"

    with pytest.raises(GazekitError, match="Empty writes neither draw nor paths; a model needs one of them"):
        Empty().predict(example_trials(), progress=False)


def test_independent_fixations_are_said_of_the_density_of_the_same_class_only():
    """Said above a density that has another after every history, it would be scored by the first alone, in silence."""

    class Follows:
        def log_density(self, trial, shape=None, history=None):
            raise NotImplementedError

    class Own(Centre, Follows):
        pass

    class Another(Centre):
        log_density = Follows.log_density

    class Mixed(Follows, Centre):
        pass

    class Again(Another):
        independent_fixations = True

    found = [cls.independent_fixations for cls in (ScanpathModel, Centre, Own, Another, Mixed, Again)]
    assert found == [False, True, True, False, False, True]
