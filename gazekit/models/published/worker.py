"""`worker`: a model that runs in another Python, behind an adapter file that the user wrote."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import logsumexp

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.cells import cells, resampled
from gazekit.models.contract import DrawnPath, Request, ScanpathModel
from gazekit.models.option_checks import positive

OTHER_SIDE = Path(__file__).with_name("worker_side.py")
OURS = ("PYTHONPATH", "PYTHONHOME")  # of this Python; another one would take its packages from there
FIELDS = ("task", "caption", "max_fixations", "start", "target_box", "condition")  # of a trial, as they are
PICTURES = ("image", "target")  # of a trial, as files
OBJECTS = ("objects", "target_object")
ABOUT: dict[str, type] = {"NEEDS": list, "STOPS": bool, "FORCED_FIRST": bool, "DETERMINISTIC": bool, "ABOUT": str}
TOLD = 600  # characters of what a process wrote last


class Worker(ScanpathModel):
    """A model that runs in a Python of its own, for networks whose packages do not go with gazekit's.

    An adapter is a Python file with a function `predict(model, trial, seeds, lengths)`, and perhaps `load(device)`,
    which returns `model`, and `log_density(model, trial, histories)`, with which it is a `DensityWorker`.
    docs/howto/published-models.md says what they get and give. The file is run as it is: name only files that you
    trust.

    Parameters
    ----------
    adapter : path
        The adapter file. Its content is part of the model's identity.
    python : path
        The other Python (`/opt/scandiff/bin/python`). Default: the one that runs gazekit.
    timeout : float
        Seconds to wait for an answer about one trial, loading of the network included.

    Raises
    ------
    DataError
        No such file, or one that is no adapter.
    GazekitError
        No such Python; an option out of range. From `predict`: the process ended, did not answer in time, or gave
        something that is no scanpaths of this trial.
    """

    name = "worker"

    def __init__(self, adapter: str | Path, python: str | Path = "", timeout: float = 600.0) -> None:
        self.adapter, self.python = str(adapter), str(python) or sys.executable
        self.timeout = positive("timeout", timeout)
        if not Path(adapter).is_file():
            raise DataError(f"there is no adapter {adapter}; give the Python file that runs the model")
        if shutil.which(self.python) is None:
            raise GazekitError(f"there is no Python {python}; give the interpreter in which the model is installed")
        self._running: _Process | None = None
        about = self._process().about
        self.needs = tuple(about.get("NEEDS", ["image"]))
        self.stops, self.deterministic = about.get("STOPS", False), about.get("DETERMINISTIC", False)
        self.facts = Facts(forced_first=about.get("FORCED_FIRST", False), points="fixations")
        self._provenance = about.get("ABOUT", "")
        if about["has_density"]:  # what a model can do is asked of its class
            self.__class__ = DensityWorker

    @property
    def provenance(self) -> str:
        """What the adapter says of itself in `ABOUT`: code, version, weights."""
        return str(self._provenance)

    @property
    def random_key(self) -> str:
        """The same for all adapters and Pythons, so that another build of a Python draws the same."""
        return type(self).name

    def __getstate__(self) -> dict[str, Any]:
        """Without the process: a copy starts its own."""
        return {**vars(self), "_running": None}

    def _process(self) -> "_Process":
        if self._running is None or self._running.ended:
            self._running = _Process(self.python, self.adapter, self.timeout)
        return self._running

    def paths(self, request: Request) -> Iterator[tuple[int, list[DrawnPath]]]:
        """Ask for the paths of each trial; see `ScanpathModel.paths`."""
        for number, trial in enumerate(request.trials):
            samples = range(request.n_samples)
            asked = {
                "seeds": [int(request.rng(number, k).integers(2**31)) for k in samples],
                "lengths": [request.length(number, k) or request.limit(number) for k in samples],
            }
            given = self._ask(trial, asked, request.device, "paths", (request.n_samples, "seed"))
            yield number, [_path(each, trial, f"{where}, sample {k},") for k, (where, each) in enumerate(given)]

    def _ask(
        self, trial: Trial, asked: dict[str, Any], device: str, what: str, each: tuple[int, str]
    ) -> list[tuple[str, Any]]:
        """What the adapter gave of a trial: a list of so many, each with words that say where it is from."""
        with tempfile.TemporaryDirectory(prefix="gazekit-worker-") as folder:
            told = {"device": device, "trial": _told(trial, self.needs, Path(folder))}
            given = self._process().ask({**asked, **told}, trial.id)
        where, (count, of) = f"the adapter {self.adapter} gave for trial {trial.id!r}", each
        if not isinstance(given, list) or len(given) != count:
            found = f"{len(given)} {what}" if isinstance(given, list) else f"{given!r:.40}"
            raise GazekitError(f"{where} {found}, and was asked for a list of {count}, one for each {of}")
        return [(where, one) for one in given]


class DensityWorker(Worker):
    """A worker whose adapter has a function `log_density(model, trial, histories)`; made by `Worker` itself."""

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image; see `HasDensity`. The adapter gets a history of None as it is."""
        return self._densities(trial, [None if history is None else _points(history)], shape)[0]

    def conditional_log_densities(
        self, trial: Trial, path: Scanpath, shape: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Log density of each fixation of a path after those before it, (n, rows, columns); one request for all."""
        points = _points(path)
        return self._densities(trial, [points[:k] for k in range(len(path))], shape)

    def _densities(self, trial: Trial, histories: list[Any], shape: tuple[int, int] | None) -> np.ndarray:
        wanted = cells(trial.frame, shape)
        if not histories:
            return np.empty((0, *wanted))
        given = self._ask(trial, {"histories": histories}, "auto", "densities", (len(histories), "history"))
        return np.stack(
            [resampled(_log_density(each, f"{where}, history {k},"), wanted) for k, (where, each) in enumerate(given)]
        )


def _points(path: Scanpath) -> list[list[float | None]]:
    """[x, y, duration] of each fixation, None for a duration that is not known."""
    return [[float(x), float(y), None if np.isnan(t) else float(t)] for x, y, t in path.xyt]


def _log_density(given: Any, where: str) -> np.ndarray:
    """Check one density: a table of natural logarithms of probabilities that add up to 1."""
    try:
        found = np.array(given, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.ndim != 2 or not found.size:
        raise GazekitError(f"{where} {given!r:.40}, not a table (rows, columns) of log probabilities")
    total = np.exp(logsumexp(found))
    if not abs(total - 1) <= 1e-3:
        raise GazekitError(f"{where} probabilities that add up to {total:.4g}, not 1; give natural logarithms")
    return found - np.log(total)


def _told(trial: Trial, needs: tuple[str, ...], folder: Path) -> dict[str, Any]:
    """What an adapter is told of a trial: pictures that it needs as PNG files, numbers and words as they are."""
    from PIL import Image

    told: dict[str, Any] = {"id": trial.id, "stimulus": trial.stimulus, **asdict(trial.frame)}
    told |= {name: getattr(trial, name) for name in FIELDS}
    for name in (name for name in PICTURES if name in needs):
        Image.fromarray(getattr(trial, name)).save(folder / f"{name}.png", compress_level=1)
        told[name] = str(folder / f"{name}.png")
    if "objects" in needs and trial.objects is not None:
        told["objects"] = {"boxes": trial.objects.boxes.tolist(), "names": trial.objects.names}
        told["target_object"] = trial.target_object
    return told


def _path(given: Any, trial: Trial, where: str) -> DrawnPath:
    """Check one path: [x, y] or [x, y, duration], numbers of one length, within the image."""
    try:
        columns = [np.asarray(column, dtype=float) for column in given if column is not None]
    except (TypeError, ValueError):
        columns = []
    if len(columns) not in (2, 3) or any(c.ndim != 1 or len(c) != len(columns[0]) for c in columns):
        shapes = ", ".join(str(c.shape) for c in columns) or f"{given!r:.60}"
        raise GazekitError(f"{where} {shapes}, not [x, y] or [x, y, duration], lists of numbers of one length")
    x, y = columns[:2]
    outside = ~((x >= 0) & (y >= 0) & (x <= trial.frame.width) & (y <= trial.frame.height))
    if outside.any():
        k = int(outside.argmax())
        raise GazekitError(
            f"{where} x {x[k]:g}, y {y[k]:g} as fixation {k + 1}, outside the image of {trial.frame.width:g} x "
            f"{trial.frame.height:g} px; give px of the shown image, x before y, clipped if the model goes beyond"
        )
    if len(columns) == 3 and (wrong := columns[2] < 0).any():
        raise GazekitError(f"{where} a duration of {columns[2][wrong][0]:g}; give ms, or NaN where unknown")
    return DrawnPath(*columns)


class _Process:
    """The other Python, and what it says."""

    def __init__(self, python: str, adapter: str, timeout: float) -> None:
        self.adapter, self.timeout, self.ended = adapter, timeout, False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        self._popen = subprocess.Popen(  # noqa: S603 - the Python and the file that the user named; nothing from data
            [python, str(OTHER_SIDE), adapter],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={name: value for name, value in os.environ.items() if name not in OURS},
        )
        self.stop = weakref.finalize(self, _end, self._popen, self._errors)
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_listen, args=(self._popen, self._lines), daemon=True).start()
        self.about = self._checked_about(self._answer("while it was loaded").get("about"))

    def ask(self, message: dict[str, Any], trial: str) -> Any:
        """Send a request, and wait for what the adapter found."""
        try:
            text = json.dumps(message, default=lambda value: value.tolist())  # numbers of numpy
            self._popen.stdin.write(text.encode() + b"\n")  # type: ignore[union-attr]
            self._popen.stdin.flush()  # type: ignore[union-attr]
        except BrokenPipeError:
            pass  # it has ended: there will be no answer, and that is what is said
        return self._answer(f"on trial {trial!r}").get("found")

    def _answer(self, when: str) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=self.timeout)
        except queue.Empty:
            raise self._failure(
                f"gave no answer {when} within {self.timeout:g} s and was stopped; give more time (timeout=...)"
            ) from None
        if not line:
            code = self._popen.wait()
            raise self._failure(f"ended {when}, with exit code {code}; run it by hand to see why")
        try:
            found = parse_json(line)
        except json.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise self._failure(f"answered {when} with {line[:60]!r}, which is no answer of an adapter")
        if "error" in found:  # it goes on, unless it could not be loaded
            raise GazekitError(f"the adapter {self.adapter} failed {when}: {found['error']}")
        return found

    def _checked_about(self, about: Any) -> dict[str, Any]:
        for name, kind in ABOUT.items():
            if name in about and not isinstance(about[name], kind):
                raise self._failure(f"has {name} = {about[name]!r}, which must be a {kind.__name__}")
        if unknown := [name for name in about.get("NEEDS", ()) if name not in (*PICTURES, *FIELDS, *OBJECTS)]:
            known = ", ".join((*PICTURES, *FIELDS, *OBJECTS))
            raise self._failure(f"has {unknown[0]!r} in NEEDS, and an adapter may need {known}")
        return about

    def _failure(self, what: str) -> GazekitError:
        self.ended = True
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - TOLD))
        last = " ".join(self._errors.read().decode("utf-8", "replace").split())
        self.stop()
        return GazekitError(f"the adapter {self.adapter} {what}" + (f". It wrote last: {last}" if last else ""))


def _listen(process: subprocess.Popen[bytes], lines: "queue.Queue[bytes]") -> None:
    """Pass on each line, and an empty one at the end."""
    with process.stdout as stdout:  # type: ignore[union-attr]
        for line in stdout:
            lines.put(line)
    lines.put(b"")


def _end(process: subprocess.Popen[bytes], errors: Any) -> None:
    process.kill()
    process.wait()
    errors.close()
    with suppress(BrokenPipeError):  # a request that it did not read
        process.stdin.close()  # type: ignore[union-attr]
