"""Densities in an evaluation: models against people's fixations, and people's gold standard."""

from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
import pytest

from gazekit import Dataset, Frame, Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import Context, Source, measures
from gazekit.metrics import score as score_measures
from gazekit.metrics.density import conditional_scores, information_gain, nss
from gazekit.metrics.fixation_maps.pixels import SIGMA_SHARE, density_shape, values_at
from gazekit.metrics.fixation_maps.reference import (
    FOLLOWING_SHARES,
    REACHES,
    DensityReference,
    PeopleMaps,
    Saccades,
)
from gazekit.metrics.kinds.densities import score_density
from gazekit.metrics.kinds.leaving_out import deviations
from gazekit.metrics.measure import NEGATIVES, score_parts
from gazekit.models.baselines.centre import Centre
from gazekit.models.baselines.empirical import Empirical
from gazekit.models.baselines.uniform import Uniform
from gazekit.models.capabilities import histories, next_log_densities

NAMES = ["nss", "information_gain", "information_gain_baseline", "auc_shuffled", "map_cc"]


@pytest.fixture(scope="module")
def agreeing(dataset_of):
    """People who look at one place of each image, which differs between images."""
    data = dataset_of(n_stimuli=4, n_subjects=5, frame=Frame(160, 120))
    paths = data.scanpaths
    place = {s: (20 + 40 * k, 30 + 15 * k) for k, s in enumerate(data.stimuli)}
    middle = np.array([place[s] for s in paths.table["stimulus"]])[paths.path_of()]
    jitter = np.random.default_rng(0).normal(0, 4, middle.shape)
    x, y = (middle + jitter).T
    return Dataset("agreeing", data.trials, paths.replace(x=np.clip(x, 0, 160), y=np.clip(y, 0, 120)))


@pytest.fixture(scope="module")
def reference(agreeing):
    return DensityReference.of(agreeing.scanpaths, agreeing.trials, seed=0)


def score_densities(names, density, trials, people, reference):
    model = getattr(density, "__self__", None)
    following = None if model is None else partial(next_log_densities, model)
    source = Source("human" if density is None else "m", people, density, next_densities=following)
    context = Context(people, trials=trials, density=reference)
    return score_measures([measures[name] for name in names], source, people, context)


def score(agreeing, reference, density):
    rows = score_densities(NAMES, density, agreeing.trials, agreeing.scanpaths, reference)
    return rows.set_index(["metric", "stimulus"])


def test_people_agree_beyond_any_baseline(agreeing, reference):
    people, uniform = (score(agreeing, reference, d)["value"] for d in (None, Uniform().log_density))
    centre = score(agreeing, reference, Centre().log_density)["value"]
    np.testing.assert_allclose(uniform["information_gain_uniform"], 0, atol=1e-9)
    assert (uniform["nss"] == 0).all()
    assert (people["nss"] > centre["nss"] + 1).all()
    assert (people["information_gain_baseline"] > 1).all()
    assert (people["map_cc"] > centre["map_cc"] + 0.3).all()


def test_a_model_is_scored_at_each_persons_fixations(agreeing, reference):
    rows = score(agreeing, reference, Centre().log_density)
    trial = agreeing.trials[1]
    density = Centre().log_density(trial, density_shape(trial.frame))
    by_person = [nss(np.exp(density), p.x, p.y, (160, 120)).mean() for p in agreeing.scanpaths.filter(trial=trial.id)]
    assert rows.loc[("nss", trial.stimulus), "value"] == pytest.approx(np.mean(by_person))
    assert rows.loc[("nss", trial.stimulus), "pairs"] == 5
    gains = [information_gain(density, p.x, p.y, (160, 120)).mean() for p in agreeing.scanpaths.filter(trial=trial.id)]
    assert rows.loc[("information_gain_uniform", trial.stimulus), "value"] == pytest.approx(np.mean(gains))


