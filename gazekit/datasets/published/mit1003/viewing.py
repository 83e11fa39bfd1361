"""Which recordings are read, and which fixations of one count, whichever source they are from."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.foundations.errors import DataError

LOST = "fixations on lost gaze (blinks; dropped)"
BRIEF = "fixations shorter than {:g} ms (dropped)"
REPLACED = "first fixations that are missing or on lost gaze (the image's centre in their place)"
FORCED = "forced first fixations (dropped)"
EMPTY = "recordings without a fixation (left out)"
NOT_THERE = "recordings that are not in the folder"
NO_FRAME = "recordings of an image whose size is not known (left out)"
STIMULI, SUBJECTS = 1003, 15


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
    """
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


def settle_parts(
    folder: PublishedFolder, recorded: Sequence[tuple[str, str]], sized: Collection[str], missing: str
) -> set[tuple[str, str]]:
    """Say which recordings can be read, and refuse or count the others.

    Parameters
    ----------
    folder : PublishedFolder
        Its `counts` are told what is missing.
    recorded : sequence of (subject, image)
        The recordings that are there; images without suffix.
    sized : collection of str
        Images whose size is known.
    missing : {"error", "skip"}
        What to do if recordings are not there, or are of an image whose size is not known.

    Returns
    -------
    set of (subject, image)

    Raises
    ------
    DataError
        Something is missing and `missing` is "error"; the message has the counts and what to do.
    """
    whole, people = STIMULI * SUBJECTS, len({subject for subject, _ in recorded})
    if len(recorded) < whole:
        if missing == "error":
            raise DataError(
                f"{folder.root} holds part of MIT1003: {len(recorded):,} of {whole:,} recordings, by {people} of "
                f"{SUBJECTS} people; {folder.card.where}; missing='skip' reads the part that is there"
            )
        folder.counts[NOT_THERE] = whole - len(recorded)
    readable = {(subject, image) for subject, image in recorded if image in sized}
    lost = len(recorded) - len(readable)
    if lost:
        if missing == "error":
            images = len({image for _, image in recorded if image not in sized})
            raise DataError(
                f"{folder.root} holds part of MIT1003: {images:,} of {STIMULI:,} images are neither in ALLSTIMULI nor "
                f"in image_sizes.csv, so that the sizes that {lost:,} recordings refer to are not known; "
                f"{folder.card.where}; missing='skip' reads the other recordings"
            )
        folder.counts[NO_FRAME] = lost
    return readable
