"""Sequence Score: longest common subsequence of two scanpaths as strings, over the longer length."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import Columns
from gazekit.metrics.registry import Metric, metrics
from gazekit.metrics.strings.symbols import GRID, PARAMS, Strings, Symbols, marks, single_strings, strings_of


def sequence_score(
    a: Scanpath | ArrayLike,
    b: Scanpath | ArrayLike,
    *,
    size: tuple[float, float] | None = None,
    symbols: Symbols = "grid",
    bins: tuple[int, int] = GRID,
    temporal_bin_ms: float | None = None,
    fixatons_grid: bool = False,
) -> float:
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
        (`gazekit.metrics.strings.clusters`) or a label (`gazekit.metrics.strings.label_maps`).
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
    name = "sequence_score"
    given = dict(zip(PARAMS, (symbols, bins, temporal_bin_ms, fixatons_grid), strict=True))
    left, right = single_strings([a, b], size, name, **given)
    out = np.empty((1, 1))
    _score(left, right, np.zeros((1, 2), dtype=np.int64), out)
    return float(out[0, 0])


def without_target(paths: Scanpaths, targets: Mapping[str, int]) -> Scanpaths:
    """Remove fixations on the target, for SSx: the Sequence Score of what was looked at on the way.

    Sequence Score over objects rewards dwelling on the target: on the book covers a straight line to the target with
    two more fixations there scores above people with each other. SSx is `sequence_score(symbols="objects")` between
    paths that both went through here. A path that never left the target has nothing left, and its scores are NaN.

    Parameters
    ----------
    paths : Scanpaths
        With `object_id`; see `Scanpaths.to_objects`.
    targets : mapping of trial id to int
        Object index of each trial's target.

    Returns
    -------
    Scanpaths
        As many paths as were given, each without its fixations on the target.

    Raises
    ------
    GazekitError
        Paths without `object_id`, or a trial without a target.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 100, "height": 100})
    >>> paths = Scanpaths([1] * 6, [1] * 6, [0, 4, 6], table, object_id=[0, 5, 2, 2, 3, 2])
    >>> without_target(paths, {"s": 2}).object_id.tolist()
    [0, 5, 3]
    """
    if paths.object_id is None:
        raise GazekitError("without_target needs the object of each fixation; name them with Scanpaths.to_objects")
    trials = paths.table["trial"].to_numpy()
    for trial in dict.fromkeys(trials):
        if trial not in targets:
            raise GazekitError(f"trial {trial!r} has no target; give its object index as targets[{trial!r}]")
    target = np.array([targets[trial] for trial in trials], dtype=np.int64)
    keep = paths.object_id != target[paths.path_of()]
    return paths.replace(
        x=paths.x[keep],
        y=paths.y[keep],
        offsets=np.concatenate([[0], np.cumsum(keep)])[paths.offsets],
        duration=None if paths.duration is None else paths.duration[keep],
        object_id=paths.object_id[keep],
    )


def _prepare(columns: Columns, **options: Any) -> Strings:
    return strings_of(columns, "sequence_score", **options)


def _score(a: Strings, b: Strings, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    from gazekit.metrics.kernels.strings import sequence_scores

    strings, low, bits, words = marks(a, b, pairs)
    sequence_scores(*strings, low, bits, words, out)


metrics.add(
    "sequence_score",
    Metric(
        name="sequence_score",
        outputs=("sequence_score",),
        higher_is_better=True,
        bounds=(0.0, 1.0),
        unit="1",
        needs_duration=False,
        symmetric=True,
        summary="Longest common subsequence of the two paths as strings, over the longer length; 1 for the same string",
        source="Yang et al. 2020, CVPR",
        prepare=_prepare,
        score=_score,
        params=PARAMS,
    ),
)
