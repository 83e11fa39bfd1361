"""Options that several functions share: stated once, by the function that uses them."""

import inspect
import math
from collections.abc import Callable
from numbers import Real
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def is_number(value: object) -> bool:
    """Whether an option is a finite number: NaN, text and lists are none, nor are true and false.

    Examples
    --------
    >>> is_number(3), is_number(0.5), is_number("3"), is_number((1, 2)), is_number(float("inf"))
    (True, True, False, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def takes_options_of(*others: Callable[..., Any]) -> Callable[[Function], Function]:
    """Decorate a function of `**options` with the signature that names them: what others take by keyword only.

    `size`, and what the function names itself, stay its own.

    Examples
    --------
    >>> def fence(*, height=1.0, colour="red"): ...
    >>> @takes_options_of(fence)
    ... def garden(trees, *, height=2.0, **options): ...
    >>> print(inspect.signature(garden))
    (trees, *, height=2.0, colour='red')
    """

    def named(function: Function) -> Function:
        own = inspect.signature(function)
        kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        theirs = [p for other in others for p in inspect.signature(other).parameters.values()]
        more = [p for p in theirs if p.kind is p.KEYWORD_ONLY and p.name not in {*own.parameters, "size"}]
        function.__signature__ = own.replace(parameters=[*kept, *more])  # type: ignore[attr-defined]
        return function

    return named
