"""Amazon book covers (STI data set): search for a cover in collages of 6 x 14 covers, 6 people."""

from pathlib import Path

import numpy as np

from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name

ROWS, COLUMNS = 6, 14
LENGTH_SDS = 3.0  # OAT's filter: |length - mean| at most 3 population standard deviations


def load(folder: PublishedFolder, *, length_filter: bool = False, images: str | Path | None = None) -> Dataset:
    """Read the book-cover search data.

    Parameters
    ----------
    folder : PublishedFolder
        With `Amazon.json`.
    length_filter : bool
        Leave out the paths whose length is more than 3 population standard deviations from the mean of all paths (OAT's
        filter; 585 of 600 stay).
    images : path, optional
        Folder with the collages (`1.jpg` ...) and target covers (`target_0.jpg` ...), which are not in the repository.

    Returns
    -------
    Dataset
        100 trials, one per collage, with the 84 grid cells as `objects` (row-major), the target's box, and
        `target_object`, the cell that holds the box's centre; `task` is the target's file name. 600 scanpaths, (x, y)
        px of the collage, no durations.

    Raises
    ------
    DataError
        `Amazon.json` is missing, truncated or of another structure.
    """
    file = folder.file("Amazon.json")
    collages = folder.json(file)
    with folder.structure(file):
        for name, collage in collages.items():
            trial = _trial(folder, name, collage, None if images is None else Path(images))
            folder.trials.append(trial)
            for subject, points in collage["fixations"].items():
                xy = np.array(points, dtype=float).reshape(-1, 2)
                row = {"stimulus": name, "subject": subject, "task": trial.task}
                folder.add_path(xy[:, 0], xy[:, 1], None, trial.frame, **row)
    scanpaths = folder.scanpaths()
    if length_filter:
        lengths = scanpaths.lengths
        usual = np.abs(lengths - lengths.mean()) <= LENGTH_SDS * lengths.std()
        folder.counts["scanpaths of unusual length (left out)"] = int((~usual).sum())
        scanpaths = scanpaths.filter(usual)
    return folder.dataset(scanpaths)


def _trial(folder: PublishedFolder, name: str, collage: dict, images: Path | None) -> Trial:
    width, height = float(collage["size"]["width"]), float(collage["size"]["height"])
    truth = collage["ground_truth"][0]
    box = Box(*(float(truth[k]) for k in ("xmin", "ymin", "xmax", "ymax")))
    column, row = int(box.centre[0] // (width / COLUMNS)), int(box.centre[1] // (height / ROWS))
    return Trial(
        name,
        name,
        folder.frame(width, height),
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
