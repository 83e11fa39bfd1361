"""Scanpath models: one contract, one registry, one file per baseline."""

from gazekit.models.capabilities import HasDensity, HasLikelihood, Learns, Saves, Searches, capabilities
from gazekit.models.contract import PathByPathModel, ScanpathModel
from gazekit.models.identity import identity
from gazekit.models.registry import load_model, model_class, models

__all__ = [
    "HasDensity",
    "HasLikelihood",
    "Learns",
    "PathByPathModel",
    "Saves",
    "ScanpathModel",
    "Searches",
    "capabilities",
    "identity",
    "load_model",
    "model_class",
    "models",
]
