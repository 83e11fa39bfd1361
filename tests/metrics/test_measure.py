"""Measures: what each of any kind must declare, how pairs keep it, and how another package or a test adds one."""

import inspect
import pickle
from itertools import groupby
from types import SimpleNamespace

import numpy as np
import pytest

import gazekit.metrics
from gazekit.evaluation.choice import choose
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.metrics import Context, Source, all_measures, measures, pair_measure, pairwise, set_measure
from gazekit.metrics.kinds.pairs import PAIRS
from gazekit.metrics.kinds.sets import SETS
from gazekit.metrics.measure import Kind
from gazekit.metrics.outputs import measure_of

NAMES = [measure.name for measure in all_measures(PAIRS)]
KINDS = [next(of_kind).kind for _, of_kind in groupby(all_measures(), key=lambda measure: measure.kind.given)]
UNITS = {"pair", "path", "fixation", "stimulus", "data set"}


@pytest.mark.parametrize("name", list(measures))
def test_declares_all_that_the_list_shows(name):
    measure = measures[name]
    assert measure.name == name
    assert measure.bounds[0] < measure.bounds[1]
    assert measure.summary
    assert measure.source
    assert measure.values_in
    assert measure.unit in UNITS
    assert measure.kind in KINDS
    assert (measure.symmetric is None) == (measure.kind != PAIRS)
    if measure.kind == PAIRS:
        assert all(output == name or output.startswith(f"{name}_") for output in measure.outputs)


def test_kinds_stand_in_their_order():
    assert [kind.place for kind in KINDS] == [0, 1, 2, 3]
    assert all(isinstance(kind, Kind) for kind in KINDS)


@pytest.mark.parametrize("name", list(measures))
def test_goes_to_another_process_as_it_is(name):
    measure = measures[name]
    there = pickle.loads(pickle.dumps(measure))  # noqa: S301  (our own)
    assert (there.name, there.kind, there.options) == (name, measure.kind, measure.options)


@pytest.mark.parametrize("name", NAMES)
def test_options_are_those_of_the_public_function(name):
    """The defaults that a caller of the function gets are those of the measure."""
    parameters = list(inspect.signature(getattr(gazekit.metrics, name)).parameters.values())[2:]
    assert measures[name].options == {p.name: p.default for p in parameters if p.name != "size"}


def test_other_options(scanpaths_of):
    other = measures["scanmatch"].with_options(bins=(6, 4))
    assert (other.options["bins"], measures["scanmatch"].options["bins"]) == ((6, 4), (12, 8))
    assert other.parameters == other.options
    assert measures["sequence_score_labels"].parameters["labels"] == "label_maps"
    with pytest.raises(UnknownNameError, match="no option of scanmatch called 'bin'; did you mean 'bins'"):
        measures["scanmatch"].with_options(bin=3)
    with pytest.raises(GazekitError, match="amplitude_js: skip_first must be true or false, not 'no'"):
        measures["amplitude_js"].with_options(skip_first="no")
    with pytest.raises(GazekitError, match="eyenalysis: px_per_ms must be a number, not True"):  # it was 1
        measures["eyenalysis"].with_options(px_per_ms=True)
    for name, option, value in [
        ("scanmatch", "bins", (True, 8)),
        ("multimatch", "simplify", (45.0, True, 300.0)),
        ("cross_recurrence", "radius", True),
        ("stde", "longest", np.bool_(True)),
        ("probability_mismatch", "by", True),
    ]:
        with pytest.raises(GazekitError, match=f"{name}: {option} must be neither true nor false, not "):
            measures[name].with_options(**{option: value})
    assert measures["eyenalysis"].with_options(px_per_ms=np.int64(1)).options["px_per_ms"] == 1
    assert measures["amplitude_js"].with_options(skip_first=np.bool_(True)).options["skip_first"]
    assert measures["multimatch"].lacking(Context(scanpaths_of([3, 4]))) == ""


@pytest.mark.parametrize("name", NAMES)
def test_keeps_its_bounds_and_reaches_the_best(scanpaths_of, name):
    metric = measures[name]
    paths = scanpaths_of(np.random.default_rng(0).integers(3, 15, 30))
    scores = pairwise(name, paths, paths, np.random.default_rng(1).integers(0, 30, (300, 2)))
    assert np.isfinite(scores).any()
    assert np.nanmin(scores) >= metric.bounds[0] - 1e-12
    assert np.nanmax(scores) <= metric.bounds[1] + 1e-12
    if name.startswith("cross_recurrence"):
        return  # a path recurs with itself only as often as it comes back: there is no best value to reach
    same = pairwise(name, paths, paths, np.column_stack([np.arange(30)] * 2))
    assert same == pytest.approx(metric.bounds[1] if metric.higher_is_better else metric.bounds[0])


def _both_orders(paths, name):
    pairs = np.random.default_rng(2).integers(0, len(paths), (400, 2))
    return [pairwise(name, paths, paths, order) for order in (pairs, pairs[:, ::-1])]


