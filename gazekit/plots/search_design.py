"""A search experiment of one's own: displays with the target marked, and reaction times beside people's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL = 56.0  # mm
COLUMNS = 4
COLOURS = {"present": style.PALETTE[0], "absent": style.PALETTE[1]}


def search_times(cells: pd.DataFrame, ax: "Axes | None" = None, *, condition: str, key: bool = True) -> "Axes":
    """Draw mean reaction times over set size of one condition, with the target and without it, beside people's.

    The model has discs and solid lines, people open squares and dashes; bars are 95 % intervals.

    Parameters
    ----------
    cells : pandas.DataFrame
        `cells` of a search experiment, of one model and one stopping rule.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    condition : str
        Which condition.
    key : bool
        Say what the marks are.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        No such condition.

    Examples
    --------
    >>> rows = [("ring", "present", n, 500.0, 490.0, 510.0) + 3 * (float("nan"),) for n in (4, 8)]
    >>> names = ["condition", "target", "set_size", "rt", "low", "high", "human", "human_low", "human_high"]
    >>> search_times(pd.DataFrame(rows, columns=names), condition="ring").get_title()
    'ring'
    """
    part = cells[cells["condition"] == condition]
    if part.empty:
        raise GazekitError(f"the table has no condition {condition!r}; it has {', '.join(cells['condition'].unique())}")
    ax = style.new_axes() if ax is None else ax
    for target, rows in part.groupby("target", sort=False):
        rows = rows.sort_values("set_size")
        own: dict[str, Any] = {"linewidth": 1.2 * style.LINE, "elinewidth": 0.8, "markersize": 3.8, "zorder": 3}
        theirs: dict[str, Any] = {"linewidth": 0.8 * style.LINE, "elinewidth": 0.6, "markersize": 3.4, "zorder": 2}
        for name, mark, look in (("rt", "o-", {**own, **style.RIM}), ("human", "s--", {**theirs, **style.HOLLOW})):
            if rows[name].notna().any():
                low, high = ("low", "high") if name == "rt" else ("human_low", "human_high")
                bars = np.abs(rows[[low, high]].to_numpy(float).T - rows[name].to_numpy(float))
                ax.errorbar(
                    rows["set_size"], rows[name], np.nan_to_num(bars), fmt=mark, color=COLOURS[str(target)], **look
                )
    ax.set_ylim(bottom=0)
    ax.set_xticks(sorted(part["set_size"].unique()))
    ax.set_title(condition.replace("_", " "), fontsize=style.TEXT, pad=3)
    style.name_axes(ax, "items shown", "reaction time, ms")
    if key:
        style.key(ax, handles=_marks(part), loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return style.plain(ax)


def search_time_panels(cells: pd.DataFrame) -> "Figure":
    """Draw `search_times` of every condition, four in a row, and return the figure."""
    conditions = list(dict.fromkeys(cells["condition"]))
    figure, panels = style.new_panels(len(conditions), COLUMNS, PANEL, PANEL * 0.9)
    top = np.nanmax(cells[["high", "rt", "human"]].to_numpy(float))
    for k, (name, ax) in enumerate(zip(conditions, panels, strict=True)):
        search_times(cells, ax, condition=name, key=False)
        ax.set_ylim(0, 1.06 * top)  # one scale: slopes can be compared
        if k % COLUMNS:
            ax.set_ylabel("")
    where: dict[str, Any] = {"loc": "outside lower center", "ncols": min(len(conditions), COLUMNS)}
    figure.legend(handles=_marks(cells), fontsize=style.TEXT, frameon=False, **where)
    return figure


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


def _marks(cells: pd.DataFrame) -> list[Any]:
    handles = [
        style.entry(f"target {target}", marker="o", linestyle="-", color=COLOURS[str(target)], markersize=3.8)
        for target in dict.fromkeys(cells["target"])
    ]
    if cells["human"].notna().any():
        handles.append(
            style.entry("people", marker="s", linestyle="--", color="#666666", markersize=3.4, **style.HOLLOW)
        )
    return handles
