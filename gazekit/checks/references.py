"""Maps of where people may be expected to look, and NSS of fixations on them, wherever the fixations are moved to.

Maps have square cells and are standardised, so that the value under a fixation is its NSS. A fixation outside the image
gets the map's lowest value: one that is moved out must not be better than one that stays.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.ndimage import gaussian_filter

from gazekit.checks.sample import Sample
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.metrics.fixation_maps.pixels import SIGMA_SHARE, fixation_map

SIDE = 64  # cells along the longer side
IMAGES = 100  # pictures that are read at most; 60 show offsets a third larger only
FEWEST = 20  # pictures of which a mean is of pictures, not of these


@dataclass(frozen=True)
class Reference:
    """Standardised maps, one per unit (a trial, or a person on a trial).

    Parameters
    ----------
    name : str
        What the maps are of, in words.
    values : (cells,) float64
        All maps, one after another, row by row.
    first, rows, columns : (units,) int64
        Where each map begins in `values`, and its shape; rows 0 where a unit has no map.
    outside : (units,) float64
        Value of a fixation outside the image: the lowest of the map.
    telling : bool
        Whether the map is of what this trial shows; the middle of the image is not, and speaks only where nothing that
        is speaks against it.
    """

    name: str
    values: np.ndarray
    first: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    outside: np.ndarray
    telling: bool = True

    @classmethod
    def of(cls, name: str, maps: Sequence[np.ndarray | None]) -> Self:
        """Standardise maps; one that is absent or constant says nothing."""
        ready = [None if m is None or not m.std() > 0 else (m - m.mean()) / m.std() for m in maps]
        sizes = np.array([0 if m is None else m.size for m in ready], dtype=np.int64)
        flat = [m.ravel() for m in ready if m is not None]
        return cls(
            name,
            np.concatenate(flat) if flat else np.empty(0),
            np.cumsum(sizes) - sizes,
            np.array([0 if m is None else m.shape[0] for m in ready], dtype=np.int64),
            np.array([0 if m is None else m.shape[1] for m in ready], dtype=np.int64),
            np.array([np.nan if m is None else m.min() for m in ready]),
        )

    @property
    def known(self) -> np.ndarray:
        """(units,) bool: which units have a map."""
        return self.rows > 0

    def at(self, unit: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        """NSS of fixations on the maps of their units.

        Parameters
        ----------
        unit : (n,) int
            Which map.
        u, v : (n,) float64
            Position as a share of width and height: 0 to 1 is inside.

        Returns
        -------
        (n,) float64
            NaN where the unit has no map.
        """
        rows, columns = self.rows[unit], self.columns[unit]
        inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1) & (rows > 0)
        row = np.minimum(np.where(inside, v, 0.0) * rows, rows - 1).astype(np.int64)
        column = np.minimum(np.where(inside, u, 0.0) * columns, columns - 1).astype(np.int64)
        found = self.outside[unit].copy()
        found[inside] = self.values[(self.first[unit] + row * columns + column)[inside]]
        return found


def shape_of(width: float, height: float) -> tuple[int, int]:
    """Rows and columns of the map of a frame."""
    cell = max(width, height) / SIDE
    return max(1, round(height / cell)), max(1, round(width / cell))


def centre_reference(sample: Sample) -> Reference:
    """Maps that are highest at the middle of the image."""
    made: dict[tuple[int, int], np.ndarray] = {}
    for width, height in sample.frames:
        shape = shape_of(width, height)
        if shape not in made:
            v, u = (np.arange(n) / n + 0.5 / n - 0.5 for n in shape)
            made[shape] = np.exp(-(v[:, None] ** 2 + u**2) / (2 * 0.2**2))
    return replace(
        Reference.of("the middle of the image", [made[shape_of(w, h)] for w, h in sample.frames]), telling=False
    )


def target_reference(sample: Sample) -> Reference:
    """Maps that are highest on the target's box."""

    def of(trial: Trial) -> np.ndarray | None:
        if trial.target_box is None:
            return None
        width, height = trial.frame.size
        rows, columns = shape_of(width, height)
        x, y = (np.arange(columns) + 0.5) * width / columns, (np.arange(rows) + 0.5) * height / rows
        box = trial.target_box
        away_x = np.maximum(np.maximum(box.x0 - x, x - box.x1), 0)
        away_y = np.maximum(np.maximum(box.y0 - y, y - box.y1), 0)
        near = 2 * SIGMA_SHARE * width
        return np.exp(-(away_x**2 + away_y[:, None] ** 2) / (2 * near**2))

    return Reference.of("the targets", _each(sample, of))


