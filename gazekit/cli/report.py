"""`gazekit report`: one HTML page from a run folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.loading import load
from gazekit.cli.options import Root

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset


def report_command(
    run: Annotated[Path, typer.Argument(help="A finished run folder: of evaluate, asymmetry, shelf-search ...")],
    root: Root = None,
    data: Annotated[str | None, typer.Option(help="Data set of the run, where its manifest does not say it.")] = None,
    images: Annotated[str, typer.Option(help="none, thumbs (reduced so that they stay near 8 MB) or full.")] = "thumbs",
    samples: Annotated[int, typer.Option(min=1, help="Most samples of each model and trial to look at.")] = 5,
    markdown: Annotated[
        Path | None, typer.Option(help="Also write tables, command and manifest of an evaluation as Markdown.")
    ] = None,
) -> None:
    """Write report.html into a run folder: tables, figures, scanpaths to explore, methods, manifest, in one file.

    The data set is looked for where the run read it; give --root if it has moved. Without it the page has no images and
    no scanpaths of people.

    Example: gazekit report runs/osie
    """
    from gazekit.files.atomic import write_atomically
    from gazekit.report import write_report

    page = write_report(run, dataset=dataset_of_run(run, data, root), images=images, samples=samples)
    typer.echo(f"report: {page} ({page.stat().st_size / 1e6:.1f} MB)")
    if markdown is not None:
        from gazekit.evaluation.results import Results
        from gazekit.report.markdown import markdown_page

        write_atomically(markdown, markdown_page(Results.load(run)).encode())
        typer.echo(f"tables: {markdown}")


def dataset_of_run(run: Path, data: str | None, root: Path | None) -> "Dataset | None":
    """The run's data set, read as the run read it; None, and why, where it is not there."""
    from gazekit.files.untrusted import printable, reading
    from gazekit.foundations.errors import GazekitError
    from gazekit.runs.manifest import NAME, read_manifest

    manifest = read_manifest(run)
    what = f"{run / NAME}: what it says of its data (loaded)"
    try:
        with reading(what, "give --data and --root"):
            loaded = dict(manifest.get("loaded") or {})
            if data is not None:
                loaded["data"] = data
            if "data" not in loaded:
                return None
            if root is not None:
                loaded["root"] = root
            return _of_run(run, manifest, load(**loaded))
    except (GazekitError, OSError) as error:
        if root is not None or data is not None:
            raise
        typer.echo(printable(f"without scanpaths of people: {error}"), err=True)
        return None


def _of_run(run: Path, manifest: Mapping[str, Any], dataset: "Dataset") -> "Dataset":
    """The data, or those of their trials that the run is of, where these alone are what it was made of."""
    scored, file = (manifest["request"].get("data") or {}).get("sha256"), run / "predictions.parquet"
    if scored is None or not file.is_file() or dataset.fingerprint() == scored:
        return dataset
    from gazekit.core.scanpaths import Scanpaths

    part = dataset.select(trials=Scanpaths.load(file).table["trial"].unique())
    return part if part.fingerprint() == scored else dataset
