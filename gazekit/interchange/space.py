"""The space in which a table's positions were stored, and how they become px of the shown image."""

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError

PositionUnit = Literal["px", "share", "percent"]
Origin = Literal["top-left", "bottom-left", "centre", "centre-up"]
_WORDS = {
    "position_unit": ("px", "share", "percent"),
    "origin": ("top-left", "bottom-left", "centre", "centre-up"),
}


@dataclass(frozen=True, kw_only=True)
class Space:
    """What positions are, where they are not px of the shown image from its top left corner. Nothing is guessed.

    Parameters
    ----------
    position_unit : {"px", "share", "percent"}
        "share": 0 to 1 of the image's width and height; "percent": 0 to 100.
    recorded_width, recorded_height : float, optional
        Positions are px of the image at this size (512 x 320), both or neither.
    scale : float
        Positions are multiplied by it.
    origin : {"top-left", "bottom-left", "centre", "centre-up"}
        Where x and y are 0. y goes upward from "bottom-left", and from the middle with "centre-up".
    screen_width, screen_height : float, optional
        Positions are px of a screen of this size with the image in its middle, both or neither; the origin is that of
        the screen.
    offset_x, offset_y : float
        Where the image's top left corner is in positions that count from the top left of the screen, px.

    Raises
    ------
    DataError
        An option of another value, or one of a pair without the other.

    Examples
    --------
    >>> Space(origin="centre-up").to_image(np.array([-10.0]), np.array([20.0]), 100, 80)
    (array([40.]), array([20.]))
    >>> Space(recorded_width=50, recorded_height=40).to_image(np.array([10.0]), np.array([20.0]), 100, 80)
    (array([20.]), array([40.]))
    """

    position_unit: PositionUnit = "px"
    origin: Origin = "top-left"
    scale: float = 1.0
    recorded_width: float | None = None
    recorded_height: float | None = None
    screen_width: float | None = None
    screen_height: float | None = None
    offset_x: float = 0.0
    offset_y: float = 0.0

    def __post_init__(self) -> None:
        for name, known in _WORDS.items():
            if getattr(self, name) not in known:
                raise DataError(f"{name} must be one of {', '.join(map(repr, known))}, not {getattr(self, name)!r}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _WORDS or (value is None and field.default is None):
                continue
            good = isinstance(value, int | float | np.number) and not isinstance(value, bool) and np.isfinite(value)
            if not good or (value <= 0 and not field.name.startswith("offset")):
                kind = "a number of px" if field.name.startswith("offset") else "a number above 0"
                raise DataError(f"{field.name} must be {kind}, not {value!r}")
        for pair in ("recorded", "screen"):
            sides = [getattr(self, f"{pair}_{side}") for side in ("width", "height")]
            if (sides[0] is None) != (sides[1] is None):
                raise DataError(f"{pair}_width and {pair}_height go together; give both")
        if self.position_unit != "px" and (self.recorded_width is not None or self.scale != 1):
            raise DataError(f"positions in {self.position_unit} need no recorded size and no scale; leave them out")

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(field.name for field in fields(cls))

    @classmethod
    def taken_from(cls, options: dict[str, Any]) -> "Space | None":
        """Take these options out of others; None if there is none."""
        own = {name: options.pop(name) for name in cls.names() if name in options}
        return cls(**own) if own else None

    def to_image(self, x: np.ndarray, y: np.ndarray, width: Any, height: Any) -> tuple[np.ndarray, np.ndarray]:
        """Make px of the shown image of positions.

        Parameters
        ----------
        x, y : (n,) float64
            As stored.
        width, height : float or (n,) float64
            Of the shown image, px.

        Returns
        -------
        x, y : (n,) float64
            px, origin top left, y downward.
        """
        per_unit = {"px": 1.0, "share": 1.0, "percent": 0.01}[self.position_unit]
        whole_width, whole_height = (self.screen_width or width), (self.screen_height or height)
        if self.position_unit != "px":
            x, y = x * per_unit * whole_width, y * per_unit * whole_height
        elif self.recorded_width is not None and self.recorded_height is not None:
            x, y = x * whole_width / self.recorded_width, y * whole_height / self.recorded_height
        x, y = x * self.scale, y * self.scale
        if self.origin in ("centre", "centre-up"):
            x = x + whole_width / 2
        y = {
            "top-left": y,
            "bottom-left": whole_height - y,
            "centre": whole_height / 2 + y,
            "centre-up": whole_height / 2 - y,
        }[self.origin]
        return x - (whole_width - width) / 2 - self.offset_x, y - (whole_height - height) / 2 - self.offset_y

    def of(self, paths: Scanpaths) -> Scanpaths:
        """The same paths in px of their images."""
        path = paths.path_of()
        width, height = (paths.table[side].to_numpy(float)[path] for side in ("width", "height"))
        x, y = self.to_image(paths.x, paths.y, width, height)
        return paths.replace(x=x, y=y)
