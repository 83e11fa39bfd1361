"""One kind of registry for models, data sets and metrics: names to objects, with the closest match on a wrong name."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from gazekit.foundations.errors import GazekitError, UnknownNameError, refusing
from gazekit.foundations.notices import notify_once


class Registry:
    """Names to objects of one kind, optionally opened to third parties through an entry-point group.

    An entry may be a text "module:attribute", which is imported when it is asked for, not before.

    Parameters
    ----------
    kind : str
        What an entry is, for messages: "model", "data set", "metric".
    group : str, optional
        Entry-point group that other packages may use.

    Examples
    --------
    >>> colours = Registry("colour")
    >>> colours.add("red", 1)
    >>> colours["red"], "blue" in colours
    (1, False)
    >>> colours["rad"]
    Traceback (most recent call last):
    gazekit.UnknownNameError: there is no colour called 'rad'; did you mean 'red'?
    """

    def __init__(self, kind: str, group: str | None = None) -> None:
        self.kind, self.group = kind, group
        self._entries: dict[str, Any] = {}
        self._found: dict[str, Any] | None = None

    def add(self, name: str, entry: Any) -> None:
        """Register an entry; a name is given once."""
        if name in self._entries:
            raise GazekitError(f"the {self.kind} {name!r} is registered already")
        self._entries[name] = entry

    def __getitem__(self, name: str) -> Any:
        if name in self._entries:
            entry = self._entries[name]
            return imported(entry) if isinstance(entry, str) else entry
        plugins = self._plugins()
        if name in plugins:
            with refusing(Exception, lambda error: GazekitError(self._broken(name, error))):
                return plugins[name].load()
        raise UnknownNameError(self.kind, name, {*self._entries, *plugins})

    def usable(self) -> list[Any]:
        """Every entry, by name; another package's that cannot be loaded is named on standard error and left out."""
        found = []
        for name in self:
            try:
                found.append(self[name])
            except GazekitError as error:
                notify_once(f"{self.kind} {name}", f"{error}; it is left out")
        return found

    def _broken(self, name: str, error: Exception) -> str:
        what = f"the {self.kind} {name!r} of another package ({self._plugins()[name].value})"
        return f"{what} cannot be loaded: {type(error).__name__}: {error}"

    def where(self, name: str) -> str:
        """Where an entry is defined, as "module:attribute"; nothing is imported for it."""
        if name not in self._entries:
            return str(self._plugins()[name].value)
        entry = self._entries[name]
        return entry if isinstance(entry, str) else f"{entry.__module__}:{entry.__qualname__}"

    def __contains__(self, name: object) -> bool:
        return name in self._entries or name in self._plugins()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._entries, *self._plugins()}))

    def _plugins(self) -> dict[str, Any]:
        if self._found is None:  # reading the metadata of every installed package takes tens of ms
            self._found = {} if self.group is None else {e.name: e for e in entry_points(group=self.group)}
        return self._found


def imported(where: str) -> Any:
    """Import what a text "module:attribute" names.

    Examples
    --------
    >>> imported("math:tau") > 6
    True
    """
    module, attribute = where.split(":")
    return getattr(import_module(module), attribute)


def entry_points(group: str) -> Any:
    """The entry points of a group; the module that reads them takes tens of ms to import, which not every use needs."""
    from importlib import metadata

    return metadata.entry_points(group=group)
