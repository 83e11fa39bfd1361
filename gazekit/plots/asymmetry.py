"""Search asymmetry: reaction times by set size with people's, indices against people's, and examples of searches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.plots import style
from gazekit.plots.scanpath import scanpath

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

CONDITIONS = (style.PALETTE[0], style.PALETTE[1])  # the easy (first) one, the hard one
PEOPLE = "#666666"
PANEL = 60.0  # mm, side of a panel of a figure with several
COLUMNS = 3


def reaction_times(
    cells: pd.DataFrame, ax: "Axes | None" = None, *, experiment: str, model: str | None = None, key: bool = True
) -> "Axes":
    """Draw the mean reaction time of an experiment's conditions over set size, people's beside the model's.

    The model is drawn with discs, solid lines and standard errors of the mean or intervals; people, where known, with
    open squares and dashed lines in the same colours. Each condition is named at the right end of the model's line.

    Parameters
    ----------
    cells : pandas.DataFrame
        `cells` of an asymmetry run: columns model, experiment, condition, set_size, rt, sem, human (ms). Those of a
        search experiment have low and high, and human_low and human_high, instead of sem; see `by_condition`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    experiment : str
        Which experiment.
    model : str, optional
        Which model; default the first in the table.
    key : bool
        Say what discs and squares are.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    UnknownNameError
        No such experiment or model.
    GazekitError
        A column is absent.

    Examples
    --------
    >>> rows = [("a", "e", c, n, n * t, 5.0, float("nan")) for c, t in (("easy", 1.0), ("hard", 9.0)) for n in (1, 4)]
    >>> columns = ["model", "experiment", "condition", "set_size", "rt", "sem", "human"]
    >>> ax = reaction_times(pd.DataFrame(rows, columns=columns), experiment="e")
    >>> [text.get_text() for text in ax.texts]
    ['easy', 'hard']
    """
    part = _choose(cells, _times(cells), model)
    part = _named(part, "experiment", experiment)
    ax = style.new_axes() if ax is None else ax
    ends = []
    for k, condition in enumerate(dict.fromkeys(part["condition"])):
        colour = CONDITIONS[k % len(CONDITIONS)]
        rows = part[part["condition"] == condition].sort_values("set_size")
        size = rows["set_size"].to_numpy(float)
        people: dict[str, Any] = {"linewidth": 0.8 * style.LINE, "markersize": 3.4, "zorder": 2, **style.HOLLOW}
        own: dict[str, Any] = {"linewidth": 1.2 * style.LINE, "elinewidth": 0.8, "markersize": 3.8, "zorder": 3}
        ax.errorbar(size, rows["human"], _bars(rows, "human"), fmt="s--", color=colour, elinewidth=0.6, **people)
        ax.errorbar(size, rows["rt"], _bars(rows, "rt"), fmt="o-", color=colour, **own, **style.RIM)
        ends.append((condition.replace("_", " "), float(part["set_size"].max()), float(rows["rt"].iloc[-1]), colour))
    ax.set_ylim(bottom=min(0.0, ax.get_ylim()[0]))
    style.name_lines(ax, ends, 0.085, style.SMALL, gap=4)
    ax.set_title(experiment.replace("_", " "), fontsize=style.TEXT, pad=3)
    ax.set_xticks(sorted(part["set_size"].unique()))
    style.name_axes(ax, "set size, items", "reaction time, ms")
    if key:
        handles = _key_handles(part)
        style.key(ax, handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.18), ncols=2)
    return style.plain(ax)


def index_scatter(indices: pd.DataFrame, ax: "Axes | None" = None, *, model: str | None = None) -> "Axes":
    """Draw a model's asymmetry index against people's, a point per experiment with its 95 % interval.

    On the diagonal the model's asymmetry is people's; below zero it has the opposite sign. The published eccNET's
    indices are small open circles at the same places.

    Parameters
    ----------
    indices : pandas.DataFrame
        `indices` of an asymmetry run: columns model, experiment, index, low, high, human, published_eccnet.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    model : str, optional
        Which model; default the first in the table.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    UnknownNameError
        No such model.
    GazekitError
        A column is absent, or people's index is known for no experiment.

    Examples
    --------
    >>> row = ("a", "curvature", 0.5, 0.2, 0.7, 0.81, 1.0)
    >>> columns = ["model", "experiment", "index", "low", "high", "human", "published_eccnet"]
    >>> ax = index_scatter(pd.DataFrame([row], columns=columns))
    >>> ax.get_ylabel()
    'asymmetry index, a'
    """
    part = _choose(indices, ("index", "low", "high", "human", "published_eccnet"), model)
    part = part[part["human"].notna() & (part["experiment"] != "mean")]
    if part.empty:
        raise GazekitError(
            "people's asymmetry index is known for none of these experiments; there is nothing to compare"
        )
    ax = style.new_axes(height=92) if ax is None else ax
    ax.axhline(0, color=PEOPLE, linewidth=0.6, zorder=1)
    ax.plot([-1, 1], [-1, 1], ":", color=PEOPLE, linewidth=0.8, zorder=1)
    human, index = part["human"].to_numpy(), part["index"].to_numpy()
    ax.vlines(human, part["low"], part["high"], color=style.MODEL, linewidth=1.4 * style.LINE, zorder=3)
    ax.plot(human, part["published_eccnet"], "o", color=PEOPLE, markersize=3.2, zorder=2, **style.HOLLOW)
    ax.plot(human, index, "o", color=style.MODEL, markersize=4.6, zorder=4, **style.RIM)
    left, right = min(0.0, float(human.min()) - 0.05), 1.02
    for name, x, place in zip(
        part["experiment"], human, style.spread(list(human), 0.065 * (right - left)), strict=True
    ):
        ax.axvline(x, color="#dddddd", linewidth=0.6, zorder=0)
        turned: dict[str, Any] = {"rotation": 45, "rotation_mode": "anchor", "ha": "left", "va": "center"}
        above: dict[str, Any] = {"xycoords": ax.get_xaxis_transform(), "xytext": (0, 2), "textcoords": "offset points"}
        ax.annotate(name, (place, 1.0), fontsize=style.SMALL, **above, **turned)
    ax.set_ylim(-1.08, 1.08)
    ax.set_xlim(left, right)
    style.name_axes(ax, "asymmetry index, people", f"asymmetry index, {part['model'].iloc[0]}")
    _index_key(ax)
    return style.plain(ax)


def by_condition(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of a search experiment for `reaction_times`: a condition is a panel, with the target and without it a line.

    Parameters
    ----------
    cells : pandas.DataFrame
        `cells` of a search experiment. Of several stopping rules, the last one's are kept.

    Examples
    --------
    >>> table = pd.DataFrame({"stopping": ["all-items"], "condition": ["ring"], "target": ["absent"]})
    >>> by_condition(table)[["experiment", "condition"]].to_numpy().tolist()
    [['ring', 'target absent']]
    """
    last = cells[cells["stopping"] == cells["stopping"].iloc[-1]]
    return last.assign(experiment=last["condition"], condition="target " + last["target"])


