"""Pictures: functions that take a matplotlib Axes, draw on it and return it.

Matplotlib is imported when something is drawn, not before.
"""

from gazekit.plots.forest import forest
from gazekit.plots.scanpath import scanpath, scanpaths_beside

__all__ = ["forest", "scanpath", "scanpaths_beside"]
