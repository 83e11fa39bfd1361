"""What a check against published or reference numbers found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
