"""Time-delay embedding of positions, for many pairs."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.metrics.compiling import compiled


@compiled
def embedding_distances(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, width, furthest, out):
    """Time-delay embedding distance of each pair into out (n, 1); NaN if a path is shorter than `width`.

    For every window of `width` fixations of the first path, the root of the summed squared distances to the nearest
    window of the second, over `width`; their mean, or with `furthest` their maximum.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m < width or n < width:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        total, most = 0.0, 0.0
        for i in range(m - width + 1):
            nearest = np.inf
            for j in range(n - width + 1):
                squares = 0.0
                for step in range(width):
                    dx, dy = xa[i + step] - xb[j + step], ya[i + step] - yb[j + step]
                    squares += dx * dx + dy * dy
                nearest = squares if squares < nearest else nearest
            distance = np.sqrt(nearest) / width
            total += distance
            most = distance if distance > most else most
        out[k, 0] = most if furthest else total / (m - width + 1)


@compiled
def scaled_similarities(x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, longest, squares, sums, out):
    """Mean over windows of 1, 2, ... fixations of exp(-embedding distance), into out (n, 1); NaN if a path is empty.

    Windows go up to the shorter path's length, or to `longest` if that is not 0. `squares` and `sums` have room for
    (longest first path, longest second path): squared distances, and their sums over the windows of the moment, which
    grow by one term per step of the window length.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        widths = min(m, n)
        if longest:
            widths = min(widths, longest)
        if widths == 0:
            out[k, 0] = np.nan
            continue
        for i in range(m):
            for j in range(n):
                dx = x_a[first_a[p] + i] - x_b[first_b[q] + j]
                dy = y_a[first_a[p] + i] - y_b[first_b[q] + j]
                squares[i, j] = dx * dx + dy * dy
                sums[i, j] = 0.0
        similarity = 0.0
        for width in range(1, widths + 1):
            total = 0.0
            for i in range(m - width + 1):
                nearest = np.inf
                terms, grown = squares[i + width - 1], sums[i]
                for j in range(n - width + 1):
                    value = grown[j] + terms[j + width - 1]
                    grown[j] = value
                    nearest = value if value < nearest else nearest
                total += np.sqrt(nearest)
            similarity += np.exp(-total / width / (m - width + 1))
        out[k, 0] = similarity / widths
