"""The arrays of the eccNET saccade experiments: rows subject by subject, padded with zeros, a count per row."""

from pathlib import Path

import numpy as np

from gazekit.core.card import Card
from gazekit.datasets.published.published_files import need_file, read_npy, unexpected

SUBJECTS = 15
SIZE = (1280, 1024)  # px of the screen, width and height
CENTRE = (640.0, 512.0)  # (x, y), px


def read_rows(root: Path, who: str, card: Card) -> tuple[np.ndarray, np.ndarray]:
    """Fixations of people ("human_all") or of a model, in the stored axis order.

    Returns
    -------
    fixations : (rows, longest, 2) float64
        px, stored axis order; zeros after each row's count.
    counts : (rows,) int64
        Entries of each row, the start included.

    Raises
    ------
    DataError
        A file is missing, truncated, or the two do not belong together.
    """
    fix, counts_file = need_file(root, f"fix/{who}.npy", card), need_file(root, f"ifix/I_{who}.npy", card)
    fixations, counts = read_npy(fix, card), read_npy(counts_file, card)
    if fixations.ndim != 3 or fixations.shape[2] != 2:
        raise unexpected(fix, card, f"its shape is {fixations.shape}, not (rows, fixations, 2)")
    counts = counts.reshape(-1).astype(np.int64)
    if len(counts) != len(fixations) or counts.min(initial=1) < 1 or counts.max(initial=1) > fixations.shape[1]:
        raise unexpected(counts_file, card, f"its counts do not fit the {len(fixations)} rows of {fix.name}")
    return fixations.astype(float), counts


def rows_by_subject(rows: int, stimuli: int, file: Path, card: Card) -> tuple[np.ndarray, np.ndarray]:
    """Stimulus and subject (from 0) of each row: all stimuli of the first subject, then of the second.

    Raises
    ------
    DataError
        Not 15 rows per stimulus.
    """
    if rows != SUBJECTS * stimuli:
        raise unexpected(file, card, f"it has {rows} rows, not {SUBJECTS} subjects x {stimuli} stimuli")
    return np.tile(np.arange(stimuli), SUBJECTS), np.repeat(np.arange(SUBJECTS), stimuli)
