"""The published search-asymmetry results, recomputed from the saccade counts that were published with them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.experiments.asymmetry.published import DESIGNS, MODELS, PublishedModel
from gazekit.experiments.asymmetry.stored_counts import model_folders, read_model
from gazekit.experiments.asymmetry.tables import MEAN, Analysis
from gazekit.verify.outcome import Outcome

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

    Rows of 0 and 1 give the saccades of each search (see `stored_counts.read_counts`); an unsolved one counts as many
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
    analysis = Analysis(trials, resamples=1)  # no interval is asked for
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
