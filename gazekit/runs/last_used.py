"""What a process keeps between pieces of work, within a limit: what was used last stays, the rest is made again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any


class LastUsed:
    """Values that are made when they are first asked for, and kept while their sizes fit the limit.

    Parameters
    ----------
    limit : int
        Sum of the sizes of what is kept. A value that is larger by itself is returned and not kept.
    size : callable, optional
        Size of a value; 1 by default, so that `limit` is a number of values.

    Examples
    --------
    >>> kept = LastUsed(2)
    >>> [kept.get(key, lambda: print("made")) for key in ("a", "b", "a", "c", "a", "b")]
    made
    made
    made
    made
    [None, None, None, None, None, None]
    """

    def __init__(self, limit: int, size: Callable[[Any], int] = lambda value: 1) -> None:
        self._limit, self._size = limit, size
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._total = 0

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key; `make()` where it is not kept, after what must go for it has gone if sizes are 1."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._limit == 1:
            self.clear()  # a large thing goes before its successor comes: never two at once
        value = make()
        size = self._size(value)
        if size <= self._limit:
            self._kept[key] = value
            self._total += size
            while self._total > self._limit:
                self._total -= self._size(self._kept.popitem(last=False)[1])
        return value

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._total = 0
