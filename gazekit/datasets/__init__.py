"""Data sets by name: a loader, a card and, where they are known, the hashes of the published files each."""

from gazekit.datasets.registry import datasets, load_dataset

__all__ = ["datasets", "load_dataset"]
