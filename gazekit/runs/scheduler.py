"""Pieces of work on the workers of a Dask scheduler: a piece whose worker is lost is done by another.

Pieces are handed out a few at a time. Workers may therefore come and go while a run lasts, and neither this process nor
the scheduler ever holds more than a few pieces.
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from gazekit.foundations.errors import GazekitError
from gazekit.foundations.version import pip_install

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT = 10.0  # s until a scheduler must have answered
GRACE = 2.0  # s beyond that, for what Dask itself does not limit
PATIENCE = 60.0  # s without any worker until a run gives up
POLL = 2.0  # s between two looks whether there are workers, while no piece is finished
AHEAD = 2  # pieces per worker that are handed out: one is done, one waits
FETCH = 10.0  # s that the result of a finished piece may take to come home
KEPT = "what was finished is kept: run the same command again to go on"


def _within(make: Callable[[], "Client"]) -> "Client":
    """Make a client, or give up after `CONNECT`: a port that never answers would be waited for."""
    made: list[Client] = []
    failed: list[BaseException] = []

    def connect() -> None:
        try:
            made.append(make())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(CONNECT + GRACE)
    if failed:
        raise failed[0]
    if not made:
        raise TimeoutError(f"no answer in {CONNECT + GRACE:g} s")
    return made[0]


@contextmanager
def connected(address: str) -> Iterator["Client"]:
    """A client of the scheduler at an address, which has at least one worker.

    Parameters
    ----------
    address : str
        As the scheduler prints it, tcp://host:port.

    Raises
    ------
    GazekitError
        Dask is not installed, nobody answers, or no worker came.
    """
    if not re.fullmatch(r"(tcp|tls|ucx|wss?)://\S+:\d+", address):
        raise GazekitError(f"{address!r} is not the address of a Dask scheduler, which is of the form tcp://host:port")
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise GazekitError(
            f"a scheduler needs the package {error.name}, which is not installed: {pip_install('cluster')}"
        ) from error
    log = logging.getLogger("distributed")
    level = log.level
    log.setLevel(logging.CRITICAL)  # what goes wrong is said here, in a sentence
    try:
        client = _within(lambda: Client(address, timeout=CONNECT, set_as_default=False))
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        log.setLevel(level)
        if address.startswith("tls") and not isinstance(error, OSError):
            raise GazekitError(
                f"the connection to {address!r} needs certificates ({error}); name them in Dask's configuration, under "
                f"distributed.comm.tls (docs/howto/cluster.md)"
            ) from error
        raise GazekitError(
            f"no Dask scheduler answers at {address!r}; start one with `dask scheduler`, and give the address that it "
            f"prints, tcp://host:port"
        ) from error
    try:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise GazekitError(
                f"the Dask scheduler at {address} has no worker, and none came within {PATIENCE:g} s; start some with "
                f"`dask worker {address} --nthreads 1`"
            ) from error
        yield client
    finally:
        client.close()
        log.setLevel(level)


def on_scheduler(
    address: str,
    do: Callable[..., Any],
    parcels: Iterator[bytes],
    shared: bytes,
    more: tuple[Any, ...],
    label: str,
) -> Iterator[Any]:
    """Yield `do(parcel, shared, *more)` for every parcel, as each is finished by a worker.

    Parameters
    ----------
    address : str
        Of the scheduler.
    do : callable
        A function of a module.
    parcels : iterator of bytes
        Is asked for the next one when a worker can take it.
    shared : bytes
        Goes to each worker once.
    more : tuple
        Small.
    label : str
        What Dask's pages call the pieces.

    Raises
    ------
    GazekitError
        See `connected`; workers or scheduler that are lost and do not come back; a piece that ended its workers; and
        what a piece raises.
    """
    run = f"{label.replace(' ', '-')}-{uuid.uuid4().hex[:8]}"
    with connected(address) as client:
        # A task of its own: it is repeated when the worker that held its result is lost.
        held = client.submit(bytes, shared, key=f"shared-{run}", pure=False) if shared else b""
        running: set[Future] = set()
        watch = _Watch(client)
        number = 0
        while True:
            for parcel in islice(parcels, max(AHEAD * max(watch.workers(), 1) - len(running), 0)):
                key = f"{run}-{number}"
                running.add(client.submit(do, parcel, held, *more, key=key, pure=False))
                number += 1
            if not running:
                return
            for future in _finished(watch, running):
                running.remove(future)
                yield _result(watch, future)


class _Watch:
    """Looks whether there are workers, and gives up when there were none for long."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        self._seen = time.monotonic()

    def workers(self) -> int:
        """How many there are now."""
        try:
            found = len(self.client.nthreads())
        except OSError as error:
            raise _lost() from error
        if found:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > PATIENCE:
            raise GazekitError(
                f"the Dask scheduler lost its last worker, and none came within {PATIENCE:g} s; start workers; {KEPT}"
            )
        return found


def _finished(watch: _Watch, running: set["Future"]) -> list["Future"]:
    from distributed import CancelledError, wait

    while True:
        try:
            with watch.client.as_current():
                return list(wait(list(running), timeout=POLL, return_when="FIRST_COMPLETED").done)
        except CancelledError as error:
            raise _lost() from error
        except TimeoutError:
            watch.workers()


def _result(watch: _Watch, future: "Future") -> Any:
    from distributed import CancelledError, KilledWorker
    from distributed.comm import CommClosedError

    while True:
        try:
            return future.result(timeout=FETCH)
        except (CancelledError, CommClosedError) as error:  # reset while a result was on its way
            raise _lost() from error
        except KilledWorker as error:
            raise GazekitError(
                f"the piece {error.task} ended {error.allowed_failures + 1} workers one after the other, the last "
                f"{error.last_worker.address}: most likely it needs more memory than a worker has; give workers more; "
                f"{KEPT}"
            ) from error
        except (ModuleNotFoundError, RuntimeError) as error:
            missing = _missing_module(error)
            if missing is None or (isinstance(error, RuntimeError) and "deserialization" not in str(error)):
                raise
            raise GazekitError(
                f"the scheduler or a worker of it cannot import {missing}; install on all machines what is installed "
                f"here, in the same versions"
            ) from error
        except TimeoutError:
            if future.status == "error":
                raise  # the piece's own
            watch.workers()  # the worker that had the result was lost after it was done: another does the piece


def _missing_module(error: BaseException | None) -> str | None:
    """The module that was not found, if that is what an error is about."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            return error.name
        error = error.__cause__ or error.__context__
    return None


def _lost() -> GazekitError:
    return GazekitError(f"the connection to the Dask scheduler was lost; when it is there again: {KEPT}")
