"""Training OAT on the folds of a data set, and studies of it: variants and seeds, compared on the same people."""

from gazekit.experiments.oat.plan import Plan, Variant, read_plan
from gazekit.experiments.oat.study import StudyResults, oat_study
from gazekit.experiments.oat.training import train_oat

__all__ = ["Plan", "StudyResults", "Variant", "oat_study", "read_plan", "train_oat"]
