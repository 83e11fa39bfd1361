"""Edit distances, common subsequences and string windows, for many pairs of strings of symbols.

Offsets and pairs are uint64: numba tests signed indices for being negative at each access.
"""

# mypy: disable-error-code="no-untyped-def, assignment"

import numpy as np

from gazekit.foundations.compiling import compiled

KINDS = ("levenshtein", "damerau", "subsequence")
LEVENSHTEIN, DAMERAU, SUBSEQUENCE = range(len(KINDS))
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
def distance_by_cell(first, second, transpositions, rows, kept, seen):
    """Edit distance of two strings, cell by cell: with `transpositions` unrestricted Damerau, otherwise Levenshtein.

    Damerau's recurrence (Lowrance and Wagner 1975) looks, in each cell, at the nearest pair of exchanged symbols, and
    may delete symbols between them in one string and insert some in the other. Doing both never pays: two replacements
    and what is left cost no more. So one of the two symbols is the last one, and three rows and a value kept per column
    are enough (Zhao and Sahni 2019, BMC Bioinformatics 20, 277).

    `rows` (3, n + 1), `kept` and `seen` (n,), int64 as everything here, have room for the second string. `seen` is the
    last row above whose symbol is that of the column: keeping it by column needs no table of the alphabet.
    """
    n = len(second)
    two_above, above, here = rows[0], rows[1], rows[2]
    here[0] = 0
    for j in range(n):
        here[j + 1] = j + 1
        seen[j] = -2
    left = n
    for i in range(len(first)):
        two_above, above, here = above, here, two_above
        symbol = first[i]
        here[0] = left = i + 1
        diagonal, column, corner = i, -2, 0  # column: the last one to the left whose symbol is this row's
        for j in range(n):
            up = above[j + 1]
            if symbol == second[j]:
                cell = diagonal
                if j > 0:
                    kept[j] = above[j - 1]  # what an exchange in the next column starts from
                if i > 0:
                    corner = two_above[j]  # and one in the next row
                column = j
                seen[j] = i
            else:
                step = up if up < left else left
                cell = (diagonal if diagonal < step else step) + 1
                if transpositions:
                    if column == j - 1:
                        if seen[j] >= 0:
                            swap = kept[j] + i - seen[j]
                            cell = swap if swap < cell else cell
                    elif seen[j] == i - 1 and column >= 0:
                        swap = corner + j - column
                        cell = swap if swap < cell else cell
            diagonal = up
            left = cell
            here[j + 1] = cell
    return left


@compiled
def string_scores(sym_a, off_a, sym_b, off_b, pairs, low, kind, normalised, rows, kept, seen, bits, words, out):
    """Edit distance or longest common subsequence of each pair, into out (n, 1); NaN if a string is empty.

    `kind` is a place in `KINDS`; with `normalised` the value is over the longer length. `bits` is zero, with a row for
    each symbol from `low` on; the first string of a pair stays marked in it while the following pairs have the same.
    Room for the longest first string: `words` (2, ...) and `bits` by 64 symbols a column. `rows`, `kept` and `seen` as
    in `distance_by_cell`.
    """
    held, held_count = ZERO, ZERO
    for k in range(len(pairs)):
        i, j = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        m, n = off_a[pairs[k, 0] + ONE] - i, off_b[pairs[k, 1] + ONE] - j
        if m == 0 or n == 0:
            out[k, 0] = np.nan
            continue
        if kind != DAMERAU and (held != i or held_count != m):
            unmark(bits, sym_a, held, held_count, low)
            mark(bits, sym_a, i, m, low)
            held, held_count = i, m
        if kind == DAMERAU:
            value = distance_by_cell(sym_a[i : i + m], sym_b[j : j + n], True, rows, kept, seen)
        elif kind == LEVENSHTEIN:
            value = levenshtein(bits, m, sym_b, j, n, low, words[0], words[1])
        else:
            value = common_subsequence(bits, m, sym_b, j, n, low, words[0])
        out[k, 0] = value / np.float64(np.int64(max(m, n))) if normalised else np.float64(value)


@compiled
def window_distances(
    sym_a, off_a, sym_b, off_b, pairs, width, transpositions, furthest, rows, kept, seen, masks, places, memo, out
):
    """String-based time-delay embedding of each pair into out (n, 1); NaN if a string is shorter than `width`.

    For every window of `width` symbols of the first string, the edit distance to the nearest window of the
    second over `width`; their mean, or with `furthest` their maximum.

    The distance of two windows depends only on which of their symbols are equal. For short windows those width x width
    bits are the place of the distance in `memo`, which is -1 where it was not needed before; otherwise `memo` is empty
    and windows are left out that cannot be nearer than the nearest. `masks` has room for (longest first string, longest
    second) and `places` for the longest second; without room for masks every two windows are compared.
    """
    for k in range(len(pairs)):
        i0, j0 = off_a[pairs[k, 0]], off_b[pairs[k, 1]]
        m, n = np.int64(off_a[pairs[k, 0] + ONE] - i0), np.int64(off_b[pairs[k, 1] + ONE] - j0)
        if m < width or n < width:
            out[k, 0] = np.nan
            continue
        first, second = sym_a[np.int64(i0) : np.int64(i0) + m], sym_b[np.int64(j0) : np.int64(j0) + n]
        there = places[: n - width + 1]
        if len(masks):
            mark_windows(first, second, width, masks)
        total, most = 0, 0
        for i in range(m - width + 1):
            if len(memo):
                place_windows(masks, i, width, there)
            nearest = width
            for j in range(len(there)):
                distance = -1
                if len(memo):
                    distance = np.int64(memo[there[j]])
                elif len(masks) and without_equal(masks, i, j, width) >= nearest:
                    continue
                if distance < 0:
                    left, right = first[i : i + width], second[j : j + width]
                    distance = distance_by_cell(left, right, transpositions, rows, kept, seen)
                    if len(memo):
                        memo[there[j]] = distance
                nearest = distance if distance < nearest else nearest
            total += nearest
            most = max(most, nearest)
        windows = np.float64(m - width + 1)
        out[k, 0] = (np.float64(most) if furthest else total / windows) / np.float64(width)


@compiled
def mark_windows(first, second, width, masks):
    """Bit t of masks[i, j]: symbol i of the first string is symbol j + t of the second."""
    count = len(second) - width + 1
    for i in range(len(first)):
        row, symbol = masks[i], first[i]
        for j in range(count):
            row[j] = ZERO
        for t in range(width):
            ahead, bit = second[t:], np.uint64(t)
            for j in range(count):
                row[j] |= np.uint64(symbol == ahead[j]) << bit


@compiled
def place_windows(masks, i, width, places):
    """Place in `memo` of window i of the first string with every window of the second."""
    for j in range(len(places)):
        places[j] = ZERO
    for t in range(width):
        row, shift = masks[i + t], np.uint64(t * width)
        for j in range(len(places)):
            places[j] |= row[j] << shift


@compiled
def without_equal(masks, i, j, width):
    """Symbols of window i that window j has none of: each costs an edit of its own."""
    count = 0
    for t in range(width):
        count += masks[i + t, j] == ZERO
    return count
