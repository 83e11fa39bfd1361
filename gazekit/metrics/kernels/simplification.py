"""MultiMatch's simplification of many paths, in place: two passes over a path's saccades until its length stays.

Rows of a path's geometry: dx, dy, length, direction, start x, start y, duration, as in `gazekit.metrics.multimatch`.
A path's saccades are its first columns; its durations are one more than that, or two after a join backwards.
"""

# mypy: disable-error-code="no-untyped-def"

import numpy as np

from gazekit.foundations.compiling import compiled


@compiled
def simplify_saccades(geometry, first, fixations, direction, length, duration, saccades):
    """Simplify every path with `fixations` > 0 in place; its number of saccades into `saccades`, 0 where undefined.

    Thresholds: `direction` in degrees, `length` (n,) in the unit of positions, `duration` in ms.
    """
    for p in range(len(first)):
        saccades[p] = 0
        if fixations[p] == 0:
            continue
        path = geometry[:, first[p] : first[p] + fixations[p]]
        count, durations = fixations[p] - 1, fixations[p]
        while True:
            before = durations
            count = merge_straight(path, count, durations, direction, duration)
            count, durations = merge_short(path, count, count + 1, length[p], duration)
            if count == 0 or durations == before:
                break
        saccades[p] = count


@compiled
def keep(path, i, j):
    """Copy saccade i and the duration before it to place j."""
    for row in range(7):
        path[row, j] = path[row, i]


@compiled
def join(path, i, j):
    """Put the sum of saccades i and i + 1 at place j; start and duration are those of i, duration i + 1 is lost."""
    dx, dy = path[0, i] + path[0, i + 1], path[1, i] + path[1, i + 1]
    keep(path, i, j)
    set_vector(path, dx, dy, j)


@compiled
def set_vector(path, dx, dy, j):
    """Give saccade j another vector, and leave its start."""
    path[0, j], path[1, j] = dx, dy
    path[2, j] = np.sqrt(dx * dx + dy * dy)
    theta = np.arctan2(dy, dx)
    path[3, j] = np.pi + (np.pi + theta) if theta < 0.0 else theta


@compiled
def merge_straight(path, count, durations, direction, duration):
    """Join neighbouring saccades of nearly one direction around a short fixation; the number of saccades left."""
    last = path[6, durations - 1]
    i, j = 0, 0
    while i < count:
        merged = False
        if i < count - 1 and path[6, i + 1] < duration:
            dot = path[0, i] * path[0, i + 1] + path[1, i] * path[1, i + 1]
            cosine = dot / (path[2, i] * path[2, i + 1])
            # the reference ends in an error where rounding lifts the cosine above 1 (saccades on one line)
            angle = np.arccos(min(max(cosine, -1.0), 1.0)) * (180.0 / np.pi) if cosine == cosine else np.nan
            merged = angle < direction  # a saccade of no length has no angle and stays
        if merged:
            join(path, i, j)
            i += 2
        else:
            keep(path, i, j)
            i += 1
        j += 1
    path[6, j] = last
    return j


@compiled
def merge_short(path, count, durations, length, duration):
    """Join short saccades next to a short fixation with the next one; numbers of saccades and durations left.

    The last saccade is joined to the one before it, as it was before this pass: its vector replaces that of the last
    one kept, and one more duration is kept. A path of one short saccade, where the reference fails, gives 0.
    """
    last, last_but_one = path[6, durations - 1], path[6, durations - 2]
    i, j, extra = 0, 0, 0
    while i < count:
        if i < count - 1:
            if path[2, i] < length and (path[6, i + 1] < duration or path[6, i] < duration):
                join(path, i, j)
                i += 2
            else:
                keep(path, i, j)
                i += 1
            j += 1
        elif path[2, i] < length and (last < duration or last_but_one < duration):
            if count == 1:
                return 0, 0
            set_vector(path, path[0, i - 1] + path[0, i], path[1, i - 1] + path[1, i], j - 1)
            path[6, j] = path[6, i - 1]
            extra = 1
            i += 1
        else:
            keep(path, i, j)
            i += 1
            j += 1
    path[6, j + extra] = last
    return j, j + 1 + extra
