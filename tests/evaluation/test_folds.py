"""Folds: a model that learns is scored on what it has not learned from, whatever it remembers."""

import inspect
import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import GazekitError, Scanpaths, evaluate
from gazekit.evaluation import evaluate as evaluation
from gazekit.evaluation import folds as folding
from gazekit.evaluation.choice import choose
from gazekit.evaluation.folds import FoldedModel, Folds, joined_cells, joined_over_people, lacking, taken_as_given
from gazekit.foundations.errors import DataError, RunFolderError, UnknownNameError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import score_pair
from gazekit.metrics.context import Context, contents_of
from gazekit.metrics.measure import NEGATIVES
from gazekit.models import ScanpathModel
from gazekit.models.baselines.baseline import Baseline
from gazekit.models.baselines.empirical import Empirical
from gazekit.models.capabilities import HasDensity
from gazekit.models.specs import model_from_text
from gazekit.runs import folder as runs

PLAIN = {"n_samples": 2, "resamples": 100, "progress": False, "nulls": False}


class Memory(ScanpathModel):
    """Gives back a path that somebody made on the image; where it knows none, it stays in the middle."""

    name = "memory"
    needs_fit = True

    def fit(self, dataset):
        self.known = {}
        for row, stimulus, subject in zip(
            range(len(dataset.scanpaths)),
            dataset.scanpaths.table["stimulus"],
            dataset.scanpaths.table["subject"],
            strict=True,
        ):
            path = dataset.scanpaths[row]
            self.known.setdefault(stimulus, []).append((subject, path.x, path.y))
        return self

    def draw(self, trial, prepared, rng, max_fixations):
        known = sorted(self.known.get(trial.stimulus, []), key=lambda each: each[0])
        if not known:
            x, y = trial.frame.centre
            return np.full(6, x), np.full(6, y), None
        return known[0][1], known[0][2], None


class Mean(ScanpathModel):
    """Learns the mean place and duration as arrays; notes every fit in a file, and may fail when it predicts."""

    name = "mean"
    needs_fit = True

    def __init__(self, notes, weight=1.0):
        self.notes, self.weight = notes, weight

    def fit(self, dataset, *, seed=0):
        paths = dataset.scanpaths
        self.place = self.weight * np.array([paths.x.mean(), paths.y.mean()])
        self.seed = seed
        with Path(self.notes, "fits").open("a") as file:
            file.write(f"{seed} {','.join(sorted(dataset.stimuli))}\n")
        return self

    def draw(self, trial, prepared, rng, max_fixations):
        if Path(self.notes, "fail").exists():
            raise KeyboardInterrupt
        x, y = np.clip(self.place + rng.normal(0, 5, (6, 2)), 0, trial.frame.size).T
        return x, y, None

    def identity(self):
        return {"weight": self.weight}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(evaluation, "PIECE_STIMULI", 2)


def scores_of(results, model, metric="scanmatch"):
    table = results.scores
    return table[(table["model"] == model) & (table["metric"] == metric)].set_index("stimulus")["value"]


def test_a_model_that_remembers_is_refused_without_folds(small_dataset, tmp_path):
    """It would be scored on paths that it has learned, and beat people: .515 against .422 in one case."""
    told = r"'memory' learns from people's paths and would be scored on the paths.*folds=5 \(--folds 5\)"
    with pytest.raises(GazekitError, match=told):
        evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", **PLAIN)
    assert not (tmp_path / "r").exists()


def test_an_unfitted_model_is_told_of_folds_before_it_is_asked_what_it_has_seen(small_dataset, tmp_path):
    class Asked(Memory):
        def check_unseen(self, trials):
            raise AssertionError("nothing is learned yet")

    with pytest.raises(GazekitError, match="--folds 5"):
        evaluate(small_dataset, [Asked()], ["scanmatch"], out=tmp_path / "r", **PLAIN)


