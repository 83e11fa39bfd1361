"""Needleman-Wunsch alignment of strings of symbols, for many pairs."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def grid_cells(x, y, offsets, width, height, across, down, cells):
    """Cell of each position in a grid of `across` by `down` over its path's frame, width x height whole px.

    The toolbox counts px from 1 and rounds halves up, then cuts off (Cristino et al.'s code, FixationToSequence). A
    0-based or truncating version moves data set means by up to 1.2e-3. What is outside goes to the edge. Products and
    quotients of whole numbers below 2**52 are exact enough for the floor to be right.
    """
    for path in range(len(width)):
        w, h = width[path], height[path]
        for k in range(offsets[path], offsets[path + 1]):
            p, q = x[k] + 0.5, y[k] + 0.5
            p = p if p > 1.0 else 1.0
            q = q if q > 1.0 else 1.0
            p = np.floor(p if p < w else w)
            q = np.floor(q if q < h else h)
            cells[k] = np.int64(np.floor((p - 1.0) * across / w) + across * np.floor((q - 1.0) * down / h))


@compiled
def alignment_scores(sym_a, off_a, sym_b, off_b, pairs, substitution, best, gap, row, out):
    """Needleman-Wunsch score over `best` times the longer length, into out (n, 1); NaN if one is empty.

    `row` holds the current row of the table: room for the longest second string.
    """
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        first, second = sym_a[off_a[p] : off_a[p + 1]], sym_b[off_b[q] : off_b[q + 1]]
        m, n = len(first), len(second)
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        for j in range(n):
            row[j] = gap * (j + 1)
        for i in range(m):
            symbol = first[i]
            diagonal, left = gap * i, gap * (i + 1)
            for j in range(n):
                cell, skip = diagonal + substitution[symbol, second[j]], row[j] + gap
                diagonal = row[j]
                cell = cell if cell > skip else skip
                left += gap
                left = cell if cell > left else left
                row[j] = left
        out[k, 0] = row[n - 1] / (best * max(m, n))


@compiled
def gap_free_scores(sym_a, off_a, sym_b, off_b, pairs, substitution, kinds, best, row, out):
    """Score as `alignment_scores` where gaps cost nothing: the same additions in two rows at a time.

    All indices are uint64 (signed ones are tested for being negative at each access) and `substitution` is
    flat. Together that makes it two to three times as fast.
    """
    one = np.uint64(1)
    for k in range(len(pairs)):
        i, end = off_a[pairs[k, 0]], off_a[pairs[k, 0] + one]
        start = off_b[pairs[k, 1]]
        n = off_b[pairs[k, 1] + one] - start
        if i == end or n == 0:
            out[k, 0] = np.nan
            continue
        longer = np.float64(np.int64(max(end - i, n)))  # from int64: one instruction, from uint64 it is many
        lower = 0.0
        if (end - i) & one:  # an odd number of rows: the first by itself
            above = sym_a[i] * kinds
            i += one
            for j in range(n):
                cell = substitution[above + sym_b[start + j]]
                lower = cell if cell > lower else lower
                row[j] = lower
        else:
            for j in range(n):
                row[j] = 0.0
        while i < end:
            above, below = sym_a[i] * kinds, sym_a[i + one] * kinds
            i += np.uint64(2)
            diagonal, upper, lower = 0.0, 0.0, 0.0
            for j in range(n):
                symbol, up = sym_b[start + j], row[j]
                cell = diagonal + substitution[above + symbol]
                cell = cell if cell > up else up
                diagonal = upper  # of the lower row's cell
                upper = cell if cell > upper else upper
                cell = diagonal + substitution[below + symbol]
                diagonal = up  # of the upper row's next cell
                cell = cell if cell > upper else upper
                lower = cell if cell > lower else lower
                row[j] = lower
        out[k, 0] = lower / (best * longer)


@compiled
def prefix_sums(sym_a, off_a, sym_b, off_b, pairs, substitution, best, sums, counts):
    """Add the gap-free score of every two prefixes of equal length s to sums[s], and one to counts[s]."""
    row = np.empty(len(sums))
    for k in range(len(pairs)):
        a0, b0 = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        side = min(off_a[pairs[k, 0] + 1] - a0, off_b[pairs[k, 1] + 1] - b0)
        row[: side + 1] = 0.0
        for i in range(side):
            scores = substitution[sym_a[a0 + i]]
            diagonal, left = 0.0, 0.0
            for j in range(side):
                up = row[j + 1]
                left = max(diagonal + scores[sym_b[b0 + j]], max(up, left))
                diagonal = up
                row[j + 1] = left
            # a corner of the table is the score of the two prefixes that end there
            sums[i + 1] += row[i + 1] / (best * (i + 1))
            counts[i + 1] += 1
