"""Pictures: functions that take a matplotlib Axes, draw on it and return it.

Matplotlib is imported when something is drawn, not before.
"""

from gazekit.plots.asymmetry import PicturedSearch, index_scatter, reaction_time_panels, reaction_times, search_panels
from gazekit.plots.captions import perceived, plausibility_by_length
from gazekit.plots.density import fixation_density
from gazekit.plots.forest import forest
from gazekit.plots.loss import loss_curve
from gazekit.plots.objects import attention_over_objects, object_path
from gazekit.plots.saccades import saccade_amplitudes, saccade_directions
from gazekit.plots.scanpath import scanpath, scanpath_pair, scanpaths_beside
from gazekit.plots.search import search_curve
from gazekit.plots.sweep import sweep_panels

__all__ = [
    "PicturedSearch",
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
    "sweep_panels",
]