def test_with_folds_a_model_that_remembers_has_nothing_to_remember(small_dataset, tmp_path):
    results = evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)
    from gazekit import Scanpaths

    made = Scanpaths.load(tmp_path / "r" / "predictions.parquet").filter(source="memory")
    assert len(made) == 6 * 2
    assert (made.x == 80).all()
    assert (made.y == 60).all()
    people = scores_of(results, "human")
    assert scores_of(results, "memory").mean() < people.mean()
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    asked = manifest["request"]["folds"]
    assert (asked["by"], asked["folds"], len(set(asked["sha256"]))) == ("stimulus", 3, 3)
    dealt = manifest["folds"]
    assert sorted(name for fold in dealt for name in fold) == sorted(small_dataset.stimuli)
    assert [len(fold) for fold in dealt] == [2, 2, 2]


def test_models_that_leave_the_stimulus_out_are_as_without_folds(small_dataset, tmp_path):
    with_folds = evaluate(
        small_dataset, [Memory(), "empirical", "other-image"], ["scanmatch"], out=tmp_path / "a", folds=3, **PLAIN
    )
    without = evaluate(small_dataset, ["empirical", "other-image"], ["scanmatch"], out=tmp_path / "b", **PLAIN)
    for model in ("human", "empirical", "other-image"):
        assert scores_of(with_folds, model).equals(scores_of(without, model))


def test_by_subject_a_person_is_scored_by_a_fit_without_them(small_dataset, tmp_path):
    """Brute force: the first other person's path on the image, against the person left out."""
    options = {**PLAIN, "n_samples": 1, "lengths": "own"}
    results = evaluate(
        small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", folds=4, fold_by="subject", **options
    )
    found = scores_of(results, "memory")
    for stimulus in small_dataset.stimuli:
        paths = {str(p.ids["subject"]): p for p in small_dataset.scanpaths.filter(stimulus=stimulus)}
        everybody = sorted(paths)
        expected = [
            score_pair("scanmatch", paths[next(q for q in everybody if q != person)], paths[person])
            for person in everybody
        ]
        assert found[stimulus] == pytest.approx(np.mean([value for each in expected for value in np.ravel(each)]))
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert sorted(name for fold in manifest["folds"] for name in fold) == small_dataset.subjects


def test_by_subject_only_what_is_of_single_people_is_measured(small_dataset, tmp_path):
    how = {"folds": 2, "fold_by": "subject", **PLAIN}
    with pytest.raises(GazekitError, match="'direction_js' cannot be used.*folds of people.*sets of all people"):
        evaluate(small_dataset, [Memory()], ["direction_js"], out=tmp_path / "r", **how)
    context = Context(small_dataset.scanpaths, contents_of(small_dataset.trials), small_dataset.trials)
    chosen = choose(["all"], context, lacking)
    assert "folds of people" in chosen.not_applicable["direction_js"]
    assert {measure.unit for measure in chosen.measures} == {"pair", "fixation"}


def test_a_fold_has_the_rest_of_the_data_and_a_seed_of_its_own(small_dataset, tmp_path):
    evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "r", folds=3, seed=5, **PLAIN)
    noted = [line.split() for line in (tmp_path / "fits").read_text().splitlines()]
    dealt = json.loads((tmp_path / "r" / "manifest.json").read_text())["folds"]
    assert len({seed for seed, _ in noted}) == 3
    assert [set(names.split(",")) for _, names in noted] == [set(small_dataset.stimuli) - set(fold) for fold in dealt]


def test_a_stopped_run_repeats_no_fit_and_gives_equal_bytes(small_dataset, tmp_path, monkeypatch):
    (tmp_path / "fail").touch()
    again = {"folds": 3, **PLAIN}
    with pytest.raises(KeyboardInterrupt):
        evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "r", **again)
    assert len((tmp_path / "fits").read_text().splitlines()) == 3
    (tmp_path / "fail").unlink()
    evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "r", **again)
    assert len((tmp_path / "fits").read_text().splitlines()) == 3
    evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "whole", **again)
    for name in ("scores.parquet", "predictions.parquet", "summary.csv"):
        assert (tmp_path / "r" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_run_stopped_between_fits_goes_on_with_the_next(small_dataset, tmp_path, monkeypatch):
    work, done = runs._do, []

    def stops(piece):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(piece)
        work(piece)

    monkeypatch.setattr(runs, "_do", stops)
    with pytest.raises(KeyboardInterrupt):
        evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)
    monkeypatch.setattr(runs, "_do", work)
    evaluate(small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)
    assert len((tmp_path / "fits").read_text().splitlines()) == 3


