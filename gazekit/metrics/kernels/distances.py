"""Distances between the positions of two paths, for many pairs: in order, along an alignment, or to the nearest."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled

KINDS = ("frechet", "dtw", "hausdorff", "mannan", "mean", "sum", "norm")
FRECHET, DTW, HAUSDORFF, MANNAN, MEAN, SUM, NORM = range(len(KINDS))


@compiled
def position_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, kind, to_b, to_a, out):
    """Distance of each pair into out (n, 1), of the kind whose place in `KINDS` is given; NaN if a path is empty.

    `to_b` and `to_a` have room for the longest first and second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        if kind == FRECHET:
            out[k, 0] = frechet_distance(xa, ya, xb, yb, to_a)
        elif kind == DTW:
            out[k, 0] = warping_distance(xa, ya, xb, yb, to_a)
        elif kind in (HAUSDORFF, MANNAN):
            nearest_squares(xa, ya, xb, yb, to_b)
            nearest_squares(xb, yb, xa, ya, to_a)
            out[k, 0] = remotest(to_b[:m], to_a[:n]) if kind == HAUSDORFF else root_mean(to_b[:m], to_a[:n])
        else:
            out[k, 0] = matched_distance(xa, ya, xb, yb, kind)


@compiled
def frechet_distance(xa, ya, xb, yb, row):
    """Discrete Frechet distance of two paths.

    One row of the table of Eiter and Mannila (1994) at a time: no recursion, so no limit on the length. Squares are
    compared and one root is taken at the end; a root keeps the order.
    """
    n = len(xb)
    row[:n] = np.inf
    cell = 0.0
    for i in range(len(xa)):
        diagonal, cell = np.inf if i else 0.0, np.inf
        for j in range(n):
            dx, dy = xa[i] - xb[j], ya[i] - yb[j]
            square, up = dx * dx + dy * dy, row[j]
            least = diagonal if diagonal < up else up  # quicker than min(), which looks for NaN
            least = least if least < cell else cell
            cell = square if square > least else least
            row[j] = cell
            diagonal = up
    return np.sqrt(cell)


@compiled
def warping_distance(xa, ya, xb, yb, row):
    """Exact dynamic time warping distance of two paths."""
    n = len(xb)
    row[:n] = np.inf
    cell = 0.0
    for i in range(len(xa)):
        diagonal, cell = np.inf if i else 0.0, np.inf
        for j in range(n):
            dx, dy = xa[i] - xb[j], ya[i] - yb[j]
            up = row[j]
            least = diagonal if diagonal < up else up
            least = least if least < cell else cell
            cell = np.sqrt(dx * dx + dy * dy) + least
            row[j] = cell
            diagonal = up
    return cell


@compiled
def matched_distance(xa, ya, xb, yb, kind):
    """Distance of fixations of the same rank, NaN if the lengths differ: mean, sum, or root of the sum of squares."""
    n = len(xa)
    if n != len(xb):
        return np.nan
    total = 0.0
    for i in range(n):
        dx, dy = xa[i] - xb[i], ya[i] - yb[i]
        square = dx * dx + dy * dy
        total += square if kind == NORM else np.sqrt(square)
    if kind == NORM:
        return np.sqrt(total)
    return total / n if kind == MEAN else total


@compiled
def nearest_squares(xa, ya, xb, yb, to_b):
    """Squared distance of each fixation of the first path to the nearest of the second, into `to_b`.

    The inner loop is over the first path, each place of `to_b` by itself: four at a time in one instruction, which a
    search for one least value would not be.
    """
    to_b[: len(xa)] = np.inf
    for j in range(len(xb)):
        x, y = xb[j], yb[j]
        for i in range(len(xa)):
            dx, dy = xa[i] - x, ya[i] - y
            square = dx * dx + dy * dy
            to_b[i] = square if square < to_b[i] else to_b[i]


@compiled
def remotest(to_b, to_a):
    """Hausdorff distance, from squared distances to the nearest both ways."""
    most = 0.0
    for i in range(len(to_b)):
        most = to_b[i] if to_b[i] > most else most
    for j in range(len(to_a)):
        most = to_a[j] if to_a[j] > most else most
    return np.sqrt(most)


@compiled
def root_mean(to_b, to_a):
    """Root of the mean of the two mean squared distances to the nearest: Mannan's, without the image's diagonal."""
    sum_a, sum_b = 0.0, 0.0
    for i in range(len(to_b)):
        sum_a += to_b[i]
    for j in range(len(to_a)):
        sum_b += to_a[j]
    return np.sqrt((sum_a / len(to_b) + sum_b / len(to_a)) / 2.0)


@compiled
def nearest_squares_timed(xa, ya, za, xb, yb, zb, to_b):
    """As `nearest_squares`, in three dimensions."""
    to_b[: len(xa)] = np.inf
    for j in range(len(xb)):
        x, y, z = xb[j], yb[j], zb[j]
        for i in range(len(xa)):
            dx, dy, dz = xa[i] - x, ya[i] - y, za[i] - z
            square = dx * dx + dy * dy + dz * dz
            to_b[i] = square if square < to_b[i] else to_b[i]


@compiled
def eyenalysis_distances(
    x_a, y_a, z_a, first_a, count_a, x_b, y_b, z_b, first_b, count_b, pairs, squared, by_both, to_b, to_a, out
):
    """Sum of all distances to the nearest, over the longer length, into out (n, 1); NaN if a path is empty.

    With `squared` the squares of the distances are summed, with `by_both` the sum is divided by both lengths together.
    z is a third dimension; `to_b` and `to_a` as in `position_distances`.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n, a, b = count_a[p], count_b[q], first_a[p], first_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya, za = x_a[a : a + m], y_a[a : a + m], z_a[a : a + m]
        xb, yb, zb = x_b[b : b + n], y_b[b : b + n], z_b[b : b + n]
        nearest_squares_timed(xa, ya, za, xb, yb, zb, to_b)
        nearest_squares_timed(xb, yb, zb, xa, ya, za, to_a)
        sum_a, sum_b = 0.0, 0.0  # kept apart, so that an exchange of the paths changes no rounding
        for i in range(m):
            sum_a += to_b[i] if squared else np.sqrt(to_b[i])
        for j in range(n):
            sum_b += to_a[j] if squared else np.sqrt(to_a[j])
        out[k, 0] = (sum_a + sum_b) / (m + n if by_both else max(m, n))
