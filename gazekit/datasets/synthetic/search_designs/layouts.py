"""Where the items of a display may stand: a grid, rings at an eccentricity, random places, or given ones.

Lengths are degrees of visual angle, places (x, y) degrees from the middle of the display, right and down positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from gazekit.datasets.synthetic.draws import Draws
from gazekit.foundations.errors import GazekitError

TRIES = 2000  # places drawn for one item, and displays begun anew, before random places are given up


class Layout(Protocol):
    """Where items may stand."""

    def places(self, n: int, area: tuple[float, float], least: float, draws: Draws) -> np.ndarray:
        """Draw the places of a display.

        Parameters
        ----------
        n : int
            Items.
        area : (width, height)
            Within which middles of items may lie, so that no item leaves the display, around the display's middle.
        least : float
            Distance of two middles at which items are sure not to touch.
        draws : Draws
            The display's random numbers.

        Returns
        -------
        (n, 2) float64
            In random order.

        Raises
        ------
        GazekitError
            There is no room for so many.
        """


def _some(places: np.ndarray, n: int, jitter: float, draws: Draws, what: str) -> np.ndarray:
    if n > len(places):
        raise GazekitError(f"a display of {n} items does not fit {what}, which has {len(places)} places")
    moved = (2 * draws.uniform(2 * n).reshape(n, 2) - 1) * jitter
    return places[draws.order(len(places))[:n]] + moved


@dataclass(frozen=True)
class Grid:
    """A grid around the middle of the display.

    Parameters
    ----------
    columns, rows : int
        Places.
    spacing : float
        From place to place.
    jitter : float
        Most that an item moves from its place on each axis, to either side.
    """

    columns: int
    rows: int
    spacing: float
    jitter: float = 0.0

    def places(self, n: int, area: tuple[float, float], least: float, draws: Draws) -> np.ndarray:
        """See `Layout`."""
        row, column = np.divmod(np.arange(self.rows * self.columns), self.columns)
        middles = np.stack([column - (self.columns - 1) / 2, row - (self.rows - 1) / 2], axis=1) * self.spacing
        return _some(middles, n, self.jitter, draws, f"a grid of {self.columns} x {self.rows}")


@dataclass(frozen=True)
class Rings:
    """Places at equal distances on one or several circles around the middle.

    Parameters
    ----------
    eccentricities : sequence of float
        Radius of each circle.
    places_on_each : sequence of int
        Places on each; the first is to the right of the middle, or half a step further on every second circle.
    jitter : float
        See `Grid`.
    """

    eccentricities: Sequence[float]
    places_on_each: Sequence[int]
    jitter: float = 0.0

    def places(self, n: int, area: tuple[float, float], least: float, draws: Draws) -> np.ndarray:
        """See `Layout`."""
        found = []
        for k, (radius, many) in enumerate(zip(self.eccentricities, self.places_on_each, strict=True)):
            angle = 2 * np.pi * (np.arange(many) + (k % 2) / 2) / many
            found.append(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1))
        return _some(np.concatenate(found), n, self.jitter, draws, "the rings")


@dataclass(frozen=True)
class Anywhere:
    """Random places with a least distance.

    Parameters
    ----------
    least_distance : float, optional
        Between the middles of two items; default the one at which they are sure not to touch.
    from_middle : float
        Least distance of an item from the middle of the display, where gaze begins.
    """

    least_distance: float | None = None
    from_middle: float = 0.0

    def places(self, n: int, area: tuple[float, float], least: float, draws: Draws) -> np.ndarray:
        """See `Layout`."""
        apart = max(least, self.least_distance or 0.0)
        for _ in range(TRIES // 100):
            found = np.empty((0, 2))
            tried = (draws.uniform(2 * TRIES).reshape(TRIES, 2) - 0.5) * np.asarray(area)
            for place in tried[np.hypot(*tried.T) >= self.from_middle]:
                if (np.hypot(*(found - place).T) >= apart).all():
                    found = np.vstack([found, place])
                if len(found) == n:
                    return found
        raise GazekitError(
            f"no room was found for {n} items at random places {apart:.2g} degrees apart; give fewer items, a smaller "
            f"least_distance, or a larger display"
        )


@dataclass(frozen=True)
class Given:
    """Places as they are listed.

    Parameters
    ----------
    positions : sequence of (x, y)
        Degrees from the middle of the display.
    jitter : float
        See `Grid`.
    """

    positions: Sequence[tuple[float, float]] = field(default_factory=tuple)
    jitter: float = 0.0

    def places(self, n: int, area: tuple[float, float], least: float, draws: Draws) -> np.ndarray:
        """See `Layout`."""
        return _some(np.asarray(self.positions, dtype=float), n, self.jitter, draws, "the given positions")
