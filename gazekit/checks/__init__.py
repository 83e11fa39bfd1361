"""Checks of people's data and of predictions: whether the numbers can be what they are taken for."""

from gazekit.checks.check import check as check
from gazekit.checks.check import check_predictions as check_predictions
from gazekit.checks.finding import CHECKS as CHECKS
from gazekit.checks.finding import Effect as Effect
from gazekit.checks.finding import Finding as Finding
from gazekit.checks.finding import Findings as Findings
