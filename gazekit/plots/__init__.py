"""Pictures: functions that take a matplotlib Axes, draw on it and return it.

Matplotlib is imported when something is drawn, not before.
"""

from gazekit.plots.asymmetry import index_scatter, reaction_times
from gazekit.plots.forest import forest
from gazekit.plots.loss import loss_curve
from gazekit.plots.scanpath import scanpath, scanpaths_beside
from gazekit.plots.search_figures import reaction_time_panels, search_panels

__all__ = [
    "forest",
    "index_scatter",
    "loss_curve",
    "reaction_time_panels",
    "reaction_times",
    "scanpath",
    "scanpaths_beside",
    "search_panels",
]
