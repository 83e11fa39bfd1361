import pytest

from gazekit.core.frames import Facts
from gazekit.datasets import datasets
from gazekit.datasets.cards import card_from, read_card
from gazekit.foundations.errors import DataError

CARD = {
    "name": "x",
    "title": "t",
    "licence": "none stated",
    "citation": "c",
    "coordinate_unit": "px",
    "time_unit": "ms",
    "points": "fixations",
    "layout": "a.json",
    "files": ["a.json"],
}


@pytest.mark.parametrize("name", ["bookcovers", "coco-search18", "interiors", "object-arrays", "osie", "waldo"])
def test_every_card_is_whole(name):
    card = read_card(name)
    assert card.name in datasets
    assert set(card.counts) == {"stimuli", "subjects", "scanpaths", "fixations"}
    assert card.licence
    assert card.citation
    assert card.addresses or card.by_hand
    assert all(a.startswith("https://") and a.endswith("/") for a in card.addresses)
    assert card.facts.points == "fixations"


def test_facts_left_out_of_a_card_are_not_declared():
    assert card_from(CARD, "x.toml").facts == Facts(None, None, "fixations")


def test_a_card_without_address_says_how_to_get_the_data():
    assert card_from(CARD | {"homepage": "https://example.org"}, "x.toml").where == (
        "it has to be fetched by hand from https://example.org"
    )


def test_a_misspelt_field_is_named():
    with pytest.raises(DataError, match=r"x\.toml has the field 'license'; cards have"):
        card_from(CARD | {"license": "MIT"}, "x.toml")


def test_a_missing_field_is_named():
    with pytest.raises(DataError, match=r"not a whole card: .*'citation'"):
        card_from({k: v for k, v in CARD.items() if k != "citation"}, "x.toml")


def test_the_subfolder_of_the_published_name_is_used_where_it_is_there(tmp_path):
    card = card_from(CARD | {"subfolder": "Sub"}, "x.toml")
    assert card.folder(tmp_path) == tmp_path
    (tmp_path / "Sub").mkdir()
    assert card.folder(tmp_path) == tmp_path / "Sub"
