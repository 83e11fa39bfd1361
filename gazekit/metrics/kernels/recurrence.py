"""Recurrences of two paths, and how many of them lie on lines, for many pairs."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def recurrences(
    x_a, y_a, first_a, count_a, x_b, y_b, first_b, count_b, pairs, radius, shortest, upper, down, along, out
):
    """Recurrence, determinism, laminarity and centre of recurrence mass of each pair, in percent, into out (n, 4).

    Of the table of the first N fixations of both paths, N the shorter length; with `upper` only what lies above its
    main diagonal (a path against itself). A line is an unbroken run of at least `shortest` recurrences. NaN where a
    value would be zero over zero. `down` and `along` have room for one more than the longest second path.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        n = min(count_a[p], count_b[q])
        a, b = first_a[p], first_b[q]
        down[:n] = 0  # run that ends in the row above, of the same column
        along[: n + 1] = 0  # run that ends in the row above, of the column before
        count, diagonal, vertical, horizontal, mass = 0, 0, 0, 0, 0
        for i in range(n):
            run = 0  # from right to left, so that `along` still holds the row above
            for back in range(n - i - 1 if upper else n):
                j = n - 1 - back
                dx, dy = x_a[a + i] - x_b[b + j], y_a[a + i] - y_b[b + j]
                if dx * dx + dy * dy <= radius * radius:
                    run += 1
                    down[j] += 1
                    along[j + 1] = along[j] + 1
                    count += 1
                    mass += j - i
                    # a run counts whole when it reaches the shortest length, and by one from then on
                    if run >= shortest:
                        horizontal += shortest if run == shortest else 1
                    if down[j] >= shortest:
                        vertical += shortest if down[j] == shortest else 1
                    if along[j + 1] >= shortest:
                        diagonal += shortest if along[j + 1] == shortest else 1
                else:
                    run = 0
                    down[j] = 0
                    along[j + 1] = 0
        cells = n * (n - 1) / 2 if upper else n * n
        out[k, 0] = 100.0 * count / cells if cells > 0 else np.nan
        out[k, 1] = 100.0 * diagonal / count if count else np.nan
        out[k, 2] = 100.0 * (horizontal + vertical) / (2 * count) if count else np.nan
        out[k, 3] = 100.0 * mass / ((n - 1) * count) if count and n > 1 else np.nan
