"""Checks of options and counts that several models share."""

from typing import Any

import numpy as np

from gazekit.foundations.errors import GazekitError


def positive(name: str, value: Any, *, zero: bool = False) -> float:
    """Check an option that must be a positive finite number (or zero, where that means something)."""
    number = _number(value)
    if not (number > 0 or (zero and number == 0)):
        raise GazekitError(f"{name} must be a {'number of at least 0' if zero else 'positive number'}, not {value!r}")
    return number


def finite_nats(name: str, value: Any) -> float:
    """Check an option that is a weight in nats: any finite number."""
    number = _number(value)
    if np.isnan(number):
        raise GazekitError(f"{name} must be a finite number of nats, not {value!r}")
    return number


def _number(value: Any) -> float:
    """As a float; NaN for what is no finite number."""
    if isinstance(value, bool):
        return float("nan")
    try:
        number = float(value)
    except (TypeError, ValueError):
        return float("nan")
    return number if np.isfinite(number) else float("nan")


def allowing_seen(model: str, what: str) -> str:
    """How a model that refuses what it has learned from is made to predict it all the same, for messages.

    Parameters
    ----------
    model : str
        Its name, with its options.
    what : str
        What it has learned from: "images".
    """
    anyway = f"allow_seen=True (on the command line: {model}:allow_seen=true)"
    return f"{anyway}, after which scores say nothing about new {what}"
