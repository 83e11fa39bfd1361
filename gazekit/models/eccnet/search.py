"""eccNET in the order of the paper's figure: what happens from one fixation to the next.

1. A window around the fixation is cut out of the image (`cut_window`).
2. A network whose pools grow with eccentricity looks at it, and at the picture of the target (`WholeWindows`).
3. Features of both are correlated, level by level (`correlate`, `activation`).
4. The levels' maps are weighed and added, and their contrast is raised: the attention map (`attention_map`).
5. The strongest place that may be fixated wins (`masked`, `choose`).
6. It is inhibited for ever (`inhibit_square`, `inhibit_item`), and
7. the search ends if the target is recognised there (`recognised`).

This is the straightforward computation, and the oracle of `gazekit.models.eccnet.fast`, which computes step 2 on what
the image changes alone. Places are (row, column) px of the image that the network sees, as in the paper's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import label
from torch import Tensor
from torch.nn import functional

from gazekit.models.capabilities import SearchResult
from gazekit.models.eccnet.network import EccentricNetwork
from gazekit.models.eccnet.opencv import difference_of_gaussians, enlarge

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
        See `level_weights`.
    blurs : ((side, sigma), (side, sigma))
        See `gazekit.models.eccnet.opencv.difference_of_gaussians`.
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


def run_search(
    display: Display,
    target: Sequence[Tensor],
    branches: "WholeWindows",
    settings: Settings,
    *,
    limit: int,
    maps: int = 0,
) -> SearchResult:
    """Search a display.

    Parameters
    ----------
    display : Display
        What is shown.
    target : sequence of (1, C, t, u)
        Features of the target, one per level.
    branches : WholeWindows
        The network: makes features of the window around a fixation.
    settings : Settings
        The rest.
    limit : int
        Most saccades.
    maps : int
        How many of the first masked attention maps to keep.

    Returns
    -------
    SearchResult
        Fixations begin with the start, the middle of the image.
    """
    height, width = display.image.shape[:2]
    extent = height if settings.window == "height" else max(height, width)
    side = 2 * (extent + settings.margin)
    image, fixation = display.image, (height // 2, width // 2)
    items = display.items
    allowed = np.ones((height, width), dtype=bool) if items is None else np.asarray(items.any(axis=0))
    fixations, weights, calls = [fixation], [], []
    kept: list[np.ndarray] = []
    # Among items, the start is neither inhibited nor tested.
    found = items is None and recognised(display.region, fixation, settings.recognition_size)
    while not found and len(fixations) <= limit:
        if items is None:
            allowed = inhibit_square(allowed, fixation, settings.inhibition_size)
        seen = branches.features(image, display.background, fixation, side)
        maps_of_levels = correlations(seen, target)
        cells, weight = attention_map(maps_of_levels, settings.level_weights, settings.blurs)
        weights.append(weight)
        attention = masked(enlarge(cells, side, side), allowed, fixation, extent)
        if len(kept) < maps:
            kept.append(attention.astype(np.float32))
        choice = choose(attention, settings.winner)
        if choice is not None:
            row, column = choice[0] + fixation[0] - side // 2, choice[1] + fixation[1] - side // 2
            fixation = (min(max(row, 0), height), min(max(column, 0), width))
        elif settings.exhausted == "corner":
            fixation = (0, 0)  # the official code's argmax gives the window's corner, which it clamps to the image's
        elif allowed.any():
            fixation = divmod(int(allowed.argmax()), width)
        else:
            break
        fixations.append(fixation)
        calls.append(0.0 if choice is None else activation(maps_of_levels, target, weight, choice, side))
        if items is not None:
            image, allowed = inhibit_item(display, image, allowed, fixation)
        found = recognised(display.region, fixation, settings.recognition_size)
    if found and not settings.count_last and len(fixations) == limit + 1:
        found = False
    return SearchResult(np.array(fixations, dtype=np.int64), found, np.array(weights), kept, np.array(calls))


# 1. The window


def cut_window(image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int) -> np.ndarray:
    """Cut the window around a fixation out of an endless canvas with the image on it.

    Returns
    -------
    (side, side, 3) uint8

    Examples
    --------
    >>> cut_window(np.full((2, 2, 3), 9, np.uint8), (1, 1, 1), (0, 2), 4)[:, :, 0].tolist()
    [[1, 1, 1, 1], [1, 1, 1, 1], [9, 9, 1, 1], [9, 9, 1, 1]]
    """
    window = np.empty((side, side, 3), dtype=np.uint8)
    window[:] = np.asarray(background, dtype=np.uint8)
    top, left = side // 2 - fixation[0], side // 2 - fixation[1]  # where the image begins in the window
    rows, columns = image.shape[:2]
    bottom, right = min(top + rows, side), min(left + columns, side)
    window[max(top, 0) : bottom, max(left, 0) : right] = image[
        max(-top, 0) : max(bottom - top, 0), max(-left, 0) : max(right - left, 0)
    ]
    return window


def as_tensor(pixels: np.ndarray, device: str) -> Tensor:
    """(H, W, 3) uint8 to (1, 3, H, W) on a device, channels last in memory, which convolutions prefer."""
    tensor = torch.from_numpy(np.array(pixels)).to(device)  # a copy: an image read from a file cannot be written
    return tensor.permute(2, 0, 1)[None]


# 2. The network


class WholeWindows:
    """The network's two branches as published: on the whole window at every fixation, every ring over the whole map.

    Parameters
    ----------
    network : EccentricNetwork
        The network.
    device : str
        Where it runs.
    """

    def __init__(self, network: EccentricNetwork, device: str = "cpu") -> None:
        self.network, self.device = network, device

    @torch.inference_mode()
    def target(self, picture: np.ndarray) -> list[Tensor]:
        """Features of the target's picture, one per level.

        Parameters
        ----------
        picture : (t, u, 3) uint8
            At the size in which the target may appear in the image.

        Returns
        -------
        list of (1, C, t / 32, u / 32) float32
            Sides rounded up.
        """
        return self.network.features(as_tensor(picture, self.device), "target")

    @torch.inference_mode()
    def features(
        self, image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int
    ) -> list[Tensor]:
        """Features of the window around a fixation, one per level, (1, C, h, w) each.

        Parameters
        ----------
        image : (H, W, 3) uint8
            The stimulus. Never changed in place: an array that was seen before counts as the same image.
        background : (3,) int
            RGB around it.
        fixation : (row, column)
            Image px at the middle of the window (at index side / 2).
        side : int
            px; even.
        """
        return self.network.features(as_tensor(cut_window(image, background, fixation, side), self.device), "search")


# 3. Correlation with the target


def correlate(search: Tensor, target: Tensor) -> np.ndarray:
    """Cross-correlate one level of the search branch with the same level of the target.

    Parameters
    ----------
    search : (1, C, h, w)
        Features of the window.
    target : (1, C, t, u)
        Features of the target: the kernel, not flipped, not normalised.

    Returns
    -------
    (h, w) float32
        Zero 'same' padding; of an even side, the smaller half goes before.
    """
    rows, columns = target.shape[2:]
    top, left = (rows - 1) // 2, (columns - 1) // 2
    padded = functional.pad(search, (left, columns - 1 - left, top, rows - 1 - top))
    return functional.conv2d(padded, target)[0, 0].cpu().numpy()


# 4. The attention map


def level_weights(maps: Sequence[np.ndarray], rule: str) -> np.ndarray:
    """Weight of each level, summing to 1.

    Parameters
    ----------
    maps : sequence of (h, w)
        One correlation map per compared level.
    rule : {"maximum", "equal"}
        "maximum": each level's largest raw value over the whole map (published for the asymmetry experiments), which
        favours levels of large features. A level whose largest value is not positive gets none.

    Examples
    --------
    >>> level_weights([np.array([[1.0, 3.0]]), np.array([[1.0, 0.5]])], "maximum").tolist()
    [0.75, 0.25]
    """
    if rule == "equal":
        return np.full(len(maps), 1 / len(maps))
    largest = np.array([max(float(m.max()), 0.0) for m in maps])
    return largest / largest.sum() if largest.sum() > 0 else np.full(len(maps), 1 / len(maps))


def between_0_and_1(m: np.ndarray) -> np.ndarray:
    """Scale a map so that its least value is 0 and its largest 1; a constant map becomes 0."""
    low, high = m.min(), m.max()
    return (m - low) / (high - low) if high > low else np.zeros_like(m)


def correlations(search: Sequence[Tensor], target: Sequence[Tensor]) -> list[np.ndarray]:
    """`correlate` every compared level of both branches."""
    with torch.inference_mode():
        return [correlate(s, t) for s, t in zip(search, target, strict=True)]


def activation(
    maps: Sequence[np.ndarray],
    target: Sequence[Tensor],
    weights: np.ndarray,
    place: tuple[int, int],
    side: int,
) -> float:
    """How strongly a place of the window resembles the target: raw correlations over the target's with itself.

    The attention map is scaled anew at every fixation, so that its largest value says nothing of how good the best
    place is; these numbers can be compared within a search and between searches.

    Parameters
    ----------
    maps : sequence of (h, w)
        From `correlations`.
    target : sequence of (1, C, t, u)
        The target's features.
    weights : (levels,) float64
        Of the levels.
    place : (row, column)
        px of the window.
    side : int
        Of the window, px.

    Returns
    -------
    float
        1 where the window has the target's own features in the middle of the place.

    Examples
    --------
    >>> one = torch.ones(1, 2, 1, 1)
    >>> activation([np.array([[0.0, 1.0], [2.0, 0.0]], np.float32)], [one], np.ones(1), (3, 1), 4)
    1.0
    """
    call = 0.0
    for m, t, weight in zip(maps, target, weights, strict=True):
        own = float((t.double() ** 2).sum())
        row, column = (at * length // side for at, length in zip(place, m.shape, strict=True))
        call += float(weight) * float(m[row, column]) / own if own > 0 else 0.0
    return call


def attention_map(
    maps: Sequence[np.ndarray], rule: str, pairs: Sequence[Sequence[float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Make the attention map of one fixation, on cells: levels weighed and added, with more contrast.

    Parameters
    ----------
    maps : sequence of (h, w)
        Correlations of both branches, one map per compared level.
    rule : {"maximum", "equal"}
        See `level_weights`.
    pairs : ((side, sigma), (side, sigma))
        See `gazekit.models.eccnet.opencv.difference_of_gaussians`.

    Returns
    -------
    map : (h, w) float64
    weights : (levels,) float64
        What each level counted for.
    """
    weights = level_weights(maps, rule)
    total = np.zeros(maps[0].shape)
    for weight, m in zip(weights, maps, strict=True):
        total += weight * between_0_and_1(m).astype(np.float64)
    return difference_of_gaussians(total, pairs), weights


