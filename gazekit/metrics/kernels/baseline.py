"""Mean distances of random paths, for Mannan's index."""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled

LANES = 128  # pairs of paths that are worked on together


@compiled
def mannan_means(x_a, y_a, x_b, y_b, means):
    """Mean of `mannan_distances` over many pairs of paths, for each two lengths of prefixes, into means (m, n).

    Column d of x_a, y_a (m, draws) and of x_b, y_b (n, draws) is a pair. The second path's prefix grows by a fixation
    at a time, which can only lower `to_b`; the first path's prefixes are running minima and sums. The innermost loops
    are over pairs, several in one instruction. Filled only where the first prefix is not the longer one.
    """
    m, draws = x_a.shape
    n = x_b.shape[0]
    to_b, sum_b = np.empty((m, LANES)), np.empty((m, LANES))
    nearest, sum_a, squares, roots = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    share = 0.5 / np.arange(1, max(m, n) + 1)
    means[:] = 0.0
    for begin in range(0, draws, LANES):
        count = min(LANES, draws - begin)
        to_b[:], sum_b[:] = np.inf, 0.0
        for j in range(n):
            xb, yb = x_b[j, begin : begin + count], y_b[j, begin : begin + count]
            nearest[:], sum_a[:] = np.inf, 0.0
            for i in range(m):
                xa, ya = x_a[i, begin : begin + count], y_a[i, begin : begin + count]
                grow(xa, ya, xb, yb, squares[:count], to_b[i], nearest, sum_a, sum_b[i])
                if i <= j:
                    means[i, j] += total_root(sum_a, share[i], sum_b[i], share[j], roots, count)
    means /= draws


@compiled
def grow(xa, ya, xb, yb, squares, to_b, nearest, sum_a, sum_b):
    """Take one more fixation of the first paths: nearest distances so far, and their sums both ways.

    Three loops of few arrays each: with more, the compiler does not see that they do not overlap.
    """
    for d in range(len(squares)):
        dx, dy = xa[d] - xb[d], ya[d] - yb[d]
        squares[d] = dx * dx + dy * dy
    for d in range(len(squares)):
        to_b[d] = squares[d] if squares[d] < to_b[d] else to_b[d]
        sum_a[d] += to_b[d]
    for d in range(len(squares)):
        nearest[d] = squares[d] if squares[d] < nearest[d] else nearest[d]
        sum_b[d] += nearest[d]


@compiled
def total_root(sum_a, share_a, sum_b, share_b, roots, count):
    """Sum of the roots of the two mean squares, in four parts that need not wait for each other."""
    for d in range(count):
        roots[d] = np.sqrt(sum_a[d] * share_a + sum_b[d] * share_b)
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    whole = count // 4 * 4
    for d in range(0, whole, 4):
        first += roots[d]
        second += roots[d + 1]
        third += roots[d + 2]
        fourth += roots[d + 3]
    for d in range(whole, count):
        first += roots[d]
    return (first + second) + (third + fourth)
