"""The arrays of the eccNET saccade experiments: rows subject by subject, padded with zeros, a count per row."""

import numpy as np

from gazekit.datasets.published.folder import PublishedFolder

SUBJECTS = 15
SIZE = (1280, 1024)  # px of the screen, width and height
CENTRE = (640.0, 512.0)  # (x, y), px


def read_rows(folder: PublishedFolder, who: str) -> tuple[np.ndarray, np.ndarray]:
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
    fix, counts_file = folder.file(f"fix/{who}.npy"), folder.file(f"ifix/I_{who}.npy")
    fixations, counts = folder.npy(fix), folder.npy(counts_file)
    if fixations.ndim != 3 or fixations.shape[2] != 2:
        raise folder.unexpected(fix, f"its shape is {fixations.shape}, not (rows, fixations, 2)")
    counts = counts.reshape(-1).astype(np.int64)
    if len(counts) != len(fixations) or counts.min(initial=1) < 1 or counts.max(initial=1) > fixations.shape[1]:
        raise folder.unexpected(counts_file, f"its counts do not fit the {len(fixations)} rows of {fix.name}")
    return fixations.astype(float), counts


def rows_by_subject(folder: PublishedFolder, rows: int, stimuli: int) -> tuple[np.ndarray, np.ndarray]:
    """Stimulus and subject (from 0) of each row: all stimuli of the first subject, then of the second.

    Raises
    ------
    DataError
        Not 15 rows per stimulus.
    """
    if rows != SUBJECTS * stimuli:
        raise folder.unexpected(
            folder.file("fix/human_all.npy"), f"it has {rows} rows, not {SUBJECTS} subjects x {stimuli} stimuli"
        )
    return np.tile(np.arange(stimuli), SUBJECTS), np.repeat(np.arange(SUBJECTS), stimuli)
