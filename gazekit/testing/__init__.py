"""For authors of models: does a model keep the contract, and small trials to try it on."""

from gazekit.testing.check import Check, Report, check_model
from gazekit.testing.example_trials import example_dataset, example_trials

__all__ = ["Check", "Report", "check_model", "example_dataset", "example_trials"]
