"""Many scanpaths, stored as columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, overload

import numpy as np
import pandas as pd

from gazekit.core import conversions
from gazekit.core.comparability import merge_facts
from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpath import Scanpath
from gazekit.core.scanpath_columns import FRAME_COLUMNS, ID_COLUMNS, complete_table, frozen_column, join
from gazekit.foundations.errors import DataError, GazekitError


class Scanpaths:
    """Many scanpaths, stored as columns: flat fixations, offsets, and a table with one row per scanpath.

    Parameters
    ----------
    x, y : (N,) float64
        All fixations of all paths, one after another, px (or degrees, see `facts.unit`).
    offsets : (n + 1,) int64
        Path i is the fixations `offsets[i]:offsets[i + 1]`.
    table : pandas.DataFrame
        One row per path. Must have `stimulus`, `width` and `height`; `subject`, `trial`, `source`, `sample`, `task`
        and `px_per_degree` are filled in where absent (trial = stimulus, source = "human", sample = 0).
    duration : (N,) float64, optional
        Fixation durations, ms; NaN for paths without.
    object_id : (N,) int64, optional
        Index of the fixated object in the trial, -1 for none.
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
        facts: Facts | None = None,
        dropped: Mapping[str, int] | None = None,
    ) -> None:
        self.x = frozen_column(x, np.float64, "x", None)
        n = len(self.x)
        self.y = frozen_column(y, np.float64, "y", n)
        self.duration = None if duration is None else frozen_column(duration, np.float64, "duration", n)
        self.object_id = None if object_id is None else frozen_column(object_id, np.int64, "object_id", n)
        self.offsets = frozen_column(offsets, np.int64, "offsets", len(table) + 1)
        if self.offsets[0] != 0 or self.offsets[-1] != n or (np.diff(self.offsets) < 0).any():
            raise DataError(f"offsets must rise from 0 to the number of fixations ({n})")
        self.table = complete_table(table)
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
        columns = [*ID_COLUMNS, *FRAME_COLUMNS]
        table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
        lengths = [len(p) for p in items]
        has_duration = any(p.duration is not None for p in items)
        has_object = any(p.object_id is not None for p in items)
        return cls(
            join([p.x for p in items]),
            join([p.y for p in items]),
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            table,
            duration=join([p.xyt[:, 2] for p in items]) if has_duration else None,
            object_id=join([np.full(len(p), -1) if p.object_id is None else p.object_id for p in items])
            if has_object
            else None,
            facts=facts,
        )

    @classmethod
    def concat(cls, parts: Sequence["Scanpaths"]) -> Self:
        """Join sets whose facts agree; durations and object ids absent from one part become NaN and -1.

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
        return cls(
            join([p.x for p in parts]),
            join([p.y for p in parts]),
            np.concatenate([[0], np.cumsum(np.concatenate([p.lengths for p in parts]))]),
            pd.concat([p.table for p in parts], ignore_index=True),
            duration=join([p.durations() for p in parts]) if any(p.duration is not None for p in parts) else None,
            object_id=join([p.object_ids() for p in parts]) if any(p.object_id is not None for p in parts) else None,
            facts=facts,
            dropped=dropped,
        )

    @classmethod
    def from_table(cls, table: pd.DataFrame, **options: Any) -> Self:
        """Read a table with one row per fixation; see `gazekit.interchange.tables.from_table` for the options."""
        from gazekit.interchange import from_table

        return from_table(table, **options)  # type: ignore[return-value]

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a parquet file that `save` wrote; see `gazekit.interchange.parquet`."""
        from gazekit.interchange import read_parquet

        return read_parquet(path)  # type: ignore[return-value]

    def save(self, path: str | Path) -> None:
        """Write a parquet file with a format version, through a temporary file beside it."""
        from gazekit.interchange import write_parquet

        write_parquet(self, path)

    def to_table(self) -> pd.DataFrame:
        """One row per fixation: stimulus, subject, trial, source, sample, fixation, x, y, duration_ms, object_id."""
        from gazekit.interchange import to_table

        return to_table(self)

    # ---------------------------------------------------------------- reading

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Scanpaths({len(self)} paths, {len(self.x)} {self.facts.points or 'points'})"

    def __iter__(self) -> Iterator[Scanpath]:
        return (self[i] for i in range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """(n,) int64: fixations of each path."""
        return np.diff(self.offsets)

    def durations(self) -> np.ndarray:
        """(N,) float64, ms: durations of all fixations, NaN where not known."""
        return np.full(len(self.x), np.nan) if self.duration is None else self.duration

    def object_ids(self) -> np.ndarray:
        """(N,) int64: fixated object of all fixations, -1 for none."""
        return np.full(len(self.x), -1, dtype=np.int64) if self.object_id is None else self.object_id

    def path_of(self) -> np.ndarray:
        """(N,) int64: which path each fixation belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def rank_of(self) -> np.ndarray:
        """(N,) int64: index of each fixation within its path, from 0."""
        return np.arange(len(self.x)) - np.repeat(self.offsets[:-1], self.lengths)

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
            return Scanpath(
                self.x[part],
                self.y[part],
                None if self.duration is None else self.duration[part],
                self.frame_of(i),
                {k: v for k, v in self.table.iloc[i].items() if k not in FRAME_COLUMNS},
                None if self.object_id is None else self.object_id[part],
            )
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
            A column that the table does not have.
        """
        keep = np.ones(len(self), dtype=bool) if mask is None else np.asarray(mask, dtype=bool)
        for column, wanted in equals.items():
            if column not in self.table:
                raise GazekitError(f"scanpaths have no column {column!r}; they have {', '.join(self.table.columns)}")
            many = isinstance(wanted, list | tuple | set | frozenset | np.ndarray | pd.Index | pd.Series)
            keep &= self.table[column].isin(list(wanted) if many else [wanted]).to_numpy()
        return self[np.flatnonzero(keep)]

    def groupby(self, by: str | list[str]) -> Iterator[tuple[Any, "Scanpaths"]]:
        """Yield (key, paths) for every value of a column of the table, in sorted order."""
        for key, rows in self.table.groupby(by, sort=True, dropna=False).indices.items():
            yield key, self[np.asarray(rows)]

    # ---------------------------------------------------------------- converting

    def rescale(self, frame: Frame) -> "Scanpaths":
        """Map every path onto `frame`; see `gazekit.core.conversions.rescale`."""
        return conversions.rescale(self, frame)

    def drop_first(self) -> "Scanpaths":
        """Remove the forced first fixation; see `gazekit.core.conversions.drop_first`."""
        return conversions.drop_first(self)

    def truncate(self, n: int | None = None, *, at_target: Mapping[str, Any] | None = None) -> "Scanpaths":
        """Cut after `n` fixations or at the target; see `gazekit.core.conversions.truncate`."""
        return conversions.truncate(self, n, at_target=at_target)

    def to_degrees(self) -> "Scanpaths":
        """Positions in degrees of visual angle; see `gazekit.core.conversions.to_degrees`."""
        return conversions.to_degrees(self)

    def to_objects(self, objects: Mapping[str, Any], rule: str = "nearest") -> "Scanpaths":
        """Name the object of every fixation; see `gazekit.core.conversions.to_objects`."""
        return conversions.to_objects(self, objects, rule)

    def replace(self, **columns: Any) -> "Scanpaths":
        """The same scanpaths with some columns, the table or the facts exchanged; all checks are made again."""
        names = ("x", "y", "offsets", "table", "duration", "object_id", "facts", "dropped")
        unknown = sorted(set(columns) - set(names))
        if unknown:
            raise GazekitError(f"scanpaths have no {unknown[0]!r} to replace; they have {', '.join(names)}")
        return Scanpaths(**{name: columns.get(name, getattr(self, name)) for name in names})

    # ---------------------------------------------------------------- inside

    def _take_rows(self, rows: np.ndarray) -> "Scanpaths":
        lengths = self.lengths[rows]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        if len(rows) and (np.diff(rows) == 1).all():  # a run of neighbours shares memory with its parent
            points: Any = slice(self.offsets[rows[0]], self.offsets[rows[-1] + 1])
        else:
            points = np.repeat(self.offsets[rows] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Scanpaths(
            self.x[points],
            self.y[points],
            offsets,
            self.table.iloc[rows],
            duration=None if self.duration is None else self.duration[points],
            object_id=None if self.object_id is None else self.object_id[points],
            facts=self.facts,
            dropped=self.dropped,
        )
