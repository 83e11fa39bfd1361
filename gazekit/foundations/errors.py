"""Errors that a person can act on: what was wrong, where, and what to do.

Every error that gazekit raises on purpose is a `GazekitError`; the command line prints its message as one sentence and
ends with exit code 2. Anything else is a defect of ours and keeps its traceback.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from numbers import Integral
from typing import TypeVar

_E = TypeVar("_E", bound=Exception)


class GazekitError(ValueError):
    """Base of every error that gazekit raises on purpose."""


class DataError(GazekitError):
    """A file or a table does not hold what it should; the message names it and says what to do."""


class LearnedError(DataError):
    """A model would be scored on what it has learned from."""


class MismatchError(GazekitError):
    """Two sets of scanpaths cannot be compared: their frames or declared facts disagree."""


class MissingNeedError(GazekitError):
    """A trial lacks a field that a model needs."""


class UnknownNameError(GazekitError):
    """No model, data set, metric or option of this name; the message offers the closest match."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        folded = {known_name.lower(): known_name for known_name in names}
        close = [folded[c] for c in get_close_matches(name.lower(), folded, n=1, cutoff=0.5)]
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names) or 'none'}"
        super().__init__(f"there is no {kind} called {name!r}; {hint}")
        self.kind, self.name = kind, name

    def __reduce__(self) -> tuple[type[GazekitError], tuple[str]]:
        # Worker processes send errors home; the three-argument constructor would not survive the trip.
        return GazekitError, (str(self),)


def check_known(kind: str, name: object, known: Collection[str]) -> None:
    """Refuse a name that is not among those that there are.

    Examples
    --------
    >>> check_known("view", "crops", ("letterbox", "whole", "crop"))
    Traceback (most recent call last):
    gazekit.UnknownNameError: there is no view called 'crops'; did you mean 'crop'?
    """
    if name not in known:
        raise UnknownNameError(kind, str(name), known)


def check_choice(option: str, value: object, choices: Collection[object]) -> None:
    """Refuse a value that an option does not have.

    Examples
    --------
    >>> check_choice("precision", "float8", ("float32", "bf16"))
    Traceback (most recent call last):
    gazekit.GazekitError: precision must be one of 'float32', 'bf16', not 'float8'
    """
    if value not in choices:
        raise GazekitError(f"{option} must be one of {', '.join(map(repr, choices))}, not {value!r}")


def check_whole(what: str, value: object, least: int | None = None) -> None:
    """Refuse what is no whole number, or one below `least`.

    Examples
    --------
    >>> check_whole("n_samples", 2.5, 1)
    Traceback (most recent call last):
    gazekit.GazekitError: n_samples must be a whole number of at least 1, not 2.5
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or (least is not None and int(value) < least):
        bound = "" if least is None else f" of at least {least}"
        raise GazekitError(f"{what} must be a whole number{bound}, not {value!r}")


def listed(names: Sequence[str], shown: int = 3, joint: str = ", ") -> str:
    """The first names, and how many more there are, for messages.

    Examples
    --------
    >>> listed(["anna", "ben", "carl"], 2)
    'anna, ben and 1 more'
    """
    more = len(names) - shown
    return joint.join(names[:shown]) + (f" and {more} more" if more > 0 else "")


def amount(number: int, one: str, more: str = "") -> str:
    """How many there are, with the word for one or for more.

    Examples
    --------
    >>> amount(1, "model"), amount(1200, "stimulus", "stimuli")
    ('1 model', '1,200 stimuli')
    """
    return f"{number:,} {one if number == 1 else more or one + 's'}"


class RunFolderError(GazekitError):
    """A run folder cannot be used: another version, another request, or not a run folder."""


class BusyError(GazekitError):
    """Another process is writing to the same folder; the message has its number and host."""


for _error in [GazekitError, *GazekitError.__subclasses__()]:
    _error.__module__ = "gazekit"  # messages name the place that people import them from


@contextmanager
def naming(where: object) -> Iterator[None]:
    """Say at the beginning of a `DataError` which file, or what else, it is about.

    Examples
    --------
    >>> with naming("a.csv"):
    ...     raise DataError("the table has no column 'x'")
    Traceback (most recent call last):
    gazekit.DataError: a.csv: the table has no column 'x'
    """
    try:
        yield
    except DataError as error:
        raise DataError(f"{where}: {error}") from None


@contextmanager
def refusing(kinds: type[_E] | tuple[type[_E], ...], say: Callable[[_E], GazekitError]) -> Iterator[None]:
    """Make of an error of a library, or of the system, one that a person can act on.

    Parameters
    ----------
    kinds : class, or a tuple of them
        Errors that are meant; those that are a `GazekitError` already pass as they are.
    say : callable
        Makes the new error of the old one.

    Examples
    --------
    >>> with refusing(KeyError, lambda error: DataError(f"a.json has no key {error}; take it from its source again")):
    ...     {}["paths"]
    Traceback (most recent call last):
    gazekit.DataError: a.json has no key 'paths'; take it from its source again
    """
    try:
        yield
    except GazekitError:
        raise
    except kinds as error:
        raise say(error) from error
