"""Refusing to mix: which scanpaths may be compared or joined, and which verb converts those that may not."""

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.frames import Facts
from gazekit.foundations.errors import MismatchError

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths

_VERB = {
    "forced_first": "drop_first() on the one that still has it",
    "cut_at_target": "truncate(at_target=boxes) on the one that is not cut",
    "points": "nothing converts clicks to fixations: compare within one kind",
    "unit": "to_degrees() on the one in px",
}


def check_comparable(a: Facts, b: Facts) -> None:
    """Refuse two sets of declared facts that disagree, and say which verb converts.

    Raises
    ------
    MismatchError
        Both declare a fact, and differently.

    Examples
    --------
    >>> check_comparable(Facts(forced_first=True), Facts(forced_first=None))
    >>> check_comparable(Facts(forced_first=True), Facts(forced_first=False))
    Traceback (most recent call last):
    gazekit.MismatchError: these scanpaths disagree on 'forced_first' (True against False); use drop_first()...
    """
    for field in fields(Facts):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if left is not None and right is not None and left != right:
            raise MismatchError(
                f"these scanpaths disagree on {field.name!r} ({left} against {right}); use {_VERB[field.name]}"
            )


def merge_facts(a: Facts, b: Facts) -> Facts:
    """Facts of the union of two comparable sets: only what both declare stays declared.

    Examples
    --------
    >>> merge_facts(Facts(forced_first=False, points="clicks"), Facts(forced_first=False))
    Facts(forced_first=False, cut_at_target=None, points=None, unit='px')
    """
    check_comparable(a, b)
    kept = {f.name: getattr(a, f.name) for f in fields(Facts) if getattr(a, f.name) == getattr(b, f.name)}
    return Facts(**kept)


def check_frames(a: "Scanpaths", b: "Scanpaths", pairs: np.ndarray) -> None:
    """Refuse pairs of paths whose facts or frames disagree.

    Parameters
    ----------
    a, b : Scanpaths
        The two sets.
    pairs : (n, 2) int
        Row of `a` and row of `b` of each pair.

    Raises
    ------
    MismatchError
        Facts or frames disagree; the message names the first such pair and the verb that converts.
    """
    check_comparable(a.facts, b.facts)
    size_a = a.table[["width", "height"]].to_numpy(float)[pairs[:, 0]]
    size_b = b.table[["width", "height"]].to_numpy(float)[pairs[:, 1]]
    wrong = (size_a != size_b).any(axis=1)
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        i, j = pairs[k]
        raise MismatchError(
            f"path {i} ({a.table['source'].iloc[i]}, stimulus {a.table['stimulus'].iloc[i]!r}) has a frame of "
            f"{size_a[k][0]:g} x {size_a[k][1]:g} and path {j} ({b.table['source'].iloc[j]}, stimulus "
            f"{b.table['stimulus'].iloc[j]!r}) one of {size_b[k][0]:g} x {size_b[k][1]:g}; use rescale(frame) on one"
        )
