"""A shelf of one's own: a photograph, the boxes of its objects, and what is sought, as a data set of one trial."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.stimulus_names import IMAGE_SUFFIXES
from gazekit.core.trials import Box, Dataset, ImageSource, Objects, Trial
from gazekit.files.delimited import read_delimited
from gazekit.files.formulas import unmark_formulas
from gazekit.files.untrusted import MAX_OBJECTS, check_count
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import names, numbers
from gazekit.interchange.own_data import image_frame

CORNERS = (("x0", "y0", "x1", "y1"), ("xmin", "ymin", "xmax", "ymax"), ("left", "top", "right", "bottom"))
CLIPPED, OVERLAPPING = "boxes that reach beyond the picture (cut)", "pairs of boxes that overlap (kept)"


@dataclass(frozen=True)
class Cut:
    """The part of a trial's image inside a box, read when it is called."""

    trial: Trial
    box: Box

    def __call__(self) -> np.ndarray:
        """(h, w, 3) uint8."""
        x0, y0, x1, y1 = (round(side) for side in self.box)
        return self.trial.image[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]


def own_shelf(
    image: str | Path | np.ndarray,
    boxes: str | Path | pd.DataFrame | np.ndarray,
    target: str | int | Path | np.ndarray | None = None,
    *,
    name: str | None = None,
    start: tuple[float, float] | None = None,
    px_per_degree: float | None = None,
) -> Dataset:
    """Make a data set of one trial: a search on a shelf of one's own.

    Objects are numbered from 0 in reading order (rows from top to bottom, see `reading_order`), whatever order the
    boxes are given in, so that a prediction does not depend on that order. `objects.names` keeps their ids.

    Parameters
    ----------
    image : path or (H, W, 3) uint8
        The photograph.
    boxes : CSV file, table or (k, 4) array
        A row per object: `x0, y0, x1, y1` (or `xmin, ymin, xmax, ymax`, or `left, top, right, bottom`), px of the
        photograph, origin top left; and `id`, if objects have names. Without ids an object is called by its row, the
        first is 1.
    target : id, image file or (h, w, 3) uint8, optional
        What is sought: the id of an object, whose picture is then cut from the photograph; or a picture of its own.
        With a picture, nobody says which object is the target, or whether it is there at all. Without either only
        models that need no target can predict.
    name : str, optional
        Of trial and stimulus; default the photograph's file name without suffix.
    start : (x, y), optional
        Where gaze is when the shelf appears, px; models take the middle of the objects where it is not known.
    px_per_degree : float, optional
        Pixels per degree of visual angle.

    Returns
    -------
    Dataset
        No scanpaths. `dropped` counts boxes that reached beyond the picture and were cut, and pairs that overlap.

    Raises
    ------
    DataError
        No box, an empty one, one outside the picture, two that are the same; an id that is there twice; a target that
        is neither an id nor a picture; a file that cannot be read.

    Examples
    --------
    >>> picture = np.full((40, 60, 3), 128, np.uint8)
    >>> data = own_shelf(picture, np.array([[32, 2, 58, 38], [2, 2, 28, 38]]), target=1)
    >>> trial = data.trials[0]
    >>> trial.objects.names, trial.target_object, trial.target.shape
    (['2', '1'], 1, (36, 26, 3))
    """
    source, frame = _photograph(image)
    ids, corners, left_out = _objects(boxes)
    corners, dropped = _inside(corners, ids, frame)
    order, _ = reading_order(corners)
    corners, ids = corners[order], [ids[k] for k in order]
    called = name or (Path(image).stem if isinstance(image, str | Path) else "shelf")
    trial = Trial(
        called,
        called,
        replace(frame, px_per_degree=px_per_degree),
        image_source=source,
        objects=Objects(corners, names=ids),
        start=start,
    )
    trial = _sought(trial, target, ids)
    return Dataset("own shelf", (trial,), Scanpaths.from_paths([], Facts()), dropped={**left_out, **dropped})


