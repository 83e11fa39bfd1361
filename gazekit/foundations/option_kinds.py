"""Whether an option is of the kind that a signature or a dataclass declares: a whole number, true or false, ..."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from numbers import Integral, Real
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from gazekit.foundations.errors import GazekitError

_KINDS: dict[type, tuple[type | tuple[type, ...], str]] = {
    bool: (bool, "true or false"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    str: ((str, Path), "a name"),
    Path: ((str, Path), "a path"),  # on a command line all paths are texts
    type(None): (type(None), "None"),
}


def wanted(kind: Any, value: Any) -> str | None:
    """What a value must be, in words, if it is not; None where it is, or where the kind is not a plain one.

    Examples
    --------
    >>> wanted(int, 1.5), wanted(bool, "false"), wanted(int | None, None), wanted(list[int], 3)
    ('a whole number', 'true or false', None, None)
    """
    kinds = get_args(kind) if get_origin(kind) in (Literal, Union, UnionType) else (kind,)
    if get_origin(kind) is Literal:
        return None if isinstance(value, Hashable) and value in kinds else " or ".join(map(repr, kinds))
    if not all(isinstance(k, type) and k in _KINDS for k in kinds):
        return None
    truth = isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"  # True is a whole number to Python
    if (bool in kinds) if truth else any(isinstance(value, _KINDS[k][0]) for k in kinds):
        return None
    return " or ".join(_KINDS[k][1] for k in kinds)


def kinds_of(declared: Callable[..., Any]) -> dict[str, Any]:
    """The kinds that a function's signature or a dataclass declares, by name.

    None of them where one cannot be read: a name is imported for a type checker only, or the text is no Python.

    Examples
    --------
    >>> def search(steps: int, far: bool = False): ...
    >>> def other(steps: int, network: "array of floats"): ...
    >>> kinds_of(search), kinds_of(other)
    ({'steps': <class 'int'>, 'far': <class 'bool'>}, {})
    """
    try:
        return get_type_hints(declared)
    except (NameError, AttributeError, TypeError, SyntaxError):
        return {}


def check_kinds(kinds: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Refuse a value of another kind than `kinds` says: the text "false" would count as true.

    Examples
    --------
    >>> check_kinds({"ends": bool}, {"ends": "false"})
    Traceback (most recent call last):
    gazekit.GazekitError: ends must be true or false, not 'false'
    """
    for name, value in given.items():
        if must := wanted(kinds.get(name), value):
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
    usual = {field.name: field.default for field in fields(made)}
    check_kinds(kinds_of(type(made)), {name: value for name, value in given.items() if value is not usual[name]})
