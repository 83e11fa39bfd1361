"""Edit distances, common subsequences and string windows, for many pairs of strings of symbols.

Offsets and pairs are uint64: numba tests signed indices for being negative at each access.
"""

# mypy: disable-error-code="no-untyped-def, assignment"

import numpy as np

from gazekit.metrics.compiling import compiled

ZERO, ONE, SIX, LAST = np.uint64(0), np.uint64(1), np.uint64(6), np.uint64(63)


@compiled
def mark(bits, symbols, start, count, low):
    """Set bit j of row `symbol - low` for every position j of a string: where in it each symbol is, in words of 64."""
    for j in range(count):
        bits[np.uint64(symbols[start + j] - low), j >> SIX] |= ONE << (j & LAST)


@compiled
def unmark(bits, symbols, start, count, low):
    """Clear what `mark` set."""
    for j in range(count):
        bits[np.uint64(symbols[start + j] - low), j >> SIX] = ZERO


@compiled
def levenshtein(bits, m, second, start, n, low, plus, minus):
    """Levenshtein distance of the marked string of length m and second[start : start + n], 64 cells at a time.

    Bits say where neighbouring cells of a row differ by +1 (`plus`) and -1 (`minus`), a word per 64 columns
    (Myers 1999, Journal of the ACM 46; in several words Hyyro 2003). Exact.
    """
    words = (m + LAST) >> SIX
    for w in range(words):
        plus[w], minus[w] = ~ZERO, ZERO
    top = (m - ONE) & LAST  # the bit of the last column in the last word
    distance = np.int64(m)
    for row in range(n):
        same_as = bits[np.uint64(second[start + row] - low)]
        more, less = ONE, ZERO  # the difference that comes in from the left: the first column grows by one
        for w in range(words):
            same, p, q = same_as[w], plus[w], minus[w]
            vertical = same | q
            same |= less
            horizontal = (((same & p) + p) ^ p) | same
            up, down = q | ~(horizontal | p), p & horizontal
            last = top if w + ONE == words else LAST
            out_more, out_less = (up >> last) & ONE, (down >> last) & ONE
            up, down = (up << ONE) | more, (down << ONE) | less
            plus[w], minus[w] = down | ~(vertical | up), up & vertical
            more, less = out_more, out_less
        distance += np.int64(more) - np.int64(less)
    return distance


@compiled
def common_subsequence(bits, m, second, start, n, low, rising):
    """Length of the longest common subsequence of the marked string and second[start : start + n] (Hyyro 2004).

    A bit of `rising` is 0 where the row's value rises by one.
    """
    words = (m + LAST) >> SIX
    for w in range(words):
        rising[w] = ~ZERO
    for row in range(n):
        same_as = bits[np.uint64(second[start + row] - low)]
        carry = ZERO
        for w in range(words):
            v, same = rising[w], same_as[w]
            half = v + (v & same)
            total = half + carry
            carry = np.uint64(half < v) | np.uint64(total < half)
            rising[w] = total | (v & ~same)
    length = 0
    for w in range(words):
        rest = ~rising[w]  # beyond column m no symbol was marked, so that nothing rises there
        while rest:
            rest &= rest - ONE
            length += 1
    return length


@compiled
def distance_by_cell(first, i0, m, second, j0, n, transpositions, table, seen):
    """Edit distance of first[i0 : i0 + m] and second[j0 : j0 + n], cell by cell.

    With `transpositions` unrestricted Damerau (Lowrance and Wagner 1975), otherwise Levenshtein.

    `table` has room for (m + 1, n + 1) and `seen` for n: the last row above whose symbol is that of column j,
    counted from 1, 0 for none. Keeping it by column needs no table of the alphabet.
    """
    for j in range(n):
        table[0, j] = j
        seen[j] = 0
    table[0, n] = n
    for i in range(m):
        symbol = first[i0 + i]
        left = np.int64(i + ONE)
        table[i + ONE, 0] = left
        column = 0  # the last one to the left, counted from 1, whose symbol is this row's
        for j in range(n):
            same = symbol == second[j0 + j]
            step = min(table[i, j + ONE], left) + 1
            cell = table[i, j] if same else table[i, j] + 1
            left = cell if cell < step else step
            if transpositions and column and seen[j]:
                # swap the two symbols; delete what lies between in one string, insert what does in the other
                between = (np.int64(i) - seen[j]) + (np.int64(j) - column)
                swap = table[np.uint64(seen[j] - 1), np.uint64(column - 1)] + between + 1
                left = swap if swap < left else left
            table[i + ONE, j + ONE] = left
            if same:
                column = np.int64(j + ONE)
                seen[j] = np.int64(i + ONE)
    return left


