"""The studies: search asymmetry, captions, object search, and the training of OAT and of its variants.

Each is a function that writes a resumable run folder, in a room of its own that is imported when it is first used:
`gazekit.experiments.asymmetry.asymmetry(...)`, `gazekit.experiments.oat.train_oat(...)`.
"""

from importlib import import_module
from typing import Any

__all__ = ["asymmetry", "captions", "oat", "shelf_search"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
