"""MultiMatch of many pairs: alignment of saccades as the reference's Dijkstra finds it, and five medians."""

# mypy: disable-error-code="no-untyped-def"

from heapq import heappop, heappush

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def multimatch_scores(geo_a, first_a, count_a, diagonal, geo_b, first_b, count_b, pairs, out):
    """Five MultiMatch similarities of each pair, into out (n, 5); `diagonal` is that of the path of a."""
    most_a, most_b = 0, 0
    for k in range(len(pairs)):
        most_a = max(most_a, count_a[pairs[k, 0]])
        most_b = max(most_b, count_b[pairs[k, 1]])
    total = np.empty(most_a * most_b)
    before = np.empty(most_a * most_b, dtype=np.int64)
    walk = np.empty(most_a + most_b, dtype=np.int64)
    at_a, at_b = np.empty((2, most_a + most_b), dtype=np.int64)
    values = np.empty(most_a + most_b)
    for k in range(len(pairs)):
        p, q = pairs[k, 0], pairs[k, 1]
        m, n = count_a[p], count_b[q]
        if m == 0 or n == 0:
            out[k, :] = np.nan
            continue
        a, b = first_a[p], first_b[q]
        steps = _walk(geo_a, a, m, geo_b, b, n, total, before, walk)
        for s in range(steps):
            row = walk[s] // n  # a division costs as much as all the rest of a step: once is enough
            at_a[s], at_b[s] = a + row, b + walk[s] - row * n
        _similarities(geo_a, at_a[:steps], geo_b, at_b[:steps], diagonal[p], values, out, k)


@compiled
def aligned_saccades(geo_a, m, geo_b, n):
    """Cells (row x n + column) of the walk of one pair, from first to last; m and n saccades from column 0."""
    walk, before = np.empty(m + n, dtype=np.int64), np.empty(m * n, dtype=np.int64)
    steps = _walk(geo_a, 0, m, geo_b, 0, n, np.empty(m * n), before, walk)
    return walk[:steps][::-1].copy()


@compiled
def _walk(geo_a, a, m, geo_b, b, n, total, before, walk):
    """Cells of the cheapest walk, from the last to the first, into `walk`; how many they are."""
    _accumulate(geo_a, a, m, geo_b, b, n, total)
    steps = _walk_back(total, m, n, walk)
    if steps < 0:
        _settle(total, m, n, before)
        steps = _follow(before, m * n - 1, walk)
    return steps


@compiled
def _accumulate(geo_a, a, m, geo_b, b, n, total):
    """Cheapest cost to each cell: entering one costs the distance of its saccades, the first is free."""
    dx_b, dy_b = geo_b[0], geo_b[1]
    for i in range(m):
        dx, dy = geo_a[0, a + i], geo_a[1, a + i]
        here = i * n
        for j in range(n):
            du, dv = dx - dx_b[b + j], dy - dy_b[b + j]
            total[here + j] = np.sqrt(du * du + dv * dv)
        if i == 0:
            left = 0.0
            total[0] = 0.0
            for j in range(1, n):
                left += total[j]
                total[j] = left
        else:
            diagonal = total[here - n]
            left = total[here] + diagonal
            total[here] = left
            for j in range(1, n):
                up = total[here - n + j]
                least = left if left < up else up  # quicker than min(), which looks for NaN
                least = least if least < diagonal else diagonal
                left = total[here + j] + least
                total[here + j] = left
                diagonal = up


@compiled
def _late(total, n, i, j):
    """Whether a cell is reached at no cost from a neighbour, so that Dijkstra meets it only later."""
    cost = total[i * n + j]
    if i > 0 and total[(i - 1) * n + j] == cost:
        return True
    if j > 0 and total[i * n + j - 1] == cost:
        return True
    return i > 0 and j > 0 and total[(i - 1) * n + j - 1] == cost


@compiled
def _walk_back(total, m, n, walk):
    """Cells of the walk, from last to first; their number, or -1 where only Dijkstra's order decides a tie.

    Every way into a cell costs the same, so Dijkstra comes from the neighbour that it settled first: the
    cheapest and, among equals, the one of the highest number: left, then up, then diagonal. That holds
    where all equals are known before the first of them is settled, which a step at no cost breaks.
    """
    i, j = m - 1, n - 1
    steps = 0
    while True:
        walk[steps] = i * n + j
        steps += 1
        if i == 0 and j == 0:
            return steps
        if i == 0:
            j -= 1
        elif j == 0:
            i -= 1
        else:
            left, up, diagonal = total[i * n + j - 1], total[(i - 1) * n + j], total[(i - 1) * n + j - 1]
            least = min(left, min(up, diagonal))
            is_left, is_up, is_diagonal = left == least, up == least, diagonal == least
            if is_left + is_up + is_diagonal > 1 and (
                (is_left and _late(total, n, i, j - 1))
                or (is_up and _late(total, n, i - 1, j))
                or (is_diagonal and _late(total, n, i - 1, j - 1))
            ):
                return -1
            if is_left:
                j -= 1
            elif is_up:
                i -= 1
            else:
                i -= 1
                j -= 1


