"""Join the pieces of a run into its tables, in the order of the request: however it was run, the bytes are the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.evaluation.results import SCORE_COLUMNS, Results
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError
from gazekit.metrics.strings.clusters import Clusters
from gazekit.runs.folder import RunFolder, read_table
from gazekit.scoring.choice import Choice
from gazekit.scoring.densities import DensityGround
from gazekit.scoring.sets import SET_COLUMNS, mean_of_draws


@dataclass(frozen=True)
class RunPieces:
    """The finished pieces of a run.

    Parameters
    ----------
    names : sequence of str
        Sources in the order of the run, people first.
    scores : sequence of sequence of Path
        Files of scores of each source.
    predictions : sequence of sequence of Path
        Files of predictions of each source but people.
    sets : sequence of tuples
        Pieces of set scoring: file, work, name of the source, files of predictions, kind, numbers.
    """

    names: Sequence[str]
    scores: Sequence[Sequence[Path]]
    predictions: Sequence[Sequence[Path]]
    sets: Sequence[tuple[Any, ...]] = field(default_factory=tuple)


def assemble(
    run: RunFolder,
    done: RunPieces,
    dataset: str,
    choice: Choice,
    clusters: Clusters | None,
    ground: DensityGround | None,
) -> Results:
    """Write the tables of a run and mark it complete.

    Raises
    ------
    DataError
        Nothing is defined.
    """
    tables = [[read_table(file) for file in files] for files in done.scores]
    drawn = [read_table(piece[0]) for piece in done.sets if piece[4] == "draw"]
    whole = [read_table(piece[0]) for piece in done.sets if piece[4] == "whole"]
    joined = [table for of in tables for table in of] + ([mean_of_draws(drawn)] if drawn else [])
    joined = [table for table in joined if len(table)]
    scores = pd.concat(joined, ignore_index=True) if joined else pd.DataFrame(columns=SCORE_COLUMNS)
    scores = _ordered(scores.assign(dataset=dataset)[SCORE_COLUMNS], done.names, choice)
    more = {}
    if whole:
        sets = pd.concat(whole, ignore_index=True).assign(dataset=dataset)[SET_COLUMNS]
        more["sets"] = _ordered(sets, done.names, choice)
        run.write_table(more["sets"], "sets.parquet")
    run.write_table(scores, "scores.parquet")
    Scanpaths.concat([Scanpaths.load(f) for of in done.predictions for f in of]).save(run.path / "predictions.parquet")
    results = Results(
        scores, run.manifest, run.manifest["request"]["seed"], run.manifest["request"]["resamples"], **more
    )
    if results.summary["value"].isna().all():
        raise DataError(f"no score is defined in {run.path}: every path is too short for the metrics asked for")
    for name in ("summary", "differences", "shares"):
        run.write_table(getattr(results, name), f"{name}.csv")
    facts: dict[str, Any] = {"seconds": _seconds(done.names, done.scores)}
    if clusters is not None:
        clusters.save(run.path / "clusters.json")
        facts["clusters"] = dict(clusters.parameters)
    if ground is not None:
        facts["densities"] = ground.about()
    run.finish(**facts)
    return results


def _ordered(table: pd.DataFrame, names: Sequence[str], choice: Choice) -> pd.DataFrame:
    """Measures in the order of the request, within them sources in the order of the run, then as they came."""
    place = {output: k for k, output in enumerate(choice.outputs())}
    source = {name: k for k, name in enumerate(names)}
    order = np.lexsort([table["model"].map(source).to_numpy(int), table["metric"].map(place).to_numpy(int)])
    return table.iloc[order].reset_index(drop=True)


def write_seconds(scores: Path, **seconds: float) -> None:
    """Write how long a piece took beside its scores: not in them, so that a piece done twice has the same bytes."""
    write_atomically(_seconds_beside(scores), json.dumps(seconds).encode())


def _seconds_beside(scores: Path) -> Path:
    return scores.with_suffix(".seconds.json")


def _read_seconds(scores: Path) -> dict[str, float]:
    try:
        return dict(parse_json(read_whole(_seconds_beside(scores))))
    except (ValueError, TypeError):  # they are for people: no result depends on them, and none is lost with them
        return {}


def _seconds(names: Sequence[str], scores: Sequence[Sequence[Path]]) -> dict[str, dict[str, float]]:
    """Time of prediction and of scoring by stimulus, over all processes."""
    took = {name: [_read_seconds(file) for file in of] for name, of in zip(names, scores, strict=True)}
    return {
        name: {column: round(sum(float(each.get(column, 0)) for each in of), 3) for column in ("predict_s", "score_s")}
        for name, of in took.items()
    }
