"""Run independent pieces of work, in this process or in several, with one progress bar."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from joblib import Parallel, delayed

from gazekit.errors import GazekitError
from gazekit.progress import tqdm

Result = TypeVar("Result")
# A worker that grew by importing a network's library is replaced by joblib, which warns although nothing is lost.
REPLACED = "A worker stopped while some jobs"


def run_pieces(
    work: Callable[..., Result],
    pieces: Sequence[tuple[Any, ...]],
    *,
    workers: int = 1,
    progress: bool = True,
    label: str = "evaluate",
    done: int = 0,
) -> Iterator[Result]:
    """Yield `work(*piece)` for every piece, as each is finished.

    Parameters
    ----------
    work : callable
        A function of a module (workers must be able to import it).
    pieces : sequence of argument tuples
        Independent of each other; their order of finishing is not defined when there are several workers.
    workers : int
        Processes. 1 works in this process.
    progress : bool
        Show a bar with the time left.
    label : str
        Its name.
    done : int
        Pieces that an earlier run finished, for the bar.
    """
    if workers < 1:
        raise GazekitError(f"workers must be at least 1, not {workers}")
    bar = tqdm(total=len(pieces) + done, initial=done, desc=label, unit="piece", disable=not progress)
    with bar, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=REPLACED)
        if workers == 1 or len(pieces) <= 1:
            results: Any = (work(*piece) for piece in pieces)
        else:
            # joblib sends dask the same calls when it is given that backend; see docs/decisions/.
            pool = Parallel(n_jobs=workers, return_as="generator_unordered")
            results = pool(delayed(work)(*piece) for piece in pieces)
        for result in results:
            bar.update()
            yield result
