"""Anybody's predictions: found by trial, stimulus or stem, and scored like a model."""

import random
import unicodedata
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gazekit import Dataset, Frame, Scanpaths, Trial
from gazekit.evaluation import evaluate as evaluation
from gazekit.evaluation.evaluate import NULLS
from gazekit.evaluation.score_file import match_trials, score_predictions
from gazekit.foundations.errors import DataError, MismatchError, RunFolderError


@pytest.fixture
def predictions(scanpaths_of):
    return scanpaths_of(
        [4, 5, 3], frame=Frame(160, 120), stimulus=["img0.jpg", "IMG3", "unknown"], subject="", source="theirs"
    )


def test_names_match_without_suffix_or_case(small_dataset, predictions):
    matched = match_trials(predictions, small_dataset)
    assert matched.paths.table["trial"].tolist() == ["img0", "img3"]
    assert (matched.unmatched, matched.trials_without) == (1, 4)


def test_sources_that_lack_trials_of_others_are_named(small_dataset, predictions):
    other = predictions[[0]]
    both = Scanpaths.concat([predictions, other.replace(table=other.table.assign(source="few"))])
    assert "of 2 trials with a prediction, 'few' 1: each source is scored on its own" in (
        match_trials(both, small_dataset).notes
    )


def test_nothing_matches(small_dataset, predictions):
    with pytest.raises(DataError, match="no prediction belongs to a trial.*'unknown'"):
        match_trials(predictions[[2]], small_dataset)


def test_one_stimulus_in_two_trials_needs_a_task(scanpaths_of):
    frame = Frame(100, 100)
    trials = [Trial(f"{task}/a", "a", frame, task=task) for task in ("cup", "fork")]
    data = Dataset("d", trials, Scanpaths.from_paths([]))
    with pytest.raises(DataError, match="belongs to 2 trials.*a column 'task', or 'trial'"):
        match_trials(scanpaths_of([2], frame=frame, stimulus=["a"]), data)
    named = match_trials(scanpaths_of([2], frame=frame, stimulus=["a"], task="fork"), data)
    assert named.paths.table["trial"].tolist() == ["fork/a"]


def test_rescale_maps_to_the_trial(small_dataset, scanpaths_of):
    big = scanpaths_of([4, 5], frame=Frame(1600, 1200), stimulus=["img1", "img0"], source="theirs")
    matched = match_trials(big, small_dataset, rescale=True).paths
    assert matched.table["trial"].tolist() == ["img1", "img0"]
    np.testing.assert_allclose(matched.x, big.x / 10)
    assert matched.frame_of(1) == Frame(160, 120)
    with_note = match_trials(small_dataset.scanpaths, small_dataset, rescale=True).notes
    assert [note for note in with_note if "(--rescale) changes nothing" in note]