def test_whose_fit_intervals_take_as_given(small_dataset):
    """A network's, with folds or without; not that of paths with known donors, nor of a few numbers."""

    class Own(Baseline):
        """It learns something of its own."""

        name = "own"

        def fit(self, dataset):
            return super().fit(dataset)

    dealt = Folds.of(small_dataset, 2, "subject", seed=0)
    names = ("uniform", "empirical", "other-image", "centre:spread=fitted", "centre", "levy")
    assert not any(taken_as_given(model_from_text(name), None) for name in names)
    assert taken_as_given(Own(), None)
    assert taken_as_given(Memory(), Folds.of(small_dataset, 2, "stimulus", seed=0))
    assert not taken_as_given(Memory(), None)
    assert taken_as_given(model_from_text("centre:spread=fitted"), dealt)
    assert not taken_as_given(model_from_text("empirical"), dealt)


def test_other_folds_are_another_run(small_dataset, tmp_path):
    evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)
    with pytest.raises(RunFolderError, match="holds another run: folds"):
        evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", folds=2, **PLAIN)


@pytest.mark.slow
def test_workers_change_nothing(small_dataset, tmp_path):
    for name, workers in (("a", 1), ("b", 2)):
        evaluate(
            small_dataset, [Mean(str(tmp_path))], ["scanmatch"], out=tmp_path / name, folds=3, workers=workers, **PLAIN
        )
    for name in ("scores.parquet", "predictions.parquet", "summary.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        ({"folds": 1}, GazekitError, "folds must be a whole number of at least 2, not 1"),
        ({"folds": 7}, GazekitError, "has 6 groups by stimulus: too few for 7 folds"),
        ({"folds": 5, "fold_by": "subject"}, GazekitError, "has 4 groups by subject: too few for 5 folds"),
        ({"folds": 2, "fold_by": "subjects"}, UnknownNameError, "did you mean 'subject'"),
        ({"folds": 2, "fold_by": "random"}, UnknownNameError, "random"),
        ({"folds": 2, "fold_by": "target"}, GazekitError, "names no task: it has no target to split by"),
        ({"fold_by": "subject"}, GazekitError, "fold_by says how folds are made; give folds"),
    ],
)
def test_folds_that_cannot_be_made(small_dataset, tmp_path, how, error, told):
    with pytest.raises(error, match=told):
        evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", **how, **PLAIN)
    assert not (tmp_path / "r").exists()


def test_one_picture_under_two_names(small_dataset, tmp_path):
    """They lie in one fold: else models are fitted on what they are scored on."""
    trials = []
    for k, trial in enumerate(small_dataset.trials):
        picture = keyed_rng(0, max(k, 1)).integers(0, 256, (48, 64, 3), dtype=np.uint8)  # the first two are the same
        Image.fromarray(picture).save(file := tmp_path / f"{k}.png")
        trials.append(replace(trial, image_source=file, task=f"search: {k}"))
    data = replace(small_dataset, trials=tuple(trials))
    first, second = (trial.stimulus for trial in trials[:2])
    apart = next(
        seed for seed in range(9) if (first in (t := data.split(folds=2, seed=seed).test.stimuli)) != (second in t)
    )
    folds = Folds.of(data, 2, "stimulus", seed=apart)
    assert not folds.leaks()
    assert sorted(name for names in folds.about() for name in names) == data.stimuli
    assert any({first, second} <= set(names) for names in folds.about())
    plain = [data.split(folds=2, fold=k, seed=apart).test.stimuli for k in range(2)]
    assert [set(a) ^ set(b) for a, b in zip(folds.about(), plain, strict=True)] == [{second}, {second}]  # one has moved
    with pytest.raises(
        GazekitError, match=r"fold \d of 6 of data set .* is empty, since groups by stimulus that are one"
    ):
        Folds.of(data, len(trials), "stimulus", seed=0)
    with pytest.warns(
        UserWarning, match=rf"'{first}' and '{second}' show one picture, .* several folds \(1 such picture"
    ):
        Folds.of(data, len(trials), "target", seed=0)
    Image.fromarray(picture[::-1]).save(tmp_path / "1.png")
    Folds.of(data, len(trials), "target", seed=0)  # a warning would be an error


