"""Loss of a training by epoch."""

from typing import TYPE_CHECKING

from gazekit.plots.style import LINE, PALETTE, key, name_axes, new_axes, plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def loss_curve(log: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw training and validation loss by epoch, a line per fold; a dot marks the epoch that was kept.

    Parameters
    ----------
    log : table
        A row per fold and epoch: fold, epoch, train and validation (nats per step).
    ax : Axes, optional
        Where to draw; a new figure of one column if not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({"fold": 0, "epoch": [0, 1], "train": [3.0, 2.5], "validation": [3.1, 2.9]})
    >>> loss_curve(log).get_ylabel()
    'loss (nats per step)'
    """
    ax = new_axes() if ax is None else ax
    for _, fold in log.groupby("fold"):
        ax.plot(fold["epoch"], fold["train"], color=PALETTE[4], linewidth=LINE, label="training")
        ax.plot(fold["epoch"], fold["validation"], color=PALETTE[0], linewidth=LINE, label="validation")
        best = fold.loc[fold["validation"].idxmin()]
        ax.plot(best["epoch"], best["validation"], "o", color=PALETTE[1], markersize=3, label="kept")
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    key(ax, handles=list(once.values()), labels=list(once))
    name_axes(ax, "epoch", "loss (nats per step)")
    return plain(ax)
