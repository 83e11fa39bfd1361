"""Scanpaths: one path, many paths stored as columns, and what they are converted by before they may be compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Number
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import pandas as pd

from gazekit.core.exchange import exchange
from gazekit.core.frames import Facts, Frame, check_comparable, merge_facts
from gazekit.foundations.errors import DataError, GazekitError, MismatchError

ID_COLUMNS = ("stimulus", "subject", "trial", "source", "sample", "task")
FRAME_COLUMNS = ("width", "height", "px_per_degree")
HUMAN = "human"
_COLUMNS = {"x": np.float64, "y": np.float64, "duration": np.float64, "object_id": np.int64, "onset": np.float64}


class _Fixations:
    """The columns that one path and many paths share."""

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None
    object_id: np.ndarray | None
    onset: np.ndarray | None

    def durations(self) -> np.ndarray:
        """(N,) float64, ms: durations of all fixations, NaN where not known."""
        return np.full(len(self.x), np.nan) if self.duration is None else self.duration

    def object_ids(self) -> np.ndarray:
        """(N,) int64: fixated object of all fixations, -1 for none."""
        return np.full(len(self.x), -1, dtype=np.int64) if self.object_id is None else self.object_id

    def onsets(self) -> np.ndarray:
        """(N,) float64, ms: when each fixation began, NaN where not known."""
        return np.full(len(self.x), np.nan) if self.onset is None else self.onset


@dataclass(frozen=True)
class Scanpath(_Fixations):
    """One scanpath.

    Parameters
    ----------
    x, y : (n,) float64
        Fixation positions, px of the frame.
    duration : (n,) float64, optional
        Fixation durations, ms.
    frame : Frame
        The shown image.
    ids : mapping
        The row of this path: stimulus, subject, trial, source, sample, task and what else the data set knows.
    object_id : (n,) int64, optional
        Index of the fixated object of the trial, -1 for none.
    onset : (n,) float64, optional
        When each fixation began, ms; see `Scanpaths`.

    Examples
    --------
    >>> path = Scanpath([10, 20], [5, 5], None, Frame(100, 50))
    >>> path.xy.shape, len(path)
    ((2, 2), 2)
    """

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None
    frame: Frame
    ids: Mapping[str, Any] = field(default_factory=dict)
    object_id: np.ndarray | None = None
    onset: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name, kind in _COLUMNS.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _frozen(value, kind, name, None if name == "x" else len(self.x)))

    def __len__(self) -> int:
        return len(self.x)

    @property
    def xy(self) -> np.ndarray:
        """(n, 2) float64, px: columns x, y."""
        return np.column_stack([self.x, self.y])

    @property
    def xyt(self) -> np.ndarray:
        """(n, 3) float64: columns x px, y px, duration ms (NaN where durations are not known)."""
        return np.column_stack([self.x, self.y, self.durations()])


class Scanpaths(_Fixations):
    """Many scanpaths, stored as columns: flat fixations, offsets, and a table with one row per scanpath.

    Parameters
    ----------
    x, y : (N,) float64
        All fixations of all paths, one after another, px (or degrees, see `facts.unit`).
    offsets : (n + 1,) int64
        Path i is the fixations `offsets[i]:offsets[i + 1]`.
    table : pandas.DataFrame
        One row per path. Must have `stimulus`, `width` and `height`; `subject`, `trial`, `source`, `sample`, `task` and
        `px_per_degree` are filled in where absent (trial = stimulus, source = "human", sample = 0).
    duration : (N,) float64, optional
        Fixation durations, ms; NaN for paths without.
    object_id : (N,) int64, optional
        Index of the fixated object in the trial, -1 for none.
    onset : (N,) float64, optional
        When each fixation began, ms after the stimulus appeared, unless the data set says another zero; NaN where it is
        not known. Durations do not give it: saccades and blinks lie between fixations.
    facts : Facts
        What these points are; metrics refuse to mix.
    dropped : mapping of str to int
        Rows that the reader of these paths left out, by reason.

    Raises
    ------
    DataError
        Columns whose lengths do not agree, or a table without the columns above.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": ["a", "b"], "width": 100, "height": 50})
    >>> paths = Scanpaths([1, 2, 3], [4, 5, 6], [0, 2, 3], table)
    >>> len(paths), paths.lengths.tolist(), paths[1].x.tolist()
    (2, [2, 1], [3.0])
    >>> paths.filter(stimulus="a").rescale(Frame(200, 100)).x.tolist()
    [2.0, 4.0]
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        offsets: Any,
        table: pd.DataFrame,
        *,
        duration: Any = None,
        object_id: Any = None,
        onset: Any = None,
        facts: Facts | None = None,
        dropped: Mapping[str, int] | None = None,
    ) -> None:
        self.x = _frozen(x, np.float64, "x", None)
        n = len(self.x)
        self.y = _frozen(y, np.float64, "y", n)
        self.duration = None if duration is None else _frozen(duration, np.float64, "duration", n)
        self.object_id = None if object_id is None else _frozen(object_id, np.int64, "object_id", n)
        self.onset = None if onset is None else _frozen(onset, np.float64, "onset", n)
        self.offsets = _frozen(offsets, np.int64, "offsets", len(table) + 1)
        if self.offsets[0] != 0 or self.offsets[-1] != n or (np.diff(self.offsets) < 0).any():
            raise DataError(f"offsets must rise from 0 to the number of fixations ({n})")
        self.table = _complete(table)
        self.facts = facts or Facts()
        self.dropped = dict(dropped or {})

    # ---------------------------------------------------------------- making

    @classmethod
    def from_paths(cls, paths: Iterable[Scanpath], facts: Facts | None = None) -> Self:
        """Join single paths.

        Examples
        --------
        >>> path = Scanpath([1, 2], [3, 4], [100, 200], Frame(10, 10), {"stimulus": "a", "subject": "s1"})
        >>> Scanpaths.from_paths([path, path]).lengths.tolist()
        [2, 2]
        """
        items = list(paths)
        rows = [
            {**p.ids, "width": p.frame.width, "height": p.frame.height, "px_per_degree": p.frame.px_per_degree}
            for p in items
        ]
        table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=[*ID_COLUMNS, *FRAME_COLUMNS])
        return cls._joined(items, [len(p) for p in items], table, facts=facts)

    @classmethod
    def concat(cls, parts: Sequence["Scanpaths"]) -> Self:
        """Join sets whose facts agree; durations, onsets and object ids absent from one part become NaN, NaN and -1.

        Raises
        ------
        MismatchError
            The parts' declared facts disagree.
        """
        if not parts:
            raise GazekitError("there is nothing to join: concat needs at least one set of scanpaths")
        facts, dropped = parts[0].facts, dict(parts[0].dropped)
        for part in parts[1:]:
            facts = merge_facts(facts, part.facts)
            for reason, count in part.dropped.items():
                dropped[reason] = dropped.get(reason, 0) + count
        lengths = np.concatenate([part.lengths for part in parts])
        table = pd.concat([part.table for part in parts], ignore_index=True)
        return cls._joined(parts, lengths, table, facts=facts, dropped=dropped)

    @classmethod
    def _joined(cls, parts: Sequence[_Fixations], lengths: Any, table: pd.DataFrame, **about: Any) -> Self:
        columns = {"x": [p.x for p in parts], "y": [p.y for p in parts]}
        if any(p.duration is not None for p in parts):
            columns["duration"] = [p.durations() for p in parts]
        if any(p.object_id is not None for p in parts):
            columns["object_id"] = [p.object_ids() for p in parts]
        if any(p.onset is not None for p in parts):
            columns["onset"] = [p.onsets() for p in parts]
        joined: dict[str, Any] = {name: np.concatenate(c) if parts else [] for name, c in columns.items()}
        return cls(**joined, offsets=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]), table=table, **about)

    @classmethod
    def from_table(cls, table: pd.DataFrame, **options: Any) -> Self:
        """Read a table with one row per fixation; see `gazekit.interchange.tables.from_table` for the options."""
        return exchange["from_table"](table, **options)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a parquet file that `save` wrote; see `gazekit.interchange.parquet`."""
        return exchange["read_parquet"](path)

    def save(self, path: str | Path) -> None:
        """Write a parquet file with a format version, through a temporary file beside it."""
        exchange["write_parquet"](self, path)

    def to_table(self) -> pd.DataFrame:
        """One row per fixation: stimulus, subject, trial, source, sample, fixation, x, y, duration_ms, object_id."""
        return exchange["to_table"](self)

    # ---------------------------------------------------------------- reading

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Scanpaths({len(self)} paths, {len(self.x)} {self.facts.points or 'points'})"

    def __iter__(self) -> Iterator[Scanpath]:
        # columns once: a row of a table is slow to read
        ids = {k: self.table[k].astype(object).to_numpy() for k in self.table if k not in FRAME_COLUMNS}
        for i, frame in enumerate(self.table[list(FRAME_COLUMNS)].to_numpy(float).tolist()):
            part = slice(self.offsets[i], self.offsets[i + 1])
            yield Scanpath(**self._points(part), frame=Frame(*frame), ids={k: v[i] for k, v in ids.items()})  # type: ignore[arg-type]

    @property
    def lengths(self) -> np.ndarray:
        """(n,) int64: fixations of each path."""
        return np.diff(self.offsets)

    def path_of(self) -> np.ndarray:
        """(N,) int64: which path each fixation belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def rank_of(self) -> np.ndarray:
        """(N,) int64: index of each fixation within its path, from 0."""
        return np.arange(len(self.x)) - np.repeat(self.offsets[:-1], self.lengths)

    def fixations_of(self, rows: np.ndarray) -> np.ndarray:
        """(k,) int64: index of each fixation of some paths, path after path, in the order of `rows`."""
        return indices_of(self.offsets, rows)

    def frame_of(self, i: int) -> Frame:
        """Frame of path i."""
        row = self.table.iloc[i]
        return Frame(float(row["width"]), float(row["height"]), float(row["px_per_degree"]))

    @overload
    def __getitem__(self, key: int | np.integer) -> Scanpath: ...
    @overload
    def __getitem__(self, key: "slice | np.ndarray | list[int] | pd.Series") -> "Scanpaths": ...
    def __getitem__(self, key: Any) -> "Scanpath | Scanpaths":
        """Path i, or the paths of a slice, a list of positions or a boolean mask."""
        if isinstance(key, int | np.integer):
            i = range(len(self))[int(key)]
            part = slice(self.offsets[i], self.offsets[i + 1])
            ids = {k: v for k, v in self.table.iloc[i].items() if k not in FRAME_COLUMNS}
            return Scanpath(**self._points(part), frame=self.frame_of(i), ids=ids)  # type: ignore[arg-type]
        if not isinstance(key, slice):
            key = np.asarray(key)
            key = key.astype(np.int64) if key.size == 0 and key.dtype != bool else key
        rows = np.arange(len(self))[key]
        return self._take_rows(rows)

    def filter(self, mask: Any = None, /, **equals: Any) -> "Scanpaths":
        """Keep the paths of a boolean mask, or those whose columns equal (or are among) the given values.

        Raises
        ------
        GazekitError
            A mask of another length or kind; a column that the table does not have, or one of text that is compared
            with numbers, or of numbers with text, so that no path would be found.
        """
        keep = np.ones(len(self), dtype=bool) if mask is None else np.array(mask)
        if keep.dtype == object and all(isinstance(value, bool | np.bool_) for value in keep.flat):
            keep = keep.astype(bool)
        if keep.shape != (len(self),) or (keep.dtype != bool and len(keep)):
            raise GazekitError(
                f"filter takes a mask of true and false, one for each of the {len(self)} paths, not {keep.dtype} of "
                f"shape {keep.shape}; positions of paths go in brackets, paths[[0, 2]]"
            )
        keep = keep.astype(bool)
        for column, wanted in equals.items():
            if column not in self.table:
                raise GazekitError(f"scanpaths have no column {column!r}; they have {', '.join(self.table.columns)}")
            many = isinstance(wanted, list | tuple | set | frozenset | np.ndarray | pd.Index | pd.Series)
            values, kind = list(wanted) if many else [wanted], self.table[column].dtype
            other = Number if isinstance(kind, pd.StringDtype) else str if pd.api.types.is_numeric_dtype(kind) else ()
            if wrong := [value for value in values if isinstance(value, other)]:
                held = "text" if other is Number else "numbers"
                raise GazekitError(f"column {column!r} holds {held}, and {wrong[0]!r} is none, so no path has it")
            keep &= self.table[column].isin(values).to_numpy()
        return self[np.flatnonzero(keep)]

    def groupby(self, by: str | list[str]) -> Iterator[tuple[Any, "Scanpaths"]]:
        """Yield (key, paths) for every value of a column of the table, in sorted order."""
        for key, rows in self.table.groupby(by, sort=True, dropna=False).indices.items():
            yield key, self[np.asarray(rows)]

    # ---------------------------------------------------------------- converting

    def rescale(self, frame: Frame) -> "Scanpaths":
        """Map every path from its own frame to `frame` (x and y scaled separately), px."""
        if self.facts.unit != "px":
            raise MismatchError("rescale works on px; these scanpaths are in degrees")
        of = self.path_of()
        new_x = self.x * (frame.width / self.table["width"].to_numpy(float))[of]
        new_y = self.y * (frame.height / self.table["height"].to_numpy(float))[of]
        scale = np.nan if frame.px_per_degree is None else frame.px_per_degree
        table = self.table.assign(width=float(frame.width), height=float(frame.height), px_per_degree=scale)
        return self.replace(x=new_x, y=new_y, table=table)

    def drop_first(self) -> "Scanpaths":
        """Remove the forced first fixation of every path and declare it removed.

        Raises
        ------
        MismatchError
            These paths do not declare a forced first fixation.
        """
        if self.facts.forced_first is not True:
            raise MismatchError(
                f"drop_first removes a forced first fixation, but these scanpaths declare "
                f"forced_first={self.facts.forced_first}; nothing was removed"
            )
        return self.keep_fixations(self.rank_of() > 0, facts=replace(self.facts, forced_first=False))

    def truncate(self, n: int | np.ndarray | None = None, *, at_target: Mapping[str, Any] | None = None) -> "Scanpaths":
        """Cut paths after `n` fixations, or after the first fixation on the target.

        Parameters
        ----------
        n : int or (paths,) int, optional
            Fixations to keep of each path.
        at_target : mapping of trial id to box, optional
            Target box (x0, y0, x1, y1) of each trial, px, edges inside; paths of trials without a box stay whole.
            The result declares `cut_at_target=True`.
        """
        if n is None and at_target is None:
            raise GazekitError("truncate needs n, a number of fixations, or at_target, the target box of each trial")
        if n is not None and np.size(n) and np.asarray(n).dtype.kind not in "iu":
            raise GazekitError(f"truncate keeps a whole number of fixations, so n cannot be {n!r}")
        if n is not None and np.min(n, initial=0) < 0:
            raise GazekitError(f"truncate keeps a number of fixations, so n cannot be {np.min(n)}")
        rank, keep, facts = self.rank_of(), np.ones(len(self.x), dtype=bool), self.facts
        if n is not None:
            keep &= rank < np.broadcast_to(n, len(self))[self.path_of()]
        if at_target is not None:
            nowhere = (np.nan,) * 4
            boxes = np.array([tuple(at_target.get(t) or nowhere) for t in self.table["trial"]], dtype=float)
            x0, y0, x1, y1 = boxes.reshape(-1, 4)[self.path_of()].T
            hit = (self.x >= x0) & (self.x <= x1) & (self.y >= y0) & (self.y <= y1)
            first = np.full(len(self), np.iinfo(np.int64).max)
            np.minimum.at(first, self.path_of()[hit], rank[hit])
            keep &= rank <= first[self.path_of()]
            facts = replace(facts, cut_at_target=True)
        return self.keep_fixations(keep, facts=facts)

    def to_degrees(self) -> "Scanpaths":
        """Express positions in degrees of visual angle: px divided by the frame's px per degree.

        This is the small-angle form that a single px-per-degree figure allows; the exact arctangent needs screen size
        and distance, which published data sets rarely give.

        Raises
        ------
        MismatchError
            A path whose frame has no px_per_degree; gazekit does not guess it.
        """
        if self.facts.unit == "degrees":
            return self
        scale = self.table["px_per_degree"].to_numpy(float)
        if (unknown := ~np.isfinite(scale)).any():
            first = self.table["stimulus"].to_numpy()[np.flatnonzero(unknown)[0]]
            raise MismatchError(
                f"to_degrees needs px per degree, and {int(unknown.sum())} of {len(self)} paths have none "
                f"(first: stimulus {first!r}); give Frame(width, height, px_per_degree=...) or the loader's "
                f"px_per_degree"
            )
        of = self.path_of()
        table = self.table.assign(
            width=self.table["width"] / scale, height=self.table["height"] / scale, px_per_degree=1.0
        )
        return self._unchecked(
            x=self.x / scale[of], y=self.y / scale[of], table=table, facts=replace(self.facts, unit="degrees")
        )

    def to_objects(self, objects: Mapping[str, Any], rule: str = "nearest") -> "Scanpaths":
        """Name the object of every fixation: fills `object_id`, positions stay.

        Parameters
        ----------
        objects : mapping of trial id to (k, 4) boxes
            Boxes (x0, y0, x1, y1) of each trial's objects, px.
        rule : {"nearest", "containing"}
            "containing": the box that holds the fixation (the nearest centre among several), else -1.
            "nearest": the same, but a fixation in no box goes to the box with the nearest centre (OAT's rule).

        Raises
        ------
        GazekitError
            An unknown rule, or a trial without objects.
        """
        if rule not in ("nearest", "containing"):
            raise GazekitError(f"rule must be 'nearest' or 'containing', not {rule!r}")
        ids = np.full(len(self.x), -1, dtype=np.int64)
        trials = self.table["trial"].to_numpy()
        for trial in dict.fromkeys(trials):
            if trial not in objects:
                raise GazekitError(f"trial {trial!r} has no objects; give its boxes as objects[{trial!r}]")
            points = np.flatnonzero((trials == trial)[self.path_of()])
            ids[points] = _objects_at(self.x[points], self.y[points], np.asarray(objects[trial], float), rule)
        return self.replace(object_id=ids)

    def keep_fixations(self, mask: np.ndarray, **columns: Any) -> "Scanpaths":
        """Keep the fixations of a boolean mask, (N,), and exchange what else is given, as `replace` does.

        Paths that lose all of their fixations stay, empty.
        """
        offsets = np.concatenate([[0], np.cumsum(mask)])[self.offsets]
        return self.replace(**self._points(mask), offsets=offsets, **columns)

    def replace(self, **columns: Any) -> "Scanpaths":
        """The same scanpaths with some columns, the table or the facts exchanged; all checks are made again."""
        names = ("x", "y", "offsets", "table", "duration", "object_id", "onset", "facts", "dropped")
        unknown = sorted(set(columns) - set(names))
        if unknown:
            raise GazekitError(f"scanpaths have no {unknown[0]!r} to replace; they have {', '.join(names)}")
        return Scanpaths(**{name: columns.get(name, getattr(self, name)) for name in names})

    # ---------------------------------------------------------------- inside

    def _take_rows(self, rows: np.ndarray) -> "Scanpaths":
        offsets = np.concatenate([[0], np.cumsum(self.lengths[rows])])
        if len(rows) and (np.diff(rows) == 1).all():  # a run of neighbours shares memory with its parent
            points: Any = slice(self.offsets[rows[0]], self.offsets[rows[-1] + 1])
        else:
            points = self.fixations_of(rows)
        return self._unchecked(
            **self._points(points), offsets=offsets, table=self.table.iloc[rows].reset_index(drop=True)
        )

    def _unchecked(self, **columns: Any) -> "Scanpaths":
        """As `replace`, where what is exchanged was made of what is checked and needs no check."""
        made = object.__new__(type(self))
        made.__dict__ = {**self.__dict__, **columns}
        made.dropped = dict(self.dropped)
        for column in columns.values():
            if isinstance(column, np.ndarray):
                column.flags.writeable = False
        return made

    def _points(self, points: Any) -> dict[str, np.ndarray | None]:
        columns = {name: getattr(self, name) for name in _COLUMNS}
        return {name: None if column is None else column[points] for name, column in columns.items()}


