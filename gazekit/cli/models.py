"""`gazekit models`: what models there are, what each needs, and its options."""

import inspect
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import model_names
from gazekit.cli.printing import Json, print_json
from gazekit.foundations.docstrings import references, section

if TYPE_CHECKING:
    from gazekit.models.contract import ScanpathModel


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
    from gazekit.models.registry import model_class, models

    if as_json:
        print_json([model_facts(each) for each in models] if name is None else model_facts(name))
        return
    if name is not None:
        typer.echo("\n".join([*model_lines(name, model_class(name)), "", *option_lines(model_class(name))]))
        return
    for each in models:
        try:
            lines = model_lines(each, model_class(each))
        except Exception as error:  # another package's model, or one whose libraries are not installed, may not import
            lines = [each, f"    cannot be loaded here: {error}"]
        typer.echo("\n".join(lines))


def model_facts(name: str) -> dict[str, Any]:
    """What `--json` prints of a model; of one that cannot be loaded here, the error.

    Examples
    --------
    >>> facts = model_facts("centre")
    >>> facts["needs"], facts["options"]["spread"], facts["learns"]
    ([], '0.25', 'where it can')
    >>> facts["capabilities"]
    ['learns', 'density']
    """
    from gazekit.models.capabilities import capabilities
    from gazekit.models.registry import model_class, models

    try:
        model = model_class(name)
    except Exception as error:
        if name not in models:
            raise
        return {"name": name, "error": f"{type(error).__name__}: {error}"}
    able = capabilities(model)
    learns = "no" if "learns" not in able else "always" if model.needs_fit else "where it can"
    return {
        "name": name,
        "summary": summary(model),
        "needs": list(model.needs),
        "learns": learns,
        "capabilities": list(able),
        "options": {o: default or None for o, _, default in (option.partition("=") for option in options(model))},
        "sources": references(model),
    }


def model_lines(name: str, model: "type[ScanpathModel]") -> list[str]:
    r"""Describe a model in a few lines: summary, needs, options with defaults, source.

    Examples
    --------
    >>> from gazekit.models import model_class
    >>> print("\n".join(model_lines("uniform", model_class("uniform"))))
    uniform
        Independent fixations, uniform over the image: the chance level without any knowledge of people.
        needs: nothing; learns from human scanpaths where there are any
        can: density
        options: default_length=10
    """
    from gazekit.models.capabilities import capabilities

    able = capabilities(model)
    fits = "; learns from human scanpaths" if "learns" in able else ""
    fits += (", and cannot do without" if model.needs_fit else " where there are any") if fits else ""
    fits += ", its test images included" if fits and not model.leaves_own_out else ""
    more = [name for name in able if name != "learns"]
    lines = [
        name,
        f"    {summary(model)}",
        f"    needs: {', '.join(model.needs) or 'nothing'}{fits}",
        *([f"    can: {', '.join(more)}"] if more else []),
        f"    options: {', '.join(options(model)) or 'none'}",
    ]
    return [*lines, *(f"    source: {line}" for line in references(model))]


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


def option_lines(model: "type[ScanpathModel]") -> list[str]:
    """Explain the options of a model: the Parameters section of its docstring."""
    return [f"    {line}".rstrip() for line in section(model, "Parameters")] or ["    no options"]
