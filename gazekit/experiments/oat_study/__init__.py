"""A study of OAT: variants and seeds from one configuration file, trained resumably, compared on the same people."""

from gazekit.experiments.oat_study.plan import Plan, Variant, read_plan
from gazekit.experiments.oat_study.study import StudyResults, oat_study

__all__ = ["Plan", "StudyResults", "Variant", "oat_study", "read_plan"]
