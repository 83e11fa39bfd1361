"""Amazon book covers (STI data set): search for a cover in collages of 6 x 14 covers, 6 people."""

from pathlib import Path

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList, settle_outside
from gazekit.datasets.published.published_files import need_file, need_root, read_json, unexpected
from gazekit.files.untrusted import check_name

ROWS, COLUMNS = 6, 14
LENGTH_SDS = 3.0  # OAT's filter: |length - mean| at most 3 population standard deviations


def load(
    root: str | Path,
    *,
    length_filter: bool = False,
    images: str | Path | None = None,
    px_per_degree: float | None = None,
    outside: Outside = "keep",
) -> Dataset:
    """Read the book-cover search data.

    Parameters
    ----------
    root : path
        Folder with `Amazon.json`.
    length_filter : bool
        Leave out the paths whose length is more than 3 population standard deviations from the mean of all
        paths (OAT's filter; 585 of 600 stay).
    images : path, optional
        Folder with the collages (`1.jpg` ...) and target covers (`target_0.jpg` ...), which are not in the
        repository.
    px_per_degree : float, optional
        Pixels per degree of visual angle; the published file does not say.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the image.

    Returns
    -------
    Dataset
        100 trials, one per collage, with the 84 grid cells as `objects` (row-major), the target's box, and
        `target_object`, the cell that holds the box's centre; `task` is the target's file name. 600
        scanpaths, (x, y) px of the collage, no durations.

    Raises
    ------
    DataError
        `Amazon.json` is missing, truncated or of another structure.
    """
    card = read_card("bookcovers")
    root = need_root(root, card)
    file = need_file(root, "Amazon.json", card)
    collages, paths = read_json(file, card), PathList()
    trials = []
    try:
        for name, collage in collages.items():
            trial = _trial(name, collage, None if images is None else Path(images), px_per_degree)
            trials.append(trial)
            for subject, points in collage["fixations"].items():
                xy = np.array(points, dtype=float).reshape(-1, 2)
                size = {"width": trial.frame.width, "height": trial.frame.height}
                paths.add(xy[:, 0], xy[:, 1], None, stimulus=name, subject=subject, task=trial.task, **size)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise unexpected(file, card, f"{type(error).__name__}: {error}") from error
    scanpaths, _ = paths.finish(card.facts, px_per_degree=px_per_degree)
    dropped = {}
    if length_filter:
        lengths = scanpaths.lengths
        usual = np.abs(lengths - lengths.mean()) <= LENGTH_SDS * lengths.std()
        dropped = {"scanpaths of unusual length (left out)": int((~usual).sum())}
        scanpaths = scanpaths.filter(usual)
    scanpaths, beyond = settle_outside(scanpaths, outside)
    return Dataset("bookcovers", tuple(trials), scanpaths, card, {**dropped, **beyond})


def _trial(name: str, collage: dict, images: Path | None, px_per_degree: float | None) -> Trial:
    width, height = float(collage["size"]["width"]), float(collage["size"]["height"])
    truth = collage["ground_truth"][0]
    box = Box(*(float(truth[k]) for k in ("xmin", "ymin", "xmax", "ymax")))
    column, row = int(box.centre[0] // (width / COLUMNS)), int(box.centre[1] // (height / ROWS))
    return Trial(
        name,
        name,
        Frame(width, height, px_per_degree=px_per_degree),
        image_source=None if images is None else images / check_name(name, "the data set"),
        task=str(collage["target"]),
        target_source=None if images is None else images / check_name(str(collage["target"]), "the data set"),
        target_box=box,
        objects=Objects(grid_boxes(width, height)),
        target_object=row * COLUMNS + column,
    )


def grid_boxes(width: float, height: float, rows: int = ROWS, columns: int = COLUMNS) -> np.ndarray:
    """Cells of a uniform grid over an image, row by row.

    Parameters
    ----------
    width, height : float
        The image's size, px.
    rows, columns : int
        Cells of the grid.

    Returns
    -------
    (rows * columns, 4) float64
        x0, y0, x1, y1 of each cell, px.

    Examples
    --------
    >>> grid_boxes(20, 10, rows=1, columns=2).tolist()
    [[0.0, 0.0, 10.0, 10.0], [10.0, 0.0, 20.0, 10.0]]
    """
    x, y = np.linspace(0, width, columns + 1), np.linspace(0, height, rows + 1)
    left, top = (a.ravel() for a in np.meshgrid(x[:-1], y[:-1]))
    right, bottom = (a.ravel() for a in np.meshgrid(x[1:], y[1:]))
    return np.column_stack([left, top, right, bottom])
