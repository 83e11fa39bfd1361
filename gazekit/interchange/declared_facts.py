"""Facts that a file declares about its scanpaths, in columns or in metadata, and those that its reader is told."""

import json
from dataclasses import fields, replace
from typing import Any

import pandas as pd

from gazekit.core.frames import Facts
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError

NAMES = tuple(field.name for field in fields(Facts))
DROPPED = "dropped"  # what the reader of the paths left out, as JSON
_WORDS = {"points": ("fixations", "clicks", "mouse"), "unit": ("px", "degrees")}


def combine(own: Facts, said: Facts | None) -> Facts:
    """Return the file's own facts, completed by what its reader is told.

    Raises
    ------
    DataError
        They disagree.

    Examples
    --------
    >>> combine(Facts(points="clicks"), Facts(forced_first=False))
    Facts(forced_first=False, cut_at_target=None, points='clicks', unit='px')
    """
    if said is None:
        return own
    told = {name: getattr(said, name) for name in NAMES}
    told = {name: value for name, value in told.items() if value is not None and (name, value) != ("unit", "px")}
    for name, value in told.items():
        declared = getattr(own, name)
        if declared is not None and declared != value and (name, declared) != ("unit", "px"):
            raise DataError(f"facts= says {name}={value!r}, but the file declares {declared!r}; correct one of them")
    return replace(own, **told)


def to_columns(table: pd.DataFrame, facts: Facts, dropped: dict[str, int]) -> pd.DataFrame:
    """Return the table with a constant column for every declared fact, and one for what was left out.

    Raises
    ------
    DataError
        The table has a column of such a name.
    """
    taken = [name for name in (*NAMES, DROPPED) if name in table]
    if taken:
        raise DataError(f"the table of paths has a column {taken[0]!r}; rename it first")
    columns = {name: getattr(facts, name) for name in NAMES if getattr(facts, name) not in (None, "px")}
    if dropped:
        columns[DROPPED] = json.dumps(dropped, ensure_ascii=False)
    return table.assign(**columns)


def from_columns(table: pd.DataFrame) -> tuple[pd.DataFrame, Facts, dict[str, int]]:
    """Take such columns out of a table; columns of the same name that hold something else stay.

    Returns
    -------
    table : pandas.DataFrame
        What is left.
    facts : Facts
        What the columns declare.
    dropped : dict of str to int
        What an earlier reader left out.

    Raises
    ------
    DataError
        A fact that is not the same in all rows, or is neither true nor false.
    """
    found: dict[str, Any] = {}
    for name in (*NAMES, DROPPED):
        values = table[name].dropna().unique() if name in table else []
        if not len(values) or not all(_is_ours(name, value) for value in values):
            continue
        if len(values) > 1:
            raise DataError(f"column {name!r} must be the same in all rows, but has {values[0]!r} and {values[1]!r}")
        if name != DROPPED and (empty := table[name].isna()).any():
            raise DataError(
                f"column {name!r} must be the same in all rows, but is {values[0]!r} in some and empty in "
                f"{int(empty.sum())} of {len(table)}: if files were joined of which one does not say it, fill it in "
                f"or read each alone"
            )
        found[name] = values[0]
        table = table.drop(columns=name)
    dropped = parse_json(found.pop(DROPPED, "{}"))
    declared: dict[str, Any] = {k: v if k in _WORDS else _truth(k, v) for k, v in found.items()}
    return table, Facts(**declared), dropped


def _is_ours(name: str, value: Any) -> bool:
    if name in _WORDS:
        return value in _WORDS[name]
    if name == DROPPED:
        try:
            return isinstance(parse_json(value), dict)
        except (ValueError, TypeError):
            return False
    return True


def _truth(name: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false", "1", "0", "1.0", "0.0"):
        raise DataError(f"column {name!r} must be true or false, not {value!r}")
    return text.startswith(("t", "1"))
