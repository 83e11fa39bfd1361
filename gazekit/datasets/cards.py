"""Cards: what a data set is, where it comes from, in which units, under which licence, and what was counted in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any

from gazekit.core.card import Card
from gazekit.foundations.errors import DataError


def read_card(name: str) -> Card:
    """Read the card of a registered data set.

    Raises
    ------
    UnknownNameError
        No such data set.
    DataError
        A card with a field that cards do not have.

    Examples
    --------
    >>> read_card("osie").counts["subjects"]
    15
    """
    from gazekit.datasets.registry import datasets

    stem = datasets[name].name.replace("-", "_")
    text = files("gazekit.datasets").joinpath("cards", f"{stem}.toml").read_text(encoding="utf-8")
    return card_from(tomllib.loads(text), f"cards/{stem}.toml")


def card_from(content: Mapping[str, Any], where: str) -> Card:
    """Make a card from the parsed TOML; `where` names the file in messages.

    Raises
    ------
    DataError
        A field that cards do not have, or one that is missing.
    """
    known = {f.name for f in fields(Card)}
    unknown = sorted(set(content) - known)
    if unknown:
        raise DataError(f"{where} has the field {unknown[0]!r}; cards have {', '.join(sorted(known))}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    try:
        return Card(**values)
    except TypeError as error:
        raise DataError(f"{where} is not a whole card: {error}") from error
