"""What texts on the command line mean."""

import pytest

from gazekit.cli.texts import settings
from gazekit.foundations.errors import GazekitError


def test_values_are_read_as_what_they_are():
    pairs = ["a=1", "b=1,2", "c=x,y", "d = None", "e=0.5", "f=true", "g=False", "h=a=b"]
    assert settings(pairs, "--set") == {
        "a": 1, "b": (1, 2), "c": "x,y", "d": None, "e": 0.5, "f": True, "g": False, "h": "a=b",
    }  # fmt: skip
    assert settings(None, "--set") == {}


@pytest.mark.parametrize("pair", ["a", "=1", "a=", " = 1"])
def test_no_setting(pair):
    with pytest.raises(GazekitError, match="--data-set '.*' is not of the form name=value"):
        settings([pair], "--data-set")


def test_a_name_twice():
    with pytest.raises(GazekitError, match="--set a is given twice; give one value"):
        settings(["a=1", "a=2"], "--set")
