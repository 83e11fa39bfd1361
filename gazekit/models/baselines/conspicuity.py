"""Conspicuity map of Itti, Koch and Niebur (1998): what stands out by intensity, colour and orientation."""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from threading import Lock

import numpy as np
from cachetools import LRUCache, cached
from scipy.ndimage import correlate1d, maximum_filter
from scipy.sparse import csr_array

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError

Saliency = Callable[[np.ndarray], np.ndarray]  # from the image, (H, W, 3) uint8, to a map (h, w)
WORK_SIDE = 320  # px; longest side at pyramid level 1
MAP_SIDE = 40  # cells; longest side at level 4
CENTRES, DELTAS, MAP_LEVEL = (2, 3, 4), (3, 4), 4  # the paper's: centre c, surround c + delta, sum at level 4
BORDER = 2  # cells of level 4 over which contrast fades out towards the border
ANGLES = (0.0, 45.0, 90.0, 135.0)  # degrees
DARK = 0.1  # hue counts only where intensity exceeds this share of its maximum
FLOOR = 0.01  # contrast below which a map is empty, so that normalising does not blow up JPEG noise
KEPT = 256  # maps that stay in memory, about 10 kB each
GABOR_PERIOD, GABOR_SPREAD = 7.0, 7 / 3  # px of the pyramid level; ours


def conspicuity(image: np.ndarray) -> np.ndarray:
    """Compute the saliency map of Itti, Koch and Niebur (1998).

    Three channels (intensity, red-green and blue-yellow opponency, orientation at 0, 45, 90 and 135 degrees);
    in each, differences between a fine (centre) and a coarse (surround) level of a Gaussian pyramid; each
    difference map is promoted if it has few strong peaks (`promote`, the paper's N), summed at level 4,
    promoted again, and the mean of the three channels is the map. Levels are relative to the image's longest
    side, so size does not matter.

    Departures. Colour: each polarity (red, green, blue and yellow centre) has a map of its own, centre minus
    surround where that is positive; the paper has one map for either polarity of a pair, |(R - G)(c) - (G -
    R)(s)|, which responds to plain coloured surfaces and in which a red item among green ones is no stronger
    than they are. Place: levels are aligned at px centres, so the map is not shifted. Border: beyond it an
    image continues as its mirror image; averages near the border are then over half as many independent px,
    so contrast is larger there by chance (in pictures of noise, the outermost of 40 x 30 cells had the
    maximum two to four times as often as their share); therefore contrast fades out over the two outermost
    cells.

    Parameters
    ----------
    image : (H, W, 3) or (H, W) uint8
        The shown image.

    Returns
    -------
    (h, w) float64
        Saliency in [0, 1], maximum 1 unless nothing stands out (then all 0). Cells are squares of 1/40 of the
        longest side, from the top left corner on; the last row (or column) may reach beyond the image.

    References
    ----------
    Itti, Koch and Niebur (1998), A model of saliency-based visual attention for rapid scene analysis, IEEE
    PAMI 20(11).

    Examples
    --------
    >>> image = np.full((300, 400, 3), 128, np.uint8)
    >>> conspicuity(image).max()
    np.float64(0.0)
    >>> image[175:195, 105:125] = (200, 40, 40)
    >>> map_ = conspicuity(image)
    >>> map_.shape, [int(i) for i in np.unravel_index(map_.argmax(), map_.shape)]
    ((30, 40), [18, 11])
    """
    return _map(image).copy()


def _content(image: np.ndarray) -> tuple:
    return image.shape, image.dtype.str, sha256(image.tobytes()).digest()


@cached(LRUCache(KEPT), key=_content, lock=Lock())
def _map(image: np.ndarray) -> np.ndarray:
    """The map, kept: models, samples and pieces of a run ask for the same pictures again."""
    colour = working_image(image)
    intensity = colour.mean(axis=2)
    level = pyramid(np.concatenate([intensity[..., None], opponency(colour, intensity)], axis=2))
    oriented = {k: gabor_energy(maps[..., 0]) for k, maps in level.items() if k >= min(CENTRES)}
    intensity_map, *colour_maps = across_scales(level, polarities)
    orientation = np.sum([promote(one_angle) for one_angle in across_scales(oriented, np.abs)], axis=0)
    channels = (intensity_map, np.sum(colour_maps, axis=0), orientation)
    total = np.mean([promote(channel) for channel in channels], axis=0)
    peak = total.max()
    return (total / peak if peak > 0 else total).astype(np.float64)


def a_saliency(function: Saliency) -> Saliency:
    """Check an option that is a function from an image to a map of saliency."""
    if not callable(function):
        raise GazekitError(f"saliency must be a function from an image to a map, not {function!r}")
    return function


