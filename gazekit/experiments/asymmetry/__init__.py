"""Search asymmetry: displays searched by a model, reaction times, slopes and indices, compared with people's."""

from gazekit.experiments.asymmetry.experiment import asymmetry
from gazekit.experiments.asymmetry.results import AsymmetryResults
from gazekit.experiments.asymmetry.tables import Analysis

__all__ = ["Analysis", "AsymmetryResults", "asymmetry"]
