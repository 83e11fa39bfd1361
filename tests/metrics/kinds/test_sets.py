"""What every measure of sets of scanpaths promises, checked for all that are registered."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Facts, Frame
from gazekit.foundations.errors import MismatchError, MissingNeedError, UnknownNameError
from gazekit.metrics import TrialContent, all_measures, measures, score_sets, set_measure
from gazekit.metrics.kinds.sets import NEEDS, SETS, lacking_in

NAMES = [measure.name for measure in all_measures(SETS)]
# A search without a fixation is a search that found nothing: these count it.
MEANT_FOR_EMPTY_PATHS = ("tfp_auc", "probability_mismatch", "fixations_to_target")
FRAME = Frame(800, 600, px_per_degree=100)


def made(*needs, **facts):
    """A measure that is always .5."""
    more = {"bounds": (0, 1), "summary": "", "source": "", "registered": False}
    return set_measure(lambda a, b, trials: [0.5], "m", needs=needs, **more, **facts)


@pytest.fixture(scope="module")
def two_sets(scanpaths_of):
    """A model's 12 and people's 12 paths on four trials, and what these show."""
    stimuli = [f"s{i % 4}" for i in range(12)]
    columns = {"stimulus": stimuli, "subject": [f"p{i // 4}" for i in range(12)], "task": "search"}
    boxes = np.array([[x, y, x + 200, y + 200] for y in (0, 200, 400) for x in (0, 200, 400, 600)], dtype=float)
    sets = []
    for seed in (1, 2):
        paths = scanpaths_of(np.arange(12) % 5 + 3, frame=FRAME, seed=seed, facts=Facts(forced_first=False), **columns)
        sets.append(paths.to_objects(dict.fromkeys(set(stimuli), boxes)))
    trials = {
        f"s{i}": TrialContent(boxes[i], boxes, i, (400.0, 300.0), np.random.default_rng(i).random(12)) for i in range(4)
    }
    return *sets, trials


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_keeps_its_promises(name, two_sets):
    a, b, trials = two_sets
    metric = measures[name]
    assert metric.name == name
    assert metric.summary
    assert metric.source
    assert set(metric.needs) <= set(NEEDS)
    values = score_sets(metric, a, b, trials)
    assert values.shape == (len(metric.outputs),)
    assert values.dtype == np.float64
    defined = values[~np.isnan(values)]
    # See their tests; plausibility of a fixed number of people needs four, and there are three here.
    undefined_here_by_design = ("first_saccade_latency", "fixations_to_target", "auto_recurrence", "plausibility")
    if name not in undefined_here_by_design:
        assert len(defined) == len(values)
    assert (defined >= metric.bounds[0]).all()
    assert (defined <= metric.bounds[1]).all()
    if metric.higher_is_better is False:
        itself = score_sets(metric, a, a, trials)
        np.testing.assert_allclose(itself, 0, atol=1e-9)
        assert (values > 0).all()
    if metric.higher_is_better is None:  # a description of a alone
        np.testing.assert_array_equal(values, score_sets(metric, a, a, trials))
    np.testing.assert_allclose(values, score_sets(metric, a[::-1], b[::-1], trials), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["no path", "paths without a fixation"])
def test_nothing_to_measure_is_undefined_without_a_warning(name, kind, two_sets):
    a, b, trials = two_sets
    nothing = a[:0] if kind == "no path" else a.truncate(0)
    values = score_sets(name, nothing, b, trials)
    assert values.shape == (len(measures[name].outputs),)
    if kind == "no path" or name not in MEANT_FOR_EMPTY_PATHS:
        assert np.isnan(values).all()


@pytest.mark.parametrize(
    ("need", "drop", "message"),
    [
        pytest.param("degrees", "degrees", "it needs px per degree, and 12 of 12 paths have none", id="degrees"),
        pytest.param(
            "duration", "duration", "it needs fixation durations, and a set of scanpaths has none", id="duration"
        ),
        pytest.param("target_box", "trials", "it needs target_box, which none of the 4 trials has", id="target"),
        pytest.param("objects", "objects", "it needs objects, and trial 's0' has none", id="objects"),
        pytest.param("target_object", "trials", "it needs target_object, which none", id="target object"),
    ],
)
def test_lacking_says_what_is_missing(need, drop, message, two_sets):
    a, b, trials = two_sets
    metric = made(need)
    assert lacking_in(metric, a, b, trials) == ""
    assert score_sets(metric, a, b, trials).tolist() == [0.5]
    if drop == "degrees":
        b = b.replace(table=b.table.assign(px_per_degree=np.nan))
    if drop in ("duration", "objects"):
        b = b.replace(**{"object_id" if drop == "objects" else "duration": None})
    trials = {} if drop in ("trials", "objects") else trials
    assert message in lacking_in(metric, a, b, trials)
    with pytest.raises(MissingNeedError, match=f"m cannot be computed: {message}"):
        score_sets(metric, a, b, trials)


def test_starts_are_put_back_before_all_paths_or_none(two_sets):
    a, b, trials = two_sets
    metric, bare = made("start"), {name: replace(shown, start=None) for name, shown in trials.items()}
    assert lacking_in(metric, a, b, trials) == lacking_in(metric, a, b, bare) == lacking_in(metric, a, b, {}) == ""
    some = bare | {"s0": trials["s0"]}
    assert lacking_in(metric, a, b, some) == "it needs where gaze was at the start, which 3 of 4 trials do not say"
    imposed = [side.replace(facts=Facts(forced_first=True)) for side in (a, b)]
    assert lacking_in(metric, *imposed, some) == ""
    degrees = a.to_degrees(), b.to_degrees()
    assert "starts of the trials are in px, and these scanpaths are in degrees" in lacking_in(metric, *degrees, trials)
    assert lacking_in(metric, *degrees, bare) == ""


def test_objects_may_come_from_boxes_or_from_the_paths(two_sets):
    a, b, trials = two_sets
    bare_a, bare_b = (p.replace(object_id=None) for p in (a, b))
    np.testing.assert_allclose(score_sets("delta", bare_a, bare_b, trials), score_sets("delta", a, b, trials))


def test_wrong_option_need_facts_and_outputs(two_sets):
    a, b, trials = two_sets
    with pytest.raises(
        UnknownNameError, match="no option of amplitude_js called 'bin_degres'; did you mean 'bin_degrees'"
    ):
        score_sets("amplitude_js", a, b, trials, bin_degres=1)
    with pytest.raises(MismatchError, match="disagree on 'forced_first'"):
        score_sets("direction_js", a.replace(facts=Facts(forced_first=True)), b, trials)
    with pytest.raises(UnknownNameError, match="no need of a measure of sets called 'colour'"):
        score_sets(made("colour"), a, b, trials)
    with pytest.raises(AssertionError, match="m gave 1 values for 2 outputs"):
        score_sets(made(outputs=("m", "n")), a, b, trials)
