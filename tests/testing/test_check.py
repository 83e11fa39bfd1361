"""Every rule of the model contract, shown by a model that breaks it and it alone."""

import dataclasses
import threading

import numpy as np
import pytest

from gazekit import Facts, Frame, GazekitError, Scanpaths, Trial
from gazekit.models import PathByPathModel, ScanpathModel, load_model
from gazekit.models.capabilities import SearchResult
from gazekit.testing import check_model, example_dataset, example_trials

BASELINES = ["uniform", "centre", "centre-point", "empirical", "other-image", "ittikoch", "levy"]


class Kept(PathByPathModel):
    """A model that keeps every rule."""

    name = "kept"
    needs = ("image", "target_box")

    def draw(self, trial, prepared, rng, max_fixations):
        n = 6 if max_fixations is None else min(6, max_fixations)
        assert trial.image.shape[2] == 3
        x, y = rng.random((2, n)) * np.array(trial.frame.size)[:, None]
        x[-1], y[-1] = trial.target_box.centre
        return x, y, rng.uniform(100, 200, n)


def whole(change):
    """A broken model: `Kept`, with its prediction changed afterwards."""

    class Changed(Kept):
        def predict(self, trials, **options):
            return change(super().predict(trials, **options))

    return Changed


class NoName(Kept):
    name = ""


class NamedHuman(Kept):
    name = "human"


class NeedsList(Kept):
    needs = ["image", "target_box"]  # noqa: RUF012


class NeedsNonsense(Kept):
    needs = ("picture",)

    def check_needs(self, trials):
        return None


class ReturnsTable(Kept):
    def predict(self, trials, **options):
        return super().predict(trials, **options).table


class NoSeedArgument(Kept):
    def predict(self, trials, *, n_samples=1):
        return super().predict(trials, n_samples=n_samples, progress=False)


class ForgetsLimit(Kept):
    def draw(self, trial, prepared, rng, max_fixations):
        return super().draw(trial, prepared, rng, None)


class ForgetsTrialLimit(Kept):
    def predict(self, trials, *, max_fixations=None, **options):
        return super().predict(trials, max_fixations=6 if max_fixations is None else max_fixations, **options)


class ForgetsNeeds(Kept):
    def check_needs(self, trials):
        return None

    def draw(self, trial, prepared, rng, max_fixations):
        if trial.target_box is None or not trial.has("image"):
            n = max_fixations or 6
            return np.zeros(n), np.zeros(n), np.zeros(n)
        return super().draw(trial, prepared, rng, max_fixations)


class VagueNeeds(Kept):
    def check_needs(self, trials):
        try:
            super().check_needs(trials)
        except GazekitError as error:
            raise type(error)("something is missing") from error


class HiddenNeed(Kept):
    def draw(self, trial, prepared, rng, max_fixations):
        len(trial.caption)
        return super().draw(trial, prepared, rng, max_fixations)


class OwnRandomness(Kept):
    def draw(self, trial, prepared, rng, max_fixations):
        return super().draw(trial, prepared, np.random.default_rng(), max_fixations)


class KeyedBy(ScanpathModel):
    """Seeds each path by whatever `key` makes of what could matter."""

    name = "keyed"
    key = None

    def paths(self, request):
        for i, trial in enumerate(request.trials):
            drawn, number = [], sum(map(ord, trial.id))
            for k in range(request.n_samples):
                asked = {"i": i, "trials": len(request.trials), "n": request.n_samples, "seed": request.seed}
                key = type(self).key(**asked, trial=number, sample=k)
                u = np.random.default_rng(key).random((2, request.limit(i) or 5))
                drawn.append((u[0] * trial.frame.width, u[1] * trial.frame.height))
            yield i, drawn


def keyed_by(key):
    return type("Keyed", (KeyedBy,), {"key": staticmethod(key)})


class Scribbles(Kept):
    def draw(self, trial, prepared, rng, max_fixations):
        trial.objects.boxes[0, 0] += 1
        return super().draw(trial, prepared, rng, max_fixations)

    needs = ("image", "target_box", "objects")


class Unpicklable(Kept):
    def __init__(self):
        self.function = lambda x: x


class ForgetsOnPickling(Kept):
    shift = 0.0

    def __reduce__(self):
        return _shifted, ()

    def draw(self, trial, prepared, rng, max_fixations):
        x, y, duration = super().draw(trial, prepared, rng, max_fixations)
        return x * (1 - self.shift), y, duration


def _shifted():
    model = ForgetsOnPickling()
    model.shift = 0.5
    return model


def replaced(**columns):
    return lambda p: Scanpaths(
        **{
            "x": p.x,
            "y": p.y,
            "offsets": p.offsets,
            "table": p.table,
            "duration": p.duration,
            "facts": p.facts,
            **{k: v(p) for k, v in columns.items()},
        }
    )


