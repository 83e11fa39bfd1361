"""The shown image as a coordinate frame, and what scanpaths declare about themselves: who may be compared with whom."""

from dataclasses import dataclass, fields
from math import hypot, isfinite, isnan
from typing import Literal

from gazekit.foundations.errors import GazekitError, MismatchError


@dataclass(frozen=True)
class Frame:
    """The shown image in px: origin top left, x right, y down, x in [0, width] and y in [0, height].

    Parameters
    ----------
    width, height : float
        Size of the shown image, px.
    px_per_degree : float, optional
        Pixels per degree of visual angle at the eye. None where it is not known; gazekit never guesses it.

    Raises
    ------
    GazekitError
        A size or a scale that is not a positive finite number.

    Examples
    --------
    >>> frame = Frame(1024, 768, px_per_degree=35)
    >>> frame.centre, frame.diagonal
    ((512.0, 384.0), 1280.0)
    """

    width: float
    height: float
    px_per_degree: float | None = None

    def __post_init__(self) -> None:
        scale = self.px_per_degree
        if scale is not None and isnan(scale):
            object.__setattr__(self, "px_per_degree", None)  # how tables write "not known"
            scale = None
        for name, value in (("width", self.width), ("height", self.height), ("px_per_degree", scale)):
            if value is not None and not (isfinite(value) and value > 0):
                raise GazekitError(f"a frame's {name} must be a positive number of px, not {value!r}")

    @property
    def size(self) -> tuple[float, float]:
        """(width, height), px."""
        return (self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the image's centre, px."""
        return (self.width / 2, self.height / 2)

    @property
    def diagonal(self) -> float:
        """Length of the image's diagonal, px."""
        return hypot(self.width, self.height)


@dataclass(frozen=True)
class Facts:
    """What a set of scanpaths declares about its points. None means "not declared" and is never checked.

    Parameters
    ----------
    forced_first : bool or None
        True if each path still begins with the fixation that the experiment imposed (usually at the centre).
        `Scanpaths.drop_first` removes it.
    cut_at_target : bool or None
        True if no path goes on after the target was fixated. `Scanpaths.truncate` with `at_target` does this.
    points : {"fixations", "clicks", "mouse"} or None
        What a point is. Clicks (CapMIT1003, BubbleView) are slow, deliberate and few, and a mouse that moves a sharp
        window (SALICON) is slower than gaze: neither are fixations.
    unit : {"px", "degrees"}
        Unit of x and y. `Scanpaths.to_degrees` converts.
    """

    forced_first: bool | None = None
    cut_at_target: bool | None = None
    points: Literal["fixations", "clicks", "mouse"] | None = None
    unit: Literal["px", "degrees"] = "px"

    def __post_init__(self) -> None:
        for name in ("forced_first", "cut_at_target"):
            if (value := getattr(self, name)) not in (None, True, False):
                raise GazekitError(f"{name} must be True, False or None, not {value!r}")
            object.__setattr__(self, name, None if value is None else bool(value))  # 1 and numpy's own true are True
        if self.points not in (None, "fixations", "clicks", "mouse"):
            raise GazekitError(f"points must be 'fixations', 'clicks', 'mouse' or None, not {self.points!r}")
        if self.unit not in ("px", "degrees"):
            raise GazekitError(f"unit must be 'px' or 'degrees', not {self.unit!r}")


_VERB = {
    "forced_first": "use drop_first() on the one that still has it",
    "cut_at_target": "use truncate(at_target=boxes) on the one that is not cut",
    "points": "nothing converts clicks to fixations, nor what a mouse does: compare within one kind",
    "unit": "use to_degrees() on the one in px",
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
                f"these scanpaths disagree on {field.name!r} ({left} against {right}); {_VERB[field.name]}"
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
