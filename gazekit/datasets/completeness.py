"""What a check of a data set's folder says: known numbers beside those found, and what is missing or differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path

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
    root : Path
        The folder that was looked at.
    """

    name: str
    root: Path

    @property
    def problems(self) -> list[str]:
        """One line per problem."""
        raise NotImplementedError

    @property
    def found(self) -> str:
        """What was found, in numbers."""
        raise NotImplementedError

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
        found = self.problems
        if limit is not None and len(found) > limit:
            found[limit:] = [f"... and {len(found) - limit} more"]
        return found


@dataclass(frozen=True)
class CountReport(FolderReport):
    """What a folder gives of the numbers that are known of a data set.

    Parameters
    ----------
    name, root
        See `FolderReport`.
    what : str
        Which files were looked at.
    expectations : sequence of Expectation
        Every number that was compared.
    unread : str, optional
        Why the folder could not be read, if so.
    """

    what: str
    expectations: Sequence[Expectation]
    unread: str | None = None

    @property
    def problems(self) -> list[str]:
        """One line per number that differs, or why there are none."""
        if self.unread is not None:
            return [f"unread   {self.unread}"]
        return [f"differs  {e}" for e in self.expectations if not e.met]

    @property
    def found(self) -> str:
        """How many numbers are as known."""
        met = sum(e.met for e in self.expectations)
        return f"{met} of {len(self.expectations)} known numbers of {self.what}"


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
