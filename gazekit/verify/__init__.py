"""Checks against published numbers and reference implementations, on anyone's own copy of the files."""

from gazekit.verify.asymmetry import verify_asymmetry
from gazekit.verify.conformance import verify_conformance, write_vectors
from gazekit.verify.multimatch import verify_multimatch
from gazekit.verify.outcome import Outcome
from gazekit.verify.scanmatch import verify_scanmatch

__all__ = [
    "Outcome",
    "verify_asymmetry",
    "verify_conformance",
    "verify_multimatch",
    "verify_scanmatch",
    "write_vectors",
]