# 5. The winner


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
    here = tuple(_overlap(at, extent, length) for at, length in zip(fixation, allowed.shape, strict=True))
    there = tuple(slice(s.start - at + middle, s.stop - at + middle) for at, s in zip(fixation, here, strict=True))
    found[there] = (attention[there] - attention.min()) * allowed[here]
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


# 6. Inhibition


def inhibit_square(allowed: np.ndarray, fixation: tuple[int, int], size: int) -> np.ndarray:
    """Forbid a square around a fixation in the map; the image stays as it is (search of whole images)."""
    half = size // 2
    allowed = allowed.copy()
    allowed[_square(fixation, half, 2 * half)] = False
    return allowed


def inhibit_item(
    display: Display, image: np.ndarray, allowed: np.ndarray, fixation: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Paint over the first cell that holds the fixation, and forbid it for ever (search among items)."""
    row, column = fixation
    assert display.items is not None  # noqa: S101 -- for type checkers: only called with items
    holding = np.flatnonzero(display.items[:, row : row + 1, column : column + 1])  # none one px beyond the image
    if not len(holding):
        return image, allowed
    cell = display.items[holding[0]]
    painted = image.copy()
    painted[cell] = display.background
    return painted, allowed & ~cell


# 7. Recognition


def recognised(region: np.ndarray | None, fixation: tuple[int, int], size: int) -> bool:
    """Whether the square around a fixation meets the target: an oracle, the model is about where gaze goes."""
    return region is not None and bool(region[_square(fixation, size // 2, size)].any())


def _square(centre: tuple[int, int], before: int, side: int) -> tuple[slice, slice]:
    row, column = (slice(max(at - before, 0), max(at - before + side, 0)) for at in centre)
    return row, column


def _overlap(middle: int, extent: int, length: int) -> slice:
    return slice(max(middle - extent, 0), max(min(middle + extent, length), 0))
