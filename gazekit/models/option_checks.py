"""Checks of options and counts that several models share."""

from typing import Any

import numpy as np

from gazekit.foundations.errors import GazekitError

MOST_DROPPED = 0.99  # of what a network's dropout may leave out


def positive(name: str, value: Any, *, zero: bool = False) -> float:
    """Check an option that must be a positive finite number (or zero, where that means something)."""
    number = _number(value)
    if not (number > 0 or (zero and number == 0)):
        raise GazekitError(f"{name} must be a {'number of at least 0' if zero else 'positive number'}, not {value!r}")
    return number


def within(name: str, value: float, least: float, most: float = np.inf) -> None:
    """Check an option that has a least value, and perhaps a greatest; both are allowed, NaN and inf are not.

    Examples
    --------
    >>> within("dropout", 2.0, 0, 0.9)
    Traceback (most recent call last):
    gazekit.GazekitError: dropout must be from 0 to 0.9, not 2.0
    """
    if not (np.isfinite(value) and least <= value <= most):
        bounds = f"at least {least:g}" if most == np.inf else f"from {least:g} to {most:g}"
        raise GazekitError(f"{name} must be {bounds}, not {value!r}")


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
