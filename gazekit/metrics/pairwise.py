"""Score pairs of scanpaths: one, or many (prepared once per path, compiled per pair, in threads over chunks)."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.frames import check_comparable
from gazekit.core.scanpaths import Scanpaths, check_frames
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.metrics.columns import AnyPath, Columns, Size, columns_of, columns_of_single
from gazekit.metrics.measure import Measure, find

LONGEST = 5_000  # fixations of a path: work and memory of most measures grow with the product of two lengths
CHUNK = 4096  # fewest pairs in one call of a kernel, unless there are fewer
Given = TypeVar("Given")
Done = TypeVar("Done")
WORTH_THREADS = 0.004  # s; less work than this is done before more threads have started


def score_pair(measure: str | Measure, a: AnyPath, b: AnyPath, size: Size = None, **options: Any) -> list[float]:
    """Score one pair of scanpaths, typed in or taken from a set.

    Parameters
    ----------
    measure : str or Measure
        A measure of pairs, or its name.
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms. With the option `symbols="objects"`, or for a measure that needs
        objects, a Scanpath with `object_id` or an array (n,) of whole numbers.
    size : (width, height), optional
        Of the shown image, px; needed where the measure depends on it and no path brings its frame.
    **options
        The measure's options.

    Returns
    -------
    list of float
        A value per output.

    Raises
    ------
    UnknownNameError
        No such measure or option.
    GazekitError, MismatchError
        Paths that are no paths, no size, options out of their range; frames that disagree.

    Examples
    --------
    >>> score_pair("frechet", [[0, 0], [50, 0], [100, 0]], [[0, 30], [100, 40]])
    [58.309...]
    """
    chosen = find(measure)
    every = chosen.options_with(options)
    prepare, score, frame = chosen.steps
    of_objects = "objects" in chosen.needs or every.get("symbols") == "objects"
    needs_size = frame == "always" or (frame == "over_diagonal" and every["over_diagonal"])
    columns = columns_of_single([a, b], size, chosen.name, needs_size=needs_size, of_objects=of_objects)
    for of_path in columns:
        check_longest(of_path.offsets, chosen.name)
    left, right = (prepare(of_path, **every) for of_path in columns)
    out = np.empty((1, len(chosen.outputs)))
    score(left, right, np.zeros((1, 2), dtype=np.int64), out, **every)
    return out[0].tolist()


def check_longest(offsets: np.ndarray, metric: str) -> None:
    """Refuse paths that no person made.

    Raises
    ------
    GazekitError
        A path of more than `LONGEST` fixations.
    """
    longest = int(np.diff(offsets).max(initial=0))
    if longest > LONGEST:
        raise GazekitError(
            f"{metric}: a path has {longest:,} fixations, and at most {LONGEST:,} are compared; samples of a tracker "
            f"are no fixations: detect these first, or cut paths with truncate({LONGEST})"
        )


class _Scorer:
    """A measure bound to two sets of scanpaths: scores any array of pairs, from any thread."""

    def __init__(self, metric: Measure, a: Scanpaths, b: Scanpaths, check: bool) -> None:
        self.metric, self.a, self.b = metric, a, b
        if "duration" in metric.needs and (a.duration is None or b.duration is None):
            raise GazekitError(f"{metric.name} needs fixation durations, and one set of scanpaths has none")
        if "objects" in metric.needs and (a.object_id is None or b.object_id is None):
            raise GazekitError(
                f"{metric.name} needs the object of each fixation, and one set of scanpaths has none; name them first "
                f"with Scanpaths.to_objects, Clusters.label or label_fixations"
            )
        columns_a = columns_of(a)
        columns_b = columns_a if b is a else columns_of(b)
        for columns in (columns_a, columns_b):
            check_longest(columns.offsets, metric.name)
        self.check_pairs = check and not _one_frame(columns_a, columns_b)
        if check:
            check_comparable(a.facts, b.facts)
        prepare = metric.steps.prepare
        self.prepared_a = prepare(columns_a, **metric.options)
        self.prepared_b = self.prepared_a if b is a else prepare(columns_b, **metric.options)

    def admit(self, pairs: ArrayLike) -> np.ndarray:
        """Pairs as a writable (n, 2) int64 array, after all checks."""
        given = np.asarray(pairs)
        if given.size == 0:
            return np.empty((0, 2), dtype=np.int64)
        if given.ndim != 2 or given.shape[1] != 2 or given.dtype.kind not in "iu":
            raise GazekitError(
                f"pairs must be an array (n, 2) of whole numbers, row of a and row of b, "
                f"not {given.dtype} {given.shape}"
            )
        admitted = np.array(given, dtype=np.int64, order="C")
        if admitted.min() >= 0 and admitted.max() < min(len(self.a), len(self.b)) and not self.check_pairs:
            return admitted  # the quick way for the usual case
        for side, paths in enumerate((self.a, self.b)):
            lowest, highest = int(admitted[:, side].min()), int(admitted[:, side].max())
            if lowest < 0 or highest >= len(paths):
                wrong = lowest if lowest < 0 else highest
                raise GazekitError(f"pairs name row {wrong} of {'ab'[side]}, which has rows 0 to {len(paths) - 1}")
        if self.check_pairs:
            check_frames(self.a, self.b, admitted)
        return admitted

    def fill(self, pairs: np.ndarray, out: np.ndarray) -> None:
        """Score admitted pairs into `out`."""
        self.metric.steps.score(self.prepared_a, self.prepared_b, pairs, out, **self.metric.options)

    def score(self, pairs: np.ndarray) -> np.ndarray:
        """Score admitted pairs."""
        out = np.empty((len(pairs), len(self.metric.outputs)))
        self.fill(pairs, out)
        return out


def pairwise(
    metric: str | Measure,
    a: Scanpaths,
    b: Scanpaths,
    pairs: ArrayLike,
    *,
    threads: int | None = None,
    check: bool = True,
    **params: Any,
) -> np.ndarray:
    """Score pairs of scanpaths.

    Parameters
    ----------
    metric : str or Measure
        A measure of pairs, or its name.
    a, b : Scanpaths
        The two sets; they may be the same.
    pairs : (n, 2) int
        Row of `a` and row of `b` of each pair.
    threads : int, optional
        Threads to use; default one per processor that this process may use. Give 1 inside worker processes
        that already fill the machine. The result does not depend on it.
    check : bool
        Refuse pairs whose frames or declared facts disagree. Without it the frame of the path of `a` counts.
    **params
        The metric's options, for instance `bins=(12, 8)` of scanmatch.

    Returns
    -------
    (n, k) float64
        One column per name in the metric's `outputs`; NaN where the metric is not defined for a pair.

    Raises
    ------
    UnknownNameError
        No such metric or option.
    MismatchError
        Frames or declared facts of a pair disagree; the message names the verb that converts.
    GazekitError
        Pairs that are not (n, 2) row numbers of `a` and `b`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 1024, "height": 768})
    >>> paths = Scanpaths([100, 900, 100, 500], [50, 700, 60, 300], [0, 2, 4], table)
    >>> pairwise("scanmatch", paths, paths, [[0, 0], [0, 1]]).round(3).tolist()
    [[1.0], [0.5]]
    """
    scorer = _Scorer(find(metric).with_options(**params), a, b, check)
    admitted = scorer.admit(pairs)
    out = np.empty((len(admitted), len(scorer.metric.outputs)))
    count = _threads(threads)
    step = max(CHUNK, -(-len(admitted) // (8 * count)))
    spans = [slice(start, start + step) for start in range(0, len(admitted), step)]

    def fill(span: slice) -> None:
        scorer.fill(admitted[span], out[span])

    if spans:
        start = time.perf_counter()
        fill(spans.pop(0))
        if (time.perf_counter() - start) * len(spans) < WORTH_THREADS:
            count = 1
    deque(_on_threads(fill, spans, count), maxlen=0)
    return out


def pairwise_chunks(
    metric: str | Measure,
    a: Scanpaths,
    b: Scanpaths,
    chunks: Iterable[ArrayLike],
    *,
    threads: int | None = None,
    check: bool = True,
    **params: Any,
) -> Iterator[np.ndarray]:
    """Score a stream of chunks of pairs; memory does not grow with the number of pairs.

    Parameters
    ----------
    metric, a, b, threads, check, **params
        As in `pairwise`.
    chunks : iterable of (n, 2) int
        Chunks of pairs; some thousand pairs each keep the threads busy. At most one more chunk than there
        are threads is read ahead.

    Yields
    ------
    (n, k) float64
        The scores of each chunk, in the order of the chunks.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 1024, "height": 768})
    >>> paths = Scanpaths([100, 900, 100, 500], [50, 700, 60, 300], [0, 2, 4], table)
    >>> stream = pairwise_chunks("scanmatch", paths, paths, ([[0, k]] for k in (0, 1)))
    >>> [scores.round(3).tolist() for scores in stream]
    [[[1.0]], [[0.5]]]
    """
    scorer = _Scorer(find(metric).with_options(**params), a, b, check)
    return _on_threads(scorer.score, map(scorer.admit, chunks), _threads(threads))


def _on_threads(work: Callable[[Given], Done], items: Iterable[Given], count: int) -> Iterator[Done]:
    """`work` of each item, in order; on several threads a few items ahead of what is asked for."""
    if count == 1:
        yield from map(work, items)
        return
    with ThreadPoolExecutor(count) as pool:
        waiting: deque[Future[Done]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _threads(given: int | None) -> int:
    if given is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    check_whole("threads", given, 1)
    return given


def _one_frame(a: Columns, b: Columns) -> bool:
    """Whether every path of both sets has the same frame, so that no pair can disagree."""
    if not len(a.width) or not len(b.width):
        return True
    if a is b:
        return a.same_frame
    return a.same_frame and b.same_frame and a.width[0] == b.width[0] and a.height[0] == b.height[0]
