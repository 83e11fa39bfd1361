"""Kill commands at seeded points, resume them, and compare what is left with an undisturbed run.

    python tests/faults/kills.py [--kills N] [--seed N]

prints how many kills hit which command at which moment; docs/results/reliability.md has its output.

Kills come in chains: a command is killed, started again in the same folder and killed again, some times over, and then
left to finish. The first kill of a chain lies anywhere in the command, those after it within its next steps. Every
third kill is not at a step but after a time drawn at random, by the parent.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

HERE = Path(__file__).resolve().parent
FEATURES = "features"  # the folder where priority keeps those of images
CHAIN = 6  # kills of one folder, before it is left to finish
PATIENCE = 120  # s, of an attempt
TAKEN = ("seconds", "work")  # what the manifest says of the time and the work that this process took
TIMED = "at a random time"
COMMANDS = ("evaluate", "train oat", "train priority", "asymmetry", "captions", "fetch", "protocol", "certify")
FETCHED = {
    "Amazon.json": b'{"whole": true}',
    "images/one two.bin": bytes(range(256)) * 2048,
    "images/b.bin": b"b" * 9999,
}


def module(name):
    """A file beside this one, or a conftest, as a module."""
    path = HERE / name
    spec = spec_from_file_location(f"faults_{path.stem}_{path.parent.name}", path)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


class Zygote:
    """The process of zygote.py."""

    def __init__(self, home):
        self.home = home
        self.runs = home / "runs"
        self.runs.mkdir(exist_ok=True)
        threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS")}
        self.process = subprocess.Popen(
            [sys.executable, HERE / "zygote.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                **threads,
                "MPLBACKEND": "Agg",
                "FAULTS_ROOT": str(self.runs),
                "GAZEKIT_FEATURES": str(self.runs / FEATURES),
            },
        )
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the process that forks has ended")
        return json.loads(line)

    def attempt(self, argv, *, kill=None, after=None):
        """Run a command, killed before step `kill`, or after `after` seconds; (exit status, steps as lines, output)."""
        steps, log = self.home / "steps", self.home / "log"
        request = {
            "argv": argv,
            "kill": kill,
            "steps": str(steps),
            "log": str(log),
            "hashes": str(self.home / "hashes"),
        }
        print(json.dumps(request), file=self.process.stdin, flush=True)
        pid = self.answer()["pid"]

        def end():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

        # the parent reaps the child only after this process has been answered, so that the number stays its own
        timers = [threading.Timer(seconds, end) for seconds in (PATIENCE, after) if seconds is not None]
        for timer in timers:
            timer.start()
        status = self.answer()["status"]
        for timer in timers:
            timer.cancel()
        return status, steps.read_text().splitlines() if steps.exists() else [], log.read_text(errors="replace")

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(timeout=30)


class Server(ThreadingHTTPServer):
    """Serves FETCHED in ranges and small blocks, slowly enough that a transfer can be killed in its middle."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def handle_error(self, *_):
        """A client that was killed is what this is about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        from urllib.parse import unquote

        content = FETCHED[unquote(self.path).lstrip("/")]
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(match[1]) if match else 0
        if match and start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if match else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        for k in range(start, len(content), 1 << 15):
            self.wfile.write(content[k : k + (1 << 15)])
            self.wfile.flush()
            time.sleep(0.005)

    def log_message(self, *_):
        """Quiet."""


@dataclass
class Command:
    """What is killed: its arguments, and how long it is when nothing disturbs it."""

    name: str
    argv: list
    out: Path
    steps: list = field(default_factory=list)
    seconds: float = 0.0
    expected: dict = field(default_factory=dict)


@dataclass
class Tally:
    """What was done."""

    kills: Counter = field(default_factory=Counter)  # by (command, moment)
    chains: Counter = field(default_factory=Counter)  # by command
    unequal: list = field(default_factory=list)  # (command, seed of the chain, what differs)

    def table(self):
        """Markdown: a row per moment, a column per command."""
        columns = [c for c in COMMANDS if any(command == c for command, _ in self.kills)]
        moments = sorted({moment for _, moment in self.kills}, key=lambda m: (m == TIMED, m))
        lines = [f"| moment | {' | '.join(columns)} | all |", "| --- |" + " ---: |" * (len(columns) + 1)]
        for moment in moments:
            row = [self.kills[c, moment] for c in columns]
            lines.append(f"| {moment} | {' | '.join(map(str, row))} | {sum(row)} |")
        row = [sum(n for (command, _), n in self.kills.items() if command == c) for c in columns]
        lines.append(f"| **kills** | {' | '.join(map(str, row))} | **{sum(row)}** |")
        row = [self.chains[c] for c in columns]
        lines.append(f"| runs resumed to their end | {' | '.join(map(str, row))} | {sum(row)} |")
        return "\n".join(lines)


class World:
    """A folder with small data for every command, a zygote and a server."""

    def __init__(self, home):
        self.home = Path(home)
        module("../experiments/captions/conftest.py").make_world(self.home / "world", images=2)
        make_table(self.home)
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in FETCHED.items()}
        (self.home / "hashes").write_text(json.dumps(hashes))
        self.zygote, self.server = Zygote(self.home), Server()
        self.moments = module("zygote.py").MOMENTS
        self.commands = {}

    def close(self):
        self.zygote.close()
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @staticmethod
    def clear(name, out):
        """Remove what a command left; the folder of a certificate must be there before."""
        for folder in (out, out.with_name(FEATURES)):
            shutil.rmtree(folder, ignore_errors=True)
        if name == "certify":
            out.mkdir()

    def command(self, name):
        """A command, after an undisturbed run of it."""
        if name not in self.commands:
            out = self.zygote.runs / name.replace(" ", "-")
            made = Command(name, self._argv(name, out), out)
            self.clear(name, out)
            start = time.perf_counter()
            status, made.steps, output = self.zygote.attempt(made.argv)
            made.seconds = time.perf_counter() - start
            if status != 0:
                raise RuntimeError(f"undisturbed, {name} ended with {status}: {output[-2000:]}")
            made.expected = contents(out)
            self.clear(name, out)
            self.commands[name] = made
        return self.commands[name]

    def chain(self, name, first, rng, tally, *, timed=0):
        """Kill, resume and compare; `first` (0 to 1) is where the first kill lies, and the `timed`-th goes by time."""
        command = self.command(name)
        for k in range(CHAIN):
            total = len(command.steps)
            step = int(first * total) if k == 0 else int(rng.integers(max(1, total // CHAIN)))
            after = float(rng.uniform(0, command.seconds)) if k == timed else None
            status, steps, output = self.zygote.attempt(
                command.argv, kill=None if after is not None else step, after=after
            )
            if status == -signal.SIGKILL:
                event = TIMED if after is not None else self.moments[steps[-1].partition("\t")[0]]
                tally.kills[name, event] += 1
            elif status == 0:
                break  # it ended before the kill
            else:
                tally.unequal.append((name, first, f"after {k} kills it ended with {status}: {output[-1500:]}"))
                self.clear(name, command.out)
                return
        status, _, output = self.zygote.attempt(command.argv)
        found = contents(command.out) if command.out.is_dir() else {}
        if status != 0:
            tally.unequal.append((name, first, f"it did not resume ({status}): {output[-1500:]}"))
        elif differing := [f for f in sorted({*found, *command.expected}) if found.get(f) != command.expected.get(f)]:
            tally.unequal.append((name, first, f"files that differ: {differing}"))
        tally.chains[name] += 1
        self.clear(name, command.out)

    def kill(self, name, kills, seed, tally):
        """At least so many kills of a command."""
        before, rng = sum(tally.kills.values()), np.random.default_rng([seed, COMMANDS.index(name)])
        done = 0
        while sum(tally.kills.values()) - before < kills:
            # the golden ratio spreads the first kills evenly, however many there will be
            self.chain(name, (rng.random() * 0.02 + done * 0.618034) % 1, rng, tally, timed=done % CHAIN)
            done += 1
            if done > 10 * kills:
                raise RuntimeError(f"{name} cannot be killed: its attempts end before")

    def _argv(self, name, out):
        several = lambda option, *values: [word for value in values for word in (option, value)]  # noqa: E731
        if name == "evaluate":
            metrics = "scanmatch,nss,sequence_score_clusters,paths_nss"
            data = ["--data", f"{self.home / 'mine.csv'}", "--root", f"{self.home / 'images'}"]
            argv = ["evaluate", *data, "--models", "uniform,ittikoch", "--metrics", metrics, "--samples", "2"]
            argv += ["--resamples", "100"]
        elif name == "protocol":  # the model learns from the two images that the protocol does not score
            data = ["--data", f"{self.home / 'osie.csv'}", "--root", f"{self.home / 'images'}", "--name", "osie"]
            argv = ["evaluate", *data, "--protocol", "chen2021", "--models", "mean-place,ittikoch"]
        elif name == "certify":
            data = ["--data", f"{self.home / 'mine.csv'}", "--root", f"{self.home / 'images'}"]
            argv = ["certify", f"{self.home / 'predictions.csv'}", *data, "--splits", "2", "--overwrite"]
            return [*argv, "--out", str(out / "certificate.html")]
        elif name == "train oat":
            network = ("width=96", "heads=2", "feed_forward=32", "encoder_layers=1", "decoder_layers=1", "epochs=3")
            argv = ["train", "oat", "--fold", "0,1", "--folds", "2", *several("--set", *network)]
            argv += several("--data-set", "layouts=1x4", "scenes=8", "agents=2")
        elif name == "train priority":
            data = ["--data", f"{self.home / 'mine.csv'}", "--root", f"{self.home / 'images'}"]
            argv = ["train", "priority", *data, "--folds", "2", *several("--set", "epochs=2", "fixations=4")]
        elif name == "asymmetry":
            argv = ["asymmetry", "--model", "uniform", "--experiments", "lighting,curvature", "--per-size", "2"]
            argv += ["--resamples", "100"]
        elif name == "captions":
            argv = ["captions", "--root", f"{self.home / 'world'}", "--max-fixations", "2", "--no-scheduled"]
            argv += several("--set", "encoder=colour-words", "sigma=0.05", "rounds=1")
            argv += ["--metrics", "scanmatch", "--resamples", "100"]
        else:
            address = f"http://127.0.0.1:{self.server.server_port}/"
            return ["datasets", "fetch", "bookcovers", "--root", str(out), "--mirror", address, "--quiet"]
        return [*argv, "--out", str(out), "--quiet"]


def make_table(home):
    """A small table of people's fixations, and its images."""
    rng = np.random.default_rng(0)
    (home / "images").mkdir()
    rows = []
    for k in range(4):
        picture = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
        Image.fromarray(picture).save(home / "images" / f"s{k}.png")
        for person in range(3):
            for _ in range(5):
                rows.append((f"s{k}", f"p{person}", *rng.uniform(0, (64, 48)).round(1), int(rng.integers(100, 400))))
    table = pd.DataFrame(rows, columns=["stimulus", "subject", "x", "y", "duration_ms"])
    table.to_csv(home / "mine.csv", index=False)
    table.assign(x=table["y"], y=table["x"].clip(upper=47)).to_csv(home / "predictions.csv", index=False)
    names = {"s0": "1009", "s1": "1017", "s2": "1001", "s3": "1002"}  # the first two are test images of chen2021
    for name, number in names.items():
        Image.open(home / "images" / f"{name}.png").save(home / "images" / f"{number}.jpg")
    table.assign(stimulus=table["stimulus"].map(names) + ".jpg").to_csv(home / "osie.csv", index=False)


