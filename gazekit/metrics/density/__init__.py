"""Measures of maps and log densities at people's fixations, and of the maps that sampled paths make."""

from gazekit.metrics.density.auc import auc_one_positive, auc_shuffled, auc_uniform
from gazekit.metrics.density.conditional import (
    ConditionalScores,
    conditional_auc,
    conditional_information_gain,
    conditional_nss,
    conditional_scores,
    task_prior,
)
from gazekit.metrics.density.likelihood import average, information_gain, log_likelihood
from gazekit.metrics.density.maps import MapScores, compare_maps, map_cc, map_kl, map_sim
from gazekit.metrics.density.nss import nss
from gazekit.metrics.density.sampled import paths_as_maps
from gazekit.metrics.fixation_maps.centre_bias import CentreBias
from gazekit.metrics.fixation_maps.pixels import fixation_map, log_density_of, pixels_at
from gazekit.metrics.kinds.densities import density_measure, score_density

__all__ = [
    "CentreBias",
    "ConditionalScores",
    "MapScores",
    "auc_one_positive",
    "auc_shuffled",
    "auc_uniform",
    "average",
    "compare_maps",
    "conditional_auc",
    "conditional_information_gain",
    "conditional_nss",
    "conditional_scores",
    "density_measure",
    "fixation_map",
    "information_gain",
    "log_density_of",
    "log_likelihood",
    "map_cc",
    "map_kl",
    "map_sim",
    "nss",
    "paths_as_maps",
    "pixels_at",
    "score_density",
    "task_prior",
]
