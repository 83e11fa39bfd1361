"""The centre bias: never from the image itself, and chosen by likelihood."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from gazekit.datasets.registry import load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import CentreBias, average, information_gain
from gazekit.metrics.fixation_maps.reference import GRID


@pytest.fixture(scope="module")
def fixations():
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.5, [[0.15], [0.1]], (2, 600))
    return x, y, np.repeat([f"s{k}" for k in range(6)], 100)


def test_an_image_never_sees_its_own_fixations(fixations):
    x, y, names = fixations
    moved = np.where(names == "s2", 0.01, x)
    one, other = (CentreBias.fixed(a, y, names, 0.05, 0.01) for a in (x, moved))
    np.testing.assert_array_equal(one.log_density("s2", (20, 30)), other.log_density("s2", (20, 30)))
    assert np.abs(one.log_density("s1", (20, 30)) - other.log_density("s1", (20, 30))).max() > 0.1
    unknown = one.log_density("new", (20, 30))
    assert np.exp(unknown).sum() == pytest.approx(1)


def test_density_by_its_definition(fixations):
    x, y, names = fixations
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    bias = CentreBias.fixed(x, y, names, 0.05, 0.1)
    keep = inside & (names != "s0")
    counts = np.zeros((20, 40))
    np.add.at(counts, ((y[keep] * 20).astype(int), (x[keep] * 40).astype(int)), 1)
    smooth = gaussian_filter(counts, (1.0, 2.0))
    expected = 0.9 * smooth / smooth.sum() + 0.1 / 800
    np.testing.assert_allclose(np.exp(bias.log_density("s0", (20, 40))), expected, rtol=1e-9)
    assert bias.left_out == (~inside).sum()


def test_choice_is_the_likeliest_by_brute_force(fixations):
    x, y, names = fixations
    bandwidths, shares = (0.02, 0.05, 0.12), (0.01, 0.1, 0.5)
    inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
    totals = {}
    for bandwidth in bandwidths:
        for share in shares:
            fixed = CentreBias.fixed(x, y, names, bandwidth, share)
            gains = [
                information_gain(
                    fixed.log_density(s, GRID), x[(names == s) & inside], y[(names == s) & inside], (1, 1)
                ).sum()
                for s in np.unique(names)
            ]
            totals[bandwidth, share] = sum(gains)
    chosen = CentreBias(x, y, names, bandwidths=bandwidths, uniform_shares=shares)
    assert (chosen.bandwidth, chosen.uniform_share) == max(totals, key=totals.get)


def test_refused(fixations):
    x, y, names = fixations
    with pytest.raises(GazekitError, match="give fixations on at least two"):
        CentreBias(x[:5], y[:5], names[:5])
    with pytest.raises(GazekitError, match="they look like px"):
        CentreBias([400, 300], [200, 100], ["a", "b"])
    with pytest.raises(GazekitError, match="one x, y and image each, not 600, 600 and 5"):
        CentreBias(x, y, names[:5])
    with pytest.raises(GazekitError, match="bandwidths above 0 and uniform shares between 0 and 1"):
        CentreBias(x, y, names, bandwidths=[0.0])


@pytest.mark.data
def test_people_on_osie_are_predicted_by_where_they_look_on_other_images(data_root):
    paths = load_dataset("osie", data_root / "osie").scanpaths
    of = paths.path_of()
    size = paths.table[["width", "height"]].to_numpy(float)[of]
    x, y, names = paths.x / size[:, 0], paths.y / size[:, 1], paths.table["stimulus"].to_numpy()[of]
    bias = CentreBias(x, y, names)
    chosen = np.unique(names)[:100]
    gains = [information_gain(bias.log_density(s, (75, 100)), x[names == s], y[names == s], (1, 1)) for s in chosen]
    assert 0.4 < average(gains) < 0.9  # measured here: 0.60 bit per fixation on these 100 images