def image_reference(sample: Sample) -> Reference:
    """Maps of local contrast of the pictures: people look where there is something to see."""
    with_image = [k for k, trial in enumerate(sample.trials) if trial.has("image")][:IMAGES]
    wanted = {sample.trials[k].id for k in with_image}

    def of(trial: Trial) -> np.ndarray | None:
        return local_contrast(trial.image, trial.frame.size) if trial.id in wanted else None

    return Reference.of("the pictures' local contrast", _each(sample, of))


def beyond_the_mean(reference: Reference) -> Reference:
    """What each map has beyond the mean of all: people are drawn to the middle whatever is there, and so are pictures.

    A position that is moved toward the middle gains by the mean map and loses by this one.
    """
    units = np.flatnonzero(reference.known)
    if len(units) < FEWEST:
        return Reference.of("", [None] * len(reference.rows))
    v, u = (np.arange(SIDE**2) // SIDE + 0.5) / SIDE, (np.arange(SIDE**2) % SIDE + 0.5) / SIDE
    mean = np.mean([reference.at(np.full(SIDE**2, k), u, v) for k in units], axis=0).reshape(SIDE, SIDE)
    maps: list[np.ndarray | None] = [None] * len(reference.rows)
    for k in units:
        shape = reference.rows[k], reference.columns[k]
        own = reference.values[reference.first[k] :][: shape[0] * shape[1]].reshape(shape)
        of_all = mean[np.ix_(*(((np.arange(n) + 0.5) * SIDE / n).astype(int) for n in shape))]
        maps[k] = own - of_all * (own * of_all).sum() / (of_all**2).sum()
    return Reference.of(f"{reference.name}, beyond what all have in common", maps)


def people_reference(sample: Sample) -> tuple[Reference, np.ndarray]:
    """Maps of where the others looked, for each person on each trial.

    Returns
    -------
    reference : Reference
        A map per person and trial; a unit is trial x people + person.
    """
    people = len(sample.people)
    unit = sample.trial * people + sample.person
    maps: list[np.ndarray | None] = [None] * (len(sample.trials) * people)
    order = np.argsort(unit, kind="stable")
    cuts = np.searchsorted(unit[order], np.arange(len(maps) + 1))
    for k, (width, height) in enumerate(sample.frames):
        shape = shape_of(width, height)
        own = {}
        for p in range(people):
            rows = order[cuts[k * people + p] : cuts[k * people + p + 1]]
            if len(rows):
                made = fixation_map(
                    sample.x[rows], sample.y[rows], shape, sigma=SIGMA_SHARE * width, size=(width, height)
                )
                own[p] = made * len(rows)
        if len(own) > 1:
            total = np.sum(list(own.values()), axis=0)
            for p, made in own.items():
                maps[k * people + p] = total - made
    return Reference.of("where other people looked", maps), unit


def looked_at_reference(sample: Sample, people: Scanpaths) -> Reference:
    """Maps of where all people looked on the sample's trials."""
    rows_of = people.table.groupby("trial", sort=False).indices

    def of(trial: Trial) -> np.ndarray | None:
        rows = rows_of.get(trial.id)
        if rows is None:
            return None
        part, (width, height) = people[np.asarray(rows)], trial.frame.size
        shape = shape_of(width, height)
        return fixation_map(part.x, part.y, shape, sigma=SIGMA_SHARE * width, size=(width, height))

    return Reference.of("where people looked", _each(sample, of))


def local_contrast(image: np.ndarray, size: tuple[float, float]) -> np.ndarray:
    """Standard deviation of intensity and colour about each cell, (rows, columns) float64."""
    rows, columns = shape_of(*size)
    step = max(1, min(image.shape[0] // (2 * rows), image.shape[1] // (2 * columns)))
    small = image[::step, ::step].astype(np.float64)
    red, green, blue = np.moveaxis(small, 2, 0)
    sigma = (small.shape[0] / rows, small.shape[1] / columns)
    total = np.zeros(small.shape[:2])
    for channel in ((red + green + blue) / 3, red - green, blue - (red + green) / 2):
        mean, square = gaussian_filter(channel, sigma), gaussian_filter(channel**2, sigma)
        total += np.sqrt(np.maximum(square - mean**2, 0))
    smooth = gaussian_filter(total, 2 * np.array(sigma))
    r = ((np.arange(rows) + 0.5) * small.shape[0] / rows).astype(int)
    c = ((np.arange(columns) + 0.5) * small.shape[1] / columns).astype(int)
    return smooth[np.ix_(r, c)]


def _each(sample: Sample, of: Callable[[Trial], np.ndarray | None]) -> list[np.ndarray | None]:
    return [of(trial) for trial in sample.trials]
