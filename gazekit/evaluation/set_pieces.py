"""The pieces of work of a run that need all predictions: measures of sets, in draws and resamples."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.assembling import RunPieces
from gazekit.runs.folder import RunFolder, write_table
from gazekit.runs.seals import seal
from gazekit.scoring.equal_sets import DRAWS
from gazekit.scoring.sets import BLOCK, WHOLE, SetWork, contents_of, score_drawn_stimuli, score_whole

Kind = Literal["draw", "whole"]


def set_pieces(
    run: RunFolder,
    done: RunPieces,
    dataset: Dataset,
    chosen: Mapping[str, Mapping[str, Any]],
    *,
    seed: int,
    resamples: int,
) -> RunPieces:
    """Add the pieces of set scoring to a run whose predictions are all there.

    Returns
    -------
    RunPieces
        With `sets`: arguments of `score_sets`, the part's file first.
    """
    predicted = [_load(files) for files in done.predictions]
    available: dict[str, int] = {}
    for paths in predicted:
        for trial, count in paths.table.groupby("trial", sort=False).size().items():
            available[str(trial)] = min(available.get(str(trial), int(count)), int(count))
    work = SetWork(
        dataset.scanpaths, contents_of(dataset.trials), chosen, available, tuple(dataset.stimuli), seed, resamples
    )
    blocks: list[tuple[Kind, list[int]]] = []
    if work.names(by_stimulus=True):
        blocks += [("draw", [draw]) for draw in range(DRAWS)]
    if work.names(by_stimulus=False):
        blocks += [("whole", [WHOLE])]
        blocks += [("whole", list(range(k, min(k + BLOCK, resamples)))) for k in range(0, resamples, BLOCK)]
    pieces = [
        (run.part(f"{k:02d}-{kind}-{numbers[0] + 1:05d}.parquet"), work, name, files, kind, numbers)
        for k, (name, files) in enumerate(zip(done.names, [None, *done.predictions], strict=True))
        for kind, numbers in blocks
    ]
    return replace(done, sets=pieces)


def score_sets(
    part: Path, work: SetWork, model: str, files: Sequence[Path] | None, kind: Kind, numbers: Sequence[int]
) -> None:
    """Do one piece and write it; without files of predictions, score people."""
    predicted = None if files is None else _load(files)
    if kind == "draw":
        table = score_drawn_stimuli(work, predicted, model, numbers[0])
    else:
        table = score_whole(work, predicted, model, numbers)
    write_table(table, part)
    seal(part, [part])


def _load(files: Sequence[Path]) -> Scanpaths:
    return Scanpaths.concat([Scanpaths.load(file) for file in files])
