"""Sizes and colours that all pictures share: legible at one journal column, safe for colour-blind readers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMN = 85.0  # mm: width of one column of a journal page
MM = 1 / 25.4  # inches

TEXT = 7.0  # pt, labels and values
SMALL = 6.0  # pt, fixation numbers and keys
LINE = 1.0  # pt

# Okabe, M. & Ito, K. (2008), Color Universal Design: colours that people of every colour vision tell apart.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
MODEL, CEILING, CHANCE = PALETTE[0], PALETTE[2], "#666666"


def new_axes(width: float = COLUMN, height: float = 60.0) -> "Axes":
    """Return the Axes of a new figure.

    Parameters
    ----------
    width, height : float
        Size of the figure, mm.

    Examples
    --------
    >>> ax = new_axes(85, 60)
    >>> [round(float(side) / MM) for side in ax.figure.get_size_inches()]
    [85, 60]
    """
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(width * MM, height * MM), layout="constrained")
    return ax
