"""SHA-256 of what decides a model's results beside its options: files that they name, and source outside gazekit."""

import hashlib
import inspect
import json
import os
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gazekit.files.atomic import sha256_of

OURS = "gazekit"


def digest_of(value: Any) -> str:
    """SHA-256 of bytes, or of JSON values."""
    return hashlib.sha256(value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()).hexdigest()


def qualified(thing: Any) -> str:
    """Name of a class or function with its module."""
    return f"{getattr(thing, '__module__', None) or 'builtins'}.{thing.__qualname__}"


# ---------------------------------------------------------------- files that options name


def files_named(cls: type, arguments: Mapping[str, Any]) -> dict[str, str]:
    """SHA-256 of every file that an argument of a constructor names, by the text that names it.

    A folder counts by the files in it: where the argument is a path, is annotated as one, or has a separator in it.
    """
    found: dict[str, str] = {}
    annotations = {name: str(p.annotation) for name, p in inspect.signature(cls.__init__).parameters.items()}  # type: ignore[misc]
    for name, argument in arguments.items():
        for text in _texts(argument):
            folder = isinstance(text, Path) or "Path" in annotations.get(name, "") or os.sep in text
            with suppress(OSError, ValueError):  # no name of a file: too long, or with a zero in it
                path = Path(text)
                if path.is_file():
                    found[str(text)] = sha256_of(path)
                elif folder and path.is_dir():
                    files = sorted(f for f in path.rglob("*") if f.is_file())
                    found[str(text)] = digest_of([[f.relative_to(path).as_posix(), sha256_of(f)] for f in files])
    return found


def _texts(value: Any) -> Iterator[str | Path]:
    if isinstance(value, str | Path) and str(value):
        yield value
    elif isinstance(value, list | tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)


# ---------------------------------------------------------------- source outside gazekit


def foreign(module: str | None) -> bool:
    """Whether a module is neither gazekit's nor Python's own."""
    top = (module or "__main__").partition(".")[0]
    return top != OURS and top not in sys.stdlib_module_names


def source_of(thing: Any, *, package: bool = False) -> dict[str, str]:
    """SHA-256 of the source of a class or function outside gazekit, by module; nothing for gazekit's and Python's.

    Parameters
    ----------
    thing : class or function
        A class counts with its bases.
    package : bool
        Take all modules of the package that a module belongs to, and modules beside it that it imports.

    Returns
    -------
    dict
        Where the file of a module cannot be read (it was typed into a session), the key says so, and the hash is of
        the thing's code and of what it calls there.
    """
    found: dict[str, str] = {}
    for part in thing.__mro__ if isinstance(thing, type) else (thing,):
        name = getattr(part, "__module__", None) or "__main__"
        if not foreign(name):
            continue
        files = _files(name, package)
        if files and _is_from(part, files[name]):
            found |= {key: sha256_of(file) for key, file in files.items()}
            found |= _package(name) if package else {}
        else:
            found[f"{name} (its file cannot be read: code of {part.__qualname__})"] = digest_of(_code(part, set()))
    return found


def _files(name: str, package: bool) -> dict[str, Path]:
    """File of a module by the module's name; for `package`, also those beside it that it imports."""
    file = Path(getattr(sys.modules.get(name), "__file__", None) or "")
    if file.suffix != ".py" or not file.is_file():
        return {}
    found = {name: file}
    if package:
        for value in list(vars(sys.modules[name]).values()):
            other = getattr(value, "__name__" if isinstance(value, types.ModuleType) else "__module__", None)
            beside = Path(getattr(sys.modules.get(str(other)), "__file__", None) or "")
            if beside.parent == file.parent and beside.suffix == ".py" and foreign(str(other)):
                found[str(other)] = beside
    return found


def _package(name: str) -> dict[str, str]:
    """SHA-256 of all modules of the package that a module belongs to, together."""
    top = name.partition(".")[0]
    folders = [Path(folder) for folder in getattr(sys.modules.get(top), "__path__", ())]
    files = [(f.relative_to(folder).as_posix(), sha256_of(f)) for folder in folders for f in folder.rglob("*.py")]
    return {f"{top} (all of its package)": digest_of(sorted(files))} if files else {}


def _is_from(part: Any, file: Path) -> bool:
    """Whether a class or function was read from a file, and not typed into a session of the same name."""
    functions = vars(part).values() if isinstance(part, type) else (part,)
    code = next((f.__code__ for f in functions if isinstance(f, types.FunctionType)), None)
    return code is None or Path(code.co_filename).name == file.name


def _code(thing: Any, seen: set[int]) -> Any:
    """Code of a function or class, with that of what it names in its own module, as JSON values."""
    if id(thing) in seen:
        return "again"
    seen.add(id(thing))
    if isinstance(thing, type):
        members = {
            k: v for k, v in vars(thing).items() if k not in ("__dict__", "__weakref__", "__doc__", "__module__")
        }
        return {name: _code(members[name], seen) for name in sorted(members) if not name.startswith("_abc")}
    function = inspect.unwrap(getattr(thing, "__func__", getattr(thing, "fget", thing)))
    if isinstance(function, types.FunctionType):
        names = function.__globals__
        used = {name: names[name] for name in _names(function.__code__) if name in names}
        return [code_of(function.__code__), {name: _code(used[name], seen) for name in sorted(used)}]
    if isinstance(thing, types.ModuleType):
        return thing.__name__
    return repr(thing) if isinstance(thing, str | int | float | bool | tuple | None) else qualified(type(thing))


def code_of(code: types.CodeType) -> list[Any]:
    """What a piece of code does, as JSON values: not where it stands."""
    constants = [code_of(c) if isinstance(c, types.CodeType) else repr(c) for c in code.co_consts]
    return [code.co_code.hex(), constants, list(code.co_names), list(code.co_varnames), list(code.co_freevars)]


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)
