"""Texts of the form `name=value`: what a text means, whatever it is."""

import pytest

from gazekit.foundations.named_values import value_of


@pytest.mark.parametrize("text", ["{{}}", "{[]: 1}", "1;2", "[", "-" * 100_000 + "1", "1+" * 10_000 + "1", "a\0"])
def test_what_is_no_value_is_text(text):
    """Sets of sets, and signs without end, ended in a traceback."""
    assert value_of(text) == text
