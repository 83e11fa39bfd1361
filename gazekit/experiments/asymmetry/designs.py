"""The six published search-asymmetry experiments: conditions, set sizes, people, and the settings of eccNET for each.

A condition is named by its target: in "line_in_curves" one looks for a line. The easy one is the one whose search
slope is the flatter *for people*.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gazekit.foundations.errors import UnknownNameError

READ_OFF = "Gupta, Zhang, Wu, Wolfe and Kreiman (2021), from "


@dataclass(frozen=True)
class Condition:
    """One condition of a published experiment.

    Parameters
    ----------
    name : str
        As in the data set `search-arrays`.
    file : str
        Stem of the published file of saccade counts.
    human : tuple of float
        People's mean reaction time at each set size, ms.
    """

    name: str
    file: str
    human: tuple[float, ...]


@dataclass(frozen=True)
class Design:
    """A published experiment.

    Parameters
    ----------
    name : str
        As in the data set `search-arrays`.
    set_sizes : tuple of int
        Items shown.
    easy, hard : Condition
        With the flatter and the steeper slope for people.
    source : str
        Where people's reaction times are from.
    difference_of_gaussians : pair of (size, deviation)
        Two Gaussian kernels, cells of the attention map, with which the published model sharpened it.
    background : int
        Grey level around the items, 0..255, with which the published model paints what it has seen.
    """

    name: str
    set_sizes: tuple[int, ...]
    easy: Condition
    hard: Condition
    source: str
    difference_of_gaussians: tuple[tuple[int, float], tuple[int, float]]
    background: int

    @property
    def conditions(self) -> tuple[Condition, Condition]:
        """Easy and hard."""
        return (self.easy, self.hard)

    @property
    def settings(self) -> Mapping[str, object]:
        """What a model that has these options is given in this experiment."""
        return {"difference_of_gaussians": self.difference_of_gaussians, "background": self.background}


# The published code holds the digitised positions, not the reaction times; the formulas below are its own. One tick of
# the axis is 200 ms over so many mm of the figure.
_ORIENTATION, _LIGHTING = 200 / 9.5, 200 / 7.5


def _ms(*terms: tuple[float, float], tick: float) -> tuple[float, ...]:
    return tuple(base + count * tick for base, count in terms)


def _line(intercept: float, slope: float, sizes: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(intercept + slope * size for size in sizes)


_DESIGNS = (
    Design(
        "curvature",
        (8, 16, 32),
        Condition("curve_in_lines", "curvature_curve_in_lines", (510.0, 516.4, 529.2)),
        Condition("line_in_curves", "curvature_line_in_curves", (565.0, 640.0, 750.0)),
        READ_OFF + "Wolfe et al. (1992)",
        ((3, 1), (5, 3)),
        0,
    ),
    Design(
        "lighting",
        (1, 6, 12),
        Condition("top_down", "lightning_dir_top_down", _ms((400, 1), (400, 1.2), (400, 2.7), tick=_LIGHTING)),
        Condition("left_right", "lightning_dir_left_right", _ms((400, 3.3), (600, 2.8), (600, 5.8), tick=_LIGHTING)),
        READ_OFF + "Kleffner and Ramachandran (1992)",
        ((3, 0), (5, 1)),
        27,
    ),
    Design(
        "intersection",
        (3, 6, 9),
        Condition("non_cross", "intersection_non_cross", _line(510, 45, (3, 6, 9))),
        Condition("cross", "intersection_cross", _line(541, 96, (3, 6, 9))),
        READ_OFF + "Wolfe and DiMase (2003)",
        ((5, 3), (7, 5)),
        255,
    ),
    Design(
        "t-and-l",
        (3, 6, 9),
        Condition("Ts", "intersection_Ts", _line(499, 14, (3, 6, 9))),
        Condition("Ls", "intersection_Ls", _line(474, 33, (3, 6, 9))),
        READ_OFF + "its code names no other source than for intersections",
        ((5, 3), (7, 5)),
        255,
    ),
    Design(
        "orientation-homogeneous",
        (1, 4, 8, 12),
        Condition(
            "homo_t20",
            "categorization_homo_t20",
            _ms((400, 0.7), (400, 1.8), (400, 1.95), (400, 2.1), tick=_ORIENTATION),
        ),
        Condition(
            "homo_t0",
            "categorization_homo_t0",
            _ms((400, 1.5), (400, 7), (400, 7.25), (400, 7.5), tick=_ORIENTATION),
        ),
        READ_OFF + "Wolfe et al. (1992)",
        ((3, 1), (5, 3)),
        255,
    ),
    Design(
        "orientation-heterogeneous",
        (1, 4, 8, 12),
        Condition(
            "hetero_t0",
            "categorization_hetero_t0",
            _ms((400, 1.5), (400, 8), (600, 1.6), (600, 5.1), tick=_ORIENTATION),
        ),
        Condition(
            "hetero_t20",
            "categorization_hetero_t20",
            _ms((400, 6), (800, 1.5), (1000, 4), (1200, 6), tick=_ORIENTATION),
        ),
        READ_OFF + "Wolfe et al. (1992)",
        ((3, 1), (5, 3)),
        255,
    ),
)
DESIGNS: Mapping[str, Design] = {design.name: design for design in _DESIGNS}


def design(name: str) -> Design:
    """A published experiment by name.

    Raises
    ------
    UnknownNameError
        No such experiment.

    Examples
    --------
    >>> design("curvature").hard.name
    'line_in_curves'
    """
    if name not in DESIGNS:
        raise UnknownNameError("published experiment", name, DESIGNS)
    return DESIGNS[name]
