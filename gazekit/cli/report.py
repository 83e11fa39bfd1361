"""`gazekit report`: one HTML page from a run folder."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import Root, load


def report_command(
    run: Annotated[Path, typer.Argument(help="A finished run folder.")],
    root: Root = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", help="Also write tables, command and manifest as a Markdown file.")
    ] = None,
) -> None:
    """Write report.html into a run folder: the table, the forest plots, predicted beside human scanpaths.

    The data set is looked for where the run read it; give --root if it has moved. Without it the page has no scanpaths.

    Example: gazekit report runs/osie
    """
    from gazekit.errors import DataError
    from gazekit.experiments.results import Results
    from gazekit.experiments.runs import read_manifest
    from gazekit.files import write_atomically
    from gazekit.report import write_report
    from gazekit.report.markdown import markdown_page

    loaded = dict(read_manifest(run).get("loaded") or {})
    dataset = None
    if root is not None:
        loaded["root"] = root
    if loaded:
        try:
            dataset = load(**loaded)
        except DataError as error:
            if root is not None:
                raise
            typer.echo(f"without scanpaths: {error}", err=True)
    typer.echo(f"report: {write_report(run, dataset=dataset)}")
    if markdown is not None:
        write_atomically(markdown, markdown_page(Results.load(run)).encode())
        typer.echo(f"tables: {markdown}")
