"""Pieces of work on a Dask scheduler's workers: done once, where the run was started, whatever happens to a worker."""

import os
import signal
import sys
import time
from pathlib import Path

import cloudpickle
import pytest

from gazekit import GazekitError
from gazekit.foundations.errors import MissingNeedError, RunFolderError
from gazekit.runs import scheduler as module
from gazekit.runs.parallel import Tally, check_workers, run_pieces

# Workers do not have this file: its functions travel with the pieces.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def run(work, pieces, cluster, **options):
    address = cluster if isinstance(cluster, str) else cluster.address
    return list(run_pieces(work, pieces, scheduler=address, progress=False, **options))


def pid_and(value):
    time.sleep(0.05)  # long enough that one worker does not do all
    return os.getpid(), value


def test_every_piece_is_done_once_by_the_workers(cluster):
    found = run(pid_and, [(k,) for k in range(12)], cluster)
    assert sorted(value for _, value in found) == list(range(12))
    assert {pid for pid, _ in found} <= {w.pid for w in cluster.workers}


def test_no_pieces_need_no_scheduler():
    assert run(pid_and, [], "tcp://127.0.0.1:1") == []


class Heavy:
    """Says in a file which process reads it."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __setstate__(self, state):
        self.__dict__.update(state)
        with self.log.open("a") as file:
            file.write(f"{os.getpid()}\n")


def work_with(heavy, nested, number):
    assert nested["again"] is heavy
    return pid_and(number)


@pytest.mark.parametrize("way", ["processes", "scheduler"])
def test_what_is_shared_is_read_once_by_each_worker(way, tmp_path, request):
    heavy = Heavy(tmp_path / "log")
    pieces = [(heavy, {"again": heavy}, k) for k in range(12)]
    how = {"workers": 2} if way == "processes" else {"scheduler": request.getfixturevalue("cluster").address}
    done = list(run_pieces(work_with, pieces, shared=[heavy], progress=False, **how))
    readers = heavy.log.read_text().split()
    assert len(readers) == len(set(readers))
    assert {int(pid) for pid in readers} == {pid for pid, _ in done}
    assert sorted(number for _, number in done) == list(range(12))


def here():
    return str(Path.cwd()), os.environ.get("GAZEKIT_WEIGHTS"), os.environ.get("GAZEKIT_ELSEWHERE")


def test_pieces_are_done_where_the_run_was_started(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAZEKIT_WEIGHTS", "weights of this run")
    assert set(run(here, [()] * 4, cluster)) == {(str(tmp_path), "weights of this run", None)}
    monkeypatch.chdir("/")
    monkeypatch.delenv("GAZEKIT_WEIGHTS")
    assert set(run(here, [()] * 4, cluster)) == {("/", None, None)}


def refuse(kind):
    raise {"need": MissingNeedError("trial 't' lacks it"), "bug": ZeroDivisionError("ours")}[kind]


@pytest.mark.parametrize(("kind", "error"), [("need", MissingNeedError), ("bug", ZeroDivisionError)])
def test_errors_of_a_piece_come_home_unchanged(cluster, kind, error):
    with pytest.raises(error, match="^(trial 't' lacks it|ours)$") as raised:
        run(refuse, [(kind,)], cluster)
    assert type(raised.value) is error


def test_the_tally_counts_what_workers_received(cluster):
    shared = list(range(1000))
    tally = Tally()
    run(pid_and, [([shared, k],) for k in range(5)], cluster, shared=[shared], tally=tally)
    assert tally.pieces == 5
    assert tally.seconds >= 5 * 0.05
    assert 0 < tally.piece_bytes < 5 * 2000 < tally.shared_bytes * 5


def test_large_pieces_and_large_networks_travel_without_a_warning(cluster):
    network, image = bytes(30_000_000), bytes(20_000_000)
    tally = Tally()
    lengths = run(len, [(network,), (image,)], cluster, shared=[network], tally=tally)
    assert sorted(lengths) == [20_000_000, 30_000_000]
    assert tally.shared_bytes > len(network)
    assert len(image) < tally.piece_bytes < len(image) + 1000


# ---------------------------------------------------------------- what cannot be


def test_nobody_answers(monkeypatch):
    monkeypatch.setattr(module, "CONNECT", 1.0)
    with pytest.raises(GazekitError, match=r"^no Dask scheduler answers at 'tcp://127.0.0.1:1'; start one with `dask"):
        check_workers(1, "tcp://127.0.0.1:1")


@pytest.mark.parametrize("address", ["127.0.0.1:8786", "foo://127.0.0.1:8786", "tcp://host", "", "tcp://h:x"])
def test_no_address(address):
    with pytest.raises(GazekitError, match=r"is not the address of a Dask scheduler, .* tcp://host:port$"):
        run(pid_and, [(1,)], address)


def test_workers_and_scheduler():
    with pytest.raises(GazekitError, match="workers=2 are processes of this machine.* give one of the two"):
        check_workers(2, "tcp://127.0.0.1:8786")


@pytest.mark.parametrize("package", ["dask", "distributed"])
def test_dask_is_not_installed(package, monkeypatch):
    for name in [n for n in sys.modules if n.split(".")[0] == "distributed"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(GazekitError, match=rf"needs the package {package}.*install 'gazekit-scanpaths\[cluster\]"):
        check_workers(1, "tcp://127.0.0.1:8786")


def test_a_scheduler_without_workers(a_cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    empty = a_cluster(tmp_path / "dask")
    try:
        with pytest.raises(
            GazekitError, match=r"at tcp://\S+ has no worker, and none came within 1 s; start some with"
        ):
            run(pid_and, [(1,)], empty)
    finally:
        empty.close()


class WhenPacked:
    """An argument that does something when it is packed: what workers then see is not what this process saw."""

    def __init__(self, do) -> None:
        self.do = do

    def __reduce__(self):
        self.do()
        return int, ()


def test_a_worker_that_does_not_see_the_run_folder(cluster, tmp_path):
    manifest = tmp_path / "manifest.json"
    manifest.write_text("a run")
    assert run(pid_and, [(1,)], cluster, folder=tmp_path)[0][1] == 1
    manifest.write_text("another run")
    piece = (WhenPacked(lambda: manifest.write_text("what is on the worker's disk")),)
    with pytest.raises(RunFolderError, match=r"does not see the folder .* must lie on a file system that all workers"):
        run(pid_and, [piece], cluster, folder=tmp_path)


def test_a_worker_without_the_folder_of_the_command(cluster, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with pytest.raises(RunFolderError, match=r"does not see the folder .*gone as this"):
        run(pid_and, [(WhenPacked(gone.rmdir),)], cluster)


def test_a_worker_with_other_versions(cluster, monkeypatch):
    from gazekit.runs import environment

    real = environment.versions()
    monkeypatch.setattr(environment, "versions", lambda: {**real, "a-package": "1.2"})
    with pytest.raises(GazekitError, match=r"the worker on \S+ \(process \d+\) has a-package not installed, and this"):
        run(pid_and, [(1,)], cluster)


def test_a_worker_with_other_code_of_the_same_version(cluster, monkeypatch):
    from gazekit.runs import environment

    monkeypatch.setattr(environment, "source", lambda: "another")
    with pytest.raises(GazekitError, match=r"the worker on \S+ \(process \d+\) has other code of gazekit [\d.]+ than"):
        run(pid_and, [(1,)], cluster)


def test_a_worker_that_sees_another_image(cluster, tmp_path):
    image = tmp_path / "a.png"
    image.write_bytes(b"one")
    assert run(pid_and, [(image,)], cluster)[0][1] == image
    piece = (image, WhenPacked(lambda: image.write_bytes(b"what is on the worker's disk")))
    with pytest.raises(GazekitError, match=r"the worker on \S+ \(process \d+\) sees another file \S+a\.png"):
        run(lambda image, _: pid_and(image), [piece], cluster)


def test_a_worker_that_lacks_a_module(cluster, tmp_path, monkeypatch):
    (tmp_path / "only_here.py").write_text("def work(x):\n    return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    with pytest.raises(GazekitError, match="scheduler or a worker of it cannot import only_here; install on all"):
        run(only_here.work, [(1,)], cluster)


# ---------------------------------------------------------------- what is lost


def gate(number, folder):
    """Wait inside piece 3 until the test lets it go; say which process is there."""
    if number == 3 and not (folder / "open").exists():
        (folder / "inside").write_text(str(os.getpid()))
        while not (folder / "open").exists():
            time.sleep(0.02)
    return os.getpid(), number


@pytest.fixture
def own(a_cluster, tmp_path):
    """A cluster of the test's own, with two workers; one death of a worker is forgiven a piece."""
    made = a_cluster(tmp_path / "dask", DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    made.start_worker()
    made.start_worker()
    yield made.ready()
    made.close()


def test_the_piece_of_a_killed_worker_is_done_by_the_other(own, tmp_path, until):
    results = run_pieces(gate, [(k, tmp_path) for k in range(8)], scheduler=own.address, progress=False)
    done = [next(results)]
    inside = tmp_path / "inside"
    killed = int(until(lambda: inside.is_file() and inside.read_text(), "the start of piece 3"))
    os.kill(killed, signal.SIGKILL)
    (tmp_path / "open").touch()
    done += results
    assert sorted(number for _, number in done) == list(range(8))
    assert killed in {w.pid for w in own.workers}
    assert {number: pid for pid, number in done}[3] != killed

    # the one that is left is lost too
    other = next(w for w in own.workers if w.pid != killed)
    results = run_pieces(gate, [(k, tmp_path) for k in range(8)], scheduler=own.address, progress=False)
    next(results)
    other.kill()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PATIENCE", 1.0)
        patch.setattr(module, "FETCH", 1.0)
        with pytest.raises(GazekitError, match="lost its last worker, and none came within 1 s; start workers; what"):
            list(results)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_piece_that_ends_its_workers(own):
    with pytest.raises(GazekitError, match=r"the piece evaluate-\S+ ended 2 workers one after the other, the last tcp"):
        run(die, [()], own)


def test_the_scheduler_is_lost(own):
    results = run_pieces(pid_and, [(k,) for k in range(200)], scheduler=own.address, progress=False)
    next(results)
    own.scheduler.kill()
    with pytest.raises(GazekitError, match=r"the connection to the Dask scheduler was lost; .* run the same command"):
        list(results)


def test_a_worker_process_of_joblib_dies():
    with pytest.raises(GazekitError, match="a worker process died: .* what was finished is kept"):
        list(run_pieces(die, [(), ()], workers=2, progress=False))
