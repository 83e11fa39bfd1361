"""Plausibility window length by window length: the curve behind the one number."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.metrics.plausibility import LENGTHS, combine, similarities_to_people


def by_length(
    sources: Sequence[tuple[str, Scanpaths]], people: Scanpaths, dataset: str, lengths: Sequence[int] = LENGTHS
) -> pd.DataFrame:
    """Similarity to the best person at each window length, as `plausibility` takes it before averaging.

    Everybody is judged by the expected best of as many people as judge a person: one fewer than looked at the image.

    Parameters
    ----------
    sources : sequence of (name, Scanpaths)
        Whose paths; those of `human` are judged by the other people.
    people : Scanpaths
        People's paths on the same trials.
    dataset : str
        For the table.
    lengths : sequence of int
        Window lengths, fixations.

    Returns
    -------
    pandas.DataFrame
        Scores of `Results`, the metric being the length as text.
    """
    judges = people.table.groupby("trial")["subject"].nunique()
    rows = []
    for name, paths in sources:
        others = paths.table["trial"].map(judges).fillna(0).to_numpy(dtype=np.int64) - 1
        tables = similarities_to_people(paths, people, lengths=lengths, threads=1)
        values = np.array(
            [
                [combine(table[:, [k]], "best_per_length", n) if n > 0 else np.nan for k in range(len(lengths))]
                for table, n in zip(tables, others, strict=True)
            ]
        ).reshape(-1, len(lengths))
        for stimulus, of in paths.table.groupby("stimulus", sort=False).indices.items():
            for k, length in enumerate(lengths):
                own = values[of, k]
                defined = own[np.isfinite(own)]
                mean = float(defined.mean()) if len(defined) else np.nan
                rows.append((dataset, name, str(length), stimulus, mean, len(own), len(own) - len(defined)))
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


def sources_of(predictions: Scanpaths, people: Scanpaths) -> list[tuple[str, Scanpaths]]:
    """People first, then every source of the predictions in its order."""
    names = predictions.table["source"]
    return [(HUMAN, people), *((str(n), predictions.filter(source=n)) for n in dict.fromkeys(names))]
