"""Pictures: functions that take a matplotlib Axes, draw on it and return it.

Matplotlib is imported when something is drawn, not before.
"""

from gazekit.plots.asymmetry import index_scatter, reaction_times
from gazekit.plots.captions import plausibility_by_length
from gazekit.plots.density import fixation_density
from gazekit.plots.forest import forest
from gazekit.plots.loss import loss_curve
from gazekit.plots.objects import attention_over_objects, object_path
from gazekit.plots.perceived import perceived
from gazekit.plots.saccades import saccade_amplitudes, saccade_directions
from gazekit.plots.scanpath import scanpath, scanpaths_beside
from gazekit.plots.scanpath_pair import scanpath_pair
from gazekit.plots.search_curve import search_curve
from gazekit.plots.search_figures import reaction_time_panels, search_panels

__all__ = [
    "attention_over_objects",
    "fixation_density",
    "forest",
    "index_scatter",
    "loss_curve",
    "object_path",
    "perceived",
    "plausibility_by_length",
    "reaction_time_panels",
    "reaction_times",
    "saccade_amplitudes",
    "saccade_directions",
    "scanpath",
    "scanpath_pair",
    "scanpaths_beside",
    "search_curve",
    "search_panels",
]
