"""`gazekit models`: what models there are, what each needs, and its options."""

import inspect
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import model_names
from gazekit.cli.printing import Json, print_json
from gazekit.foundations.docstrings import references, section
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.registry import entry_points

if TYPE_CHECKING:
    from gazekit.models.contract import ScanpathModel

GROUP = "gazekit.models"  # of entry points
FACTS = Path(__file__).parent.parent / "models" / "facts.json"


def models_command(
    name: Annotated[
        str | None, typer.Argument(help="One model, with its options explained.", autocompletion=model_names)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the scanpath models, or explain one.

    Options are given as name:option=value, for instance in `gazekit evaluate --models centre:spread=0.2`.

    Example: gazekit models centre
    """
    if as_json:
        print_json([known_or_error(each) for each in all_names()] if name is None else facts_of(name))
        return
    if name is not None:
        facts = facts_of(name)
        explained = [f"    {line}".rstrip() for line in facts["parameters"]] or ["    no options"]
        typer.echo("\n".join([*model_lines(facts), "", *explained]))
        return
    for each in all_names():
        facts = known_or_error(each)
        lines = [each, f"    cannot be loaded here: {facts['error']}"] if "error" in facts else model_lines(facts)
        typer.echo("\n".join(lines))


def all_names() -> list[str]:
    """Names of gazekit's models and of those of other packages, in alphabetical order."""
    return sorted({*own_models(), *(point.name for point in entry_points(GROUP))})


@cache
def own_models() -> dict[str, dict[str, Any]]:
    """What gazekit's models are, by name, as `docs/models/facts.py` wrote it down: asking the classes imports torch."""
    found: dict[str, dict[str, Any]] = json.loads(FACTS.read_text(encoding="utf-8"))
    return found


def facts_of(name: str) -> dict[str, Any]:
    """What a model is: of gazekit's from the file, of another package's from its class.

    Raises
    ------
    UnknownNameError
        No such model.

    Examples
    --------
    >>> facts = facts_of("centre")
    >>> facts["needs"], facts["options"]["spread"], facts["learns"]
    ([], '0.25', 'where it can')
    >>> facts["capabilities"]
    ['learns', 'density']
    """
    if name in own_models():
        return own_models()[name]
    from gazekit.models.registry import model_class

    return model_facts(name, model_class(name))


def known_or_error(name: str) -> dict[str, Any]:
    """What a model is; of another package's that cannot be loaded here, the error."""
    try:
        return facts_of(name)
    except GazekitError as error:
        return {"name": name, "error": str(error)}


def model_facts(name: str, model: "type[ScanpathModel]") -> dict[str, Any]:
    """What a class of models says of itself, as `--json` prints it."""
    from gazekit.models.capabilities import capabilities

    able = capabilities(model)
    return {
        "name": name,
        "summary": summary(model),
        "needs": list(model.needs),
        "learns": "no" if "learns" not in able else "always" if model.needs_fit else "where it can",
        "leaves_own_out": bool(model.leaves_own_out),
        "capabilities": list(able),
        "options": {o: default or None for o, _, default in (option.partition("=") for option in options(model))},
        "sources": references(model),
        "parameters": section(model, "Parameters"),
    }


def model_lines(facts: dict[str, Any]) -> list[str]:
    r"""Describe a model in a few lines: summary, needs, options with defaults, source.

    Examples
    --------
    >>> print("\n".join(model_lines(facts_of("uniform"))))
    uniform
        Independent fixations, uniform over the image: the chance level without any knowledge of people.
        needs: nothing; learns from human scanpaths where there are any
        can: density
        options: default_length=10
    """
    learns = {"no": "", "always": ", and cannot do without", "where it can": " where there are any"}[facts["learns"]]
    fits = f"; learns from human scanpaths{learns}" if learns else ""
    fits += ", its test images included" if fits and not facts["leaves_own_out"] else ""
    more = [name for name in facts["capabilities"] if name != "learns"]
    given = [option if default is None else f"{option}={default}" for option, default in facts["options"].items()]
    lines = [
        facts["name"],
        f"    {facts['summary']}",
        f"    needs: {', '.join(facts['needs']) or 'nothing'}{fits}",
        *([f"    can: {', '.join(more)}"] if more else []),
        f"    options: {', '.join(given) or 'none'}",
    ]
    return [*lines, *(f"    source: {line}" for line in facts["sources"])]


def summary(model: "type[ScanpathModel]") -> str:
    """First line of the class's docstring."""
    return (inspect.getdoc(model) or "no description").splitlines()[0]


def options(model: "type[ScanpathModel]") -> list[str]:
    """Options of a model with their defaults, as `option=default`."""
    found = []
    for parameter in list(inspect.signature(model.__init__).parameters.values())[1:]:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        default = parameter.default
        shown = getattr(default, "__name__", None) or repr(default)
        found.append(parameter.name if default is parameter.empty else f"{parameter.name}={shown}")
    return found
