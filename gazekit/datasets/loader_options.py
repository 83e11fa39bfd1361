"""Whether options fit the loader of a data set: it has them, and their values are of the right kind."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from gazekit.foundations.errors import GazekitError

_KINDS: dict[type, tuple[type | tuple[type, ...], str]] = {
    bool: (bool, "true or false"),
    int: (Integral, "a whole number"),
    float: (Real, "a number"),
    str: (str, "a name"),
    Path: (Path, "a path"),
    type(None): (type(None), "None"),
}


def options_of(loader: Callable[..., Any]) -> list[str]:
    """The options of a loader: its arguments that can only be given by name."""
    return list(loader.__kwdefaults__ or ())


def check_options(name: str, loaders: Sequence[Callable[..., Any]], options: Mapping[str, Any]) -> None:
    """Refuse options that a loader does not have, and values of another kind than its signature says.

    Only plain kinds are checked here (true or false, numbers, one of several words); other names and lists are the
    loader's own to judge.

    Parameters
    ----------
    name : str
        The data set's name.
    loaders : sequence of callables
        The options are their arguments that can only be given by name.
    options : mapping
        What was given.

    Raises
    ------
    GazekitError
        The message names the option, what it must be, and the options there are.

    Examples
    --------
    >>> def loader(root, *, scenes: int = 3, blocks: bool = False): ...
    >>> check_options("shelf", [loader], {"blocks": "perhaps"})
    Traceback (most recent call last):
    gazekit.GazekitError: option blocks of data set 'shelf' must be true or false, not 'perhaps'; its options are
    blocks, scenes
    """
    known = sorted(option for loader in loaders for option in options_of(loader))
    kinds = {option: kind for loader in loaders for option, kind in get_type_hints(loader).items()} if options else {}
    for option, value in options.items():
        if option not in known:
            raise GazekitError(f"data set {name!r} has no option {option!r}; it has {', '.join(known) or 'none'}")
        wanted = _wanted(kinds.get(option), value)
        if wanted:
            raise GazekitError(
                f"option {option} of data set {name!r} must be {wanted}, not {value!r}; its options are "
                f"{', '.join(known)}"
            )


def _wanted(kind: Any, value: Any) -> str | None:
    """What a value must be, in words, if it is not; None where it may be what it is, or only the loader can judge."""
    kinds = get_args(kind) or (kind,)
    if get_origin(kind) is Literal:
        return None if value in kinds else " or ".join(map(repr, kinds))
    if not all(k in _KINDS for k in kinds):
        return None
    truth = isinstance(value, bool) or str(getattr(value, "dtype", "")) == "bool"  # True is a whole number to Python
    if (bool in kinds) if truth else any(isinstance(value, _KINDS[k][0]) for k in kinds):
        return None
    return " or ".join(_KINDS[k][1] for k in kinds)
