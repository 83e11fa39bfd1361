"""A third party's table of fixations, found again in the raw gaze of MIT1003. It is not the published set.

Columns: Participant, Stimulus (the image's name without suffix), Fixation_Position_X_px, Fixation_Position_Y_px,
Event_Start_Trial_Time_ms, Event_Ende_Trial_Time_ms, Duration. The three times are seconds, whatever their names say.
"""

from collections.abc import Collection, Iterator
from io import StringIO

import numpy as np
import pandas as pd

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.viewing import Viewing, settle_parts
from gazekit.files.untrusted import read_csv_text

TABLE = "fixations_redetected.csv.gz"
SAMPLE = "rows of a single sample (duration 0; dropped)"
ABSENT = "rows without values (NA; dropped)"
_COLUMNS = {
    "Participant": "subject",
    "Stimulus": "stem",
    "Fixation_Position_X_px": "x",
    "Fixation_Position_Y_px": "y",
    "Event_Start_Trial_Time_ms": "start",
    "Event_Ende_Trial_Time_ms": "end",
    "Duration": "duration",
}


def read_table(folder: PublishedFolder) -> pd.DataFrame:
    """Read the table as it is, with short column names.

    Returns
    -------
    DataFrame
        subject, stem (str); x, y (px); start, end, duration (s). Rows of one person and image are together, in time.

    Raises
    ------
    DataError
        Not a whole file, another structure, or a value that is not a number; the message names it.
    """
    file = folder.root / TABLE
    try:
        table = pd.read_csv(StringIO(read_csv_text(file)), dtype={"Participant": "str", "Stimulus": "str"})
    except Exception as error:  # pandas raises many kinds for one fact
        raise folder.unreadable(file, error) from error
    missing = [c for c in _COLUMNS if c not in table]
    if missing:
        raise folder.unexpected(file, f"it has no column {missing[0]!r}")
    table = table[list(_COLUMNS)].rename(columns=_COLUMNS)
    for name in ("x", "y", "start", "end", "duration"):
        if not pd.api.types.is_numeric_dtype(table[name]):
            bad = pd.to_numeric(table[name], errors="coerce").isna() & table[name].notna()
            row = int(np.flatnonzero(bad)[0])
            raise folder.unexpected(file, f"row {row + 1} has {table[name].iloc[row]!r} as {name}")
    if table[["subject", "stem"]].isna().any(axis=None):
        raise folder.unexpected(file, "a row has no participant or no stimulus")
    return table


def read_viewings(folder: PublishedFolder, sized: Collection[str], missing: str) -> Iterator[Viewing]:
    """Read the table, leave out its rows that are no fixations, and yield one person on one image at a time.

    A row that begins at time 0 is the forced first fixation; paths whose row at time 0 has no values or lasts a single
    sample have none.

    Parameters
    ----------
    folder : PublishedFolder
        With the table.
    sized, missing
        See `gazekit.datasets.published.mit1003.viewing.settle_parts`.
    """
    table = read_table(folder)
    groups = table.groupby(["subject", "stem"], sort=True).indices
    readable = settle_parts(folder, list(groups), sized, missing)
    absent = table[["x", "y", "start", "duration"]].isna().any(axis=1).to_numpy()
    single = ~absent & (table["duration"] <= 0).to_numpy()
    folder.counts[ABSENT] += int(absent.sum())
    folder.counts[SAMPLE] += int(single.sum())
    usable = ~absent & ~single
    columns = {c: table[c].to_numpy(float) for c in ("x", "y", "start", "duration")}
    for subject, stem in (key for key in groups if key in readable):
        rows = np.asarray(groups[subject, stem])
        rows = rows[usable[rows]]
        rows = rows[np.argsort(columns["start"][rows], kind="stable")]
        x, y, duration = columns["x"][rows], columns["y"][rows], 1000.0 * columns["duration"][rows]
        forced = len(rows) > 0 and columns["start"][rows[0]] == 0.0
        yield Viewing(str(stem), str(subject), x, y, duration, np.ones(len(rows), dtype=bool), bool(forced))
