"""benchmarks/size.py counts right, and docs/architecture.md has the rooms as they are, their sizes within a tenth."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = '''"""Of the module.

Two paragraphs."""

# Why.
X = """a text
over two lines"""  # a comment beside code


class Some:
    """Of the class."""

    def method(self):
        """Of the method."""
        return (
            1,

            # between
            2,
        )
'''


@pytest.fixture(scope="module")
def size():
    spec = importlib.util.spec_from_file_location("size", ROOT / "benchmarks" / "size.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_line_is_of_one_kind(size):
    assert size.count(SOURCE) == {"code": 8, "docstrings": 5, "comments": 2, "blank": 5}
    assert sum(size.count(SOURCE).values()) == len(SOURCE.splitlines())


def test_a_text_that_is_no_docstring_is_code(size):
    assert size.count('x = 1\n"""no docstring: it comes second"""\n')["code"] == 2
    assert size.count("") == dict.fromkeys(size.KINDS, 0)


def test_the_table_has_a_line_per_room(size, tmp_path):
    for name in ("face.py", "room/one.py", "room/inner/two.py", "other/three.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    rooms = size.by_room(tmp_path)
    assert {name: room["files"] for name, room in rooms.items()} == {size.BESIDE: 1, "other/": 1, "room/": 2, "all": 4}
    assert list(rooms)[-1] == "all"
    page = f"before\n\n{size.table(rooms)}\nafter\n"
    assert size.rooms_on(page) == rooms
    assert size.rooms_on("no table") == {}


def test_the_page_has_the_rooms_as_they_are(size):
    """Within a tenth, so that not every commit has to touch the page; `--write` brings it up to date."""
    printed = size.rooms_on((ROOT / size.PAGE).read_text(encoding="utf-8"))
    now = size.by_room(ROOT / "gazekit")
    assert list(printed) == list(now), "run python benchmarks/size.py --write"
    for name, room in now.items():
        assert printed[name]["code"] == pytest.approx(room["code"], rel=0.1, abs=30), f"{name}: size.py --write"
