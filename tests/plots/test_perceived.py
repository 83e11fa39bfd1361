"""The strip of perceived images."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots.perceived import perceived

PATH = Scanpath([20, 100, 60], [20, 70, 40], None, Frame(120, 90))
PICTURES = [np.full((45, 60, 3), 60 * k, np.uint8) for k in range(3)]


def test_picture(looks_like):
    y, x = np.mgrid[0:45, 0:60]
    pictures = [np.stack([x * 4, y * 5, np.full_like(x, 80 * k)], -1).astype(np.uint8) for k in range(3)]
    looks_like(perceived(pictures, PATH)[0].figure, "perceived")


def test_a_panel_per_fixation():
    axes = perceived(PICTURES, PATH)
    assert [ax.get_title() for ax in axes] == ["1", "2", "3"]
    assert [int(ax.images[0].get_array()[0, 0, 0]) for ax in axes] == [0, 60, 120]
    assert [len(ax.collections[0].get_offsets()) for ax in axes] == [0, 1, 2]
    np.testing.assert_array_equal(axes[1].collections[1].get_offsets(), [[100, 70]])
    assert axes[0].get_ylim() == (90, 0)  # y down


def test_draws_on_the_axes_it_is_given():
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 3)
    assert perceived(PICTURES, PATH, axes)[2] is axes[2]
    plt.close("all")


def test_wrong_numbers():
    with pytest.raises(GazekitError, match="2 perceived images for 3 fixations; give one for each"):
        perceived(PICTURES[:2], PATH)
    with pytest.raises(GazekitError, match="3 fixations but 1 axes"):
        perceived(PICTURES, PATH, [None])