@pytest.mark.parametrize("name", NAMES)
def test_symmetric_is_what_it_says(scanpaths_of, name):
    lengths = np.random.default_rng(0).integers(0, 15, 40)
    smooth = scanpaths_of(lengths)
    few_places = smooth.replace(x=smooth.x // 400 * 400, y=smooth.y // 300 * 300)  # where alignments tie
    orders = [_both_orders(paths, name) for paths in (smooth, few_places)]
    there, back = (np.concatenate(side) for side in zip(*orders, strict=True))
    assert np.array_equal(np.isnan(there), np.isnan(back))
    assert np.isfinite(there).any()
    difference = np.nanmax(np.abs(there - back))
    assert difference <= 1e-12 if measures[name].symmetric else difference > 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_needs_are_needed_and_nothing_else(scanpaths_of, name):
    metric = measures[name]
    assert set(metric.needs) <= {"duration", "objects"}
    timed = scanpaths_of([5, 6])
    given = {"duration": timed.duration if "duration" in metric.needs else None}
    if "objects" in metric.needs:
        given["object_id"] = np.zeros(11, dtype=int)
    scores = pairwise(name, *[timed.replace(**given)] * 2, [[0, 0]])
    assert np.isfinite(scores).any()


def test_names_of_columns_are_unique():
    outputs = [output for measure in all_measures() for output in measure.outputs]
    assert len(outputs) == len(set(outputs))


def test_a_wrong_name_offers_the_closest():
    with pytest.raises(UnknownNameError, match=r"no metric called 'multimatch2'; did you mean 'multimatch'"):
        measures["multimatch2"]


def test_a_metric_of_ones_own(scanpaths_of):
    def prepare(columns, *, scale):
        return np.diff(columns.offsets) * scale

    def score(a, b, pairs, out, *, scale):
        out[:, 0] = np.abs(a[pairs[:, 0]] - b[pairs[:, 1]])

    def length(a, b, *, scale=1.0):
        """The public function of two paths; only its signature counts here."""

    facts = {"higher_is_better": False, "bounds": (0.0, np.inf), "values_in": "fixations", "source": "this test"}
    steps = {"prepare": prepare, "score": score, "summary": "Difference of the numbers of fixations"}
    made = pair_measure(length, **steps, **facts, needs=("duration",), registered=False)
    assert made.options == {"scale": 1.0}
    assert "length" not in measures
    paths = scanpaths_of([2, 7])
    assert pairwise(made, paths, paths, [[0, 1]], scale=2.0).tolist() == [[10.0]]
    untimed = scanpaths_of([2, 7], durations=False)
    with pytest.raises(GazekitError, match="length needs fixation durations"):
        pairwise(made, untimed, untimed, [[0, 1]])
    of_objects = pair_measure(length, **steps, **facts, needs=("objects",), registered=False)
    with pytest.raises(GazekitError, match=r"length needs the object of each fixation.*name them first with Scanp"):
        pairwise(of_objects, paths, paths, [[0, 1]])
    named = paths.replace(object_id=np.zeros(9, dtype=int))
    assert pairwise(of_objects, named, named, [[0, 1]]).tolist() == [[5.0]]


def test_a_measure_of_another_package_is_found_and_chosen(monkeypatch, scanpaths_of):
    """One entry-point group for every kind of measure."""

    def swing(a, b, trials, *, bins=3):
        return [float(len(a) - len(b))]

    made = set_measure(swing, "swing", bounds=(-9, 9), summary="Swing", source="this test", registered=False)
    point = SimpleNamespace(name="swing", value="another:package", load=lambda: made)
    monkeypatch.setattr(measures, "_found", {"swing": point})
    assert measures.group == "gazekit.metrics"
    assert measures["swing"] is made
    assert made in all_measures(SETS)
    assert measure_of("swing") is made
    context = Context(scanpaths_of([3, 4], subject=["p", "q"]))
    assert choose({"swing": {"bins": 5}}, context).parameters() == {"swing": {"bins": 5}}
    rows = made.rows(Source("m", context.people[[0, 0]]), context.people[[1]], context)
    assert rows[["model", "metric", "stimulus", "value"]].to_numpy().tolist() == [["m", "swing", "", 1.0]]


@pytest.mark.parametrize("value", ["x", (1, 2), [], {"a": 1}])
@pytest.mark.parametrize(
    ("measure", "option", "message"),
    [
        ("scanmatch", "threshold", "scanmatch: threshold"),
        ("scanmatch", "gap", "scanmatch: gap is a score of 0 or below, not"),
        ("scanmatch", "temporal_bin_ms", "temporal_bin_ms must be a positive number of ms, not"),
        ("cross_recurrence", "radius", "radius"),
        ("eyenalysis", "px_per_ms", "px_per_ms"),
        ("paths_nss", "sigma_share", "sigma_share must be a share of the width from 0.001 to 1, not"),
        ("paths_nss", "sigma_degrees", "sigma_degrees must be a positive number, not"),
    ],
)
def test_what_is_no_number_is_refused_in_a_sentence(small_dataset, measure, option, message, value):
    """As `evaluate(metrics={"scanmatch": {"threshold": "x"}})` gives it: these ended in a traceback."""
    paths, chosen = small_dataset.scanpaths, measures[measure].with_options(**{option: value})
    source = Source("m", paths.replace(table=paths.table.assign(source="m", subject="")))
    with pytest.raises(GazekitError) as error:
        chosen.rows(source, paths, Context(paths, trials=small_dataset.trials))
    assert message in str(error.value)
    assert repr(value) in str(error.value)


def test_an_output_is_told_whose_it_is():
    """The rows of a table are outputs: `--metrics target_found` listed 80 names, and not the one."""
    with pytest.raises(GazekitError, match="target_found is an output of the metric fixations_to_target; ask for that"):
        choose(["target_found"], Context(None))


def test_bins_that_are_no_two_numbers_are_refused(small_dataset):
    paths, chosen = small_dataset.scanpaths, measures["scanmatch"].with_options(bins=(1, (2, 3)))
    with pytest.raises(GazekitError, match="bins are a whole number of columns and of rows, not"):
        chosen.rows(Source("human", paths), paths, Context(paths, trials=small_dataset.trials))
