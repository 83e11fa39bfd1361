"""docs/supply.md lists every requirement of pyproject.toml, with its bound, its extras and a reason; no other."""

import re
import tomllib
from collections import defaultdict
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([^`]+)` \| ([\w, ]+) \| (.+) \|$", re.MULTILINE)
PAGE = (ROOT / "docs" / "supply.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def required():
    """Requirement, without marker, to the extras that it is in."""
    extras = defaultdict(set)
    for extra, lines in {"core": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items():
        for requirement in map(Requirement, lines):
            extras[f"{requirement.name}{requirement.specifier}"].add(extra)
    return dict(extras)


def test_the_page_lists_what_is_required():
    rows = ROW.findall(PAGE)
    listed = {requirement: set(extras.split(", ")) for requirement, extras, _ in rows}
    assert len(listed) == len(rows)
    assert listed == required()
    assert all(len(why) > 4 for _, _, why in rows)


def test_there_are_lower_bounds_and_no_upper_ones():
    for requirement in required():
        assert {s.operator for s in Requirement(requirement).specifier} <= {">="}, requirement


def test_the_page_has_no_blanks_left():
    assert "MEASURED_" not in PAGE
