"""Predict the trials of a data set in pieces, which a stop does not lose and several workers can do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.describing import inputs_of
from gazekit.models.contract import ScanpathModel, predicted
from gazekit.models.identity import identity
from gazekit.runs.folder import RunFolder
from gazekit.runs.parallel import check_workers

PIECE_TRIALS = 10  # as many as `evaluate` has stimuli in a piece


def predict_in_pieces(
    model: ScanpathModel,
    dataset: Dataset,
    *,
    folder: str | Path,
    n_samples: int = 1,
    seed: int = 0,
    max_fixations: int | None = None,
    device: str = "auto",
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    progress: bool = True,
    command: str = "",
) -> Scanpaths:
    """What `model.predict(dataset.trials, ...)` gives, ten trials at a time.

    The pieces are the same for every number of workers, so that not even a model whose last digits depend on which
    trials it is given together gives other paths. A data set of one piece is predicted at once, without a folder.

    Parameters
    ----------
    model : ScanpathModel
        Fitted, if it learns from people.
    dataset : Dataset
        Its trials are predicted.
    folder : path
        Where pieces are kept: new, empty, or that of a stopped prediction of the same request, which is resumed. Remove
        it when the paths are written.
    n_samples, seed, max_fixations, device
        As for `ScanpathModel.predict`.
    workers, scheduler, overwrite
        As for `evaluate`.
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.

    Returns
    -------
    Scanpaths

    Raises
    ------
    MissingNeedError, RunFolderError, GazekitError
        Each says what was wrong and what to do; the folder stays resumable.

    Examples
    --------
    >>> import tempfile
    >>> from gazekit.datasets import load_dataset
    >>> from gazekit.models import load_model
    >>> data = load_dataset("search-arrays", experiments="curvature", per_size=3)
    >>> with tempfile.TemporaryDirectory() as home:
    ...     paths = predict_in_pieces(load_model("uniform"), data, folder=f"{home}/parts", progress=False)
    >>> len(paths) == len(data.trials)
    True
    """
    check_workers(workers, scheduler)
    trials = list(dataset.trials)
    model.check_needs(trials)
    options = {"n_samples": n_samples, "seed": seed, "max_fixations": max_fixations, "device": device}
    if len(trials) <= PIECE_TRIALS:
        return predicted(model, trials, **options, progress=progress)
    with RunFolder(
        folder,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "model": identity(model),
            **options,
            "piece_trials": PIECE_TRIALS,
        },
        kind="predict",
        command=command or f"predict_in_pieces({model.name!r}, {dataset.name!r}, ...)",
        about={},
        inputs=inputs_of(trials, model.needs),
        overwrite=overwrite,
    ) as run:
        pieces = [
            PredictPiece(
                run.part(f"{start // PIECE_TRIALS:05d}.parquet"), model, trials[start : start + PIECE_TRIALS], options
            )
            for start in range(0, len(trials), PIECE_TRIALS)
        ]
        how: dict[str, Any] = {"workers": workers, "scheduler": scheduler, "progress": progress}
        run.do(pieces, label=f"predict {model.name}", **how, shared=[model])
        return Scanpaths.concat([Scanpaths.load(piece.part) for piece in pieces])


@dataclass(frozen=True)
class PredictPiece:
    """Some trials, predicted into one file."""

    part: Path
    model: ScanpathModel
    trials: list[Trial]
    options: dict[str, Any]

    def __call__(self) -> list[Path]:
        """Predict and write."""
        predicted(self.model, self.trials, **self.options, progress=False).save(self.part)
        return [self.part]
