"""Time-delay embedding: how near each stretch of one path comes to some stretch of another (Wang et al. 2011).

In px (`tde`), and scaled over all stretch lengths (`stde`). Neither is symmetric: stretches of the first path, the one
that is judged, look for their nearest in the second, the reference. Every stretch of a path that repeats one good place
finds a near one, so these measures reward saying little.
"""

import numpy as np

from gazekit.foundations.errors import check_whole
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, positions

WIDTH = 3  # fixations in a window: FixaTons and the NeVA line


def tde(a: AnyPath, b: AnyPath, *, size: Size = None, k: int = WIDTH, furthest: bool = False) -> float:
    """Time-delay embedding distance of path `a` from path `b`.

    Each window of k consecutive fixations of `a` is a point in 2k dimensions, and so is each of `b`. The distance of
    two windows is the root of the summed squared distances of their fixations, divided by k (not by the root of k).
    The score is the mean, over the windows of `a`, of the distance to the nearest window of `b`.

    **Not symmetric**: `a` is the path that is judged (the model's), `b` the reference (a person's). Published code has
    the arguments in the other order.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Not needed: distances are in px. If given, it must agree with the frame of a Scanpath.
    k : int
        Fixations in a window. FixaTons uses 3, others 2.
    furthest : bool
        Take the maximum over the windows of `a` instead of the mean, which published code calls Hausdorff.

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees), 0 or more; 0 if every window of `a` occurs in `b`. Lower is more
        alike. NaN if a path has fewer than k fixations or a coordinate that is not finite.

    Raises
    ------
    GazekitError
        k below 1, or arrays of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Wang et al. (2011), Simulating human saccadic scanpaths on natural images, CVPR, 441-448.

    Examples
    --------
    >>> human = [[0, 0], [30, 40], [60, 80], [100, 80]]
    >>> model = [[0, 0], [30, 40], [60, 86]]
    >>> round(tde(model, human), 3), round(tde(human, model), 3)
    (2.0, 14.577)
    """
    return score_pair("tde", a, b, size, k=k, furthest=furthest)[0]


def stde(a: AnyPath, b: AnyPath, *, size: Size = None, longest: int | None = None, by_fixation: bool = False) -> float:
    """Scaled time-delay embedding similarity of path `a` to path `b`.

    Positions are divided by the longer side of the frame; the score is the mean of exp(-`tde`) over windows of k = 1,
    2, ... fixations, up to the length of the shorter path.

    **Not symmetric**: `a` is the path that is judged (the model's), `b` the reference (a person's).

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays, taken from the frame of a Scanpath.
    longest : int, optional
        Longest window. None goes up to the shorter path's length.
    by_fixation : bool
        The distance of two windows is the mean distance of their fixations, as Chen et al. (2021) and who follows them
        compute it; values are lower. Default is that of `tde`: the root of the summed squares over k.

    Returns
    -------
    float
        Similarity in (0, 1]: 1 if every window of `a` of every length occurs in `b`. Higher is more alike. Values are
        high by construction: inside the image no fixation can be farther than 1.42 from another, and random paths
        score about 0.9. NaN if a path has no fixation or a coordinate that is not finite.

    Raises
    ------
    GazekitError
        Arrays without `size` or of another shape; `longest` below 1.
    MismatchError
        Frames that disagree.

    References
    ----------
    Wang et al. (2011), Simulating human saccadic scanpaths on natural images, CVPR, 441-448; in this form in FixaTons
    (Zanca et al. 2018, arXiv:1802.02534). `by_fixation`: Chen, Jiang, Zhao (2021), Predicting human scanpaths in visual
    question answering, CVPR.

    Examples
    --------
    >>> path = [[10, 10], [60, 40], [90, 90]]
    >>> stde(path, path, size=(100, 100))
    1.0
    >>> round(stde([[0, 0]], [[30, 40]], size=(100, 100)), 4)  # exp(-0.5)
    0.6065
    """
    return score_pair("stde", a, b, size, longest=longest, by_fixation=by_fixation)[0]


def _prepare(columns: Columns, *, k: int, furthest: bool) -> Positions:
    check_whole("tde: k", k, 1)
    return positions(columns)


def _prepare_scaled(columns: Columns, *, longest: int | None, by_fixation: bool) -> Positions:
    if longest is not None:
        check_whole("stde: longest", longest, 1)
    side = np.repeat(np.maximum(columns.width, columns.height), np.diff(columns.offsets))
    at = positions(columns)
    return at._replace(x=at.x / side, y=at.y / side)


def _score(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, *, k: int, furthest: bool) -> None:
    from gazekit.metrics.kernels.embedding import embedding_distances

    sums, nearest = np.empty((2, a.longest))
    embedding_distances(*a[:4], *b[:4], pairs, int(k), bool(furthest), sums, nearest, out)


def _score_scaled(
    a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, *, longest: int | None, by_fixation: bool
) -> None:
    from gazekit.metrics.kernels.embedding import scaled_similarities

    squares, sums = np.empty((2, b.longest, a.longest))
    room = (squares, sums, np.empty(a.longest))
    scaled_similarities(*a[:4], *b[:4], pairs, int(longest or 0), bool(by_fixation), *room, out)


pair_measure(
    tde,
    prepare=_prepare,
    score=_score,
    frame="never",
    higher_is_better=False,
    bounds=(0.0, float("inf")),
    values_in="px",
    symmetric=False,  # the first path is judged by the second
    summary="Mean distance of each stretch of k fixations of the first path to the nearest of the second; "
    "not symmetric: the first path is judged by the second; undefined below k fixations",
    source="Wang et al. 2011, CVPR",
)
pair_measure(
    stde,
    prepare=_prepare_scaled,
    score=_score_scaled,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    symmetric=False,  # the first path is judged by the second
    summary="Mean of exp(-tde) over all stretch lengths, positions over the longer side of the image; "
    "not symmetric: the first path is judged by the second",
    source="Wang et al. 2011, CVPR; Zanca et al. 2018, FixaTons",
)
