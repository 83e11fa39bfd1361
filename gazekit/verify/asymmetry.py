"""The published search-asymmetry results, recomputed from the saccade counts that were published with them."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.experiments.asymmetry.published import DESIGNS, MODELS, PublishedCondition, PublishedModel
from gazekit.experiments.asymmetry.results import MEAN, AsymmetryResults
from gazekit.files.untrusted import decoding, read_csv_text
from gazekit.foundations.errors import DataError
from gazekit.verify.outcome import Outcome

FOLDER = "out_data"


TOLERANCE = 1e-3
COLUMNS = (
    "model",
    "experiment",
    "condition",
    "saccades by set size",
    "RT by set size, ms",
    "slope",
    "published slope",
    "index",
    "published index",
    "difference",
)


def verify_asymmetry(data: Path | str, *, tolerance: float = TOLERANCE) -> Outcome:
    """Recompute mean saccades, reaction times, slopes and asymmetry indices of every model in a folder.

    Rows of 0 and 1 give the saccades of each search (see `read_counts`); an unsolved one counts as many
    as items were shown; RT = 252.359 n + 376.271 ms; slopes by least squares over the means; index (hard - easy) /
    (hard + easy) of slopes clipped at 0.

    Parameters
    ----------
    data : path
        Folder with `<model>/out_data/<condition>.csv`, or one such model.
    tolerance : float
        Largest difference that passes. Published slopes have three digits, indices four.

    Returns
    -------
    Outcome
        Two rows per model and experiment and one for the mean index. A model whose folder has a published name (eccNET,
        IVSN, chance, ...) is compared, and fails if a file is missing; any other is recomputed and shown.

    Raises
    ------
    DataError
        No model folder, or a file that is not a table of counts; the message names it.
    """
    rows: list[tuple[str, ...]] = []
    notes: list[str] = []
    gaps: list[float] = []
    whole = True
    for folder in model_folders(Path(data)):
        trials, missing = read_model(folder)
        notes += missing
        name = folder.resolve().name
        published = MODELS.get(name)
        whole = whole and not (published and missing)
        if published is None:
            notes.append(f"{name}: no values are published under this name; recomputed without comparison")
        for texts, here in _rows(trials, published) if len(trials) else ():
            rows.append((name, *texts, f"{max(here):.1e}" if here else ""))
            gaps += here
    if not gaps:
        notes.append("nothing was compared: no folder here has the name of a published model")
    notes.append("an unsolved search counts as many saccades as items were shown, as published")
    return Outcome.of(dict.fromkeys(COLUMNS, ""), rows, gaps, tolerance, also=whole, notes=notes)


def _rows(trials: pd.DataFrame, published: PublishedModel | None) -> Iterator[tuple[tuple[str, ...], list[float]]]:
    """Cells between model and difference, and the differences to published values, of every row of a model."""
    analysis = AsymmetryResults(trials, resamples=1)  # no interval is asked for
    cells = analysis.cells.groupby(["experiment", "condition"], sort=False)
    slopes = analysis.slopes.set_index(["experiment", "condition"])["slope"]
    indices = analysis.indices.set_index("experiment")["index"]

    def compared(ours: float, theirs: float | None) -> tuple[list[str], list[float]]:
        if theirs is None:
            return [f"{ours:+.4f}", ""], []
        return [f"{ours:+.4f}", f"{theirs:+.4f}"], [abs(ours - theirs)]

    for experiment, conditions in analysis.conditions.items():
        for k, condition in enumerate(conditions):
            cell, ours = cells.get_group((experiment, condition)), float(slopes[experiment, condition])
            theirs, index, gaps = "", ["", ""], []
            if published:
                theirs = f"{published.slopes[experiment][k]:.3f}"
                gaps.append(abs(ours - published.slopes[experiment][k]))
            if published and published.saccades:
                gaps += list(np.abs(cell["saccades"].to_numpy() - published.saccades[experiment][k]))
            if k == 1:
                index, gap = compared(float(indices[experiment]), published.indices[experiment] if published else None)
                gaps += gap
            means = _numbers(cell["saccades"], 3), _numbers(cell["rt"], 0)
            yield (experiment, condition, *means, f"{ours:.3f}", theirs, *index), gaps
    comparable = len(analysis.conditions) == len(DESIGNS)
    index, gaps = compared(float(indices[MEAN]), published.mean if published and comparable else None)
    yield (f"mean of {len(analysis.conditions)}", "", "", "", "", "", *index), gaps


def _numbers(values: Sequence[float], digits: int) -> str:
    return " ".join(f"{v:.{digits}f}" for v in values)


def read_counts(file: Path, set_sizes: tuple[int, ...]) -> pd.DataFrame:
    """Read one file of counts.

    A row of 0 and 1 has its 1 in the column that is the number of saccades to the target, or none where the target was
    not found. Rows stand in the order of rising set size, as many for each. Files differ in their number of rows and
    columns; both are taken from the file.

    Parameters
    ----------
    file : path
        The CSV file, without a head line.
    set_sizes : tuple of int
        The condition's set sizes.

    Returns
    -------
    pandas.DataFrame
        set_size, display (from 0 within each set size), saccades (0 where not found), found, limit (the columns).

    Raises
    ------
    DataError
        Absent, not a table of 0 and 1, two 1 in a row, or rows that cannot be shared out among the set sizes.
    """
    if not file.is_file():
        raise DataError(f"{file} is not there; it should hold the saccade counts of one condition")
    text = io.StringIO(read_csv_text(file))
    with decoding(f"{file} is not a table of 0 and 1", "take the file from its authors again"):
        table = pd.read_csv(text, header=None, skip_blank_lines=True).to_numpy(dtype=float)
    if not np.isin(table, (0, 1)).all():
        raise DataError(f"{file} holds other values than 0 and 1; each row should have a 1 at its number of saccades")
    several = np.flatnonzero(table.sum(axis=1) > 1)
    if len(several):
        raise DataError(f"{file} has more than one 1 in row {several[0] + 1}; a search ends once")
    per_size, rest = divmod(len(table), len(set_sizes))
    if rest:
        raise DataError(
            f"{file} has {len(table)} rows, which are not the same number for each of the set sizes "
            f"{', '.join(map(str, set_sizes))}"
        )
    return pd.DataFrame(
        {
            "set_size": np.repeat(set_sizes, per_size),
            "display": np.tile(np.arange(per_size), len(set_sizes)),
            "saccades": table.argmax(axis=1),
            "found": table.any(axis=1),
            "limit": table.shape[1],
        }
    )


def read_model(folder: Path) -> tuple[pd.DataFrame, list[str]]:
    """Read all counts of a model.

    Parameters
    ----------
    folder : path
        The model's folder, with `out_data/*.csv`.

    Returns
    -------
    trials : pandas.DataFrame
        Columns of `read_counts` after model (the folder's name), experiment and condition. An experiment is there if
        both of its conditions are.
    notes : list of str
        A sentence for every experiment left out.

    Raises
    ------
    DataError
        A file that cannot be read.
    """
    parts, notes = [], []
    for design in DESIGNS.values():
        absent = [c.file for c in design.conditions if not _file(folder, c).is_file()]
        if absent:
            names = " and ".join(f"{name}.csv" for name in absent)
            notes.append(
                f"{folder.name}: {names} {'are' if len(absent) > 1 else 'is'} missing, so {design.name} was left out"
            )
            continue
        for condition in design.conditions:
            counts = read_counts(_file(folder, condition), design.set_sizes)
            parts.append(counts.assign(experiment=design.name, condition=condition.name))
    columns = ["model", "experiment", "condition", "set_size", "display", "saccades", "found", "limit"]
    if not parts:
        return pd.DataFrame(columns=columns), notes
    return pd.concat(parts, ignore_index=True).assign(model=folder.resolve().name)[columns], notes


def model_folders(data: Path) -> list[Path]:
    """Folders of models: those with `out_data` in them; `data` itself if it is one.

    Raises
    ------
    DataError
        There is none.
    """
    if (data / FOLDER).is_dir():
        return [data]
    found = sorted(p for p in data.iterdir() if (p / FOLDER).is_dir()) if data.is_dir() else []
    if not found:
        raise DataError(f"{data} holds no <model>/{FOLDER} folder of saccade counts; give the folder of the models")
    return found


def _file(folder: Path, condition: PublishedCondition) -> Path:
    return folder / FOLDER / f"{condition.file}.csv"