def test_a_map_moves_with_people_as_it_does_in_every_draw(agreeing, reference):
    """Brute force: each person left out of each half that is compared with, and what they stand for beside the mean."""
    trial, density = agreeing.trials[1], Centre().log_density
    paths = list(agreeing.scanpaths.filter(trial=trial.id))
    log_density, sigma = density(trial, density_shape(trial.frame)), SIGMA_SHARE * trial.frame.width

    def value(group):
        x, y = (np.concatenate([getattr(paths[k], axis) for k in group]) for axis in "xy")
        return score_density("map_cc", log_density, x, y, size=trial.frame.size, sigma=sigma).item()

    orders = [keyed_rng(reference.seed, "halves of people", trial.id, draw).permutation(5) for draw in range(5)]
    halves = [order[2:] for order in orders]  # three of five
    mean, moved = np.mean([value(half) for half in halves]), np.zeros(5)
    for half in halves:
        lost = np.array([value(half[half != k]) for k in half])
        moved[half] += (value(half) + 2 * (lost.mean() - lost) - mean) / 3 / 5
    source = Source("m", agreeing.scanpaths, density)
    context = Context(agreeing.scanpaths, trials=agreeing.trials, density=reference)
    cells = score_parts([measures["map_cc"]], source, agreeing.scanpaths, context).cells
    found = cells.query("stimulus == @trial.stimulus").set_index("subject")["value"]
    expected = mean + 4 * np.sqrt(5 / 4) * np.sqrt(5 / 4) * moved  # as parts of a mean of five
    assert found.loc[[path.ids["subject"] for path in paths]].tolist() == pytest.approx(expected.tolist())


def parts(name, source, people, trials, reference):
    return score_parts([measures[name]], source, people, Context(people, trials=trials, density=reference))


@pytest.mark.parametrize("kind", ["human", "m"])
def test_who_looks_at_an_image_is_a_negative_on_the_others(dataset_of, kind):
    """Brute force: the sum over the other images without these fixations among their negatives."""
    spread = dataset_of(n_stimuli=4, n_subjects=5, frame=Frame(160, 120))  # people who look anywhere
    reference = DensityReference.of(spread.scanpaths, spread.trials, seed=0)
    source = Source(kind, spread.scanpaths, None if kind == "human" else Centre().log_density)
    rows, cells = parts("auc_shuffled", source, spread.scanpaths, spread.trials, reference)
    before = rows.set_index("stimulus")["value"]
    moved = cells[cells["donor"] == NEGATIVES].set_index(["stimulus", "subject"])["value"]
    assert (moved.xs("", level="subject") == 1).all()
    assert moved.drop("", level="subject").sum() == pytest.approx(0, abs=1e-12)
    assert moved.drop("", level="subject").abs().max() > 1e-3
    for k, stimulus in enumerate(reference.stimuli):
        for i, subject in enumerate(reference.subjects):
            gone = (reference.others[:, 2:] == (k, i)).all(axis=1)
            less = parts(
                "auc_shuffled", source, spread.scanpaths, spread.trials,
                replace(reference, others=reference.others[~gone]),
            ).rows.set_index("stimulus")["value"]  # fmt: skip
            total = 0.0
            for s in before.index.drop(stimulus):
                count = len(reference.others_than(s))
                total += (before[s] - less[s]) * (count - gone.sum()) / count
            assert moved[stimulus, subject] == pytest.approx(total, abs=1e-12), (stimulus, subject)


def test_most_fixations_are_negatives_of_nobody(agreeing, reference, monkeypatch):
    """Of many fixations `OTHERS` are drawn: who has none among them has moved nothing."""
    monkeypatch.setattr("gazekit.metrics.fixation_maps.reference.OTHERS", 3)
    source = Source("m", agreeing.scanpaths, Centre().log_density)
    rows, cells = parts("auc_shuffled", source, agreeing.scanpaths, agreeing.trials, reference)
    assert rows["value"].notna().all()
    used = np.unique(np.concatenate([reference.others_than(s) for s in reference.stimuli]))
    of = cells[(cells["donor"] == NEGATIVES) & (cells["subject"] != "")]
    assert len(of) == len(np.unique(reference.others[used, 2:], axis=0)) < 10