def saliency_of(function: Saliency, trial: Trial) -> np.ndarray:
    """The saliency map of a trial's image, (h, w) float64, by whatever function was given."""
    found = np.asarray(function(trial.image), dtype=float)
    if found.ndim != 2 or not np.isfinite(found).all():
        raise GazekitError(f"the saliency map of trial {trial.id!r} must be (h, w) and finite")
    return found


def across_scales(level: dict[int, np.ndarray], maps_of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Sum the promoted centre-surround maps of all pairs of levels, at level 4: (maps, h, w).

    Parameters
    ----------
    level : mapping of int to (h, w, k)
        The pyramid.
    maps_of : callable
        From signed contrast (h, w, k) to non-negative maps (h, w, maps).
    """
    shape = level[MAP_LEVEL].shape[:2]
    pairs = [(c, c + delta) for c in CENTRES for delta in DELTAS]
    total = []
    for c, s in pairs:
        maps = np.moveaxis(maps_of(contrast(level, c, s)), 2, 0)
        total.append(at_map_level(np.stack([promote(one) for one in maps], axis=2), c, shape))
    return np.moveaxis(np.sum(total, axis=0), 2, 0)


def polarities(signed: np.ndarray) -> np.ndarray:
    """Split into maps of intensity (either sign), red, green, blue and yellow centres: (h, w, 5)."""
    intensity, red, blue = np.moveaxis(signed, 2, 0)
    colours = [np.maximum(v, 0) for v in (red, -red, blue, -blue)]
    return np.stack([np.abs(intensity), *colours], axis=2)


def working_image(image: np.ndarray) -> np.ndarray:
    """Resize to a longest side of 320 px and scale to [0, 1]: (h, w, 3) float32.

    Raises
    ------
    GazekitError
        Not an image of shape (H, W), (H, W, 1) or (H, W, 3).
    """
    image = np.asarray(image)
    image = image[..., None] if image.ndim == 2 else image
    if image.ndim != 3 or image.shape[2] not in (1, 3) or not image.size:
        raise GazekitError(f"an image must have the shape (height, width, 3), not {image.shape}")
    longest = max(image.shape[:2])
    rows, columns = (max(1, round(n * WORK_SIDE / longest)) for n in image.shape[:2])
    work = resample(image.astype(np.float32) / 255, rows, columns)
    return np.repeat(work, 3, axis=2) if work.shape[2] == 1 else work


def opponency(colour: np.ndarray, intensity: np.ndarray) -> np.ndarray:
    """Red-green and blue-yellow opponency: (h, w, 2) float32, 0 in grey places."""
    bright = intensity > DARK * intensity.max()
    r, g, b = np.moveaxis(colour / np.where(bright, intensity, np.inf)[..., None], 2, 0)
    red, green, blue = (np.maximum(v, 0) for v in (r - (g + b) / 2, g - (r + b) / 2, b - (r + g) / 2))
    yellow = np.maximum((r + g) / 2 - np.abs(r - g) / 2 - b, 0)
    return np.stack([red - green, blue - yellow], axis=2)


def pyramid(base: np.ndarray) -> dict[int, np.ndarray]:
    """Gaussian pyramid from level 1 (`base`) to the coarsest surround: level to (h, w, channels)."""
    levels = {1: base}
    for k in range(2, max(CENTRES) + max(DELTAS) + 1):
        levels[k] = halve(halve(levels[k - 1], 0), 1)
    return levels


def halve(values: np.ndarray, axis: int) -> np.ndarray:
    """Smooth with (1, 3, 3, 1) / 8 and keep every second px along an axis.

    The kernel is even, so px i of the result is centred on the border between px 2i and 2i + 1 of the input:
    px k of level n covers px k * 2**n to (k + 1) * 2**n, without the drift of keeping every second px of an
    odd kernel.
    """
    values = np.moveaxis(values, axis, 0)
    odd = len(values) % 2
    padded = np.concatenate([values[:1], values, values[-1:], *[values[-1:]] * odd])
    outer, inner = padded[:-3:2] + padded[3::2], padded[1:-2:2] + padded[2:-1:2]
    return np.moveaxis((outer + 3 * inner) / 8, 0, axis)


def gabor_energy(intensity: np.ndarray) -> np.ndarray:
    """Local orientation energy of one pyramid level: (h, w, 4) float32, one map per angle.

    Each is the magnitude of an even and an odd Gabor filter; the even one's response to a constant is
    subtracted, so that brightness alone gives 0. The filter is separable: a complex wave times a Gaussian,
    along x and then y.
    """
    reach = int(np.ceil(2.5 * GABOR_SPREAD))
    t = np.arange(-reach, reach + 1)
    window = np.exp(-(t**2) / (2 * GABOR_SPREAD**2))
    window /= window.sum()
    smooth = _filter(intensity, window, window)
    maps = []
    for angle in np.deg2rad(ANGLES):
        # `angle` is that of the preferred bar, against the x axis; the wave runs across it.
        waves = [window * np.exp(2j * np.pi / GABOR_PERIOD * f * t) for f in (np.sin(angle), np.cos(angle))]
        constant = waves[0].sum() * waves[1].sum()
        maps.append(np.abs(_filter(intensity, *waves) - constant * smooth))
    return np.stack(maps, axis=2).astype(np.float32)


def contrast(level: dict[int, np.ndarray], centre: int, surround: int) -> np.ndarray:
    """Compute level[centre] - level[surround] at the resolution of the centre, faded at the border."""
    rows, columns = level[centre].shape[:2]
    factor = 2 ** (surround - centre)
    coarse = _along(_interpolation(level[surround].shape[0], rows, factor), level[surround], 0)
    coarse = _along(_interpolation(level[surround].shape[1], columns, factor), coarse, 1)
    fade = BORDER * 2 ** (MAP_LEVEL - centre)
    return (level[centre] - coarse) * _fade(rows, fade)[:, None, None] * _fade(columns, fade)[:, None]


def promote(values: np.ndarray) -> np.ndarray:
    """Normalise a map to [0, 1] and promote it if it has few strong peaks: the paper's N.

    The map is multiplied by (1 - m)², where m is the mean of its local maxima other than the global one (3 x
    3 px neighbourhoods; ours: only maxima above a tenth of the global one count).

    Examples
    --------
    >>> one, two = np.zeros((5, 5)), np.zeros((5, 5))
    >>> one[2, 2], two[1, 1], two[3, 3] = 3, 3, 3
    >>> float(promote(one).max()), float(promote(two).max())
    (1.0, 0.0)
    """
    peak = values.max()
    if peak < FLOOR:
        return np.zeros_like(values)
    scaled = values / peak
    local = (scaled == maximum_filter(scaled, size=3)) & (scaled > 0.1)
    count = int(local.sum())
    others = (float(scaled[local].sum()) - 1) / (count - 1) if count > 1 else 0.0
    return scaled * (1 - others) ** 2


def at_map_level(values: np.ndarray, level: int, shape: tuple[int, int]) -> np.ndarray:
    """Bring a map of a finer level to level 4."""
    for _ in range(MAP_LEVEL - level):
        values = halve(halve(values, 0), 1)
    return values[: shape[0], : shape[1]]


def resample(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Resize (h, w, channels) to (rows, columns, channels) with a triangle filter, without aliasing."""
    values = _along(_triangle(values.shape[0], rows), values, 0)
    return _along(_triangle(values.shape[1], columns), values, 1)


def _filter(values: np.ndarray, along_x: np.ndarray, along_y: np.ndarray) -> np.ndarray:
    return correlate1d(correlate1d(values, along_x, axis=1, mode="reflect"), along_y, axis=0, mode="reflect")


def _along(weights: csr_array, values: np.ndarray, axis: int) -> np.ndarray:
    moved = np.moveaxis(values, axis, 0)
    result = weights @ moved.reshape(len(moved), -1)
    return np.moveaxis(result.reshape(-1, *moved.shape[1:]), 0, axis)


@lru_cache(maxsize=256)
def _fade(n: int, width: int) -> np.ndarray:
    """(n,) float32: 1, but a straight line down to 0 over the `width` px at either end."""
    depth = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    return np.minimum(1, depth / width).astype(np.float32)


@lru_cache(maxsize=256)
def _interpolation(n: int, wanted: int, factor: int) -> csr_array:
    """Interpolate linearly between n px that cover `factor` wanted px each; the ends are repeated."""
    return _weights(n, (np.arange(wanted) + 0.5) / factor - 0.5, 1.0)


@lru_cache(maxsize=256)
def _triangle(n: int, wanted: int) -> csr_array:
    """Resize n px to `wanted` px over the same length, with a triangle as wide as the coarser px."""
    return _weights(n, (np.arange(wanted) + 0.5) * n / wanted - 0.5, max(1.0, n / wanted))


def _weights(n: int, positions: np.ndarray, width: float) -> csr_array:
    reach = int(np.ceil(width))
    near = np.floor(positions).astype(int)[:, None] + np.arange(-reach, reach + 2)
    weight = np.maximum(0, 1 - np.abs(near - positions[:, None]) / width)
    row = np.repeat(np.arange(len(positions)), near.shape[1])
    weight /= weight.sum(axis=1, keepdims=True)
    column = np.clip(near, 0, n - 1).ravel()
    return csr_array((weight.ravel().astype(np.float32), (row, column)), shape=(len(positions), n))
