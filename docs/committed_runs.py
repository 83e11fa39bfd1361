"""Committed runs: summary, differences and manifest of a finished evaluation, and whether they belong together."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit import Results
from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.lengths import OWN
from gazekit.metrics.outputs import measure_of

ABSOLUTE = re.compile(r"(?:^|[\s='\"])(?:/(?!\s)|~|[A-Za-z]:\\)")
OUT = re.compile(r"(--out[ =])['\"]?[/~][^\s'\"]*['\"]?")


class LeaderboardError(Exception):
    """A run or a line that cannot be traced; the message says which and what to do."""


@dataclass(frozen=True)
class Run:
    """A committed run: its name, manifest, summary, and differences (None: taken in before they were)."""

    name: str
    manifest: dict[str, Any]
    summary: pd.DataFrame
    sha256: str
    differences: pd.DataFrame | None = None

    @property
    def data(self) -> tuple[str, str]:
        """Name and hash of the data."""
        return self.manifest["request"]["data"]["name"], self.manifest["request"]["data"]["sha256"]


def read_run(folder: Path) -> Run:
    """Read a committed run and check that its summary belongs to its manifest.

    Raises
    ------
    LeaderboardError
        It does not.
    """
    file, manifest_file = folder / "summary.csv", folder / "manifest.json"
    for needed in (file, manifest_file):
        if not needed.is_file():
            raise LeaderboardError(f"run {folder.name}: {needed.name} is missing; add the run again with --add")
    try:
        manifest = dict(json.loads(manifest_file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise LeaderboardError(
            f"run {folder.name}: manifest.json is not whole ({error}); add the run again with --add"
        ) from error
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    if manifest.get("summary_sha256") != sha256:
        raise LeaderboardError(
            f"run {folder.name}: summary.csv is not the one that its manifest was written for; add the run again"
        )
    summary, differences = pd.read_csv(file), None
    _check(folder.name, manifest, summary)
    if "differences_sha256" in manifest:
        told = folder / "differences.csv"
        if not told.is_file() or hashlib.sha256(told.read_bytes()).hexdigest() != manifest["differences_sha256"]:
            raise LeaderboardError(
                f"run {folder.name}: differences.csv is absent, or not the one that its manifest was written for; add "
                "the run again"
            )
        differences = pd.read_csv(told)
    return Run(folder.name, manifest, summary, sha256, differences)


def add(folder: Path, name: str, runs: Path) -> None:
    """Take a finished run in: copy its summary, differences and manifest, after checking them.

    Where the run lay (--out) says nothing about the result, and is replaced by runs/NAME if it is an absolute path.

    Raises
    ------
    LeaderboardError
        The run is not finished, its tables are not those of its scores, or its manifest names a place of one machine.
    """
    results = Results.load(folder)
    manifest, tables = dict(results.manifest), {}
    for table in ("summary", "differences"):
        text = getattr(results, table).to_csv(index=False, lineterminator="\n")
        if (folder / f"{table}.csv").read_text(encoding="utf-8") != text:
            raise LeaderboardError(f"{folder}: {table}.csv is not what its scores give; evaluate again in a new folder")
        tables[table] = text
        manifest[f"{table}_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    manifest["command"] = OUT.sub(rf"\1runs/{name}", manifest["command"])
    _check(name, manifest, results.summary)
    (runs / name).mkdir(parents=True, exist_ok=True)
    for table, text in tables.items():
        (runs / name / f"{table}.csv").write_text(text, encoding="utf-8")
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    (runs / name / "manifest.json").write_text(text, encoding="utf-8")


def _check(name: str, manifest: dict[str, Any], summary: pd.DataFrame) -> None:
    """Every row of a summary is of a model, a measure and the data of its manifest; nothing names a machine."""
    if manifest.get("format") != "gazekit-run" or manifest.get("status") != "complete":
        raise LeaderboardError(f"run {name}: its manifest is not that of a finished `gazekit evaluate`")
    request = manifest["request"]
    if "metrics" not in request or "model" not in summary or "metric" not in summary:
        raise LeaderboardError(f"run {name}: it was not made by `gazekit evaluate`; its tables have other columns")
    named = [model["name"] for model in request["models"]]
    models = {HUMAN, *named, *(f"{name}{OWN}" for name in named)}
    for column, known in (("model", models), ("dataset", {request["data"]["name"]})):
        strange = sorted(set(summary[column]) - known)
        if strange:
            raise LeaderboardError(f"run {name}: the {column} {strange[0]!r} of summary.csv is not in the manifest")
    for metric in summary["metric"].unique():
        measure = measure_of(metric)
        if measure is not None and measure.name not in request["metrics"]:
            raise LeaderboardError(f"run {name}: the measure {metric!r} of summary.csv is not in the manifest")
    for text in _texts(manifest):
        if ABSOLUTE.search(text):
            raise LeaderboardError(
                f"run {name}: the manifest names a place of one machine: {text[:120]!r}; evaluate with relative paths"
            )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in ("citation", "licence"):
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
