"""MultiMatch: five similarities of two paths aligned saccade by saccade (Jarodzka 2010, Dewhurst 2012)."""

from typing import Any, NamedTuple

import numpy as np

from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.vectors.saccades import SaccadeVectors, saccade_vectors
from gazekit.metrics.vectors.simplification import AnyThresholds, simplified_saccades


class MultiMatch(NamedTuple):
    """The five similarities, each at most 1 and 1 for equal paths."""

    vector: float
    direction: float
    length: float
    position: float
    duration: float


def multimatch(a: AnyPath, b: AnyPath, *, size: Size = None, simplify: AnyThresholds | None = None) -> MultiMatch:
    """Five MultiMatch similarities of two scanpaths.

    The saccades of the two paths are aligned by the cheapest walk through the table of distances between
    saccade vectors (right, down or diagonal; the first cell is free). Each similarity is one minus the
    median difference along that walk, over its norm: vector |v - u| over twice the diagonal, direction over
    pi, length and position (of saccade starts) over the diagonal, duration over the longer of the two.

    Several walks can be equally cheap when fixations fall on a few places only. The reference then follows
    SciPy's Dijkstra, which settles, among nodes of equal distance, the one of the highest number (row x
    columns + column) first (SciPy 1.16 to 1.18; found by experiment). The same rule is used here, so
    results agree on ties too.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms.
    size : (width, height), optional
        Of the shown image, px; needed for arrays, taken from the frame of a Scanpath. It enters only by its
        diagonal.
    simplify : Thresholds or (float, float or None, float), optional
        Simplify both paths first: direction in degrees, length in px (None: a tenth of the diagonal), duration in ms;
        see `gazekit.metrics.vectors.simplification`. Needs durations. None, the default, does not.

    Returns
    -------
    MultiMatch
        Similarities, higher is more alike, in [0, 1] for paths inside the image. All NaN if a path has
        fewer than three fixations or a coordinate that is not finite. Duration alone is NaN if durations
        are not known, or if two aligned fixations both last 0 ms (zero over zero, as in the reference). The
        last fixation's position and duration enter only through the last saccade's vector, as in the
        reference.

    Raises
    ------
    GazekitError
        Arrays without `size` or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Jarodzka, Holmqvist, Nystrom (2010), A vector-based, multidimensional scanpath similarity measure, ETRA,
    211-218.

    Dewhurst et al. (2012), It depends on how you look at it, Behavior Research Methods 44, 1079-1100.

    Reference implementation: multimatch_gaze 0.1.3.

    Examples
    --------
    >>> a = [[100, 100, 200], [500, 400, 250], [900, 700, 300]]
    >>> b = [[100, 140, 100], [500, 440, 250], [900, 740, 300]]
    >>> [round(value, 4) for value in multimatch(a, b, size=(1024, 768))]
    [1.0, 1.0, 1.0, 0.9688, 0.75]
    """
    return MultiMatch(*score_pair("multimatch", a, b, size, simplify=simplify))


def _prepare(columns: Columns, *, simplify: AnyThresholds | None) -> SaccadeVectors:
    return saccade_vectors(columns) if simplify is None else simplified_saccades(columns, simplify)


def _score(a: SaccadeVectors, b: SaccadeVectors, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    from gazekit.metrics.kernels.multimatch import multimatch_scores

    multimatch_scores(a.geometry, a.first, a.saccades, a.diagonal, b.geometry, b.first, b.saccades, pairs, out)


pair_measure(
    multimatch,
    prepare=_prepare,
    score=_score,
    outputs=tuple(f"multimatch_{dimension}" for dimension in MultiMatch._fields),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    symmetric=False,  # where walks tie, the tie rule may take another one when the paths change places
    summary="Shape, direction, length, position and duration of saccades along the best "
    "alignment; 1 for equal paths; undefined below three fixations",
    source="Jarodzka, Holmqvist, Nystrom 2010, ETRA; Dewhurst et al. 2012, Behavior Research Methods 44",
)
