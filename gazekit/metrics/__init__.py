"""Metrics. One public function and one file per metric, and `measures`, the registry of all of them.

What a metric is given makes its kind (`gazekit.metrics.kinds`): a pair of scanpaths (`pairwise` scores many), a pair of
strings of labels, sets of scanpaths (`score_sets`; `gazekit.metrics.behaviour`), or a model's log density at people's
fixations (`score_density`; `gazekit.metrics.density`). Nothing here is compiled, and numba is not imported, before a
metric is called.
"""

from gazekit.metrics import behaviour, density
from gazekit.metrics.alignment import Alignment, multimatch_alignment, scanmatch_alignment
from gazekit.metrics.context import Context, Source, TrialContent
from gazekit.metrics.kinds.densities import density_measure, score_density
from gazekit.metrics.kinds.labels import label_measure
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.kinds.sets import score_sets, set_measure
from gazekit.metrics.labels.clusters import Clusters, mean_shift_clusters
from gazekit.metrics.labels.labelling import label_fixations, without_target
from gazekit.metrics.measure import Measure, all_measures, measures, score
from gazekit.metrics.pairwise import pairwise, pairwise_chunks, score_pair
from gazekit.metrics.plausibility import plausibility, plausibility_table
from gazekit.metrics.positions.dtw import dtw, dtw_per_step
from gazekit.metrics.positions.euclidean import euclidean
from gazekit.metrics.positions.eyenalysis import eyenalysis
from gazekit.metrics.positions.frechet import frechet
from gazekit.metrics.positions.hausdorff import hausdorff
from gazekit.metrics.positions.mannan import mannan, mannan_baseline, mannan_similarity
from gazekit.metrics.positions.recurrence import auto_recurrence, cross_recurrence
from gazekit.metrics.positions.time_delay_embedding import stde, tde
from gazekit.metrics.strings import labelled  # noqa: F401  (it registers)
from gazekit.metrics.strings.damerau_distance import damerau_distance, damerau_distance_normalised
from gazekit.metrics.strings.edit_distance import edit_distance, edit_distance_normalised, fixation_edit_distance
from gazekit.metrics.strings.scanmatch import scanmatch
from gazekit.metrics.strings.scanmatch_regions import REGION_SCANMATCH, scanmatch_regions
from gazekit.metrics.strings.scanmatch_threshold import recommended_threshold
from gazekit.metrics.strings.sequence_score import sequence_score
from gazekit.metrics.strings.string_time_delay_embedding import sbtde
from gazekit.metrics.vectors.multimatch import MultiMatch, multimatch
from gazekit.metrics.vectors.simplification import Thresholds, simplify

__all__ = [
    "REGION_SCANMATCH",
    "Alignment",
    "Clusters",
    "Context",
    "Measure",
    "MultiMatch",
    "Source",
    "Thresholds",
    "TrialContent",
    "all_measures",
    "auto_recurrence",
    "behaviour",
    "cross_recurrence",
    "damerau_distance",
    "damerau_distance_normalised",
    "density",
    "density_measure",
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
    "label_measure",
    "mannan",
    "mannan_baseline",
    "mannan_similarity",
    "mean_shift_clusters",
    "measures",
    "multimatch",
    "multimatch_alignment",
    "pair_measure",
    "pairwise",
    "pairwise_chunks",
    "plausibility",
    "plausibility_table",
    "recommended_threshold",
    "sbtde",
    "scanmatch",
    "scanmatch_alignment",
    "scanmatch_regions",
    "score",
    "score_density",
    "score_pair",
    "score_sets",
    "sequence_score",
    "set_measure",
    "simplify",
    "stde",
    "tde",
    "without_target",
]
