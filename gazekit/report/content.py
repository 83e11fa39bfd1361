"""What a page says, whatever kind of run it is of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gazekit.report.exploring import Exploration


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading and a link to it; `html` is escaped already."""

    id: str
    title: str
    html: str


@dataclass(frozen=True)
class Content:
    """All that a page shows; plain text unless said otherwise.

    Parameters
    ----------
    title, kicker : str
        What was tested, and a line above it that says what kind of page this is.
    facts : sequence of str
        A few counts.
    sentence : str
        The result.
    sections : sequence of Section
        In order; the explorer comes after the first.
    methods : str
        Ready to paste.
    made : mapping of str to str
        How the run was made, by heading.
    manifest : mapping
        Of the run.
    notices : sequence of str
        What a reader must know before reading on.
    exploration : Exploration, optional
        Scanpaths to look at.
    """

    title: str
    kicker: str
    facts: Sequence[str]
    sentence: str
    sections: Sequence[Section]
    methods: str
    made: Mapping[str, str]
    manifest: Mapping[str, Any]
    notices: Sequence[str] = ()
    exploration: Exploration | None = field(default=None)
