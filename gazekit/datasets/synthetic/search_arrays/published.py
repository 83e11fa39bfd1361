"""The six published search-asymmetry experiments, as their generators draw them.

Gupta, Zhang, Wu, Wolfe and Kreiman (2021), Visual search asymmetry, NeurIPS (arXiv 2106.02953). Sizes and rules are
those of the published code (kreimanlab/VisualSearchAsymmetry). Three things differ: arrangements cannot be the
published ones (those generators had no seed), there is no JPEG noise, and the curve is drawn in closed form (see
`_curves_and_lines`). In each experiment the condition that people find easier comes first.
"""

import numpy as np

from gazekit.datasets.synthetic.search_arrays.description import Condition, Experiment, Layout
from gazekit.datasets.synthetic.search_arrays.drawings import Drawing, paint
from gazekit.datasets.synthetic.search_arrays.shapes import arc, bar, rectangle, ring, rotate

ORIENTATION_LAYOUT = Layout(339, grid=4, cell=84, jitter=15, background=255)
LIGHTING_LAYOUT = Layout(198, grid=4, cell=49, jitter=18, background=27)
_CURVATURE_LAYOUT = Layout(339, grid=6, cell=56, jitter=8, background=0)
_INTERSECTION_LAYOUT = Layout(615, grid=3, cell=205, jitter=27, background=255)


def tilted_bar(degrees: float) -> Drawing:
    """Black bar of 60 x 9 px (2 x 0.3 degrees) in a white patch of 69 px, turned counter-clockwise.

    Examples
    --------
    >>> tilted_bar(0).size, int((tilted_bar(0).pixels == 0).sum())
    ((69, 69), 540)
    """
    return paint(f"bar at {degrees:g} degrees", rotate(bar(69, 60, 9), degrees), ink=0, paper=255)


def lit_disc(direction: str) -> Drawing:
    """Disc of 31 px shaded from dark to bright, the shading of a sphere, on grey 27.

    Parameters
    ----------
    direction : {"bottom", "top", "right", "left"}
        Its bright side.

    Examples
    --------
    >>> disc = lit_disc("top").pixels
    >>> int(disc[3, 15]), int(disc[27, 15]), int(disc[0, 0])
    (221, 17, 27)
    """
    rows = np.arange(31)[:, None].repeat(31, axis=1)
    shaded = np.where(ring(31, 15) > 0, 17 * np.minimum(rows // 2, 15), 27).astype(np.uint8)
    turned = {"bottom": shaded, "top": shaded[::-1], "right": shaded.T, "left": shaded[::-1].T}
    return Drawing(f"disc bright {direction}", turned[direction])


def _curves_and_lines() -> tuple[list[Drawing], list[Drawing]]:
    # The generator's arc has a thickness of 5, which OpenCV draws 7 px wide (it fills a polygon, borders included).
    # The closed form at 7 px covers 306 pixels where OpenCV covers 302; 18 differ, all at the border.
    shapes = {"curve": arc(48, (-2, 24), 30, 7, 52, 127), "line": bar(48, 6, 36)}
    angles = (-45, -90, -135, 180)
    curves, lines = (
        [paint(f"{name} at {angle} degrees", rotate(shape, angle), ink=255, paper=0) for angle in angles]
        for name, shape in shapes.items()
    )
    return curves, lines


def _four_versions(name: str, *strokes: np.ndarray) -> list[Drawing]:
    """Draw strokes in 165 px at (6, 6) of a white patch of 177 px: as is, upside down, transposed, both ways."""
    coverage = np.pad(np.maximum.reduce(strokes), 6)
    as_drawn = paint(name, coverage, ink=0, paper=255).pixels
    versions = {
        "": as_drawn,
        " upside down": as_drawn[::-1],
        " transposed": as_drawn.T,
        " transposed and mirrored": as_drawn.T[:, ::-1],
    }
    return [Drawing(name + how, pixels) for how, pixels in versions.items()]


def _crosses() -> tuple[list[Drawing], list[Drawing]]:
    upright = rectangle(165, (0, 164), (74, 89))
    cross = _four_versions("cross", upright, rectangle(165, (49, 65), (0, 164)))
    left, right = rectangle(165, (49, 65), (0, 81)), rectangle(165, (99, 114), (82, 164))
    return cross, _four_versions("non-cross", upright, left, right)


def _ts_and_ls() -> tuple[list[Drawing], list[Drawing]]:
    ts = _four_versions("T", rectangle(165, (0, 164), (74, 89)), rectangle(165, (0, 15), (0, 164)))
    return ts, _four_versions("L", rectangle(165, (0, 164), (0, 15)), rectangle(165, (148, 164), (0, 164)))


def published_experiments() -> tuple[Experiment, ...]:
    """The six experiments: 1,272 displays in all.

    Examples
    --------
    >>> sum(len(e.conditions) * len(e.set_sizes) * e.per_size for e in published_experiments())
    1272
    """
    curves, lines = _curves_and_lines()
    crosses, others = _crosses()
    ts, ls = _ts_and_ls()
    upright, tilted = tilted_bar(0), tilted_bar(-20)
    many = [tilted_bar(angle) for angle in (-80, -60, -40, 20, 40, 60, 80)]
    return (
        Experiment(
            "curvature",
            "a curve among lines, and a line among curves",
            _CURVATURE_LAYOUT,
            (
                Condition("curve_in_lines", curves, lines, "in turn", "a curve among lines"),
                Condition("line_in_curves", lines, curves, "in turn", "a line among curves"),
            ),
            set_sizes=(8, 16, 32),
        ),
        Experiment(
            "lighting",
            "a disc lit from the opposite side: above and below, or left and right",
            LIGHTING_LAYOUT,
            (
                Condition("top_down", lit_disc("top"), lit_disc("bottom"), task="a disc lit from above"),
                Condition("left_right", lit_disc("left"), lit_disc("right"), task="a disc lit from the left"),
            ),
            set_sizes=(1, 6, 12),
            found="item",
        ),
        Experiment(
            "intersection",
            "a figure without a crossing among crosses, and a cross among figures without",
            _INTERSECTION_LAYOUT,
            (
                Condition("non_cross", others, crosses, task="a figure without a crossing"),
                Condition("cross", crosses, others, task="a cross"),
            ),
            set_sizes=(3, 6, 9),
            per_size=36,
        ),
        Experiment(
            "t-and-l",
            "a T among L, and an L among T",
            _INTERSECTION_LAYOUT,
            (Condition("Ts", ts, ls, task="a T among L"), Condition("Ls", ls, ts, task="an L among T")),
            set_sizes=(3, 6, 9),
            per_size=36,
        ),
        Experiment(
            "orientation-homogeneous",
            "a bar tilted by 20 degrees among upright ones, and the reverse",
            ORIENTATION_LAYOUT,
            (
                Condition("homo_t20", tilted, upright, task="a bar tilted by 20 degrees"),
                Condition("homo_t0", upright, tilted, task="an upright bar"),
            ),
            set_sizes=(1, 4, 8, 12),
        ),
        Experiment(
            "orientation-heterogeneous",
            "an upright bar among bars of eight tilts, and a bar tilted by 20 degrees among such",
            ORIENTATION_LAYOUT,
            (
                Condition("hetero_t0", upright, [*many, tilted], "evenly", "an upright bar"),
                Condition("hetero_t20", tilted, [*many, upright], "evenly", "a bar tilted by 20 degrees"),
            ),
            set_sizes=(1, 4, 8, 12),
        ),
    )
