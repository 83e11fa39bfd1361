"""Distances between the positions of two paths, for many pairs: in order, along an alignment, or to the nearest."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.metrics.compiling import compiled


@compiled
def frechet_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, row, out):
    """Discrete Frechet distance of each pair into out (n, 1); NaN if a path is empty.

    One row of the table of Eiter and Mannila (1994) at a time: no recursion, so no limit on the length. Squares are
    compared and one root is taken at the end; a root keeps the order. `row` has room for the longest second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        row[:n] = np.inf
        cell = 0.0
        for i in range(m):
            diagonal, cell = np.inf if i else 0.0, np.inf
            for j in range(n):
                dx, dy = xa[i] - xb[j], ya[i] - yb[j]
                square, up = dx * dx + dy * dy, row[j]
                least = diagonal if diagonal < up else up  # quicker than min(), which looks for NaN
                least = least if least < cell else cell
                cell = square if square > least else least
                row[j] = cell
                diagonal = up
        out[k, 0] = np.sqrt(cell)


@compiled
def warping_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, per_step, row, steps, out):
    """Exact dynamic time warping distance of each pair into out (n, 1); NaN if a path is empty.

    With `per_step` it is divided by the number of cells of the cheapest walk, the shortest of them if several are
    equally cheap. `row` and `steps` have room for the longest second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        row[:n] = np.inf
        steps[:n] = 0
        cell, count = 0.0, 0
        for i in range(m):
            diagonal, before = np.inf if i else 0.0, 0
            cell, count = np.inf, 0
            for j in range(n):
                dx, dy = xa[i] - xb[j], ya[i] - yb[j]
                up = row[j]
                if per_step:
                    least, taken = diagonal, before
                    if up < least or (up == least and steps[j] < taken):
                        least, taken = up, steps[j]
                    if cell < least or (cell == least and count < taken):
                        least, taken = cell, count
                    before, count = steps[j], taken + 1
                    steps[j] = count
                else:
                    least = diagonal if diagonal < up else up
                    least = least if least < cell else cell
                cell = np.sqrt(dx * dx + dy * dy) + least
                row[j] = cell
                diagonal = up
        out[k, 0] = cell / count if per_step else cell


@compiled
def matched_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, kind, out):
    """Distance of fixations of the same rank into out (n, 1); NaN if a path is empty or the lengths differ.

    `kind` 0 is the mean of the distances, 1 their sum, 2 the root of the sum of their squares.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        n = count_a[p]
        if n == 0 or n != count_b[q]:
            out[k, 0] = np.nan
            continue
        total = 0.0
        for i in range(n):
            dx, dy = x_a[first_a[p] + i] - x_b[first_b[q] + i], y_a[first_a[p] + i] - y_b[first_b[q] + i]
            square = dx * dx + dy * dy
            total += square if kind == 2 else np.sqrt(square)
        out[k, 0] = np.sqrt(total) if kind == 2 else (total / n if kind == 0 else total)


@compiled
def nearest_squares(xa, ya, xb, yb, to_b, to_a):
    """Squared distance of each fixation of either path to the nearest of the other, into `to_b` and `to_a`."""
    to_a[: len(xb)] = np.inf
    for i in range(len(xa)):
        nearest = np.inf
        for j in range(len(xb)):
            dx, dy = xa[i] - xb[j], ya[i] - yb[j]
            square = dx * dx + dy * dy
            nearest = square if square < nearest else nearest
            to_a[j] = square if square < to_a[j] else to_a[j]
        to_b[i] = nearest


@compiled
def hausdorff_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, to_b, to_a, out):
    """Hausdorff distance of each pair into out (n, 1); NaN if a path is empty.

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
        nearest_squares(xa, ya, xb, yb, to_b, to_a)
        most = 0.0
        for i in range(m):
            most = to_b[i] if to_b[i] > most else most
        for j in range(n):
            most = to_a[j] if to_a[j] > most else most
        out[k, 0] = np.sqrt(most)


@compiled
def mannan_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, to_b, to_a, out):
    """Root of the mean of the two mean squared distances to the nearest, into out (n, 1); NaN if a path is empty.

    `to_b` and `to_a` as in `hausdorff_distances`. The image's diagonal is not divided by here.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        nearest_squares(xa, ya, xb, yb, to_b, to_a)
        sum_a, sum_b = 0.0, 0.0
        for i in range(m):
            sum_a += to_b[i]
        for j in range(n):
            sum_b += to_a[j]
        out[k, 0] = np.sqrt((sum_a / m + sum_b / n) / 2.0)


@compiled
def mannan_means(x_a, y_a, x_b, y_b, means):
    """Mean of `mannan_distances` over many pairs of paths, for each two lengths of prefixes, into means (m, n).

    Row d of x_a, y_a (draws, m) and of x_b, y_b (draws, n) is a pair. The second path's prefix grows by a fixation at a
    time, which can only lower `to_b`; the first path's prefixes are running minima and sums. Filled only where the
    first prefix is not the longer one.
    """
    draws, m = x_a.shape
    n = x_b.shape[1]
    to_b, sum_b = np.empty(m), np.empty(m)
    share = 0.5 / np.arange(1, max(m, n) + 1)
    means[:] = 0.0
    for d in range(draws):
        to_b[:], sum_b[:] = np.inf, 0.0
        for j in range(n):
            nearest, sum_a = np.inf, 0.0
            for i in range(m):
                dx, dy = x_a[d, i] - x_b[d, j], y_a[d, i] - y_b[d, j]
                square = dx * dx + dy * dy
                nearest = square if square < nearest else nearest
                to_b[i] = square if square < to_b[i] else to_b[i]
                sum_a += to_b[i]
                sum_b[i] += nearest
                if i <= j:
                    means[i, j] += np.sqrt(sum_a * share[i] + sum_b[i] * share[j])
    means /= draws


@compiled
def eyenalysis_distances(
    x_a, y_a, z_a, first_a, count_a, x_b, y_b, z_b, first_b, count_b, pairs, squared, by_both, to_a, out
):
    """Sum of all distances to the nearest, over the longer length, into out (n, 1); NaN if a path is empty.

    With `squared` the squares of the distances are summed, with `by_both` the sum is divided by both lengths together.
    z is a third dimension; `to_a` has room for the longest second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n, a, b = count_a[p], count_b[q], first_a[p], first_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xb, yb, zb = x_b[b : b + n], y_b[b : b + n], z_b[b : b + n]
        to_a[:n] = np.inf
        sum_a, sum_b = 0.0, 0.0  # kept apart, so that an exchange of the paths changes no rounding
        for i in range(m):
            nearest = np.inf
            for j in range(n):
                dx, dy, dz = x_a[a + i] - xb[j], y_a[a + i] - yb[j], z_a[a + i] - zb[j]
                square = dx * dx + dy * dy + dz * dz
                nearest = square if square < nearest else nearest
                to_a[j] = square if square < to_a[j] else to_a[j]
            sum_a += nearest if squared else np.sqrt(nearest)
        for j in range(n):
            sum_b += to_a[j] if squared else np.sqrt(to_a[j])
        out[k, 0] = (sum_a + sum_b) / (m + n if by_both else max(m, n))
