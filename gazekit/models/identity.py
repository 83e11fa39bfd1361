"""What tells one model from another: the identity that decides whether a run may be resumed or given back.

An identity is made of the class, every argument of the constructor, the content of the files that they name, the
source of code outside gazekit, and what was learned. It is the same in every process. What cannot be told apart is not
guessed: it is marked, and a run with such a model is never resumed.
"""

import math
import pickle
import types
from collections.abc import Callable, Mapping
from collections.abc import Set as AnySet
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.told_apart import UNTOLD, first_untold
from gazekit.models.contract import ScanpathModel
from gazekit.models.fingerprints import code_of, digest_of, files_named, foreign, qualified, source_of

ADVICE = "give its class a method `identity()` that returns what its results depend on"


@runtime_checkable
class Identified(Protocol):
    """A model, or an option of one, that says itself what tells it from others of its class."""

    def identity(self) -> Any:
        """Values that are equal in two objects if, and only if, both do the same: whatever an option may be."""


def identity(model: ScanpathModel, *, learned: bool = True) -> dict[str, Any]:
    """What tells a model from every other.

    Parameters
    ----------
    model : ScanpathModel
        Any model.
    learned : bool
        Whether what it has learned from counts; False where it is about to be fitted anew.

    Returns
    -------
    dict
        JSON values: name, class, options (the arguments of the constructor, or what a method `identity` of the model
        returns); where there are any, source (SHA-256 of code outside gazekit, by module), provenance, and
        learned_from. An option that cannot be told apart is `{"cannot be told apart": reason}`.

    Raises
    ------
    GazekitError
        A file was changed since the model was made from it.

    Examples
    --------
    >>> from gazekit.models import load_model
    >>> identity(load_model("centre", spread=0.2))["options"]
    {'spread': 0.2, 'default_length': 10}
    """
    if isinstance(model, Identified):
        options = {"identity": _marked(partial(described, model.identity(), {}), f"model {model.name!r}")}
    else:
        files = _unchanged_files(model)
        options = {
            name: _marked(partial(described, value, files), f"the option {name!r} of model {model.name!r}")
            for name, value in model.arguments.items()
        }
    about = {"name": model.name, "class": qualified(type(model)), "options": options}
    more = {
        "source": source_of(type(model), package=True),
        "provenance": model.provenance,
        "learned_from": model.learned_from if learned else None,
    }
    return {**about, **{name: value for name, value in more.items() if value}}


def described(value: Any, files: Mapping[str, str]) -> Any:
    """A value of any kind as JSON values that are the same in every process, and differ where results may.

    Parameters
    ----------
    value
        Plain values as they are; files by their content; arrays and tensors by type, shape and content; functions and
        classes by name, and by their source if it is not gazekit's; models by their identity; other objects by their
        class and state.
    files : mapping of str to str
        SHA-256 of the files and folders that strings and paths name.

    Raises
    ------
    TypeError, pickle.PicklingError, RecursionError
        It holds something whose content cannot be read.

    Examples
    --------
    >>> described((1, "a", {2.5}, math.inf), {})
    [1, 'a', {'set': [2.5]}, {'float': 'inf'}]
    >>> described(np.float32([1, 2]), {})["shape"], described(math.hypot, {})
    ([2], {'function': 'math.hypot'})
    """
    again = partial(described, files=files)
    if isinstance(value, str | Path) and str(value) in files:
        return {"file": Path(value).name, "sha256": files[str(value)]}
    if type(value) is float and not math.isfinite(value):
        return {"float": str(value)}
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, Path | bytes | np.generic):
        plain = {"bytes": digest_of(value)} if isinstance(value, bytes) else str(value)
        return again(value.item()) if isinstance(value, np.generic) else plain
    if type(value) in (list, tuple):
        return [again(each) for each in value]
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {key: again(value[key]) for key in value}
        return {"items": [[again(key), again(each)] for key, each in value.items()]}
    if isinstance(value, AnySet):
        return {"set": sorted((again(each) for each in value), key=digest_of)}
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        little = np.ascontiguousarray(value.astype(value.dtype.newbyteorder("<"), copy=False))
        return {"shape": list(value.shape), "dtype": value.dtype.name, "sha256": digest_of(little.tobytes())}
    if isinstance(value, np.ndarray):
        return {"shape": list(value.shape), "sha256": digest_of([again(each) for each in value.ravel().tolist()])}
    if isinstance(value, pd.DataFrame):
        return {str(name): again(value[name].to_numpy()) for name in value}
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType | np.ufunc):
        return _code(value, again)
    if isinstance(value, types.ModuleType):
        return {"module": value.__name__}
    if isinstance(value, Dataset):
        return {"data": value.name, **value.hashes()}
    if isinstance(value, ScanpathModel):
        return identity(value)
    if isinstance(value, Identified):
        return {"object": qualified(type(value)), "identity": again(value.identity())}
    return _object(value, again)


def _code(value: Any, again: Callable[[Any], Any]) -> dict[str, Any]:
    """A class or function: its name, the source if it is not gazekit's, and what a function has bound."""
    if isinstance(value, np.ufunc):
        return {"function": f"numpy.{value.__name__}"}
    about: dict[str, Any] = {"class" if isinstance(value, type) else "function": qualified(value)}
    if source := source_of(value):
        about["source"] = source
    if isinstance(value, types.FunctionType):
        bound = [cell.cell_contents for cell in value.__closure__ or ()]
        bound += [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        about |= {"bound": [again(each) for each in bound]} if bound else {}
        about |= {"code": digest_of(code_of(value.__code__))} if foreign(value.__module__) else {}
    return about


def _object(value: Any, again: Callable[[Any], Any]) -> dict[str, Any]:
    """Any other object: class and state, as they would be pickled."""
    about: dict[str, Any] = {"object": qualified(type(value))}
    about |= {name: text for name in ("name", "weights") if isinstance(text := getattr(value, name, None), str)}
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
        return {**about, **again(value)}
    parts = value.__reduce_ex__(4)
    if isinstance(parts, str):
        return {**about, "global": parts}
    callable_, arguments, *state = parts
    # what is listed comes from an iterator; of five parts, the last three may be absent
    listed = [list(each) if index in (1, 2) and each is not None else each for index, each in enumerate(state)]
    content = [again(callable_), again(arguments), again(listed)]
    if reason := first_untold(content):
        raise TypeError(reason)
    return {**about, "sha256": digest_of(content)}


def _marked(describe: Callable[[], Any], what: str) -> Any:
    try:
        return describe()
    except (TypeError, ValueError, AttributeError, pickle.PicklingError, RecursionError) as reason:
        if isinstance(reason, GazekitError):
            raise
        return {UNTOLD: f"{what} cannot be told apart from others of its kind ({reason}); {ADVICE}"}


def _unchanged_files(model: ScanpathModel) -> dict[str, str]:
    """SHA-256 of the files that arguments name, as they were when the model was made."""
    then: dict[str, str] = vars(model).get("_files", {})
    for name, digest in files_named(type(model), model.arguments).items():
        if then.get(name) != digest:
            raise GazekitError(
                f"{name} was changed since model {model.name!r} was made from it; make the model again, so that it "
                f"holds what is in the file now"
            )
    return then