@pytest.mark.parametrize("stimuli_of_a_piece", [1, 10])
def test_partial_predictions_are_scored_where_they_are(
    small_dataset, predictions, tmp_path, stimuli_of_a_piece, monkeypatch
):
    """Pieces of one stimulus hold no prediction at all, but for two."""
    monkeypatch.setattr(evaluation, "PIECE_STIMULI", stimuli_of_a_piece)
    matched = match_trials(predictions, small_dataset)
    results = score_predictions(matched, small_dataset, ["scanmatch"], out=tmp_path / "r", progress=False)
    summary = results.summary.set_index("model")
    assert results.models == ["human", "theirs", "theirs (own lengths)", *NULLS]
    assert summary.loc["theirs", "stimuli"] == 2
    assert summary.loc["human", "stimuli"] == 6
    assert results.differences.set_index(["model_a", "model_b"]).loc[("human", "theirs"), "stimuli"] == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.lists(
        st.sampled_from([
            "suffix", "other-suffix", "upper", "folder", "another-folder", "backslash", "decomposed", "order", "blanks",
            "running-trial", "shuffled-trial", "task", "one-unknown", "one-nearly", "twice", "dots",
        ]),
        max_size=3,
        unique=True,
    ),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_a_prediction_is_never_scored_on_another_image(scanpaths_of, change, seed):
    """Names written as people write them: the right trial, or left out and counted with its name, or an error."""
    has, draw = set(change).__contains__, random.Random(seed)
    names = ["set/one/café.jpg", "set/two/café.jpg", "set/one/b.1.jpg", "set/one/b.2.jpg"]
    frame = Frame(100, 100)
    data = Dataset("d", [Trial(f"t{k}", name, frame) for k, name in enumerate(names)], Scanpaths.from_paths([]))
    given = list(enumerate(names))
    if has("order"):
        draw.shuffle(given)
    one = draw.randrange(len(names))

    def written(name):
        stem = name.removesuffix(".jpg")
        name = stem if has("suffix") else f"{stem}.png" if has("other-suffix") else name
        name = name.upper() if has("upper") else name
        name = f"stimuli/{name}" if has("folder") else f" {name} " if has("blanks") else name
        name = name.replace("/", "\\") if has("backslash") else name
        return unicodedata.normalize("NFD", name) if has("decomposed") else name

    said = [written(name) for _, name in given]
    if has("another-folder"):
        said[one] = said[one].lower().replace("one", "three").replace("two", "three")
    if has("one-unknown"):
        said[one] = "nowhere.jpg"
    if has("one-nearly"):
        said[one] = "set/one/b.3.jpg"
    if has("dots"):
        said[one] = "set/one/b.jpg"
    if has("twice"):
        said[one] = said[one - 1]
    trial = [str(k) for k in range(4)] if has("running-trial") else [f"t{k}" for k in (1, 2, 3, 0)]
    columns = {"trial": trial} if has("running-trial") or has("shuffled-trial") else {}
    paths = scanpaths_of(
        [k + 2 for k, _ in given], frame=frame, stimulus=said, source="m", task="cup" if has("task") else "", **columns
    )
    try:
        matched = match_trials(paths, data)
    except DataError:
        return
    right = {k + 2: f"t{k}" for k, _ in given}
    found = dict(zip(matched.paths.lengths.tolist(), matched.paths.table["trial"], strict=True))
    wrong = {n: t for n, t in found.items() if right[n] != t}
    assert not wrong or (has("twice") and len(wrong) == 1), (change, said, wrong)
    assert matched.unmatched == 4 - len(found)
    assert bool(matched.notes) >= (matched.unmatched > 0)


def test_several_sources_become_several_models(small_dataset, scanpaths_of, tmp_path):
    paths = scanpaths_of([4, 5], frame=Frame(160, 120), stimulus=["img0", "img0"], source=["a", "human"], subject="")
    results = score_predictions(
        match_trials(paths, small_dataset), small_dataset, ["scanmatch"], out=tmp_path / "r", progress=False
    )
    assert results.models == ["human", "a", "a (own lengths)", "predictions", "predictions (own lengths)", *NULLS]


def test_intervals_do_not_depend_on_what_samples_are_called(small_dataset, scanpaths_of, tmp_path):
    """Of paths that a file numbers from 1, or by subject, whose lengths they had was told by these numbers."""
    stimuli = np.repeat(small_dataset.stimuli, 3).tolist()
    made = scanpaths_of([9] * 18, frame=Frame(160, 120), stimulus=stimuli, subject="", source="a")
    summaries = []
    for number, names in enumerate(([0, 1, 2], [1, 2, 3], [0, 0, 0])):
        subjects = ["x", "y", "z"] if number == 2 else ""
        paths = made.replace(table=made.table.assign(sample=names * 6, subject=subjects * 6))
        matched = match_trials(paths, small_dataset)
        found = score_predictions(matched, small_dataset, ["scanmatch"], out=tmp_path / str(number), progress=False)
        summaries.append(found.summary)
    pd.testing.assert_frame_equal(summaries[0], summaries[1])
    pd.testing.assert_frame_equal(summaries[0], summaries[2])


def test_another_reading_of_the_file_is_another_run(small_dataset, predictions, tmp_path):
    """--forced-first after --no-forced-first: the first fixation is dropped, or the folder is refused."""

    def score(paths, out):
        matched = match_trials(paths, small_dataset)
        return score_predictions(matched, small_dataset, ["scanmatch"], out=tmp_path / out, progress=False).summary

    forced = predictions.replace(facts=replace(predictions.facts, forced_first=True))
    plain = score(predictions, "run")
    with pytest.raises(RunFolderError, match="holds another run"):
        score(forced, "run")
    assert not score(forced, "own").equals(plain)


def data_of(scanpaths_of, trials):
    shown = [t.stimulus for t in trials]
    return Dataset(
        "d", trials, scanpaths_of([3] * len(trials), frame=SMALL, stimulus=shown, trial=[t.id for t in trials])
    )


