"""Real data sets: one loader file, one card and one list of file hashes each, found by name."""

from gazekit.datasets.registry import datasets, load_dataset

__all__ = ["datasets", "load_dataset"]
