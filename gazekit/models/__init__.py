"""Scanpath models: one contract, one registry, one file per baseline."""

from gazekit.models.contract import PathByPathModel, ScanpathModel, TrainableModel
from gazekit.models.registry import load_model, model_class, models

__all__ = ["PathByPathModel", "ScanpathModel", "TrainableModel", "load_model", "model_class", "models"]
