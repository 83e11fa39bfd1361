"""A process that has imported everything and forks a child for each attempt, so that an attempt costs no imports.

Reads requests as JSON lines: {"argv": [...], "steps": file, "log": file, "kill": null or a step's number}. The child
runs the `gazekit` command of `argv` for real; the answer is {"pid": n} at its start and {"status": n} at its end.

A step is something that the command does to the file system below `$FAULTS_ROOT`: it opens a file for writing, is half
through writing it (the file is cut to half at its `fsync`), moves it into place, makes a folder, removes something. The
child kills itself (SIGKILL) before the step asked for; nothing of Python runs after that. Every step is written down.
"""

import contextlib
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

ROOT = os.environ.get("FAULTS_ROOT", "")  # imported for its constants, it counts nothing
WRITING = os.O_WRONLY | os.O_RDWR
MOMENTS = {
    "open": "before a write",
    "half": "half through a write",
    "os.rename": "written, not yet in place",
    "os.mkdir": "making a folder",
    "os.remove": "removing",
    "os.rmdir": "removing",
}
IMPORTED = (
    *("pyarrow.parquet", "requests", "safetensors.torch", "scipy.stats", "skimage.color"),
    *(
        "gazekit.cli.app",
        "gazekit.experiments.captions.experiment",
        "gazekit.experiments.oat.training",
        "gazekit.experiments.priority",
    ),
    *("gazekit.models.neva.model", "gazekit.models.oat.model", "gazekit.plots.saving", "gazekit.report"),
    *("gazekit.protocols.certificate", "gazekit.report.certificate"),
)


class Steps:
    """Counts steps, writes them down, and kills this process before one of them."""

    def __init__(self, file, kill):
        self.count, self.kill, self.busy = 0, kill, False
        self.log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        self.fsync = os.fsync
        os.fsync = self.half
        sys.addaudithook(self.audit)

    def step(self, event, path, before_death=None):
        os.write(self.log, f"{event}\t{path}\n".encode())
        if self.kill == self.count:
            if before_death is not None:
                before_death()
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1

    def half(self, handle):
        size = os.fstat(handle).st_size
        self.step("half", Path(f"/proc/self/fd/{handle}").readlink(), lambda: os.ftruncate(handle, size // 2))
        self.fsync(handle)

    def audit(self, event, arguments):
        if event not in MOMENTS or self.busy:
            return
        path = arguments[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if not isinstance(path, str | Path) or (event == "open" and not (arguments[2] or 0) & WRITING):
            return
        self.busy = True  # what is asked here is no step
        try:
            path = Path(path)  # `rmtree` gives names relative to the folder that it is in
            inside = str(path.absolute()).startswith(ROOT) or (event.startswith("os.r") and not path.is_absolute())
        finally:
            self.busy = False
        if inside:
            self.step(event, path)


def preload():
    """Import what the commands import and compile what they run, without starting a thread: those do not fork."""
    import io

    import matplotlib.pyplot as plt
    import pandas as pd
    import torch

    from gazekit import Scanpaths
    from gazekit.evaluation import evaluate as evaluation
    from gazekit.experiments.asymmetry import displays, experiment
    from gazekit.metrics import pairwise
    from gazekit.models.registry import models
    from gazekit.protocols import predictions

    for name in IMPORTED:
        import_module(name)
    evaluation.PIECE_STIMULI = displays.PIECE_DISPLAYS = experiment.PIECE_DISPLAYS = 2  # more places to be killed at
    predictions.PIECE_TRIALS = 1
    models.add("mean-place", "failing_models:MeanPlace")
    torch.set_num_threads(1)
    weight = torch.zeros(2, 2, requires_grad=True)
    (weight @ weight).sum().backward()
    torch.optim.AdamW([weight]).step()
    figure, axes = plt.subplots()
    axes.set_title("once")
    figure.savefig(io.BytesIO())
    plt.close(figure)
    table = pd.DataFrame({"stimulus": ["s", "s"], "width": 64, "height": 48})
    paths = Scanpaths([1, 9, 10, 50], [5, 7, 6, 30], [0, 2, 4], table, duration=[100] * 4, object_id=[0, 1, 1, 2])
    for metric in ("scanmatch", "multimatch", "sequence_score", "edit_distance", "stde"):
        pairwise(metric, paths, paths, [[0, 1]], threads=1)


def attempt(request):
    """What a child does."""
    out = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    Steps(request["steps"], request["kill"])
    sys.argv = ["gazekit", *request["argv"]]
    if request["argv"][:2] == ["datasets", "fetch"]:
        only_given_addresses(json.loads(Path(request["hashes"]).read_text()))
    from gazekit.cli.app import main

    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    sys.stdout.flush()
    os._exit(code)


def only_given_addresses(hashes):
    """A data set of the test's own files: nothing but the loopback is asked."""
    from dataclasses import replace

    from gazekit.datasets import datasets
    from gazekit.datasets.fetching import fetch

    fetch.datasets = {name: replace(datasets[name], addresses=()) for name in datasets}
    fetch.read_checksums = lambda name: hashes


def serve():
    preload()
    say(ready=os.getpid())
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                os.close(0)
                try:
                    attempt(request)
                except BaseException:
                    import traceback

                    traceback.print_exc()
                    sys.stderr.flush()
            os._exit(1)
        say(pid=pid)
        _, status = os.waitpid(pid, 0)
        say(status=os.waitstatus_to_exitcode(status))


def say(**answer):
    """Answer the parent."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
