"""`gazekit export`: scanpaths as files of the tools that people have."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazekit.cli.loading import load, say_dropped, told
from gazekit.cli.options import PerhapsNamed, Replace, RowOptions, Stimulus, TableOptions, names_in
from gazekit.cli.outputs import check_output
from gazekit.cli.plot import of_sources, run_paths
from gazekit.foundations.errors import GazekitError, amount

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths


target_names = names_in("gazekit.interchange.export", "TARGETS")


@dataclass(frozen=True, kw_only=True)
class Exported(RowOptions, TableOptions, PerhapsNamed):
    """Scanpaths of one's own; --screen and --placed are of what is written."""

    stimulus: Stimulus = None


def export_command(
    *,
    what: Annotated[Path | None, typer.Argument(help="A file of paths, or a run folder (its predictions).")] = None,
    to: Annotated[
        str,
        typer.Option(
            autocompletion=target_names,
            help="csv, parquet, coco-search18, pysaliency, eyelink-report, pymovements, bids.",
        ),
    ],
    given: Exported,
    sources: Annotated[str | None, typer.Option(help="Only these: SOURCE, SOURCE:PERSON or SOURCE:SAMPLE.")] = None,
    screen: Annotated[
        str | None,
        typer.Option(help="Write px of a screen of this size; default that of the largest image."),
    ] = None,
    placed: Annotated[
        str | None, typer.Option(help="Where images are on it: centre, fit, x,y or x,y,width,height in px.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write; of bids a new folder.")],
    overwrite: Replace = False,
) -> None:
    """Write scanpaths for other tools: COCO-Search18, pysaliency, pymovements, BIDS, a report like EyeLink's.

    Example: gazekit export predictions.parquet --to eyelink-report --screen 1920x1080 --placed centre -o report.txt

    What the format has no place for is counted. `gazekit import` and `--data` read all of these files again.

    --screen and --placed are of what is written; give recordings to `gazekit import` first.
    """
    from gazekit.interchange import Space
    from gazekit.interchange.export import TARGETS, export_scanpaths

    if placed is not None and screen is None:
        raise GazekitError("--placed is a place on a screen: give its size, --screen 1920x1080")
    options = told({"screen": screen, "placed": placed})
    check_output(out, [] if what is None else [what], overwrite=overwrite or out.is_dir(), folders=to == "bids")
    paths = read(what, given)
    if sources is not None:
        from gazekit.core.scanpaths import Scanpaths

        paths = Scanpaths.concat(list(of_sources(paths, sources, str(what or given.data)).values()))
    done = export_scanpaths(paths, out, to, space=Space(**options) if options else None)
    for reason, count in done.lost.items():
        typer.echo(f"no place in {to}: {count} x {reason}")
    target = TARGETS[to]
    written = f"{amount(done.paths, 'scanpath')} with {amount(done.fixations, 'fixation')}"
    typer.echo(f"{written} ({target.positions}; {target.times}) in {out}")
    if done.space is not None:
        at = done.space.placed if isinstance(done.space.placed, tuple) else None
        where = ",".join(f"{number:g}" for number in at) if at else done.space.placed or "centre"
        files = f"'{out}/sub-*/beh/*_events.tsv'" if to == "bids" else out
        size = f"{done.space.screen_width:g}x{done.space.screen_height:g}"
        typer.echo(
            f"read again: gazekit import {files} --images IMAGES --screen {size} --placed {where} -o paths.parquet"
        )


def read(what: Path | None, given: Exported) -> "Scanpaths":
    """The paths of a run, of a file or of a data set."""
    if (what is None) == (given.data is None):
        raise GazekitError("export takes one of: a file of paths, a run folder, or --data")
    if what is None:
        return given.read().scanpaths
    if what.is_dir():
        given.refuse_options(what)
        return run_paths(what)[1]
    dataset = load(str(what), given.root, "keep", given.options)
    say_dropped(dataset.name, dataset.dropped)
    return dataset.scanpaths
