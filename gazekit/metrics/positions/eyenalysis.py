"""Eyenalysis: distances of all fixations to the nearest of the other path, added up (Mathot et al. 2012)."""

from typing import Any, Literal, NamedTuple

import numpy as np

from gazekit.foundations.errors import GazekitError, check_choice
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.options import is_number
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, positions

VARIANTS = ("mathot2012", "squared", "mean")


class TimedPositions(NamedTuple):
    """Positions of n paths with what one fixation's duration counts for.

    Attributes
    ----------
    at : Positions
        Where; 0 fixations for a path that is not defined.
    time : (N,) float64
        Durations times `px_per_ms`.
    """

    at: Positions
    time: np.ndarray


def eyenalysis(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    variant: Literal["mathot2012", "squared", "mean"] = "mathot2012",
    px_per_ms: float = 0.0,
    over_diagonal: bool = False,
) -> float:
    """Eyenalysis distance of two scanpaths, taken as sets of points.

    Each fixation of either path is mapped to the nearest fixation of the other; the distances of all these mappings
    are added up and divided by the number of fixations of the longer path.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms, which counts with `px_per_ms` only.
    size : (width, height), optional
        Of the shown image, px; needed for arrays with `over_diagonal` only. It must agree with a Scanpath's frame.
    variant : {"mathot2012", "squared", "mean"}
        "mathot2012": as above. "squared": squares of the distances are added up (EyeFeatures). "mean": the sum is
        divided by the fixations of both paths together (what VAME sets out to do), the mean of all mappings.
    px_per_ms : float
        How many px (degrees, for paths in degrees) a difference of one ms in duration counts for, as a third dimension
        beside x and y. 0 compares places only.
    over_diagonal : bool
        Give the distance as a share of the image's diagonal ("squared": of its square).

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees; squares of these for "squared"), 0 or more. 0 exactly where both
        visit the same places in whatever order. With `over_diagonal` without unit, and for paths inside the image and
        `px_per_ms=0` at most 2 ("mean": at most 1). Lower is more alike. Symmetric. NaN if a path has no fixation, a
        coordinate that is not finite or, with `px_per_ms`, an unknown duration.

    Raises
    ------
    GazekitError
        Another `variant`, a negative `px_per_ms` or one without durations, arrays without `size` where it is needed,
        or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Mathot, Cristino, Gilchrist, Theeuwes (2012), A simple way to estimate similarity between pairs of eye movement
    sequences, Journal of Eye Movement Research 5(1), 4.

    Examples
    --------
    >>> a, b = [[0, 0], [100, 0]], [[0, 30]]
    >>> round(eyenalysis(a, b), 3), round(eyenalysis(a, b, variant="mean"), 3), eyenalysis(a, b, variant="squared")
    (82.202, 54.801, 6350.0)
    """
    options = {"variant": variant, "px_per_ms": px_per_ms, "over_diagonal": over_diagonal}
    return score_pair("eyenalysis", a, b, size, **options)[0]


def _prepare(columns: Columns, *, variant: str, px_per_ms: float, over_diagonal: bool) -> TimedPositions:
    check_choice("eyenalysis: variant", variant, VARIANTS)
    if not (is_number(px_per_ms) and px_per_ms >= 0):
        raise GazekitError(f"eyenalysis: px_per_ms is a number of 0 or more, not {px_per_ms!r}")
    at = positions(columns)
    if px_per_ms == 0:
        return TimedPositions(at, np.zeros(len(at.x)))
    if columns.duration is None:
        raise GazekitError("eyenalysis: px_per_ms needs fixation durations; leave it out to compare places only")
    known = columns._replace(x=columns.duration).finite
    at = at._replace(fixations=np.where(known, at.fixations, 0))
    return TimedPositions(at, columns.duration * px_per_ms)


def _score(a: TimedPositions, b: TimedPositions, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    from gazekit.metrics.kernels.distances import eyenalysis_distances

    left, right = ((p.at.x, p.at.y, p.time, p.at.first, p.at.fixations) for p in (a, b))
    squared, by_both = options["variant"] == "squared", options["variant"] == "mean"
    eyenalysis_distances(*left, *right, pairs, squared, by_both, np.empty(a.at.longest), np.empty(b.at.longest), out)
    if options["over_diagonal"]:
        out[:, 0] /= a.at.diagonal[pairs[:, 0]] ** (2 if squared else 1)


pair_measure(
    eyenalysis,
    prepare=_prepare,
    score=_score,
    frame="over_diagonal",
    values_in="px",
    higher_is_better=False,
    bounds=(0.0, float("inf")),
    summary="Distances of all fixations to the nearest of the other path, added up, over the longer length; order "
    "does not count",
    source="Mathot, Cristino, Gilchrist, Theeuwes 2012, Journal of Eye Movement Research 5",
)
