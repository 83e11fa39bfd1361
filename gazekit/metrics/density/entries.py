"""Registry entries of the density measures."""

from typing import Any

import numpy as np

from gazekit.metrics.density.auc import auc_one_positive, auc_shuffled, auc_uniform
from gazekit.metrics.density.conditional import conditional_scores
from gazekit.metrics.density.likelihood import information_gain, log_likelihood
from gazekit.metrics.density.maps import compare_maps, fixation_map
from gazekit.metrics.density.nss import nss
from gazekit.metrics.density.registry import DensityMetric, density_metrics

Size = tuple[float, float] | None
Given = dict[str, Any]


def _maps(log_density: np.ndarray, x: Any, y: Any, size: Size, given: Given) -> Any:
    shape = (log_density.shape[0], log_density.shape[1])
    return compare_maps(np.exp(log_density), fixation_map(x, y, shape, sigma=given["sigma"], size=size))


def _shuffled(log_density: np.ndarray, x: Any, y: Any, size: Size, given: Given) -> np.ndarray:
    others = np.asarray(given["others"], dtype=np.float64)
    return auc_shuffled(log_density, x, y, others[:, 0], others[:, 1], size)


def _conditional(log_density: np.ndarray, x: Any, y: Any, size: Size, given: Given) -> Any:
    density, prior = np.exp(log_density), np.exp(np.asarray(given["baseline"], dtype=np.float64))
    return [conditional_scores(density, prior, *point, size) for point in zip(np.ravel(x), np.ravel(y), strict=True)]


def _add(**fields: Any) -> None:
    density_metrics.add(fields["name"], DensityMetric(**fields))


_IG_SOURCE = "Kümmerer, Wallis, Bethge 2015, PNAS 112"
_add(
    name="log_likelihood",
    outputs=("log_likelihood",),
    higher_is_better=True,
    bounds=(-np.inf, 0.0),
    unit="nat",
    per="fixation",
    needs=(),
    summary="Log probability of the fixated pixel; depends on the number of pixels",
    source=_IG_SOURCE,
    compute=lambda d, x, y, size, given: log_likelihood(d, x, y, size),
)
_add(
    name="information_gain",
    outputs=("information_gain_uniform",),
    higher_is_better=True,
    bounds=(-np.inf, np.inf),
    unit="bit",
    per="fixation",
    needs=(),
    summary="Log-likelihood over that of the uniform density, per fixation",
    source=_IG_SOURCE,
    compute=lambda d, x, y, size, given: information_gain(d, x, y, size),
)
_add(
    name="information_gain_baseline",
    outputs=("information_gain_baseline",),
    higher_is_better=True,
    bounds=(-np.inf, np.inf),
    unit="bit",
    per="fixation",
    needs=("baseline",),
    summary="Log-likelihood over that of a baseline, usually the centre bias, per fixation",
    source=_IG_SOURCE,
    compute=lambda d, x, y, size, given: information_gain(d, x, y, size, baseline=given["baseline"]),
)
_add(
    name="nss",
    outputs=("nss",),
    higher_is_better=True,
    bounds=(-np.inf, np.inf),
    unit="1",
    per="fixation",
    needs=(),
    summary="Standard deviations of the density above its mean at the fixated pixel; chance 0",
    source="Peters, Iyer, Itti, Koch 2005, Vision Research 45",
    compute=lambda d, x, y, size, given: nss(np.exp(d), x, y, size),
)
_add(
    name="auc_uniform",
    outputs=("auc_uniform",),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    unit="1",
    per="fixation",
    needs=(),
    summary="Share of all pixels below the fixated one, ties half; chance 0.5",
    source="As in pysaliency; Tatler, Baddeley, Gilchrist 2005, Vision Research 45",
    compute=lambda d, x, y, size, given: auc_uniform(d, x, y, size),
)
_add(
    name="auc_shuffled",
    outputs=("auc_shuffled",),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    unit="1",
    per="fixation",
    needs=("others",),
    summary="Share of the places fixated on other images that are below the fixated pixel, ties half; chance 0.5",
    source="Zhang et al. 2008, Journal of Vision 8",
    compute=_shuffled,
)
_add(
    name="auc_one_positive",
    outputs=("auc_one_positive",),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    unit="1",
    per="fixation",
    needs=(),
    summary="Share of the other pixels below the fixated one, ties half; chance 0.5",
    source="gazekit; the AUC that the conditional AUC of the COCO-Search18 line stands for",
    compute=lambda d, x, y, size, given: auc_one_positive(d, x, y, size),
)
for _column, (_position, _better, _bounds, _unit, _summary) in {
    "kl": (0, False, (0.0, np.inf), "nat", "Kullback-Leibler divergence of people's smoothed map from the density"),
    "cc": (1, True, (-1.0, 1.0), "1", "Correlation of the density and people's smoothed map"),
    "sim": (2, True, (0.0, 1.0), "1", "Histogram intersection of the density and people's smoothed map"),
}.items():
    _add(
        name=f"map_{_column}",
        outputs=(f"map_{_column}",),
        higher_is_better=_better,
        bounds=_bounds,
        unit=_unit,
        per="image",
        needs=("sigma",),
        summary=_summary,
        source="Bylinskii et al. 2019, IEEE TPAMI 41",
        compute=lambda d, x, y, size, given, k=_position: _maps(d, x, y, size, given)[k],
    )
_add(
    name="conditional",
    outputs=("cig", "cnss", "cauc_trapezoid", "cauc_rank"),
    higher_is_better=True,
    bounds=(-np.inf, np.inf),
    unit="mixed",
    per="fixation",
    needs=("baseline",),
    summary="Next fixation, given the true ones before it: gain over the prior (bit), NSS, AUC in two conventions",
    source="Yang et al. 2024, CVPR (HAT)",
    compute=_conditional,
)
