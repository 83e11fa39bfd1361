"""The errors of `planted_errors.py` in a part of each data set: none is missed, and no alarm is false."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gazekit.checks import check

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "results"))
page = importlib.import_module("planted_errors")
sys.path.pop(0)
MADE = [name for name, root in page.ROOTS.items() if root is None]
# Of Interiors people had limits from 2 to 64, and subjects 18 and 52 are one recording.
TRUE = {"interiors": ["limits", "paths"]}
# What a part of 20 stimuli is too little for.
UNSEEN = {
    ("demo", "one person's y upward"),
    # small beside the spread of gaze; the table stands in docs/howto/check.md, too
    *((name, f"20 px {way}") for name in ("osie", "mit1003") for way in ("to the right", "upward")),
    *(("mit1003", f"40 px {way}") for way in ("to the right", "upward")),
}
BY_NAME = {error.name: error for error in page.PLANTED}


def warned(findings):
    return [f.check for f in (*findings.errors, *findings.warnings)]


@pytest.mark.parametrize("name", MADE)
def test_no_false_alarm_on_what_is_made_here(name):
    assert warned(check(page.load(name, ROOT))) == []


@pytest.mark.parametrize("error", [e.name for e in page.PLANTED])
def test_each_error_is_caught_in_the_demonstration(error, demo):
    wrong = BY_NAME[error].plant(demo)
    if wrong is not None and ("demo", error) not in UNSEEN:
        findings = check(wrong)
        assert BY_NAME[error].caught(findings), findings.text()


@pytest.fixture(scope="module")
def demo():
    return page.load("demo", ROOT)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in page.ROOTS if name not in MADE])
def test_no_false_alarm_on_published_data_and_a_flip_an_exchange_and_another_scale_are_caught(name, data_root):
    data = page.part(page.load(name, data_root), 40)
    assert warned(check(data)) == TRUE.get(name, [])
    for error in ("y upward", "x and y exchanged", "px of 512 x 320"):
        findings = check(BY_NAME[error].plant(data))
        assert warned(findings), (error, findings.text())


def test_the_page_has_a_row_for_each_planted_error():
    text = page.PAGE.read_text(encoding="utf-8")
    for error in page.PLANTED:
        assert f"| {error.name} |" in text


def on_a_screen(data, screen=(1920, 1200)):
    """Positions as a tracker counts them: px of a screen in whose middle each image was shown."""
    paths = data.scanpaths
    of = paths.path_of()
    size = paths.table[["width", "height"]].to_numpy(float)[of]
    corner = (np.array(screen) - size) / 2
    return np.column_stack([paths.x, paths.y]) + corner, size, corner


# How a screen can be read wrongly: from px of the screen, sizes and corners of the images.
MISREAD = {
    "image in the corner": lambda xy, size, corner: xy,
    "image fitted to the screen": lambda xy, size, corner: (
        (xy - (SCREEN - size * (f := (SCREEN / size).min(1)[:, None])) / 2) / f
    ),
    "a screen of 1280 x 1024": lambda xy, size, corner: xy - (np.array([1280, 1024]) - size) / 2,
    "scaled by 1.5 about the corner": lambda xy, size, corner: (xy - corner) * 1.5,
    "scaled by half about the corner": lambda xy, size, corner: (xy - corner) / 2,
    "x and y exchanged": lambda xy, size, corner: (xy - corner)[:, ::-1],
    "y upward": lambda xy, size, corner: np.column_stack([(xy - corner)[:, 0], size[:, 1] - (xy - corner)[:, 1]]),
    **{f"{n} px to the right": lambda xy, size, corner, n=n: xy - corner + [n, 0] for n in (20, 40, 60, 80, 100)},
    **{f"{n} px upward": lambda xy, size, corner, n=n: xy - corner - [0, n] for n in (20, 40, 60, 80, 100)},
}
SCREEN = np.array([1920, 1200])


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["osie", "mit1003"])
def test_a_screen_that_is_read_wrongly_is_seen(name, data_root):
    data = page.part(page.load(name, data_root), 100)
    xy, size, corner = on_a_screen(data)
    right = data.scanpaths.replace(x=(xy - corner)[:, 0], y=(xy - corner)[:, 1])
    assert warned(check(replace(data, scanpaths=right))) == TRUE.get(name, [])
    for error, misread in MISREAD.items():
        x, y = misread(xy, size, corner).T
        findings = check(replace(data, scanpaths=data.scanpaths.replace(x=x, y=y)))
        assert bool(warned(findings)) == ((name, error) not in UNSEEN), (error, findings.text())