def without(agreeing, reference):
    """Deviations of people on the second image, as cells have them; and by leaving each person out altogether."""
    trial = agreeing.trials[1]
    people = agreeing.scanpaths.filter(trial=trial.id)
    rows, cells = parts("nss", Source("human", people), people, [trial], reference)
    found = (cells.set_index("subject")["value"] - rows["value"].item()) / (4 * np.sqrt(5 / 4))
    names = list(found.index)
    rest = [people.filter(subject=[n for n in names if n != name]) for name in names]
    values = [parts("nss", Source("human", each), each, [trial], reference).rows["value"].item() for each in rest]
    return found.to_numpy(), deviations(np.array(values) - rows["value"].item())


def test_a_trial_of_two_people_takes_its_share_of_the_stimulus(agreeing, reference):
    """An image seen in two tasks, by three people in one and two in the other: these were left out of the mean."""
    first, second = agreeing.trials[1], replace(agreeing.trials[1], id="again")
    people = agreeing.scanpaths.filter(trial=first.id)
    again = people[[3, 4]]
    again = again.replace(table=again.table.assign(trial="again"))
    three, both = people[[0, 1, 2]], Scanpaths.concat([people[[0, 1, 2]], again])
    found = []
    for paths, trials in ((three, [first]), (both, [first, second])):
        rows, cells = parts("nss", Source("human", paths), paths, trials, reference)
        found.append((cells.set_index("subject")["value"] - rows["value"].item()) / (rows["pairs"].item() - 1))
    alone, together = found
    assert alone.abs().min() > 1e-6
    assert together[alone.index].to_dict() == pytest.approx((alone * 3 / 5).to_dict())


def test_people_move_the_gold_standard_of_the_others(agreeing, reference, monkeypatch):
    """Brute force: each person left out, of whom is scored and of who makes the gold standard."""
    monkeypatch.setattr("gazekit.metrics.kinds.densities.JUDGED", 4)
    found, expected = without(agreeing, reference)
    assert found == pytest.approx(expected)


def test_a_judge_is_left_out_for_a_few_people(agreeing, reference):
    """The mean over seeds is what leaving them out for everybody gives."""
    each, expected = zip(*(without(agreeing, replace(reference, seed=k)) for k in range(24)), strict=True)
    assert np.std(each, axis=0).max() > 0
    error = np.std(each, axis=0) / np.sqrt(len(each))
    assert np.abs(np.mean(each, axis=0) - expected[0]) == pytest.approx(0, abs=4 * error.max())


def test_a_stimulus_of_two_trials_moves_with_people_on_both(agreeing, reference):
    """Its value is the mean over trials, and so is what each person has moved it."""
    first, second = agreeing.trials[:2]
    named = {first.id: "one", second.id: "one"}
    paths = agreeing.scanpaths.filter(trial=list(named))
    both = [replace(trial, stimulus="one") for trial in (first, second)]
    joined = paths.replace(table=paths.table.assign(stimulus="one"))
    found = []
    for people, trials in ((joined, both), *((joined.filter(trial=t.id), [t]) for t in both)):
        rows, cells = parts("map_cc", Source("m", people, Centre().log_density), people, trials, reference)
        count = rows["pairs"].item()
        found.append((cells.set_index("subject")["value"] - rows["value"].item()).sort_index() / (count - 1))
        assert len(found[-1]) == 5
    assert found[0].to_numpy() == pytest.approx(((found[1] + found[2]) / 2).to_numpy())


def test_one_person_has_no_gold_standard(agreeing, reference):
    alone = agreeing.scanpaths.filter(subject="p0")
    rows = score_densities(["nss", "map_cc"], None, agreeing.trials, alone, reference)
    assert rows["value"].isna().all()
    assert (rows["undefined"] == rows["pairs"]).all()


def test_the_gold_standard_never_sees_who_is_scored(agreeing, reference):
    """A person who looks elsewhere than all others is not foreseen; with their own fixations they would be."""
    first = agreeing.trials[0]
    odd = agreeing.scanpaths.filter(trial=first.id)
    moved = (odd.table["subject"] == "p0").to_numpy()[odd.path_of()]
    odd = odd.replace(x=np.where(moved, 150.0, odd.x), y=np.where(moved, 110.0, odd.y))
    shape = density_shape(first.frame)
    baseline = reference.bias.log_density(first.stimulus, shape)
    with_everybody = score_densities(["nss"], None, [first], odd, reference)["value"].iloc[0]
    only_odd = Scanpaths.concat([odd.filter(subject="p0"), odd.filter(subject="p1")])
    pair = score_densities(["nss"], None, [first], only_odd, reference)["value"].iloc[0]
    assert pair < 0.5 < with_everybody
    assert baseline.shape == shape


