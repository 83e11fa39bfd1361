"""What a check found: what was seen, what it probably is, what mends it, and what that does to NSS."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

from gazekit.foundations.errors import DataError, UnknownNameError

Level = Literal["note", "warning", "error"]
# Every check by the name that --accept takes.
CHECKS: Mapping[str, str] = {
    "scale": "positions in px of the shown image, not 0 to 1, 0 to 100 or px of another size",
    "origin": "positions counted from the top left corner, not from the middle",
    "orientation": "y downward, x to the right, not exchanged",
    "offset": "no constant offset, as positions of the screen have",
    "outside": "share of positions outside the image",
    "image-size": "the image's size as stated, and as its file has it",
    "first-fixation": "whether an imposed first fixation is declared as such",
    "limits": "people had the limits of their trials, and kept to them",
    "saccades": "distances between successive fixations",
    "samples": "fixations, not raw samples of gaze",
    "durations": "durations in ms, not in another unit, and not points in time",
    "rows": "duplicate rows",
    "paths": "duplicate paths, and predictions that are people's paths",
    "names": "one name for each person, stimulus and picture, and no row without a person among rows with one",
    "repeated-position": "one position again and again, as when a tracker lost the eye",
    "agreement": "people agree more on an image than across images",
    "person": "each person's positions are in the space of the others'",
}


@dataclass(frozen=True)
class Effect:
    """Mean NSS (normalised scanpath saliency) of the fixations, as they are and mended.

    Parameters
    ----------
    on : str
        What the maps are of: the targets, the pictures' local contrast, where other people looked, the middle of the
        image.
    as_is, mended : float
        NSS; 0 is chance, higher is better.
    """

    on: str
    as_is: float
    mended: float

    def __str__(self) -> str:
        return f"NSS on {self.on}: {self.as_is:.2f} as it is, {self.mended:.2f} when mended"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Parameters
    ----------
    check : str
        Which check, a name of `CHECKS`.
    level : {"note", "warning", "error"}
        A note is worth knowing. A warning is suspicious. An error is nonsense, and nothing is computed from it unless
        the check is accepted.
    seen : str
        What was seen, with numbers.
    probably : str
        What it probably is.
    mend : str
        What to do, with the option that does it.
    effect : Effect, optional
        NSS before and after, where it can be computed.
    """

    check: str
    level: Level
    seen: str
    probably: str
    mend: str
    effect: Effect | None = None

    def __str__(self) -> str:
        effect = f" {self.effect}." if self.effect else ""
        return f"{self.level} ({self.check}): {self.seen}. Probably: {self.probably}. To mend it: {self.mend}.{effect}"


class NotChecked(NamedTuple):
    """A check that could not be made, and why."""

    check: str
    why: str


Seen = Iterator[Finding | NotChecked]  # what a check yields


@dataclass(frozen=True)
class Findings:
    """All that the checks found in one data set or file of predictions.

    Parameters
    ----------
    name : str
        The data set or file.
    found : tuple of Finding
        Errors first, then warnings, then notes.
    not_checked : mapping of check to reason
        What could not be checked.
    accepted : tuple of str
        Checks whose findings somebody who knows better accepted; they are kept, and neither warned of nor refused.

    Examples
    --------
    >>> late = Finding("durations", "warning", "the median is 3000 ms", "another unit", "give time_unit=")
    >>> findings = Findings("mine", (late,), accepted=("durations",))
    >>> findings.warnings, len(findings.found)
    ((), 1)
    """

    name: str
    found: tuple[Finding, ...] = ()
    not_checked: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Nonsense that nobody accepted."""
        return tuple(f for f in self.found if f.level == "error" and f.check not in self.accepted)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is suspicious and nobody accepted."""
        return tuple(f for f in self.found if f.level == "warning" and f.check not in self.accepted)

    def refuse_nonsense(self) -> None:
        """Raise an error if there is one among the findings.

        Raises
        ------
        DataError
            With what was seen, what mends it, and how to go on nevertheless.
        """
        if self.errors:
            names = ",".join(dict.fromkeys(f.check for f in self.errors))
            said = " ".join(str(f).removeprefix("error ") for f in self.errors)
            raise DataError(
                f"{self.name}: these numbers cannot be right, so nothing was computed. {said} If you know that they "
                f"are right, give --accept {names} (in Python accept={names.split(',')!r}), which the manifest keeps"
            )

    def lines(self) -> list[str]:
        """Errors and warnings that nobody accepted, a line each: what every output says."""
        return [f"{self.name}: {f}" for f in (*self.errors, *self.warnings)]

    def text(self) -> str:
        """A page for the terminal: every finding, what was accepted, and what could not be checked."""
        lines = []
        for f in self.found:
            lines.append(f"{f.level.upper()} {f.check}{' (accepted)' if f.check in self.accepted else ''}: {f.seen}")
            lines += [f"  probably  {f.probably}", f"  to mend   {f.mend}"]
            lines += [f"  effect    {f.effect}"] if f.effect else []
        lines += [f"not checked: {check} ({why})" for check, why in self.not_checked.items()]
        return "\n".join([*lines, self.summary])

    def markdown(self) -> str:
        """The same as a table in Markdown."""
        rows = ["| level | check | seen | probably | to mend | effect |", "| --- | --- | --- | --- | --- | --- |"]
        for f in self.found:
            level = f"{f.level} (accepted)" if f.check in self.accepted else f.level
            cells = (level, f.check, f.seen, f.probably, f.mend, str(f.effect or ""))
            rows.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
        more = [f"- not checked: {_cell(check)} ({_cell(why)})" for check, why in self.not_checked.items()]
        return "\n".join([*(rows if self.found else []), *more, "", self.summary])

    @property
    def summary(self) -> str:
        """One line: how many findings of each level."""
        counts = [(level, sum(f.level == level for f in self.found)) for level in ("error", "warning", "note")]
        made = len(CHECKS) - len(self.not_checked)
        nothing = "nothing suspicious" if made else "nothing was checked"
        said = ", ".join(f"{n} {level}{'s' if n > 1 else ''}" for level, n in counts if n) or nothing
        return f"{self.name}: {said}; {made} of {len(CHECKS)} checks made"

    def to_dict(self) -> dict[str, Any]:
        """For a manifest or for JSON: `found`, `not_checked`, `accepted`."""
        found = [asdict(f) for f in self.found]
        return {"found": found, "not_checked": dict(self.not_checked), "accepted": list(self.accepted)}


def known_checks(names: Iterable[str]) -> tuple[str, ...]:
    """Names of checks, each once, in the order of `CHECKS`.

    Raises
    ------
    UnknownNameError
        No such check; the message offers the closest.
    """
    given = list(names)
    for name in given:
        if name not in CHECKS:
            raise UnknownNameError("check", name, CHECKS)
    return tuple(name for name in CHECKS if name in given)


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
