"""Options that take one value are given once."""

import pytest

from gazekit.cli.evaluate import tuned
from gazekit.foundations.errors import GazekitError


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("evaluate", "--data", "a.csv", "--data", "b.csv", "--out", "r"), "--data"),
        (("evaluate", "--data", "a.csv", "--seed", "1", "--seed=2", "--out", "r"), "--seed"),
        (("predict", "uniform", "-o", "a.csv", "--out", "b.csv"), "--out"),
        (("datasets", "check", "osie", "--root", "a", "--root", "b"), "--root"),
    ],
)
def test_an_option_that_is_given_twice_is_refused(gazekit, arguments, option):
    """Of data in two files, given as --data a --data b, the first was left out in silence."""
    code, out, err = gazekit(*arguments)
    assert (code, out) == (2, "")
    assert f"gazekit: {option} was given 2 times, and takes one value" in err


def test_options_of_several_values_and_flags_may_be_given_again(gazekit):
    code, _, err = gazekit("check", "nothing.csv", "--data-set", "missing=drop", "--data-set", "time_unit=ms", "--json")
    assert code == 2
    assert "times" not in err
    assert "nothing.csv" in err


def test_a_model_is_tuned_on_one_thing():
    """Of --tuned-on neva=a --tuned-on neva=b the first was left out in silence; a model's options may hold the sign."""
    assert tuned(["neva:sigma=2=350 images", "oat = set b"]) == {
        "neva:sigma=2": "350 images",
        "oat": "set b",
    }
    with pytest.raises(GazekitError, match="--tuned-on neva is given twice; give one place"):
        tuned(["neva=a", "neva=b"])
    with pytest.raises(GazekitError, match="--tuned-on takes MODEL=WHERE, for instance 'neva=350 of the images', not"):
        tuned(["neva"])
