"""Half of MIT1003 is refused with a sentence, or read and counted, as the caller says."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

from gazekit.core.card import Card
from gazekit.foundations.errors import DataError, GazekitError

STIMULI = 1003
SUBJECTS = 15
MISSING = ("error", "skip")
NOT_THERE = "recordings that are not in the folder"
NO_FRAME = "recordings of an image whose size is not known (left out)"


def settle_parts(
    root: Path,
    recorded: Sequence[tuple[str, str]],
    sized: Collection[str],
    missing: str,
    card: Card,
    counts: Counter[str],
) -> set[tuple[str, str]]:
    """Say which recordings can be read, and refuse or count the others.

    Parameters
    ----------
    root : Path
        The folder, for messages.
    recorded : sequence of (subject, image)
        The recordings that are there; images without suffix.
    sized : collection of str
        Images whose size is known.
    missing : {"error", "skip"}
        What to do if recordings are not there, or are of an image whose size is not known.
    card : Card
        For messages.
    counts : Counter
        Is told what is missing.

    Returns
    -------
    set of (subject, image)

    Raises
    ------
    DataError
        Something is missing and `missing` is "error"; the message has the counts and what to do.
    GazekitError
        An unknown policy.
    """
    if missing not in MISSING:
        raise GazekitError(f"missing must be 'error' or 'skip', not {missing!r}")
    whole, people = STIMULI * SUBJECTS, len({subject for subject, _ in recorded})
    if len(recorded) < whole:
        if missing == "error":
            raise DataError(
                f"{root} holds part of MIT1003: {len(recorded):,} of {whole:,} recordings, by {people} of {SUBJECTS} "
                f"people; {card.where}; missing='skip' reads the part that is there"
            )
        counts[NOT_THERE] = whole - len(recorded)
    readable = {(subject, image) for subject, image in recorded if image in sized}
    lost = len(recorded) - len(readable)
    if lost:
        if missing == "error":
            images = len({image for _, image in recorded if image not in sized})
            raise DataError(
                f"{root} holds part of MIT1003: {images:,} of {STIMULI:,} images are neither in ALLSTIMULI nor in "
                f"image_sizes.csv, so that the sizes that {lost:,} recordings refer to are not known; {card.where}; "
                f"missing='skip' reads the other recordings"
            )
        counts[NO_FRAME] = lost
    return readable
