"""Pieces of work as bytes: each piece travels alone, what all have in common travels to each worker process once.

The bytes are pickles. They go from a process to its own workers, over the connections that joblib and Dask keep for
that, and are never read from a run folder or from anything that was downloaded.

A pickle holds files and code by their names only, and a worker on another machine may have others of these names. So
what is named travels with its SHA-256, and a worker compares before it reads the rest.
"""

import hashlib
import io
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any

import cloudpickle

from gazekit.runs.environment import check_named, digest_of_file, digest_of_module

# One run's models may fill a worker's memory: the next run's take their place. Keys are hashes of the content.
_HELD: dict[str, tuple[Any, ...]] = {}


class Parcels:
    """Packs the pieces of one run.

    Parameters
    ----------
    shared : sequence of objects
        What many pieces contain, at any depth: fitted models, networks, a whole data set. A parcel holds a reference
        in their place, and what two of them share (a network) is packed once.

    Attributes
    ----------
    shared : bytes
        All of them, packed; empty if there are none.

    Examples
    --------
    >>> weights = list(range(1000))
    >>> parcels = Parcels([weights])
    >>> parcel = parcels.pack(sum, (weights,))
    >>> len(parcel) < 100 < len(parcels.shared)
    True
    >>> work, arguments = unpack(parcel, parcels.shared, parcels.digest)
    >>> work(*arguments)
    499500
    """

    def __init__(self, shared: Sequence[Any] = ()) -> None:
        self._kept = tuple(shared)  # an id is an object's own only while the object is there
        self.shared = _dump(self._kept, {}) if self._kept else b""
        self.digest = hashlib.sha256(self.shared).hexdigest()
        self._places = {id(one): k for k, one in enumerate(self._kept)}

    def pack(self, work: Callable[..., Any], piece: Sequence[Any]) -> bytes:
        """A function and its arguments, with references to what is shared."""
        return _dump((work, tuple(piece)), self._places)


def unpack(parcel: bytes, shared: bytes | Path, digest: str) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """Read a parcel in a worker; what is shared is read once per process and then the same objects for all pieces.

    Parameters
    ----------
    parcel : bytes
        From `Parcels.pack`.
    shared : bytes or path
        `Parcels.shared`, or the file that holds it.
    digest : str
        `Parcels.digest`.

    Returns
    -------
    (work, arguments)

    Raises
    ------
    GazekitError
        Files or code of the same name are not the same here.
    """
    if shared and digest not in _HELD:
        _HELD.clear()  # first: never two at once
        content = shared.read_bytes() if isinstance(shared, Path) else shared
        _HELD[digest] = _load(content, ())
    return _load(parcel, _HELD[digest] if shared else ())


class _Pickler(cloudpickle.Pickler):  # not pickle's own: functions of a notebook, and images that a lambda draws
    def __init__(self, file: io.BytesIO, places: dict[int, int]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._places = places
        self.files: dict[str, str] = {}
        self.modules: dict[str, str] = {}

    def persistent_id(self, obj: Any) -> int | None:
        return self._places.get(id(obj))

    def reducer_override(self, obj: Any) -> Any:
        reduced = super().reducer_override(obj)
        if isinstance(obj, Path) and (digest := digest_of_file(obj)):
            self.files[str(obj)] = digest
        if reduced is NotImplemented and isinstance(obj, type | FunctionType):  # by its name, not by its code
            self.modules[obj.__module__] = digest_of_module(obj.__module__)
        return reduced


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, held: Sequence[Any]) -> None:
        super().__init__(file)
        self._held = held

    def persistent_load(self, pid: int) -> Any:
        return self._held[pid]


def _dump(value: Any, places: dict[int, int]) -> bytes:
    """Two pickles, one after the other: what is named with its hash, and the value."""
    file = io.BytesIO()
    pickler = _Pickler(file, places)
    pickler.dump(value)
    return pickle.dumps((pickler.files, pickler.modules)) + file.getvalue()


def _load(content: bytes, held: Sequence[Any]) -> Any:
    file = io.BytesIO(content)
    check_named(*pickle.load(file))  # noqa: S301 - our own bytes, see above
    return _Unpickler(file, held).load()
