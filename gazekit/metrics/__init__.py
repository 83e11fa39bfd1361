"""Metrics. One public function and one file per metric, and `measures`, the registry of all of them.

What a metric is given makes its kind (`gazekit.metrics.kinds`): a pair of scanpaths (`pairwise` scores many), a pair of
strings of labels, sets of scanpaths (`score_sets`; `gazekit.metrics.behaviour`), or a model's log density at people's
fixations (`score_density`; `gazekit.metrics.density`). Nothing here is compiled, and numba is not imported, before a
metric is called.
"""

from gazekit.metrics import behaviour as behaviour
from gazekit.metrics import density as density
from gazekit.metrics.alignment import Alignment as Alignment
from gazekit.metrics.alignment import multimatch_alignment as multimatch_alignment
from gazekit.metrics.alignment import scanmatch_alignment as scanmatch_alignment
from gazekit.metrics.context import Context as Context
from gazekit.metrics.context import Source as Source
from gazekit.metrics.context import TrialContent as TrialContent
from gazekit.metrics.kinds.densities import density_measure as density_measure
from gazekit.metrics.kinds.densities import score_density as score_density
from gazekit.metrics.kinds.labels import label_measure as label_measure
from gazekit.metrics.kinds.pairs import pair_measure as pair_measure
from gazekit.metrics.kinds.sets import score_sets as score_sets
from gazekit.metrics.kinds.sets import set_measure as set_measure
from gazekit.metrics.labels.clusters import Clusters as Clusters
from gazekit.metrics.labels.clusters import mean_shift_clusters as mean_shift_clusters
from gazekit.metrics.labels.labelling import label_fixations as label_fixations
from gazekit.metrics.labels.labelling import without_target as without_target
from gazekit.metrics.measure import Measure as Measure
from gazekit.metrics.measure import all_measures as all_measures
from gazekit.metrics.measure import measures as measures
from gazekit.metrics.measure import score as score
from gazekit.metrics.pairwise import pairwise as pairwise
from gazekit.metrics.pairwise import pairwise_chunks as pairwise_chunks
from gazekit.metrics.pairwise import score_pair as score_pair
from gazekit.metrics.plausibility import plausibility as plausibility
from gazekit.metrics.plausibility import plausibility_table as plausibility_table
from gazekit.metrics.positions.dtw import dtw as dtw
from gazekit.metrics.positions.dtw import dtw_per_step as dtw_per_step
from gazekit.metrics.positions.euclidean import euclidean as euclidean
from gazekit.metrics.positions.eyenalysis import eyenalysis as eyenalysis
from gazekit.metrics.positions.frechet import frechet as frechet
from gazekit.metrics.positions.hausdorff import hausdorff as hausdorff
from gazekit.metrics.positions.mannan import mannan as mannan
from gazekit.metrics.positions.mannan import mannan_baseline as mannan_baseline
from gazekit.metrics.positions.mannan import mannan_similarity as mannan_similarity
from gazekit.metrics.positions.recurrence import auto_recurrence as auto_recurrence
from gazekit.metrics.positions.recurrence import cross_recurrence as cross_recurrence
from gazekit.metrics.positions.recurrence import cross_recurrence_lag as cross_recurrence_lag
from gazekit.metrics.positions.time_delay_embedding import stde as stde
from gazekit.metrics.positions.time_delay_embedding import tde as tde
from gazekit.metrics.strings import labelled as labelled  # it registers
from gazekit.metrics.strings.edit_distance import damerau_distance as damerau_distance
from gazekit.metrics.strings.edit_distance import damerau_distance_normalised as damerau_distance_normalised
from gazekit.metrics.strings.edit_distance import edit_distance as edit_distance
from gazekit.metrics.strings.edit_distance import edit_distance_normalised as edit_distance_normalised
from gazekit.metrics.strings.edit_distance import fixation_edit_distance as fixation_edit_distance
from gazekit.metrics.strings.scanmatch import REGION_SCANMATCH as REGION_SCANMATCH
from gazekit.metrics.strings.scanmatch import recommended_threshold as recommended_threshold
from gazekit.metrics.strings.scanmatch import scanmatch as scanmatch
from gazekit.metrics.strings.scanmatch import scanmatch_regions as scanmatch_regions
from gazekit.metrics.strings.sequence_score import sequence_score as sequence_score
from gazekit.metrics.strings.string_time_delay_embedding import sbtde as sbtde
from gazekit.metrics.vectors.multimatch import MultiMatch as MultiMatch
from gazekit.metrics.vectors.multimatch import Thresholds as Thresholds
from gazekit.metrics.vectors.multimatch import multimatch as multimatch
from gazekit.metrics.vectors.multimatch import simplify as simplify
