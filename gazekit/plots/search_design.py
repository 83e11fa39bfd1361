"""A search experiment of one's own: displays with the target marked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL = 56.0  # mm
COLUMNS = 4


def display_sheet(trials: Sequence[Trial], titles: Sequence[str], columns: int = COLUMNS) -> "Figure":
    """Draw displays with the target framed where there is one, and return the figure.

    Parameters
    ----------
    trials : sequence of Trial
        What is shown; at least one.
    titles : sequence of str
        One for each.
    columns : int
        Displays in a row.

    Raises
    ------
    GazekitError
        There is none.

    Examples
    --------
    >>> from gazekit import Frame
    >>> import numpy as np
    >>> grey = Trial("a", "a", Frame(4, 3), image_source=np.full((3, 4), 9, np.uint8))
    >>> [ax.get_title() for ax in display_sheet([grey], ["grey"]).axes]
    ['grey']
    """
    if not trials:
        raise GazekitError("there is no display to draw")
    tall = max(t.frame.height / t.frame.width for t in trials)
    figure, panels = style.new_panels(len(trials), columns, PANEL, PANEL * tall + 6)
    for trial, title, ax in zip(trials, titles, panels, strict=True):
        width, height = trial.frame.size
        ax.imshow(trial.image, extent=(0, width, height, 0))
        if trial.target_box is not None:
            box = trial.target_box
            style.outline(ax, (box.x0 - 4, box.y0 - 4, box.x1 + 4, box.y1 + 4), target=True)
        ax.set_xticks([])
        ax.set_yticks([])
        ax.set_title(title, fontsize=style.TEXT, pad=3)
    return figure
