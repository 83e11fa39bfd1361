"""Searches for the place to look next, one interface and one file each."""

from gazekit.models.neva.optimisers.choosing import SEARCHES, search_from
from gazekit.models.neva.optimisers.contract import Found, Search

__all__ = ["SEARCHES", "Found", "Search", "search_from"]
