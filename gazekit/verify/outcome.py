"""What a check against published or reference numbers found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """Result of one check.

    Parameters
    ----------
    columns : mapping of str to str
        Headings of the table, and how the cells below are formatted (a format specification, "" for text).
    rows : tuple of tuples
        The table, a cell per column.
    figure : float
        The one number that decides: the largest difference.
    tolerance : float
        What it may be.
    passed : bool
        Whether the check passed; may also fail for a reason that the notes give.
    notes : tuple of str
        What a reader must know: what was left out, how long it took.

    Examples
    --------
    >>> print(Outcome({"name": "", "difference": ".1e"}, (("a", 1e-16),), 1e-16, 1e-12, True))
    name  difference
    a        1.0e-16
    largest difference 1.0e-16, tolerance 1e-12: passed
    """

    columns: Mapping[str, str]
    rows: tuple[tuple[Any, ...], ...]
    figure: float
    tolerance: float
    passed: bool
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        columns: Mapping[str, str],
        rows: Sequence[tuple[Any, ...]],
        differences: Sequence[float],
        tolerance: float,
        *,
        also: bool = True,
        notes: Sequence[str] = (),
    ) -> Self:
        """Judge by the largest of some differences; one that is no number does not pass.

        Parameters
        ----------
        columns, rows, tolerance, notes
            As they are.
        differences : sequence of float
            Ours from theirs, of either sign. Without any there is nothing that could fail.
        also : bool
            Everything else that must hold.

        Examples
        --------
        >>> [Outcome.of({}, (), gaps, 0.1).passed for gaps in ([], [-0.01], [0.01, 0.2], [0.01, float("nan")])]
        [True, True, False, False]
        """
        figure = float(np.max(np.abs(np.asarray(differences, dtype=float)), initial=0.0))
        return cls(columns, tuple(rows), figure, tolerance, bool(also and figure <= tolerance), tuple(notes))

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """Write the table, the notes, and the figure on the last line."""
        formats = list(self.columns.values())
        body = [[format(cell, how) for cell, how in zip(row, formats, strict=True)] for row in self.rows]
        heads = list(self.columns)
        widths = [max(len(line[k]) for line in (heads, *body)) for k in range(len(heads))]
        table = [
            "  ".join(
                cell.rjust(width) if how else cell.ljust(width)
                for cell, width, how in zip(line, widths, formats, strict=True)
            ).rstrip()
            for line in (heads, *body)
        ]
        verdict = "passed" if self.passed else "FAILED"
        last = f"largest difference {self.figure:.1e}, tolerance {self.tolerance:.0e}: {verdict}"
        return [*table, *self.notes, last]