@compiled
def edit_distances(sym_a, off_a, sym_b, off_b, pairs, low, transpositions, normalised, table, seen, bits, words, out):
    """Edit distance of each pair, over the longer length if `normalised`, into out (n, 1); NaN if one is empty.

    `bits` is zero, with a row for each symbol from `low` on; the first string of a pair stays marked in it while the
    following pairs have the same. Room for the longest first string: `words` (2, ...) and `bits` by 64 symbols a
    column, `table` one more than that; its columns and `seen` hold the longest second.
    """
    held, held_count = ZERO, ZERO
    for k in range(len(pairs)):
        i, j = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        m, n = off_a[pairs[k, 0] + ONE] - i, off_b[pairs[k, 1] + ONE] - j
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        if transpositions:
            distance = distance_by_cell(sym_a, i, m, sym_b, j, n, True, table, seen)
        else:
            if held != i or held_count != m:
                unmark(bits, sym_a, held, held_count, low)
                mark(bits, sym_a, i, m, low)
                held, held_count = i, m
            distance = levenshtein(bits, m, sym_b, j, n, low, words[0], words[1])
        out[k, 0] = distance / np.float64(np.int64(max(m, n))) if normalised else np.float64(distance)


@compiled
def sequence_scores(sym_a, off_a, sym_b, off_b, pairs, low, bits, words, out):
    """Longest common subsequence over the longer length, into out (n, 1); NaN if a string is empty.

    `bits` and `words` as in `edit_distances`.
    """
    held, held_count = ZERO, ZERO
    for k in range(len(pairs)):
        i, j = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        m, n = off_a[pairs[k, 0] + ONE] - i, off_b[pairs[k, 1] + ONE] - j
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        if held != i or held_count != m:
            unmark(bits, sym_a, held, held_count, low)
            mark(bits, sym_a, i, m, low)
            held, held_count = i, m
        length = common_subsequence(bits, m, sym_b, j, n, low, words[0])
        out[k, 0] = length / np.float64(np.int64(max(m, n)))


@compiled
def window_distances(sym_a, off_a, sym_b, off_b, pairs, width, transpositions, furthest, table, seen, masks, memo, out):
    """String-based time-delay embedding of each pair into out (n, 1); NaN if a string is shorter than `width`.

    For every window of `width` symbols of the first string, the edit distance to the nearest window of the
    second over `width`; their mean, or with `furthest` their maximum.

    The distance of two windows depends only on which of their symbols are equal. For short windows those width x width
    bits are the place of the distance in `memo`, which is -1 where it was not needed before, and `masks` has room for
    (longest first string, longest second); for longer windows both are empty.
    """
    for k in range(len(pairs)):
        i0, j0 = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        m, n = off_a[pairs[k, 0] + ONE] - i0, off_b[pairs[k, 1] + ONE] - j0
        if m < width or n < width:
            out[k, 0] = np.nan
            continue
        if len(memo):  # bit t of masks[i, j]: symbol i of the first is symbol j + t of the second
            for i in range(m):
                symbol, bits = sym_a[i0 + i], ZERO
                for back in range(n):
                    j = n - ONE - back
                    bits = ((bits << ONE) | np.uint64(symbol == sym_b[j0 + j])) & ((ONE << width) - ONE)
                    masks[i, j] = bits
        total, most = 0, 0
        for i in range(m - width + ONE):
            nearest = np.int64(width)
            for j in range(n - width + ONE):
                place, distance = ZERO, np.int64(-1)
                if len(memo):
                    for step in range(width):
                        place |= masks[i + step, j] << (step * width)
                    distance = np.int64(memo[place])
                if distance < 0:
                    distance = distance_by_cell(sym_a, i0 + i, width, sym_b, j0 + j, width, transpositions, table, seen)
                    if len(memo):
                        memo[place] = distance
                if distance < nearest:
                    nearest = distance
                    if nearest == 0:
                        break
            total += nearest
            most = max(most, nearest)
        windows = np.float64(np.int64(m - width + ONE))
        out[k, 0] = (np.float64(most) if furthest else total / windows) / np.float64(np.int64(width))
