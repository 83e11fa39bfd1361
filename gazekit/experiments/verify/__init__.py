"""Checks against published numbers and reference implementations, on anyone's own copy of the files."""

from gazekit.experiments.verify.asymmetry import verify_asymmetry
from gazekit.experiments.verify.conformance import verify_conformance, write_vectors
from gazekit.experiments.verify.multimatch import verify_multimatch
from gazekit.experiments.verify.outcome import Outcome
from gazekit.experiments.verify.scanmatch import verify_scanmatch

__all__ = [
    "Outcome",
    "verify_asymmetry",
    "verify_conformance",
    "verify_multimatch",
    "verify_scanmatch",
    "write_vectors",
]
