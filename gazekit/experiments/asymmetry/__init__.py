"""Search asymmetry: displays searched by a model, reaction times, slopes and indices, compared with people's."""

from gazekit.experiments.asymmetry.experiment import asymmetry
from gazekit.experiments.asymmetry.results import AsymmetryResults

__all__ = ["AsymmetryResults", "asymmetry"]
