"""Observations joined image by image, and the captions that each condition draws."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gazekit import Dataset, Facts, Frame, Scanpaths, Trial
from gazekit.experiments.captions.conditions import (
    CaptionCondition,
    GuidedModel,
    gamma_row,
    other_image,
    same_image,
    without,
)
from gazekit.experiments.captions.observations import by_observation, image_by_image
from gazekit.foundations.errors import DataError
from gazekit.models import load_model
from gazekit.models.identity import identity
from gazekit.testing import check_model

IMAGE = np.zeros((30, 40, 3), np.uint8)
ROWS = [("a1", "a", "x", "red"), ("a2", "a", "y", "blue"), ("a3", "a", "z", " RED "), ("b1", "b", "x", "green")]


def observed(rows=ROWS, image=IMAGE, facts=Facts(points="clicks")):
    trials = [Trial(o, s, Frame(40, 30), image, caption=c) for o, s, _, c in rows]
    table = pd.DataFrame(rows, columns=["trial", "stimulus", "subject", "caption"]).assign(width=40, height=30)
    n = len(rows)
    return Dataset("made-up", trials, Scanpaths(range(2 * n), range(2 * n), range(0, 2 * n + 1, 2), table, facts=facts))


def test_a_trial_per_image_with_everybodys_paths():
    found = image_by_image(observed())
    assert [t.id for t in found.images.trials] == ["a", "b"]
    assert found.images.scanpaths.table["trial"].tolist() == ["a", "a", "a", "b"]
    assert found.images.scanpaths.facts.points == "fixations"
    assert found.own.table["trial"].tolist() == ["a1", "a2", "a3", "b1"]
    assert found.writers == {"a1": "x", "a2": "y", "a3": "z", "b1": "x"}
    assert len(found.notes) == 1
    assert image_by_image(observed(facts=Facts(points="fixations"))).notes == ()


def test_a_forced_first_fixation_is_dropped_of_everybody_and_of_the_writers():
    found = image_by_image(observed(facts=Facts(points="fixations", forced_first=True)))
    for paths in (found.images.scanpaths, found.own):
        assert paths.facts.forced_first is False
        assert paths.lengths.tolist() == [1, 1, 1, 1]
    assert found.notes == ("The forced first fixation of every human path was dropped.",)


def test_a_caption_of_several_people_has_no_writer():
    data = observed()
    table = data.scanpaths.table.assign(trial=["a1", "a1", "a1", "b1"])
    found = image_by_image(replace(data, scanpaths=data.scanpaths.replace(table=table)))
    assert found.own is None
    assert found.notes[-1] == "Several people share a caption (one trial): nobody counts as its writer."


def test_what_is_left_out_is_counted():
    rows = [*ROWS, ("b2", "b", "y", None), ("b3", "b", "z", "  ")]
    data = observed(rows)
    trials = [replace(t, image_source=None) if t.id == "a2" else t for t in data.trials]
    found = image_by_image(replace(data, trials=tuple(trials), dropped={"before": 2}), reads=lambda c: "green" not in c)
    assert [t.id for t in found.observations] == ["a1", "a3"]
    assert found.images.dropped == {
        "before": 2,
        "observations whose image is not in the folder (left out)": 1,
        "observations whose caption the encoder cannot read (left out)": 1,
        "observations without a caption (left out)": 2,
    }


def test_other_people_need_not_have_seen_every_image():
    people = image_by_image(observed(ROWS[:1])).images
    found = image_by_image(observed(), people)
    assert found.images.dropped == {"observations of images that nobody looked at (left out)": 1}
    assert found.own is None
    assert found.images.name == "made-up (made-up captions)"


def test_nothing_left_and_two_sizes_are_refused():
    with pytest.raises(DataError, match="has no caption that can be used: 4 observations whose caption the encoder"):
        image_by_image(observed(), reads=lambda caption: False)
    people = image_by_image(observed(ROWS[:1])).images
    table = people.scanpaths.table.assign(width=41.0)
    wrong = replace(people, scanpaths=people.scanpaths.replace(table=table))
    with pytest.raises(DataError, match="'a' is 40 x 30 px where its captions come from and 41 x 30 px in 'made-up"):
        image_by_image(observed(), wrong)


def test_paths_go_to_their_observation_or_to_all_of_their_image():
    found = image_by_image(observed())
    paths = found.images.scanpaths
    spread = by_observation(paths, found)
    assert spread.table.groupby("trial").size().to_dict() == {"a1": 3, "a2": 3, "a3": 3, "b1": 1}
    made = paths.replace(table=paths.table.assign(observation=["a1", "a", np.nan, "b1"]))
    assert by_observation(made, found).table["trial"].tolist() == ["a1", "a1", "a2", "a3", "a1", "a2", "a3", "b1"]


# ---------------------------------------------------------------- which caption


def test_drawn_captions_are_of_the_right_images():
    trials = image_by_image(observed()).observations
    assert {t.id: t.caption for t in without(trials)} == {"a": None, "b": None}
    for seed in range(5):
        # the same words are the same caption, whoever wrote them: "red" and " RED "
        assert {t.id: t.caption for t in same_image(trials, seed)}.keys() == {"a1", "a2", "a3"}
        assert {t.id: t.caption for t in same_image(trials, seed)}["a1"] == "blue"
        other = {t.id: t.caption for t in other_image(trials, seed)}
        assert other["a1"] == other["a2"] == "green"
        assert other["b1"] in ("red", "blue", " RED ")
    drawn = {same_image(trials, seed)[1].caption for seed in range(20)}
    assert drawn == {"red", " RED "}


def test_a_draw_depends_on_seed_and_observation_only():
    trials = image_by_image(observed()).observations
    assert same_image(trials, 3) == same_image(trials, 3)
    turned = {t.id: t.caption for t in same_image(trials[3:] + trials[:3], 3)}
    assert turned == {t.id: t.caption for t in same_image(trials, 3)}


def test_the_only_image_has_no_caption_of_another():
    assert other_image(image_by_image(observed(ROWS[:3])).observations, 0) == []


class Echo(type(load_model("uniform"))):
    """Looks at one place per caption."""

    needs = ("image", "caption")

    def draw(self, trial, prepared, rng, max_fixations):
        return np.array([float(len(trial.caption))]), np.array([rng.random()]), None


def test_a_condition_is_a_model_that_looks_once_per_caption():
    found = image_by_image(observed())
    condition = CaptionCondition("right caption", Echo(), found.observations)
    ends = Echo()
    ends.ends_itself = True
    assert (CaptionCondition("it", ends, found.observations).ends_itself, condition.ends_itself) == (True, False)
    paths = condition.predict(found.images.trials, n_samples=2, progress=False)
    assert len(condition) == 4
    assert paths.table["trial"].tolist() == ["a"] * 6 + ["b"] * 2
    assert paths.table["sample"].tolist() == [*range(6), 0, 1]
    assert paths.table["observation"].tolist() == ["a1", "a1", "a2", "a2", "a3", "a3", "b1", "b1"]
    assert paths.x.tolist() == [3, 3, 4, 4, 5, 5, 5, 5]
    alone = condition.predict(found.images.trials[1:], n_samples=2, progress=False)
    assert alone.y.tolist() == paths.y[-2:].tolist()
    assert len(condition.predict([Trial("c", "c", Frame(40, 30), IMAGE)], progress=False)) == 0
    changed = CaptionCondition("right caption", Echo(), other_image(found.observations, 0))
    assert identity(changed)["options"] != identity(condition)["options"]


def test_a_condition_keeps_the_contract_of_models():
    from gazekit.testing import example_trials

    given = [replace(t, caption="abc") for t in example_trials()]
    check_model(CaptionCondition("right caption", Echo(), [replace(t, id=f"{t.id}-o") for t in given]))


class Reader(Echo):
    """Has an encoder, as neva does: it reads all but one caption, and counts tokens."""

    gamma = 0.3
    encoder = SimpleNamespace(
        reads=lambda caption: caption != "grey", token_count=lambda caption: (len(caption.split()) + 2, 4)
    )


def test_captions_that_are_too_long_are_counted():
    subject = GuidedModel(Reader(), {})
    assert subject.too_long(["one two", "one two three", ""]) == 1
    assert (subject.reads("anything"), subject.reads("grey"), subject.gamma) == (True, False, 0.3)
    assert (GuidedModel(Echo(), {}).reads("grey"), GuidedModel(Echo(), {}).gamma) == (True, None)
    assert GuidedModel(Echo(), {}).too_long(["one two three"]) == 0
    assert gamma_row(0.3) == "right caption, gamma 0.3"
