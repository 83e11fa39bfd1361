"""Pictures of saccade amplitudes and directions."""

import numpy as np
import pytest

from gazekit import Facts
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.behaviour import saccades
from gazekit.plots import saccade_amplitudes, saccade_directions


@pytest.fixture
def sources(scanpaths_of):
    return {"human": scanpaths_of([30] * 8, seed=1), "levy": scanpaths_of([20] * 6, seed=2)}


def test_picture_of_amplitudes(sources, looks_like):
    looks_like(saccade_amplitudes(sources).figure, "saccade_amplitudes")


def test_picture_of_directions(sources, looks_like):
    looks_like(saccade_directions(sources).figure, "saccade_directions")


def test_bins_add_up_to_the_share_that_is_drawn(sources):
    ax = saccade_amplitudes(sources, bins=10, longest=400)
    for paths, steps in zip(sources.values(), ax.patches, strict=True):
        amplitude = saccades(paths).amplitude
        assert steps.get_data().values.sum() == pytest.approx(100 * (amplitude <= 400).mean())
    assert ax.get_ylabel() == "saccades per 40 px, %"


def test_medians_are_marked_and_written(sources):
    ax = saccade_amplitudes(sources)
    medians = [np.median(saccades(paths).amplitude) for paths in sources.values()]
    assert [float(line.get_xdata()[0]) for line in ax.get_lines()] == pytest.approx(medians)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        f"{name}, median {median:.3g}" for name, median in zip(sources, medians, strict=True)
    ]


def test_directions_are_shares_by_sector(scanpaths_of):
    paths = scanpaths_of([5])
    # right, right, up, left: y grows downwards on screens
    paths = paths.replace(x=np.array([0.0, 10, 20, 20, 0]), y=np.array([50.0, 50, 50, 30, 30]))
    ax = saccade_directions({"human": paths}, sectors=4)
    line = ax.get_lines()[0]
    np.testing.assert_allclose(line.get_xdata(), np.arange(5) * np.pi / 2)
    np.testing.assert_allclose(line.get_ydata(), [50, 25, 25, 0, 50])


def test_draws_on_the_axes_it_is_given(sources):
    import matplotlib.pyplot as plt

    figure = plt.figure()
    flat, polar = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2, projection="polar")
    assert saccade_amplitudes(sources, flat) is flat
    assert saccade_directions(sources, polar) is polar
    with pytest.raises(GazekitError, match="directions are drawn on polar Axes"):
        saccade_directions(sources, flat)


def test_messages(sources, scanpaths_of):
    for draw in (saccade_amplitudes, saccade_directions):
        with pytest.raises(GazekitError, match="there is no source of scanpaths"):
            draw({})
        with pytest.raises(GazekitError, match="'still' has no saccade to draw"):
            draw({"still": scanpaths_of([1, 1])})
    with pytest.raises(GazekitError, match="bins must be a whole number of at least 2, not 1"):
        saccade_amplitudes(sources, bins=1)
    with pytest.raises(GazekitError, match="sectors must be a whole number of at least 4, not 3"):
        saccade_directions(sources, sectors=3)
    degrees = scanpaths_of([4], facts=Facts(unit="degrees"))
    with pytest.raises(MismatchError, match="'human' is in px and 'other' in degrees; convert with Scanpaths.to_deg"):
        saccade_amplitudes({**sources, "other": degrees})
