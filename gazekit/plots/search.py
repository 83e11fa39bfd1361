"""Visual search: how soon the target is found, how gaze approaches it, and OAT's five features beside people's."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gazekit.core.scanpaths import HUMAN
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.object_behaviour import FEATURES
from gazekit.metrics.behaviour.search import CumulativePerformance
from gazekit.plots import style

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Z95 = 1.96
ROOM = 0.052  # least distance of two names at the right, as a share of the axis
UNITS = dict.fromkeys(FEATURES, "share of fixations") | {"correct": "share of paths", "length": "fixations"}
LABELS = {"start": "fixation", "target": "fixation before the target is reached"}


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
        low, high = ((curve.share + side * Z95 * curve.sem).clip(0, 1) for side in (-1, 1))
        style.band(ax, curve.fixations, low, high, lines[name]["color"])
        ax.plot(curve.fixations, curve.share, marker="o", markersize=3.2, label=name, **style.RIM, **lines[name])
    last = max(int(curve.fixations[-1]) for curve in curves.values())
    ax.set_xlim(0, last)
    ax.set_ylim(0, 1)
    ends = [(name, float(c.fixations[-1]), float(c.share[-1]), lines[name]["color"]) for name, c in curves.items()]
    style.name_lines(ax, ends, ROOM)
    ax.set_xticks(range(0, last + 1, max(1, -(-last // 12))))
    style.name_axes(ax, "fixations after the start", "share of trials with the target found")
    return style.plain(ax)


def approach_curve(approach: "pd.DataFrame", *, alignment: str = "start", ax: "Axes | None" = None) -> "Axes":
    """Draw the distance to the target over fixations, a line per model; people with their 95 % interval.

    Parameters
    ----------
    approach : table
        `ShelfResults.approach`.
    alignment : {"start", "target"}
        From the first fixation on, or up to the first fixation on the target.
    ax : Axes, optional
        Where to draw; a new figure of one column if not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> columns = ["model", "alignment", "fixation", "distance", "low", "high", "paths"]
    >>> rows = [("human", "start", 1, 4.0, 3.9, 4.1, 9), ("human", "start", 2, 3.0, 2.9, 3.1, 9)]
    >>> approach_curve(pd.DataFrame(rows, columns=columns)).get_ylabel()
    'distance to the target (cells)'
    """
    ax = style.new_axes() if ax is None else ax
    part = approach[approach["alignment"] == alignment]
    lines = style.lines_of(dict.fromkeys(approach["model"]))  # one colour in both alignments
    style.curves(ax, part, "fixation", "distance", lines)
    style.name_axes(ax, LABELS[alignment], "distance to the target (cells)")
    ax.set_ylim(bottom=0)
    style.key(ax)
    return style.plain(ax)


def five_features(summary: "pd.DataFrame", *, axes: "list[Axes] | None" = None) -> "list[Axes]":
    """Draw OAT's five features, a panel each and a row per model, with 95 % intervals; a line marks people.

    Parameters
    ----------
    summary : table
        `ShelfResults.summary`.
    axes : list of five Axes, optional
        Where to draw; a new figure of two columns' width if not given.

    Returns
    -------
    list of Axes
    """
    models = list(dict.fromkeys(summary.loc[summary["measure"] == FEATURES[0], "model"]))
    if axes is None:
        import matplotlib.pyplot as plt

        _, made = plt.subplots(
            1, len(FEATURES), figsize=(7.1, 0.8 + 0.22 * len(models)), layout="constrained", sharey=True
        )
        axes = list(made)
    for ax, name in zip(axes, FEATURES, strict=True):
        part = summary[summary["measure"] == name].set_index("model").reindex(models)
        for k, (model, row) in enumerate(part.iterrows()):
            colour = style.CEILING if model == HUMAN else style.PALETTE[0]
            ax.plot([row["low"], row["high"]], [k, k], color=colour, linewidth=style.LINE)
            ax.plot(row["value"], k, "o", color=colour, markersize=3)
        if HUMAN in models:
            ax.axvline(part.loc[HUMAN, "value"], color=style.CHANCE, linewidth=style.LINE / 2, linestyle=":")
        ax.set_title(name, fontsize=style.TEXT)
        ax.set_xlabel(UNITS[name], fontsize=style.SMALL)
        ax.locator_params(axis="x", nbins=3)
        ax.set_xlim(left=0)
        style.plain(ax)
    called = ["people" if model == HUMAN else model for model in models]
    axes[0].set_yticks(range(len(models)), called, fontsize=style.SMALL)
    axes[0].set_ylim(len(models) - 0.5, -0.5)
    return axes
