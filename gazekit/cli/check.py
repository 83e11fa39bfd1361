"""`gazekit check`: whether a table or a data set is what it is taken for."""

from dataclasses import dataclass
from typing import Annotated

import typer

from gazekit.cli.options import DataAndPoints, dataset_names
from gazekit.cli.printing import Json, print_json


@dataclass(frozen=True, kw_only=True)
class Checked(DataAndPoints):
    """What is checked: a data set, or a table of one's own."""

    data: Annotated[
        str, typer.Argument(help="A table of your own, or the name of a data set.", autocompletion=dataset_names)
    ]


def check_command(
    *,
    given: Checked,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table in Markdown.")] = False,
    as_json: Json = False,
) -> None:
    """Say whether positions, times and people can be what they are taken for: what was seen, what mends it.

    Example: gazekit check mine.csv --root images

    Exit code 1 with errors (nonsense, which evaluate and score refuse), 0 with warnings, notes or nothing. Errors whose
    checks are accepted do not count.
    """
    from gazekit.checks import check

    findings = check(given.read(to_stderr=as_json or markdown), accept=given.accepted)
    if as_json:
        print_json({"name": findings.name, **findings.to_dict()})
    else:
        typer.echo(findings.markdown() if markdown else findings.text())
    if findings.errors:
        raise typer.Exit(1)
