"""What texts on the command line mean: names, numbers, settings, sizes, places, columns, facts."""

import re
from collections.abc import Collection, Iterable
from dataclasses import fields
from glob import glob
from pathlib import Path
from typing import Any

from gazekit.foundations.errors import GazekitError, refusing
from gazekit.foundations.named_values import check_once, named, value_of

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "blank": " ", "space": " "}


def names(text: str, option: str, *, repeats: bool = False) -> list[str]:
    """Split a comma-separated list of names; each may be there once, unless `repeats`."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise GazekitError(f"{option} needs at least one name")
    if not repeats:
        check_once(found, option)
    return found


def numbers(text: str, option: str, wanted: str, kind: type = float, *, repeats: bool = False) -> list[Any]:
    """Numbers given as one text, separated by commas; `wanted` says so where it is something else."""
    with refusing(ValueError, lambda _: GazekitError(f"{option} takes {wanted}, not {text!r}")):
        found = [kind(part) for part in names(text, option, repeats=True)]
    if not repeats:
        check_once(found, option)
    return found


def settings(pairs: Iterable[str] | None, option: str, texts: Collection[str] = ()) -> dict[str, Any]:
    """Read the `name=value` texts of a command-line option: true, false, numbers and several of them as such.

    Parameters
    ----------
    pairs : iterable of str, optional
        What was given; the option may be repeated.
    option : str
        Name of the option, for messages.
    texts : collection of str
        Names whose values are text, whatever they look like.

    Raises
    ------
    GazekitError
        Not of that form, or a name twice.

    Examples
    --------
    >>> settings(["layouts=4x8,6x14", "set_sizes=1,4", "seed=3", "length_filter=true"], "--data-set")
    {'layouts': '4x8,6x14', 'set_sizes': (1, 4), 'seed': 3, 'length_filter': True}
    """
    found = named(pairs or (), option, "{!r} is not of the form name=value")
    return {name: value if name in texts else value_of(value) for name, value in found.items()}


def swept(text: str) -> tuple[str, list[Any]]:
    """Read the `option=value,value` of --sweep.

    Raises
    ------
    GazekitError
        Not of that form.

    Examples
    --------
    >>> swept("fovea_degrees=0.5,1,2")
    ('fovea_degrees', [0.5, 1, 2])
    """
    refused = "{!r} is not of the form option=value,value, as fovea_degrees=1,2,4"
    [(option, values)] = named([text], "--sweep", refused, may_be_empty=True).items()
    return option.replace("-", "_"), [value_of(value) for value in names(values, "--sweep")]


def column_names(text: str, option: str) -> dict[str, str | None]:
    """Read the `ours=theirs,ours=theirs` of `--columns`; nothing after a sign says that there is no such column.

    Raises
    ------
    GazekitError
        Not of that form, or a name twice.
    """
    refused = "{!r} is not of the form x=FIX_X, our name first"
    found = named(text.split(","), option, refused, one="name", may_be_empty=True)
    return {ours: theirs or None for ours, theirs in found.items()}


def separator(text: str, option: str) -> str:
    """The character that a word or a character means.

    Raises
    ------
    GazekitError
        More than one character, and no such word.
    """
    found = SEPARATORS.get(text, text)
    if len(found) != 1:
        raise GazekitError(f"{option} {text!r} must be one character, or one of {', '.join(SEPARATORS)}")
    return found


def files_named(text: str) -> str | list[str]:
    """The files that a name with * or ? means, sorted; another name as it is.

    Raises
    ------
    GazekitError
        There is none.
    """
    if not any(sign in text for sign in "*?[") or Path(text).exists():
        return text
    found = sorted(glob(text, recursive=True))  # noqa: PTH207 -- absolute patterns, too
    if not found:
        raise GazekitError(f"there is no file {text}; check the folder and the suffix")
    return found


def size(text: str, option: str) -> tuple[float, ...]:
    """Read width and height of a size.

    Raises
    ------
    GazekitError
        Not of that form.

    Examples
    --------
    >>> size("1920x1080", "--screen")
    (1920.0, 1080.0)
    """
    sides = [side.strip() for side in text.lower().split("x")]
    if len(sides) != 2 or not all(re.fullmatch(r"\d+(\.\d+)?", side) for side in sides):
        raise GazekitError(f"{option} {text!r} must be WIDTHxHEIGHT, as 512x320")
    return tuple(map(float, sides))


def place(text: str, option: str = "--placed") -> str | tuple[float, ...]:
    """Read where images were on the screen.

    Examples
    --------
    >>> place("fit"), place("240,0")
    ('fit', (240.0, 0.0))
    """
    if text in ("centre", "fit"):
        return text
    found = numbers(text, option, "centre, fit, x,y or x,y,width,height", repeats=True)
    if len(found) not in (2, 4):
        raise GazekitError(f"{option} takes centre, fit, x,y or x,y,width,height, not {text!r}")
    return tuple(found)


def declared(text: str, option: str = "--facts") -> dict[str, Any]:
    """Read what `--facts` declares.

    Raises
    ------
    GazekitError
        No such fact.

    Examples
    --------
    >>> declared("forced_first,points=clicks")
    {'forced_first': True, 'points': 'clicks'}
    """
    from gazekit.core.frames import Facts
    from gazekit.foundations.errors import check_known

    found = settings([part if "=" in part else f"{part}=true" for part in names(text, option)], option)
    for name in found:
        check_known("fact", name, [field.name for field in fields(Facts)])
    Facts(**found)
    return found
