"""Which measures apply to which data, and why the others do not."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Facts, GazekitError
from gazekit.evaluation.choice import choose
from gazekit.foundations.errors import UnknownNameError
from gazekit.metrics import Context, Source, TrialContent, measures, score, sequence_score
from gazekit.metrics.context import contents_of
from gazekit.metrics.outputs import caution, higher_is_better
from gazekit.metrics.plausibility import CAUTION


@pytest.fixture
def people(scanpaths_of):
    return scanpaths_of([4, 5, 6, 3], stimulus=list("ssts"), subject=list("pqpr"))


def reason(name, context, **options):
    return measures[name].with_options(**options).lacking(context)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cross_recurrence", "its radius has a default in px only"),
        ("cross_recurrence_lag", "its radius has a default in px only"),
        ("auto_recurrence", "its radius has a default in px only"),
        ("sequence_score_clusters", "needs px of the shown image"),
        ("nss", "needs px of the shown image"),
    ],
)
def test_degrees(people, name, message):
    context = Context(people.replace(facts=Facts(unit="degrees")))
    assert message in reason(name, context)
    assert reason(name, Context(people)) == ""
    if "radius" in message:
        assert reason(name, context, radius=2.0) == ""


def test_needs(people):
    box = TrialContent(target_box=(0, 0, 9, 9), objects=np.array([[0, 0, 9, 9.0]]), target_object=0)
    context = Context(people)
    for name, message in {
        "tfp_auc": "it needs target_box",
        "delta": "it needs objects",
        "sequence_score_objects": "it needs the objects of every trial",
        "sequence_score_labels": "it needs a map of labels of every stimulus, and 's' has none",
        "guidance_rank": "it needs objects",
    }.items():
        assert reason(name, context).startswith(message)
    shown = Context(people, {"s": box, "t": box})
    assert not any(reason(n, shown) for n in ("tfp_auc", "delta", "sequence_score_objects_without_target"))
    half = Context(people, {"s": box, "t": replace(box, target_object=None)})
    assert "which object is the target" in reason("sequence_score_objects_without_target", half)
    assert "no model of this run gives a log density" in reason("nss", Context(people, models_have_densities=False))
    assert "only one" in reason("nss", Context(people.filter(stimulus="s")))
    assert "only one subject" in reason("direction_js", Context(people.filter(subject="p")))


def test_a_latency_that_was_dropped_is_not_applicable(people):
    """With the start put back before each path, the first fixation has no duration."""
    start = {t: TrialContent(start=(5, 5)) for t in "st"}
    assert reason("first_saccade_latency", Context(people)) == ""
    assert "dropped before scoring" in reason("first_saccade_latency", Context(people, start))


@pytest.mark.parametrize("name", ["first_saccade_amplitude", "first_saccade_latency", "first_saccade_leaves_centre"])
def test_without_a_start_a_dropped_first_fixation_has_no_saccade(people, name):
    """What is left of the path begins with the second saccade: its amplitude was called the first's."""
    paths = people.replace(table=people.table.assign(px_per_degree=20.0))
    dropped = Context(paths, first_dropped=True)
    assert "dropped before scoring, and no trial says where it was; give start_x and start_y" in reason(name, dropped)
    assert reason(name, Context(paths)) == ""
    told = replace(dropped, contents={t: TrialContent(start=(5, 5)) for t in "st"})
    assert "no trial says" not in reason(name, told)


def test_measures_of_the_whole_set_come_last(people):
    choice = choose({"direction_js": {"bins": 8}, "scanmatch": {}, "paths_nss": {}}, Context(people))
    assert [measure.name for measure in choice.measures] == ["scanmatch", "paths_nss", "direction_js"]
    assert choice.parameters()["direction_js"]["bins"] == 8
    assert choice.outputs() == ["scanmatch", "paths_nss", "direction_js", "turn_js"]


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        ({"nss": {"sigma": 1}}, UnknownNameError, "no option of nss called 'sigma'"),
        (
            {"sequence_score_clusters": {"bin": 1}},
            UnknownNameError,
            "option of sequence_score_clusters called 'bin'",
        ),
        (["tfp_auc"], GazekitError, "'tfp_auc' cannot be used on this data set: it needs target_box"),
        ("scanmatch", GazekitError, "as a list of names"),
        (["scanmatch", "scanmatch"], GazekitError, "metrics scanmatch is given twice; give it once"),
    ],
)
def test_refusals(people, wanted, error, message):
    with pytest.raises(error, match=message):
        choose(wanted, Context(people))


def test_cautions_and_directions():
    assert caution("plausibility_mean") == caution("distinct_cells") == CAUTION
    assert caution("scanmatch") == caution("auc_uniform") == caution("paths_auc") == ""
    assert caution("auc_shuffled") == caution("paths_auc_shuffled") == ""
    assert [higher_is_better(n) for n in ("sequence_score_clusters", "edit_distance_clusters", "target_found")] == [
        True, False, None,
    ]  # fmt: skip
    assert measures["sequence_score_clusters"].parameters["labels"] == "clusters"


def test_strings_of_labels_equal_plain_loops(people, scanpaths_of):
    """Sequence Score on a map of four quarters, and timed for a model without durations."""
    maps = {s: np.kron(np.arange(4).reshape(2, 2), np.ones((300, 400), dtype=int)) for s in "st"}
    predicted = scanpaths_of([4, 2], stimulus=["s", "t"], subject="", source="m", seed=4, durations=False)
    chosen = [measures["sequence_score_labels"], measures["sequence_score_labels_time"]]
    rows = score(chosen, Source("m", predicted), people, Context(people, label_maps=maps))
    rows = rows.set_index(["metric", "stimulus"])

    def string(path):
        return (path.x // 400 + 2 * (path.y // 300)).astype(int)

    values = [sequence_score(string(predicted[0]), string(h), symbols="objects") for h in people.filter(stimulus="s")]
    assert rows.loc[("sequence_score_labels", "s"), "value"] == pytest.approx(np.mean(values))
    assert np.isnan(rows.loc[("sequence_score_labels_time", "s"), "value"])
    assert rows.loc[("sequence_score_labels_time", "s"), "undefined"] == 3


def test_contents_of_trials(shelf):
    trial = shelf(2, 3, target=1, start=(3.0, 4.0))
    content = contents_of([trial])[trial.id]
    assert content.objects.shape == (6, 4)
    assert (content.target_object, content.start, content.target_box) == (1, (3.0, 4.0), None)
