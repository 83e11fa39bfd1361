"""Hausdorff distance: how far the most remote fixation of either path is from all of the other's."""

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import distance_measure


def hausdorff(a: AnyPath, b: AnyPath, *, size: Size = None, over_diagonal: bool = False) -> float:
    """Hausdorff distance of two scanpaths, taken as sets of points.

    For each fixation of either path, the distance to the nearest fixation of the other; the largest of them all.

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
        inside the image. 0 exactly where both visit the same places, in whatever order. Lower is more alike. Symmetric.
        NaN if a path has no fixation or a coordinate that is not finite.

    Raises
    ------
    GazekitError
        Arrays without `size` where it is needed, or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Huttenlocher, Klanderman, Rucklidge (1993), Comparing images using the Hausdorff distance, IEEE Transactions on
    Pattern Analysis and Machine Intelligence 15, 850-863.

    Examples
    --------
    >>> hausdorff([[0, 0], [100, 0]], [[100, 0], [0, 0], [0, 50]])
    50.0
    >>> hausdorff([[0, 0]], [[30, 40]], size=(300, 400), over_diagonal=True)
    0.1
    """
    return score_pair("hausdorff", a, b, size, over_diagonal=over_diagonal)[0]


distance_measure(
    hausdorff,
    summary="Distance of the most remote fixation of either path from the nearest of the other; order does not count",
    source="Huttenlocher, Klanderman, Rucklidge 1993, IEEE Transactions on Pattern Analysis 15",
)
