"""The table of people's reaction times, against the rounded values of the specification."""

import numpy as np
import pytest

from gazekit.experiments.asymmetry.published import DESIGNS, human_index, human_slope, human_times

ROUNDED = {
    "curve_in_lines": (510, 516.4, 529.2),
    "line_in_curves": (565, 640, 750),
    "top_down": (426.67, 432.0, 472.0),
    "left_right": (488.0, 674.67, 754.67),
    "non_cross": (645, 780, 915),
    "cross": (829, 1117, 1405),
    "Ts": (541, 583, 625),
    "Ls": (573, 672, 771),
    "homo_t20": (414.74, 437.89, 441.05, 444.21),
    "homo_t0": (431.58, 547.37, 552.63, 557.89),
    "hetero_t0": (431.58, 568.42, 633.68, 707.37),
    "hetero_t20": (526.32, 831.58, 1084.21, 1326.32),
}
SLOPES = {
    "curvature": (0.800, 7.589),
    "lighting": (4.205, 23.883),
    "intersection": (45, 96),
    "t-and-l": (14, 33),
    "orientation-homogeneous": (2.377, 9.856),
    "orientation-heterogeneous": (23.732, 71.120),
}
INDICES = (0.8093, 0.7006, 0.3617, 0.4043, 0.6114, 0.4996)


def test_reaction_times_are_the_published_ones():
    found = {c.name: c.human for d in DESIGNS.values() for c in d.conditions}
    assert found.keys() == ROUNDED.keys()
    for name, times in found.items():
        np.testing.assert_allclose(times, ROUNDED[name], atol=0.005)


def test_slopes_and_indices_are_the_published_ones():
    for name, pair in SLOPES.items():
        easy, hard = DESIGNS[name].conditions
        assert human_slope(name, easy.name) == pytest.approx(pair[0], abs=5e-4)
        assert human_slope(name, hard.name) == pytest.approx(pair[1], abs=5e-4)
    np.testing.assert_allclose([human_index(name) for name in DESIGNS], INDICES, atol=5e-5)
    assert np.mean([human_index(name) for name in DESIGNS]) == pytest.approx(0.5645, abs=5e-5)


def test_what_nobody_ran_has_no_people():
    assert human_times("colour", "red") == {}
    assert human_times("curvature", "red") == {}
    assert np.isnan(human_slope("curvature", "red"))
    assert np.isnan(human_index("colour"))


def test_every_design_names_the_source_of_its_people():
    assert all("Gupta" in d.source for d in DESIGNS.values())
    assert DESIGNS["lighting"].settings == {"difference_of_gaussians": ((3, 0), (5, 1)), "background": 27}
