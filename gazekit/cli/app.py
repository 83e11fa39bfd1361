"""The `gazekit` command: puts the commands together and turns errors into one sentence and exit code 2."""

import os
import sys

import typer

from gazekit.cli.asymmetry import asymmetry_command
from gazekit.cli.captions import captions_command
from gazekit.cli.datasets import app as datasets_app
from gazekit.cli.demo import demo_command
from gazekit.cli.evaluate import evaluate_command
from gazekit.cli.info import info_command
from gazekit.cli.metrics import metrics_command
from gazekit.cli.models import models_command
from gazekit.cli.oat_study import oat_study_command
from gazekit.cli.predict import predict_command
from gazekit.cli.report import report_command
from gazekit.cli.score import score_command
from gazekit.cli.shelf_search import shelf_search_command
from gazekit.cli.start import COMMANDS, start_text
from gazekit.cli.train import app as train_app
from gazekit.cli.verify import app as verify_app
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.version import __version__

INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    name="gazekit",
    help="Real gaze in, any scanpath model, scored against a human ceiling.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo_command)
app.add_typer(datasets_app, name="datasets")
app.command("models")(models_command)
app.command("metrics")(metrics_command)
app.command("predict")(predict_command)
app.command("score")(score_command)
app.command("evaluate")(evaluate_command)
app.add_typer(train_app, name="train")
app.command("asymmetry")(asymmetry_command)
app.command("captions")(captions_command)
app.command("shelf-search")(shelf_search_command)
app.command("oat-study")(oat_study_command)
app.command("report")(report_command)
app.add_typer(verify_app, name="verify")
app.command("info")(info_command)
for command in app.registered_commands:
    command.rich_help_panel = COMMANDS.get(str(command.name), "More")
for group in app.registered_groups:
    group.rich_help_panel = COMMANDS.get(str(group.name), "More")


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
    try:
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


def _stop(message: str) -> None:
    typer.echo(f"gazekit: {message}", err=True)
    sys.exit(2)
