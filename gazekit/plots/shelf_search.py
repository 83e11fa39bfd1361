"""Pictures of a run of object search: how gaze approaches the target, and OAT's five features beside people's."""

from typing import TYPE_CHECKING

from gazekit.core.scanpaths import HUMAN
from gazekit.metrics.behaviour.object_behaviour import FEATURES
from gazekit.plots.style import CEILING, CHANCE, COLOURS, LINE, PALETTE, SMALL, TEXT, bare, key, name_axes, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

DASHES = ("-", "--", ":")
_LABELS = {"start": "fixation", "target": "fixation before the target is reached"}


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
    ax = new_axes() if ax is None else ax
    part = approach[approach["alignment"] == alignment]
    others = [m for m in dict.fromkeys(approach["model"]) if m != HUMAN]  # one colour in both alignments
    for model, line in part.groupby("model", sort=False):
        line = line.sort_values("fixation")
        colour, dash = CEILING, "-"
        if model == HUMAN:
            ax.fill_between(line["fixation"], line["low"], line["high"], color=colour, alpha=0.25, linewidth=0)
        else:
            k = others.index(str(model))
            colour, dash = COLOURS[k % len(COLOURS)], DASHES[k // len(COLOURS) % len(DASHES)]
        ax.plot(line["fixation"], line["distance"], dash, color=colour, linewidth=LINE, label=str(model))
    name_axes(ax, _LABELS[alignment], "distance to the target (cells)")
    ax.set_ylim(bottom=0)
    key(ax)
    bare(ax)
    return ax


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
            1, len(FEATURES), figsize=(7.1, 0.6 + 0.22 * len(models)), layout="constrained", sharey=True
        )
        axes = list(made)
    for ax, name in zip(axes, FEATURES, strict=True):
        part = summary[summary["measure"] == name].set_index("model").reindex(models)
        for k, (model, row) in enumerate(part.iterrows()):
            colour = CEILING if model == HUMAN else PALETTE[0]
            ax.plot([row["low"], row["high"]], [k, k], color=colour, linewidth=LINE)
            ax.plot(row["value"], k, "o", color=colour, markersize=3)
        if HUMAN in models:
            ax.axvline(part.loc[HUMAN, "value"], color=CHANCE, linewidth=LINE / 2, linestyle=":")
        ax.set_title(name, fontsize=TEXT)
        ax.set_xlim(left=0)
        bare(ax)
    axes[0].set_yticks(range(len(models)), models, fontsize=SMALL)
    axes[0].set_ylim(len(models) - 0.5, -0.5)
    return axes
