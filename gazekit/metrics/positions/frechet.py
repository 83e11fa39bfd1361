"""Discrete Frechet distance: the shortest leash on which both paths can be walked in order (Eiter and Mannila 1994)."""

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import distance_measure


def frechet(a: AnyPath, b: AnyPath, *, size: Size = None, over_diagonal: bool = False) -> float:
    """Discrete Frechet distance of two scanpaths.

    Both paths are walked from their first to their last fixation; at each step one of the walkers or both go on to
    their next fixation. The distance is the least, over all such walks, of the largest distance between the walkers.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays with `over_diagonal` only. It must agree with a Scanpath's frame.
    over_diagonal : bool
        Give the distance as a share of the image's diagonal.

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees), 0 or more; with `over_diagonal` without unit, at most 1 for paths
        inside the image. 0 exactly where the paths are equal but for fixations repeated in place. Lower is more
        alike. Symmetric. NaN if a path has no fixation or a coordinate that is not finite.

    Raises
    ------
    GazekitError
        Arrays without `size` where it is needed, or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Eiter, Mannila (1994), Computing discrete Frechet distance, Technical Report CD-TR 94/64, TU Vienna. Their
    recursion is a loop here, so that long paths do not end at a recursion limit.

    Examples
    --------
    >>> frechet([[0, 0], [50, 0], [100, 0]], [[0, 30], [100, 40]])
    58.309...
    >>> frechet([[0, 0]], [[30, 40]], size=(300, 400), over_diagonal=True)
    0.1
    """
    return score_pair("frechet", a, b, size, over_diagonal=over_diagonal)[0]


distance_measure(
    frechet,
    summary="Largest distance between two walkers who follow the paths in order, as near to each other as they can",
    source="Eiter and Mannila 1994, CD-TR 94/64, TU Vienna",
)
