"""The experiment on a world with a known answer: what each condition must show, resuming, bytes, and how it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit import Facts
from gazekit.experiments.captions import CaptionResults, captions
from gazekit.experiments.captions.conditions import GuidedModel
from gazekit.experiments.captions.results import typical_example
from gazekit.foundations.errors import DataError, GazekitError, RunFolderError
from gazekit.models import load_model
from gazekit.models.registry import models as registry
from gazekit.runs import folder as runs

FILES = (
    "scores.parquet",
    "predictions.parquet",
    "lengths.parquet",
    "writers.parquet",
    "summary.csv",
    "differences.csv",
    "lengths.csv",
    "gammas.csv",
    "writers.csv",
    "writer_differences.csv",
)
CONDITIONS = ["right caption", "same-image caption", "other-image caption", "no caption", "scheduled caption"]
CONTROLS = ["uniform", "centre", "centre-point", "other-image", "centre:spread=fitted", "empirical"]


@pytest.fixture(scope="module")
def results(observations, quick, tmp_path_factory):
    return captions(observations, tmp_path_factory.mktemp("captions") / "run", gammas=[0.0, 0.7], **quick)


def value(results, model, metric):
    table = results.main.summary
    return table[(table["model"] == model) & (table["metric"] == metric)]["value"].item()


def test_every_row_is_there(results):
    assert results.main.models == ["human", *CONDITIONS, "right caption, gamma 0", *CONTROLS]
    assert results.about["conditions"] == {
        "right caption": 17,
        "same-image caption": 16,  # the last image has one person
        "other-image caption": 17,
        "no caption": 5,
        "scheduled caption": 17,
        "right caption, gamma 0": 17,
    }
    assert results.about["without_another_caption"] == 1
    stimuli = results.main.summary.set_index(["model", "metric"])["stimuli"]
    assert stimuli["right caption", "scanmatch"] == 5
    assert stimuli["same-image caption", "scanmatch"] == stimuli["human", "scanmatch"] == 4


def test_the_right_caption_beats_the_wrong_one(results):
    row = results.difference("right caption", "other-image caption", "scanmatch")
    assert row["difference"] > 0.2  # of five images, one with one person: the interval is wide
    assert value(results, "right caption", "scanmatch") > max(value(results, c, "scanmatch") for c in CONTROLS)
    assert results.difference("right caption", "nothing", "scanmatch") is None


def test_only_the_writer_tells_the_right_caption_from_another_of_its_image(results):
    table = results.writer_summary.set_index(["model", "metric"])
    right = table.loc[("right caption", "scanmatch")]
    assert right["low"] > 0  # the writer clicked on what the caption says, the others mostly elsewhere
    assert right["writer_low"] <= right["writer"] <= right["writer_high"]
    assert right["difference"] == pytest.approx(right["writer"] - right["others"])
    gaps = results.writer_differences.set_index(["metric", "model_a", "model_b"])
    assert gaps.loc[("plausibility_mean", "right caption", "other-image caption"), "difference"] > 0
    assert gaps.loc[("scanmatch", "right caption", "same-image caption"), "difference"] > 0
    # people against people, and what does not know the caption, are the same to everybody
    for model in ("human", "no caption", "uniform"):
        assert table.loc[(model, "scanmatch"), "difference"] == pytest.approx(0, abs=1e-9)
    assert set(table["stimuli"]) == {4}


def test_the_mean_of_the_curve_is_the_plausibility_of_the_table(results):
    # every path of the world has three fixations or more, so the mean over lengths and stimuli can be exchanged
    curve = results.curves[results.curves["model"] == "right caption"]
    assert curve["length"].tolist() == list(range(1, 11))
    defined = curve["value"].dropna()
    assert len(defined) == 3
    assert defined.mean() == pytest.approx(value(results, "right caption", "plausibility_best_per_length"))
    assert (curve["low"].dropna() <= defined + 1e-12).all()


def test_fixed_people_are_two_here(results):
    assert results.main.manifest["request"]["metrics"]["plausibility"]["fixed_humans"] == 2
    assert np.isfinite(value(results, "human", "plausibility_best_human_fixed"))


def test_gammas_have_a_row_each(results):
    table = results.gammas[results.gammas["metric"] == "scanmatch"]
    assert table["gamma"].tolist() == [0.0, 0.7]
    assert table["value"].tolist() == [
        value(results, "right caption, gamma 0", "scanmatch"),
        value(results, "right caption", "scanmatch"),
    ]


def test_the_paths_say_what_they_followed(results, observations):
    table = results.paths().table
    own = table[table["source"] == "right caption"]
    said = {t.id: t.caption for t in observations.trials}
    assert dict(zip(own["observation"], own["caption"], strict=True)) == said
    other = table[table["source"] == "other-image caption"]
    image = {t.caption: t.stimulus for t in observations.trials}
    assert all(c != said[o] for o, c in zip(other["observation"], other["caption"], strict=True))
    assert len(image) <= len(said)
    again = table[table["source"] == "same-image caption"]
    of = {(t.stimulus, t.caption) for t in observations.trials}
    assert all((s, c) in of for s, c in zip(again["stimulus"], again["caption"], strict=True))
    assert table["observation"].isna().sum() == (table["source"].isin(CONTROLS)).sum()


def test_clicks_stay_clicks_in_the_data_and_the_conversion_is_said(results, observations):
    assert observations.scanpaths.facts.points == "clicks"
    assert "Clicks on a blurred image were compared" in results.about["notes"][0]
    assert results.about["compared_with"] == "the writers' clicks"


def test_the_example_is_chosen_by_rule(results):
    example = typical_example(results)
    assert list(example.paths) == CONDITIONS
    assert {p.ids["stimulus"] for p in example.paths.values()} == {example.stimulus}
    assert example.paths["right caption"].ids["observation"] == example.observation


@pytest.mark.slow
def test_a_stopped_run_is_resumed_to_the_same_bytes(results, observations, quick, tmp_path, monkeypatch):
    whole, done = runs._do, []

    def stops(piece):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(piece.part.name)
        whole(piece)

    monkeypatch.setattr(runs, "_do", stops)
    options = {**quick, "gammas": [0.0, 0.7]}
    with pytest.raises(KeyboardInterrupt):
        captions(observations, tmp_path / "run", **options)
    with pytest.raises(DataError, match="not finished; run its command again"):
        CaptionResults.load(tmp_path / "run")
    monkeypatch.setattr(runs, "_do", lambda piece: (done.append(piece.part.name), whole(piece)))
    captions(observations, tmp_path / "run", **options)
    assert len(done) == len(set(done))  # nothing was done twice
    for file in FILES:
        assert (tmp_path / "run" / file).read_bytes() == (results.folder / file).read_bytes()
    loaded = CaptionResults.load(tmp_path / "run")
    assert loaded.main.summary.equals(results.main.summary)
    (tmp_path / "run" / "writers.parquet").unlink()
    with pytest.raises(DataError, match=r"lacks writers\.parquet; run its command again to finish it"):
        CaptionResults.load(tmp_path / "run")
    captions(observations, tmp_path / "run", **options)
    assert (tmp_path / "run" / "writers.parquet").read_bytes() == (results.folder / "writers.parquet").read_bytes()


@pytest.mark.slow
def test_workers_do_not_change_the_tables(results, observations, quick, tmp_path):
    captions(observations, tmp_path / "run", gammas=[0.0, 0.7], workers=2, **quick)
    for file in FILES:
        assert (tmp_path / "run" / file).read_bytes() == (results.folder / file).read_bytes()


def test_another_caption_is_another_request(results, observations, quick):
    from dataclasses import replace

    trials = list(observations.trials)
    trials[0] = replace(trials[0], caption="a purple ball")
    changed = replace(observations, trials=tuple(trials))
    with pytest.raises(RunFolderError, match="holds another run: model"):
        captions(changed, results.folder, gammas=[0.0, 0.7], **quick)


def test_free_viewing_is_compared_with_the_captions_of_others(observations, viewers, quick, tmp_path):
    options = {**quick, "metrics": ("scanmatch",)}
    found = captions(observations, tmp_path / "run", people=viewers, scheduled=False, **options)
    assert found.main.manifest["data"]["name"] == "mit1003 (capmit1003 captions)"
    assert found.main.manifest["data"]["before_scoring"] == [
        "The forced first fixation of every human path was dropped."
    ]
    assert found.about["notes"] == []
    assert found.about["compared_with"] == "mit1003"
    assert not len(found.writers)
    assert not len(found.writer_summary)
    assert not len(found.writer_differences)
    assert not (found.folder / "writers.csv").exists()
    row = found.difference("right caption", "other-image caption", "scanmatch")
    assert row["difference"] > 0


def test_one_caption_for_everybody_who_saw_an_image(observations, quick, tmp_path):
    """A table of one's own: a trial per image, its caption, and several people's paths. It ended in a traceback."""
    first = {t.stimulus: t for t in reversed(observations.trials)}
    table = observations.scanpaths.table
    shared = table.assign(trial=table["stimulus"].map({s: t.id for s, t in first.items()}))
    paths = observations.scanpaths.replace(table=shared, facts=Facts(points="fixations", forced_first=True))
    data = replace(observations, trials=tuple(first.values()), scanpaths=paths)
    found = captions(data, tmp_path / "run", scheduled=False, **{**quick, "metrics": ("scanmatch",)})
    assert found.about["compared_with"] == data.name
    assert not len(found.writers)
    assert found.about["notes"] == [
        "The forced first fixation of every human path was dropped.",
        "Several people share a caption (one trial): nobody counts as its writer.",
    ]


class Listener(type(load_model("uniform"))):
    """A model of the user's that reads captions, and looks where their length says."""

    name = "listener"
    needs = ("caption",)

    def draw(self, trial, prepared, rng, max_fixations):
        where = len(trial.caption) % 7 / 7
        return np.full(3, where * trial.frame.width), np.full(3, where * trial.frame.height), None


