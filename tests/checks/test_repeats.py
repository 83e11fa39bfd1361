"""Rows, paths and positions that are there twice, and sizes of image files."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gazekit import Frame, Scanpaths
from gazekit.checks import check

from .conftest import make_people
from .test_check import worst


def taken(data, points, counts):
    paths = data.scanpaths
    offsets = np.concatenate([[0], np.cumsum(counts)])
    made = Scanpaths(paths.x[points], paths.y[points], offsets, paths.table, duration=paths.duration[points])
    return replace(data, scanpaths=made)


def test_each_row_twice(good):
    paths = good.scanpaths
    wrong = taken(good, np.repeat(np.arange(len(paths.x)), 2), paths.lengths * 2)
    assert ("rows", "warning") in worst(check(wrong))


def test_each_path_twice_in_a_row(good):
    paths = good.scanpaths
    points = np.concatenate(
        [np.tile(np.arange(a, b), 2) for a, b in zip(paths.offsets, paths.offsets[1:], strict=False)]
    )
    assert worst(check(taken(good, points, paths.lengths * 2))) == [("rows", "warning")]


def test_one_person_under_two_names(good):
    paths = good.scanpaths
    copy = paths.filter(subject="p0")
    both = Scanpaths.concat([paths, copy.replace(table=copy.table.assign(subject="zoe"))])
    findings = check(replace(good, scanpaths=both))
    assert worst(findings) == [("paths", "warning")]
    assert "24 are of subject p0 and zoe" in findings.found[0].seen


def test_a_tracker_that_lost_the_eye(good):
    paths = good.scanpaths
    lost = np.arange(len(paths.x)) % 20 == 7
    wrong = paths.replace(x=np.where(lost, 0, paths.x), y=np.where(lost, 0, paths.y))
    findings = check(replace(good, scanpaths=wrong))
    assert ("repeated-position", "warning") in worst(findings)
    assert "exactly (0, 0)" in next(f.seen for f in findings.found if f.check == "repeated-position")


def test_positions_of_objects_are_no_repeats(good):
    """Object arrays have six positions, and people repeat whole paths."""
    paths = good.scanpaths
    snapped = paths.replace(x=np.round(paths.x / 100) * 100, y=np.round(paths.y / 100) * 100)
    findings = check(replace(good, scanpaths=snapped))
    assert not {"paths", "repeated-position"} & {f.check for f in findings.found}
    assert not {"paths", "repeated-position"} & set(findings.not_checked)
    first = snapped.filter(subject="p0")
    both = Scanpaths.concat([snapped, first.replace(table=first.table.assign(subject="zoe"))])
    found = [f.seen for f in check(replace(good, scanpaths=both)).warnings if f.check == "paths"]
    assert "24 are of subject p0 and zoe" in found[0]
    lost = np.arange(len(paths.x)) % 20 == 7
    wrong = snapped.replace(x=np.where(lost, 0, snapped.x), y=np.where(lost, 0, snapped.y))
    found = [f.seen for f in check(replace(good, scanpaths=wrong)).warnings if f.check == "repeated-position"]
    assert "exactly (0, 0)" in found[0]


def test_raw_samples(good):
    paths = good.scanpaths
    points = np.repeat(np.arange(len(paths.x)), 30)
    wrong = taken(good, points, paths.lengths * 30)
    shake = np.random.default_rng(0).normal(0, 0.2, (2, len(points)))
    raw = wrong.scanpaths.replace(x=wrong.scanpaths.x + shake[0], y=wrong.scanpaths.y + shake[1])
    findings = check(replace(good, scanpaths=raw))
    assert ("samples", "error") in worst(findings)


def test_the_size_of_image_files(tmp_path):
    data = make_people(trials=2)
    files = []
    for k, (width, height) in enumerate([(400, 300), (200, 150)]):
        files.append(tmp_path / f"{k}.png")
        Image.new("RGB", (width, height)).save(files[-1])
    same = replace(data, trials=tuple(replace(t, image_source=files[0]) for t in data.trials))
    assert "image-size" not in {f.check for f in check(same).found}
    half = replace(data, trials=tuple(replace(t, image_source=files[1]) for t in data.trials))
    found = [(f.check, f.level) for f in check(half).found]
    assert found == [("names", "warning"), ("image-size", "note")]  # the first: one picture under two names
    screen = tuple(replace(t, frame=Frame(1920, 1080)) for t in same.trials)
    table = data.scanpaths.table.assign(width=1920.0, height=1080.0)
    findings = check(replace(same, trials=screen, scanpaths=data.scanpaths.replace(table=table)))
    found = next(f for f in findings.found if f.check == "image-size")
    assert found.level == "warning"
    assert "'t0' is 400 x 300 and stated as 1920 x 1080" in found.seen


@pytest.mark.parametrize("place", [0.0, -1.0, -9999.0])
def test_what_stands_for_no_position_is_seen_in_a_small_table(good, place):
    """Nine of fifty points at (0, 0) moved people's score by a fifth, and nothing was said: fifty were too few."""
    few = good.select(stimuli=good.stimuli[:2], subjects=["p0", "p1"])
    assert check(few).not_checked["repeated-position"].endswith("are too few")
    paths = few.scanpaths
    lost = (np.arange(len(paths.x)) % 5 == 3) & (paths.rank_of() > 0)
    assert lost.sum() >= 3
    assert (paths.rank_of() > 0).sum() < 50
    wrong = paths.replace(x=np.where(lost, place, paths.x), y=np.where(lost, place, paths.y))
    found = [f.seen for f in check(replace(few, scanpaths=wrong)).found if f.check == "repeated-position"]
    assert f"exactly ({place:g}, {place:g})" in found[0]
