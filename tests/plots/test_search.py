"""Pictures of search: the share of trials with the target found."""

import numpy as np
import pytest

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour import cumulative_performance
from gazekit.plots import search_curve


@pytest.fixture
def curves():
    rng = np.random.default_rng(0)
    steps = {"people": rng.geometric(0.4, 200), "eccnet": rng.geometric(0.25, 80), "centre": rng.geometric(0.05, 80)}
    return {name: cumulative_performance(s, 8) for name, s in steps.items()}


def test_picture(curves, looks_like):
    looks_like(search_curve(curves).figure, "search_curve")


def test_lines_are_the_shares_and_bands_the_intervals(curves):
    ax = search_curve(curves)
    for (name, curve), line, band in zip(curves.items(), ax.get_lines(), ax.collections, strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_ydata(), curve.share)
        box = band.get_datalim(ax.transData)
        assert box.y1 == pytest.approx(min(1, (curve.share + 1.96 * curve.sem).max()))
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 8), (0, 1))


def test_names_stand_at_the_right_and_apart(curves):
    same = dict.fromkeys(("human", "b", "c"), curves["eccnet"])
    heights = sorted(text.xy[1] for text in search_curve(same).texts)
    assert np.diff(heights).min() > 0.05
    assert np.mean(heights) == pytest.approx(curves["eccnet"].share[-1])
    assert [text.get_text() for text in search_curve(curves).texts] == ["people", "eccnet", "centre"]


def test_curves_of_different_lengths_and_axes(curves):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert search_curve({**curves, "long": cumulative_performance([1, 30], 40)}, ax) is ax
    assert ax.get_xticks().tolist() == list(range(0, 41, 4))


def test_messages(curves):
    with pytest.raises(GazekitError, match="there is no search curve to draw"):
        search_curve({})
    with pytest.raises(GazekitError, match="'nobody' has no trial with a target, so it has no search curve"):
        search_curve({**curves, "nobody": cumulative_performance([np.nan], 3)})