@pytest.mark.parametrize("model", [Uniform(), Centre(), Centre(spread="fitted"), Empirical(), Empirical("scott")])
def test_densities_are_those_that_the_models_sample(agreeing, model):
    """Closed form against 20,000 drawn fixations, cell by cell (six standard errors)."""
    model.fit(agreeing)
    trial = agreeing.trials[0]
    density = np.exp(model.log_density(trial, (6, 8)))
    fine = np.exp(model.log_density(trial))
    assert density.sum() == pytest.approx(1)
    assert fine.shape == (120, 160)
    coarse = fine.reshape(6, 20, 8, 20).sum(axis=(1, 3))
    draws = model.predict([trial], n_samples=4000, progress=False)
    cell = (draws.y // 20).clip(max=5).astype(int) * 8 + (draws.x // 20).clip(max=7).astype(int)
    share = np.bincount(cell, minlength=48).reshape(6, 8) / len(cell)
    error = np.sqrt(coarse * (1 - coarse) / len(cell)) + 1e-4
    assert (np.abs(share - coarse) < 6 * error).all()


def test_a_fixation_of_probability_0_leaves_its_stimulus_undefined_and_counted(agreeing, reference):
    """Leaving out only the people whom the model missed would make the model better for it."""
    shape = density_shape(agreeing.trials[0].frame)
    missed = agreeing.scanpaths.filter(stimulus=agreeing.stimuli[0])[0]
    hole = np.full(shape, 1.0)
    hole[int(missed.y[0] * shape[0] / 120), int(missed.x[0] * shape[1] / 160)] = 0.0

    def density(trial, *_):
        shares = hole if trial.stimulus == agreeing.stimuli[0] else np.ones(shape)
        with np.errstate(divide="ignore"):
            return np.log(shares / shares.sum())

    rows = score(agreeing, reference, density).loc["information_gain_uniform"]
    assert np.isnan(rows["value"].iloc[0])
    assert rows["value"].iloc[1:].tolist() == pytest.approx([0.0] * 3, abs=1e-9)
    assert rows["undefined"].tolist() == [5, 0, 0, 0]
    assert np.isfinite(score(agreeing, reference, density).loc["nss", "value"]).all()  # of it nothing is infinite


class Follower:
    """Looks again at the last fixation but for a share: its density after a history is known in closed form."""

    share = 0.9

    def log_density(self, trial, shape=None, history=None):
        rows, columns = shape
        density = np.full(shape, (1 - self.share if history is not None and len(history) else 1.0) / (rows * columns))
        if history is not None and len(history):
            row, column = (int(v[-1] * n / side) for v, n, side in zip(
                (history.y, history.x), shape, reversed(trial.frame.size), strict=True
            ))  # fmt: skip
            density[min(row, rows - 1), min(column, columns - 1)] += self.share
        return np.log(density)


def conditional_rows(density, trials, people, reference):
    rows = score_densities(["conditional"], density, trials, people, reference)
    return rows.set_index(["metric", "stimulus"])


def test_next_fixations_are_scored_after_the_true_ones_before_them(agreeing, reference):
    """Brute force over people and fixations, with the public function."""
    trial, model = agreeing.trials[2], Follower()
    rows = conditional_rows(model.log_density, [trial], agreeing.scanpaths, reference)
    shape, size = density_shape(trial.frame), trial.frame.size
    prior = np.exp(reference.bias.log_density(trial.stimulus, shape))
    persons = []
    for path in agreeing.scanpaths.filter(trial=trial.id):
        scores = [
            conditional_scores(
                np.exp(model.log_density(trial, shape, Scanpath(path.x[:k], path.y[:k], None, path.frame))),
                prior, path.x[k], path.y[k], size,
            )
            for k in range(1, len(path))
        ]  # fmt: skip
        persons.append(np.mean(scores, axis=0))
    for output, value in zip(("cig", "cnss", "cauc_trapezoid", "cauc_rank"), np.mean(persons, axis=0), strict=True):
        assert rows.loc[(output, trial.stimulus), "value"] == pytest.approx(value)
        assert rows.loc[(output, trial.stimulus), "pairs"] == len(persons)


def test_a_density_without_history_scores_as_it_is(agreeing, reference):
    """The gain of the prior over itself is 0, whatever came before."""

    class Bias:
        def log_density(self, trial, shape=None, history=None):
            return reference.bias.log_density(trial.stimulus, shape)

    rows = conditional_rows(Bias().log_density, agreeing.trials, agreeing.scanpaths, reference)
    np.testing.assert_allclose(rows.loc["cig", "value"], 0, atol=1e-9)


@pytest.mark.parametrize("model", [Uniform, Centre, Empirical])
def test_independent_fixations_are_scored_at_once_as_one_after_another(agreeing, reference, model):
    """To the bit, rows and cells, with fixations outside the image, short paths, people with several paths."""
    outside = agreeing.scanpaths.replace(
        x=np.where(np.arange(len(agreeing.scanpaths.x)) % 7 == 3, 170.0, agreeing.scanpaths.x)
    )
    people = Scanpaths.concat([outside, outside.truncate(1), outside.truncate(3)])
    fitted, context = model().fit(agreeing), Context(people, trials=agreeing.trials, density=reference)
    asked = []

    def always(trial, shape):
        asked.append(trial.id)
        return fitted.log_density(trial, shape)

    def following(trial, path, shape):
        return np.stack([fitted.log_density(trial, shape, history=history) for history in histories(path)])

    at_once, one_by_one = (
        score_parts([measures["conditional"]], Source("m", people, always, next_densities=of), people, context)
        for of in (None, following)
    )
    assert max(map(asked.count, asked)) == 3  # at once: for any fixation, and for the next ones; then for any fixation
    assert len(at_once.rows) == 4 * len(agreeing.trials)
    assert len(at_once.cells) == 4 * len(agreeing.trials) * len(agreeing.subjects)
    pd.testing.assert_frame_equal(at_once.rows, one_by_one.rows, check_exact=True)
    pd.testing.assert_frame_equal(at_once.cells, one_by_one.cells, check_exact=True)


def test_a_density_of_independent_fixations_is_asked_for_once_a_path(agreeing):
    class Counted(Centre):
        independent_fixations = True

        def log_density(self, trial, shape=None, history=None):
            asked.append(history)
            return super().log_density(trial, shape)

    asked, trial, path = [], agreeing.trials[0], agreeing.scanpaths[0]
    found = next_log_densities(Counted(), trial, path, (3, 4))
    assert asked == [None]
    assert found.shape == (len(path), 3, 4)
    assert all((each == Centre().log_density(trial, (3, 4))).all() for each in found)


def test_a_whole_path_at_once_is_the_same_as_one_fixation_after_another(agreeing):
    class Quick(Follower):
        def conditional_log_densities(self, trial, path, shape=None):
            return np.full((len(path), *shape), -np.log(shape[0] * shape[1]))

    trial, path = agreeing.trials[0], agreeing.scanpaths[0]
    assert (next_log_densities(Quick(), trial, path, (3, 4)) == -np.log(12)).all()
    slow = next_log_densities(Follower(), trial, path, (3, 4))
    assert slow.shape == (len(path), 3, 4)
    assert (slow[0] == -np.log(12)).all()
    assert (np.exp(slow[1:].reshape(-1, 12)).max(axis=1) > 0.9).all()


def test_a_model_that_gives_too_few_densities_is_told(agreeing, reference):
    class Short(Follower):
        def conditional_log_densities(self, trial, path, shape=None):
            return np.full((1, *shape), -np.log(shape[0] * shape[1]))

    with pytest.raises(
        GazekitError, match=r"model 'Short' gives 1 densities for a path of \d+ fixations on trial 'img0'"
    ):
        conditional_rows(Short().log_density, agreeing.trials[:1], agreeing.scanpaths, reference)


@pytest.fixture(scope="module")
def in_turn(dataset_of):
    """People who go to and fro between two places of each image: only the last fixation tells the next."""
    data = dataset_of(n_stimuli=4, n_subjects=6, frame=Frame(160, 120), n_fixations=8)
    paths = data.scanpaths
    jitter = np.random.default_rng(1).normal(0, 3, (len(paths.x), 2))
    image = paths.table["stimulus"].map({s: k for k, s in enumerate(data.stimuli)}).to_numpy()[paths.path_of()]
    left = paths.rank_of() % 2 == paths.path_of() % 2
    x, y = np.where(left, 25.0 + 5 * image, 125.0 - 5 * image), 30.0 + 15 * image
    return Dataset("in turn", data.trials, paths.replace(x=x + jitter[:, 0], y=y + jitter[:, 1]))


def likeliest_following(still, people, trials):
    """The reach and share of `with_following`, by whole maps for every choice."""
    total = {}
    for trial in trials:
        shape = density_shape(trial.frame)
        baseline = still.bias.log_density(trial.stimulus, shape)
        maps = PeopleMaps(people.filter(trial=trial.id), trial.frame, shape, still.bandwidth)
        for k, own in enumerate(maps.saccades):
            rest = np.arange(len(maps.maps)) != k
            others = Saccades.joined([s for s, kept in zip(maps.saccades, rest, strict=True) if kept])
            any_time = still.gold(maps.maps[rest], baseline)
            for choice in product(REACHES, FOLLOWING_SHARES):
                standard = replace(still, following=choice)
                for now, end in zip(own.start, own.end, strict=True):
                    log = standard.gold_next(others, now, any_time, baseline)
                    total[choice] = total.get(choice, 0.0) + values_at(log, end[:1], end[1:], trial.frame.size)[0]
    return max(total, key=total.get)


def test_the_gold_standard_of_the_next_fixation_knows_where_gaze_is(in_turn):
    people, trials = in_turn.scanpaths, in_turn.trials
    still = DensityReference.of(people, trials, seed=0)
    following = still.with_following(people, trials)
    assert following.following == likeliest_following(still, people, trials)
    assert still.following[1] == 0
    assert following.following[1] >= 0.5
    one, other = (conditional_rows(None, trials, people, r).loc["cig", "value"] for r in (still, following))
    assert (other > one + 0.5).all()  # a bit at most: which of the two places is next
    assert (other < one + 1.1).all()
    assert following.about()["gold_standard_next"] == dict(zip(("reach", "share"), following.following, strict=True))


def test_the_gold_standard_of_the_next_fixation_never_sees_who_is_scored(in_turn):
    """A person alone has none."""
    reference = DensityReference.of(in_turn.scanpaths, in_turn.trials, seed=0).with_following(
        in_turn.scanpaths, in_turn.trials
    )
    alone = conditional_rows(None, in_turn.trials, in_turn.scanpaths.filter(subject="p0"), reference)
    assert alone["value"].isna().all()


def test_densities_of_the_next_fixation_add_up_to_1(in_turn):
    reference = DensityReference.of(in_turn.scanpaths, in_turn.trials, seed=0)
    trial = in_turn.trials[0]
    shape = density_shape(trial.frame)
    people = PeopleMaps(in_turn.scanpaths.filter(trial=trial.id), trial.frame, shape, reference.bandwidth)
    baseline, others = reference.bias.log_density(trial.stimulus, shape), Saccades.joined(people.saccades[1:])
    any_time = reference.gold(people.maps[1:], baseline)
    for following in ((0.02, 0.9), (0.2, 0.5), (0.1, 0.0)):
        standard = replace(reference, following=following)
        for now in ((30.0, 30.0), (80.0, 60.0), (np.nan, 3.0), (-900.0, 4.0)):
            log = standard.gold_next(others, np.array(now), any_time, baseline)
            assert np.exp(log).sum() == pytest.approx(1)
    still = replace(reference, following=(0.1, 0.0)).gold_next(others, np.zeros(2), any_time, baseline)
    np.testing.assert_array_equal(still, any_time)
