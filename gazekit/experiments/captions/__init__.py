"""The caption experiment: whether the right caption brings gaze nearer to people's than another caption does."""

from gazekit.experiments.captions.experiment import captions
from gazekit.experiments.captions.results import CaptionResults

__all__ = ["CaptionResults", "captions"]
