"""Reaction times and unsolved trials."""

import numpy as np
import pytest

from gazekit.experiments.asymmetry.reaction_times import censored, reaction_time
from gazekit.foundations.errors import UnknownNameError


def test_the_published_line():
    np.testing.assert_allclose(reaction_time(np.array([0, 1, 2])), [376.271, 628.63, 880.989])


@pytest.mark.parametrize(("rule", "instead"), [("set-size", 12), ("limit", 17), ("drop", np.nan)])
def test_only_unsolved_trials_are_replaced(rule, instead):
    made, found = np.array([3, 0, 17]), np.array([True, False, False])
    ours = censored(made, found, np.full(3, 12), np.full(3, 17), rule)
    np.testing.assert_array_equal(ours, [3, instead, instead])


def test_unknown_rule():
    with pytest.raises(UnknownNameError, match="no rule for unsolved trials called 'size'; did you mean 'set-size'"):
        censored(np.array([1]), np.array([True]), np.array([1]), np.array([5]), "size")
