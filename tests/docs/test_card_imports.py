"""Every function that a metric's card names can be imported from where the card says."""

import re
from importlib import import_module
from pathlib import Path

import pytest

CARDS = sorted((Path(__file__).resolve().parents[2] / "docs" / "metrics").glob("*.md"))
ROW = re.compile(r"^\| Functions \| (.*) \|$", re.MULTILINE)
NAME = re.compile(
    r"`([A-Za-z_][\w.]*)[^`]*`"
)  # `gazekit.metrics.dtw(a, b)`, `dtw_per_step(a, b)`, but not `.label(paths)`
FUNCTIONS = [(card.name, row) for card in CARDS for row in ROW.findall(card.read_text())]


def found(name: str) -> object:
    """A module, or an attribute of one, by its dotted name."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        home, _, last = name.rpartition(".")
        return getattr(found(home), last)


def names_of(row: str) -> list[str]:
    """Dotted names of a row: those without a module belong to the one that was named last, or to gazekit.metrics."""
    home, names = "gazekit.metrics", []
    for name in NAME.findall(row):
        if name.startswith("gazekit."):
            names.append(name)
            home = name if hasattr(found(name), "__path__") else name.rpartition(".")[0]
        elif name in ("pairwise", "score_sets"):
            names.append(f"gazekit.metrics.{name}")
        else:
            names.append(f"{home}.{name}")
    return names


@pytest.mark.parametrize(("card", "row"), FUNCTIONS, ids=[card for card, _ in FUNCTIONS])
def test_functions_of_a_card_are_where_it_says(card, row):
    names = names_of(row)
    assert names
    for name in names:
        found(name)


def test_most_cards_name_functions():
    assert len(FUNCTIONS) > 15
