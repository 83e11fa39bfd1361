"""`gazekit shelf-search`: whether models go from object to object as people do who search for one of them."""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import (
    Data,
    DataSet,
    Outside,
    Progress,
    Root,
    Scheduler,
    Seed,
    command_line,
    how_loaded,
    load,
    names,
    settings,
)

if TYPE_CHECKING:
    from gazekit.experiments.shelf_search import ShelfResults

# Heading, measure, digits, and whether the interval is printed.
COLUMNS = (
    ("Sequence Score", "sequence_score", 3, True),
    ("SSx", "ssx", 3, True),
    ("edit", "edit_distance", 1, False),
    ("MultiMatch", "multimatch", 3, False),
    ("NLL per step", "nll", 3, True),
    ("SIM", "sim", 3, False),
    ("Delta", "delta", 3, True),
    ("correct", "correct", 2, False),
    ("length", "length", 1, False),
    ("search", "search", 3, False),
    ("refix", "refix", 3, False),
    ("revisit", "revisit", 3, False),
    ("stop on target", "end_on_target", 2, False),
    ("elsewhere", "end_elsewhere", 3, False),
    ("guidance", "guidance_rank", 2, False),
)


def shelf_search_command(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run of the same request is resumed.")],
    root: Root = None,
    data_set: DataSet = None,
    models: Annotated[
        str, typer.Option("--models", help="Comma-separated; options as name:option=value.")
    ] = "uniform-object,centre-object,nearest-object,markov-move,move",
    samples: Annotated[int, typer.Option("--samples", min=1, help="Paths per trial and model.")] = 10,
    length_filter: Annotated[
        bool, typer.Option("--length-filter/--all-lengths", help="bookcovers: leave out unusually long paths, as OAT.")
    ] = True,
    images: Annotated[Path | None, typer.Option("--images", help="bookcovers: folder of collages and targets.")] = None,
    rule: Annotated[
        str, typer.Option("--rule", help="A fixation between objects: nearest (OAT's), or containing (left out).")
    ] = "nearest",
    seed: Seed = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Rows at once; results do not depend on it.")] = 1,
    scheduler: Scheduler = None,
    resamples: Annotated[int, typer.Option("--resamples", min=100, help="Bootstrap resamples.")] = 2000,
    outside: Outside = "keep",
    progress: Progress = True,
) -> None:
    """Object search: models beside people, chance and controls, with 95 % intervals over layouts.

    Example: gazekit shelf-search --data bookcovers --root data/bookcovers --models move,markov-move --out runs/shelf

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.experiments.shelf_search import shelf_search
    from gazekit.report import write_report

    options = data_options(data, data_set, length_filter, images)
    dataset = load(data, root, outside, options)
    for reason, count in dataset.dropped.items():
        typer.echo(f"{data}: {count} x {reason}")
    results = shelf_search(
        dataset,
        names(models, "--models"),
        out,
        n_samples=samples,
        seed=seed,
        rule=rule,
        resamples=resamples,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
        command=command_line(),
        notes={"loaded": how_loaded(data, root, outside, options)},
    )
    typer.echo(table_text(results))
    mean, high = results.delta_floor
    typer.echo(
        f"Delta of people on half of the layouts from people on the other half: mean {mean:.3f}, 95th percentile "
        f"{high:.3f}; do not rank models below that"
    )
    typer.echo(
        "line and target-repeated are told where the target is and do not search: a Sequence Score, or an SSx (without "
        "fixations on the target), that is not above theirs shows nothing about search"
    )
    pictures = write_pictures(results, out)
    page = write_report(out, dataset=dataset)
    typer.echo(f"tables, manifest and pictures ({', '.join(pictures)}) in {out}; report: {page}")


def table_text(results: "ShelfResults") -> str:
    """One line per model: the measures that any model has, likelihood, Sequence Score, SSx and Delta with intervals."""
    found = {(r["model"], r["measure"]): r for _, r in results.summary.iterrows()}
    shown = [c for c in COLUMNS if any(key[1] == c[1] for key in found)]
    lines = [["", *(c[0] for c in shown)]]
    for model in results.models:
        cells = [_cell(found.get((model, measure)), digits, wide) for _, measure, digits, wide in shown]
        lines.append([model, *cells])
    widths = [max(len(line[k]) for line in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def write_pictures(results: "ShelfResults", folder: Path) -> list[str]:
    """Draw approach curves and the five features into a folder, and return the files' names."""
    from gazekit.plots.saving import save_figure
    from gazekit.plots.shelf_search import approach_curve, five_features

    drawn = {f"approach_{a}.png": approach_curve(results.approach, alignment=a).figure for a in ("start", "target")}
    drawn["features.png"] = five_features(results.summary)[0].figure
    for name, figure in drawn.items():
        save_figure(figure, folder / name, dpi=200, metadata={"Software": None})
    return list(drawn)


def data_options(data: str, pairs: list[str] | None, length_filter: bool, images: Path | None) -> dict[str, Any]:
    """Options of the data set: those given, and for the book covers OAT's filter of paths unless told otherwise."""
    given = settings(pairs, "--data-set")
    if data != "bookcovers":
        return given
    return {"length_filter": length_filter, **({} if images is None else {"images": str(images)}), **given}


def _cell(row: Any, digits: int, wide: bool) -> str:
    if row is None or isnan(row["value"]):
        return ""
    text = f"{row['value']:.{digits}f}"
    return f"{text} [{row['low']:.{digits}f}, {row['high']:.{digits}f}]" if wide else text