def reading_order(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort boxes into rows, whatever order they come in.

    Going down, a box begins a new row when its centre lies more than half the usual height below the mean centre of the
    row so far. Rows that are a little crooked stay together, which sorting by the top edge does not achieve.

    Parameters
    ----------
    boxes : (k, 4) float64
        x0, y0, x1, y1 of each, px.

    Returns
    -------
    order : (k,) int64
        Indices of the boxes in reading order; equal for any order that they are given in.
    rows : (k,) int64
        Row of each box in that order, from 0.

    Examples
    --------
    >>> boxes = np.array([[50, 2, 60, 12], [0, 0, 10, 10], [1, 20, 11, 30]])
    >>> [a.tolist() for a in reading_order(boxes)]
    [[1, 0, 2], [0, 0, 1]]
    """
    boxes = np.asarray(boxes, dtype=float).reshape(-1, 4)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    half = np.median(boxes[:, 3] - boxes[:, 1]) / 2 if len(boxes) else 0.0
    downward = np.lexsort((*boxes.T[::-1], x, y))  # ties by every number of the box
    row = np.zeros(len(boxes), dtype=np.int64)
    begin = 0
    for k in range(1, len(boxes)):
        new = y[downward[k]] > y[downward[begin:k]].mean() + half
        begin = k if new else begin
        row[k] = row[k - 1] + int(new)
    across = np.lexsort((x[downward], row))
    return downward[across], row[across]


def _photograph(image: str | Path | np.ndarray) -> tuple[ImageSource, Frame]:
    if isinstance(image, np.ndarray):
        if image.ndim not in (2, 3) or image.dtype != np.uint8:
            raise DataError(f"a photograph is (H, W, 3) uint8, not {image.shape} {image.dtype}")
        return image, Frame(image.shape[1], image.shape[0])
    if not Path(image).is_file():
        raise DataError(f"the photograph {image} is not there; check its name")
    return Path(image), image_frame(Path(image))


def _objects(boxes: str | Path | pd.DataFrame | np.ndarray) -> tuple[list[str], np.ndarray, dict[str, int]]:
    """Ids, (k, 4) corners, and what was left out when the table was read."""
    if isinstance(boxes, np.ndarray):
        if boxes.ndim != 2 or boxes.shape[1] != 4:
            raise DataError(f"boxes must have the shape (k, 4): x0, y0, x1, y1 each, not {boxes.shape}")
        boxes = pd.DataFrame(boxes, columns=list(CORNERS[0]))
    where = "the table of boxes" if isinstance(boxes, pd.DataFrame) else str(boxes)
    left_out: dict[str, int] = {}
    if isinstance(boxes, pd.DataFrame):
        table = boxes
    else:
        found = read_delimited(boxes, is_text=lambda name: name.lower() == "id")  # so that 007 stays
        table, left_out = unmark_formulas(found.table), dict(found.dropped)
    table = table.rename(columns={c: str(c).strip().lower() for c in table.columns})
    columns = next((c for c in CORNERS if set(c) <= set(table.columns)), None)
    if columns is None:
        raise DataError(
            f"{where} needs the columns x0, y0, x1, y1 (or xmin, ymin, xmax, ymax, or left, top, right, bottom), px; "
            f"its columns are: {', '.join(map(str, table.columns)) or 'none'}"
        )
    check_count(f"{where} has boxes", len(table), MAX_OBJECTS, "leave some out")
    if not len(table):
        raise DataError(f"{where} has no box; it needs a row per object")
    ids = names(table["id"]).str.strip().tolist() if "id" in table else [str(k + 1) for k in range(len(table))]
    twice = next((i for k, i in enumerate(ids) if i in set(ids[:k])), None)
    if twice is not None:
        raise DataError(f"{where} has two objects of the id {twice!r}; ids must differ")
    with naming(where):
        corners = [numbers(table[c], "write these numbers with a decimal point") for c in columns]
    return ids, np.column_stack(corners), left_out


def _inside(corners: np.ndarray, ids: list[str], frame: Frame) -> tuple[np.ndarray, dict[str, int]]:
    """Boxes cut to the picture, and what was done to how many."""
    x0, y0, x1, y1 = corners.T
    size = f"the picture has {frame.width:g} x {frame.height:g} px"
    for wrong, what in (
        (~np.isfinite(corners).all(1), "has a side that is missing or infinite"),
        ((x1 <= x0) | (y1 <= y0), "is empty: x1 must be above x0, and y1 above y0"),
        ((x1 <= 0) | (y1 <= 0) | (x0 >= frame.width) | (y0 >= frame.height), f"is outside the picture: {size}"),
    ):
        if wrong.any():
            k = int(wrong.argmax())
            raise DataError(f"the box of object {ids[k]!r} ({', '.join(f'{v:g}' for v in corners[k])}) {what}")
    cut = np.clip(corners, 0, [frame.width, frame.height] * 2)
    _, first, count = np.unique(cut, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        k = int(first[count > 1][0])
        other = int(np.flatnonzero((cut == cut[k]).all(1))[1])
        raise DataError(f"objects {ids[k]!r} and {ids[other]!r} have the same box; leave one of them out")
    beyond, overlapping = int((cut != corners).any(1).sum()), _overlapping(cut)
    return cut, {why: n for why, n in ((CLIPPED, beyond), (OVERLAPPING, overlapping)) if n}


def _overlapping(boxes: np.ndarray) -> int:
    x0, y0, x1, y1 = (side[:, None] for side in boxes.T)
    meet = (x0 < x1.T) & (x1 > x0.T) & (y0 < y1.T) & (y1 > y0.T)
    return int(np.triu(meet, 1).sum())


def _sought(trial: Trial, target: Any, ids: list[str]) -> Trial:
    assert trial.objects is not None  # noqa: S101 -- `own_shelf` gives them
    if target is None:
        return trial
    if isinstance(target, np.ndarray):
        return replace(trial, task="search: a picture", target_source=target)
    text = str(target).strip()
    if text in ids:
        k = ids.index(text)
        box = Box(*map(float, trial.objects.boxes[k]))
        return replace(trial, task=f"search: {text}", target_object=k, target_box=box, target_source=Cut(trial, box))
    file = Path(text)
    if file.is_file():
        return replace(trial, task=f"search: {file.name}", target_source=file)
    if isinstance(target, Path) or file.suffix.lower() in IMAGE_SUFFIXES:
        raise DataError(f"the target's picture {text} is not there, and no object has this id; check its name")
    few = ", ".join(ids[:3]) + (f", ... {ids[-1]}" if len(ids) > 3 else "")
    raise DataError(f"no object has the id {text!r}, and there is no such picture; the {len(ids)} objects are {few}")
