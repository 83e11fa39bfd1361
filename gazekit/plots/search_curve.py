"""Visual search: the share of trials in which the target was found, by number of fixations."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.search import CumulativePerformance
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Z95 = 1.96
ROOM = 0.052  # least distance of two names at the right, as a share of the axis


def search_curve(curves: Mapping[str, CumulativePerformance], ax: "Axes | None" = None) -> "Axes":
    """Draw the cumulative share of trials in which the target was found, a line per source named at its right end.

    Bands are 95 % intervals over trials (1.96 standard errors); they take trials as independent.

    Parameters
    ----------
    curves : mapping of name to CumulativePerformance
        From `gazekit.metrics.behaviour.cumulative_performance`; "human" and "people" are drawn green.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        No curve, or one without a trial that has a target.

    Examples
    --------
    >>> from gazekit.metrics.behaviour import cumulative_performance
    >>> ax = search_curve({"human": cumulative_performance([1, 3, float("inf"), 1], 3)})
    >>> [text.get_text() for text in ax.texts]
    ['human']
    """
    if not curves:
        raise GazekitError("there is no search curve to draw")
    for name, curve in curves.items():
        if not curve.trials:
            raise GazekitError(f"{name!r} has no trial with a target, so it has no search curve")
    ax = style.new_axes() if ax is None else ax
    lines = style.lines_of(curves)
    for name, curve in curves.items():
        low, high = curve.share - Z95 * curve.sem, curve.share + Z95 * curve.sem
        colour = lines[name]["color"]
        ax.fill_between(
            curve.fixations, low.clip(0, 1), high.clip(0, 1), color=colour, alpha=0.18, linewidth=0, zorder=1
        )
        ax.plot(
            curve.fixations,
            curve.share,
            marker="o",
            markersize=3.2,
            markeredgecolor="white",
            markeredgewidth=0.4,
            label=name,
            **lines[name],
        )
    last = max(int(curve.fixations[-1]) for curve in curves.values())
    ends = [float(curve.share[-1]) for curve in curves.values()]
    for (name, curve), y in zip(curves.items(), style.spread(ends, ROOM), strict=True):
        style.name_line(ax, name, (float(curve.fixations[-1]), y), lines[name]["color"])
    ax.set_xlim(0, last)
    ax.set_ylim(0, 1)
    ax.set_xticks(range(0, last + 1, max(1, -(-last // 12))))
    style.name_axes(ax, "fixations after the start", "share of trials with the target found")
    return style.plain(ax)
