"""`gazekit worker`: whether an adapter of a model in another Python keeps the contract."""

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.printing import Json, print_json


def worker_command(
    adapter: Annotated[Path, typer.Option(help="The adapter: a Python file with a function predict.")],
    python: Annotated[str | None, typer.Option(help="The Python to run it; default the one that runs gazekit.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for an answer about one trial.")] = 600.0,
    as_json: Json = False,
) -> None:
    """Try an adapter of a model that needs another Python: every rule of the contract, on five small trials.

    Example: gazekit worker --python /opt/scandiff/bin/python --adapter scandiff.py

    Exit code 1 if it breaks a rule. The file is run as it is: name only files that you trust.
    """
    from gazekit.models.published.worker import Worker
    from gazekit.testing import check_model

    report = check_model(Worker(adapter, python or sys.executable, timeout))
    spec = f"worker:adapter={adapter}" + (f":python={python}" if python else "")
    if as_json:
        print_json({"model": spec, "passed": report.passed, "checks": [asdict(check) for check in report.checks]})
    else:
        typer.echo(str(report))
        if report.passed:
            typer.echo(f"the model for other commands: {shlex.quote(spec)}")
    if not report.passed:
        raise typer.Exit(1)
