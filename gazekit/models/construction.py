"""What a model was made with and learned from: recorded for every model class, without any help from it."""

import inspect
import re
import reprlib
from abc import ABCMeta
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.option_kinds import check_kinds, kinds_of

RENAMED = "name"  # models given as text are called by the whole text: the one argument that may change
RECORD = ("_arguments", "_files", "_learned_from", "_learned_stimuli")  # attributes that are kept here, not by a model


class Recorded(ABCMeta):
    """Class of model classes: an instance keeps its constructor's arguments, defaults applied, and cannot change them.

    The record lies in the instance's own state, so that it survives pickling and copying.
    """

    @property
    def __signature__(cls) -> inspect.Signature:
        """The constructor's own signature, which `__call__` would hide."""
        own = inspect.signature(cls.__init__)  # type: ignore[misc]
        return own.replace(parameters=list(own.parameters.values())[1:])

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make an instance, and record what it was made with."""
        from gazekit.models.capabilities import check_methods
        from gazekit.models.fingerprints import files_named

        check_methods(cls)
        given = bound_arguments(cls, args, kwargs)
        try:
            model = super().__call__(*args, **kwargs)
        except (TypeError, AttributeError):  # it has compared a text with a number, for instance
            check_arguments(cls, given)
            raise
        check_arguments(cls, given)
        # vars(), because `__setattr__` refuses to change what is recorded
        vars(model)["_arguments"] = given
        vars(model)["_files"] = files_named(cls, given)
        return model


def check_arguments(cls: type, given: Mapping[str, Any]) -> None:
    """Refuse an argument of another kind than the constructor's signature says; those of `*args` are not judged.

    Raises
    ------
    GazekitError
        The message names the argument, and what it must be.
    """
    parameters = inspect.signature(cls).parameters.values()
    kinds = kinds_of(cls.__init__)  # type: ignore[misc]
    one = {p.name: kinds[p.name] for p in parameters if p.name in kinds and p.kind is not p.VAR_POSITIONAL}
    check_kinds(one, given, {p.name: p.default for p in parameters})


def bound_arguments(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a constructor by name, defaults applied; those of `**options` stand beside the others.

    Examples
    --------
    >>> class Example:
    ...     def __init__(self, a, b=2, **options): ...
    >>> bound_arguments(Example, (1,), {"c": 3})
    {'a': 1, 'b': 2, 'c': 3}
    """
    signature = inspect.signature(cls)
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    found: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        found |= value if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD else {name: value}
    return found


class Construction(metaclass=Recorded):
    """Base of models: what the record of `Recorded` is good for."""

    name: str

    @property
    def arguments(self) -> dict[str, Any]:
        """What the model was made with: every argument of its constructor, defaults applied.

        Raises
        ------
        GazekitError
            The model's class has dropped the record, for instance in a `__getstate__` of its own.
        """
        if "_arguments" not in vars(self):
            raise GazekitError(
                f"model {self.name!r} does not know what it was made with: its class {type(self).__qualname__} drops "
                f"the attribute _arguments, probably in __getstate__; keep the whole of __dict__ there"
            )
        return dict(vars(self)["_arguments"])

    @property
    def learned_from(self) -> dict[str, str] | None:
        """Name and SHA-256 of the data set that `fit` was called with last; None before."""
        found: dict[str, str] | None = vars(self).get("_learned_from")
        return found

    @property
    def learned_stimuli(self) -> frozenset[str]:
        """Names of the stimuli that it has learned from; a model that comes trained says so itself."""
        found: frozenset[str] = vars(self).get("_learned_stimuli", frozenset())
        return found

    @property
    def random_key(self) -> str:
        """What its random numbers are keyed with: its name, in which a file counts by its content, not by its place."""
        key = self.name
        for path, digest in vars(self).get("_files", {}).items():
            key = re.sub(rf"(?<==)(['\"]?){re.escape(path)}\1(?=:|$)", digest, key)
        return key

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute, unless it is an argument of the constructor of a model that is made."""
        given = vars(self).get("_arguments", ())
        if name in given and name != RENAMED:
            raise GazekitError(
                f"{name} is what model {self.name!r} was made with, and decides its results; make another model with "
                f"{type(self).__name__}(..., {name}={shown(value)})"
            )
        super().__setattr__(name, value)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if callable(fit := vars(cls).get("fit")):
            cls.fit = _remembering(fit)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={shown(value)}" for name, value in vars(self).get("_arguments", {}).items())
        return f"{type(self).__name__}({given})" + ("" if self.learned_from is None else " fitted")


def shown(value: Any) -> str:
    """A value in a message: functions and classes by name, anything long cut."""
    return str(getattr(value, "__name__", None) or reprlib.repr(value))


def _remembering(fit: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(fit)
    def remembering(self: Any, dataset: Dataset, *args: Any, **kwargs: Any) -> Any:
        result = fit(self, dataset, *args, **kwargs)
        if type(self).fit is remembering and isinstance(dataset, Dataset):  # once, not for every base class
            vars(self)["_learned_from"] = {"name": dataset.name, **dataset.hashes()}
            vars(self)["_learned_stimuli"] = frozenset(dataset.stimuli)
        return result

    return remembering
