import pytest

from gazekit.core.frames import Facts
from gazekit.datasets import datasets
from gazekit.datasets.registry import card_from
from gazekit.foundations.errors import DataError
from gazekit.foundations.registry import imported

CARD = {
    "loader": "x:load",
    "title": "t",
    "licence": "none stated",
    "citation": "c",
    "coordinate_unit": "px",
    "time_unit": "ms",
    "points": "fixations",
    "layout": "a.json",
    "files": ["a.json"],
}


@pytest.mark.parametrize("name", list(datasets))
def test_every_card_is_whole(name):
    card = datasets[name]
    assert card.name == name
    assert set(card.counts) <= {"stimuli", "trials", "subjects", "scanpaths", "fixations", "observations"}
    assert card.licence
    assert card.citation
    assert card.layout
    assert card.fetched or card.by_hand or card.homepage
    assert all(a.startswith("https://") and a.endswith("/") for a in card.addresses)
    assert card.facts.points is not None
    assert callable(imported(card.loader))


def test_every_published_set_can_be_checked():
    """By hashes, what its files add up to or counts, or it says that none are known; what is fetched has hashes."""
    for card in (datasets[name] for name in datasets):
        hashes = datasets.file(card.name).with_suffix(".sha256").is_file() or card.downloads
        assert card.made_here or hashes or card.counts or any("No count" in note for note in card.notes)
        assert card.checked_by is None or callable(imported(card.checked_by))
        assert hashes or not card.addresses


def test_facts_left_out_of_a_card_are_not_declared():
    assert card_from(CARD, "x.toml", "x").facts == Facts(None, None, "fixations")


def test_a_card_without_address_says_how_to_get_the_data():
    assert card_from(CARD | {"homepage": "https://example.org"}, "x.toml", "x").where == (
        "it has to be fetched by hand from https://example.org"
    )


def test_a_misspelt_field_is_named():
    with pytest.raises(DataError, match=r"x\.toml has the field 'license'; cards have"):
        card_from(CARD | {"license": "MIT"}, "x.toml", "x")


def test_a_missing_field_is_named():
    with pytest.raises(DataError, match=r"not a whole card: .*'citation'"):
        card_from({k: v for k, v in CARD.items() if k != "citation"}, "x.toml", "x")


def test_the_subfolder_of_the_published_name_is_used_where_it_is_there(tmp_path):
    card = card_from(CARD | {"subfolder": "Sub"}, "x.toml", "x")
    assert card.folder(tmp_path) == tmp_path
    (tmp_path / "Sub").mkdir()
    assert card.folder(tmp_path) == tmp_path / "Sub"
