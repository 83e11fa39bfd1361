"""Shares of the human ceiling: a value on the scale from nothing, or from chance, to people, where there is one.

A share divides by a range that is estimated. Where that range cannot be told from nothing, or is so small that a value
lies far outside it, the quotient magnifies noise or says the opposite of what it seems to. No share is given then, and
a note says why.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.estimates import LEVEL, Estimates
from gazekit.metrics.outputs import has_zero, higher_is_better

LEAST, MOST = -1.0, 2.0  # shares beyond: the value is further from the range than the range is long
NOT_ABOVE_CHANCE = "people are not clearly better than chance"
NOT_ABOVE_ZERO = "people's value is not clearly above 0"
NO_DISTANCE = "the model's distance is not clearly above 0"
NO_ZERO = "0 does not mean none of it"
NO_CHANCE = "no image-blind null to compare with"
NOT_TOGETHER = "not defined on the same stimuli as people"
TOO_SMALL = "the range is too small for it: the value lies further outside than the range is long"
SHARE_COLUMNS = ["share", "share_low", "share_high", "share_above_chance", "above_low", "above_high"]
NOTES = {"share_note": "share of the ceiling", "above_note": "share above chance"}  # columns, and of what


class Share(NamedTuple):
    """A share with its 95 % interval, or why there is none."""

    value: float
    low: float
    high: float
    note: str = ""


def shares_of(estimates: Iterable[Estimates], chance: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """How much of the human ceiling each model reaches, over the stimuli where all that is compared is defined.

    Parameters
    ----------
    estimates : iterable of Estimates
        One per data set and measure. Descriptions, of which neither more nor less is better, have no shares, and
        measures without people none.
    chance : mapping of (dataset, metric) to str
        The row that is chance: the best image-blind null, see `gazekit.evaluation.chance`.

    Returns
    -------
    pandas.DataFrame
        dataset, model, metric; share, share_low, share_high: value / ceiling, and ceiling / value for a distance;
        share_above_chance, above_low, above_high: (value - chance) / (ceiling - chance), 0 is chance, 1 is another
        person, it may be negative; share_note and above_note: why there is none, empty where there is one;
        chance: the null that is chance.
    """
    rows = []
    for each in estimates:
        better = higher_is_better(each.metric)
        if better is None or HUMAN not in each.models:
            continue
        null = chance.get((each.dataset, each.metric), "")
        for model in (name for name in each.models if name != HUMAN):
            if not has_zero(each.metric):
                share = _none(NO_ZERO)
            elif better:
                share = _share(each, model, HUMAN, None, sign=1, unclear=NOT_ABOVE_ZERO)
            else:
                share = _share(each, HUMAN, model, None, sign=1, unclear=NO_DISTANCE)
            if null not in each.models:
                above = _none(NO_CHANCE)
            else:
                above = _share(each, model, HUMAN, null, sign=1 if better else -1, unclear=NOT_ABOVE_CHANCE)
            rows.append((each.dataset, model, each.metric, *share[:3], *above[:3], share.note, above.note, null))
    return pd.DataFrame(rows, columns=["dataset", "model", "metric", *SHARE_COLUMNS, *NOTES, "chance"])


def _share(each: Estimates, value: str, ceiling: str, floor: str | None, *, sign: int, unclear: str) -> Share:
    """(value - floor) / (ceiling - floor), if that range clearly has the sign that it should: p below .05."""
    weights = {value: 0.0, **({} if floor is None else {floor: -1.0}), ceiling: 1.0}
    length = each.combine(weights).estimate()
    if not np.isfinite(length.value):
        return _none(NOT_TOGETHER)
    if not (sign * length.value > 0 and length.p < 1 - LEVEL):
        return _none(unclear)
    found = each.ratio(value, ceiling, floor).estimate()
    return Share(found.value, found.low, found.high) if LEAST <= found.value <= MOST else _none(TOO_SMALL)


def _none(note: str) -> Share:
    return Share(np.nan, np.nan, np.nan, note)


def without_share(shares: pd.DataFrame, columns: Sequence[str] = tuple(NOTES)) -> list[str]:
    """A sentence per reason: which models have no share, of those rows that are given.

    Examples
    --------
    >>> rows = [("a", NOT_ABOVE_ZERO, NOT_ABOVE_CHANCE), ("b", NOT_ABOVE_ZERO, "")]
    >>> for line in without_share(pd.DataFrame(rows, columns=["model", *NOTES])):
    ...     print(line)
    no share of the ceiling for a, b: people's value is not clearly above 0
    no share above chance for a: people are not clearly better than chance
    """
    lines = []
    for column in (name for name in columns if name in shares):
        noted = shares[shares[column].fillna("") != ""]
        for note, part in noted.groupby(column, sort=False):
            lines.append(f"no {NOTES[column]} for {', '.join(part['model'])}: {note}")
    return lines