def test_any_model_that_reads_captions(observations, quick, tmp_path, monkeypatch):
    options = {k: v for k, v in quick.items() if k != "options"} | {"metrics": ("scanmatch",)}
    found = captions(observations, tmp_path / "made", model=Listener(), **options)
    assert found.main.models == ["human", *CONDITIONS[:3], *CONTROLS]
    assert typical_example(found).paths.keys() == set(CONDITIONS[:3])
    monkeypatch.setitem(registry._entries, "listener", Listener)
    named = GuidedModel("listener", {"default_length": 4}).with_objective()
    assert (type(named), named.default_length) == (Listener, 4)
    with pytest.raises(GazekitError, match="model 'listener' has no gamma to be swept"):
        captions(observations, tmp_path / "no", model=Listener(), gammas=[0.1], **options)
    with pytest.raises(GazekitError, match="options go with the name of a model"):
        captions(observations, tmp_path / "no", model=Listener(), options={"a": 1}, **options)
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": "centre", "options": {}}, "model 'centre' reads no captions, so that they cannot guide it"),
        ({"options": {"objective": "clean"}}, "objective is what the conditions differ in; leave out objective"),
        ({"options": {"encoder": "filters"}}, "'filters' has no text side, which captions need"),
    ],
)
def test_bad_requests_are_refused(observations, quick, tmp_path, change, message):
    with pytest.raises(GazekitError, match=message):
        captions(observations, tmp_path / "run", **{**quick, **change})
    assert not (tmp_path / "run").exists()
