"""Dynamic time warping: the summed distance along the cheapest alignment in order, exact (Sakoe and Chiba 1978)."""

import numpy as np

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, distance_measure

LARGEST_TABLE = 2**20  # cells, 8 MiB: two paths of 1023 fixations


def dtw(a: AnyPath, b: AnyPath, *, size: Size = None, over_diagonal: bool = False) -> float:
    """Dynamic time warping distance of two scanpaths, summed along the alignment.

    The alignment walks through the table of distances between fixations from the first pair to the last, right, down
    or diagonally; every cell on the walk counts, the first too. The distance is the least sum. It is exact: no window,
    no approximation (a copy in the field's code, fastdtw with radius 1, gives larger values).

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays with `over_diagonal` only. It must agree with a Scanpath's frame.
    over_diagonal : bool
        Give the distance in diagonals of the image.

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees), 0 or more, 0 for equal paths; with `over_diagonal` in diagonals,
        at most the number of fixations of the longer path for paths inside the image. It grows with the lengths of
        the paths. Lower is more alike. Symmetric. NaN if a path has no fixation or a coordinate that is not finite.

    Raises
    ------
    GazekitError
        Arrays without `size` where it is needed, or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Sakoe, Chiba (1978), Dynamic programming algorithm optimization for spoken word recognition, IEEE Transactions on
    Acoustics, Speech, and Signal Processing 26, 43-49 (the symmetric form without slope constraint).

    Examples
    --------
    >>> dtw([[0, 0], [50, 0], [100, 0]], [[0, 30], [100, 40]])
    128.30...
    """
    return score_pair("dtw", a, b, size, over_diagonal=over_diagonal)[0]


def dtw_per_step(a: AnyPath, b: AnyPath, *, size: Size = None, over_diagonal: bool = False) -> float:
    """Mean distance along the alignment of `dtw`: the distance divided by the number of aligned pairs.

    Parameters
    ----------
    a, b, size, over_diagonal
        As in `dtw`.

    Returns
    -------
    float
        px (degrees for paths in degrees), 0 or more, 0 for equal paths; with `over_diagonal` without unit, at most 1
        for paths inside the image. Lower is more alike. Symmetric. If several alignments are equally cheap, the one of
        the fewest pairs counts. NaN as in `dtw`.

    Raises
    ------
    GazekitError, MismatchError
        As in `dtw`.

    References
    ----------
    As in `dtw`. The reference implementations divide by nothing.

    Examples
    --------
    >>> dtw_per_step([[0, 0], [50, 0], [100, 0]], [[0, 30], [100, 40]])
    42.76...
    """
    return score_pair("dtw_per_step", a, b, size, over_diagonal=over_diagonal)[0]


def _score_per_step(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray) -> None:
    from gazekit.metrics.kernels.warping import warping_means

    table = np.empty(min((a.longest + 1) * (b.longest + 1), LARGEST_TABLE))
    warping_means(*a[:4], *b[:4], pairs, table, np.empty(b.longest), np.empty(b.longest, dtype=np.int64), out)


_SOURCE = "Sakoe and Chiba 1978, IEEE Transactions on Acoustics, Speech, and Signal Processing 26"
distance_measure(
    dtw,
    summary="Sum of distances between aligned fixations, on the cheapest alignment in order; exact",
    source=_SOURCE,
)
distance_measure(
    dtw_per_step,
    score=_score_per_step,
    summary="Mean distance between aligned fixations, on the cheapest alignment in order",
    source=_SOURCE,
)
