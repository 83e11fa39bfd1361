"""What is fuzzed: every reader of files that others made, with good files to begin from.

A target is given bytes. It packs them where a checksum or a compression would hide them from the reader, writes them to
the file that the reader expects, and reads it. Targets bear the name of what they read.
"""

# Imported before the readers are used, so that what they import later is watched too.
import gazekit.datasets
import gazekit.metrics
import gazekit.models  # noqa: F401
from targets import arguments, data_sets, pictures, references, run_folders, scanpaths, weights
from targets.target import Target

__all__ = ["TARGETS", "Target"]

TARGETS = {
    target.name: target
    for module in (scanpaths, data_sets, pictures, weights, references, run_folders, arguments)
    for target in module.TARGETS
}
