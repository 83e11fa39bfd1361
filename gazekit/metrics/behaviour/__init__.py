"""What people do on average: saccades, returns, search, first saccades, objects. Measures of sets of scanpaths."""

from gazekit.metrics.behaviour.amplitude_direction import amplitude_histogram, direction_histogram
from gazekit.metrics.behaviour.divergences import (
    circular_wasserstein,
    js_divergence,
    kl_divergence,
    ks_distance,
    kuiper_distance,
    wasserstein,
)
from gazekit.metrics.behaviour.first_saccade import FirstSaccades, first_saccade_on_target, first_saccades
from gazekit.metrics.behaviour.guidance import guidance_rank
from gazekit.metrics.behaviour.object_behaviour import ObjectBehaviour, delta, mean_behaviour, object_behaviour
from gazekit.metrics.behaviour.returns import durations_before_returns, return_curve, return_rates
from gazekit.metrics.behaviour.saccades import Saccades, saccades
from gazekit.metrics.behaviour.scanpath_ratio import scanpath_ratio
from gazekit.metrics.behaviour.search import (
    CumulativePerformance,
    cumulative_performance,
    probability_mismatch,
    steps_from_one_hot,
    steps_to_target,
    target_fixation_probability,
    tfp_auc,
)
from gazekit.metrics.behaviour.starts import with_start
from gazekit.metrics.behaviour.survival import SurvivalCurve, survival_to_target

__all__ = [
    "CumulativePerformance",
    "FirstSaccades",
    "ObjectBehaviour",
    "Saccades",
    "SurvivalCurve",
    "amplitude_histogram",
    "circular_wasserstein",
    "cumulative_performance",
    "delta",
    "direction_histogram",
    "durations_before_returns",
    "first_saccade_on_target",
    "first_saccades",
    "guidance_rank",
    "js_divergence",
    "kl_divergence",
    "ks_distance",
    "kuiper_distance",
    "mean_behaviour",
    "object_behaviour",
    "probability_mismatch",
    "return_curve",
    "return_rates",
    "saccades",
    "scanpath_ratio",
    "steps_from_one_hot",
    "steps_to_target",
    "survival_to_target",
    "target_fixation_probability",
    "tfp_auc",
    "wasserstein",
    "with_start",
]
