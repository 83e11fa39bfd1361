"""Further search displays in the published form: classics of the field, and two whose answer symmetry does not give.

They are examples of a description (`docs/howto/own-display.md`), not copies of anyone's stimuli: sizes and colours are
our own, and the colours are not matched in luminance.

Two ask something about the developmental diet. A network with kernels turned by 90 degrees sees an upright display as
the upright network sees the display turned back. Turning swaps the two published lighting conditions, so that their
index must change its sign. Turning `lighting-polarity` gives discs lit from the side, and turning `oblique` gives
horizontal bars instead of upright ones; neither pair of conditions comes back as itself or swapped.
"""

import numpy as np

from gazekit.datasets.synthetic.search_arrays.description import Condition, Experiment, Layout
from gazekit.datasets.synthetic.search_arrays.drawings import Drawing, paint
from gazekit.datasets.synthetic.search_arrays.published import LIGHTING_LAYOUT, ORIENTATION_LAYOUT, lit_disc, tilted_bar
from gazekit.datasets.synthetic.search_arrays.shapes import bar, rectangle, ring

RED, GREEN, GREY = (200, 60, 60), (60, 125, 60), 30
SIZES = (4, 8, 12)
_DARK_LAYOUT = Layout(339, grid=4, cell=84, jitter=15, background=GREY)


def classic_experiments() -> tuple[Experiment, ...]:
    """Six experiments; the first condition is the one that people are known to find easier, where that is known.

    Examples
    --------
    >>> [experiment.name for experiment in classic_experiments()][:3]
    ['colour', 'conjunction', 'o-and-q']
    """
    red, level_red = _coloured_bar("red bar", 60, 9, RED), _coloured_bar("level red bar", 9, 60, RED)
    green, level_green = _coloured_bar("green bar", 60, 9, GREEN), _coloured_bar("level green bar", 9, 60, GREEN)
    o, q = ring(69, 26, 18), np.maximum(ring(69, 26, 18), rectangle(69, (46, 66), (32, 36)))
    ring_only, ring_with_stroke = paint("O", o, ink=0, paper=255), paint("Q", q, ink=0, paper=255)
    large, small = (paint(f"disc of radius {r}", ring(69, r), ink=0, paper=255) for r in (26, 13))
    above, below, oblique, upright = lit_disc("top"), lit_disc("bottom"), tilted_bar(-45), tilted_bar(0)
    return (
        Experiment(
            "colour",
            "a red bar among green ones, and the reverse: a singleton in colour",
            _DARK_LAYOUT,
            (
                Condition("red_among_green", red, green, task="a red bar"),
                Condition("green_among_red", green, red, task="a green bar"),
            ),
            SIZES,
        ),
        Experiment(
            "conjunction",
            "an upright red bar: alone in its colour, or in colour and orientation together (Treisman and Gelade 1980)",
            _DARK_LAYOUT,
            (
                Condition("feature", red, (green, level_green), "evenly", "an upright red bar"),
                Condition("conjunction", red, (green, level_red), "evenly", "an upright red bar"),
            ),
            SIZES,
        ),
        Experiment(
            "o-and-q",
            "a ring with a stroke among rings, and a ring among rings with one (Treisman and Souther 1985)",
            ORIENTATION_LAYOUT,
            (
                Condition("q_among_o", ring_with_stroke, ring_only, task="a Q"),
                Condition("o_among_q", ring_only, ring_with_stroke, task="an O"),
            ),
            SIZES,
        ),
        Experiment(
            "size",
            "a large disc among small ones, and the reverse",
            ORIENTATION_LAYOUT,
            (
                Condition("large_among_small", large, small, task="a large disc"),
                Condition("small_among_large", small, large, task="a small disc"),
            ),
            SIZES,
        ),
        Experiment(
            "lighting-polarity",
            "a disc lit from above among discs lit from below, and the reverse",
            LIGHTING_LAYOUT,
            (
                Condition("bright_top_among_bright_bottom", above, below, task="a disc lit from above"),
                Condition("bright_bottom_among_bright_top", below, above, task="a disc lit from below"),
            ),
            set_sizes=(1, 6, 12),
        ),
        Experiment(
            "oblique",
            "a bar tilted by 45 degrees among upright ones, and the reverse",
            ORIENTATION_LAYOUT,
            (
                Condition("oblique_among_upright", oblique, upright, task="a tilted bar"),
                Condition("upright_among_oblique", upright, oblique, task="an upright bar"),
            ),
            SIZES,
        ),
    )


def _coloured_bar(name: str, height: int, width: int, ink: tuple[int, int, int]) -> Drawing:
    return paint(name, bar(69, height, width), ink=ink, paper=GREY)
