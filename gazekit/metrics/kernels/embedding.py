"""Time-delay embedding of positions, for many pairs."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def embedding_distances(
    x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, width, furthest, sums, nearest, out
):
    """Time-delay embedding distance of each pair into out (n, 1); NaN if a path is shorter than `width`.

    For every window of `width` fixations of the first path, the root of the summed squared distances to the nearest
    window of the second, over `width`; their mean, or with `furthest` their maximum. `sums` and `nearest` have room
    for the longest first path: the innermost loops are over its windows, each by itself, so that one instruction does
    several.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m < width or n < width:
            out[k, 0] = np.nan
            continue
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        xb, yb = x_b[first_b[q] : first_b[q] + n], y_b[first_b[q] : first_b[q] + n]
        windows = m - width + 1
        for i in range(windows):
            nearest[i] = np.inf
        for j in range(n - width + 1):
            for i in range(windows):
                sums[i] = 0.0
            for step in range(width):
                x, y, xs, ys = xb[j + step], yb[j + step], xa[step:], ya[step:]
                for i in range(windows):
                    dx, dy = xs[i] - x, ys[i] - y
                    sums[i] += dx * dx + dy * dy
            for i in range(windows):
                nearest[i] = sums[i] if sums[i] < nearest[i] else nearest[i]
        total, most = 0.0, 0.0
        for i in range(windows):
            distance = np.sqrt(nearest[i]) / width
            total += distance
            most = distance if distance > most else most
        out[k, 0] = most if furthest else total / windows


@compiled
def scaled_similarities(
    x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, longest, by_fixation, squares, sums, nearest, out
):
    """Mean over windows of 1, 2, ... fixations of exp(-embedding distance), into out (n, 1); NaN if a path is empty.

    Windows go up to the shorter path's length, or to `longest` if that is not 0. With `by_fixation` the distance of two
    windows is the mean distance of their fixations: roots are taken before the sum, not after it. `squares` and `sums`
    have room for (longest second path, longest first path): squared distances (with `by_fixation` distances), and their
    sums over the windows of the moment, which grow by one term per step of the window length. `nearest` as in
    `embedding_distances`.
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
        xa, ya = x_a[first_a[p] : first_a[p] + m], y_a[first_a[p] : first_a[p] + m]
        for j in range(n):
            x, y = x_b[first_b[q] + j], y_b[first_b[q] + j]
            terms, grown = squares[j], sums[j]
            for i in range(m):
                dx, dy = xa[i] - x, ya[i] - y
                square = dx * dx + dy * dy
                terms[i] = np.sqrt(square) if by_fixation else square
                grown[i] = 0.0
        similarity = 0.0
        for width in range(1, widths + 1):
            windows = m - width + 1
            for i in range(windows):
                nearest[i] = np.inf
            for j in range(n - width + 1):
                terms, grown = squares[j + width - 1][width - 1 :], sums[j]
                for i in range(windows):
                    value = grown[i] + terms[i]
                    grown[i] = value
                    nearest[i] = value if value < nearest[i] else nearest[i]
            total = 0.0
            for i in range(windows):
                total += nearest[i] if by_fixation else np.sqrt(nearest[i])
            similarity += np.exp(-total / width / windows)
        out[k, 0] = similarity / widths
