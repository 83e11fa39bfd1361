"""Reading somebody's table: its columns, with errors that name the column, the row and the value, and its paths."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import FRAME_COLUMNS
from gazekit.foundations.errors import DataError

EXACT = 2.0**53  # from here on not every whole number is a float64: different names would become one
LONGEST = 80  # characters of a cell that a message shows
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what a terminal obeys, half characters
KEY = ("stimulus", "subject", "trial", "source", "sample")
POINT_COLUMNS = ("fixation", "x", "y", "duration_ms", "object_id", "onset_ms")
MS = {"ms": 1.0, "s": 1e3, "us": 1e-3, "ns": 1e-6}  # in a unit of time
EMPTY_PATH = -1  # in the column `fixation`: this row stands for a path without fixations


# What others call our columns, in lower case, without blanks and signs: from the manuals of EyeLink, Tobii, BeGaze,
# Gazepoint, pymovements, pysaliency and MultiMatch, and from files of published data. A table that has such a column
# and not ours is never read as if it said nothing.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "stimulus": (
        "image", "imageid", "imagename", "imagefile", "img", "imgname", "filename", "file", "picture", "photo", "page",
        "stimulusname", "stimulusid", "stim", "stimname", "presentedstimulusname", "medianame", "scene", "name",
    ),
    "subject": (
        "participant", "participantid", "participantname", "participantnumber", "participantno", "subjectid", "subj",
        "subjid", "subjectname", "subjectnr", "subjectnumber", "sub", "subid", "observer", "observerid", "person",
        "personid", "user", "userid", "username", "viewer", "viewerid", "ppt", "pp", "recordingsessionlabel",
        "recordingname", "recording", "respondent",
    ),
    "x": (
        "fixx", "fixationx", "currentfixx", "xpos", "posx", "xposition", "positionx", "gazex", "meanx", "avgx", "xmean",
        "xavg", "xpx", "xpixel", "xcoord", "fixationpositionx", "fixationpointx", "normposx", "fpogx", "startx",
    ),
    "duration_ms": (
        "duration", "dur", "durations", "fixationduration", "fixduration", "fixdur", "currentfixduration", "durationms",
        "durms", "durationsec", "durations", "fixationdurationms", "gazeeventduration", "eventduration", "fpogd",
    ),
    "sample": (
        "scanpath", "scanpathid", "scanpathindex", "scanpathnr", "path", "pathid", "sampleid", "sampleindex",
        "repeatid", "trajectory", "trajectoryid",
    ),
    "trial": (
        "trialid", "trialindex", "trialno", "trialnr", "trialnum", "trialnumber", "triallabel", "repetition", "repeat",
        "block", "run", "session", "sessionid", "presentation", "viewing",
    ),
    "source": ("model", "modelname", "method", "algorithm", "predictor"),
    "fixation": (
        "fixationindex", "fixationid", "fixationnumber", "fixationno", "fixationnr", "fixationorder", "fixindex",
        "fixid", "fixnum", "fixno", "fixnr", "fix", "currentfixindex", "fpogid", "rank", "order", "index", "idx",
        "onset", "onsetms", "start", "starttime", "startms", "time", "timestamp", "currentfixstart",
        "fixationstart", "fpogs",
    ),
}  # fmt: skip
SYNONYMS["y"] = tuple(f"{name[:-1]}y" if name.endswith("x") else f"y{name[1:]}" for name in SYNONYMS["x"])
# Columns of a table that say more about a trial (`dataset_from_table`).
BOX = ("target_x0", "target_y0", "target_x1", "target_y1")
START = ("start_x", "start_y")
ABOUT_TRIALS = ("caption", *BOX, *START, "max_fixations")
# Where an image was on the screen, px, and how far the eyes were from it, by path (`gazekit.interchange.Space`).
PLACED = ("placed_x", "placed_y", "placed_width", "placed_height")
PLACEMENT = (*PLACED, "distance_mm")
OURS = (*KEY, *POINT_COLUMNS, *FRAME_COLUMNS, "task", *ABOUT_TRIALS, *PLACEMENT)


def our_columns(table: pd.DataFrame, columns: Mapping[str, str | None] | None = None) -> pd.DataFrame:
    """Return the table under our names of columns: those that it is told, and those that differ in case only.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per fixation.
    columns : mapping, optional
        {our name: the table's name}; None or "" for a column of ours that the table does not have, whatever the names
        of its columns look like.

    Returns
    -------
    pandas.DataFrame
        Rows numbered from 0.

    Raises
    ------
    DataError
        Two columns of one name; a name that is not there, or nearly one of ours; people or models that would become one
        because the column that tells them apart has another name; durations under another name, whose unit nobody said.

    Examples
    --------
    >>> table = pd.DataFrame({"Stimulus": ["a"], "FIX_X": [1], " Y": [2], "Duration_ms": [200]})
    >>> our_columns(table, {"x": "FIX_X"}).columns.tolist()
    ['stimulus', 'x', 'y', 'duration_ms']
    """
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"a table is a pandas.DataFrame or the path of a file, not a {type(table).__name__}")
    levels = [name for name in table.index.names if name is not None and name not in table.columns]
    table = table.reset_index(level=levels).reset_index(drop=True) if levels else table.reset_index(drop=True)
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise DataError(f"the table has two columns called {twice[0]!r}; rename one of them, or take it out")
    columns = columns or {}
    told = {ours: theirs for ours, theirs in columns.items() if theirs}
    for ours, theirs in told.items():
        close = get_close_matches(ours, OURS, n=1, cutoff=0.7)
        if close and ours not in OURS:
            raise DataError(f"columns= has the name {ours!r}, which is none of ours; did you mean {close[0]!r}?")
        require(table, theirs, ours)
    back = {theirs: ours for ours, theirs in told.items()}
    if len(back) < len(told):
        again = [c for c in back if list(told.values()).count(c) > 1]
        raise DataError(f"columns= names the table's column {again[0]!r} twice")
    # A column that already bears one of our names gives way to the one that was named for it.
    table = table.drop(columns=[c for c in columns if c in table and c not in told.values()]).rename(columns=back)
    table = table.rename(columns={_another_case(table, c): c for c in OURS if c not in table and c not in columns})
    for ours in ("subject", "source", "duration_ms"):
        if ours not in table and ours not in columns:
            _refuse_synonym(table, ours)
    return table


def require(table: pd.DataFrame, column: str, stands_for: str) -> pd.Series:
    """Return a column of the table.

    Raises
    ------
    DataError
        No such column; the message says which, the closest name and the columns there are.
    """
    if column in table:
        return table[column]
    found = [str(c) for c in table.columns]
    plain = {plain_name(c): c for c in found}
    known = [plain[name] for name in (plain_name(column), *SYNONYMS.get(stands_for, ())) if name in plain]
    close = known or [plain[name] for name in get_close_matches(plain_name(column), plain, n=1, cutoff=0.6)]
    hint = f" (did you mean {_how(stands_for, close[0])}?)" if close else ""
    then = f"Rename it in the table, or give {_how(stands_for, None)}"
    if len(found) == 1 and re.search(r"[\s|;,:]", found[0].strip()):
        then = "If that is a whole line, say what separates its columns: sep= (on the command line: --separator)"
    raise DataError(f"the table has no column {column!r}{hint}; its columns are: {', '.join(found) or 'none'}. {then}")


def _how(ours: str, theirs: str | None) -> str:
    shown, typed = (repr(theirs), theirs) if theirs is not None else ("its name", "ITS_NAME")
    typed = f"'{ours}={typed}'" if theirs is not None and re.search(r"\s", theirs) else f"{ours}={typed}"
    return f"columns={{{ours!r}: {shown}}} (on the command line: --columns {typed})"


def plain_name(name: Any) -> str:
    """A column's name without case, without blanks around it and signs between its words; a sign before it stays."""
    return re.sub(r"(?<=\w)[\s_.\-]+(?=\w)|(?<=\w)\s*[([](ms|px|s|sec|pixels?)[)\]]$", "", str(name).strip().casefold())


def _another_case(table: pd.DataFrame, ours: str) -> Any:
    """The table's only column that is ours but for its case; ours itself where there is none."""
    same = [c for c in table.columns if plain_name(c) == plain_name(ours)]
    if len(same) > 1:
        raise DataError(f"the columns {same[0]!r} and {same[1]!r} could both be {ours!r}; give {_how(ours, same[0])}")
    return same[0] if same else ours


def _refuse_synonym(table: pd.DataFrame, ours: str) -> None:
    for theirs in table.columns:
        if plain_name(theirs) not in SYNONYMS[ours]:
            continue
        values = codes(table[theirs])
        if ours == "duration_ms" and (values >= 0).any():
            raise DataError(
                f"the table has a column {theirs!r} and none called 'duration_ms'; if it holds durations, give "
                f"{_how(ours, str(theirs))}, and time_unit='s' (--data-set time_unit=s) if they are seconds; if not, "
                f"give columns={{'duration_ms': None}} (--columns duration_ms=)"
            )
        if ours != "duration_ms" and len(np.unique(values)) > 1:
            raise DataError(
                f"the table has a column {theirs!r} with {len(np.unique(values))} values and none called {ours!r}; if "
                f"it tells {'people' if ours == 'subject' else 'models'} apart, give {_how(ours, str(theirs))}; if "
                f"not, give columns={{{ours!r}: None}} (--columns {ours}=)"
            )


def numbers(column: pd.Series, comma: str = "give decimal=',' (on the command line: --decimal ,)") -> np.ndarray:
    """Return (n,) float64; empty cells become NaN.

    Parameters
    ----------
    column : pandas.Series
        Numbers, or their text.
    comma : str
        What the message says to do about a decimal comma.

    Raises
    ------
    DataError
        A cell that is not a number; the message names column, row (from 0) and value.

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "", None], name="x")).tolist()
    [1.5, nan, nan]
    >>> numbers(pd.Series(["1.5", "left"], name="x"))
    Traceback (most recent call last):
    gazekit.DataError: column 'x', row 1 (from 0), holds 'left', which is not a number
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        raise DataError(f"column {column.name!r} holds true and false, not numbers")
    if pd.api.types.is_complex_dtype(column.dtype) or column.dtype.kind in "mM":
        raise DataError(f"column {column.name!r} holds values of the type {column.dtype}, which are not numbers")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    blank = column.isna().to_numpy() | (column.astype("str").str.strip().isin(["", "nan", "NaN", "NA"])).to_numpy()
    wrong = np.isnan(values) & ~blank
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        held = repr(column.iloc[row])
        hint = f"; if that is a decimal comma, {comma}" if re.fullmatch(r"'-?\d+,\d+'", held) else ""
        held = held if len(held) <= LONGEST else f"{held[:LONGEST]}..."
        raise DataError(f"column {column.name!r}, row {row} (from 0), holds {held}, which is not a number{hint}")
    return values


def whole_numbers(column: pd.Series, empty: int) -> np.ndarray:
    """Return (n,) int64; empty cells become `empty`.

    Raises
    ------
    DataError
        A cell that is not a whole number.
    """
    values = numbers(column)
    values = np.where(np.isnan(values), empty, values)
    wrong = ~np.isfinite(values) | (values != np.trunc(values)) | (np.abs(values) >= EXACT)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"column {column.name!r}, row {row} (from 0), holds {values[row]:g}, which is not a whole number, or too "
            f"large a one"
        )
    return values.astype(np.int64)


def names(column: pd.Series, empty: Any = None) -> pd.Series:
    """Return the column as text; whole numbers lose their ".0"; empty cells become `empty` (value or column).

    Raises
    ------
    DataError
        An empty cell where `empty` is None, or a name with a control character.

    Examples
    --------
    >>> names(pd.Series([1.0, None], name="subject"), "").tolist()
    ['1', '']
    """
    blank = column.isna()
    if pd.api.types.is_float_dtype(column.dtype):
        known = column[~blank]
        if len(known) and np.isfinite(known).all() and (known == np.trunc(known)).all():
            if (large := np.abs(known) >= EXACT).any():
                raise DataError(
                    f"column {column.name!r} holds {known[large].iloc[0]:g}, a number too large to be told from its "
                    f"neighbours; save such names as text"
                )
            column = column.astype("Int64")
    elif pd.api.types.is_object_dtype(column.dtype):  # 1, 1.0 and "1" in one column are one name
        column = column.map(lambda v: int(v) if isinstance(v, float) and v.is_integer() else v)
    text = column.astype("str")
    check_characters(text)
    blank |= text == ""
    if not blank.any():
        return text
    if empty is None:
        row = int(np.flatnonzero(blank)[0])
        raise DataError(f"column {column.name!r}, row {row} (from 0), is empty; every row needs one")
    return text.mask(blank, empty)


def check_characters(column: pd.Series) -> None:
    """Refuse names with a control character: they would break lines of messages, tables and terminals.

    Raises
    ------
    DataError
        The message names column and value.
    """
    for name in column.unique():
        if isinstance(name, str) and _CONTROL.search(name):
            raise DataError(
                f"column {column.name!r} holds the name {name[:LONGEST]!r}, which has a control character (a line end, "
                f"a tab); take it out"
            )


def codes(column: pd.Series) -> np.ndarray:
    """Return (n,) int64: equal cells have equal codes, in order of first appearance; empty cells are -1."""
    try:
        return np.asarray(pd.factorize(column)[0], dtype=np.int64)
    except TypeError:  # cells that cannot be hashed, such as lists
        return np.asarray(pd.factorize(column.map(repr))[0], dtype=np.int64)


class RowGroups:
    """The paths that the rows of a table make up.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per fixation, under gazekit's column names, index 0 ... n - 1.
    source : str
        Who made the paths, where the table does not say.

    Attributes
    ----------
    keys : pandas.DataFrame
        (n rows) stimulus, subject, trial, source and sample of each row.
    path : (n,) int64
        Path of each row, numbered by first appearance.
    n_paths : int
        How many paths there are.
    """

    def __init__(self, table: pd.DataFrame, source: str) -> None:
        self.table = table
        self.keys = _keys(table, source)
        self.path = self.keys.groupby(list(KEY), sort=False).ngroup().to_numpy(dtype=np.int64)
        self.first = np.unique(self.path, return_index=True)[1]
        self.n_paths = len(self.first)
        self._refuse_joined()

    def describe(self, row: int) -> str:
        """Name the path of a row, for messages."""
        return describe_path(self.keys.iloc[row])

    def order(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows' order, path by path and fixation by fixation, and which rows are fixations at all.

        Parameters
        ----------
        x, y : (n,) float64
            Positions; rows that stand for an empty path have none.

        Returns
        -------
        order : (n,) int64
            Positions of rows.
        point : (n,) bool
            In the table's own order: False for rows that stand for an empty path.

        Raises
        ------
        DataError
            A fixation number is there twice or is negative, or an empty path has other rows.
        """
        if "fixation" not in self.table:
            return np.argsort(self.path, kind="stable"), np.ones(len(self.path), dtype=bool)
        rank = whole_numbers(self.table["fixation"], EMPTY_PATH)
        order = np.lexsort((rank, self.path))
        same = np.flatnonzero((np.diff(self.path[order]) == 0) & (np.diff(rank[order]) == 0))
        if len(same):
            row = int(order[same[0] + 1])
            raise DataError(
                f"the path of {self.describe(row)} has two rows of fixation {rank[row]}; number "
                f"the fixations of a path, or give each of several paths its own trial or sample"
            )
        point = rank >= 0
        wrong = ~point & ~(np.isnan(x) & np.isnan(y) & (rank == EMPTY_PATH))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(
                f"row {row} (from 0) has no fixation number or a negative one; fixations are numbered from "
                f"0, and -1 with empty x and y marks a path without fixations"
            )
        crowded = ~point & (np.bincount(self.path, minlength=self.n_paths)[self.path] > 1)
        if crowded.any():
            row = int(np.flatnonzero(crowded)[0])
            raise DataError(f"the path of {self.describe(row)} is marked as empty (fixation -1) but has other rows")
        return order, point

    def _refuse_joined(self) -> None:
        """Refuse rows that a column under another name would make several paths, or put into another order."""
        plain = {plain_name(c): c for c in self.table.columns}
        for ours in ("trial", "sample"):
            if ours in self.table:
                continue
            for theirs in (plain[name] for name in SYNONYMS[ours] if name in plain):
                code = codes(self.table[theirs])
                changes = code != code[self.first][self.path]
                if changes.any():
                    raise DataError(
                        f"the path of {self.describe(int(np.flatnonzero(changes)[0]))} has several values of "
                        f"{theirs!r}, and the table has no column {ours!r}: if they are several paths, give "
                        f"{_how(ours, str(theirs))}; if they are one, take the column out"
                    )
        if "fixation" in self.table:
            return
        for theirs in (plain[name] for name in SYNONYMS["fixation"] if name in plain):
            when = pd.to_numeric(self.table[theirs], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
            order = np.argsort(self.path, kind="stable")
            back = (np.diff(self.path[order]) == 0) & (np.diff(when[order]) < 0)
            if back.any():
                row = int(order[np.flatnonzero(back)[0] + 1])
                raise DataError(
                    f"row {row} (from 0) has a smaller {theirs!r} than the row before it of the same path "
                    f"({self.describe(row)}), and the table has no column 'fixation': sort the rows of each path, give "
                    f"{_how('fixation', str(theirs))} if it numbers the fixations, or take the column out"
                )

    def change(self, column: str) -> int | None:
        """The first row in which a column has another value than in the first row of the same path; None: no row."""
        code = codes(self.table[column])
        changes = np.flatnonzero(code != code[self.first][self.path])
        return int(changes[0]) if len(changes) else None

    def path_table(self) -> tuple[pd.DataFrame, dict[str, int]]:
        """Return what is known of each path, and the columns left out because they change within a path.

        Returns
        -------
        paths : pandas.DataFrame
            (n_paths rows) the key and every column that is constant within all paths.
        dropped : dict of str to int
            Reason and number of rows, one for each column left out.

        Raises
        ------
        DataError
            The task or the image size changes within a path.
        """
        paths = self.keys.iloc[self.first].reset_index(drop=True)
        dropped: dict[str, int] = {}
        for name in self.table.columns:
            if name in KEY or name in POINT_COLUMNS:
                continue
            row = self.change(name)
            if row is None:
                paths[name] = self.table[name].iloc[self.first].reset_index(drop=True)
            elif name in (*FRAME_COLUMNS, "task", *PLACEMENT):
                raise DataError(
                    f"column {name!r} changes within one path ({self.describe(row)}); "
                    f"it must be the same in all its rows"
                )
            else:
                dropped[f"column {name!r} changes within a path: left out"] = len(self.table)
        if "task" in paths:
            paths["task"] = names(paths["task"], "")
        return paths, dropped


def describe_path(row: pd.Series) -> str:
    """Name the path of a row of a table that has the key, for messages."""
    return ", ".join(f"{name} {row[name]!r}" for name in KEY[:-1]) + f", sample {row['sample']}"


def row_per_fixation(paths: pd.DataFrame, lengths: np.ndarray) -> pd.DataFrame:
    """Repeat the row of each path for its fixations, numbered from 0 in a column `fixation`.

    A path without fixations has one row, with fixation -1.

    Examples
    --------
    >>> row_per_fixation(pd.DataFrame({"stimulus": ["a", "b"]}), np.array([2, 0])).values.tolist()
    [['a', 0], ['a', 1], ['b', -1]]
    """
    each = np.maximum(lengths, 1)
    rank = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    table = paths.iloc[np.repeat(np.arange(len(paths)), each)].reset_index(drop=True)
    table["fixation"] = np.where(np.repeat(lengths, each) == 0, EMPTY_PATH, rank)
    return table


def number_repeats(paths: pd.DataFrame) -> np.ndarray:
    """Return (n,) int64: how many earlier rows have the same stimulus, subject, trial and source.

    Examples
    --------
    >>> number_repeats(pd.DataFrame({"stimulus": ["a", "b", "a"]})).tolist()
    [0, 0, 1]
    """
    by = [name for name in KEY[:-1] if name in paths]
    return paths.groupby(by, sort=False, dropna=False).cumcount().to_numpy(dtype=np.int64)


def _keys(table: pd.DataFrame, source: str) -> pd.DataFrame:
    stimulus = names(require(table, "stimulus", "stimulus"))
    columns = {"stimulus": stimulus}
    for name, empty in (("subject", ""), ("trial", stimulus), ("source", source)):
        given = name in table
        columns[name] = names(table[name], empty) if given else pd.Series(empty, stimulus.index, dtype="str")
    keys = pd.DataFrame(columns)
    keys["sample"] = whole_numbers(table["sample"], 0) if "sample" in table else 0
    return keys
