"""Measures of maps and log densities at people's fixations, and of the maps that sampled paths make."""

from gazekit.metrics.density.conditional import ConditionalScores as ConditionalScores
from gazekit.metrics.density.conditional import conditional_auc as conditional_auc
from gazekit.metrics.density.conditional import conditional_information_gain as conditional_information_gain
from gazekit.metrics.density.conditional import conditional_nss as conditional_nss
from gazekit.metrics.density.conditional import conditional_scores as conditional_scores
from gazekit.metrics.density.conditional import task_prior as task_prior
from gazekit.metrics.density.likelihood import average as average
from gazekit.metrics.density.likelihood import information_gain as information_gain
from gazekit.metrics.density.likelihood import log_likelihood as log_likelihood
from gazekit.metrics.density.maps import MapScores as MapScores
from gazekit.metrics.density.maps import compare_maps as compare_maps
from gazekit.metrics.density.maps import map_cc as map_cc
from gazekit.metrics.density.maps import map_kl as map_kl
from gazekit.metrics.density.maps import map_sim as map_sim
from gazekit.metrics.density.saliency import auc_one_positive as auc_one_positive
from gazekit.metrics.density.saliency import auc_shuffled as auc_shuffled
from gazekit.metrics.density.saliency import auc_uniform as auc_uniform
from gazekit.metrics.density.saliency import nss as nss
from gazekit.metrics.density.sampled import paths_as_maps as paths_as_maps
from gazekit.metrics.fixation_maps.pixels import fixation_map as fixation_map
from gazekit.metrics.fixation_maps.pixels import log_density_of as log_density_of
from gazekit.metrics.fixation_maps.pixels import pixels_at as pixels_at
from gazekit.metrics.fixation_maps.reference import CentreBias as CentreBias
from gazekit.metrics.kinds.densities import density_measure as density_measure
from gazekit.metrics.kinds.densities import score_density as score_density
