"""Models as text: `centre` or `centre:spread=0.2`, for command lines and manifests."""

from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Any

from gazekit.foundations.errors import GazekitError
from gazekit.foundations.named_values import named, value_of
from gazekit.models.contract import ScanpathModel
from gazekit.models.registry import load_model, model_class


def model_from_text(text: str, **more: Any) -> ScanpathModel:
    """Make a model from its name and options.

    Parameters
    ----------
    text : str
        `name` or `name:option=value:option=value`. A part without `=` goes on with the value before it, so that a value
        may have colons (`neva:encoder=open_clip:RN50:sigma=0.1`). The model is called by the whole text in every table.
    **more
        Options beside the text, which win over those in it.

    Raises
    ------
    UnknownNameError
        No such model.
    GazekitError
        An option that the model does not have, or a value that it refuses.

    Examples
    --------
    >>> model_from_text("centre:spread=0.2").name
    'centre:spread=0.2'
    """
    name, *parts = text.strip().split(":")
    whole: list[str] = []
    for part in parts:
        if whole and "=" not in part:  # "encoder=open_clip:RN50"
            whole[-1] += f":{part}"
        else:
            whole.append(part)
    refused = "has an option {!r} that is not of the form option=value"
    options = named(whole, f"model {text!r}:", refused, may_be_empty=True)
    try:
        model = load_model(name.strip(), **{key: value_of(value) for key, value in options.items()} | more)
    except TypeError as error:
        why, lacks = _unknown(name.strip(), options | more), _lacking(name.strip(), options | more)
        if lacks and not why:
            raise GazekitError(
                f"model {name!r} needs its option {lacks!r}: {name}:{lacks}=...; see `gazekit models {name}`"
            ) from error
        raise GazekitError(
            f"model {name!r} does not take these options ({why or error}); see `gazekit models {name}`"
        ) from error
    if options:
        model.name = text.strip()
    return model


def _lacking(name: str, options: dict[str, Any]) -> str:
    """An option without a default that is not given; empty where there is none."""
    needed = [option for option, default in _options_of(name).items() if default is Parameter.empty]
    return next((option for option in needed if option not in options), "")


def _unknown(name: str, options: dict[str, Any]) -> str:
    """Which option the model does not have, the nearest, and those it has; empty where it has all of them."""
    known = list(_options_of(name))
    wrong = next((option for option in options if option not in known), None)
    if wrong is None:
        return ""
    close = get_close_matches(wrong, known, n=1, cutoff=0.5)
    hint = f", did you mean {close[0]!r}?" if close else ""
    return f"it has no option {wrong!r}{hint}; its options are {', '.join(known) or 'none'}"


def _options_of(name: str) -> dict[str, Any]:
    """The options of a model that have a name, with their defaults."""
    several = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return {p.name: p.default for p in signature(model_class(name)).parameters.values() if p.kind not in several}
