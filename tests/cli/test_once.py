"""Options that take one value are given once."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("evaluate", "--data", "a.csv", "--data", "b.csv", "--out", "r"), "--data"),
        (("evaluate", "--data", "a.csv", "--seed", "1", "--seed=2", "--out", "r"), "--seed"),
        (("predict", "uniform", "-o", "a.csv", "--out", "b.csv"), "--out"),
        (("datasets", "check", "osie", "--root", "a", "--root", "b"), "--root"),
    ],
)
def test_an_option_that_is_given_twice_is_refused(run, arguments, option):
    """Of data in two files, given as --data a --data b, the first was left out in silence."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert f"gazekit: {option} was given 2 times, and takes one value" in err


def test_options_of_several_values_and_flags_may_be_given_again(run):
    code, _, err = run("check", "nothing.csv", "--data-set", "missing=drop", "--data-set", "time_unit=ms", "--json")
    assert code == 2
    assert "times" not in err
    assert "nothing.csv" in err
