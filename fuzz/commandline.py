"""The command line, fuzzed: arguments are parsed as typed ones are, and commands that are over in a moment are run."""

import contextlib
import io
import os
import re
from pathlib import Path
from typing import Any

import typer

from gazekit.cli.app import app
from gazekit.cli.texts import names, settings
from gazekit.foundations.errors import GazekitError
from gazekit.models.specs import model_from_text

COMMAND = typer.main.get_command(app)
# typer has a click of its own in newer versions; its usage errors are found through a name that both have.
USAGE_ERROR = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
QUICK = ("models", "metrics", "datasets", "info", "predict", "score", "evaluate", "report", "verify")
# What would go elsewhere, take long, or start processes; a person who asks for that is to get it.
NOT_RUN = re.compile(r"\d{3}|/|\.\.|~|fetch|--workers|-w|--device|--html|neva|eccnet|oat|asymmetry|numba")


def parse_and_run(arguments: list[str], folder: Path) -> None:
    """Parse arguments, read the texts among them as options are read, and run them in `folder` if that is quick."""
    _parse(COMMAND, "gazekit", arguments)
    for text in arguments:
        for read in (lambda t: settings([t], "--data-set"), model_from_text, lambda t: names(t, "--models")):
            with contextlib.suppress(GazekitError):
                read(text)
    if arguments[0] in QUICK and not NOT_RUN.search(" ".join(arguments)):
        with contextlib.chdir(folder), _quiet(), _documented():
            COMMAND.main(arguments, "gazekit", standalone_mode=False)


def _parse(command: Any, name: str, arguments: list[str], parent: Any = None) -> None:
    """Parse without running anything."""
    with _quiet(), _documented():
        context = command.make_context(name, list(arguments), parent=parent)
        rest = [*context.protected_args, *context.args] if hasattr(context, "protected_args") else context.args
        if hasattr(command, "resolve_command") and rest:
            _, inner, rest = command.resolve_command(context, rest)
            _parse(inner, str(inner.name), rest, context)


@contextlib.contextmanager
def _quiet() -> Any:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


@contextlib.contextmanager
def _documented() -> Any:
    """The ways in which a command line may end: done, a usage error, or one sentence."""
    try:
        yield
    except (USAGE_ERROR, typer.Exit, typer.Abort):
        pass
    except SystemExit as stop:
        if stop.code not in (None, 0, 1, 2):
            raise


os.environ.setdefault("COLUMNS", "200")
