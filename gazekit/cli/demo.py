"""`gazekit demo`: the three systems and the learned model at work, offline, on one page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import RunOptions


@dataclass(frozen=True, kw_only=True)
class DemoRun(RunOptions):
    """How the demonstration is run; its folder has a default."""

    out: Annotated[Path, typer.Option(help="Folder of the runs; finished ones are shown again.")] = Path("runs/demo")
    workers: Annotated[int, typer.Option(min=1, help="Processes; results do not depend on it.")] = 2


def demo_command(
    *,
    osie: Annotated[
        Path | None, typer.Option(help="Folder of the data set OSIE: people in place of simulated observers.")
    ] = None,
    run: DemoRun,
) -> None:
    """Show what gazekit does, offline, in two minutes: free viewing, visual search, search for an object.

    Each part is a small run with a report of its own; demo.html shows them in pictures.

    Example: gazekit demo --out runs/demo
    """
    from gazekit.experiments.demonstration import missing
    from gazekit.report.demonstration import demonstrate, simulated

    page = demonstrate(run.out, osie=osie, **run.arguments)
    for text in filter(None, (simulated(osie), missing())):
        typer.echo(text)
    typer.echo(f"open {page.resolve()}")
