"""In which words two requests of a run differ."""

import json
from collections.abc import Mapping
from typing import Any

SHOWN = 3  # differences in a message; more are counted
ABSENT = "not there"


def in_words(old: Any, new: Any, where: str = "") -> list[str]:
    """Every difference between two JSON values, a clause each; models and other things with names by their name.

    Examples
    --------
    >>> neva = {"name": "neva", "options": {"sigma": 0.05}}
    >>> in_words({"seed": 0, "models": [neva]}, {"seed": 0, "models": [{**neva, "options": {"sigma": 0.4}}]})
    ['model neva: sigma was 0.05 and is 0.4']
    >>> in_words({"data": {"sha256": "0123456789abcdef"}}, {"data": {"sha256": "fedcba9876543210"}})
    ['data has changed (sha256 0123456789ab, now fedcba987654)']
    """
    if old == new:
        return []
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        hashes = old.get("sha256"), new.get("sha256")
        if all(isinstance(each, str) for each in hashes) and old["sha256"] != new["sha256"]:
            return [_changed(where, old["sha256"], new["sha256"])]
        if all({"name", "options"} <= set(each) for each in (old, new)) and not where.endswith(": "):  # one model
            where = f"{where} {_name(old)}: "
        keys = list(dict.fromkeys([*old, *new]))
        found = [in_words(old.get(k, ABSENT), new.get(k, ABSENT), _joined(where, k, old, new)) for k in keys]
        return [words for each in found for words in each]
    if _named(old) and _named(new):
        before, now = ({_name(each): each for each in values} for values in (old, new))
        if list(before) != list(now):
            return [f"{where} were {', '.join(before) or 'none'} and are {', '.join(now) or 'none'}"]
        found = [in_words(before[name], now[name], f"{where.removesuffix('s')} {name}: ") for name in before]
        return [words for each in found for words in each]
    if _is_hash(old) and _is_hash(new):
        return [_changed(where, old, new)]
    if all(isinstance(value, list) and value and all(map(_is_hash, value)) for value in (old, new)):
        counts = "" if len(old) == len(new) else f" ({len(old)} of it, now {len(new)})"
        return [f"{where.removesuffix('.sha256')} has other content{counts}"]
    return [f"{where} was {_short(old)} and is {_short(new)}"]


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and " " not in value


def _joined(where: str, key: str, *values: Mapping[str, Any]) -> str:
    """Name of a value: a model's options go by their own names."""
    if key == "options" and all("name" in value for value in values):
        return where
    return f"{where}{key}" if not where or where.endswith((": ", ".")) else f"{where}.{key}"


def _named(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(each, Mapping) and "name" in each for each in values)


def _name(value: Mapping[str, Any]) -> str:
    return str(value["row"] if "row" in value else value["name"])


def _changed(where: str, old: str, new: str) -> str:
    return f"{where.removesuffix(': ')} has changed (sha256 {old[:12]}, now {new[:12]})"


def _short(value: Any) -> str:
    if value == ABSENT:
        return ABSENT
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 120 else text[:117] + "..."
