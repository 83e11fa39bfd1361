"""Groups of options: any command may take such a group (a dataclass) as one parameter.

On the command line it is the group's options.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function whose parameters are options or groups of options (dataclasses).

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, kw_only=True)
    ... class Place:
    ...     out: str
    ...     seed: int = 0
    >>> @takes_groups
    ... def command(place: Place, models: str = "uniform") -> None:
    ...     print(place.out, place.seed, models)
    >>> list(inspect.signature(command).parameters)
    ['out', 'seed', 'models']
    >>> command(out="r", seed=0, models="levy")
    r 0 levy
    """
    signature = inspect.signature(command)
    groups: dict[str, Any] = {
        name: p.annotation for name, p in signature.parameters.items() if is_dataclass(p.annotation)
    }
    options: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        own = inspect.signature(groups[parameter.name]).parameters.values() if parameter.name in groups else [parameter]
        options += [p.replace(kind=p.KEYWORD_ONLY) for p in own]

    @wraps(command)
    def called(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{f.name: given.pop(f.name) for f in fields(group)})
        command(**given)

    called.__signature__ = signature.replace(parameters=options)  # type: ignore[attr-defined]
    return called
