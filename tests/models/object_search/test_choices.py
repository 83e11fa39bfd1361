"""Log-linear choice: probabilities, the gradient, and weights against closed forms."""

import numpy as np
import pytest
from scipy.optimize import check_grad
from scipy.special import log_softmax

from gazekit.foundations.errors import GazekitError
from gazekit.models.object_search.choices import Choices


@pytest.fixture
def choices():
    """Forty choices among two to six options of three features each, two of them not alike."""
    rng = np.random.default_rng(0)
    options, chosen = [], []
    for _ in range(40):
        n = int(rng.integers(2, 7))
        options.append((rng.integers(0, 5, (n, 3)), rng.normal(size=(n, 3))))
        chosen.append(int(rng.integers(n)))
    return Choices.stack(options, chosen, 5), options, chosen


def test_probabilities_are_a_softmax_of_the_summed_features(choices):
    stacked, options, _ = choices
    weights = np.random.default_rng(1).normal(size=5)
    expected = np.concatenate([log_softmax((weights[c] * v).sum(1)) for c, v in options])
    np.testing.assert_allclose(stacked.log_probabilities(weights), expected, atol=1e-12)


def test_the_gradient_is_the_slope_of_the_loss(choices):
    stacked = choices[0]
    penalty = np.array([0.1, 1.0, 2.0, 3.0, 0.5])
    for seed in range(3):
        at = np.random.default_rng(seed).normal(size=5)
        error = check_grad(lambda w: stacked.loss(w, penalty)[0], lambda w: stacked.loss(w, penalty)[1], at)
        assert error < 1e-6


def test_a_fit_has_no_slope_and_less_loss_than_its_neighbours(choices):
    stacked, penalty = choices[0], np.full(5, 0.5)
    best = stacked.fit(penalty)
    loss, slope = stacked.loss(best, penalty)
    assert np.abs(slope).max() < 1e-4
    for direction in np.random.default_rng(2).normal(size=(10, 5)):
        assert stacked.loss(best + 0.1 * direction, penalty)[0] > loss


def test_weights_of_constant_classes_are_log_frequencies():
    """A softmax over three classes with a weight each fits the frequencies exactly where nothing is penalised."""
    options = [(np.arange(3)[:, None], np.ones((3, 1)))] * 10
    weights = Choices.stack(options, [0] * 6 + [1] * 3 + [2], 3).fit(np.full(3, 1e-9))
    np.testing.assert_allclose(np.exp(log_softmax(weights)), [0.6, 0.3, 0.1], atol=1e-4)


def test_taking_choices_keeps_theirs_and_only_theirs(choices):
    stacked, options, chosen = choices
    keep = np.random.default_rng(3).random(40) < 0.5
    again = Choices.stack(
        [o for o, k in zip(options, keep, strict=True) if k], [c for c, k in zip(chosen, keep, strict=True) if k], 5
    )
    part = stacked.take(keep)
    assert (part.features != again.features).nnz == 0
    assert part.starts.tolist() == again.starts.tolist()
    assert part.chosen.tolist() == again.chosen.tolist()
    assert stacked.take(np.ones(40, dtype=bool)) is stacked


def test_a_fit_that_does_not_end_is_refused(choices):
    stacked = choices[0]
    broken = Choices(stacked.features * np.nan, stacked.starts, stacked.chosen)
    with np.errstate(all="ignore"), pytest.raises(GazekitError, match="could not be fitted"):
        broken.fit(np.ones(5))
