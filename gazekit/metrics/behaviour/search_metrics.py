"""Registry entries of the search measures: each from paths and target boxes to its numbers."""

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.behaviour.scanpath_ratio import scanpath_ratio
from gazekit.metrics.behaviour.search import (
    MAX_FIXATIONS,
    probability_mismatch,
    steps_to_target,
    target_fixation_probability,
    tfp_auc,
)
from gazekit.metrics.behaviour.starts import with_start
from gazekit.metrics.behaviour.survival import survival_to_target
from gazekit.metrics.sets import SetMetric, Trials, set_metrics


def target_boxes(trials: Trials) -> dict[str, tuple[float, ...]]:
    """Target boxes of the trials that have one."""
    return {name: tuple(shown.target_box) for name, shown in trials.items() if shown.target_box is not None}


def _curve(paths: Scanpaths, trials: Trials, max_fixations: int, by: str | None, strict: bool) -> np.ndarray:
    boxes = target_boxes(trials)
    started = with_start(paths, trials)
    return target_fixation_probability(started, boxes, max_fixations=max_fixations, by=by, strict=strict)


def _area(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, max_fixations: int, by: str | None, strict: bool
) -> list[float]:
    return [tfp_auc(_curve(a, trials, max_fixations, by, strict))]


def _mismatch(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, max_fixations: int, by: str | None, strict: bool
) -> list[float]:
    return [probability_mismatch(*(_curve(p, trials, max_fixations, by, strict) for p in (a, b)))]


def _ratio(a: Scanpaths, b: Scanpaths, trials: Trials, *, strict: bool) -> list[float]:
    ratio = scanpath_ratio(with_start(a, trials), target_boxes(trials), strict=strict)
    defined = ratio[~np.isnan(ratio)]
    return [float(defined.mean()) if len(defined) else np.nan]


def _fixations_to_target(a: Scanpaths, b: Scanpaths, trials: Trials, *, limit: int, strict: bool) -> list[float]:
    paths = with_start(a, trials)
    step = steps_to_target(paths, target_boxes(trials), strict=strict)
    made = np.maximum(paths.lengths - (1 if paths.facts.forced_first else 0), 0)
    curve = survival_to_target(step, made)
    searches = step[~np.isnan(step)]
    found = float(np.isfinite(searches).mean()) if len(searches) else np.nan
    return [curve.median, curve.restricted_mean(limit), found]


set_metrics.add(
    "tfp_auc",
    SetMetric(
        name="tfp_auc",
        outputs=("tfp_auc",),
        higher_is_better=None,
        bounds=(0.0, MAX_FIXATIONS + 1.0),
        unit="1",
        needs=("target_box",),
        summary="Area under the share of trials that have found the target by 0, 1, ..., 6 fixations",
        source="Yang et al. 2020, CVPR; Chen et al. 2021, Scientific Reports (COCO-Search18)",
        compute=_area,
        params={"max_fixations": MAX_FIXATIONS, "by": "task", "strict": False},
    ),
)
set_metrics.add(
    "probability_mismatch",
    SetMetric(
        name="probability_mismatch",
        outputs=("probability_mismatch",),
        higher_is_better=False,
        bounds=(0.0, MAX_FIXATIONS + 1.0),
        unit="1",
        needs=("target_box",),
        summary="Sum of the gaps between the two target-fixation probability curves",
        source="Yang et al. 2020, CVPR (COCO-Search18 line)",
        compute=_mismatch,
        params={"max_fixations": MAX_FIXATIONS, "by": "task", "strict": False},
    ),
)
set_metrics.add(
    "scanpath_ratio",
    SetMetric(
        name="scanpath_ratio",
        outputs=("scanpath_ratio",),
        higher_is_better=None,
        bounds=(0.0, 1.0),
        unit="1",
        needs=("target_box",),
        summary="Straight distance to the target over the way made until it was fixated; mean of the found trials",
        source="As used with COCO-Search18 (Chen et al. 2021, Scientific Reports 11)",
        compute=_ratio,
        params={"strict": False},
    ),
)
set_metrics.add(
    "fixations_to_target",
    SetMetric(
        name="fixations_to_target",
        outputs=("fixations_to_target_median", "fixations_to_target_mean", "target_found"),
        higher_is_better=None,
        bounds=(0.0, np.inf),
        unit="1",
        needs=("target_box",),
        summary="Median and restricted mean number of fixations to the target (Kaplan-Meier), and share that found it",
        source="Kaplan, Meier 1958, JASA 53",
        compute=_fixations_to_target,
        params={"limit": MAX_FIXATIONS, "strict": False},
    ),
)
