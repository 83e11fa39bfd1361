"""Registry entries of scanpath plausibility: every definition, with equally many people for models and for people."""

from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.plausibility import CAUTION, combine, distinct_symbols, similarities_to_people
from gazekit.metrics.sets import SetMetric, Trials, set_metrics

FIXED_HUMANS = 4  # for the columns that compare data sets: each of ours has 5 people or more on nearly every trial
OUTPUTS = (
    "plausibility_best_per_length",
    "plausibility_best_human",
    "plausibility_mean",
    "plausibility_best_per_length_fixed",
    "plausibility_best_human_fixed",
)
DISTINCT = "distinct_cells"


def plausibility_by_stimulus(
    a: Scanpaths, b: Scanpaths, trials: Trials | None = None, *, fixed_humans: int = FIXED_HUMANS, **options: Any
) -> pd.DataFrame:
    """Mean plausibility of one source's paths on each stimulus, and the number of cells that they visit.

    A best of many grows with how many there are, and a person among P has P - 1 others: every path is given the
    expected score for P - 1 people drawn from those that it is judged by, so that models and people compare.

    Parameters
    ----------
    a : Scanpaths
        The paths that are judged; people are judged by the other people.
    b : Scanpaths
        People's paths.
    trials : mapping, optional
        Not used; every measure of sets is given it.
    fixed_humans : int
        People drawn for the columns that end in `fixed`, which compare data sets.
    **options
        Of `sbtde`: transpositions, symbols, bins, temporal_bin_ms, fixatons_grid.

    Returns
    -------
    pandas.DataFrame
        A row per stimulus of `a` (the index): the columns of `OUTPUTS`, and `distinct_cells`. NaN where nobody else
        looked, or (columns that end in `fixed`) fewer than `fixed_humans` people.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": "s", "subject": ["a", "b"], "width": 100, "height": 100}, index=[0, 1])
    >>> people = Scanpaths([10, 40, 90, 10, 90], [10, 40, 90, 10, 90], [0, 3, 5], table)
    >>> plausibility_by_stimulus(people, people)[["plausibility_mean", "distinct_cells"]].round(3).to_dict("index")
    {'s': {'plausibility_mean': 0.667, 'distinct_cells': 2.5}}
    """
    if not len(a):
        return pd.DataFrame(columns=[*OUTPUTS, DISTINCT], index=pd.Index([], dtype=str), dtype=np.float64)
    people = b.table.groupby("trial")["subject"].nunique()
    others = a.table["trial"].map(people).fillna(0).to_numpy(dtype=np.int64) - 1
    rows = []
    for similarities, n in zip(similarities_to_people(a, b, threads=1, **options), others, strict=True):
        rows.append(
            (
                _expected(similarities, "best_per_length", n),
                _expected(similarities, "best_human", n),
                _expected(similarities, "mean", n),
                _expected(similarities, "best_per_length", fixed_humans),
                _expected(similarities, "best_human", fixed_humans),
            )
        )
    table = pd.DataFrame(rows, columns=list(OUTPUTS), dtype=np.float64)
    distinct = distinct_symbols(a, **options).astype(np.float64)
    table[DISTINCT] = np.where(distinct > 0, distinct, np.nan)
    return table.groupby(a.table["stimulus"].to_numpy(), sort=True).mean()


def _expected(similarities: np.ndarray, definition: Any, people: int) -> float:
    return combine(similarities, definition, people) if people > 0 else float("nan")


def _mean_of(*columns: str) -> Any:
    def compute(a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> list[float]:
        return plausibility_by_stimulus(a, b, trials, **options)[list(columns)].mean().tolist()

    return compute


def _register() -> None:
    options = {"fixed_humans": FIXED_HUMANS, "symbols": "grid", "bins": (4, 4), "temporal_bin_ms": None}
    summary = (
        "How well the best-matching person accounts for a path (best per window length; one person for all lengths; "
        f"mean over people; fixed: best of {FIXED_HUMANS} people); mean over stimuli"
    )
    for name, outputs, better, bounds, what in (
        ("plausibility", OUTPUTS, True, (0.0, 1.0), summary),
        (DISTINCT, (DISTINCT,), None, (0.0, 16.0), "Different cells of the grid that a path visits; mean over stimuli"),
    ):
        set_metrics.add(
            name,
            SetMetric(
                name=name,
                outputs=outputs,
                higher_is_better=better,
                bounds=bounds,
                unit="1",
                needs=(),
                summary=what,
                source="Schwinn et al. 2022, TMLR; the number of people: gazekit",
                compute=_mean_of(*outputs),
                params=options,
                by_stimulus=plausibility_by_stimulus,
                leaves_out=True,
                caution=CAUTION,
            ),
        )


_register()
