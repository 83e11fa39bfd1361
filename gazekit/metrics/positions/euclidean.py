"""Euclidean distance of fixations of the same rank."""

from typing import Literal

from gazekit.foundations.errors import check_choice
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, distance_measure, positions, score_positions

KINDS = ("mean", "sum", "norm")


def euclidean(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    kind: Literal["mean", "sum", "norm"] = "mean",
    over_diagonal: bool = False,
) -> float:
    """Euclidean distance of two paths of the same length, fixation by fixation.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays with `over_diagonal` only. It must agree with a Scanpath's frame.
    kind : {"mean", "sum", "norm"}
        "mean": mean of the distances of fixations of the same rank. "sum": their sum (early FixaTons). "norm": root
        of the sum of their squares, the distance of the paths as points in 2n dimensions (VAME).
    over_diagonal : bool
        Give the distance as a share of the image's diagonal.

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees), 0 or more, 0 for equal paths; with `over_diagonal` without unit,
        and "mean" at most 1 for paths inside the image. Lower is more alike. Symmetric. **NaN if the lengths differ**,
        if a path has no fixation or a coordinate that is not finite: nothing is cut or padded.

    Raises
    ------
    GazekitError
        Another `kind`, arrays without `size` where it is needed, or arrays of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Zanca et al. (2018), FixaTons, arXiv:1802.02534, section on metrics.

    Examples
    --------
    >>> a, b = [[0, 0], [100, 100]], [[30, 40], [100, 100]]
    >>> euclidean(a, b), euclidean(a, b, kind="sum"), euclidean(a, [[0, 0]])
    (25.0, 50.0, nan)
    >>> euclidean(a, b, size=(300, 400), over_diagonal=True)
    0.05
    """
    return score_pair("euclidean", a, b, size, kind=kind, over_diagonal=over_diagonal)[0]


def _prepare(columns: Columns, *, kind: str, **options: bool) -> Positions:
    check_choice("euclidean: kind", kind, KINDS)
    return positions(columns)


distance_measure(
    euclidean,
    score=score_positions,
    prepare=_prepare,
    summary="Mean distance of fixations of the same rank; undefined for paths of different lengths",
    source="Zanca et al. 2018, FixaTons",
)
