"""The search: look, choose the most attractive place, inhibit it, until the target is found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label
from torch import Tensor

from gazekit.models.eccnet.attention import combine, enlarge
from gazekit.models.eccnet.windows import Windows

TIE = 1e-6  # share of a map's maximum below which two places are equally good; above what threads and order change


@dataclass(frozen=True)
class Display:
    """One search display in px of the image that the network sees; (row, column) throughout, as in the paper's code.

    Parameters
    ----------
    image : (h, w, 3) uint8
        What is shown.
    background : (3,) int
        RGB around it, and of cells that are inhibited.
    items : (k, h, w) bool or None
        Cells that may be fixated, for search among items; None to search the whole image.
    region : (h, w) bool or None
        Where the target is recognised; None: nowhere, the search goes on to its limit.
    """

    image: np.ndarray
    background: tuple[int, int, int]
    items: np.ndarray | None = None
    region: np.ndarray | None = None


@dataclass(frozen=True)
class Settings:
    """Settings of the search that do not concern the network.

    Parameters
    ----------
    margin : int
        px of background between the image and the window's edge.
    inhibition_size : int
        Side of the square that is inhibited around a fixation when the whole image is searched, px. An odd side
        inhibits one px less, as published.
    recognition_size : int
        Side of the square around a fixation in which the target is recognised, px.
    level_weights : {"maximum", "equal"}
        See `attention.level_weights`.
    blurs : ((side, sigma), (side, sigma))
        See `attention.difference_of_gaussians`.
    winner : {"corner", "middle"}
        Of the most attractive plateau: its first px in reading order (published), or its middle.
    exhausted : {"stop", "corner"}
        What happens when no place attracts. "stop": places that are allowed follow in reading order, and the search
        ends when none is left. "corner": gaze goes to (0, 0), as published.
    count_last : bool
        Whether a target found on the last saccade allowed counts as found (published: not).
    window : {"longer", "height"}
        The side of the image from which the window's side follows.
    """

    margin: int = 64
    inhibition_size: int = 64
    recognition_size: int = 10
    level_weights: str = "maximum"
    blurs: tuple[tuple[float, float], tuple[float, float]] = ((3, 0), (5, 1))
    winner: str = "corner"
    exhausted: str = "stop"
    count_last: bool = True
    window: str = "longer"


@dataclass(frozen=True)
class Outcome:
    """What a search did, in (row, column) of the image; `gazekit.models.eccnet.found.Search` is its public form."""

    fixations: np.ndarray
    found: bool
    weights: np.ndarray
    maps: list[np.ndarray]


def run_search(
    display: Display, target: Sequence[Tensor], windows: Windows, settings: Settings, *, limit: int, maps: int = 0
) -> Outcome:
    """Search a display.

    Parameters
    ----------
    display : Display
        What is shown.
    target : sequence of (1, C, t, u)
        Features of the target, one per level.
    windows : Windows
        Makes features of the window around a fixation.
    settings : Settings
        The rest.
    limit : int
        Most saccades.
    maps : int
        How many of the first masked attention maps to keep.

    Returns
    -------
    Outcome
        Fixations begin with the start, the middle of the image.
    """
    height, width = display.image.shape[:2]
    extent = height if settings.window == "height" else max(height, width)
    among_items = display.items is not None
    allowed: np.ndarray = np.ones((height, width), dtype=bool)
    if display.items is not None:
        allowed = np.asarray(display.items.any(axis=0))
    image, fixation = display.image, (height // 2, width // 2)
    fixations, weights = [fixation], []
    kept: list[np.ndarray] = []
    found = not among_items and _recognised(display.region, fixation, settings.recognition_size)
    while not found and len(fixations) <= limit:
        if not among_items:  # the map alone is inhibited; the image stays as it is
            half = settings.inhibition_size // 2
            allowed = allowed.copy()
            allowed[_square(fixation, half, 2 * half)] = False
        side = 2 * (extent + settings.margin)
        features = windows.features(image, display.background, fixation, side)
        cells, weight = combine(features, target, settings.level_weights, settings.blurs)
        weights.append(weight)
        attention = masked(enlarge(cells, side, side), allowed, fixation, extent)
        if len(kept) < maps:
            kept.append(attention.astype(np.float32))
        choice = choose(attention, settings.winner)
        if choice is None:
            if settings.exhausted == "stop" and not allowed.any():
                break
            # The official code's argmax gives the window's corner, which it clamps to the image's.
            fixation = (0, 0) if settings.exhausted == "corner" else _first(allowed)
        else:
            row, column = choice[0] + fixation[0] - side // 2, choice[1] + fixation[1] - side // 2
            fixation = (min(max(row, 0), height), min(max(column, 0), width))
        fixations.append(fixation)
        if display.items is not None:
            image, allowed = _inhibit_item(display, image, allowed, fixation)
        found = _recognised(display.region, fixation, settings.recognition_size)
    if found and not settings.count_last and len(fixations) == limit + 1:
        found = False
    return Outcome(np.array(fixations, dtype=np.int64), found, np.array(weights), kept)


def masked(attention: np.ndarray, allowed: np.ndarray, fixation: tuple[int, int], extent: int) -> np.ndarray:
    """Subtract a map's minimum, and set to 0 what may not be fixated.

    Parameters
    ----------
    attention : (side, side) float64
        Map of the window.
    allowed : (h, w) bool
        Image px that may be fixated.
    fixation : (row, column)
        Image px at the middle of the window.
    extent : int
        Places as far from the fixation as this, or farther, are out of reach.
    """
    middle = attention.shape[0] // 2
    found = np.zeros_like(attention)
    rows = _overlap(fixation[0], extent, allowed.shape[0])
    columns = _overlap(fixation[1], extent, allowed.shape[1])
    there = (
        slice(rows.start - fixation[0] + middle, rows.stop - fixation[0] + middle),
        slice(columns.start - fixation[1] + middle, columns.stop - fixation[1] + middle),
    )
    found[there] = (attention[there] - attention.min()) * allowed[rows, columns]
    return found


def choose(attention: np.ndarray, winner: str = "corner") -> tuple[int, int] | None:
    """Find the most attractive place: (row, column) of the window, or None where the map is 0 everywhere.

    Examples
    --------
    >>> choose(np.array([[0, 0, 0, 0], [0, 2, 2, 2], [0, 2, 2, 2]])), choose(np.array([[0, 2, 2, 2]]), "middle")
    ((1, 1), (0, 2))
    """
    high = attention.max()
    if not high > 0:
        return None
    best = attention >= high - TIE * high
    first = int(best.argmax())
    row, column = divmod(first, attention.shape[1])
    if winner == "middle":
        parts, _ = label(best)
        rows, columns = np.nonzero(parts == parts[row, column])
        middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
        return int(rows[middle]), int(columns[middle])
    return row, column


def _inhibit_item(
    display: Display, image: np.ndarray, allowed: np.ndarray, fixation: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Paint over the first cell that holds the fixation, and forbid it for ever."""
    row, column = fixation
    assert display.items is not None  # noqa: S101 -- for type checkers: only called with items
    if row >= allowed.shape[0] or column >= allowed.shape[1]:
        return image, allowed
    holding = np.flatnonzero(display.items[:, row, column])
    if not len(holding):
        return image, allowed
    cell = display.items[holding[0]]
    painted = image.copy()
    painted[cell] = display.background
    return painted, allowed & ~cell


def _first(allowed: np.ndarray) -> tuple[int, int]:
    row, column = divmod(int(allowed.argmax()), allowed.shape[1])
    return row, column


def _recognised(region: np.ndarray | None, fixation: tuple[int, int], size: int) -> bool:
    return region is not None and bool(region[_square(fixation, size // 2, size)].any())


def _square(centre: tuple[int, int], before: int, side: int) -> tuple[slice, slice]:
    return (
        slice(max(centre[0] - before, 0), max(centre[0] - before + side, 0)),
        slice(max(centre[1] - before, 0), max(centre[1] - before + side, 0)),
    )


def _overlap(middle: int, extent: int, length: int) -> slice:
    return slice(max(middle - extent, 0), max(min(middle + extent, length), 0))