class TakesNoPaths(Kept):
    def predict(self, trials, *, max_fixations=None, n_samples=1, **options):
        return super().predict(trials, max_fixations=max_fixations or 1, n_samples=n_samples or 1, **options)


class Untold(Kept):
    def __init__(self):
        self.lock = threading.Lock()

    def __getstate__(self):
        return {k: v for k, v in vars(self).items() if k != "lock"}

    def identity(self):
        return threading.Lock()


ONE_PER_RULE = [
    pytest.param(NoName, "has a name", "must be a word", id="empty-name"),
    pytest.param(NamedHuman, "has a name", "stands for people", id="named-human"),
    pytest.param(NeedsList, "needs are fields of Trial", "must be a tuple", id="needs-list"),
    pytest.param(NeedsNonsense, "needs are fields of Trial", "no optional field 'picture'", id="needs-nonsense"),
    pytest.param(ReturnsTable, "predicts, and returns Scanpaths", "returned DataFrame", id="returns-table"),
    pytest.param(NoSeedArgument, "predicts, and returns Scanpaths", "unexpected keyword", id="no-seed-argument"),
    pytest.param(whole(lambda p: p[1:]), "one row per trial and sample, in order", "make 10 rows", id="row-short"),
    pytest.param(
        whole(lambda p: p[np.arange(len(p))[::-1]]),
        "one row per trial and sample, in order",
        "row 0",
        id="row-order",
    ),
    pytest.param(
        whole(replaced(table=lambda p: p.table.assign(source="other"))),
        "one row per trial and sample, in order",
        "the model's name",
        id="wrong-source",
    ),
    pytest.param(
        whole(replaced(table=lambda p: p.table.assign(stimulus="x"))),
        "one row per trial and sample, in order",
        "'stimulus'",
        id="wrong-stimulus",
    ),
    pytest.param(
        whole(replaced(table=lambda p: p.table.assign(width=500.0))),
        "frames are those of the trials",
        "its prediction",
        id="wrong-frame",
    ),
    pytest.param(
        whole(replaced(x=lambda p: p.x + 50)),
        "points are finite and inside the frame",
        "not inside their frame",
        id="outside",
    ),
    pytest.param(
        whole(replaced(y=lambda p: np.where(np.arange(len(p.y)) == 1, np.nan, p.y))),
        "points are finite and inside the frame",
        "y nan",
        id="not-finite",
    ),
    pytest.param(whole(lambda p: p.truncate(0)), "points are finite and inside the frame", "empty", id="all-empty"),
    pytest.param(
        whole(replaced(duration=lambda p: -p.duration)),
        "durations are ms",
        "negative",
        id="negative-duration",
    ),
    pytest.param(
        whole(replaced(facts=lambda p: Facts(points="fixations"))),
        "facts are declared",
        "forced_first",
        id="no-facts",
    ),
    pytest.param(
        whole(replaced(facts=lambda p: dataclasses.replace(p.facts, unit="degrees"))),
        "facts are declared",
        "not degrees",
        id="in-degrees",
    ),
    pytest.param(ForgetsLimit, "max_fixations is kept", "max_fixations=1", id="forgets-limit"),
    pytest.param(ForgetsTrialLimit, "max_fixations is kept", "no other limit", id="forgets-trial-limit"),
    pytest.param(TakesNoPaths, "counts below 1 are refused", "max_fixations=0 must raise", id="takes-0"),
    pytest.param(Untold, "told apart from others", "cannot be told apart", id="untold"),
    pytest.param(ForgetsNeeds, "missing needs are named", "must raise MissingNeedError", id="forgets-needs"),
    pytest.param(VagueNeeds, "missing needs are named", "must name the field", id="vague-needs"),
    pytest.param(HiddenNeed, "nothing else is needed", "declare what it needs", id="hidden-need"),
    pytest.param(OwnRandomness, "same when repeated", "a second call", id="own-randomness"),
    pytest.param(
        keyed_by(lambda i, seed, sample, **_: (i, seed, sample)),
        "same in another order",
        "reverse",
        id="keyed-by-position",
    ),
    pytest.param(
        keyed_by(lambda trials, trial, seed, sample, **_: (trials, trial, seed, sample)),
        "same without the other trials",
        "alone",
        id="keyed-by-batch-size",
    ),
    pytest.param(
        keyed_by(lambda n, trial, seed, sample, **_: (n, trial, seed, sample)),
        "same for another n_samples",
        "n_samples=",
        id="keyed-by-n-samples",
    ),
    pytest.param(
        keyed_by(lambda trial, sample, **_: (trial, sample)),
        "other seeds and samples differ",
        "seed=1",
        id="no-seed",
    ),
    pytest.param(
        keyed_by(lambda trial, seed, **_: (trial, seed)),
        "other seeds and samples differ",
        "samples 0 and 1",
        id="no-sample",
    ),
    pytest.param(Scribbles, "trials are not changed", "'objects'", id="scribbles"),
    pytest.param(Unpicklable, "same after pickling", "pickle", id="unpicklable"),
    pytest.param(ForgetsOnPickling, "same after pickling", "pickling the model", id="forgets-on-pickling"),
]


