"""Data sets by name: a loader, a card and, where they are known, the hashes of the published files each."""

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.registry import datasets, load_dataset

__all__ = ["PublishedFolder", "datasets", "load_dataset"]
