"""Fuzz gazekit's readers, guided by the coverage of their Python code (atheris, libFuzzer).

    python fuzz/run.py --seconds 60            every target, one after the other
    python fuzz/run.py csv parquet             some

Each input is read, or refused by a `GazekitError` in one line, within `SLOWEST` seconds and `MEMORY`; anything else is
a finding. Findings are kept in build/fuzz/TARGET/found, the corpora beside them; a finding that has been mended
belongs into tests/hostile/found/TARGET.
"""

import argparse
import hashlib
import io
import json
import mmap
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import atheris

# Compiled by numba, which would not know the counters.
NOT_WATCHED = ["gazekit.metrics.kernels", "gazekit.models.eccnet.fast.ring_kernels"]
WATCHED = ["gazekit", "PIL", "zipfile", "gzip", "json", "tomllib", "safetensors", "click", "typer"]
with warnings.catch_warnings(), redirect_stderr(io.StringIO()):  # atheris names every module
    warnings.simplefilter("ignore")
    with atheris.instrument_imports(include=WATCHED, exclude=NOT_WATCHED):
        sys.path.insert(0, str(Path(__file__).parent))
        from checking import HANGING, KEPT, MEMORY, ROOT, SLOWEST, Finding, check
        from targets import TARGETS, Target

LONGEST = 65_536  # bytes of an input


def fuzz(target: Target, folder: Path, seconds: float, runs: int, seed: int) -> dict[str, Any]:
    """Fuzz a target in a process of its own, again after each input that ended it; what was found."""
    corpus, found = folder / "corpus", folder / "found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    log = folder / "log.txt"
    counts = memoryview(mmap.mmap(-1, 16)).cast("q")  # shared with the process: inputs, and those that were read
    log.unlink(missing_ok=True)
    total = {"target": target.name, "executions": 0, "read": 0, "seconds": 0.0, "ended": 0, "peak_mib": 0}
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0.5 and total["ended"] < 5:
        started = time.monotonic()
        place = tempfile.mkdtemp(prefix="gazekit-fuzz-")  # removed here: the process may not come to it
        child = os.fork()
        if child == 0:
            tempfile.tempdir = place
            _child(target, corpus, found, log, counts, left, runs, seed)
        guard = threading.Timer(left + 3 * HANGING, os.kill, (child, signal.SIGKILL))  # a process that never ends
        guard.start()
        _, status, usage = os.wait4(child, 0)
        guard.cancel()
        shutil.rmtree(place, ignore_errors=True)
        total["seconds"] += round(time.monotonic() - started, 1)
        total["peak_mib"] = max(total["peak_mib"], usage.ru_maxrss >> 10)
        if os.waitstatus_to_exitcode(status) == 0:
            break
        total["ended"] += 1
        _keep_end(found, log, os.waitstatus_to_exitcode(status))
    total["executions"], total["read"] = counts
    total["found"] = sorted(p.stem for p in found.glob("*.txt"))
    return total


def check_seeds(target: Target, seeds: list[bytes]) -> None:
    """At least one of a target's seeds must be read: otherwise only the way to the first error would be fuzzed."""
    said = []
    with target.reader() as read:
        for content in seeds:
            try:
                read(content)
            except Exception as error:
                said.append(f"{type(error).__name__}: {error}")
    if len(said) == len(seeds):
        raise SystemExit(f"no seed of {target.name} is read: {said}")  # the parent sees a target that ended


def _child(  # everything is done here: a process that has used torch cannot be forked
    target: Target, corpus: Path, found: Path, log: Path, counts: memoryview, seconds: float, runs: int, seed: int
) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(out, 2)
    seeds = target.seeds()
    check_seeds(target, seeds)  # which also imports what the reader needs
    for content in (*seeds, *(p.read_bytes() for p in (KEPT / target.name).glob("*"))):
        (corpus / _name(content)).write_bytes(content)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    most = counts[0] + runs + len(list(corpus.iterdir())) if runs >= 0 else sys.maxsize
    end = time.monotonic() + seconds
    with target.reader() as read:

        def one(content: bytes) -> None:
            # libFuzzer would end the process through its exit handlers, in which libraries wait for their threads, and
            # these for the interpreter.
            if counts[0] >= most or time.monotonic() > end:
                os._exit(0)
            counts[0] += 1
            started = time.process_time()
            try:
                counts[1] += check(read, content)
                if (seconds := time.process_time() - started) > SLOWEST:
                    raise Finding(f"it took {seconds:.0f} s")
            except Exception as error:
                _keep(found, content, error)

        options = {
            "seed": seed,
            "timeout": HANGING,
            "rss_limit_mb": 0,  # the limit above ends an allocation where it is asked for
            "max_len": LONGEST,
            "artifact_prefix": f"{found}/ended-",
        }
        atheris.Setup([sys.argv[0], *(f"-{k}={v}" for k, v in options.items()), str(corpus)], one)
        atheris.Fuzz()


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _keep(found: Path, content: bytes, error: BaseException) -> None:
    """Keep the first input of each kind: what was raised, and where in gazekit."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/gazekit/" in f.filename]
    place = f"{Path(frames[-1].filename).stem}-{frames[-1].lineno}" if frames else "outside"
    stem = found / f"{type(error).__name__}-{place}"
    if not stem.with_suffix(".txt").exists():
        stem.with_suffix(".input").write_bytes(content)
        stem.with_suffix(".txt").write_text("".join(traceback.format_exception(error)))


def _keep_end(found: Path, log: Path, code: int) -> None:
    """Keep the input that ended the process, if libFuzzer still wrote it, and the last lines."""
    last = log.read_text(errors="replace")[-4000:]
    files = [f for f in found.glob("ended-*") if f.suffix not in (".txt", ".input")]
    for file in files:
        file.rename(file.with_suffix(".input"))
    stem = files[0] if files else found / f"ended-{code}"
    stem.with_suffix(".txt").write_text(last)


def main() -> int:
    """Fuzz or replay; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"default all: {', '.join(TARGETS)}")
    parser.add_argument("--seconds", type=float, default=60, help="per target; default 60")
    parser.add_argument("--runs", type=int, default=-1, help="most inputs per target; default no limit")
    parser.add_argument("--seed", type=int, default=0, help="of libFuzzer; default a new one each time")
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "fuzz", help="folder of corpora and findings")
    parser.add_argument("--json", type=Path, help="write the counts to this file")
    chosen = parser.parse_args()
    if unknown := set(chosen.targets) - set(TARGETS):
        parser.error(f"there is no target {unknown.pop()}; there are {', '.join(TARGETS)}")
    targets = [TARGETS[name] for name in chosen.targets or TARGETS]
    rows = []
    for target in targets:
        rows.append(row := fuzz(target, chosen.into / target.name, chosen.seconds, chosen.runs, chosen.seed))
        print(
            f"{row['target']:<14} {row['executions']:>8} inputs ({row['read']:>7} read) in {row['seconds']:6.1f} s, "
            f"peak {row['peak_mib']:>5} MiB, ended {row['ended']}, found {len(row['found'])}: "
            f"{', '.join(row['found'])}",
            flush=True,
        )
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{sum(r['executions'] for r in rows)} inputs, {sum(len(r['found']) for r in rows)} findings")
    return any(row["found"] for row in rows)


if __name__ == "__main__":
    sys.exit(main())