def test_one_recording_under_two_names(small_dataset):
    """In two folds of people: models are fitted on the paths that they are scored on."""
    paths = small_dataset.scanpaths
    copy = paths.filter(subject=small_dataset.subjects[0])
    both = Scanpaths.concat([paths, copy.replace(table=copy.table.assign(subject="zoe"))])
    data = replace(small_dataset, scanpaths=both)
    told = rf"'{small_dataset.subjects[0]}' and 'zoe' have equal paths, .* several folds \(1 such pair in all"
    with pytest.warns(UserWarning, match=told):
        Folds.of(data, len(data.subjects), "subject", seed=0)
    Folds.of(small_dataset, len(small_dataset.subjects), "subject", seed=0)  # a warning would be an error


def test_folds_without_a_model_for_them_change_nothing_and_say_so(small_dataset, tmp_path):
    with pytest.raises(GazekitError, match="folds by stimulus change nothing here.*leave folds"):
        evaluate(small_dataset, ["uniform", "empirical"], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)


def test_a_model_that_was_fitted_before(small_dataset, dataset_of, tmp_path):
    half = small_dataset.select(stimuli=small_dataset.stimuli[:3])
    rest = small_dataset.select(stimuli=small_dataset.stimuli[3:])
    with pytest.raises(DataError, match=r"'memory' has learned from 3 of these 6 stimuli"):
        evaluate(small_dataset, [Memory().fit(half)], ["scanmatch"], out=tmp_path / "r", **PLAIN)
    with pytest.raises(GazekitError, match=r"was fitted before; with folds every fit begins anew.*Memory\(\.\.\.\)"):
        evaluate(small_dataset, [Memory().fit(half)], ["scanmatch"], out=tmp_path / "r", folds=3, **PLAIN)
    evaluate(rest, [Memory().fit(half)], ["scanmatch"], out=tmp_path / "r", **PLAIN)  # as it is: it has not seen these
    about = json.loads((tmp_path / "r" / "manifest.json").read_text())["request"]["models"][0]
    assert about["learned_from"]["sha256"] == half.fingerprint()


def test_a_trained_model_is_refused_before_anything_is_computed(small_dataset, tmp_path):
    class Trained(ScanpathModel):
        name = "trained"

        @property
        def learned_stimuli(self):
            return frozenset(small_dataset.stimuli[4:])

        def draw(self, trial, prepared, rng, max_fixations):
            return [1.0], [1.0], None

    with pytest.raises(DataError, match="'trained' has learned from 2 of these 6 stimuli"):
        evaluate(small_dataset, [Trained()], ["scanmatch"], out=tmp_path / "r", **PLAIN)
    assert not (tmp_path / "r").exists()


def test_a_fold_of_one_person_and_of_one_stimulus(small_dataset, tmp_path):
    one = evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "a", folds=6, **PLAIN)
    assert scores_of(one, "memory").notna().all()
    folds = Folds.of(small_dataset, 4, "subject", seed=0)
    assert [len(split.test.subjects) for split in folds.splits] == [1] * 4
    assert all(not set(s.test.subjects) & set(s.train.subjects) for s in folds.splits)


def test_densities_come_from_the_fold_that_has_not_seen_the_image(small_dataset, tmp_path):
    class WithDensity(Memory):
        name = "with-density"

        def log_density(self, trial, shape=None, history=None):
            rows, columns = shape or (round(trial.frame.height), round(trial.frame.width))
            assert trial.stimulus not in self.known
            return np.full((rows, columns), -np.log(rows * columns))

    results = evaluate(
        small_dataset, [WithDensity(), Memory()], ["information_gain"], out=tmp_path / "r", folds=3, **PLAIN
    )
    assert scores_of(results, "with-density", "information_gain_uniform").tolist() == pytest.approx([0] * 6, abs=1e-9)
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["without_density"][0] == "memory"


