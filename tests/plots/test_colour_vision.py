"""Colours that must be told apart are, by readers of every colour vision: figures and pages, by day and by night.

Simulated as Machado, Oliveira and Fernandes (2009, IEEE Transactions on Visualization and Computer Graphics 15) have
it for severity 1, on linear RGB; distances are CIEDE2000.
"""

import re
from itertools import combinations

import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from gazekit.plots import style
from gazekit.report.page import asset

VISION = {
    "every cone": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
APART = 8.0  # CIEDE2000; 1 is just seen side by side


def seen(colour, vision):
    """CIELAB of a colour #rrggbb as somebody of this vision sees it."""
    c = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    turned = np.clip(np.asarray(VISION[vision]) @ linear, 0, 1)
    return rgb2lab(np.where(turned <= 0.0031308, 12.92 * turned, 1.055 * turned ** (1 / 2.4) - 0.055))


def colours(dark):
    """Custom properties of the page's style that are colours."""
    day, night = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in asset("page.css").split("@media")[:2])
    return {**day, **night} if dark else day


def test_the_simulation_leaves_greys_and_confuses_red_with_green():
    for vision in VISION:
        assert deltaE_ciede2000(seen("#808080", vision), seen("#808080", "every cone")) < 1
    far, near = (deltaE_ciede2000(seen("#b02000", v), seen("#5f6000", v)) for v in ("every cone", "protanopia"))
    assert far > 3 * near


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("dark", [False, True])
def test_pages(vision, dark):
    of = colours(dark)
    lines = ("people", "chance", *(f"s{k}" for k in range(7)))
    for one, other in [("a", "b"), ("map-a", "map-b"), *combinations(lines, 2)]:
        assert deltaE_ciede2000(seen(of[one], vision), seen(of[other], vision)) > APART, (one, other)


@pytest.mark.parametrize("vision", VISION)
def test_figures(vision):
    """Models, people, chance and the target; beyond these, lines differ in their dashes, too."""
    for one, other in combinations((style.MODEL, style.CEILING, style.CHANCE, style.TARGET), 2):
        assert deltaE_ciede2000(seen(one, vision), seen(other, vision)) > APART, (one, other)
