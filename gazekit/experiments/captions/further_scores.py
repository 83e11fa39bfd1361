"""Scores beside those of the evaluation: plausibility by window length, and against the writer of each caption.

Compared with everybody who looked at an image, the right captions of an image and the other captions of the same image
are the same captions, only shuffled: they cannot differ but by chance. Whether a caption says something of its writer
shows when a path is compared with that one person, and with the others.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.experiments.captions.observations import Captioned, by_observation
from gazekit.metrics.context import Context, Source
from gazekit.metrics.measure import Measure, score
from gazekit.metrics.plausibility import LENGTHS, combine, similarities_to_people


def by_length(sources: Sequence[tuple[str, Scanpaths]], people: Scanpaths, dataset: str) -> pd.DataFrame:
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

    Returns
    -------
    pandas.DataFrame
        Scores of `Results`, the metric being the length as text.
    """
    judges = people.table.groupby("trial")["subject"].nunique()
    rows = []
    for name, paths in sources:
        others = paths.table["trial"].map(judges).fillna(0).to_numpy(dtype=np.int64) - 1
        judged = similarities_to_people(paths, people, threads=1)
        values = np.column_stack(
            [
                combine(judged.similarities[..., [k]], "best_per_length", others, judged.counted)
                for k in range(len(LENGTHS))
            ]
        )
        for stimulus, of in paths.table.groupby("stimulus", sort=False).indices.items():
            for k, length in enumerate(LENGTHS):
                own = values[of, k]
                defined = own[np.isfinite(own)]
                mean = float(defined.mean()) if len(defined) else np.nan
                rows.append((dataset, name, str(length), stimulus, mean, len(own), len(own) - len(defined)))
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


def sources_of(predictions: Scanpaths, people: Scanpaths) -> list[tuple[str, Scanpaths]]:
    """People first, then every source of the predictions in its order."""
    names = predictions.table["source"]
    return [(HUMAN, people), *((str(n), predictions.filter(source=n)) for n in dict.fromkeys(names))]


WRITER, OTHERS = "the writer", "the others"
PLAUSIBILITY = "plausibility_mean"  # the definition that does not grow with the number of people


def writer_scores(
    sources: Sequence[tuple[str, Scanpaths]], captioned: Captioned, metrics: Sequence[Measure]
) -> pd.DataFrame:
    """Score every source against the writer of each observation, and against the other people on the image.

    Only observations whose image somebody else looked at as well count, the same for both.

    Parameters
    ----------
    sources : sequence of (name, Scanpaths)
        People first; a person's own path meets the others, the others' paths meet the writer's.
    captioned : Captioned
        With `own` paths.
    metrics : sequence of Measure
        Of pairs of paths.

    Returns
    -------
    pandas.DataFrame
        Scores of `Results`, the data set being `WRITER` or `OTHERS`; empty without `own` paths, or if nobody else
        looked.
    """
    if captioned.own is None:
        return pd.DataFrame(columns=SCORE_COLUMNS)
    everybody = by_observation(captioned.images.scanpaths, captioned)
    writer = everybody.table["trial"].map(captioned.writers).to_numpy()
    others = everybody.filter(everybody.table["subject"].to_numpy() != writer)
    counted = set(others.table["trial"])
    judges = {WRITER: captioned.own.filter(trial=sorted(counted)), OTHERS: others}
    parts = []
    for judge, people in judges.items():
        for name, paths in sources:
            if name == HUMAN:
                mine = judges[OTHERS] if judge == WRITER else judges[WRITER]
            else:
                mine = by_observation(paths, captioned)
                mine = mine.filter(mine.table["trial"].isin(counted).to_numpy())
            if len(mine) and len(people):
                pairs = score(metrics, Source(name, mine), people, Context(people))
                scores = [pairs, _plausibility(mine, people)]
                parts += [part.assign(dataset=judge, model=name)[SCORE_COLUMNS] for part in scores if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SCORE_COLUMNS)


def swapped(scores: pd.DataFrame) -> pd.DataFrame:
    """The same scores with sources as data sets and judges as models, so that writer and others can be subtracted."""
    return scores.assign(dataset=scores["model"], model=scores["dataset"])


def _plausibility(mine: Scanpaths, people: Scanpaths) -> pd.DataFrame:
    judged = similarities_to_people(mine, people, threads=1)
    values = pd.Series(combine(judged.similarities, "mean", counted=judged.counted))
    groups = values.groupby(mine.table["stimulus"].to_numpy(), sort=False)
    pairs = groups.size()
    found = pd.DataFrame({"metric": PLAUSIBILITY, "value": groups.mean(), "pairs": pairs})
    found["undefined"] = pairs - groups.count()
    return found.rename_axis("stimulus").reset_index()
