"""What trainings on the folds of a data set share: which folds are trained, and what is kept of them in the end."""

from collections.abc import Sequence

import pandas as pd

from gazekit.core.trials import Dataset, Split
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.runs.folder import Piece, RunFolder, read_table

LOG = "log.parquet"


def splits_of(dataset: Dataset, by: str, folds: int, only: Sequence[int] | None, seed: int) -> dict[int, Split]:
    """The folds that are trained, by their numbers: all, or those of `only`."""
    chosen = range(folds) if only is None else sorted(set(only))
    return {fold: dataset.split(by, folds=folds, fold=fold, seed=seed) for fold in chosen}


def finish(run: RunFolder, pieces: Sequence[Piece], tables: Sequence[str], network: str) -> None:
    """Join the tables of all folds, keep their networks as FOLD.safetensors, draw the loss, and finish the run."""
    from gazekit.plots.loss import loss_curve
    from gazekit.plots.saving import save_figure

    for name in (LOG, *tables):
        run.write_table(pd.concat([read_table(p.part / name) for p in pieces], ignore_index=True), name)
    for piece in pieces:
        # a copy: a run that is killed between here and its end needs the part again
        write_atomically(run.path / f"{piece.part.name}.safetensors", read_whole(piece.part / network))
    save_figure(loss_curve(read_table(run.path / LOG)).figure, run.path / "loss.png", dpi=200)
    run.finish()
