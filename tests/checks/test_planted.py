"""The errors of `planted_errors.py` in a part of each data set: none is missed, and no alarm is false."""

import importlib
import sys
from pathlib import Path

import pytest

from gazekit.checks import check

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "results"))
page = importlib.import_module("planted_errors")
sys.path.pop(0)
MADE = [name for name, root in page.ROOTS.items() if root is None]
# Where people are truly there twice: subjects 18 and 52 of Interiors are one recording.
TRUE = {"interiors": ["paths"]}
# What a part of 20 stimuli is too little for.
UNSEEN = {
    ("demo", "one person's y upward"),
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
