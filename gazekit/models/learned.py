"""What `fit` has learned, in one file without code: written by the process that fits, read by those that predict.

A model that writes `save(path)` and `load(path)` decides itself what is in the file (a network's weights as
safetensors). For any other model the file holds its attributes, if these are plain: numbers, texts, arrays, scanpaths,
and lists, tuples, sets and dictionaries of such. Pickles are never written, because a run folder may come from a
stranger.
"""

import io
import json
import types
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.arrays import read_npz
from gazekit.files.atomic import write_atomically
from gazekit.files.untrusted import parse_json, reading
from gazekit.foundations.errors import GazekitError
from gazekit.models.capabilities import Saves
from gazekit.models.construction import RECORD
from gazekit.models.contract import ScanpathModel

TREE = "attributes"  # the entry of the archive that says where each array belongs
_PLAIN = (bool, int, str, type(None))


def save_learned(model: ScanpathModel, path: Path) -> None:
    """Write what a fitted model has learned.

    Parameters
    ----------
    model : ScanpathModel
        Fitted.
    path : Path
        The file.

    Raises
    ------
    GazekitError
        An attribute is not plain and the model has no `save` and `load`; or its `save` wrote no file.
    """
    if isinstance(model, Saves):
        model.save(path)
        if not path.is_file():
            raise GazekitError(f"save of model {model.name!r} wrote no file {path.name}; it gets the path of the file")
        return
    arrays: dict[str, np.ndarray] = {}
    tree = {}
    for name, value in vars(model).items():
        if name in RECORD or (name in model.arguments and _unchanging(value)):
            continue
        try:
            tree[name] = _packed(value, arrays)
        except TypeError as reason:
            raise GazekitError(
                f"what model {model.name!r} learned cannot be stored: its attribute {name!r} holds {reason}; give "
                f"{type(model).__name__} the methods save(path), which writes one file, and load(path), which returns "
                f"the model as it was saved"
            ) from reason
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8)
    entries: dict[str, Any] = {TREE: text, **arrays}
    np.savez(buffer, **entries)  # no array of objects is among them, so nothing is pickled
    write_atomically(path, buffer.getvalue())


def load_learned(model: ScanpathModel, path: Path) -> ScanpathModel:
    """A copy of a model with what `save_learned` wrote.

    Parameters
    ----------
    model : ScanpathModel
        Made with the same arguments; it stays as it is.
    path : Path
        The file.

    Raises
    ------
    DataError
        The file is damaged.
    """
    fresh = deepcopy(model)
    if isinstance(fresh, Saves):
        found: ScanpathModel = fresh.load(path)
        found.name = model.name
        return found
    with reading(path, "delete it and run the same command again: only that fit is repeated"):
        arrays = read_npz(path)
        tree = parse_json(arrays[TREE].tobytes())
        for name, value in tree.items():
            vars(fresh)[name] = _unpacked(value, arrays)
    return fresh


def _unchanging(value: Any) -> bool:
    """Whether an argument of the constructor is sure to be what it was before `fit`."""
    return isinstance(value, (*_PLAIN, float, Path, tuple, types.FunctionType, types.BuiltinFunctionType, type))


def _packed(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """A value as JSON; arrays go to `arrays`, and their names into the JSON."""
    if type(value) in _PLAIN:
        return value
    if type(value) is float:
        return {"float": value.hex()}
    if isinstance(value, np.generic | np.ndarray) and not value.dtype.hasobject:
        name = f"a{len(arrays)}"
        arrays[name] = np.asarray(value)
        return {"scalar" if isinstance(value, np.generic) else "array": name}
    if isinstance(value, np.ndarray):
        return {"objects": [_packed(each, arrays) for each in value.ravel().tolist()], "shape": list(value.shape)}
    if type(value) in (list, tuple, set, frozenset):
        each = sorted(value) if isinstance(value, set | frozenset) else value
        return {type(value).__name__: [_packed(one, arrays) for one in each]}
    if type(value) is dict:
        return {"dict": [[_packed(key, arrays), _packed(one, arrays)] for key, one in value.items()]}
    if isinstance(value, Path):
        return {"path": str(value)}
    if isinstance(value, Facts):
        return {"facts": asdict(value)}
    if isinstance(value, pd.DataFrame) and isinstance(value.index, pd.RangeIndex):
        return {"table": [[str(name), _packed(value[name].to_numpy(), arrays)] for name in value]}
    if isinstance(value, Scanpaths):
        columns = (value.x, value.y, value.offsets, value.table, value.duration, value.object_id, value.facts)
        return {"scanpaths": [_packed(column, arrays) for column in columns]}
    raise TypeError(f"an object of the class {type(value).__qualname__}")


def _unpacked(value: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    if not isinstance(value, dict):
        return value
    (kind, content), *more = value.items()
    many = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
    if kind in many:
        return many[kind](_unpacked(each, arrays) for each in content)
    match kind:
        case "float":
            return float.fromhex(content)
        case "array":
            return arrays[content]
        case "scalar":
            return arrays[content][()]
        case "objects":
            made = np.empty(len(content), dtype=object)
            for place, each in enumerate(content):
                made[place] = _unpacked(each, arrays)
            return made.reshape(more[0][1])
        case "dict":
            return {_unpacked(key, arrays): _unpacked(each, arrays) for key, each in content}
        case "path":
            return Path(content)
        case "facts":
            return Facts(**content)
        case "table":
            return pd.DataFrame({name: _unpacked(each, arrays) for name, each in content})
        case "scanpaths":
            x, y, offsets, table, duration, object_id, facts = (_unpacked(each, arrays) for each in content)
            return Scanpaths(x, y, offsets, table, duration=duration, object_id=object_id, facts=facts)
    raise ValueError(f"an attribute of the kind {kind!r}")