def reaction_time_panels(cells: pd.DataFrame, *, model: str | None = None) -> "Figure":
    """Draw `reaction_times` of every experiment of a model, three in a row, and return the figure.

    Conditions of one experiment (`by_condition`) have one scale, so that slopes can be compared.

    Examples
    --------
    >>> rows = [("a", e, c, n, 9.0 * n, 5.0, float("nan")) for e in "ef" for c in "xy" for n in (1, 4)]
    >>> columns = ["model", "experiment", "condition", "set_size", "rt", "sem", "human"]
    >>> [ax.get_title() for ax in reaction_time_panels(pd.DataFrame(rows, columns=columns)).axes]
    ['e', 'f']
    """
    experiments = list(dict.fromkeys(_choose(cells, _times(cells), model)["experiment"]))
    figure, panels = style.new_panels(len(experiments), COLUMNS, PANEL, PANEL * 0.85)
    for k, (name, ax) in enumerate(zip(experiments, panels, strict=True)):
        reaction_times(cells, ax, experiment=name, model=model, key=False)
        if k % COLUMNS:
            ax.set_ylabel("")
        if k + COLUMNS < len(experiments):
            ax.set_xlabel("")
    if "target" in cells:
        top = max(ax.get_ylim()[1] for ax in panels)
        for ax in panels:
            ax.set_ylim(top=top)
    handles = _key_handles(cells)
    figure.legend(handles=handles, fontsize=style.TEXT, frameon=False, loc="outside lower center", ncols=2)
    return figure