@pytest.mark.parametrize(("model", "rule", "message"), ONE_PER_RULE)
def test_a_broken_rule_is_found(model, rule, message):
    report = check_model(model())
    broken = {c.name: c.message for c in report.failures}
    assert message in broken[rule]
    with pytest.raises(GazekitError, match=r"rules of the contract"):
        report.raise_if_failed()


def test_every_rule_has_a_model_that_breaks_it():
    rules = {c.name for c in check_model(Kept()).checks}
    assert rules == {p.values[1] for p in ONE_PER_RULE}


class Able(Kept):
    """A model that keeps every rule of every capability; its density is of the places that it learned."""

    leaves_own_out = True
    independent_fixations = True

    def fit(self, dataset):
        self.learned = dataset.scanpaths
        return self

    def others(self, trial):
        learned = getattr(self, "learned", None)
        return None if learned is None else learned.filter((learned.table["stimulus"] != trial.stimulus).to_numpy())

    def draw(self, trial, prepared, rng, max_fixations):
        x, y, duration = super().draw(trial, prepared, rng, max_fixations)
        others = self.others(trial)
        return x if others is None else x * (others.x.mean() / 1000), y, duration

    def log_density(self, trial, shape=None, history=None):
        rows, columns = shape or (round(trial.frame.height), round(trial.frame.width))
        return np.full((rows, columns), -np.log(rows * columns))

    def log_likelihood(self, dataset, *, rule="nearest"):
        return [np.full(n + 1, -1.0) for n in dataset.scanpaths.lengths]

    def search(self, trial):
        return SearchResult(np.array([trial.start, trial.target_box.centre]), True)


class FitsAway(Able):
    def fit(self, dataset):
        return type(self)()


class LearnsNothing(Able):
    def fit(self, dataset):
        return self


class LooksAtItsOwn(Able):
    def others(self, trial):
        return getattr(self, "learned", None)


class KnowsItsLength(Able):
    """Looks at the same places whatever people did there, for as long as they did."""

    def draw(self, trial, prepared, rng, max_fixations):
        x, y, duration = super().draw(trial, prepared, rng, max_fixations)
        learned = getattr(self, "learned", None)
        own = [] if learned is None else learned.filter(stimulus=trial.stimulus).lengths
        n = max(1, int(min([*own, 4])))
        return x[:n], y[:n], None if duration is None else duration[:n]


class NotOne(Able):
    def log_density(self, trial, shape=None, history=None):
        return super().log_density(trial, shape) + 1


class OfAnotherShape(Able):
    def log_density(self, trial, shape=None, history=None):
        return super().log_density(trial, shape).T


class NotOneAfterFixations(Able):
    def log_density(self, trial, shape=None, history=None):
        return super().log_density(trial, shape) + (history is not None)


class LooksOnAfterTwo(Able):
    """Says that its fixations are independent, and after two of them prefers one cell."""

    independent_fixations = True

    def log_density(self, trial, shape=None, history=None):
        density = np.exp(super().log_density(trial, shape))
        density[0, 0] += history is not None and len(history) == 2
        return np.log(density / density.sum())


class ForgetsTheEnd(Able):
    def log_likelihood(self, dataset, *, rule="nearest"):
        return [nats[1:] for nats in super().log_likelihood(dataset)]


class AboveZero(Able):
    def log_likelihood(self, dataset, *, rule="nearest"):
        return [nats + 2 for nats in super().log_likelihood(dataset)]


class DependsOnCompany(Able):
    def log_likelihood(self, dataset, *, rule="nearest"):
        return [nats * len(dataset.trials) for nats in super().log_likelihood(dataset)]


class SearchesOn(Able):
    def search(self, trial):
        return SearchResult(np.zeros((20, 2)), False)


class SearchesElsewhere(Able):
    def search(self, trial):
        return [trial.start]


