"""What single persons have in a value that has no parts of theirs, as a best of many or a map: leave each one out.

A person's *deviation* is how far they have moved the value. It is kept as the part that would have moved it as far in a
mean (the pseudo-value of the jackknife), so that intervals know one kind of part only.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gazekit.metrics.measure import CELL_COLUMNS


def deviations(lost: np.ndarray) -> np.ndarray:
    """Deviations of people on one side, along the first axis, from what the value loses without each of them.

    What one loses is compared with what the others do: that there is one fewer is no fact about a person. The sum of
    squares is the variance over people of this side.

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 6.0])
    >>> lost = np.array([values[values != v].mean() for v in values]) - values.mean()
    >>> bool(np.isclose((deviations(lost) ** 2).sum(), values.var(ddof=1) / 3))
    True
    """
    count = len(lost)
    return np.sqrt((count - 1) / count) * (lost.mean(axis=0) - lost) if count else lost


def pseudo_values(value: np.ndarray | float, lost: np.ndarray) -> np.ndarray:
    """What the value would be if everybody on a side were like this person, to first order (Tukey's pseudo-values).

    As in `deviations`, what one loses is compared with what the others do. A mean over draws moves with a person by how
    far their pseudo-values are from it, one share of n in each draw where the person has a part. One draw alone would
    not do: whom a person happens to meet in it would count as a fact about the person.

    Parameters
    ----------
    value : (k,) float64 or float
        In one draw.
    lost : (n, k) or (n,) float64
        What it loses without each of the n people of a side; NaN where nothing is left or the person has no part.

    Returns
    -------
    (n, k) or (n,) float64

    Examples
    --------
    >>> values = np.array([1.0, 2.0, 6.0])
    >>> lost = np.array([values[values != v].mean() for v in values]) - values.mean()
    >>> pseudo_values(values.mean(), lost).tolist()
    [1.0, 2.0, 6.0]
    """
    there = np.isfinite(lost)
    count = there.sum(axis=0)
    mean = np.where(there, lost, 0.0).sum(axis=0) / np.maximum(count, 1)
    return value + (count - 1) * (mean - lost)


def cells_of(
    model: str, rows: pd.DataFrame, of_persons: Mapping[tuple[str, str], Sequence[tuple[str, float]]]
) -> pd.DataFrame:
    """Parts of persons with these deviations; see `Scored.cells`.

    Parameters
    ----------
    model : str
        Whose scores.
    rows : pandas.DataFrame
        metric, stimulus, value, pairs, undefined: its scores.
    of_persons : mapping of (metric, stimulus) to sequence of (subject, deviation)
        Scores that are missing, or of a single path or draw, have no parts.
    """
    found = []
    for row in rows.itertuples():
        each = [(subject, d) for subject, d in of_persons.get((row.metric, row.stimulus), ()) if np.isfinite(d)]
        others = row.pairs - row.undefined - 1
        if others > 0 and len(each) > 1:
            scale = others * np.sqrt(len(each) / (len(each) - 1))
            found += [(model, row.metric, row.stimulus, "", s, row.value + scale * d, 1) for s, d in each]
    return pd.DataFrame(found, columns=CELL_COLUMNS[:-2]).reindex(columns=CELL_COLUMNS)