class PicturedSearch(NamedTuple):
    """A search to draw: its title, its path with the start first, and the display with its target's box, if known."""

    title: str
    path: Scanpath
    display: Trial | None = None


def search_panels(searches: Sequence[PicturedSearch], columns: int = COLUMNS) -> "Figure":
    """Draw searches on their displays with the target framed, and return the figure.

    Parameters
    ----------
    searches : sequence of PicturedSearch
        One panel each.
    columns : int
        Panels in a row.

    Raises
    ------
    GazekitError
        There is none.

    Examples
    --------
    >>> from gazekit import Frame
    >>> path = Scanpath([50, 20], [50, 30], None, Frame(100, 100))
    >>> [ax.get_title() for ax in search_panels([PicturedSearch("easy", path)]).axes]
    ['easy']
    """
    if not searches:
        raise GazekitError("there is no search to draw")
    figure, panels = style.new_panels(len(searches), columns, PANEL, PANEL)
    for search, ax in zip(searches, panels, strict=True):
        display = search.display
        scanpath(search.path, ax, image=None if display is None else display.image, key=False)
        if display is not None and display.target_box is not None:
            box = display.target_box
            style.outline(ax, (box.x0, box.y0, box.x1, box.y1), target=True)
        ax.set_title(search.title, fontsize=style.TEXT, pad=3)
    return figure


# ---------------------------------------------------------------- inside


def _choose(table: pd.DataFrame, columns: tuple[str, ...], model: str | None) -> pd.DataFrame:
    """Rows of one model, after a look at the columns."""
    style.need_columns(table, ("model", "experiment", *columns))
    if table.empty:
        raise GazekitError("the table has no row; there is nothing to draw")
    return _named(table, "model", str(table["model"].iloc[0]) if model is None else model)


def _named(table: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    found = table[table[column] == name]
    if found.empty:
        raise UnknownNameError(f"{column} in this table", name, table[column].unique())
    return found


def _times(cells: pd.DataFrame) -> tuple[str, ...]:
    """Columns of a table of reaction times."""
    errors = ("low", "high", "human_low", "human_high") if "low" in cells else ("sem",)
    return ("set_size", "rt", *errors, "human", "condition")


def _bars(rows: pd.DataFrame, name: str) -> Any:
    """Standard errors of the model's means; or how far intervals reach down and up, 0 where there is none."""
    ends = ["low", "high"] if name == "rt" else ["human_low", "human_high"]
    if ends[0] not in rows:
        return rows["sem"] if name == "rt" else None
    return np.nan_to_num(np.abs(rows[ends].to_numpy(float).T - rows[name].to_numpy(float)))


def _key_handles(cells: pd.DataFrame) -> "list[Line2D]":
    """What discs and squares are, for the legend of an axes or of a figure with several."""
    bars = "95 % interval" if "low" in cells else "± standard error"
    people = bool(cells["human"].notna().any())
    model = style.entry(f"model, {bars}", marker="o", linestyle="-", color=PEOPLE, markersize=3.8)
    theirs = style.entry("people", marker="s", linestyle="--", color=PEOPLE, markersize=3.4, **style.HOLLOW)
    return [model, theirs] if people else [model]


def _index_key(ax: "Axes") -> None:
    handles = [
        style.entry("model, 95 % interval", marker="o", linestyle="-", color=style.MODEL, markersize=4.6),
        style.entry("eccNET, published", marker="o", linestyle="", color=PEOPLE, markersize=3.2, **style.HOLLOW),
        style.entry("as people", linestyle=":", color=PEOPLE, linewidth=0.8),
    ]
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.45, -0.13), "ncols": 3}
    style.key(ax, handles=handles, columnspacing=1.2, handlelength=1.6, **place)
