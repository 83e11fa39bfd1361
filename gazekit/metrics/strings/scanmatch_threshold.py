"""The ScanMatch threshold that its authors recommend, from the saccades of a set of scanpaths."""

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics.strings.scanmatch import BINS


def recommended_threshold(paths: Scanpaths, *, bins: tuple[int, int] = BINS) -> float:
    """Twice the standard deviation of saccade amplitudes, in cells of the grid's columns.

    Below this distance two cells count as alike, above it as unlike: a substitution within the usual scatter of
    saccades scores above zero. Use it as `threshold` of `scanmatch`, and report it: scores of different thresholds
    cannot be compared.

    Parameters
    ----------
    paths : Scanpaths
        Usually all human paths of a data set, px. Amplitudes are taken on each path's own frame.
    bins : (int, int)
        Columns and rows of the grid. Only the columns enter: cells are width / columns px wide, also where they are
        not square.

    Returns
    -------
    float
        Threshold, cells, with the sample standard deviation (over n - 1).

    Raises
    ------
    DataError
        Fewer than two saccades, a position that is not finite, or saccades that are all of one length.
    MismatchError
        Positions in degrees.
    GazekitError
        Bins that are not whole numbers of 1 or more.

    References
    ----------
    Cristino, Mathot, Theeuwes, Gilchrist (2010), Behavior Research Methods 42, 692-700.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 1200, "height": 800})
    >>> paths = Scanpaths([100, 200, 500, 500], [100, 100, 100, 300], [0, 4], table)
    >>> recommended_threshold(paths, bins=(12, 8))  # amplitudes of 1, 3 and 2 cells
    2.0
    """
    if len(bins) != 2 or any(int(count) != count or count < 1 for count in bins):
        raise GazekitError(f"recommended_threshold: bins are a whole number of columns and of rows, not {bins!r}")
    if paths.facts.unit != "px":
        raise MismatchError("recommended_threshold works on px, and these scanpaths are in degrees; use the px paths")
    unknown = ~(np.isfinite(paths.x) & np.isfinite(paths.y))
    if unknown.any():
        raise DataError(
            f"recommended_threshold: {int(unknown.sum())} of {len(unknown)} fixations have no finite position; leave "
            f"their paths out first"
        )
    within = np.diff(paths.path_of()) == 0
    cell = (paths.table["width"].to_numpy(float) / int(bins[0]))[paths.path_of()[1:]]
    amplitude = (np.hypot(np.diff(paths.x), np.diff(paths.y)) / cell)[within]
    if len(amplitude) < 2:
        raise DataError(f"recommended_threshold needs two saccades or more, and these scanpaths have {len(amplitude)}")
    threshold = 2.0 * float(amplitude.std(ddof=1))
    if threshold == 0.0:
        raise DataError("recommended_threshold: all saccades are of one length, so their spread gives no threshold")
    return threshold
