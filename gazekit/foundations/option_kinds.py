"""Whether an option is of the kind that a signature or a dataclass declares: a whole number, true or false, ..."""

import inspect
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import fields
from numbers import Integral, Real
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from gazekit.foundations.errors import GazekitError

_KINDS: dict[type, tuple[type | tuple[type, ...], str]] = {
    bool: (bool, "true or false"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    str: ((str, Path), "a name"),
    Path: ((str, Path), "a path"),  # on a command line all paths are texts
    type(None): (type(None), "None"),
}


class Unread(NamedTuple):
    """In place of a kind: its annotation cannot be read, because of what."""

    why: str


def wanted(kind: Any, value: Any) -> str | None:
    """What a value must be, in words, if it is not; None where it is, or where the kind is not a plain one.

    Of a kind that cannot be read there is a warning that the value is not checked.

    Of kinds that are not plain only one thing is known: true and false are no numbers, also as one of several.

    Examples
    --------
    >>> wanted(int, 1.5), wanted(bool, "false"), wanted(int | None, None), wanted(list[int], 3)
    ('a whole number', 'true or false', None, None)
    >>> wanted(tuple[int, int], (True, 4))
    'numbers (true and false are none)'
    """
    if isinstance(kind, Unread):
        warnings.warn(kind.why, stacklevel=2)
        return None
    kinds = get_args(kind) if get_origin(kind) in (Literal, Union, UnionType) else (kind,)
    if get_origin(kind) is Literal:
        return None if isinstance(value, Hashable) and value in kinds else " or ".join(map(repr, kinds))
    if not all(isinstance(k, type) and k in _KINDS for k in kinds):
        parts = list(_parts(kind))
        numbers = (int in parts or float in parts) and not any(each in (bool, Any, object) for each in parts)
        return "numbers (true and false are none)" if numbers and holds_truth(value) else None
    if (bool in kinds) if _is_truth(value) else any(isinstance(value, _KINDS[k][0]) for k in kinds):
        return None
    return " or ".join(_KINDS[k][1] for k in kinds)


def holds_truth(value: Any) -> bool:
    """Whether a value is true or false, or a tuple or list that holds one of them: Python takes them for 1 and 0.

    Examples
    --------
    >>> holds_truth(True), holds_truth((12, False)), holds_truth((12, 8)), holds_truth("true")
    (True, True, False, False)
    """
    return any(map(holds_truth, value)) if isinstance(value, tuple | list) else _is_truth(value)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"


def _parts(kind: Any) -> Iterator[Any]:
    """The kinds that a kind is made of, but for the words of a `Literal` and what a function takes and gives."""
    if get_origin(kind) in (Literal, Callable):
        return
    yield from (part for each in get_args(kind) for part in _parts(each)) if get_args(kind) else [kind]


def kinds_of(declared: Callable[..., Any]) -> dict[str, Any]:
    """The kinds that a function's signature or a dataclass declares, by name.

    One that cannot be read is `Unread`: a name is imported for a type checker only, or the text is no Python.

    Examples
    --------
    >>> def search(steps: int, far: bool = False): ...
    >>> kinds_of(search)
    {'steps': <class 'int'>, 'far': <class 'bool'>}
    """
    found: dict[str, Any] = {}
    for each in reversed(declared.__mro__) if isinstance(declared, type) else [declared]:
        for name, kind in inspect.get_annotations(each).items():
            alone = type("Alone", (), {"__annotations__": {name: kind}, "__module__": each.__module__})
            try:
                found |= get_type_hints(alone)
            except (NameError, AttributeError, TypeError, SyntaxError) as err:
                why = f"its annotation {kind!r} cannot be read ({err})"
                found[name] = Unread(f"{name} of {declared.__qualname__} is not checked: {why}")
    return found


def check_kinds(kinds: Mapping[str, Any], given: Mapping[str, Any], usual: Mapping[str, Any] | None = None) -> None:
    """Refuse a value of another kind than `kinds` says: the text "false" would count as true.

    What is the very value of `usual`, a default, is not judged: people write `steps: int = None`.

    Examples
    --------
    >>> check_kinds({"ends": bool}, {"ends": "false"})
    Traceback (most recent call last):
    gazekit.GazekitError: ends must be true or false, not 'false'
    """
    for name, value in given.items():
        default = usual is not None and name in usual and value is usual[name]
        if not default and (must := wanted(kinds.get(name), value)):
            raise GazekitError(f"{name} must be {must}, not {value!r}")


def check_fields(made: Any) -> None:
    """Refuse a dataclass with a field of another kind than it declares.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass
    ... class Settings:
    ...     steps: int = 3
    >>> check_fields(Settings(2.5))
    Traceback (most recent call last):
    gazekit.GazekitError: steps must be a whole number, not 2.5
    """
    given = {field.name: getattr(made, field.name) for field in fields(made)}
    check_kinds(kinds_of(type(made)), given, {field.name: field.default for field in fields(made)})
