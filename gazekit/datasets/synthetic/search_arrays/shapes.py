"""Shapes of search items as coverage: 255 where the ink is, 0 where it is not, in closed form and whole numbers.

Positions inside a patch are (row, column) of its pixels from 0, as in the published generators; `Trial` gets (x, y).
"""

from math import cos, radians, sin

import numpy as np

INK = 255


def bar(side: int, height: int, width: int) -> np.ndarray:
    """Filled rectangle in the middle of a square patch; where it cannot be exact, the middle is the upper left pixel.

    Parameters
    ----------
    side : int
        Side of the patch, px.
    height, width : int
        Of the rectangle, px.

    Returns
    -------
    (side, side) uint8
        Coverage, 0 or 255.

    Examples
    --------
    >>> bar(4, 2, 1).tolist()
    [[0, 0, 0, 0], [0, 255, 0, 0], [0, 255, 0, 0], [0, 0, 0, 0]]
    """
    top, left = (side - height) // 2, (side - width) // 2
    return rectangle(side, (top, top + height - 1), (left, left + width - 1))


def rectangle(side: int, rows: tuple[int, int], columns: tuple[int, int]) -> np.ndarray:
    """Filled rectangle at a given place.

    Parameters
    ----------
    side : int
        Side of the square patch, px.
    rows, columns : (first, last)
        Pixels covered, both ends included.

    Returns
    -------
    (side, side) uint8
        Coverage, 0 or 255.

    Examples
    --------
    >>> rectangle(3, (0, 0), (1, 2)).tolist()
    [[0, 255, 255], [0, 0, 0], [0, 0, 0]]
    """
    coverage = np.zeros((side, side), dtype=np.uint8)
    coverage[rows[0] : rows[1] + 1, columns[0] : columns[1] + 1] = INK
    return coverage


def ring(side: int, outer: int, inner: int = 0) -> np.ndarray:
    """Ring around the middle pixel, or a disc where the inner radius is 0.

    Parameters
    ----------
    side : int
        Side of the square patch, px; its middle is the pixel `side // 2`.
    outer, inner : int
        Radii, px. A pixel is covered if its squared distance d2 satisfies inner^2 <= d2 < outer^2.

    Returns
    -------
    (side, side) uint8
        Coverage, 0 or 255.

    Examples
    --------
    >>> ring(5, 2, 1).tolist()[2]
    [0, 255, 0, 255, 0]
    """
    row, column = np.ogrid[:side, :side]
    squared = (row - side // 2) ** 2 + (column - side // 2) ** 2
    return ((squared >= inner**2) & (squared < outer**2)).astype(np.uint8) * INK


def arc(side: int, centre: tuple[int, int], radius: int, thickness: int, start: float, end: float) -> np.ndarray:
    """Arc of a circle with round ends: all pixels whose centre is at most half a thickness away from the arc.

    Parameters
    ----------
    side : int
        Side of the square patch, px.
    centre : (row, column)
        Centre of the circle; it may lie outside the patch.
    radius, thickness : int
        Of the circle and of the line, px.
    start, end : float
        Degrees from the direction of the columns towards the rows (rows run down); start < end < start + 180.

    Returns
    -------
    (side, side) uint8
        Coverage, 0 or 255.

    Examples
    --------
    >>> int((arc(9, (4, 4), 3, 1, 0, 90) > 0).sum())
    5
    """
    row, column = np.ogrid[:side, :side]
    v, u = row - centre[0], column - centre[1]
    squared = u**2 + v**2
    # |distance - radius| <= thickness / 2, in whole numbers: 4 d2 between (2r - t)^2 and (2r + t)^2.
    near = (4 * squared >= (2 * radius - thickness) ** 2) & (4 * squared <= (2 * radius + thickness) ** 2)
    a, b = radians(start), radians(end)
    between = (cos(a) * v - sin(a) * u >= 0) & (cos(b) * v - sin(b) * u <= 0)
    covered = near & between
    for angle in (a, b):
        covered |= 4 * ((u - radius * cos(angle)) ** 2 + (v - radius * sin(angle)) ** 2) <= thickness**2
    return covered.astype(np.uint8) * INK


def rotate(coverage: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate a square patch counter-clockwise by bilinear sampling; what comes from outside has no ink.

    The published generators rotate with OpenCV's warp about (side / 2, side / 2) in pixel indices, half a pixel below
    and to the right of the patch's middle. Its arithmetic is repeated here in whole numbers: source positions are
    rounded to 1/32 px, so that the result is the same on every machine (a last-digit difference of a cosine is far from
    any rounding border).

    Parameters
    ----------
    coverage : (side, side) uint8
        What to rotate.
    degrees : float
        Positive is counter-clockwise as seen.

    Returns
    -------
    (side, side) uint8
        Coverage, 0 to 255.

    Examples
    --------
    >>> rotate(rectangle(4, (1, 1), (1, 1)), 90).tolist()
    [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 255, 0, 0]]
    """
    side = len(coverage)
    c, cosine, sine = side / 2, round(cos(radians(degrees)), 12), round(sin(radians(degrees)), 12)
    index = np.arange(side)

    def whole(values: np.ndarray) -> np.ndarray:
        return np.rint(1024 * values).astype(np.int64)

    # Source position of each output pixel in 1/1024 px, then in 1/32 px; 16 makes the shift round half up.
    x = (whole(c - cosine * c + sine * c - sine * index)[:, None] + whole(cosine * index) + 16) >> 5
    y = (whole(c - sine * c - cosine * c + cosine * index)[:, None] + whole(sine * index) + 16) >> 5
    padded = np.pad(coverage.astype(np.int64), 1)  # a border without ink on every side
    column, row, right, down = x >> 5, y >> 5, x & 31, y & 31
    total = np.zeros((side, side), dtype=np.int64)
    for dy, wy in ((0, 32 - down), (1, down)):
        for dx, wx in ((0, 32 - right), (1, right)):
            ys, xs = (np.clip(k + d, -1, side) + 1 for k, d in ((row, dy), (column, dx)))
            total += wy * wx * padded[ys, xs]
    return ((total + 512) >> 10).astype(np.uint8)