@compiled
def _settle(total, m, n, before):
    """Dijkstra in SciPy's order among equals: `before` gets predecessors, -1 at the start, -2 unseen."""
    before[: m * n] = -2
    before[0] = -1
    waiting = [(total[0], 0)]  # of equal cost the highest number comes first, so numbers are negative here
    while waiting:
        node = -heappop(waiting)[1]
        i, j = node // n, node % n
        for way in range(3):
            down, right = way != 0, way != 1
            if (down and i == m - 1) or (right and j == n - 1):
                continue
            fresh = node + n * down + right
            if before[fresh] == -2:
                before[fresh] = node
                heappush(waiting, (total[fresh], -fresh))


@compiled
def _follow(before, node, walk):
    """Cells of the walk from last to first by their predecessors; their number."""
    steps = 0
    while node >= 0:
        walk[steps] = node
        steps += 1
        node = before[node]
    return steps


@compiled
def _similarities(geo_a, at_a, geo_b, at_b, diagonal, values, out, k):
    """One minus the median difference between aligned saccades over its norm, for the five dimensions."""
    steps = len(at_a)
    _lengths(geo_a[0], geo_a[1], at_a, geo_b[0], geo_b[1], at_b, values)
    out[k, 0] = 1.0 - _median(values, steps) / (2.0 * diagonal)
    for s in range(steps):
        angle = abs(geo_a[3, at_a[s]] - geo_b[3, at_b[s]])
        values[s] = 2.0 * np.pi - angle if angle > np.pi else angle
    out[k, 1] = 1.0 - _median(values, steps) / np.pi
    for s in range(steps):
        values[s] = abs(geo_a[2, at_a[s]] - geo_b[2, at_b[s]])
    out[k, 2] = 1.0 - _median(values, steps) / diagonal
    _lengths(geo_a[4], geo_a[5], at_a, geo_b[4], geo_b[5], at_b, values)
    out[k, 3] = 1.0 - _median(values, steps) / diagonal
    out[k, 4] = np.nan
    for s in range(steps):
        t, u = geo_a[6, at_a[s]], geo_b[6, at_b[s]]
        longer = max(t, u)
        if longer == 0.0 or np.isnan(t) or np.isnan(u):
            return
        values[s] = abs(t - u) / abs(longer)
    out[k, 4] = 1.0 - _median(values, steps)


@compiled
def _lengths(x_a, y_a, at_a, x_b, y_b, at_b, values):
    """Lengths of the differences of the aligned vectors."""
    for s in range(len(at_a)):
        dx, dy = x_a[at_a[s]] - x_b[at_b[s]], y_a[at_a[s]] - y_b[at_b[s]]
        values[s] = np.sqrt(dx * dx + dy * dy)


@compiled
def _median(values, count):
    """Median of values[:count], which are rearranged; the mean of the middle two for an even count."""
    middle = count // 2
    low, high = 0, count
    while high - low > 32:  # Hoare's selection narrows to the neighbourhood of the middle
        pivot = values[(low + high - 1) // 2]
        i, j = low, high - 1
        while i <= j:
            while values[i] < pivot:
                i += 1
            while pivot < values[j]:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if middle <= j:
            high = j + 1
        elif middle >= i:
            low = i
        else:
            low, high = middle, middle + 1
    upper = _ranked(values[low:high], middle - low)
    if count % 2 == 1:
        return upper
    if middle > low:
        return (_ranked(values[low:high], middle - 1 - low) + upper) / 2.0
    lower = values[0]  # everything before the middle is at most the middle: its greatest is the other one
    for i in range(1, middle):
        lower = max(lower, values[i])
    return (lower + upper) / 2.0


@compiled
def _ranked(values, rank):
    """The value that would be at place `rank` of a sorted copy: by counting, quicker than sorting a few."""
    for i in range(len(values)):
        value = values[i]
        below, up_to = 0, 0
        for j in range(len(values)):
            below += values[j] < value
            up_to += values[j] <= value
        if below <= rank and rank < up_to:
            return value
    return np.nan
