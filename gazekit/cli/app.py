"""The `gazekit` command: where to begin, all commands, and errors as one sentence and exit code 2."""

import io
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from gazekit.cli import datasets, train, verify
from gazekit.cli.asymmetry import asymmetry_command
from gazekit.cli.captions import captions_command
from gazekit.cli.certify import certify_command
from gazekit.cli.check import check_command
from gazekit.cli.demo import demo_command
from gazekit.cli.evaluate import evaluate_command, score_command
from gazekit.cli.export import export_command
from gazekit.cli.groups import takes_groups
from gazekit.cli.import_predictions import import_predictions_command
from gazekit.cli.import_recordings import import_command
from gazekit.cli.info import info_command
from gazekit.cli.metrics import metrics_command
from gazekit.cli.models import models_command
from gazekit.cli.once import OnceCommand
from gazekit.cli.plot import plot_command
from gazekit.cli.predict import predict_command
from gazekit.cli.protocols import protocols_command
from gazekit.cli.report import report_command
from gazekit.cli.search import search_command
from gazekit.cli.shelf_search import shelf_search_command
from gazekit.cli.worker import worker_command
from gazekit.files.untrusted import printable
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.version import __version__, mixed_up

INTERRUPTED = 130  # what typer makes of Ctrl-C
BEGIN = (
    ("see it work, offline, in two minutes", "gazekit demo --out runs/demo"),
    ("score models on your own fixations", "gazekit evaluate --data mine.csv --root images --out runs/mine"),
    ("read", "docs/start.md, docs/howto/own-data.md; every command has --help"),
)
# The commands by what they are for.
COMMANDS: dict[str, dict[str, Any]] = {
    "Begin": {"demo": demo_command, "info": info_command},
    "What there is": {
        "datasets": datasets.app,
        "models": models_command,
        "metrics": metrics_command,
        "protocols": protocols_command,
    },
    "Predict, score, look": {
        "import": import_command,
        "import-predictions": import_predictions_command,
        "check": check_command,
        "worker": worker_command,
        "predict": predict_command,
        "score": score_command,
        "evaluate": evaluate_command,
        "certify": certify_command,
        "train": train.app,
        "plot": plot_command,
        "export": export_command,
        "report": report_command,
    },
    "Experiments": {
        "search": search_command,
        "asymmetry": asymmetry_command,
        "captions": captions_command,
        "shelf-search": shelf_search_command,
        "oat-study": train.oat_study_command,
    },
    "Check against published numbers": {"verify": verify.app},
}


def _registered(group: typer.Typer) -> Iterator[Any]:
    """All commands, those of groups too."""
    yield from group.registered_commands
    for each in group.registered_groups:
        yield from _registered(each.typer_instance or typer.Typer())


app = typer.Typer(
    name="gazekit",
    help="Real gaze in, any scanpath model, scored against a human ceiling.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for panel, commands in COMMANDS.items():
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=panel)
        else:
            app.command(name, rich_help_panel=panel)(command)
for command in _registered(app):
    command.cls, command.callback = OnceCommand, takes_groups(command.callback)


@app.callback(invoke_without_command=True)
def _begin(
    context: typer.Context,
    version: bool = typer.Option(False, "--version", help="Print the version and exit."),
) -> None:
    if version:
        typer.echo(f"gazekit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(start_text(context.command))


def main() -> None:
    """Run the command line; the console script's entry point."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that are no UTF-8, and terminals that know ASCII
    if warning := mixed_up():
        typer.echo(f"gazekit: warning: {warning}", err=True)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = in_one_sentence(warnings.showwarning)
            app()
    except GazekitError as error:
        _stop(str(error))
    except MemoryError as error:
        _stop(
            f"memory ran out{f' ({error})' if str(error) else ''}; what was finished is kept: run the same command "
            f"again with fewer workers, or on a machine with more memory"
        )
    except (KeyboardInterrupt, SystemExit) as stop:
        if isinstance(stop, SystemExit) and stop.code != INTERRUPTED:
            raise
        _stop("stopped; nothing that was finished is lost: run the same command again to resume")
    except BrokenPipeError:
        # The reader of our output went away (`| head`); that is its right and no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:  # a name that is too long, a file that may not be read, a full folder for temporary files
        if error.filename is None:
            raise
        _stop(f"{os.fsdecode(error.filename)}: the system answers {error.strerror!r}; give another name or folder")


def in_one_sentence(usual: Any) -> Any:
    """In place of `warnings.showwarning`: what gazekit warns of, without a line of its source. Others' are as usual."""

    def show(message: Warning | str, category: type[Warning], filename: str, *where: Any) -> None:
        if category is UserWarning and Path(filename).is_relative_to(Path(__file__).parents[1]):
            typer.echo(f"gazekit: warning: {printable(str(message))}", err=True)
        else:
            usual(message, category, filename, *where)

    return show


def start_text(group: Any) -> str:
    """Say where to begin and list the commands of the group of all commands, each with its first sentence."""
    lines = [f"gazekit {__version__}: real gaze in, any scanpath model, scored against a human ceiling.", ""]
    width = max(len(what) for what, _ in BEGIN)
    lines += [f"  {what:<{width}}  {how}" for what, how in BEGIN]
    width = max(map(len, group.commands))
    panels = {name: panel for panel, commands in COMMANDS.items() for name in commands}
    for panel in (*COMMANDS, "More"):
        names = [name for name in group.commands if panels.get(name, "More") == panel]
        if names:
            lines += ["", f"{panel}:", *(f"  {name:<{width}}  {sentence(group.commands[name])}" for name in names)]
    return "\n".join(lines)


def sentence(command: Any) -> str:
    """First sentence of a command's help, without its end."""
    return " ".join((command.help or "").split("\n\n")[0].split()).split(". ")[0].rstrip(".")


def _stop(message: str) -> None:
    typer.echo(f"gazekit: {printable(message)}", err=True)
    sys.exit(2)
