"""Maps for models that only give paths: smooth one source's fixations, score the map at people's."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.context import Trials
from gazekit.metrics.density.maps import map_cc, map_kl, map_sim
from gazekit.metrics.density.saliency import auc_uniform, nss
from gazekit.metrics.fixation_maps.pixels import SIGMA_SHARE, fixation_map, pixels_at
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import mean_defined
from gazekit.metrics.options import is_number

# Cells of the map per standard deviation. On 60 images of OSIE four times as many change AUC, CC and SIM by less
# than .0005, NSS by .4 %, and KL by 5 %: KL hangs on how the map's empty regions are made (see its card).
CELLS_PER_SIGMA = 4
SMALLEST = 0.001  # share of the width: a map of 4,000 columns
KEPT_CELLS = 4_000_000  # of maps that may be asked for again: up to 130 MB, 300 maps of the default width


class _Smooth:
    """A smoothed map, and what measures of fixations say of each of its cells, for whoever fixates it."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    @cached_property
    def nss(self) -> np.ndarray:
        """(cells,) float64: NSS of a fixation there."""
        return nss(self.values, *self._centres)

    @cached_property
    def auc(self) -> np.ndarray:
        """(cells,) float64: AUC of a fixation there, against all cells."""
        return auc_uniform(self.values, *self._centres)

    @cached_property
    def ranks(self) -> tuple[np.ndarray, np.ndarray]:
        """(cells,) int32 each: how many cells have a lower value than this one, and a lower or equal one."""
        values = self.values.ravel()
        ordered = np.sort(values)
        lower, up_to = (np.searchsorted(ordered, values, side=side).astype(np.int32) for side in ("left", "right"))
        return lower, up_to

    @property
    def _centres(self) -> np.ndarray:
        row, column = np.indices(self.values.shape)
        return np.stack([column.ravel(), row.ravel()]) + 0.5


@dataclass(frozen=True)
class _OneImage:
    """Both sides of one image: the maps of `a` and of people, whose cells, and others' fixations by cell."""

    smooth: _Smooth
    make_human: Callable[[], _Smooth]
    cells: np.ndarray
    other: np.ndarray

    @property
    def human(self) -> np.ndarray:
        """People's map, on the grid of the other."""
        return self.make_human().values


class _Kept(NamedTuple):
    """A map, and the fixations that it was made of."""

    points: bytes
    made: _Smooth


