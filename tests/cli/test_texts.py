"""What texts on the command line mean."""

import pytest

from gazekit.cli.texts import names, numbers, place, settings
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


@pytest.mark.parametrize(
    "read", [lambda: names("a, b,a", "--metrics"), lambda: numbers("0,1,0.0", "--gammas", "numbers")]
)
def test_what_is_listed_is_listed_once(read):
    """Of `--metrics a,a`, `--accept x,x` and `--fold 0,0` the second was left out in silence."""
    with pytest.raises(GazekitError, match=r"--(metrics a|gammas 0\.0) is given twice; give it once"):
        read()


def test_numbers_of_a_place_may_be_equal():
    assert place("0,0") == (0, 0)
