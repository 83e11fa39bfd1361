"""One person, stimulus or picture under two names, and rows that name nobody among rows that do."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from gazekit.checks.finding import Finding
from gazekit.core.pictures import same_pictures
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.stimulus_names import parts_of
from gazekit.core.trials import Trial

SHOWN = 3  # groups of names in a message
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp"}  # Unicode's categories of blanks and of marks that cannot be seen


def check_names(paths: Scanpaths, trials: Sequence[Trial]) -> Iterator[Finding]:
    """Say where one person, stimulus or picture seems to have two names, and where only some rows name a person."""
    subjects = _alike(paths.table["subject"].unique(), _plain)
    stimuli = _alike(paths.table["stimulus"].unique(), parts_of)
    yield from _twice("subject", "case, blanks, marks that cannot be seen or zeros of a number", subjects)
    yield from _twice("stimulus", "case, blanks or the suffix of an image", stimuli)
    if alike := same_pictures(trials):
        yield Finding(
            "names",
            "warning",
            f"stimuli that show the same picture, or nearly: {_shown(alike)}",
            "one picture under two names: chance and models that learn use it as another image",
            "give a picture one name, and several viewings of it a column trial",
        )
    nobody = paths.table["subject"] == ""
    if nobody.any() and not nobody.all():
        first = paths.table.loc[nobody, "stimulus"].iloc[0]
        yield Finding(
            "names",
            "warning",
            f"{nobody.sum():,} of {len(paths):,} paths name no subject (first: on {first!r}), the others do",
            "cells that were left empty: fixations that somebody's path lacks, or one more person",
            "fill in the subject of these rows, or leave them out",
        )


def _twice(column: str, differ: str, alike: list[list[str]]) -> Iterator[Finding]:
    if alike:
        yield Finding(
            "names",
            "warning",
            f"names in the column {column} differ in nothing but {differ}: {_shown(alike)}",
            f"one {column} under two names, which counts as two",
            f"write each {column} in one way",
        )


def _shown(alike: list[list[str]]) -> str:
    more = f"; and {len(alike) - SHOWN} more" if len(alike) > SHOWN else ""
    return "; ".join(" and ".join(map(repr, names)) for names in alike[:SHOWN]) + more


def _alike(names: Iterable[str], key: Callable[[str], Hashable]) -> list[list[str]]:
    """Groups of two or more names that have one key."""
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for name in filter(None, names):
        groups[key(name)].append(name)
    return [sorted(group) for group in groups.values() if len(group) > 1]


def _plain(name: str) -> str:
    """A person's name without case, blanks, marks that cannot be seen, and the zeros of 007 and 7.0."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(c for c in folded if unicodedata.category(c) not in UNSEEN)
    whole, _, rest = seen.partition(".")
    return whole.lstrip("0") if whole.isdecimal() and not rest.strip("0") else seen
