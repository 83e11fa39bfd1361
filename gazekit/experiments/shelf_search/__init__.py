"""Object search: models and people as sequences of objects, with ceilings, chance and controls."""

from gazekit.experiments.shelf_search.experiment import shelf_search
from gazekit.experiments.shelf_search.results import ShelfResults

__all__ = ["ShelfResults", "shelf_search"]