SMALL = Frame(100, 100)


def matched(scanpaths_of, dataset, **columns):
    n = len(columns["stimulus"])
    made = scanpaths_of([2] * n, frame=SMALL, **{"subject": "", "source": "theirs", **columns})
    return match_trials(made, dataset)


@pytest.mark.parametrize(
    ("trial", "why"),
    [(["3", "1", "2"], "contradicts"), (["0", "1", "2"], "is not there"), (["1", "2", "3"], "agrees")],
)
def test_a_running_trial_number_does_not_beat_the_stimulus(scanpaths_of, trial, why):
    data = data_of(scanpaths_of, [Trial(s, s, SMALL) for s in "123"])
    assert matched(scanpaths_of, data, stimulus=list("123"), trial=trial).paths.table["stimulus"].tolist() == list(
        "123"
    )


def test_other_stimuli_do_not_match_by_their_trial_number(scanpaths_of):
    data = data_of(scanpaths_of, [Trial(s, s, SMALL) for s in "123"])
    with pytest.raises(
        DataError, match="3 paths of stimuli that the data set does not have: 'dog', 'cat', 'cow'; there"
    ):
        matched(scanpaths_of, data, stimulus=["dog", "cat", "cow"], trial=list("123"))


def test_trials_are_a_key_where_they_agree(scanpaths_of):
    data = data_of(scanpaths_of, [Trial(f"a/{k}", "a", SMALL) for k in (1, 2)])
    assert matched(scanpaths_of, data, stimulus=["a", "a"], trial=["a/2", "a/1"]).paths.table["trial"].tolist() == [
        "a/2",
        "a/1",
    ]
    with pytest.raises(DataError, match=r"belongs to 2 trials of 'd' .*its trial '7' is none of them.*column 'trial'"):
        matched(scanpaths_of, data, stimulus=["a"], trial=["7"])


def test_a_prediction_for_another_target_is_left_out_and_counted(scanpaths_of):
    data = data_of(scanpaths_of, [Trial("bottle/a", "a", SMALL, task="bottle"), Trial("cup/b", "b", SMALL, task="cup")])
    found = matched(scanpaths_of, data, stimulus=["a", "a", "b"], task=["cup", "bottle", "Cup"])
    assert found.paths.table["trial"].tolist() == ["bottle/a", "cup/b"]
    assert found.unmatched == 1
    assert (
        "1 path of tasks that the data set does not have on their stimulus ('cup' on 'a'); it has 'bottle'"
        in (found.notes[0])
    )


def test_folders_count(scanpaths_of):
    data = data_of(scanpaths_of, [Trial(s, s, SMALL) for s in ("Action/001.png", "scene_1.5")])
    found = matched(scanpaths_of, data, stimulus=["Action/001", "Art/001.png", "scene_1.7"])
    assert found.paths.table["stimulus"].tolist() == ["Action/001.png"]
    assert found.notes == (
        "2 paths of stimuli that the data set does not have: 'Art/001.png' (nearest: 'Action/001.png'), 'scene_1.7' "
        "(nearest: 'scene_1.5'); there are 'Action/001.png', 'scene_1.5'",
    )


def test_a_prediction_that_is_there_twice(scanpaths_of):
    data = data_of(scanpaths_of, [Trial("a", "a", SMALL)])
    with pytest.raises(DataError, match=r"two predictions of 'theirs' have the same trial 'a', .*column 'sample'"):
        matched(scanpaths_of, data, stimulus=["a", "a"])


def test_another_size_names_the_option(small_dataset, scanpaths_of):
    with pytest.raises(MismatchError, match=r"px of 1600 x 1200, and people saw 160 x 120.*--rescale"):
        match_trials(scanpaths_of([4], frame=Frame(1600, 1200), stimulus=["img1"]), small_dataset)


def test_predictions_that_call_themselves_chance_are_not_chance(small_dataset, scanpaths_of, tmp_path):
    paths = scanpaths_of([4], frame=Frame(160, 120), stimulus=["img0"], source="other-image", subject="")
    found = score_predictions(
        match_trials(paths, small_dataset), small_dataset, ["scanmatch"], out=tmp_path / "r", progress=False
    )
    assert found.models == ["human", "predictions", "predictions (own lengths)", *NULLS]
