import itertools
from functools import partial

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from gazekit.datasets.fetching.integrity import check as check_folder
from gazekit.datasets.published.mit1003 import loading
from gazekit.foundations.errors import DataError

check = partial(check_folder, "mit1003")


@pytest.fixture
def folder(tmp_path):
    """Two people, two images: fixations at the centre, then at known places, one of them outside, one lost."""
    (tmp_path / "ALLSTIMULI").mkdir()
    for stem in ("i2", "i10"):
        Image.new("RGB", (1024, 768)).save(tmp_path / "ALLSTIMULI" / f"{stem}.jpeg")
    places = {
        ("a", "i2"): [(512, 384), (100, 200), (300, 400)],
        ("a", "i10"): [(-50, -50), (700, 500)],
        ("b", "i2"): [(512, 384), (1100, 300), (600, 100)],
        ("b", "i10"): [(512, 384)],
    }
    for (subject, stem), at in places.items():
        (tmp_path / "DATA" / subject).mkdir(parents=True, exist_ok=True)
        steps = [np.linspace(p, q, 5)[1:] for p, q in itertools.pairwise(at)]
        rests = [np.repeat([p], 60, axis=0) for p in at]
        gaze = np.concatenate([x for pair in zip(rests, [*steps, np.empty((0, 2))], strict=True) for x in pair])
        savemat(tmp_path / "DATA" / subject / f"{stem}.mat", {stem: {"DATA": {"eyeData": gaze}}})
    return tmp_path


def by_name(report):
    return {e.what: e.got for e in report.expectations}


def test_what_is_counted_in_raw_gaze(folder):
    got = by_name(check(folder, progress=False))
    assert got["images"] == got["people"] == got["images of 1024 x 768 px"] == 2
    assert got["recordings"] == 4
    # (100, 200) and (300, 400) of a on i2, (700, 500) of a on i10, (600, 100) of b on i2; the first ones, the one
    # outside and the lost one do not count.
    assert got["fixations"] == got["fixations on them"] == 4
    assert got["fixations on the first image"] == 3
    assert got["mean x, px"] == np.mean([100, 300, 700, 600])
    assert got["standard deviation of y, px"] == pytest.approx(np.std([200, 400, 500, 100]))
    assert got["mean index in the path"] == np.mean([0, 1, 0, 0])
    # A rest of 60 samples and a step of 4; the saccade ends 3 samples after the step at the latest.
    assert 64 < got["mean onset, s"] * 240 < 132


def test_a_part_is_not_whole_and_the_lines_say_what_differs(folder):
    report = check(folder, progress=False)
    assert not report.whole
    assert report.lines()[0] == "differs  images: expected 1,003, got 2"
    assert "differs  fixations: expected 104,171, got 4" in report.lines()
    assert report.lines(limit=1)[1:] == ["... and 13 more"]
    assert report.summary == "mit1003: NOT whole: 0 of 14 known numbers of the raw gaze"


def test_a_folder_that_gives_the_known_numbers_is_whole(folder, monkeypatch):
    got = by_name(check(folder, progress=False))
    numbers = {"STIMULI": 2, "SUBJECTS": 2, "FIXATIONS": 4, "ON_FIRST_IMAGE": 3}
    numbers |= {"FULL_SIZE_IMAGES": 2, "FULL_SIZE_FIXATIONS": 4, "MEANS": {k: got[k] for k in loading.MEANS}}
    for name, value in numbers.items():
        monkeypatch.setattr(loading, name, value)
    report = check(folder, progress=False)
    assert report.whole
    assert report.summary == "mit1003: whole: 14 of 14 known numbers of the raw gaze"


def test_recordings_without_an_image_leave_the_means_undefined(folder):
    for file in (folder / "ALLSTIMULI").iterdir():
        file.unlink()
    got = by_name(check(folder, progress=False))
    assert got["fixations"] == 0
    assert np.isnan(got["mean x, px"])


def test_a_folder_without_either_source_is_an_error(tmp_path):
    with pytest.raises(DataError, match="does not hold the data set 'mit1003'"):
        check(tmp_path, progress=False)


@pytest.mark.data
def test_the_real_table_is_whole_but_for_its_images(data_root):
    report = check(data_root / "mit1003", progress=False)
    assert report.lines() == ["differs  images: expected 1,003, got 100"]
    assert report.summary.endswith("6 of 7 known numbers of the re-detected table (not the published fixations)")
