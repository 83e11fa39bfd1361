"""Models as text: `centre` or `centre:spread=0.2`, for command lines and manifests."""

import ast
from typing import Any

from gazekit.foundations.errors import GazekitError
from gazekit.models.contract import ScanpathModel
from gazekit.models.registry import load_model


def model_from_text(text: str) -> ScanpathModel:
    """Make a model from its name and options.

    Parameters
    ----------
    text : str
        `name` or `name:option=value:option=value`. The model is called by the whole text in every table.

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
    name, *pairs = text.strip().split(":")
    options: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise GazekitError(f"the option {pair!r} of model {text!r} is not of the form option=value")
        options[key.strip()] = _value(value.strip())
    try:
        model = load_model(name.strip(), **options)
    except TypeError as error:
        raise GazekitError(
            f"model {name!r} does not take these options ({error}); see `gazekit models {name}`"
        ) from error
    if options:
        model.name = text.strip()
    return model


def _value(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
