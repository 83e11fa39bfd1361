"""The walk-throughs of docs/contributing.md name files that are there, and their lengths within a fifth."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (`[^|]+`) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
ROWS = ROW.findall(PAGE)


@pytest.mark.parametrize(("files", "lines"), ROWS, ids=[files for files, _ in ROWS])
def test_files_are_there_and_as_long(files, lines):
    names = re.findall(r"`([^`]+)`", files)
    for name in names:
        assert (ROOT / name).is_file(), name
    if len(names) == 1 and lines.isdecimal() and int(lines) > 5:
        there = len((ROOT / names[0]).read_text(encoding="utf-8").splitlines())
        assert int(lines) == pytest.approx(there, rel=0.2), f"{names[0]} has {there} lines"


def test_there_are_three_walk_throughs():
    assert len(ROWS) > 12


@pytest.mark.parametrize("fault", [f"F{k}" for k in range(1, 9)])
def test_every_fault_of_the_statistics_has_tests(fault):
    (held,) = re.findall(rf"^\| {fault} [^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    files = re.split(r"`([\w/]+\.py)`", held)[1:]
    assert files
    for name, tests in zip(files[::2], files[1::2], strict=True):
        text = (ROOT / "tests" / name).read_text(encoding="utf-8")
        for test in re.findall(r"`(test_\w+)`", tests):
            assert f"def {test}(" in text, f"{name} has no {test}"
