"""The main statistics of saccades: how long they are, and where they go."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError, check_whole
from gazekit.metrics.behaviour.saccades import saccades
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 30
SECTORS = 24  # of 15 degrees, the first about 0


def saccade_amplitudes(
    sources: Mapping[str, Scanpaths], ax: "Axes | None" = None, *, bins: int = BINS, longest: float | None = None
) -> "Axes":
    """Draw how the amplitudes of saccades are distributed, a line per source, with a mark at each median.

    Parameters
    ----------
    sources : mapping of name to Scanpaths
        All in px or all in degrees (better for images of different sizes); "human" and "people" are drawn green.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    bins : int
        Bins from 0 to the longest amplitude drawn.
    longest : float, optional
        Right end of the axis, in the unit of the paths; default the 99th percentile of all saccades. Longer ones count
        in the shares and are not drawn.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        No source, one without a saccade, or bins that are not at least 2.
    MismatchError
        Some paths in px and some in degrees.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 100, "height": 100})
    >>> ax = saccade_amplitudes({"human": Scanpaths([0, 3, 3, 9], [4, 4, 0, 4], [0, 4], table)})
    >>> ax.get_xlabel()
    'saccade amplitude, px'
    """
    unit = _unit(sources)
    check_whole("bins", bins, 2)
    amplitude = {name: _found(name, saccades(paths).amplitude) for name, paths in sources.items()}
    if longest is None:
        longest = float(np.percentile(np.concatenate(list(amplitude.values())), 99))
    edges = np.linspace(0, longest or 1.0, bins + 1)
    ax = style.new_axes() if ax is None else ax
    for name, line in style.lines_of(sources).items():
        values = amplitude[name]
        share = np.histogram(values, edges)[0] / len(values)
        ax.stairs(100 * share, edges, baseline=None, label=f"{name}, median {np.median(values):.3g}", **line)
        ax.plot(np.median(values), 0, "^", color=line["color"], markersize=6, zorder=5, clip_on=False, **style.RIM)
    ax.set_xlim(0, edges[-1])
    ax.set_ylim(bottom=0)
    style.name_axes(ax, f"saccade amplitude, {unit}", f"saccades per {edges[1]:.2g} {unit}, %")
    style.key(ax)
    return style.plain(ax)


def saccade_directions(sources: Mapping[str, Scanpaths], ax: "Axes | None" = None, *, sectors: int = SECTORS) -> "Axes":
    """Draw how the directions of saccades are distributed on a polar axis, a line per source; right is 0, up is 90.

    The dotted circle is where all lines would lie if all directions were alike.

    Parameters
    ----------
    sources : mapping of name to Scanpaths
        "human" and "people" are drawn green.
    ax : matplotlib polar Axes, optional
        Where to draw; default a new figure of one column's width.
    sectors : int
        Equal sectors, the first centred on 0.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        No source, one without a saccade of some length, Axes that are not polar, or fewer than 4 sectors.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 100, "height": 100})
    >>> ax = saccade_directions({"human": Scanpaths([0, 3, 3, 9], [4, 4, 0, 4], [0, 4], table)})
    >>> ax.name
    'polar'
    """
    if not sources:
        raise GazekitError("there is no source of scanpaths to draw")
    check_whole("sectors", sectors, 4)
    direction = {name: _found(name, saccades(paths).direction) for name, paths in sources.items()}
    ax = style.new_axes(height=78, subplot_kw={"projection": "polar"}) if ax is None else ax
    if ax.name != "polar":
        raise GazekitError("directions are drawn on polar Axes; make them with subplot_kw={'projection': 'polar'}")
    centres = np.arange(sectors + 1) * 2 * np.pi / sectors
    for name, line in style.lines_of(sources).items():
        sector = np.round(np.radians(direction[name]) / centres[1]).astype(np.int64) % sectors
        share = 100 * np.bincount(sector, minlength=sectors) / len(sector)
        ax.plot(centres, [*share, share[0]], label=name, **line)
    around = np.linspace(0, 2 * np.pi, 181)
    ax.plot(around, np.full(len(around), 100 / sectors), ":", color=style.CHANCE, linewidth=0.8, zorder=2)
    _polar_style(ax)
    return ax


# ---------------------------------------------------------------- inside


def _unit(sources: Mapping[str, Scanpaths]) -> str:
    if not sources:
        raise GazekitError("there is no source of scanpaths to draw")
    units = {name: paths.facts.unit for name, paths in sources.items()}
    kinds = list(dict.fromkeys(units.values()))
    if len(kinds) > 1:
        first, second = (next(name for name in units if units[name] == kind) for kind in kinds[:2])
        raise MismatchError(
            f"{first!r} is in {kinds[0]} and {second!r} in {kinds[1]}; convert with Scanpaths.to_degrees"
        )
    return kinds[0]


def _found(name: str, values: np.ndarray) -> np.ndarray:
    values = values[np.isfinite(values)]
    if not len(values):
        raise GazekitError(f"{name!r} has no saccade to draw")
    return values


def _polar_style(ax: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(3, prune="lower"))
    ax.yaxis.set_major_formatter("{x:g} %")
    ax.set_xticks(np.radians(np.arange(0, 360, 45)), ["right", "", "up", "", "left", "", "down", ""])
    ax.tick_params(labelsize=style.TEXT, pad=0)
    ax.tick_params(axis="y", labelsize=style.SMALL)
    ax.set_rlabel_position(67.5)  # type: ignore[attr-defined]  # between two of the rays
    for label in ax.get_yticklabels():
        label.set_path_effects(style.halo(2))
        label.set_zorder(6)
    ax.grid(color="#dddddd", linewidth=0.6)
    ax.spines["polar"].set(color="#aaaaaa", linewidth=0.6)
    style.key(ax, loc="upper left", bbox_to_anchor=(0.86, 1.12))
