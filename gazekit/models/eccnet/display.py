"""From a trial to the display that the network sees: its size, background, cells, target, and where that is found."""

from dataclasses import dataclass

import numpy as np

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.eccnet.search import Display
from gazekit.models.target_pictures import cut_out, no_larger

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Prepared:
    """A trial as the network sees it.

    Parameters
    ----------
    display : Display
        Image, background, cells and the target's region, in px of the network's image.
    target : (t, u, 3) uint8
        Picture of the target in the same px.
    scale : (2,) float64
        px of the network's image per px of the trial's frame, x and y.
    """

    display: Display
    target: np.ndarray
    scale: np.ndarray


def prepare(
    trial: Trial,
    *,
    background: object = "auto",
    max_side: int | None = 736,
    whole_image: bool = False,
    swap_target: bool = False,
) -> Prepared:
    """Prepare a trial.

    Parameters
    ----------
    trial : Trial
        With image and target.
    background : "auto", int or (r, g, b)
        Around the image and in cells that are done with. "auto": the colour of the image's first px where the trial
        has cells, else black, as published.
    max_side : int or None
        An image whose longer side is more is shrunk to it, and the target with it; None: never.
    whole_image : bool
        Search the whole image though the trial has cells or masks of items.
    swap_target : bool
        Give the network a distractor's picture: the box, in the image, of the first object that is not the target. A
        display of one item has no distractor; there the target's own picture is given.

    Raises
    ------
    GazekitError
        A target larger than the image; cells or masks that do not fit the image; a target in no cell.
    """
    image = trial.image
    height, width = image.shape[:2]
    target = no_larger(trial, image, _distractor(trial, image) if swap_target else trial.target)
    shrunk = 1.0 if max_side is None else min(1.0, max_side / max(height, width))
    image, target = _shrink(image, shrunk), _shrink(target, shrunk)
    shape = image.shape[:2]
    scale = np.array([shape[1] / trial.frame.width, shape[0] / trial.frame.height])
    items = None if whole_image else _items(trial, shape, scale, (height, width))
    region = None
    if trial.target_box is not None:
        region = _filled(np.array(trial.target_box)[None], shape, scale)[0]
        if items is not None and not (items & region).any():
            raise GazekitError(
                f"trial {trial.id!r}: the target ({_written(trial.target_box)} px) lies in no cell, so that the search "
                f"could never find it; give cells that hold it, or search the whole image (whole_image=True)"
            )
    colour = _colour(background, image, trial.cells is not None)
    return Prepared(Display(image, colour, items, region), target, scale)


def _items(trial: Trial, shape: tuple[int, int], scale: np.ndarray, shown: tuple[int, int]) -> np.ndarray | None:
    if trial.cells is not None:
        cells = np.asarray(trial.cells, dtype=float)
        if cells.ndim != 2 or cells.shape[1] != 4 or not len(cells):
            raise GazekitError(
                f"trial {trial.id!r}: cells must have the shape (c, 4), x0, y0, x1, y1 each, not {cells.shape}"
            )
        width, height = trial.frame.size
        # Half a px of room, for cells that were rounded.
        outside = (cells[:, :2] < -0.5).any(axis=1) | (cells[:, 2] > width + 0.5) | (cells[:, 3] > height + 0.5)
        outside |= (cells[:, 2] <= cells[:, 0]) | (cells[:, 3] <= cells[:, 1])
        if outside.any():
            raise GazekitError(
                f"trial {trial.id!r}: the cell {_written(cells[outside][0])} px does not lie in the image of {width:g} "
                f"x {height:g} px; give x0, y0, x1, y1 within it"
            )
        return _filled(cells, shape, scale)
    masks = None if trial.objects is None else trial.objects.masks
    if masks is None:
        return None
    masks = np.asarray(masks, dtype=bool)
    if masks.ndim != 3 or masks.shape[1:] != shown or not len(masks):
        raise GazekitError(
            f"trial {trial.id!r}: the item masks have the shape {masks.shape} and the image is {shown[1]} x {shown[0]} "
            f"px; give one mask (height, width) per item, of the image's size"
        )
    rows = (np.arange(shape[0]) + 0.5) * shown[0] // shape[0]
    columns = (np.arange(shape[1]) + 0.5) * shown[1] // shape[1]
    return masks[:, rows.astype(int)[:, None], columns.astype(int)[None]]


def _filled(boxes: np.ndarray, shape: tuple[int, int], scale: np.ndarray) -> np.ndarray:
    """Masks of boxes (x0, y0, x1, y1): px x0 <= column < x1; at least one px each."""
    masks = np.zeros((len(boxes), *shape), dtype=bool)
    x0, y0, x1, y1 = np.round(boxes * np.tile(scale, 2)).astype(int).T
    for mask, left, top, right, bottom in zip(masks, x0, y0, x1, y1, strict=True):
        mask[max(top, 0) : max(bottom, top + 1, 0), max(left, 0) : max(right, left + 1, 0)] = True
    return masks


def _distractor(trial: Trial, image: np.ndarray) -> np.ndarray:
    if trial.objects is None:
        raise MissingNeedError(
            f"trial {trial.id!r} has no objects, so that swap_target has no distractor to give to the network; search "
            f"it without swap_target"
        )
    wanted = trial.target_object
    if wanted is None and trial.target_box is not None:  # the object in which the target's middle lies
        x, y = trial.target_box.centre
        boxes = trial.objects.boxes
        holding = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        wanted = int(holding.argmax()) if holding.any() else None
    if wanted is None:
        raise MissingNeedError(
            f"trial {trial.id!r} does not say which of its objects is the target (target_object), so that swap_target "
            f"cannot tell a distractor"
        )
    others = [k for k in range(len(trial.objects)) if k != wanted]
    if not others:
        return trial.target
    return cut_out(trial, image, trial.objects.boxes[others[0]], f"of object {others[0]}")


def _shrink(image: np.ndarray, scale: float) -> np.ndarray:
    if scale == 1:
        return image
    from PIL import Image

    size = (max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def _colour(background: object, image: np.ndarray, with_cells: bool) -> Colour:
    if isinstance(background, str) and background == "auto":
        background = image[0, 0] if with_cells else 0
    try:
        r, g, b = np.broadcast_to(np.asarray(background, dtype=int), 3).tolist()
        good = not isinstance(background, str) and min(r, g, b) >= 0 and max(r, g, b) <= 255
    except (TypeError, ValueError):
        good = False
    if not good:
        raise GazekitError(f"background must be 'auto', a grey value 0..255 or (r, g, b), not {background!r}")
    return r, g, b


def _written(box: object) -> str:
    return ", ".join(f"{v:g}" for v in np.asarray(box, dtype=float))