@pytest.mark.parametrize(
    ("model", "rule", "message"),
    [
        (FitsAway, "fit returns the model", "return self"),
        (LearnsNothing, "predictions depend on what was learned", "leave out fit"),
        (LooksAtItsOwn, "a stimulus's own scanpaths are left out", "set leaves_own_out = False"),
        (KnowsItsLength, "a stimulus's own scanpaths are left out", "set leaves_own_out = False"),
        (NotOne, "densities add up to 1", "add up to 2.71828"),
        (OfAnotherShape, "densities add up to 1", r"gives (8, 6)"),
        (NotOneAfterFixations, "densities add up to 1", "add up to 2.71828"),
        (LooksOnAfterTwo, "densities are the same whatever came before", "with 2 fixations as history is another"),
        (ForgetsTheEnd, "likelihoods are nats of every fixation and of the end", "with the end"),
        (AboveZero, "likelihoods are nats of every fixation and of the end", "above 0"),
        (DependsOnCompany, "likelihoods are nats of every fixation and of the end", "which other trials are given"),
        (SearchesOn, "searches say where gaze went", "19 saccades, with max_fixations=4"),
        (SearchesElsewhere, "searches say where gaze went", "not SearchResult"),
    ],
)
def test_a_capability_that_is_claimed_is_checked(model, rule, message):
    (broken,) = check_model(model()).failures if model is not FitsAway else check_model(model()).failures[:1]
    assert broken.name == rule
    assert message in broken.message


def test_every_capability_has_rules():
    names = {c.name for c in check_model(Able()).checks}
    assert len(names - {c.name for c in check_model(Kept()).checks}) == 7
    check_model(Able()).raise_if_failed()


def test_a_method_with_other_parameters_is_refused_when_the_model_is_made():
    class Narrow(Kept):
        def log_density(self, trial, shape):
            raise NotImplementedError

    with pytest.raises(
        GazekitError, match=r"log_density of .*Narrow cannot be called .* 'history'.*it must take \(self, "
    ):
        Narrow()


def test_a_kept_contract_passes_every_rule():
    report = check_model(Kept())
    assert report.passed, str(report)
    report.raise_if_failed()
    assert str(report).count("ok  ") == len(report.checks)


def test_keyed_by_all_three_passes():
    report = check_model(keyed_by(lambda trial, seed, sample, **_: (trial, seed, sample))())
    assert {c.name for c in report.failures} <= {"same after pickling"}, str(report)  # a class made in a function


def test_rules_broken_alone():
    """The broken models break one rule each, so that a rule does not answer for another."""
    alone = {
        "wrong-frame",
        "negative-duration",
        "no-facts",
        "forgets-trial-limit",
        "vague-needs",
        "hidden-need",
        "scribbles",
    }
    for case in ONE_PER_RULE:
        if case.id in alone:
            failures = [c.name for c in check_model(case.values[0]()).failures if c.name != "same after pickling"]
            assert failures == [case.values[1]], case.id


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("fitted", [True, False], ids=["fitted", "not-fitted"])
def test_our_models_keep_the_contract(name, fitted):
    model = load_model(name)
    if fitted or name in ("empirical", "other-image"):
        assert model.fit(example_dataset()) is model
    check_model(model).raise_if_failed()


def test_trials_of_ones_own():
    trials = [Trial(f"t{i}", f"s{i}", Frame(40 + i, 30)) for i in range(3)]
    assert check_model(load_model("centre"), trials).passed


def test_fewer_than_two_trials():
    with pytest.raises(GazekitError, match="two trials or more, not 1"):
        check_model(Kept(), example_trials()[:1])


def test_tolerance():
    """A model that jitters by less than the tolerance is the same model."""

    class Jitters(Kept):
        def draw(self, trial, prepared, rng, max_fixations):
            x, y, duration = super().draw(trial, prepared, rng, max_fixations)
            return x * 0.99 + np.random.default_rng().random(len(x)) * 1e-4, y, duration

    repeated = {c.name: c.passed for c in check_model(Jitters(), tolerance=1e-3).checks}
    assert repeated["same when repeated"]
    repeated = {c.name: c.passed for c in check_model(Jitters(), tolerance=1e-6).checks}
    assert not repeated["same when repeated"]


def test_report_is_readable():
    text = str(check_model(NamedHuman()))
    assert "FAIL  has a name: 'human' stands for people" in text
    assert "ok    durations are ms" in text


def test_example_trials_have_every_field():
    fields = (
        "image",
        "target",
        "caption",
        "task",
        "target_box",
        "objects",
        "target_object",
        "max_fixations",
        "start",
    )
    for trial in example_trials():
        assert all(trial.has(f) for f in fields)
        assert trial.image.shape == (int(trial.frame.height), int(trial.frame.width), 3)
        x0, y0, x1, y1 = map(int, trial.objects.boxes[trial.target_object])
        assert np.array_equal(trial.image[y0:y1, x0:x1], trial.target)
        assert trial.objects.masks.sum(axis=(1, 2)).tolist() == [400] * 4
    assert len({t.stimulus for t in example_trials()}) < len(example_trials())


def test_example_dataset_is_the_same_every_time():
    assert example_dataset().fingerprint() == example_dataset().fingerprint()
