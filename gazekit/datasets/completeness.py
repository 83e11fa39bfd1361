"""What a check of a data set's folder says: known numbers beside those found, and what is missing or differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Self

from gazekit.core.trials import Dataset


@dataclass(frozen=True)
class Expectation:
    """A number that the complete set has, and the one that was found.

    Parameters
    ----------
    what : str
        What was counted or averaged, with its unit.
    expected, got : int or float
        The known number and the one found. Whole numbers must be equal, others to a relative 1e-9.

    Examples
    --------
    >>> print(Expectation("fixations", 104171, 98000))
    fixations: expected 104,171, got 98,000
    >>> Expectation("mean x, px", 487.13683496521253, 487.1368349652).met
    True
    """

    what: str
    expected: float
    got: float

    @property
    def met(self) -> bool:
        """Whether the numbers agree."""
        if isinstance(self.expected, int):
            return self.got == self.expected
        return isclose(self.got, self.expected, rel_tol=1e-9)

    def __str__(self) -> str:
        return f"{self.what}: expected {_number(self.expected)}, got {_number(self.got)}"


@dataclass(frozen=True)
class FolderReport:
    """What `gazekit datasets check` prints of a folder.

    Parameters
    ----------
    name : str
        The data set.
    found : str
        What was found, in numbers.
    problems : sequence of str
        One line per problem.
    expectations : sequence of Expectation
        Every number that was compared.
    """

    name: str
    found: str
    problems: Sequence[str]
    expectations: Sequence[Expectation] = ()

    @classmethod
    def of_counts(cls, name: str, what: str, expectations: Sequence[Expectation], unread: str | None = None) -> Self:
        """What a folder gives of the numbers that are known; `what` was read, `unread` is why it could not be."""
        differ = [f"differs  {e}" for e in expectations if not e.met]
        found = f"{len(expectations) - len(differ)} of {len(expectations)} known numbers of {what}"
        return cls(name, found, differ if unread is None else [f"unread   {unread}"], expectations)

    @property
    def whole(self) -> bool:
        """Whether there is no problem."""
        return not self.problems

    @property
    def summary(self) -> str:
        """One line."""
        return f"{self.name}: {'whole' if self.whole else 'NOT whole'}: {self.found}"

    def lines(self, limit: int | None = None) -> list[str]:
        """The problems, at most `limit` of them, and how many were left out."""
        left_out = 0 if limit is None else len(self.problems) - limit
        return [*self.problems[:limit], *([f"... and {left_out} more"] if left_out > 0 else [])]


def compared_counts(data: Dataset, known: Mapping[str, int]) -> list[Expectation]:
    """Compare what a data set holds with the counts of its card.

    Parameters
    ----------
    data : Dataset
        As it was loaded with all defaults.
    known : mapping of str to int
        Of stimuli, trials, subjects, scanpaths and fixations those that are known.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Scanpaths
    >>> nothing = Scanpaths([], [], [0], pd.DataFrame(columns=["stimulus", "width", "height"]))
    >>> print(compared_counts(Dataset("d", [], nothing), {"trials": 700})[0])
    trials: expected 700, got 0
    """
    found = {
        "stimuli": len(data.stimuli),
        "trials": len(data.trials),
        "subjects": len(data.subjects),
        "scanpaths": len(data.scanpaths),
        "fixations": len(data.scanpaths.x),
    }
    return [Expectation(what, count, found[what]) for what, count in known.items()]


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else repr(float(value))
