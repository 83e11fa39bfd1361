"""Checks on a small data set that is as it should be, and with one thing wrong at a time."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import gazekit
from gazekit import Dataset, Facts, Frame, Scanpaths, UnknownNameError
from gazekit.checks import CHECKS, check, check_predictions

from .conftest import HEIGHT, WIDTH, make_people, moved


def worst(findings):
    return [(f.check, f.level) for f in (*findings.errors, *findings.warnings)]


def test_good_data_give_no_finding(good):
    findings = gazekit.check(good)
    assert findings.found == ()
    assert dict(findings.not_checked) == {"image-size": "no image files"} or findings.not_checked == {}


def test_the_same_data_give_the_same_findings(good):
    wrong = moved(good, lambda x, y: (x, HEIGHT - y))
    assert check(wrong).to_dict() == check(wrong).to_dict()


@pytest.mark.parametrize(
    ("move", "name", "level", "said", "option"),
    [
        (lambda x, y: (x / WIDTH, y / HEIGHT), "scale", "error", "0 to 1", "position_unit=share"),
        (lambda x, y: (100 * x / WIDTH, 100 * y / HEIGHT), "scale", "error", "0 to 100", "position_unit=percent"),
        (lambda x, y: (x * 224 / WIDTH, y * 224 / HEIGHT), "scale", None, "224 x 224", "recorded_width=224"),
        (lambda x, y: (x * 1.5, y * 1.5), "scale", "warning", "1.5 times as large", "scale=0.6667"),
        (lambda x, y: (x - WIDTH / 2, y - HEIGHT / 2), "origin", "error", "y downward", "origin=centre"),
        (lambda x, y: (x - WIDTH / 2, HEIGHT / 2 - y), "origin", "error", "y upward", "origin=centre-up"),
        (lambda x, y: (x, HEIGHT - y), "orientation", "warning", "y counted upward", "origin=bottom-left"),
        (lambda x, y: (WIDTH - x, y), "orientation", "warning", "right edge", "width - x"),
        (lambda x, y: (y, x), "orientation", "warning", "exchanged", "columns={'x': 'y', 'y': 'x'}"),
        (lambda x, y: (x + 60, y + 40), "offset", "warning", "offset of about (", "offset_x="),
    ],
)
def test_a_wrong_space_is_named_with_its_mend_and_the_effect_on_nss(good, move, name, level, said, option):
    findings = check(moved(good, move))
    found = [f for f in findings.found if f.check == name]
    assert found, findings.text()
    assert level in (None, found[0].level)
    assert said in found[0].probably
    assert option in found[0].mend
    assert found[0].effect.mended > found[0].effect.as_is + 0.3
    assert found[0].effect.mended == pytest.approx(
        check(moved(good, lambda x, y: (y, x))).found[0].effect.mended, abs=0.3
    )


def test_positions_in_degrees_are_told_from_px_of_the_middle():
    bare = make_people(pictures=False)
    said = {
        by: check(moved(bare, lambda x, y, by=by: ((x - WIDTH / 2) / by, (y - HEIGHT / 2) / by))).text()
        for by in (1, 30)
    }
    assert "as small as degrees: if they are, give scale=PX_PER_DEGREE too" in said[30]
    assert "degrees" not in said[1]


def test_targets_of_a_search_tell_the_orientation_without_pictures():
    search = make_people(pictures=False, targets=True)
    assert worst(check(search)) == []
    found = check(moved(search, lambda x, y: (x, HEIGHT - y)))
    assert worst(found) == [("orientation", "warning")]
    assert found.found[0].effect.on == "the targets"


def test_without_pictures_and_targets_a_flip_cannot_be_seen_and_the_findings_say_so():
    bare = make_people(pictures=False)
    findings = check(moved(bare, lambda x, y: (x, HEIGHT - y)))
    assert findings.found == ()
    assert findings.not_checked["orientation"].startswith("neither targets nor pictures on 8 trials")


def test_without_pictures_exchanged_columns_show_by_the_middle_of_the_image():
    assert worst(check(moved(make_people(pictures=False), lambda x, y: (y, x))))[0][0] == "orientation"


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        (lambda d: d / 1000, "error", "time_unit=s"),
        (lambda d: d * 1000, "error", "time_unit=us"),
        (lambda d: d * 1e6, "error", "time_unit=ns"),
        (lambda d: d / 5, "warning", "detect fixations again"),
        (lambda d: np.full_like(d, 2.0), "warning", "sampling interval"),
        (lambda d: np.full_like(d, 200.0), "note", "constant"),
        (lambda d: np.zeros_like(d), "warning", "written as 0"),
    ],
)
def test_durations_of_another_kind(good, change, level, said):
    paths = good.scanpaths
    findings = check(replace(good, scanpaths=paths.replace(duration=change(paths.duration))))
    assert [(f.check, f.level) for f in findings.found] == [("durations", level)]
    assert said in f"{findings.found[0].probably} {findings.found[0].mend}"


def test_onsets_in_the_place_of_durations(good):
    paths = good.scanpaths
    onset = 250.0 * paths.rank_of()
    findings = check(replace(good, scanpaths=paths.replace(duration=onset)))
    assert worst(findings) == [("durations", "warning")]
    assert findings.found[0].probably == "times at which fixations began"


def test_durations_that_nobody_fixates(good):
    """A duration of 31 years was nothing suspicious, and neither was one of a minute."""
    paths = good.scanpaths
    findings = check(
        replace(good, scanpaths=paths.replace(duration=np.where(np.arange(len(paths.x)) == 7, 6e4, paths.duration)))
    )
    assert worst(findings) == [("durations", "warning")]
    assert findings.found[0].seen == f"1 of {len(paths.x)} durations are longer than 30 s (the longest: 6e+04 ms)"


@pytest.mark.parametrize(("speed", "found"), [(1.0, []), (1.5, [("durations", "warning")])])
def test_fixations_that_end_after_the_next_began(good, speed, found):
    paths = good.scanpaths
    ends = np.cumsum(paths.duration + 30)
    onset = ends - np.repeat(ends[paths.offsets[1:] - 1], paths.lengths)
    timed = paths.replace(onset=onset - paths.duration, duration=paths.duration * speed)
    findings = check(replace(good, scanpaths=timed))
    assert worst(findings) == found
    assert not found or findings.found[0].seen.endswith(
        "% of fixations end more than 20 ms after the next one has begun"
    )


@pytest.mark.parametrize(("limit", "found"), [(8, []), (4, [("limits", "warning")])])
def test_a_limit_that_people_exceed(good, limit, found):
    """Models were held to it, people were not: an unequal comparison, without a word."""
    data = replace(good, trials=tuple(replace(t, max_fixations=limit) for t in good.trials))
    findings = check(data)
    assert worst(findings) == found
    if found:
        assert "120 of 120 paths have more fixations than max_fixations (first: " in findings.found[0].seen
        assert " and 4 on 't0')" in findings.found[0].seen


@pytest.mark.parametrize(("allowed", "trial"), [([2, 64], 12), ([64], 12), ([12], None)])
def test_limits_of_people_that_are_not_those_of_their_trials(good, allowed, trial):
    """Whether people with 2 saccades found a target was set beside models that had 12, without a word."""
    paths = good.scanpaths
    table = paths.table.assign(saccades_allowed=[allowed[k % len(allowed)] for k in range(len(paths))])
    trials = tuple(replace(t, max_fixations=trial) for t in good.trials)
    findings = check(replace(good, trials=trials, scanpaths=paths.replace(table=table)))
    assert worst(findings) == [("limits", "warning")]
    seen = findings.found[0].seen
    assert f"120 of 120 paths had another limit (saccades_allowed, {allowed[0]} to {allowed[-1]})" in seen
    assert f"(first: {allowed[0]} and {trial or 'none'} on 't0')" in seen


@pytest.mark.parametrize("known", [12, None, ""])
def test_limits_of_people_that_are_those_of_their_trials(good, known):
    paths = good.scanpaths
    table = paths.table.assign(saccades_allowed=[12, known] * (len(paths) // 2))
    trials = tuple(replace(t, max_fixations=12) for t in good.trials)
    assert worst(check(replace(good, trials=trials, scanpaths=paths.replace(table=table)))) == []


@pytest.mark.parametrize("odd", ["four", -1])
def test_limits_that_are_no_numbers(good, odd):
    table = good.scanpaths.table.assign(saccades_allowed=odd)
    with pytest.raises(
        gazekit.DataError, match=f"the column saccades_allowed has '?{odd}'?: it holds numbers of saccades"
    ):
        check(replace(good, scanpaths=good.scanpaths.replace(table=table)))


def test_a_limit_does_not_count_an_imposed_fixation(good):
    paths = good.scanpaths
    longest = int(paths.lengths.max())
    data = replace(
        good,
        trials=tuple(replace(t, max_fixations=longest - 1) for t in good.trials),
        scanpaths=paths.replace(facts=Facts(forced_first=True)),
    )
    assert "limits" not in {f.check for f in check(data).found}


def test_durations_of_clicks_are_not_judged(good):
    paths = good.scanpaths
    clicks = paths.replace(duration=paths.duration * 20, facts=Facts(points="clicks"))
    assert worst(check(replace(good, scanpaths=clicks))) == []


def test_an_imposed_first_fixation_must_be_declared(good):
    paths = good.scanpaths
    first = paths.rank_of() == 0
    imposed = paths.replace(x=np.where(first, WIDTH / 2, paths.x), y=np.where(first, HEIGHT / 2, paths.y))
    findings = check(replace(good, scanpaths=imposed))
    assert worst(findings) == [("first-fixation", "warning")]
    assert "100%" in findings.found[0].seen
    assert worst(check(replace(good, scanpaths=imposed.replace(facts=Facts(forced_first=True))))) == []


def test_one_that_is_declared_must_be_there(good):
    paths = good.scanpaths
    away = paths.replace(x=np.where(paths.rank_of() == 0, 30, paths.x), facts=Facts(forced_first=True))
    assert ("first-fixation", "warning") in worst(check(replace(good, scanpaths=away)))


def test_one_person_whose_y_goes_upward(good):
    paths = good.scanpaths
    mine = (paths.table["subject"] == "p3").to_numpy()[paths.path_of()]
    findings = check(replace(good, scanpaths=paths.replace(y=np.where(mine, HEIGHT - paths.y, paths.y))))
    assert worst(findings) == [("person", "warning")]
    assert "'p3'" in findings.found[0].seen
    assert "y counted upward" in findings.found[0].probably


def test_paths_on_other_images_than_they_were_made_on(good):
    paths = good.scanpaths
    people = np.array([int(s[1:]) for s in paths.table["subject"]])
    trials = np.array([int(t[1:]) for t in paths.table["trial"]])
    names = [f"t{(t + 5 * p) % 24}" for t, p in zip(trials, people, strict=True)]
    mixed = paths.replace(table=paths.table.assign(trial=names, stimulus=names))
    assert "agreement" in [f.check for f in check(replace(good, scanpaths=mixed)).warnings]


def test_one_person_gives_reasons_and_no_alarm():
    findings = check(make_people(people=1))
    assert worst(findings) == []
    assert findings.not_checked["agreement"] == "0 trials with two people; 8 are needed"


def test_few_points_give_reasons_and_no_alarm():
    rows = pd.DataFrame({"stimulus": ["a", "a"], "x": [0.1, 0.2], "y": [0.1, 0.3], "width": 800, "height": 600})
    findings = check(Dataset.from_table(rows))
    assert findings.found == ()
    assert findings.not_checked["scale"] == "1 fixations are too few"


def test_positions_in_degrees_are_not_taken_for_px(good):
    paths = good.scanpaths
    degrees = paths.replace(table=paths.table.assign(px_per_degree=30.0)).to_degrees()
    findings = check(replace(good, scanpaths=degrees))
    assert worst(findings) == []
    assert findings.not_checked["scale"] == "positions are in degrees"


def test_what_is_accepted_is_kept_and_neither_warned_of_nor_refused(good):
    wrong = moved(good, lambda x, y: (x / WIDTH, y / HEIGHT))
    with pytest.raises(gazekit.DataError, match=r"made: these numbers cannot be right.*--accept scale"):
        check(wrong).refuse_nonsense()
    findings = check(wrong, accept=["scale"])
    findings.refuse_nonsense()
    assert (findings.errors, findings.accepted, findings.lines()) == ((), ("scale",), [])
    assert findings.found[0].check == "scale"
    assert "ERROR scale (accepted)" in findings.text()
    assert "| error (accepted) | scale |" in findings.markdown()


def test_an_unknown_check_is_refused_with_the_closest(good):
    with pytest.raises(UnknownNameError, match="did you mean 'orientation'"):
        check(good, accept=["orientations"])


def predictions_of(good, move=lambda x, y: (x + 2, y - 2)):
    paths = good.scanpaths.filter(subject="p0")
    x, y = move(paths.x, paths.y)
    return paths.replace(x=x, y=y, table=paths.table.assign(source="mine", subject=""))


def test_good_predictions_give_no_finding(good):
    findings = check_predictions(predictions_of(good), good)
    assert findings.found == ()
    assert set(CHECKS) - set(findings.not_checked) == {
        *(["scale", "origin", "orientation", "offset", "outside", "durations", "paths"])
    }


def test_predictions_that_are_peoples_paths_are_told(good):
    """They are compared with themselves too, and lie above people, in silence."""
    own = predictions_of(good, lambda x, y: (np.round(x), np.round(y)))
    found = check_predictions(own, good).found
    assert [(f.check, f.level) for f in found] == [("paths", "warning")]
    count = int((own.lengths >= 4).sum())
    assert found[0].seen.startswith(
        f"{count} of {count} predicted paths are those of people on the same trials, to the"
    )
    assert "(first: that of 'p0' on 't0')" in found[0].seen
    imposed = replace(good, scanpaths=good.scanpaths.replace(facts=Facts(forced_first=True)))
    dropped = own.replace(facts=Facts(forced_first=True)).drop_first()
    assert worst(check_predictions(dropped, imposed)) == [("paths", "warning")]
    elsewhere = good.scanpaths.table["trial"].map(
        dict(zip(good.stimuli, [*good.stimuli[1:], good.stimuli[0]], strict=True))
    )
    moved = good.scanpaths.replace(table=good.scanpaths.table.assign(source="m", trial=elsewhere, stimulus=elsewhere))
    assert worst(check_predictions(moved.filter(subject="p0"), good)) == []


def test_paths_over_objects_may_be_those_of_people(good):
    """A place of an object is where it is: some equal paths say nothing, nearly all do."""
    grid = good.scanpaths.replace(x=np.round(good.scanpaths.x / 60) * 60, y=np.round(good.scanpaths.y / 60) * 60)
    people = replace(good, scanpaths=grid)
    own = grid.filter(subject="p0")
    half = np.repeat(np.arange(len(own)) % 2, own.lengths) * 7
    for move, found in ((half, []), (0, ["paths"])):
        paths = own.replace(x=own.x + move, table=own.table.assign(source="m", subject=""))
        assert [f.check for f in check_predictions(paths, people).found if f.check == "paths"] == found


def test_predictions_that_begin_with_an_undeclared_start_are_told(good):
    """People's imposed first fixation is dropped, and these were scored with one fixation more, in silence."""
    paths = predictions_of(good)
    first = paths.rank_of() == 0
    imposed = paths.replace(x=np.where(first, WIDTH / 2, paths.x), y=np.where(first, HEIGHT / 2, paths.y))
    for forced in (True, False):
        people = replace(good, scanpaths=good.scanpaths.replace(facts=Facts(forced_first=forced)))
        findings = check_predictions(imposed, people)
        assert worst(findings) == [("first-fixation", "warning")]
        assert "is scored, and people's paths are scored without" in findings.found[0].probably
        assert "--forced-first of score" in findings.found[0].mend
        assert worst(check_predictions(paths, people)) == []
        for declared in (True, False):
            assert worst(check_predictions(imposed.replace(facts=Facts(forced_first=declared)), people)) == []
    assert worst(check_predictions(imposed, good)) == []  # nobody has said what people's are


