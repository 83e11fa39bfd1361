"""Metrics. One public function and one file per metric; three registries, by what a metric is given.

`metrics`: a pair of scanpaths (`pairwise` scores many). `set_metrics`: whole sets of scanpaths, distributions and rates
(`gazekit.metrics.behaviour`). `density_metrics`: a model's log density at people's fixations
(`gazekit.metrics.density`). Nothing here is compiled, and numba is not imported, before a metric is called.
"""

from gazekit.metrics import behaviour, density, plausibility_entries  # noqa: F401  (the last registers)
from gazekit.metrics.alignment import Alignment, multimatch_alignment, scanmatch_alignment
from gazekit.metrics.density import density_metrics
from gazekit.metrics.pairwise import pairwise, pairwise_chunks
from gazekit.metrics.plausibility import plausibility, plausibility_table
from gazekit.metrics.positions.dtw import dtw, dtw_per_step
from gazekit.metrics.positions.euclidean import euclidean
from gazekit.metrics.positions.eyenalysis import eyenalysis
from gazekit.metrics.positions.frechet import frechet
from gazekit.metrics.positions.hausdorff import hausdorff
from gazekit.metrics.positions.mannan import mannan, mannan_baseline, mannan_similarity
from gazekit.metrics.positions.recurrence import auto_recurrence, cross_recurrence
from gazekit.metrics.positions.time_delay_embedding import stde, tde
from gazekit.metrics.registry import Metric, metrics
from gazekit.metrics.sets import SetMetric, TrialContent, set_metrics
from gazekit.metrics.strings.clusters import Clusters, mean_shift_clusters
from gazekit.metrics.strings.damerau_distance import damerau_distance, damerau_distance_normalised
from gazekit.metrics.strings.edit_distance import edit_distance, edit_distance_normalised, fixation_edit_distance
from gazekit.metrics.strings.label_maps import label_fixations
from gazekit.metrics.strings.scanmatch import scanmatch
from gazekit.metrics.strings.scanmatch_regions import REGION_SCANMATCH, scanmatch_regions
from gazekit.metrics.strings.scanmatch_threshold import recommended_threshold
from gazekit.metrics.strings.sequence_score import sequence_score, without_target
from gazekit.metrics.strings.string_time_delay_embedding import sbtde
from gazekit.metrics.vectors.multimatch import MultiMatch, multimatch
from gazekit.metrics.vectors.simplification import Thresholds, simplify

__all__ = [
    "REGION_SCANMATCH",
    "Alignment",
    "Clusters",
    "Metric",
    "MultiMatch",
    "SetMetric",
    "Thresholds",
    "TrialContent",
    "auto_recurrence",
    "behaviour",
    "cross_recurrence",
    "damerau_distance",
    "damerau_distance_normalised",
    "density",
    "density_metrics",
    "dtw",
    "dtw_per_step",
    "edit_distance",
    "edit_distance_normalised",
    "euclidean",
    "eyenalysis",
    "fixation_edit_distance",
    "frechet",
    "hausdorff",
    "label_fixations",
    "mannan",
    "mannan_baseline",
    "mannan_similarity",
    "mean_shift_clusters",
    "metrics",
    "multimatch",
    "multimatch_alignment",
    "pairwise",
    "pairwise_chunks",
    "plausibility",
    "plausibility_table",
    "recommended_threshold",
    "sbtde",
    "scanmatch",
    "scanmatch_alignment",
    "scanmatch_regions",
    "sequence_score",
    "set_metrics",
    "simplify",
    "stde",
    "tde",
    "without_target",
]
