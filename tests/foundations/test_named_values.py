"""Texts of the form `name=value`: what a text means, whatever it is."""

import pytest

from gazekit.foundations.named_values import named, value_of


@pytest.mark.parametrize("text", ["{{}}", "{[]: 1}", "1;2", "[", "-" * 100_000 + "1", "1+" * 10_000 + "1", "a\0"])
def test_what_is_no_value_is_text(text):
    """Sets of sets, and signs without end, ended in a traceback."""
    assert value_of(text) == text


def test_names_may_hold_the_sign():
    assert named(["neva:sigma=2=b"], "--tuned-on", "takes NAME=TEXT, not {!r}", last_sign=True) == {"neva:sigma=2": "b"}
