"""What the export of an eye tracker is: a table of facts, and the one reader that goes by it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from gazekit.files.delimited import Delimited
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import MS, SYNONYMS, names, numbers, plain_name

NO_IMAGE = "fixation of a trial without an image (left out)"
BEFORE_IMAGE = "fixation that began before the image (left out)"
OTHER_EVENT = "event that is no fixation (left out)"
NO_POSITION = "fixation without a position (left out)"
NOBODY = "fixation of nobody: the name of the person is empty (left out)"
OTHER_EYE = "fixation of the other eye (left out)"
NOT_THAT_EYE = "trial without a fixation of the eye that is read (left out)"
SORTED = "fixation that stood after a later one of its trial (put in the order of time)"
DETAILS = "column about single fixations (left out)"
NO_ZERO = "onset of a fixation on a clock that does not begin with the image (not kept)"
_TIMES = ("duration_ms", "onset_ms", "shown_ms")
OURS = ("stimulus", "subject", "trial", "fixation", "eye", "x", "y", "duration_ms", "onset_ms")
_EYES = {"l": "left", "left": "left", "0": "left", "r": "right", "right": "right", "1": "right"}
_FIXATION = (20.0, 2000.0)  # ms: the median duration of fixations lies between, in any task
_OVERLAP = 2.0  # ms by which a fixation may begin before the end of the one before it: one sample, rounded


class Column(NamedTuple):
    """One column of an export: what it means for us, and what it is called.

    Parameters
    ----------
    ours : str
        One of `OURS`, `shown_ms` (when the image appeared, on the clock of `onset_ms`), or another column of the table
        format (`task`, `width`, ...).
    theirs : tuple of str
        Its names in the versions of the export, the first that is there counts.
    unit : str
        "ms", "s", "us" or "ns" of times, where the name does not end in a unit. "by size" of durations whose unit
        depends on the version: the one in which the median lies between 20 ms and 2 s.
    """

    ours: str
    theirs: tuple[str, ...]
    unit: str = "ms"


class Written(NamedTuple):
    """How a table of this kind is written, beside its columns.

    Parameters
    ----------
    suffixes : tuple of str
        Of the file.
    sep, missing : str
        Separator of columns, and what stands for a missing value.
    stimulus : str
        Column of the image.
    constants : mapping
        Columns that are the same in all rows.
    end : str, optional
        Column of the end of each fixation.
    """

    suffixes: tuple[str, ...]
    sep: str
    missing: str
    stimulus: str
    constants: Mapping[str, str]
    end: str | None = None


class Samples(NamedTuple):
    """What is known of the samples of an export.

    Parameters
    ----------
    columns : tuple of Column
        Their names for `time`, `x`, `y` (or `x_left`, `y_left`, `x_right`, `y_right`), `valid`, `eye`, `subject`,
        `trial`, `stimulus`, `of` (the device), `width` and `height` of the screen as `screen_width`, `screen_height`,
        and where the image was. The unit of `time` is that in its name, else the given one, or "by rate".
    knows : tuple of str
        Columns by which a table of such samples is known: all of them.
    of : str
        The device in column `of` whose rows are samples.
    rows : callable, optional
        Yields tables under our names, for a file that is no table.
    """

    columns: tuple[Column, ...] = ()
    knows: tuple[str, ...] = ()
    of: str = ""
    rows: Callable[[Path, "Notes"], Iterator[pd.DataFrame]] | None = None


@dataclass(frozen=True, kw_only=True)
class Format:
    """What is known of one export, from its documentation.

    Parameters
    ----------
    name : str
        What `--from` calls it.
    title : str
        What people call it.
    columns : tuple of Column
        Its columns that gazekit reads.
    knows_any : tuple of tuple of str
        Columns by which a table of this kind is known: all of one of these.
    positions : {"screen", "image"}
        What positions count from: the screen, or the image (a surface, a reference image).
    space : mapping
        Options of `gazekit.interchange.Space` that are always true.
    details : str
        Regular expression of columns that are about single fixations and that gazekit has no use for.
    missing : tuple of str
        What stands for a missing value, beside empty cells.
    people : {"file", "folder"}
        What tells people apart, where files do not say who looked: their names, or the folders in which they are.
    rows : callable, optional
        Reads a file that is no plain table, one that `begins` knows.
    prepare : callable, optional
        Makes one row per fixation of the table, and says what the file knows of the screen.
    needed : callable, optional
        Of a table with a row per sample: which of rows that follow each other `prepare` needs; the others say nothing
        that those before them do not say.
    begins : callable, optional
        Whether a file that is no plain table is of this kind, by its path and its first bytes.
    written : Written, optional
        How gazekit writes it, by the same columns, where it does.
    samples : Samples, optional
        Its raw samples, where gazekit reads them.
    """

    name: str
    title: str
    columns: tuple[Column, ...] = ()
    knows_any: tuple[tuple[str, ...], ...] = ()
    positions: Literal["screen", "image"] = "screen"
    space: Mapping[str, Any] = field(default_factory=dict)
    details: str = r"$^"
    missing: tuple[str, ...] = (".", "-", "NA", "NaN", "nan", "n/a")
    people: Literal["file", "folder"] = "file"
    rows: Callable[[Path, "Notes"], Delimited] | None = None
    prepare: Callable[[pd.DataFrame, "Notes"], pd.DataFrame] | None = None
    needed: Callable[[pd.DataFrame], np.ndarray] | None = None
    begins: Callable[[Path, bytes], bool] | None = None
    written: Written | None = None
    samples: Samples | None = None

    def knows(self, columns: Sequence[str]) -> bool:
        """Whether a table of these columns is of this kind."""
        return any(_has(columns, names) for names in self.knows_any)

    def knows_samples(self, columns: Sequence[str]) -> bool:
        """Whether a table of these columns holds samples of this kind."""
        return self.samples is not None and bool(self.samples.knows) and _has(columns, self.samples.knows)


@dataclass
class Notes:
    """What a reader notes beside the rows: what was left out, what positions count from, what is said of the screen.

    `columns` is what the user says of them, `hint` what may mend a file without an image.
    """

    path: Path
    columns: Mapping[str, str | None] = field(default_factory=dict)
    positions: str = "screen"
    dropped: Counter[str] = field(default_factory=Counter)
    space: dict[str, Any] = field(default_factory=dict)
    eyes: set[str] = field(default_factory=set)
    hint: str = ""

    def leave_out(self, count: int, reason: str) -> None:
        """Count what was left out; of none, nothing is said."""
        if count:
            self.dropped[reason] += count

    def only(self, table: pd.DataFrame, rows: Any, reason: str) -> pd.DataFrame:
        """These rows (n, bool) of a table; the others are counted."""
        self.leave_out(int((~rows).sum()), reason)
        return table[rows]

    def screen(self, width: float, height: float) -> None:
        """The size of the screen, px, which must be the same in the whole file.

        Raises
        ------
        DataError
            There were two.
        """
        size = {"screen_width": float(width), "screen_height": float(height)}
        if self.space.get("screen_width", size["screen_width"]) != size["screen_width"] or (
            self.space.get("screen_height", size["screen_height"]) != size["screen_height"]
        ):
            raise DataError(
                f"{self.path} was recorded on screens of two sizes, {self.space['screen_width']:g} x "
                f"{self.space['screen_height']:g} and {width:g} x {height:g} px; export the recordings of each alone"
            )
        self.space.update(size)


def fixations(
    found: Delimited,
    kind: Format,
    notes: Notes,
    *,
    columns: Mapping[str, str | None] | None = None,
    decimal: str = ".",
    eye: str | None = None,
    stimulus: str | None = None,
    subject: str | None = None,
) -> pd.DataFrame:
    """Make the table format of the rows of an export.

    Parameters
    ----------
    found : Delimited
        The rows.
    kind : Format
        What they are.
    notes : Notes
        Where is noted what was left out.
    columns : mapping, optional
        Names of columns that the user says, as in `from_table`; they come before those of the format.
    decimal : str
        Decimal point of numbers that are still text.
    eye : {"left", "right"}, optional
        Which eye is read, where a trial has both.
    stimulus : str, optional
        The image of all rows, where the file does not say it.
    subject : str, optional
        Who looked, where the file does not say it.

    Returns
    -------
    pandas.DataFrame
        stimulus, subject, trial (the tracker's), x, y, duration_ms, onset_ms where it is known when the image appeared,
        and other columns of trials; see `number_viewings`.

    Raises
    ------
    DataError
        A column is not there; there is no fixation; a trial with two images; fixations that overlap or a clock that
        goes back; two eyes, and nobody said which.
    """
    notes.dropped.update(found.dropped)
    rows = found.table.copy(deep=False)
    people = whose(rows, kind.columns, columns or {})
    for name in rows.columns[[not pd.api.types.is_numeric_dtype(kind_of) for kind_of in rows.dtypes]]:
        signs = [text for text in kind.missing if name != people or not text.isalpha()]  # "NA" can be somebody
        rows[name] = rows[name].mask(rows[name].isin(signs))
    rows = kind.prepare(rows, notes) if kind.prepare else rows
    if not len(rows):
        raise DataError(
            f"{notes.path} is {kind.title} without a fixation; if it holds samples or saccades, export its fixations"
        )
    with naming(notes.path):
        table, used = _ours(rows, kind, columns or {}, decimal)
    table = table.drop(columns=[n for n in ("subject", "trial") if n in table and _empty(table[n]).all()])
    nameless = _empty(table["subject"]) if "subject" in table else pd.Series(False, table.index)
    for name, value in (("stimulus", stimulus), ("subject", subject)):
        if value is not None and (name == "stimulus" or name not in table):
            table[name] = value
    _need(table, rows, kind, notes)
    details = [c for c in rows.columns if c not in used and re.search(kind.details, str(c))]
    notes.leave_out(len(details), DETAILS)
    none = {ours for ours, theirs in (columns or {}).items() if not theirs}  # columns that the user leaves out
    more = [c for c in rows.columns if c not in (*used, *details, *none) and c not in table]
    table = table.join(rows[more])
    table = notes.only(table, ~nameless, NOBODY)
    table = notes.only(table, ~_empty(table["stimulus"]), NO_IMAGE)
    table = _one_eye(table, eye, kind, notes)
    table = notes.only(table, table["x"].notna() & table["y"].notna(), NO_POSITION)
    if not len(table):
        left = ", ".join(f"{count} x {reason}" for reason, count in notes.dropped.items())
        raise DataError(f"{notes.path} has no fixation that can be used: {left}{notes.hint}")
    return _one_image(_in_order(table, notes), notes)


def number_viewings(files: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the rows of files, and number each person's viewings of an image: a tracker's trial counts what one saw.

    Parameters
    ----------
    files : sequence of pandas.DataFrame
        From `fixations`, in the order in which they were recorded. A person's trials in two files are two viewings,
        whatever their numbers.

    Returns
    -------
    pandas.DataFrame
        With a column trial, `stimulus/1`, `stimulus/2`, if anybody saw an image twice; without one if nobody did.

    Raises
    ------
    DataError
        A viewing that two files have, fixation by fixation: a copy.

    Examples
    --------
    >>> rows = pd.DataFrame({"subject": ["anna"], "trial": ["7"], "stimulus": ["a"], "x": [1.0], "y": [2.0]})
    >>> number_viewings([rows, rows])["trial"].tolist()
    ['a/1', 'a/2']
    """
    table = pd.concat(files, ignore_index=True)
    table["trial"] = table["trial"].fillna("") if "trial" in table else ""
    seen = table.reindex(columns=["subject", "trial", "stimulus"]).fillna({"subject": ""})
    seen["file"] = np.repeat(np.arange(len(files)), [len(rows) for rows in files])
    each = seen.drop_duplicates()
    viewing = each.groupby(["subject", "stimulus"], sort=False).cumcount() + 1
    if (viewing == 1).all():
        return table.drop(columns="trial")
    number = seen.merge(each.assign(viewing=viewing), how="left")["viewing"].astype("str").to_numpy()
    parts = seen.assign(content=pd.util.hash_pandas_object(table[["x", "y"]], index=False), number=number)
    whole = parts.groupby(["subject", "stimulus", "file", "number"])["content"].agg(["sum", "size"])
    of_files = (
        whole[whole["size"] > 2].reset_index().drop(columns="number").drop_duplicates()
    )  # short ones may be equal
    if (copy := of_files.duplicated(["subject", "stimulus", "sum", "size"])).any():
        row = of_files[copy].iloc[0]
        raise DataError(
            f"what {row['subject']!r} looked at on {row['stimulus']!r} is the same, fixation by fixation, in two "
            f"files: one is a copy; give each recording once"
        )
    return table.assign(trial=table["stimulus"] + "/" + number)


def in_their_words(table: pd.DataFrame, columns: Sequence[Column], how: Written) -> pd.DataFrame:
    """The opposite of `fixations`: a table under our names as the rows of an export.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of `OURS`, and others, which stay as they are.
    columns : sequence of Column
        What the export calls ours, and its units; `stimulus` is called as `how` says.
    how : Written
        The rest.

    Examples
    --------
    >>> how = Written((".csv",), ",", "", "image", {"name": "fixation"}, "offset")
    >>> rows = pd.DataFrame({"stimulus": ["a"], "onset_ms": [100.0], "duration_ms": [250.0]})
    >>> columns = (Column("onset_ms", ("onset",), "s"), Column("duration_ms", ("duration",), "s"))
    >>> in_their_words(rows, columns, how).to_dict("records")
    [{'image': 'a', 'onset': 0.1, 'duration': 0.25, 'name': 'fixation', 'offset': 0.35}]
    """
    facts = {column.ours: column for column in columns}
    out = {}
    for ours, values in table.items():
        fact = facts.get(str(ours))
        named = how.stimulus if ours == "stimulus" else fact.theirs[0] if fact else str(ours)
        if ours in ("duration_ms", "onset_ms") and fact is not None:
            values = (values / MS[fact.unit]).round(6)
        out[named] = values.round(4) if ours in ("x", "y") else values
    out |= {name: pd.Series(value, table.index) for name, value in how.constants.items()}
    if how.end is not None:
        out[how.end] = ((table["onset_ms"] + table["duration_ms"]) / MS[facts["onset_ms"].unit]).round(6)
    return pd.DataFrame(out)


def yes(column: pd.Series) -> pd.Series:
    """(n,) bool: where a column of yes and no says yes.

    Examples
    --------
    >>> yes(pd.Series(["True", " 1", "1.0", "Valid", "0", "false", None])).tolist()
    [True, True, True, True, False, False, False]
    """
    return column.astype("str").str.strip().str.lower().isin(["true", "1", "1.0", "valid"])


def whose(rows: pd.DataFrame, columns: Sequence[Column], said: Mapping[str, str | None]) -> str | None:
    """The column of rows that says who looked, by what a user said of columns, or by its name."""
    return said.get("subject") or their_name(rows, [n for c in columns if c.ours == "subject" for n in c.theirs])


def their_name(rows: pd.DataFrame, theirs: Sequence[str]) -> str | None:
    """The first of these names that the table has, whatever the case, blanks and the unit behind it.

    Examples
    --------
    >>> their_name(pd.DataFrame(columns=["Gaze event duration [ms]"]), ["Gaze event duration"])
    'Gaze event duration [ms]'
    >>> their_name(pd.DataFrame(columns=["Fixation point X (MCSnorm)"]), ["Fixation point X"])  # of the media
    """
    plain = _plain(tuple(rows.columns))
    return next((plain[plain_name(name)] for name in theirs if plain_name(name) in plain), None)


def unit_of(name: str, otherwise: str) -> str:
    """The unit in brackets at the end of a column's name.

    Examples
    --------
    >>> unit_of("start timestamp [ns]", "ms"), unit_of("Recording timestamp [μs]", "ms"), unit_of("onset", "s")
    ('ns', 'us', 's')
    >>> unit_of("duration (Sec)", "ms")
    's'
    """
    said = re.search(r"[\[(]\s*(\S+)\s*[\])]\s*$", name)
    unit = said[1].casefold().replace("μ", "u").replace("sec", "s") if said else otherwise
    return unit if unit in MS else otherwise


# ---------------------------------------------------------------- inside


def _has(columns: Sequence[str], names: Sequence[str]) -> bool:
    return {plain_name(name) for name in names} <= _plain(tuple(columns)).keys()


# A unit, or a date (of Gazepoint's TIME). Not `(MCSpx)` or `[normalized]`: those are other positions.
_UNIT = re.compile(
    r"\s*[\[(]\s*(?:(?:DACS|ADCS)?\s*(?:ms|sec|s|[unμµ]s|px|pixels?)|\d[^\])]*)\s*[\])]\s*$", re.IGNORECASE
)


@lru_cache(maxsize=64)
def _plain(columns: tuple[str, ...]) -> dict[str, str]:
    """Names of columns by what `their_name` goes by."""
    plain: dict[str, str] = {}
    for name in columns:
        plain.setdefault(plain_name(name), name)
        plain.setdefault(plain_name(_UNIT.sub("", str(name))), name)
    return plain


def _ours(
    rows: pd.DataFrame, kind: Format, said: Mapping[str, str | None], decimal: str
) -> tuple[pd.DataFrame, set[str]]:
    """The columns of the format under our names and in our units, and the names that they had."""
    table, used = pd.DataFrame(index=rows.index), set()
    facts = {column.ours: column for column in kind.columns}
    for ours in dict.fromkeys((*facts, *said)):
        if ours in said and not said[ours]:
            continue
        fact = facts.get(ours, Column(ours, ()))
        theirs = said.get(ours) or their_name(rows, fact.theirs)
        if theirs is None:
            continue
        if theirs not in rows:
            raise DataError(
                f"{kind.title} has no column {theirs!r}, which columns= names for {ours!r}; its columns are: "
                f"{', '.join(map(str, rows.columns))}"
            )
        used.add(theirs)
        if ours in _TIMES:
            table[ours] = _milliseconds(rows[theirs], fact.unit, decimal)
        else:
            table[ours] = _numbers(rows[theirs], decimal) if ours in ("x", "y", "fixation") else rows[theirs]
    if "stimulus" not in table and "stimulus" not in said:
        theirs = their_name(rows, SYNONYMS["stimulus"])
        if theirs is not None:
            table["stimulus"], used = rows[theirs], used | {theirs}
    return table, used


def _milliseconds(column: pd.Series, unit: str, decimal: str) -> np.ndarray:
    """(n,) float64: times in ms, by the unit in the column's name or the one that is known."""
    if not pd.api.types.is_numeric_dtype(column.dtype) and column.astype("str").str.match(r"P[T\d]").any():
        column = pd.to_timedelta(column)  # ISO 8601, as polars writes durations
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return (column / pd.Timedelta(milliseconds=1)).to_numpy(float, na_value=np.nan)
    values, unit = _numbers(column, decimal), unit_of(str(column.name), unit)
    if unit != "by size":
        return values * MS[unit]
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else 250.0
    found = [factor for factor in (1.0, 1e3, 1e-3) if _FIXATION[0] <= middle * factor <= _FIXATION[1]]
    if not found:
        raise DataError(
            f"column {column.name!r} has a median of {middle:g}, which is no fixation's duration in s, ms or us; "
            f"export it with its unit"
        )
    return values * found[0]


def _numbers(column: pd.Series, decimal: str) -> np.ndarray:
    if decimal != "." and not pd.api.types.is_numeric_dtype(column.dtype):
        column = column.astype("str").str.replace(decimal, ".", regex=False)
    return numbers(column)


def _need(table: pd.DataFrame, rows: pd.DataFrame, kind: Format, notes: Notes) -> None:
    found = ", ".join(map(str, rows.columns))
    for name in ("x", "y"):
        if name not in table:
            theirs = " or ".join(repr(t) for c in kind.columns if c.ours == name for t in c.theirs)
            raise DataError(f"{notes.path} has no column {theirs}, which {kind.title} needs; it has: {found}")
    if "stimulus" not in table:
        raise DataError(
            f"{notes.path} does not say which image was shown: name the column that does, columns={{'stimulus': ...}} "
            f"(--columns stimulus=COLUMN), or the image itself, stimulus= (--stimulus NAME); it has: {found}"
        )


def _empty(column: pd.Series) -> pd.Series:
    return column.isna() | (column.astype("str") == "")


def _one_eye(table: pd.DataFrame, eye: str | None, kind: Format, notes: Notes) -> pd.DataFrame:
    if eye not in (None, "left", "right"):
        raise DataError(f"eye must be 'left' or 'right', not {eye!r}")
    if "eye" not in table:
        if eye is not None:
            raise DataError(f"{notes.path} does not say which eye a fixation is of, so eye={eye!r} cannot be read")
        return table
    of = table["eye"].astype("str").str.strip().str.lower().map(_EYES)
    table = table.drop(columns="eye")
    trial = [name for name in ("subject", "trial", "stimulus") if name in table]
    number = table.groupby(trial, dropna=False).ngroup()
    left, right = (table[of == side].groupby(number)[["x", "y"]].mean() for side in ("left", "right"))
    apart = (left - right).dropna()
    if eye is None and len(apart):
        raise DataError(
            f"{notes.path} has fixations of both eyes in {len(apart)} of {number.nunique()} trials, on average "
            f"{np.hypot(apart['x'], apart['y']).median():.3g} apart in the unit of the file; say which eye is read, "
            f"eye='left' or eye='right' (--eye right)"
        )
    notes.eyes.update(of.dropna() if eye is None else {eye})
    if eye is None:
        return table
    notes.leave_out(number.nunique() - number[of == eye].nunique(), NOT_THAT_EYE)
    return notes.only(table, of == eye, OTHER_EYE)


def _in_order(table: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Rows in the order of time within each trial; a clock that goes back, and fixations that overlap, are refused.

    Of rows without numbers only the clock says the order; those that stood after a later one are counted.
    """
    by = [name for name in ("subject", "trial", "stimulus") if name in table]
    group = table.groupby(by, sort=False, dropna=False).ngroup().to_numpy()
    keys = [table[name].to_numpy(float) for name in ("fixation", "onset_ms") if name in table]
    order = np.lexsort((*keys[:1], group)) if keys else np.argsort(group, kind="stable")
    if "onset_ms" in table and "fixation" not in table:
        stood = np.argsort(group, kind="stable")  # rows of several trials may stand between each other
        back = (np.diff(keys[0][stood]) < 0) & (np.diff(group[stood]) == 0)
        notes.leave_out(int(back.sum()), SORTED)
    table, group = table.iloc[order], group[order]
    if "onset_ms" in table:
        onset = table["onset_ms"].to_numpy(float)
        end = onset + (table["duration_ms"].to_numpy(float) if "duration_ms" in table else 0.0)
        same = np.diff(group) == 0
        for wrong, what in (
            (np.diff(onset) < 0, "begins before the one that it is numbered after: its clock goes back"),
            (onset[1:] < end[:-1] - _OVERLAP, "begins before the one before it has ended: they overlap"),
        ):
            if (same & wrong).any():
                k = int(np.flatnonzero(same & wrong)[0]) + 1
                raise DataError(
                    f"{notes.path}: {int((same & wrong).sum())} fixations cannot be one eye's path. That of "
                    f"{_named(table.iloc[k], by)} at {onset[k]:g} ms {what}. If trials or eyes were joined, tell them "
                    f"apart (columns={{'trial': ...}}, eye=; --columns trial=COLUMN, --eye right)"
                )
        table = table.assign(onset_ms=onset - table.get("shown_ms", np.nan))
        notes.leave_out(int(table["onset_ms"].isna().sum()), NO_ZERO)
    return table.drop(columns=["shown_ms", "fixation"], errors="ignore").reset_index(drop=True)


def _one_image(table: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Names as text; a trial of a person that shows two images is refused."""
    if "subject" in table:
        table["subject"] = names(table["subject"], "")
    table["stimulus"] = names(table["stimulus"])
    if "trial" not in table:
        return table
    table["trial"] = names(table["trial"], "")
    each = table[[name for name in ("subject", "trial", "stimulus") if name in table]].drop_duplicates()
    if (two := each.duplicated([name for name in ("subject", "trial") if name in each])).any():
        row = each[two].iloc[0]
        of = each["trial"] == row["trial"]
        if "subject" in each:
            of &= each["subject"] == row["subject"]
        shown = each.loc[of, "stimulus"].tolist()
        raise DataError(
            f"{notes.path}: trial {row['trial']!r} of {row.get('subject', '')!r} shows {len(shown)} images "
            f"({', '.join(shown[:3])}); a scanpath is of one image: export an interest period for each, or name a "
            f"column that numbers what was shown, columns={{'trial': ...}} (--columns trial=COLUMN)"
        )
    return table


def _named(row: pd.Series, by: Sequence[str]) -> str:
    return ", ".join(f"{name} {str(row[name])!r}" for name in by)
