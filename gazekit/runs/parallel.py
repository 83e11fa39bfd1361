"""Run independent pieces of work: in this process, in several on this machine, or on a Dask cluster; one progress bar.

However they are run, a piece is the same function with the same arguments, and writes the same files.
"""

import os
import shutil
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from gazekit.files.atomic import writing
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.foundations.progress import tqdm
from gazekit.runs.environment import RunEnvironment
from gazekit.runs.parcels import Parcels, unpack

Result = TypeVar("Result")
# A worker that grew by importing a network's library is replaced by joblib, which warns although nothing is lost.
REPLACED = "A worker stopped while some jobs"
# Dask would rather read data itself; a piece with images in memory, or a network, is as large as it is.
LARGE = "Sending large graph"
# A worker of Dask may have several threads. Models and compiled metrics are not made for that: one piece at a time.
_ONE_AT_A_TIME = threading.Lock()
# How a batch system, or a terminal that is closed, asks a process to end; the second is not known on Windows.
ENDINGS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
WATCH = 0.5  # s between two looks of a worker whether the process that started it is still there
_watched: set[int] = set()


@dataclass
class Tally:
    """What the pieces of a run took; added up as they are finished.

    Parameters
    ----------
    pieces : int
        How many.
    seconds : float
        That they took where they were done, together.
    processor_seconds : float
        Of processors, of all threads: on a machine that does other work too, nearer to what a piece costs.
    piece_bytes : int
        Serialised arguments of the pieces that workers were sent; 0 in one process.
    shared_bytes : int
        What all of them have in common, serialised: it goes to every worker once.
    """

    pieces: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    piece_bytes: int = 0
    shared_bytes: int = 0


class Done(NamedTuple):
    """What a worker sends back: the result, and what the piece took."""

    result: Any
    seconds: float
    processor_seconds: float
    received: int


def check_workers(workers: int, scheduler: str | None) -> None:
    """Say now, before anything is computed or written, that the pieces cannot be run so.

    Raises
    ------
    GazekitError
        No worker, both ways at once, or a scheduler that cannot be used; see `gazekit.runs.scheduler`.
    """
    check_whole("workers", workers, 1)
    if scheduler is None:
        return
    if workers > 1:
        raise GazekitError(
            f"workers={workers} are processes of this machine, and the scheduler has workers of its own; give one of "
            f"the two"
        )
    from gazekit.runs.scheduler import connected

    with connected(scheduler):
        pass


def run_pieces(
    work: Callable[..., Result],
    pieces: Sequence[tuple[Any, ...]],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    shared: Sequence[Any] = (),
    folder: Path | None = None,
    progress: bool = True,
    label: str = "evaluate",
    done: int = 0,
    tally: Tally | None = None,
) -> Iterator[Result]:
    """Yield `work(*piece)` for every piece, as each is finished.

    Parameters
    ----------
    work : callable
        A function of a module (workers must be able to import it).
    pieces : sequence of argument tuples
        Independent of each other; their order of finishing is not defined when there are several workers. A piece may
        be done twice when a worker is lost: it must write the same files again.
    workers : int
        Processes. 1 works in this process.
    scheduler : str, optional
        Address of a Dask scheduler, tcp://host:port, whose workers do the pieces.
    shared : sequence of objects
        What many pieces contain, at any depth: sent to each worker process once, and there the same object for all.
    folder : path, optional
        Run folder that pieces write to; a worker of the scheduler that does not see it says so.
    progress : bool
        Show a bar with the time left.
    label : str
        Its name.
    done : int
        Pieces that an earlier run finished, for the bar.
    tally : Tally, optional
        Is added to.

    Raises
    ------
    GazekitError
        What a piece raises; workers that died; and what `check_workers` says.
    """
    if scheduler is None or workers != 1:
        check_workers(workers, scheduler)
    tally = Tally() if tally is None else tally
    bar = tqdm(total=len(pieces) + done, initial=done, desc=label, unit="piece", disable=not progress)
    with bar, _stopped_like_ctrl_c(), warnings.catch_warnings():
        for harmless in (REPLACED, LARGE):
            warnings.filterwarnings("ignore", message=harmless)
        if not pieces or (scheduler is None and (workers == 1 or len(pieces) == 1)):
            results: Iterator[Done] = (_done(work, piece) for piece in pieces)
        else:
            parcels = Parcels(shared)
            tally.shared_bytes += len(parcels.shared)
            packed = (parcels.pack(work, piece) for piece in pieces)  # one by one: memory stays flat
            if scheduler is None:
                results = _in_processes(workers, parcels, packed)
            else:
                from gazekit.runs.scheduler import on_scheduler

                common = parcels.digest, RunEnvironment.here(folder)
                results = on_scheduler(scheduler, do_parcel, packed, parcels.shared, common, label)
        for each in results:
            tally.pieces += 1
            tally.seconds += each.seconds
            tally.processor_seconds += each.processor_seconds
            tally.piece_bytes += each.received
            bar.update()
            yield each.result


def do_parcel(
    parcel: bytes,
    shared: bytes | Path,
    digest: str,
    where: RunEnvironment,
    parent: tuple[int, Path] | None = None,
) -> Done:
    """Do one piece in a worker process; with the number of its parent, and their common folder, it ends with that."""
    if parent is not None:
        _end_with(*parent)
    with _ONE_AT_A_TIME, where.entered():
        work, arguments = unpack(parcel, shared, digest)
        return _done(work, arguments)._replace(received=len(parcel))


def _end_with(parent: int, folder: Path) -> None:
    """End this process when its parent has ended, however that was; nobody else would remove the folder then."""
    if parent in _watched or os.getppid() != parent:  # pieces in this process, or an operating system without parents
        return
    _watched.add(parent)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH)
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """Let what asks this process to end do what Ctrl-C does: workers end, files and locks are left in order.

    A signal that is ignored (`nohup`), or that the program answers in its own way, stays as it is.
    """

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()
    ours = [number for number in ENDINGS if main and signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _done(work: Callable[..., Any], piece: Sequence[Any]) -> Done:
    start, used = time.perf_counter(), time.process_time()
    result = work(*piece)
    return Done(result, time.perf_counter() - start, time.process_time() - used, 0)


def _in_processes(workers: int, parcels: Parcels, packed: Iterator[bytes]) -> Iterator[Done]:
    from joblib import Parallel, delayed

    with tempfile.TemporaryDirectory(prefix="gazekit-") as place:  # only this user may read it
        held: bytes | Path = b""
        if parcels.shared:
            held = Path(place) / parcels.digest
            with writing(f"what the workers share was not written to the temporary folder {place}"):
                held.write_bytes(parcels.shared)
        where, parent = RunEnvironment.here(), (os.getpid(), Path(place))
        pool = Parallel(n_jobs=workers, return_as="generator_unordered")
        try:
            yield from pool(delayed(do_parcel)(parcel, held, parcels.digest, where, parent) for parcel in packed)
        except BrokenProcessPool as error:
            raise GazekitError(
                "a worker process died: it was killed, or memory ran out; what was finished is kept, so run the same "
                "command again, with fewer workers if memory is short"
            ) from error