def indices_of(offsets: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(k,) int64: indices of what belongs to some rows, row after row, where row i has `offsets[i]:offsets[i + 1]`.

    Examples
    --------
    >>> indices_of(np.array([0, 2, 3, 5]), np.array([2, 0])).tolist()
    [3, 4, 0, 1]
    """
    lengths = np.diff(offsets)[rows]
    ends = np.cumsum(lengths)
    return np.repeat(offsets[rows] - ends + lengths, lengths) + np.arange(lengths.sum())


def check_frames(a: Scanpaths, b: Scanpaths, pairs: np.ndarray) -> None:
    """Refuse pairs of paths whose facts or frames disagree.

    Parameters
    ----------
    a, b : Scanpaths
        The two sets.
    pairs : (n, 2) int
        Row of `a` and row of `b` of each pair.

    Raises
    ------
    MismatchError
        Facts or frames disagree; the message names the first such pair and the verb that converts.
    """
    check_comparable(a.facts, b.facts)
    size_a = a.table[["width", "height"]].to_numpy(float)[pairs[:, 0]]
    size_b = b.table[["width", "height"]].to_numpy(float)[pairs[:, 1]]
    wrong = (size_a != size_b).any(axis=1)
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        i, j = pairs[k]
        raise MismatchError(
            f"path {i} ({a.table['source'].iloc[i]}, stimulus {a.table['stimulus'].iloc[i]!r}) has a frame of "
            f"{size_a[k][0]:g} x {size_a[k][1]:g} and path {j} ({b.table['source'].iloc[j]}, stimulus "
            f"{b.table['stimulus'].iloc[j]!r}) one of {size_b[k][0]:g} x {size_b[k][1]:g}; use rescale(frame) on one"
        )


# ---------------------------------------------------------------- inside


def _frozen(values: Any, kind: Any, name: str, length: int | None) -> np.ndarray:
    """A read-only column of one type, of the given length if there is one."""
    if kind is np.int64:
        values = _whole(values, name)
    column = np.asarray(values, dtype=kind)
    if column.ndim != 1 or (length is not None and len(column) != length):
        want = "one dimension" if length is None else f"length {length}"
        raise DataError(f"{name} must be a column of {want}, not of shape {column.shape}")
    view = column.view()
    view.flags.writeable = False
    return view


def _whole(values: Any, name: str) -> Any:
    """The values, none of which loses a part when it becomes a whole number."""
    given = np.asarray(values)
    if given.dtype.kind == "f" and (wrong := ~(np.isfinite(given) & (given == np.trunc(given)))).any():
        raise DataError(f"{name} must be whole numbers, and one is {given[wrong].flat[0]}")
    return values


def _complete(table: pd.DataFrame) -> pd.DataFrame:
    """The table of scanpaths with every column that it must have, in order and of the right type.

    Raises
    ------
    DataError
        `stimulus`, `width` or `height` is missing; a cell of `stimulus` is empty; a size or a sample that cannot be.
    """
    missing = [c for c in ("stimulus", "width", "height") if c not in table]
    if missing:
        raise DataError(f"the table of scanpaths lacks the column {missing[0]!r}; it has {', '.join(table.columns)}")
    table = table.reset_index(drop=True)
    fill: dict[str, Any] = {
        "subject": "",
        "trial": table["stimulus"],
        "source": HUMAN,
        "sample": 0,
        "task": "",
        "px_per_degree": np.nan,
    }
    if (nameless := table["stimulus"].isna()).any():
        raise DataError(f"row {int(np.flatnonzero(nameless)[0])} (from 0) of the table of scanpaths has no stimulus")
    for column, value in fill.items():
        if column not in table:
            table[column] = value
        elif column != "px_per_degree" and (empty := table[column].isna()).any():
            table[column] = table[column].mask(empty, value)
    kinds = dict.fromkeys(("stimulus", "subject", "trial", "source", "task"), "str")
    kinds |= {"sample": "int64", **dict.fromkeys(FRAME_COLUMNS, "float64")}
    wrong = {c: k for c, k in kinds.items() if str(table[c].dtype) != k}
    _whole(table["sample"], "samples")
    if wrong:
        table = table.astype(wrong)
    for column in FRAME_COLUMNS:
        if (low := table[column] <= 0).any():
            raise DataError(f"{column} of a scanpath must be above 0, and one is {table[column][low].iloc[0]:g}")
    rest = [c for c in table.columns if c not in (*ID_COLUMNS, *FRAME_COLUMNS)]
    return table[[*ID_COLUMNS, *FRAME_COLUMNS, *rest]]


def _objects_at(x: np.ndarray, y: np.ndarray, boxes: np.ndarray, rule: str) -> np.ndarray:
    x0, y0, x1, y1 = boxes.T
    distance = np.hypot(x[:, None] - (x0 + x1) / 2, y[:, None] - (y0 + y1) / 2)
    inside = (x[:, None] >= x0) & (x[:, None] <= x1) & (y[:, None] >= y0) & (y[:, None] <= y1)
    best_inside = np.where(inside, distance, np.inf).argmin(axis=1)
    outside = distance.argmin(axis=1) if rule == "nearest" else np.full(len(x), -1)
    return np.where(inside.any(axis=1), best_inside, outside)
