"""Sequence Score: longest common subsequence of two scanpaths as strings, over the longer length."""

from functools import partial
from typing import Unpack

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.options import takes_options_of
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.strings.edit_distance import score_strings
from gazekit.metrics.strings.symbols import StringOptions, strings_of


@takes_options_of(strings_of)
def sequence_score(a: AnyPath, b: AnyPath, *, size: Size = None, **options: Unpack[StringOptions]) -> float:
    """Sequence Score (SS) of two scanpaths: their longest common subsequence over the length of the longer.

    Published code writes it as a Needleman-Wunsch alignment with match 1, mismatch 0 and gap 0, which is the longest
    common subsequence. Symmetric. What a symbol is makes the published variants: clusters of fixations give SS,
    semantic labels SemSS, objects OAT's; with `temporal_bin_ms=50` SS and SemSS with time. The default, a grid over
    the image, needs nothing but the paths.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms. With `symbols="objects"` a Scanpath with `object_id`, or
        an array (n,) of whole numbers, the string itself.
    size : (width, height), optional
        Of the shown image, px; needed for arrays and grid symbols, taken from the frame of a Scanpath.
    symbols : {"grid", "objects"}
        The cell of each fixation in a grid over the image, or its `object_id`: an object, a cluster
        (`gazekit.metrics.labels.clusters`) or a label (`gazekit.metrics.labels.labelling`).
    bins : (int, int)
        Columns and rows of the grid. Positions outside the image count as in the nearest cell.
    temporal_bin_ms : float, optional
        Repeat each symbol int(duration / temporal_bin_ms) times, as the COCO-Search18 line does (it truncates where
        ScanMatch rounds); None ignores durations.
    fixatons_grid : bool
        Cells with the rounding of FixaTons; see `gazekit.metrics.strings.symbols.strings_of`.

    Returns
    -------
    float
        Similarity in [0, 1]: 1 for the same string, 0 for no symbol in common. Higher is more alike. NaN if a path
        has no symbol, a coordinate that is not finite, or (with `temporal_bin_ms`) an unknown duration.

    Raises
    ------
    GazekitError
        Arrays without `size`, arrays of another shape, or options out of their range.
    MismatchError
        Frames that disagree.

    References
    ----------
    Yang et al. (2020), Predicting goal-directed human attention using inverse reinforcement learning, CVPR.
    SemSS: Yang et al. (2022), Target-absent human attention, ECCV. Over objects: Fang et al. (2024), OAT, ECCV.

    Examples
    --------
    >>> sequence_score([0, 1, 2, 3], [0, 2, 2, 3, 4], symbols="objects")
    0.6
    >>> a = [[10, 10], [60, 10], [90, 90]]
    >>> round(sequence_score(a, a[::2], size=(100, 100)), 3)
    0.667
    """
    return score_pair("sequence_score", a, b, size, **options)[0]


pair_measure(
    sequence_score,
    prepare=partial(strings_of, metric="sequence_score"),
    score=partial(score_strings, kind="subsequence", normalised=True),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    summary="Longest common subsequence of the two paths as strings, over the longer length; 1 for the same string",
    source="Yang et al. 2020, CVPR",
)
