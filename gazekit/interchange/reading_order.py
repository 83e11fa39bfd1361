"""Reading order of boxes: rows from top to bottom, within a row from left to right."""

import numpy as np


def reading_order(boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort boxes into rows, whatever order they come in.

    Going down, a box begins a new row when its centre lies more than half the usual height below the mean centre of
    the row so far. Rows that are a little crooked stay together, which sorting by the top edge does not achieve.

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
