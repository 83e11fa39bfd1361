"""The registry: what every metric must declare, and how another package or a test adds one."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.metrics import Metric, metrics, pairwise


@pytest.mark.parametrize("name", list(metrics))
def test_declares_all_that_the_list_shows(name):
    metric = metrics[name]
    assert metric.name == name
    assert all(output == name or output.startswith(f"{name}_") for output in metric.outputs)
    assert metric.bounds[0] < metric.bounds[1]
    assert metric.summary
    assert metric.source
    assert metric.unit


@pytest.mark.parametrize("name", list(metrics))
def test_keeps_its_bounds_and_reaches_the_best(scanpaths_of, name):
    metric = metrics[name]
    paths = scanpaths_of(np.random.default_rng(0).integers(3, 15, 30))
    scores = metric.pairwise(paths, paths, np.random.default_rng(1).integers(0, 30, (300, 2)))
    assert np.isfinite(scores).any()
    assert np.nanmin(scores) >= metric.bounds[0] - 1e-12
    assert np.nanmax(scores) <= metric.bounds[1] + 1e-12
    if name.startswith("cross_recurrence"):
        return  # a path recurs with itself only as often as it comes back: there is no best value to reach
    same = metric.pairwise(paths, paths, np.column_stack([np.arange(30)] * 2))
    assert same == pytest.approx(metric.bounds[1] if metric.higher_is_better else metric.bounds[0])


def _both_orders(paths, name):
    pairs = np.random.default_rng(2).integers(0, len(paths), (400, 2))
    return [pairwise(name, paths, paths, order) for order in (pairs, pairs[:, ::-1])]


@pytest.mark.parametrize("name", list(metrics))
def test_symmetric_is_what_it_says(scanpaths_of, name):
    lengths = np.random.default_rng(0).integers(0, 15, 40)
    smooth = scanpaths_of(lengths)
    few_places = smooth.replace(x=smooth.x // 400 * 400, y=smooth.y // 300 * 300)  # where alignments tie
    orders = [_both_orders(paths, name) for paths in (smooth, few_places)]
    there, back = (np.concatenate(side) for side in zip(*orders, strict=True))
    assert np.array_equal(np.isnan(there), np.isnan(back))
    assert np.isfinite(there).any()
    difference = np.nanmax(np.abs(there - back))
    assert difference <= 1e-12 if metrics[name].symmetric else difference > 1e-3


@pytest.mark.parametrize("name", list(metrics))
def test_needs_are_needed_and_nothing_else(scanpaths_of, name):
    metric = metrics[name]
    assert metric.needs == ("duration",) * metric.needs_duration + ("objects",) * metric.needs_objects
    timed = scanpaths_of([5, 6])
    given = {"duration": timed.duration if metric.needs_duration else None}
    if metric.needs_objects:
        given["object_id"] = np.zeros(11, dtype=int)
    scores = pairwise(name, *[timed.replace(**given)] * 2, [[0, 0]])
    assert np.isfinite(scores).any()


def test_names_of_columns_are_unique():
    outputs = [output for name in metrics for output in metrics[name].outputs]
    assert len(outputs) == len(set(outputs))


def test_a_wrong_name_offers_the_closest():
    with pytest.raises(UnknownNameError, match=r"no metric called 'multimatch2'; did you mean 'multimatch'"):
        metrics["multimatch2"]


def test_a_metric_of_ones_own(scanpaths_of):
    def prepare(columns, *, scale):
        return np.diff(columns.offsets) * scale

    def score(a, b, pairs, out, *, scale):
        out[:, 0] = np.abs(a[pairs[:, 0]] - b[pairs[:, 1]])

    length = Metric(
        name="length",
        outputs=("length",),
        higher_is_better=False,
        bounds=(0.0, np.inf),
        unit="fixations",
        needs_duration=True,
        summary="Difference of the numbers of fixations",
        source="this test",
        prepare=prepare,
        score=score,
        params={"scale": 1.0},
    )
    paths = scanpaths_of([2, 7])
    assert pairwise(length, paths, paths, [[0, 1]], scale=2.0).tolist() == [[10.0]]
    untimed = scanpaths_of([2, 7], durations=False)
    with pytest.raises(GazekitError, match="length needs fixation durations"):
        pairwise(length, untimed, untimed, [[0, 1]])
    of_objects = replace(length, needs_duration=False, needs_objects=True)
    assert (length.needs, of_objects.needs) == (("duration",), ("objects",))
    with pytest.raises(GazekitError, match=r"length needs the object of each fixation.*name them first with Scanp"):
        pairwise(of_objects, paths, paths, [[0, 1]])
    named = paths.replace(object_id=np.zeros(9, dtype=int))
    assert pairwise(of_objects, named, named, [[0, 1]]).tolist() == [[5.0]]