class _Images:
    """The images of two sets of paths, for any rows of both; a map that is asked for again is not made again."""

    def __init__(self, a: Scanpaths, b: Scanpaths, sigma_share: float, sigma_degrees: float | None) -> None:
        if not (is_number(sigma_share) and SMALLEST <= sigma_share <= 1):
            raise GazekitError(f"sigma_share must be a share of the width from {SMALLEST} to 1, not {sigma_share!r}")
        if sigma_degrees is not None and not (is_number(sigma_degrees) and sigma_degrees > 0):
            raise GazekitError(f"sigma_degrees must be a positive number, not {sigma_degrees!r}")
        if sigma_degrees is not None:
            a, b = a.to_degrees(), b.to_degrees()
        self.sides, self.sigma = (a, b), (sigma_share, sigma_degrees)
        self.sizes = [side.table[["width", "height"]].to_numpy(np.float64) for side in self.sides]
        names = pd.concat([side.table["stimulus"] for side in self.sides])
        codes, self.names = pd.factorize(names, sort=True)
        self.stimulus = codes[: len(a)], codes[len(a) :]
        of = b.path_of()
        self.shares = (b.x / self.sizes[1][of, 0], b.y / self.sizes[1][of, 1])
        self.cells: dict[tuple[int, int], np.ndarray] = {}  # of all of people's fixations, on a map of this shape
        self.kept: tuple[dict[int, _Kept], dict[int, _Kept]] = ({}, {})  # the last map of each side, by image
        self.room = KEPT_CELLS

    def __call__(self, *rows: np.ndarray) -> Iterator[tuple[str, _OneImage]]:
        """The images that paths of both sides have fixations on, sorted by name."""
        at = [self.by_stimulus(k, chosen) for k, chosen in enumerate(rows)]
        everyone = self.sides[1].fixations_of(rows[1])
        totals: dict[tuple[int, int], np.ndarray] = {}
        for code in sorted(at[0].keys() & at[1].keys()):
            sizes = np.concatenate([self.sizes[k][each[code][0]] for k, each in enumerate(at)])
            if (sizes != sizes[0]).any():
                raise MismatchError(
                    f"paths of stimulus {str(self.names[code])!r} have several frames; use rescale(frame) on one side"
                )
            width, height = size = (float(sizes[0, 0]), float(sizes[0, 1]))
            share, degrees = self.sigma
            sigma = share * width if degrees is None else degrees
            shape_of = [max(1, int(np.ceil(side * CELLS_PER_SIGMA / sigma))) for side in (height, width)]
            shape, people = (shape_of[0], shape_of[1]), at[1][code][1]
            make = partial(self._map, shape=shape, sigma=sigma, size=size)
            smooth = make(0, code, at[0][code][1])
            if not smooth.values.any():
                continue
            if shape not in self.cells:
                self.cells[shape] = pixels_at(*self.shares, shape, (1.0, 1.0))
            if shape not in totals:
                totals[shape] = _counts(self.cells[shape][everyone], smooth.values.size)
            other = totals[shape] - _counts(self.cells[shape][people], smooth.values.size)
            cells = pixels_at(self.sides[1].x[people], self.sides[1].y[people], shape, size)
            human = partial(make, 1, code, people)
            yield str(self.names[code]), _OneImage(smooth, human, cells[cells >= 0], other)

    def by_stimulus(self, k: int, rows: np.ndarray) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Paths with fixations of one side, and these, by stimulus."""
        rows = rows[self.sides[k].lengths[rows] > 0]
        of = self.stimulus[k][rows]
        return {int(code): (each := rows[of == code], self.sides[k].fixations_of(each)) for code in np.unique(of)}

    def _map(self, k: int, code: int, points: np.ndarray, **of_map: Any) -> _Smooth:
        key, side, kept = points.tobytes(), self.sides[k], self.kept[k]
        if code in kept and kept[code].points == key:
            return kept[code].made
        made = _Smooth(fixation_map(side.x[points], side.y[points], **of_map))
        if code in kept or self.room >= made.values.size:
            self.room -= 0 if code in kept else made.values.size
            kept[code] = _Kept(key, made)
        return made


def _counts(cells: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(cells[cells >= 0], minlength=size)


def _auc_shuffled(image: _OneImage) -> float:
    """`auc_shuffled` with the negatives counted by cell: the same value, without sorting them for every image."""
    negatives = int(image.other.sum())
    if not negatives or not len(image.cells):
        return np.nan
    lower, up_to = image.smooth.ranks
    below = np.concatenate([[0], np.cumsum(np.bincount(lower, image.other, len(lower)))])  # by how many cells are lower
    return float(((below[lower[image.cells]] + below[up_to[image.cells]]) / (2 * negatives)).mean())


def _at_people(name: str) -> Callable[[_OneImage], float]:
    return lambda image: mean_defined(getattr(image.smooth, name)[image.cells])


def _of_both(compare: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[_OneImage], float]:
    return lambda image: compare(image.smooth.values, image.human) if image.human.any() else np.nan


_ANY, _SHARE = (-np.inf, np.inf), (0.0, 1.0)
_MAP, _AT = "the smoothed map of the source's fixations", "at people's; chance"
_OTHERS = "people's fixations on other images"
_Entry = tuple[Callable[[_OneImage], float], bool, tuple[float, float], str, str]
_MEASURES: Mapping[str, _Entry] = {
    "paths_nss": (_at_people("nss"), True, _ANY, "1", f"NSS of {_MAP} {_AT} 0"),
    "paths_auc": (_at_people("auc"), True, _SHARE, "1", f"AUC against all pixels of {_MAP} {_AT} 0.5"),
    "paths_auc_shuffled": (_auc_shuffled, True, _SHARE, "1", f"AUC against {_OTHERS} of {_MAP}; chance 0.5"),
    "paths_kl": (_of_both(map_kl), False, (0.0, np.inf), "nat", "KL divergence of people's from the map"),
    "paths_cc": (_of_both(map_cc), True, (-1.0, 1.0), "1", "Correlation of the smoothed maps of both"),
    "paths_sim": (_of_both(map_sim), True, _SHARE, "1", "Histogram intersection of the smoothed maps"),
}


def paths_as_maps(
    a: Scanpaths,
    b: Scanpaths,
    trials: Trials | None = None,
    *,
    sigma_share: float = SIGMA_SHARE,
    sigma_degrees: float | None = None,
    measures: tuple[str, ...] = tuple(_MEASURES),
) -> pd.DataFrame:
    """Score the smoothed map of one source's fixations at people's, image by image.

    Parameters
    ----------
    a : Scanpaths
        The source's paths.
    b : Scanpaths
        People's paths; those on the other images are the negatives of the shuffled AUC.
    trials : mapping, optional
        Not used; every measure of sets is given it.
    sigma_share : float
        Standard deviation of the Gaussian as a share of the image's width.
    sigma_degrees : float, optional
        The same in degrees of visual angle; it goes before `sigma_share`.
    measures : tuple of str
        Which: paths_nss, paths_auc, paths_auc_shuffled, paths_kl, paths_cc, paths_sim.

    Returns
    -------
    pandas.DataFrame
        A row per stimulus (the index) with fixations of both, sorted by name; NaN where not defined.

    Raises
    ------
    GazekitError, MismatchError
        A width that is not positive; frames that differ; degrees that are not known.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": ["s", "t"], "width": 100, "height": 100})
    >>> paths = Scanpaths([10, 90], [10, 90], [0, 1, 2], table)
    >>> paths_as_maps(paths, paths, measures=("paths_auc",)).round(2).to_dict()["paths_auc"]
    {'s': 1.0, 't': 1.0}
    """
    images = _Images(a, b, sigma_share, sigma_degrees)
    return _scored(images(np.arange(len(a)), np.arange(len(b))), measures)


def _scored(images: Iterable[tuple[str, _OneImage]], measures: tuple[str, ...]) -> pd.DataFrame:
    found = {stimulus: [_MEASURES[name][0](image) for name in measures] for stimulus, image in images}
    return pd.DataFrame.from_dict(found, orient="index", columns=list(measures), dtype=np.float64)


def _parts_as_maps(
    a: Scanpaths,
    b: Scanpaths,
    trials: Trials,
    *,
    sigma_share: float = SIGMA_SHARE,
    sigma_degrees: float | None = None,
) -> "_PartsAsMaps":
    return _PartsAsMaps(_Images(a, b, sigma_share, sigma_degrees))


@dataclass(frozen=True)
class _PartsAsMaps:
    """Any rows of two sets, scored; see `SharesNegatives`."""

    images: _Images

    def __call__(self, mine: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
        return _scored(self.images(mine, theirs), tuple(_MEASURES))

    def as_negatives(self, mine: np.ndarray, theirs: np.ndarray) -> pd.DataFrame:
        of = {str(self.images.names[c]): points for c, (_, points) in self.images.by_stimulus(1, theirs).items()}
        total: dict[tuple[int, int], np.ndarray] = {}
        own, count = dict.fromkeys(of, 0.0), 0
        for stimulus, image in self.images(mine, theirs):
            value, shape = _auc_shuffled(image), image.smooth.values.shape
            if np.isnan(value):
                continue
            moved = (_shares_above(image) - value) / image.other.sum()
            total[shape] = total.get(shape, 0.0) + moved
            own[stimulus] = _sum_at(moved, self.images.cells[shape][of[stimulus]])
            count += 1
        cells = self.images.cells
        found = {
            stimulus: (sum(_sum_at(m, cells[shape][points]) for shape, m in total.items()) - own[stimulus]) / count
            for stimulus, points in of.items()
            if count
        }
        return pd.DataFrame({"paths_auc_shuffled": found}, dtype=np.float64)


def _shares_above(image: _OneImage) -> np.ndarray:
    """(cells,) float64: share of people's fixations that lie on a higher cell than this one, on one alike half."""
    values = image.smooth.values.ravel()
    positives = np.sort(values[image.cells])
    lower, up_to = (np.searchsorted(positives, values, side=side) for side in ("left", "right"))
    return np.asarray(1 - (lower + up_to) / (2 * len(positives)))


def _sum_at(values: np.ndarray, cells: np.ndarray) -> float:
    return float(values[cells[cells >= 0]].sum())


for _name, (_, _better, _bounds, _values_in, _summary) in _MEASURES.items():
    set_measure(
        None,
        _name,
        unit="stimulus",
        of_rows=_parts_as_maps,
        higher_is_better=_better,
        bounds=_bounds,
        values_in=_values_in,
        summary=f"{_summary}; mean over images",
        source="Bylinskii et al. 2019, IEEE TPAMI 41, on maps of sampled fixations",
    )