def contents(folder):
    """Every file of a run by its name: its bytes, without the seconds that it took."""
    found = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = file.read_bytes()
        if file.name == "manifest.json":
            content = {k: v for k, v in json.loads(content).items() if k not in TAKEN}
        elif file.name == "report.html":  # it quotes the manifest
            for key in TAKEN:
                content = re.sub(rb"&quot;%s&quot;: \{.*?\n  \},?" % key.encode(), b"", content, flags=re.DOTALL)
        elif file.name == "log.parquet":
            content = pd.read_parquet(file).drop(columns="seconds").to_csv(index=False)
        found[file.relative_to(folder).as_posix()] = content
    return found


def main():
    """Kill, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    tally, start = Tally(), time.perf_counter()
    with tempfile.TemporaryDirectory() as home, World(home) as world:
        for name in COMMANDS:
            world.kill(name, -(-options.kills // len(COMMANDS)), options.seed, tally)
            command = world.commands[name]
            print(f"{name}: {len(command.steps)} steps, {command.seconds:.1f} s undisturbed", file=sys.stderr)  # noqa: T201
    print(tally.table())  # noqa: T201
    print(f"\n{len(tally.unequal)} runs differ from an undisturbed one; {time.perf_counter() - start:.0f} s")  # noqa: T201
    for name, first, what in tally.unequal:
        print(f"\n{name}, first kill at {first:.3f}: {what}")  # noqa: T201
    return bool(tally.unequal)


if __name__ == "__main__":
    sys.exit(main())
