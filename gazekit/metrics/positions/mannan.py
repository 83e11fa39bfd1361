"""Mannan's linear distance, and the similarity index that sets it against random paths (Mannan et al. 1995)."""

from functools import lru_cache
from typing import Any

import numpy as np

from gazekit.foundations.errors import check_whole
from gazekit.foundations.notices import notify_once
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, divide_by_diagonal, positions, score_positions

LONG_TABLE = 2e8  # distances in a baseline's table that take about a second: paths of 300 fixations with 2000 draws
DRAWS = 2000  # pairs of random paths behind a baseline; its standard error: 1.2 % of it for one fixation, 0.4 % for ten


def mannan(a: AnyPath, b: AnyPath, *, size: Size = None) -> float:
    """Mannan's linear distance of two scanpaths, taken as sets of points.

    D^2 = (mean over `a` of d^2 + mean over `b` of d^2) / (2 (width^2 + height^2)), d the distance of a fixation to the
    nearest fixation of the other path.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays, taken from the frame of a Scanpath.

    Returns
    -------
    float
        D, a share of the image's diagonal: 0 exactly where both visit the same places in whatever order, at most 1 for
        paths inside the image. Lower is more alike. Symmetric. NaN if a path has no fixation or a coordinate that is
        not finite.

    Raises
    ------
    GazekitError
        Arrays without `size` or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Mannan, Ruddock, Wooding (1995), Automatic control of saccadic eye movements made in visual inspection of briefly
    presented 2-D images, Spatial Vision 9, 363-386.

    Examples
    --------
    >>> mannan([[0, 0]], [[30, 40]], size=(300, 400))
    0.1
    >>> mannan([[0, 0], [300, 400]], [[300, 400], [0, 0]], size=(300, 400))
    0.0
    """
    return score_pair("mannan", a, b, size)[0]


def mannan_similarity(a: AnyPath, b: AnyPath, *, size: Size = None, draws: int = DRAWS, seed: int = 0) -> float:
    """Mannan's index of similarity of two scanpaths: how much nearer they are than random paths of their lengths.

    I = 100 (1 - D / D_random), D as in `mannan` and D_random as in `mannan_baseline`.

    Parameters
    ----------
    a, b, size
        As in `mannan`.
    draws : int
        Pairs of random paths behind the baseline.
    seed : int
        Seed of the baseline. It depends on seed, lengths and frame only, so a pair always has the same value.

    Returns
    -------
    float
        Index: 100 for the same places, 0 as for random paths on average, negative for paths farther apart than those.
        In opposite corners of 1024 x 768 px, one fixation each scores -170 and ten each -630. Higher is more alike.
        Symmetric. NaN as in `mannan`.

    Raises
    ------
    GazekitError
        Arrays without `size` or of another shape; `draws` below 1.
    MismatchError
        Frames that disagree.

    References
    ----------
    As in `mannan`.

    Examples
    --------
    >>> a = [[100, 100], [500, 400], [900, 700]]
    >>> mannan_similarity(a, a[::-1], size=(1024, 768))
    100.0
    >>> mannan_similarity(a, [[900, 100]], size=(1024, 768)) < 0
    True
    """
    return score_pair("mannan_similarity", a, b, size, draws=draws, seed=seed)[0]


def mannan_baseline(m: int, n: int, size: tuple[float, float], *, draws: int = DRAWS, seed: int = 0) -> float:
    """Mean of `mannan` over pairs of random paths, D_random of the index of similarity.

    Parameters
    ----------
    m, n : int
        Fixations of the two paths; their order does not matter.
    size : (width, height)
        Of the shown image, in any unit: the baseline depends on its shape only.
    draws : int
        Pairs of paths. Fixations are uniform over the image and independent, the first like all others.
    seed : int
        Seed of the draws, which depend on the seed and each fixation's rank only.

    Returns
    -------
    float
        Share of the diagonal; NaN for an empty path.

    Raises
    ------
    GazekitError
        `draws` is not a whole number of 1 or more.

    Examples
    --------
    >>> round(mannan_baseline(10, 10, (1024, 768)), 2)
    0.14
    """
    _check(draws, seed)
    return float(_expected(np.array([m]), np.array([n]), float(size[0]), float(size[1]), draws, seed)[0])


@lru_cache(maxsize=64)
def _baselines(rows: int, columns: int, width: float, height: float, draws: int, seed: int) -> np.ndarray:
    """Baselines of all lengths up to `rows` and `columns` at once, from prefixes of the same random paths."""
    from gazekit.metrics.kernels.baseline import mannan_means

    if rows * columns * draws > LONG_TABLE:
        kind = f"baseline of {rows} x {columns}"
        notify_once(kind, f"computing mannan_similarity's random baseline for {rows} and {columns} fixations, seconds")

    def draw(side: str, length: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.empty((2, length, draws))
        for k in range(length):  # a stream per rank: what is drawn does not depend on the size of the table
            x[k], y[k] = keyed_rng(seed, "mannan", side, k).random((2, draws)) * [[width], [height]]
        return x, y

    means = np.empty((rows, columns))
    mannan_means(*draw("shorter", rows), *draw("longer", columns), means)
    means /= np.hypot(width, height)
    means.flags.writeable = False  # shared by all calls
    return means


def _expected(m: np.ndarray, n: np.ndarray, width: float, height: float, draws: int, seed: int) -> np.ndarray:
    shorter, longer = np.minimum(m, n), np.maximum(m, n)
    sides = (_room(int(side.max(initial=1))) for side in (shorter, longer))
    table = _baselines(*sides, width, height, int(draws), int(seed))
    return np.where(shorter > 0, table[shorter - 1, longer - 1], np.nan)


def _room(longest: int) -> int:
    """Room in a table: a power of two up to 64, then a multiple of 64, so that few tables serve all lengths."""
    return -(-longest // 64) * 64 if longest > 64 else 1 << max(4, (longest - 1).bit_length())


def _check(draws: int, seed: int) -> None:
    check_whole("mannan_similarity: draws", draws, 1)
    check_whole("mannan_similarity: seed", seed)


def _prepare(columns: Columns, *, draws: int, seed: int) -> Positions:
    _check(draws, seed)
    return positions(columns)


def _score(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    score_positions(a, b, pairs, out, kind="mannan")
    divide_by_diagonal(out, a, pairs)


def _score_similarity(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, *, draws: int, seed: int) -> None:
    _score(a, b, pairs, out)
    m, n = a.fixations[pairs[:, 0]], b.fixations[pairs[:, 1]]
    frames, frame = np.unique(a.width + 1j * a.height, return_inverse=True)
    of = frame[pairs[:, 0]]
    for k, size in enumerate(frames.tolist()):
        here = slice(None) if len(frames) == 1 else of == k
        expected = _expected(m[here], n[here], size.real, size.imag, draws, seed)
        out[here, 0] = 100.0 * (1.0 - out[here, 0] / expected)


_SOURCE = "Mannan, Ruddock, Wooding 1995, Spatial Vision 9"
pair_measure(
    mannan,
    prepare=positions,
    score=_score,
    higher_is_better=False,
    bounds=(0.0, 1.0),
    summary="Root mean squared distance of fixations to the nearest of the other path, over the image's diagonal",
    source=_SOURCE,
)
pair_measure(
    mannan_similarity,
    prepare=_prepare,
    score=_score_similarity,
    higher_is_better=True,
    bounds=(float("-inf"), 100.0),
    summary="How much nearer two paths are (by mannan) than uniform random paths of their lengths: 100 for the same "
    "places, 0 for chance",
    source=_SOURCE,
)
