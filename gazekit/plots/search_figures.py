"""Figures of a search-asymmetry run: all its experiments in one picture, and examples of its searches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style
from gazekit.plots.asymmetry import key_handles, reaction_times
from gazekit.plots.scanpath import scanpath

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL = 60.0  # mm, side of a panel
COLUMNS = 3


def reaction_time_panels(cells: pd.DataFrame, *, model: str | None = None) -> "Figure":
    """Draw `reaction_times` of every experiment of a model, three in a row, and return the figure.

    Examples
    --------
    >>> rows = [("a", e, c, n, 9.0 * n, 5.0, np.nan) for e in "ef" for c in "xy" for n in (1, 4)]
    >>> columns = ["model", "experiment", "condition", "set_size", "rt", "sem", "human"]
    >>> [ax.get_title() for ax in reaction_time_panels(pd.DataFrame(rows, columns=columns)).axes]
    ['e', 'f']
    """
    experiments = list(dict.fromkeys(cells["experiment"]))
    figure, panels = style.new_panels(len(experiments), COLUMNS, PANEL, PANEL * 0.85)
    for k, (name, ax) in enumerate(zip(experiments, panels, strict=True)):
        reaction_times(cells, ax, experiment=name, model=model, key=False)
        if k % COLUMNS:
            ax.set_ylabel("")
        if k + COLUMNS < len(experiments):
            ax.set_xlabel("")
    handles = key_handles(bool(cells["human"].notna().any()))
    figure.legend(handles=handles, fontsize=style.TEXT, frameon=False, loc="outside lower center", ncols=2)
    return figure


def search_panels(searches: Sequence[tuple[str, Scanpath, np.ndarray | None]]) -> "Figure":
    """Draw searches on their displays, three in a row, and return the figure.

    Parameters
    ----------
    searches : sequence of (title, path, image)
        The start is the path's first fixation; the image may be None.

    Raises
    ------
    GazekitError
        There is none.

    Examples
    --------
    >>> from gazekit import Frame
    >>> path = Scanpath([50, 20], [50, 30], None, Frame(100, 100))
    >>> [ax.get_title() for ax in search_panels([("easy", path, None)]).axes]
    ['easy']
    """
    if not searches:
        raise GazekitError("there is no search to draw")
    figure, panels = style.new_panels(len(searches), COLUMNS, PANEL, PANEL)
    for (title, path, image), ax in zip(searches, panels, strict=True):
        scanpath(path, ax, image=image, key=False)
        ax.set_title(title, fontsize=style.TEXT, pad=3)
    return figure
