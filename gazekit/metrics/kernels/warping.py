"""Dynamic time warping with the length of the cheapest walk, for many pairs."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def warping_means(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, table, row, steps, out):
    """Dynamic time warping distance of each pair over the cells of its walk, into out (n, 1); NaN if a path is empty.

    Of equally cheap walks the shortest counts. The cheapest sums are found first, and the walk from the last cell back;
    where it could go two ways, `shortest_walk` counts all. `table` has room for the sums of most pairs, with a row and
    a column before the first; for larger ones `shortest_walk` counts too. `row` and `steps` have room for the longest
    second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        count = 0
        if (m + 1) * (n + 1) <= len(table):
            total = cheapest_sums(xa, ya, xb, yb, table)
            count = only_walk(table, m, n)
        if count == 0:
            total, count = shortest_walk(xa, ya, xb, yb, row, steps)
        out[k, 0] = total / count


@compiled
def cheapest_sums(xa, ya, xb, yb, table):
    """Least sum of distances to each cell, in rows of len(xb) + 1; the last of them."""
    width = len(xb) + 1
    table[:width] = np.inf
    table[0] = 0.0
    cell = 0.0
    for i in range(len(xa)):
        above, here = table[i * width : (i + 1) * width], table[(i + 1) * width : (i + 2) * width]
        here[0] = np.inf
        cell = np.inf
        for j in range(len(xb)):
            dx, dy = xa[i] - xb[j], ya[i] - yb[j]
            least = above[j] if above[j] < above[j + 1] else above[j + 1]
            least = least if least < cell else cell
            cell = np.sqrt(dx * dx + dy * dy) + least
            here[j + 1] = cell
    return cell


@compiled
def only_walk(table, m, n):
    """Cells of the walk of the least sums; 0 if there are several."""
    width = n + 1
    at = m * width + n
    first = width + 1
    count = 1
    while at != first:
        diagonal, up, left = table[at - width - 1], table[at - width], table[at - 1]
        if diagonal < up and diagonal < left:
            at -= width + 1
        elif up < diagonal and up < left:
            at -= width
        elif left < diagonal and left < up:
            at -= 1
        else:
            return 0
        count += 1
    return count


@compiled
def shortest_walk(xa, ya, xb, yb, row, steps):
    """Least sum of distances and the cells of the shortest walk with it, both carried along cell by cell."""
    n = len(xb)
    row[:n] = np.inf
    steps[:n] = 0
    cell, count = 0.0, 0
    for i in range(len(xa)):
        diagonal, before = np.inf if i else 0.0, 0
        cell, count = np.inf, 0
        for j in range(n):
            dx, dy = xa[i] - xb[j], ya[i] - yb[j]
            up = row[j]
            least, taken = diagonal, before
            if up < least or (up == least and steps[j] < taken):
                least, taken = up, steps[j]
            if cell < least or (cell == least and count < taken):
                least, taken = cell, count
            before, count = steps[j], taken + 1
            steps[j] = count
            cell = np.sqrt(dx * dx + dy * dy) + least
            row[j] = cell
            diagonal = up
    return cell, count
