"""docs/architecture.md has the rooms, and the highest rooms that each imports, as the code has them."""

import re
from pathlib import Path

import pytest

grimp = pytest.importorskip("grimp")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "architecture.md"
ROW = re.compile(r"^\| `(\w+)/` \| .* \| ([\w, ]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def arrows():
    """The rooms that each room imports."""
    graph, found = grimp.build_graph("gazekit", cache_dir=None), {}
    for module in graph.modules:
        room = module.split(".")[1:2]
        for other in graph.find_modules_directly_imported_by(module):
            found.setdefault(*room or ["gazekit"], set()).update(other.split(".")[1:2])
    return {room: others - {room} for room, others in found.items()}


def below(room, arrows):
    """All rooms that a room imports, directly or not."""
    return set().union(*({other} | below(other, arrows) for other in arrows.get(room, ())))


def test_the_table_draws_the_arrows_that_there_are(arrows):
    """The evaluation imported the checks, and the table did not say so."""
    drawn = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    rooms = {path.name for path in (PAGE.parents[1] / "gazekit").iterdir() if (path / "__init__.py").is_file()}
    assert set(drawn) == rooms
    for number, (room, text) in enumerate(drawn.items()):
        others = arrows.get(room, set()) - {"__main__"}
        assert others <= set(list(drawn)[:number]), f"{room} imports a room that stands below it in the table"
        highest = others - set().union(*(below(other, arrows) for other in others))
        assert text == "all" or {*text.split(", ")} - {"nothing"} == highest, room
