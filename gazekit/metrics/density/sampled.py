"""Maps for models that only give paths: smooth one source's fixations, score the map at people's."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.context import Trials
from gazekit.metrics.density.maps import map_cc, map_kl, map_sim
from gazekit.metrics.density.saliency import auc_uniform, nss
from gazekit.metrics.fixation_maps.pixels import SIGMA_SHARE, fixation_map, pixels_at, values_at
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import mean_defined

# Cells of the map per standard deviation. On 60 images of OSIE four times as many change AUC, CC and SIM by less
# than .0005, NSS by .4 %, and KL by 5 %: KL hangs on how the map's empty regions are made (see its card).
CELLS_PER_SIGMA = 4


@dataclass(frozen=True)
class _OneImage:
    """Both sides of one image, in one unit: the map of `a`, people's fixations, and theirs on other images by cell."""

    values: np.ndarray
    x: np.ndarray
    y: np.ndarray
    size: tuple[float, float]
    sigma: float
    stimulus: str
    other: np.ndarray

    @cached_property
    def human(self) -> np.ndarray:
        """People's map, on the grid of the other."""
        shape = (self.values.shape[0], self.values.shape[1])
        return fixation_map(self.x, self.y, shape, sigma=self.sigma, size=self.size)


def _images(a: Scanpaths, b: Scanpaths, sigma_share: float, sigma_degrees: float | None) -> Iterator[_OneImage]:
    for name, value in (("sigma_share", sigma_share), ("sigma_degrees", sigma_degrees)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise GazekitError(f"{name} must be a positive number, not {value!r}")
    if sigma_degrees is not None:
        a, b = a.to_degrees(), b.to_degrees()
    mine, theirs = _Points(a), _Points(b)
    share_x, share_y = theirs.x / theirs.size[theirs.of, 0], theirs.y / theirs.size[theirs.of, 1]
    cells: dict[tuple[int, ...], np.ndarray] = {}
    totals: dict[tuple[int, ...], np.ndarray] = {}
    for stimulus, own in mine.points.items():
        people = theirs.points.get(stimulus)
        if people is None or not len(people) or not len(own):
            continue
        sizes = np.concatenate([side.size[side.of[rows]] for side, rows in ((mine, own), (theirs, people))])
        if (sizes != sizes[0]).any():
            raise MismatchError(f"paths of stimulus {stimulus!r} have several frames; use rescale(frame) on one side")
        width, height = (float(side) for side in sizes[0])
        sigma = sigma_share * width if sigma_degrees is None else sigma_degrees
        shape = tuple(max(1, int(np.ceil(side * CELLS_PER_SIGMA / sigma))) for side in (height, width))
        smooth = fixation_map(mine.x[own], mine.y[own], (shape[0], shape[1]), sigma=sigma, size=(width, height))
        if smooth.any():
            if shape not in cells:
                cells[shape] = pixels_at(share_x, share_y, (shape[0], shape[1]), (1.0, 1.0))
                totals[shape] = _counts(cells[shape], smooth.size)
            other = totals[shape] - _counts(cells[shape][people], smooth.size)
            x, y = theirs.x[people], theirs.y[people]
            yield _OneImage(smooth, x, y, (width, height), sigma, stimulus, other)


class _Points:
    """Fixations of a set of paths, and which of them are on each stimulus (in sorted order of the names)."""

    def __init__(self, paths: Scanpaths) -> None:
        self.x, self.y, self.of = paths.x, paths.y, paths.path_of()
        self.size = paths.table[["width", "height"]].to_numpy(np.float64)
        codes, names = pd.factorize(paths.table["stimulus"], sort=True)
        grouped = pd.Series(codes[self.of]).groupby(codes[self.of]).indices
        self.points = {str(names[code]): rows for code, rows in grouped.items()}


def _counts(cells: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(cells[cells >= 0], minlength=size)


def _auc_shuffled(image: _OneImage) -> float:
    """`auc_shuffled` with the negatives counted by cell: the same value, without sorting them for every image."""
    values = image.values.ravel()
    positives = values_at(image.values, image.x, image.y, image.size)
    positives = positives[~np.isnan(positives)]
    negatives = int(image.other.sum())
    if not negatives or not len(positives):
        return np.nan
    order = np.argsort(values, kind="stable")
    below = np.concatenate([[0], np.cumsum(image.other[order])])
    ends = [np.searchsorted(values[order], positives, side=side) for side in ("left", "right")]
    return float(((below[ends[0]] + below[ends[1]]) / (2 * negatives)).mean())


def _at_people(score: Callable[..., np.ndarray]) -> Callable[[_OneImage], float]:
    return lambda image: mean_defined(score(image.values, image.x, image.y, image.size))


def _of_both(compare: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[_OneImage], float]:
    return lambda image: compare(image.values, image.human) if image.human.any() else np.nan


_ANY, _SHARE = (-np.inf, np.inf), (0.0, 1.0)
_MAP, _AT = "the smoothed map of the source's fixations", "at people's; chance"
_OTHERS = "people's fixations on other images"
_Entry = tuple[Callable[[_OneImage], float], bool, tuple[float, float], str, str]
_MEASURES: Mapping[str, _Entry] = {
    "paths_nss": (_at_people(nss), True, _ANY, "1", f"NSS of {_MAP} {_AT} 0"),
    "paths_auc": (_at_people(auc_uniform), True, _SHARE, "1", f"AUC against all pixels of {_MAP} {_AT} 0.5"),
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
    found = {
        image.stimulus: [_MEASURES[name][0](image) for name in measures]
        for image in _images(a, b, sigma_share, sigma_degrees)
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=list(measures), dtype=np.float64)


_as_maps = partial(paths_as_maps, measures=tuple(_MEASURES))
for _name, (_, _better, _bounds, _values_in, _summary) in _MEASURES.items():
    set_measure(
        _as_maps,
        _name,
        unit="stimulus",
        higher_is_better=_better,
        bounds=_bounds,
        values_in=_values_in,
        summary=f"{_summary}; mean over images",
        source="Bylinskii et al. 2019, IEEE TPAMI 41, on maps of sampled fixations",
    )
