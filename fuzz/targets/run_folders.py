"""Run folders of somebody else."""

import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.interchange import dataset_from_table
from gazekit.report import write_report
from targets.target import Target


@cache
def _run() -> dict[str, bytes]:
    """The files of a finished run of two stimuli."""
    from gazekit.evaluation.evaluate import evaluate

    with tempfile.TemporaryDirectory() as folder:
        data = dataset_from_table(
            pd.DataFrame(
                {
                    "stimulus": np.repeat(["a", "b"], 6),
                    "subject": np.tile(np.repeat(["p", "q"], 3), 2),
                    "x": np.arange(12.0) * 5,
                    "y": np.arange(12.0) % 7 * 6,
                }
            ),
            width=80,
            height=60,
        )
        out = Path(folder, "run")
        evaluate(data, ["uniform"], ["scanmatch"], out=out, resamples=20, progress=False)
        return {p.name: p.read_bytes() for p in out.iterdir() if p.is_file() and p.suffix != ".html"}


def rest_of_run(folder: Path) -> None:
    """Write a finished run into a folder."""
    for name, content in _run().items():
        (folder / name).write_bytes(content)


def _experiment_beside(folder: Path) -> None:
    """A run of another experiment, of whose tables only CSV files are read."""
    manifest = {**json.loads(_run()["manifest.json"]), "kind": "mine", "request": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for name in ("summary.csv", "differences.csv", "shares.csv"):
        (folder / name).write_bytes(_run()[name])


def _of_run(name: str) -> Callable[[], list[bytes]]:
    return lambda: [_run()[name]]


def _report(file: Path) -> Any:
    from gazekit.cli.report import dataset_of_run

    return write_report(file.parent, dataset=dataset_of_run(file.parent, None, None), samples=1)


TARGETS = (
    Target("manifest", "manifest.json", _report, _of_run("manifest.json"), beside=rest_of_run),
    Target("scores", "scores.parquet", _report, _of_run("scores.parquet"), beside=rest_of_run),
    Target("predictions", "predictions.parquet", _report, _of_run("predictions.parquet"), beside=rest_of_run),
    Target("summary", "summary.csv", _report, _of_run("summary.csv"), beside=_experiment_beside),
)