def test_what_a_model_can_do_is_seen_without_calling_anything(small_dataset):
    """`isinstance` with a protocol looks at attributes without `__getattr__` since Python 3.12."""
    by_stimulus = Folds.of(small_dataset, 2, "stimulus", seed=0)
    folded = FoldedModel(Empirical(), by_stimulus, [Empirical().fit(split.train) for split in by_stimulus.splits])
    for name in ("log_density", "donors"):
        assert callable(inspect.getattr_static(folded, name))
    assert isinstance(folded, HasDensity)
    assert not isinstance(FoldedModel(Memory(), by_stimulus, []), HasDensity)
    copied, trial = pickle.loads(pickle.dumps(folded)), small_dataset.trials[0]  # noqa: S301
    assert copied.donors(trial, 0, 0, length=3) == folded.donors(trial, 0, 0, length=3)


def test_the_fit_that_predicts_is_read_once(small_dataset, tmp_path, monkeypatch):
    read, load = [], folding.load_learned
    monkeypatch.setattr(folding, "load_learned", lambda model, path: (read.append(path), load(model, path))[1])
    evaluate(small_dataset, [Memory()], ["scanmatch"], out=tmp_path / "r", folds=2, **PLAIN)
    assert len(read) == 2
    assert isinstance(pd.read_csv(tmp_path / "r" / "summary.csv"), pd.DataFrame)


def test_people_of_several_folds_count_the_same():
    """Means weigh by defined pairs; where one person's fixation has probability 0, nobody's value counts."""
    columns = ["model", "metric", "stimulus", "value", "pairs", "undefined"]
    rows = [
        [("m", "scanmatch", "s", 0.2, 3, 1), ("m", "log_likelihood", "s", -4.0, 3, 0), ("m", "nss", "s", 1.0, 3, 0)]
    ]
    rows += [[("m", "scanmatch", "s", 0.5, 1, 0), ("m", "log_likelihood", "s", np.nan, 1, 1)]]
    rows += [[("m", "scanmatch", "s", np.nan, 2, 2), ("m", "nss", "s", np.nan, 1, 1)]]
    found = joined_over_people([pd.DataFrame(each, columns=columns) for each in rows]).set_index("metric")
    assert found.loc["scanmatch", ["value", "pairs", "undefined"]].tolist() == pytest.approx([0.3, 6, 3])
    assert np.isnan(found.loc["log_likelihood", "value"])
    assert found.loc["log_likelihood", ["pairs", "undefined"]].tolist() == [4, 4]
    assert found.loc["nss", ["value", "pairs", "undefined"]].tolist() == [1.0, 4, 1]  # somebody without a fixation


def test_parts_of_persons_are_joined_over_folds():
    columns = ["model", "metric", "stimulus", "donor", "subject", "value", "pairs"]
    one = [("m", "scanmatch", "s", "", "p", 0.2, 2), ("m", "scanmatch", "s", "d", "q", 0.2, 2)]
    two = [("m", "scanmatch", "s", "", "r", 0.4, 1), ("m", "scanmatch", "s", "d", "q", 0.5, 1)]
    found = joined_cells([pd.DataFrame(each, columns=columns) for each in (one, two, [])]).set_index("subject")
    assert found.query("donor == ''")["value"].to_dict() == pytest.approx({"p": 0.2, "r": 0.4})
    assert found.loc["q", "value"].tolist() == [0.2, 0.5]  # two paths
    assert found["pairs"].tolist() == [2, 1, 2, 1]


def test_negatives_of_groups_of_people_count_as_these_do():
    columns = ["model", "metric", "stimulus", "donor", "subject", "value", "pairs"]

    def group(pairs, moved):
        rows = [("m", "auc_shuffled", "s", "", "p", 0.2, pairs), ("m", "auc_shuffled", "s", NEGATIVES, "", 1.0, 0)]
        return pd.DataFrame([*rows, ("m", "auc_shuffled", "t", NEGATIVES, "p", moved, 0)], columns=columns)

    other = group(2, 0.0).replace({"metric": {"auc_shuffled": "nss"}})  # nobody of a third group looked at these
    found = joined_cells([group(3, 0.4), group(1, 0.8), other]).query("donor != '' and metric == 'auc_shuffled'")
    assert found.groupby(["stimulus", "subject"])["value"].sum().to_dict() == pytest.approx(
        {("s", ""): 1.0, ("t", "p"): 0.5}
    )
