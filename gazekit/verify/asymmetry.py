"""The published search-asymmetry results, recomputed from the saccade counts that were published with them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.experiments.asymmetry.designs import DESIGNS
from gazekit.experiments.asymmetry.published_models import ECCNET_SACCADES, MODELS, ORDER, PublishedModel
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
        if len(trials):
            model_rows, model_gaps = _model(name, trials, published)
            rows, gaps = [*rows, *model_rows], [*gaps, *model_gaps]
    if not gaps:
        notes.append("nothing was compared: no folder here has the name of a published model")
    notes.append("an unsolved search counts as many saccades as items were shown, as published")
    # No gap may hide in a NaN: max() of a list with NaN depends on its order.
    worst = float(np.max(gaps)) if gaps else 0.0
    columns = dict.fromkeys(COLUMNS, "")
    return Outcome(columns, tuple(rows), worst, tolerance, whole and bool(worst <= tolerance), tuple(notes))


def _model(
    name: str, trials: pd.DataFrame, published: PublishedModel | None
) -> tuple[list[tuple[str, ...]], list[float]]:
    """Rows of the table, and the differences to published values."""
    analysis = Analysis(trials, resamples=1)  # no interval is asked for
    cells = analysis.cells.groupby(["experiment", "condition"], sort=False)
    slopes = analysis.slopes.set_index(["experiment", "condition"])["slope"]
    indices = analysis.indices.set_index("experiment")["index"]
    rows, gaps = [], []
    for experiment, conditions in analysis.conditions.items():
        for k, condition in enumerate(conditions):
            cell = cells.get_group((experiment, condition))
            ours = float(slopes[experiment, condition])
            texts = [_numbers(cell["saccades"], 3), _numbers(cell["rt"], 0), f"{ours:.3f}", "", "", "", ""]
            here = []
            if published:
                theirs = published.slopes[ORDER.index(experiment)][k]
                texts[3] = f"{theirs:.3f}"
                here.append(abs(ours - theirs))
                if name == "eccNET":
                    here += list(np.abs(cell["saccades"].to_numpy() - ECCNET_SACCADES[experiment][k]))
            if k == 1:
                texts[4] = f"{indices[experiment]:+.4f}"
                if published:
                    texts[5] = f"{published.index(experiment):+.4f}"
                    here.append(abs(float(indices[experiment]) - published.index(experiment)))
            texts[6] = f"{max(here):.1e}" if here else ""
            rows.append((name, experiment, condition, *texts))
            gaps += here
    last = ["", "", "", "", f"{indices[MEAN]:+.4f}", "", ""]
    if published and len(analysis.conditions) == len(DESIGNS):
        gaps.append(abs(float(indices[MEAN]) - published.mean))
        last[5], last[6] = f"{published.mean:+.4f}", f"{gaps[-1]:.1e}"
    rows.append((name, f"mean of {len(analysis.conditions)}", "", *last))
    return rows, gaps


def _numbers(values: Sequence[float], digits: int) -> str:
    return " ".join(f"{v:.{digits}f}" for v in values)
