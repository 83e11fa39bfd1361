"""Pictures of objects: a path from object to object, and how attention is shared among them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style
from gazekit.plots.scanpath import scanpath

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PALE = 0.4  # of the image's contrast with white
LEAST = 0.08  # of the largest weight: below it an object is not tinted, so that its picture stays clear


def object_path(trial: Trial, path: Scanpath, ax: "Axes | None" = None, *, names: bool = False) -> "Axes":
    """Draw a path from object to object on its shelf: boxes in grey, the target's in orange.

    Parameters
    ----------
    trial : Trial
        With `objects`; with an image, if it is to be shown.
    path : Scanpath
        Fixations, px of the trial's frame.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    names : bool
        Write every object's name (or number) into the corner of its box.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        A trial without objects.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> trial = example_trials()[0]
    >>> ax = object_path(trial, Scanpath([30, 60], [30, 90], None, trial.frame))
    >>> len(ax.patches)  # the picture's border, four boxes
    5
    """
    boxes = _boxes(trial)
    ax = _canvas(trial) if ax is None else ax
    image = trial.image if trial.has("image") else None
    scanpath(path, ax, image=image)
    for k, box in enumerate(boxes):
        style.outline(ax, box, target=k == trial.target_object)
        if names:
            assert trial.objects is not None  # noqa: S101 -- `_boxes` has looked
            called = str(k) if trial.objects.names is None else trial.objects.names[k]
            ax.text(
                box[0] + 1, box[1] + 1, called, fontsize=style.SMALL, va="top", color="black", zorder=5,
                bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
    return ax


def attention_over_objects(
    trial: Trial,
    weights: np.ndarray,
    ax: "Axes | None" = None,
    *,
    before: Sequence[int] | np.ndarray = (),
    chosen: int | None = None,
    colour: str = style.PALETTE[0],
    title: str | None = None,
) -> "Axes":
    """Draw how a weight is shared among the objects of a trial: the more, the stronger an object is tinted.

    The image is shown pale and without colour, so that only the tint is coloured. Tints are relative to the largest
    weight; the strongest three are written, in per cent.

    Parameters
    ----------
    trial : Trial
        With `objects`; with an image, if it is to be shown.
    weights : (k,) array
        One per object, not negative; for instance a step of `gazekit.models.oat.inside.Inside.next_object`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    before : sequence of int
        Objects fixated so far, in order: joined by a thin line, the last one marked.
    chosen : int, optional
        The object fixated next: marked by a ring.
    colour : str
        Of the tint.
    title : str, optional
        Above the picture.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        A trial without objects, another number of weights than objects, or weights that are negative or not finite.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> ax = attention_over_objects(example_trials()[0], np.array([0.7, 0.1, 0.2, 0.0]), before=[1], title="step 2")
    >>> [text.get_text() for text in ax.texts]
    ['70 %', '20 %', '10 %']
    """
    from matplotlib.patches import Rectangle

    boxes, weights = _boxes(trial), np.asarray(weights, dtype=float)
    if weights.shape != (len(boxes),):
        raise GazekitError(
            f"trial {trial.id!r} has {len(boxes)} objects, and the weights have the shape {weights.shape}; give one "
            f"number per object"
        )
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise GazekitError("weights of attention must be finite and not negative")
    ax = _canvas(trial) if ax is None else ax
    width, height = trial.frame.size
    if trial.has("image"):
        grey = trial.image.mean(axis=2)
        ax.imshow(
            255 - PALE * (255 - grey), extent=(0, width, height, 0), zorder=0, interpolation="bilinear", cmap="gray",
            vmin=0, vmax=255,
        )  # fmt: skip
    share = weights / weights.max() if weights.max() > 0 else weights
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        if share[k] >= LEAST:
            tint = Rectangle((x0, y0), x1 - x0, y1 - y0, facecolor=colour, alpha=0.75 * float(share[k]), zorder=1)
            ax.add_patch(tint)
        style.outline(ax, boxes[k], target=k == trial.target_object)
    centres = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]]) / 2
    path = centres[np.asarray(before, dtype=int)]
    halo = style.halo(2.0)
    if len(path):
        ax.plot(*path.T, color="black", linewidth=0.7, zorder=3, path_effects=halo)
        ax.plot(*path[-1:].T, "o", color="black", markersize=3.5, zorder=4, path_effects=halo)
    if chosen is not None:
        ax.plot(
            *centres[[chosen]].T, "o", markersize=9, markerfacecolor="none", markeredgecolor="black",
            markeredgewidth=1.1, zorder=4, path_effects=halo,
        )  # fmt: skip
    for k in np.argsort(-weights, kind="stable")[:3]:
        if weights[k] > 0:
            ax.text(
                centres[k, 0], boxes[k, 3] - 1, f"{100 * weights[k]:.0f} %", fontsize=style.SMALL, ha="center",
                va="bottom", zorder=5, path_effects=halo,
            )  # fmt: skip
    style.show_only(ax, (0, width, 0, height))
    if title is not None:
        ax.set_title(title, fontsize=style.TEXT, pad=3)
    return ax


def _boxes(trial: Trial) -> np.ndarray:
    if trial.objects is None:
        raise GazekitError(f"trial {trial.id!r} has no objects to draw")
    return trial.objects.boxes


def _canvas(trial: Trial) -> "Axes":
    return style.new_canvas((0, trial.frame.width, 0, trial.frame.height))