@pytest.mark.parametrize(
    ("move", "name"),
    [
        (lambda x, y: (x / WIDTH, y / HEIGHT), "scale"),
        (lambda x, y: (x * 224 / WIDTH, y * 224 / HEIGHT), "scale"),
        (lambda x, y: (x - WIDTH / 2, HEIGHT / 2 - y), "origin"),
        (lambda x, y: (x, HEIGHT - y), "orientation"),
        (lambda x, y: (y, x), "orientation"),
    ],
)
def test_predictions_in_a_wrong_space_are_told_by_where_people_looked(good, move, name):
    findings = check_predictions(predictions_of(good, move), good)
    assert findings.found[0].check == name
    assert findings.found[0].effect.on == "where people looked"
    assert "--data-set" not in findings.found[0].mend


def test_few_predictions_in_a_small_corner_are_told_by_where_people_looked(good):
    """Px of a copy of 512 x 320 on two images; 320 x 240 fits the middle as well, but not where people looked."""
    two = good.select(stimuli=["t0", "t1"])
    large = two.scanpaths.table.assign(width=4.2 * WIDTH, height=3.5 * HEIGHT)
    shown = replace(
        two,
        trials=tuple(replace(t, frame=Frame(4.2 * WIDTH, 3.5 * HEIGHT)) for t in two.trials),
        scanpaths=two.scanpaths.replace(table=large, x=two.scanpaths.x * 4.2, y=two.scanpaths.y * 3.5),
    )
    copy = shown.scanpaths.replace(x=two.scanpaths.x * 512 / WIDTH, y=two.scanpaths.y * 320 / HEIGHT)
    few = copy[[0, 1, 5, 6]]
    assert 10 <= len(few.x) < 30
    found = check_predictions(few.replace(table=few.table.assign(source="m")), shown).found
    assert [(f.check, f.level, f.probably) for f in found] == [("scale", "warning", "px of a picture of 512 x 320")]
    assert found[0].mend.startswith("read the predictions with --predictions-set recorded_width=512")


def test_predictions_of_chance_models_give_no_warning(good):
    for name in ("uniform", "centre", "other-image", "centre-point"):
        model = gazekit.load_model(name)
        if hasattr(model, "fit"):
            model.fit(good)
        paths = model.predict(good.trials, n_samples=3, seed=1, max_fixations=6, progress=False)
        assert worst(check_predictions(paths, good)) == [], name


def test_paths_without_anything_are_no_reason_to_fail():
    empty = Scanpaths([], [], [0], pd.DataFrame({"stimulus": [], "width": [], "height": []}))
    findings = check(Dataset("none", (), empty))
    assert findings.found == ()
    assert (
        findings.summary == f"none: nothing was checked; 0 of {len(CHECKS)} checks made"
    )  # it was "nothing suspicious"
