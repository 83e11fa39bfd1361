"""One person's fixations on one image, whichever source they are from, and what is left out of them."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from gazekit.foundations.errors import GazekitError

LOST = "fixations on lost gaze (blinks; dropped)"
BRIEF = "fixations shorter than {:g} ms (dropped)"
REPLACED = "first fixations that are missing or on lost gaze (the image's centre in their place)"
FORCED = "forced first fixations (dropped)"
EMPTY = "recordings without a fixation (left out)"
FIRST = ("keep", "drop")


class Viewing(NamedTuple):
    """Fixations before anything is left out.

    Parameters
    ----------
    stem : str
        The image's name without suffix.
    subject : str
        Who looked.
    x, y, duration : (k,) float64
        px of the image and ms.
    valid : (k,) bool
        Whether gaze was known.
    forced : bool
        Whether the first of them began with the recording, so that it is the fixation that the experiment imposed.
    """

    stem: str
    subject: str
    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray
    valid: np.ndarray
    forced: bool


def settle(
    viewing: Viewing, centre: tuple[float, float], first: str, min_duration: float | None, counts: Counter[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Leave out what is not a fixation that counts, and apply the policy for the first one.

    People had to look at a cross at the centre when the image appeared. With `first="keep"` every path begins there:
    where that fixation is missing or on lost gaze, the centre stands in for it (its duration is NaN where it is
    missing). With `first="drop"` no path has it. `min_duration` is about the other fixations.

    Parameters
    ----------
    viewing : Viewing
        One person on one image.
    centre : (x, y)
        px.
    first : {"keep", "drop"}
        The policy.
    min_duration : float or None
        Leave out fixations that last less, ms.
    counts : Counter
        Is told what was left out.

    Returns
    -------
    (x, y, duration) or None
        None where nothing is left.

    Raises
    ------
    GazekitError
        An unknown policy.
    """
    if first not in FIRST:
        raise GazekitError(f"first must be 'keep' or 'drop', not {first!r}")
    if not viewing.valid.any():
        counts[EMPTY] += 1
        return None
    rest = slice(1 if viewing.forced else 0, None)
    x, y, duration, valid = (column[rest] for column in (viewing.x, viewing.y, viewing.duration, viewing.valid))
    counts[LOST] += int((~valid).sum())
    brief = valid & (duration < (min_duration or 0.0))
    counts[BRIEF.format(min_duration or 0.0)] += int(brief.sum())
    keep = valid & ~brief
    x, y, duration = x[keep], y[keep], duration[keep]
    if first == "drop":
        counts[FORCED] += int(viewing.forced)
        if len(x) == 0:
            counts[EMPTY] += 1
            return None
        return x, y, duration
    start = (*centre, float(viewing.duration[0]) if viewing.forced else np.nan)
    if viewing.forced and viewing.valid[0]:
        start = (float(viewing.x[0]), float(viewing.y[0]), float(viewing.duration[0]))
    else:
        counts[REPLACED] += 1
    return tuple(np.concatenate([[s], c]) for s, c in zip(start, (x, y, duration), strict=True))  # type: ignore[return-value]
