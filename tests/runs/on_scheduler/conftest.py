"""A real Dask scheduler and real worker processes on this machine's loopback, each a process of its own."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

LONG = 120  # s that a busy machine may take for what takes one


def wait_until(happened, what: str, seconds: float = LONG):
    """Wait for something to be true, and return it."""
    end = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < end, f"in {seconds} s {what} did not happen"
        time.sleep(0.05)
    return found


class Cluster:
    """A scheduler, and workers that can be started and killed one by one."""

    def __init__(self, folder: Path, **environment: str) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.environment = folder, environment
        self.workers: list[subprocess.Popen] = []
        file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", file, "--idle-timeout", "600")

        def address():
            with contextlib.suppress(OSError, ValueError):
                return json.loads(file.read_text())["address"]
            return None

        self.address = wait_until(address, "the start of a scheduler")

    def start_worker(self, *more: str, **environment: str) -> subprocess.Popen:
        options = ("--nthreads", "1", "--no-nanny", "--death-timeout", "60", *more)
        worker = self._start("worker", self.address, *options, **environment)
        self.workers.append(worker)
        return worker

    def ready(self) -> "Cluster":
        """Wait until every worker that was started is known to the scheduler."""
        logs = [self.folder / f"worker-{k}.log" for k in range(len(self.workers))]
        wait_until(lambda: all("Registered to" in log.read_text() for log in logs), "the start of workers")
        return self

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, kind: str, *options, **environment: str) -> subprocess.Popen:
        place = ("--local-directory", self.folder) if kind == "worker" else ()
        options = (*options, *place, "--host", "127.0.0.1", "--no-dashboard")
        with (self.folder / f"{kind}-{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options],
                cwd=self.folder,
                env={**os.environ, "OMP_NUM_THREADS": "1", **self.environment, **environment},
                stdout=log,
                stderr=log,
            )


@pytest.fixture(scope="session")
def a_cluster():
    """The class `Cluster`, for tests that end what they start."""
    pytest.importorskip("distributed")
    return Cluster


@pytest.fixture(scope="session")
def until():
    """The function `wait_until`."""
    return wait_until


@pytest.fixture(scope="session")
def cluster(a_cluster, tmp_path_factory):
    """A scheduler with two workers, for tests that leave them alive."""
    made = a_cluster(tmp_path_factory.mktemp("dask"))
    made.start_worker()
    made.start_worker()
    yield made.ready()
    made.close()
