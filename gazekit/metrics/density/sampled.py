"""Maps for models that only give paths: smooth one source's fixations, score the map at people's."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from gazekit.errors import GazekitError, MismatchError
from gazekit.metrics.density.auc import auc_shuffled, auc_uniform
from gazekit.metrics.density.maps import fixation_map, map_cc, map_kl, map_sim
from gazekit.metrics.density.nss import nss
from gazekit.metrics.sets import SetMetric, Trials, set_metrics
from gazekit.scanpaths import Scanpaths

SIGMA_SHARE = 0.03  # of the image's width: about 1 degree on a display 33 degrees wide; gazekit's choice
# Cells of the map per standard deviation. On 60 images of OSIE four times as many change AUC, CC and SIM by less
# than .0005, NSS by .4 %, and KL by 5 %: KL hangs on how the map's empty regions are made (see its card).
CELLS_PER_SIGMA = 4


class _OneImage(NamedTuple):
    """Both sides of one image, in one unit: the map of `a`, and people's fixations."""

    values: np.ndarray
    x: np.ndarray
    y: np.ndarray
    size: tuple[float, float]
    sigma: float
    stimulus: str


def _images(a: Scanpaths, b: Scanpaths, sigma_share: float, sigma_degrees: float | None) -> Iterator[_OneImage]:
    for name, value in (("sigma_share", sigma_share), ("sigma_degrees", sigma_degrees)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise GazekitError(f"{name} must be a positive number, not {value!r}")
    if sigma_degrees is not None:
        a, b = a.to_degrees(), b.to_degrees()
    people = dict(b.groupby("stimulus"))
    for stimulus, mine in a.groupby("stimulus"):
        theirs = people.get(stimulus)
        if theirs is None or not len(theirs.x) or not len(mine.x):
            continue
        sizes = {s for p in (mine, theirs) for s in zip(p.table["width"], p.table["height"], strict=True)}
        if len(sizes) > 1:
            raise MismatchError(f"paths of stimulus {stimulus!r} have several frames; use rescale(frame) on one side")
        width, height = (float(side) for side in sizes.pop())
        sigma = sigma_share * width if sigma_degrees is None else sigma_degrees
        shape = tuple(max(1, int(np.ceil(side * CELLS_PER_SIGMA / sigma))) for side in (height, width))
        smooth = fixation_map(mine.x, mine.y, (shape[0], shape[1]), sigma=sigma, size=(width, height))
        if smooth.any():
            yield _OneImage(smooth, theirs.x, theirs.y, (width, height), sigma, str(stimulus))


def _mean(values: np.ndarray) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else np.nan


def _at_fixations(measure: Callable[[_OneImage], np.ndarray]) -> Callable[..., list[float]]:
    def compute(
        a: Scanpaths, b: Scanpaths, trials: Trials, *, sigma_share: float, sigma_degrees: float | None
    ) -> list[float]:
        return [_mean(np.array([_mean(measure(image)) for image in _images(a, b, sigma_share, sigma_degrees)]))]

    return compute


def _between_maps(measure: Callable[[np.ndarray, np.ndarray], float]) -> Callable[..., list[float]]:
    def of_image(image: _OneImage) -> float:
        shape = (image.values.shape[0], image.values.shape[1])
        human = fixation_map(image.x, image.y, shape, sigma=image.sigma, size=image.size)
        return measure(image.values, human) if human.any() else np.nan

    def compute(
        a: Scanpaths, b: Scanpaths, trials: Trials, *, sigma_share: float, sigma_degrees: float | None
    ) -> list[float]:
        return [_mean(np.array([of_image(image) for image in _images(a, b, sigma_share, sigma_degrees)]))]

    return compute


def _shuffled(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, sigma_share: float, sigma_degrees: float | None
) -> list[float]:
    of = b.path_of()
    size = b.table[["width", "height"]].to_numpy(np.float64)[of]
    x, y = b.x / size[:, 0], b.y / size[:, 1]
    codes, names = pd.factorize(b.table["stimulus"])
    code_of, code = dict(zip(names, range(len(names)), strict=True)), codes[of]
    values = []
    for image in _images(a, b, sigma_share, sigma_degrees):
        other = code != code_of[image.stimulus]
        values.append(_mean(auc_shuffled(image.values, image.x, image.y, x[other], y[other], image.size)))
    return [_mean(np.array(values))]


def _register() -> None:
    entries: dict[str, tuple[Callable[..., list[float]], bool, tuple[float, float], str, str]] = {
        "paths_nss": (
            _at_fixations(lambda image: nss(image.values, image.x, image.y, image.size)),
            True,
            (-np.inf, np.inf),
            "1",
            "NSS of the smoothed map of the source's fixations at people's; chance 0",
        ),
        "paths_auc": (
            _at_fixations(lambda image: auc_uniform(image.values, image.x, image.y, image.size)),
            True,
            (0.0, 1.0),
            "1",
            "AUC against all pixels of the smoothed map of the source's fixations at people's; chance 0.5",
        ),
        "paths_auc_shuffled": (
            _shuffled,
            True,
            (0.0, 1.0),
            "1",
            "AUC against people's fixations on other images of the smoothed map of the source's fixations; chance 0.5",
        ),
        "paths_kl": (_between_maps(map_kl), False, (0.0, np.inf), "nat", "KL divergence of people's from the map"),
        "paths_cc": (_between_maps(map_cc), True, (-1.0, 1.0), "1", "Correlation of the smoothed maps of both"),
        "paths_sim": (_between_maps(map_sim), True, (0.0, 1.0), "1", "Histogram intersection of the smoothed maps"),
    }
    for name, (compute, better, bounds, unit, summary) in entries.items():
        set_metrics.add(
            name,
            SetMetric(
                name=name,
                outputs=(name,),
                higher_is_better=better,
                bounds=bounds,
                unit=unit,
                needs=(),
                summary=f"{summary}; mean over images",
                source="Bylinskii et al. 2019, IEEE TPAMI 41, on maps of sampled fixations",
                compute=compute,
                params={"sigma_share": SIGMA_SHARE, "sigma_degrees": None},
            ),
        )


_register()
