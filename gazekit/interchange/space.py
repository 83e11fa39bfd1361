"""The space in which a table's positions were stored, and how they become px of the shown image."""

from dataclasses import dataclass, fields
from math import radians, tan
from typing import Any, Literal

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import PLACED, numbers

PositionUnit = Literal["px", "share", "percent"]
Origin = Literal["top-left", "bottom-left", "centre", "centre-up"]
_WORDS = {
    "position_unit": ("px", "share", "percent"),
    "origin": ("top-left", "bottom-left", "centre", "centre-up"),
}
_PLACED = "'centre', 'fit', (x, y) or (x, y, width, height), in px of the screen"
_OVER = 1.0  # px by which an image may stick out of the screen: rounding
_NEAREST, _NARROWEST = 100.0, 40.0  # mm: no eye is nearer to a screen, and no screen is narrower; cm and m would be
_SQUARE = 0.02  # by how much a pixel may be wider than high: sizes of screens are rounded to mm


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
        Positions are px of a screen of this size, both or neither; the origin is that of the screen.
    placed : {"centre", "fit"} or tuple of float, optional
        Where the image was on that screen. "centre" (the default): in its own size, in the middle. "fit": as large as
        the screen allows, in the middle (bars left and right, or above and below). (x, y): in its own size, with this
        top left corner. (x, y, width, height): scaled to this rectangle. Columns `placed_x`, `placed_y`,
        `placed_width`, `placed_height` of the table say it for single paths. Positions become px of the image's file.
    offset_x, offset_y : float
        How much further right and down the image was, px.
    distance_mm, screen_width_mm, screen_height_mm : float, optional
        Distance of the eyes from the screen, and the size of the screen: with them the px per degree of each image is
        known, in the middle of the screen and in px of the file. A column `distance_mm` says it for single paths.

    Raises
    ------
    DataError
        An option of another value, a distance or a screen that cannot be in mm, or one of a pair without the other;
        from `of`, an image that was larger than the screen or stuck out of it, and one that was stretched, whose px per
        degree are two.

    Examples
    --------
    >>> Space(origin="centre-up").to_image(np.array([-10.0]), np.array([20.0]), 100, 80)
    (array([40.]), array([20.]))
    >>> Space(recorded_width=50, recorded_height=40).to_image(np.array([10.0]), np.array([20.0]), 100, 80)
    (array([20.]), array([40.]))
    >>> screen = Space(screen_width=1920, screen_height=1080, placed="fit")  # 800 x 600 were shown as 1440 x 1080
    >>> screen.to_image(np.array([960.0]), np.array([54.0]), 800, 600)
    (array([400.]), array([30.]))
    """

    position_unit: PositionUnit = "px"
    origin: Origin = "top-left"
    scale: float = 1.0
    recorded_width: float | None = None
    recorded_height: float | None = None
    screen_width: float | None = None
    screen_height: float | None = None
    placed: str | tuple[float, ...] | None = None
    offset_x: float = 0.0
    offset_y: float = 0.0
    distance_mm: float | None = None
    screen_width_mm: float | None = None
    screen_height_mm: float | None = None

    def __post_init__(self) -> None:
        for name, known in _WORDS.items():
            if getattr(self, name) not in known:
                raise DataError(f"{name} must be one of {', '.join(map(repr, known))}, not {getattr(self, name)!r}")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in (*_WORDS, "placed") or (value is None and field.default is None):
                continue
            good = _is_number(value)
            if not good or (value <= 0 and not field.name.startswith("offset")):
                kind = "a number of px" if field.name.startswith("offset") else "a number above 0"
                raise DataError(f"{field.name} must be {kind}, not {value!r}")
        for name, least in (
            ("distance_mm", _NEAREST), ("screen_width_mm", _NARROWEST), ("screen_height_mm", _NARROWEST),
        ):  # fmt: skip
            value = getattr(self, name)
            if value is not None and value < least:
                raise DataError(_no_mm(name, value, least))
        for pair in ("recorded", "screen"):
            sides = [getattr(self, f"{pair}_{side}") for side in ("width", "height")]
            if (sides[0] is None) != (sides[1] is None):
                raise DataError(f"{pair}_width and {pair}_height go together; give both")
        if self.position_unit != "px" and (self.recorded_width is not None or self.scale != 1):
            raise DataError(f"positions in {self.position_unit} need no recorded size and no scale; leave them out")
        if self.placed not in (None, "centre", "fit"):
            self._check_place()

    def _check_place(self) -> None:
        place: Any = self.placed
        good = isinstance(place, tuple | list) and len(place) in (2, 4) and all(map(_is_number, place))
        if not good or any(side <= 0 for side in place[2:]):
            raise DataError(f"placed must be {_PLACED}, not {place!r}")
        object.__setattr__(self, "placed", tuple(map(float, place)))

    def _check_screen(self) -> None:
        """Refuse what needs a screen that nobody has described: only the whole is known when it is used."""
        if self.placed is not None and self.screen_width is None:
            raise DataError(
                f"placed={self.placed!r} is a place on a screen: give its size, screen_width and screen_height "
                f"(on the command line: --screen 1920x1080)"
            )
        if self.screen_width_mm is None and (self.distance_mm, self.screen_height_mm) != (None, None):
            raise DataError(
                "px per degree need the width of the screen in mm; give screen_width_mm "
                "(on the command line: --screen-mm 531x299)"
            )
        if self.screen_width_mm is None:
            return
        if self.screen_width is None or self.screen_height is None:
            raise DataError("screen_width_mm needs the size of the screen in px; give screen_width and screen_height")
        if self.screen_height_mm is not None:
            shape = self.screen_width / self.screen_width_mm * self.screen_height_mm / self.screen_height
            if abs(shape - 1) > _SQUARE:
                raise DataError(
                    f"a screen of {self.screen_width:g} x {self.screen_height:g} px and {self.screen_width_mm:g} x "
                    f"{self.screen_height_mm:g} mm has pixels that are not square ({1 / shape:.2f} times as wide as "
                    f"high); check both sizes: the mm are those of the picture, without the frame"
                )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(field.name for field in fields(cls))

    def told(self) -> dict[str, Any]:
        """The options that are not the default.

        Examples
        --------
        >>> Space(origin="centre").told()
        {'origin': 'centre'}
        """
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}

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
        return self._placed(x, y, width, height, *self.shown(width, height))

    def shown(self, width: Any, height: Any) -> tuple[Any, Any, Any, Any]:
        """Where the image was on the screen: left, top, width and height, px of the screen.

        Parameters
        ----------
        width, height : float or (n,) float64
            Of the image's file, px.

        Examples
        --------
        >>> Space(screen_width=1920, screen_height=1080, placed="fit").shown(800, 600)
        (240.0, 0.0, 1440.0, 1080.0)
        """
        self._check_screen()
        whole_width, whole_height = (self.screen_width or width), (self.screen_height or height)
        if isinstance(self.placed, tuple):
            left, top, *size = self.placed
            return left, top, *(size or (width, height))
        if self.placed == "fit":
            scale = np.minimum(whole_width / width, whole_height / height)
            scale = float(scale) if np.ndim(scale) == 0 else scale
            width, height = width * scale, height * scale
        return (whole_width - width) / 2, (whole_height - height) / 2, width, height

    def of(self, paths: Scanpaths) -> Scanpaths:
        """The same paths in px of their images, and their px per degree where the distance is known.

        Raises
        ------
        DataError
            See above.
        """
        table, path = paths.table, paths.path_of()
        width, height = (table[side].to_numpy(float) for side in ("width", "height"))
        shown = [np.broadcast_to(np.asarray(value, float), width.shape) for value in self.shown(width, height)]
        told = [name for name in PLACED if name in table]
        for name in told:
            own, k = numbers(table[name]), PLACED.index(name)
            shown[k] = np.where(np.isnan(own), shown[k], own)
        if self.placed is not None or told:
            self._refuse_over(table, shown)
        x, y = self._placed(paths.x, paths.y, width[path], height[path], *(value[path] for value in shown))
        if self.screen_width is not None and self.screen_width_mm is not None:
            per_mm = self.screen_width / self.screen_width_mm
            scale = self._scale(table, width / shown[2], height / shown[3])
            table = table.assign(px_per_degree=per_mm * self._distance(table) * tan(radians(1)) * scale)
        return paths.replace(x=x, y=y, table=table.drop(columns=told))

    def to_screen(self, paths: Scanpaths) -> tuple[np.ndarray, np.ndarray]:
        """Positions of paths in px of the screen, origin top left: the opposite of `of`, for px from there.

        Parameters
        ----------
        paths : Scanpaths
            In px of their images.

        Returns
        -------
        x, y : (n,) float64

        Raises
        ------
        DataError
            An image that would stick out of the screen; positions that are not px of it from its top left corner.

        Examples
        --------
        >>> import pandas as pd
        >>> paths = Scanpaths([400], [30], [0, 1], pd.DataFrame({"stimulus": ["a"], "width": 800, "height": 600}))
        >>> Space(screen_width=1920, screen_height=1080, placed="fit").to_screen(paths)
        (array([960.]), array([54.]))
        """
        if other := [n for n in self.told() if n in ("position_unit", "origin", "scale") or n.startswith("recorded")]:
            raise DataError(
                f"positions are written in px of the screen, from its top left corner; leave {other[0]} out"
            )
        table, path = paths.table, paths.path_of()
        width, height = (table[side].to_numpy(float) for side in ("width", "height"))
        shown = [np.broadcast_to(np.asarray(value, float), width.shape) for value in self.shown(width, height)]
        self._refuse_over(table, shown)
        left, top = shown[0] + self.offset_x, shown[1] + self.offset_y
        return left[path] + paths.x * (shown[2] / width)[path], top[path] + paths.y * (shown[3] / height)[path]

    # ---------------------------------------------------------------- inside

    def _placed(
        self, x: np.ndarray, y: np.ndarray, width: Any, height: Any, left: Any, top: Any, wide: Any, high: Any
    ) -> tuple[np.ndarray, np.ndarray]:
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
        return (x - left - self.offset_x) * (width / wide), (y - top - self.offset_y) * (height / high)

    def _refuse_over(self, table: Any, shown: Any) -> None:
        """Refuse images that would stick out of the screen."""
        if self.screen_width is None or self.screen_height is None:
            return
        left, top, wide, high = shown
        over = np.maximum.reduce([-left, -top, left + wide - self.screen_width, top + high - self.screen_height])
        if (over > _OVER).any():
            k = int(np.flatnonzero(over > _OVER)[0])
            raise DataError(
                f"the image of {table['stimulus'].iloc[k]!r} would be {wide[k]:g} x {high[k]:g} px at "
                f"({left[k]:g}, {top[k]:g}), and the screen has {self.screen_width:g} x {self.screen_height:g}: if "
                f"it was scaled when it was shown, say so with placed='fit' or placed=(x, y, width, height) "
                f"(--placed fit, --placed x,y,width,height)"
            )

    def _distance(self, table: Any) -> np.ndarray:
        """(n,) float64, mm: distance of the eyes from the screen for each path."""
        if table["px_per_degree"].notna().any():
            raise DataError("px_per_degree and the size of the screen in mm were both given; keep one of them")
        distance = np.full(len(table), np.nan if self.distance_mm is None else self.distance_mm)
        if "distance_mm" in table:
            own = numbers(table["distance_mm"])
            distance = np.where(np.isnan(own), distance, own)
        if not (distance > 0).all():
            raise DataError(
                "px per degree need the distance of the eyes from the screen in mm; give distance_mm "
                "(on the command line: --distance-mm 600)"
            )
        if (near := distance < _NEAREST).any():
            raise DataError(_no_mm("distance_mm", float(distance[near].min()), _NEAREST))
        return distance

    def _scale(self, table: Any, scale_x: np.ndarray, scale_y: np.ndarray) -> np.ndarray:
        """(n,) float64: px of the file per px of the screen, the same in both directions."""
        stretch = scale_x / scale_y
        if (wrong := np.abs(stretch - 1) > _SQUARE).any():
            raise DataError(
                f"the image of {table['stimulus'][wrong].iloc[0]!r} was stretched, {1 / stretch[wrong][0]:.2f} times "
                f"as much in width as in height, so that px per degree are two numbers; leave the sizes in mm out"
            )
        return scale_x


def _no_mm(name: str, value: float, least: float) -> str:
    return f"{name} is {value:g}, less than {least:g} mm, which is no setting with a screen: give mm (60 cm are 600)"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool) and bool(np.isfinite(value))
