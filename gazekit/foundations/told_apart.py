"""The mark of what cannot be told apart from others of its kind, which a request of a run may hold."""

from collections.abc import Mapping
from typing import Any

UNTOLD = "cannot be told apart"


def first_untold(value: Any) -> str | None:
    """Reason of the first mark anywhere in JSON values; None where everything can be told apart.

    Examples
    --------
    >>> first_untold({"models": [{"options": {"gain": {UNTOLD: "it is a lock"}}}]})
    'it is a lock'
    """
    if isinstance(value, Mapping):
        if UNTOLD in value:
            return str(value[UNTOLD])
        value = list(value.values())
    if isinstance(value, list | tuple):
        return next((found for each in value if (found := first_untold(each)) is not None), None)
    return None
