"""`gazekit shelf-search`: whether models go from object to object as people do who search for one of them."""

from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import Boxes, DataAndPoints, Models, Samples, ScoredRun
from gazekit.cli.printing import aligned, estimate, print_written
from gazekit.cli.texts import names

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


@dataclass(frozen=True, kw_only=True)
class ShelfOptions(DataAndPoints):
    """The data set, and for the book covers OAT's filter of paths unless told otherwise."""

    length_filter: Annotated[
        bool, typer.Option("--length-filter/--all-lengths", help="bookcovers: leave out unusually long paths, as OAT.")
    ] = True
    images: Annotated[Path | None, typer.Option(help="bookcovers: folder of collages and targets.")] = None
    boxes: Boxes = None

    @property
    def options(self) -> dict[str, Any]:
        """Those given with --data-set, and those of the book covers."""
        given = super().options
        if self.data != "bookcovers":
            return given if self.boxes is None else {"boxes": str(self.boxes), **given}
        images = {} if self.images is None else {"images": str(self.images)}
        return {"length_filter": self.length_filter, **images, **given}


def shelf_search_command(
    *,
    given: ShelfOptions,
    models: Models = "uniform-object,centre-object,nearest-object,markov-move,move",
    samples: Samples = 10,
    rule: Annotated[
        str, typer.Option(help="A fixation between objects: nearest (OAT's), or containing (left out).")
    ] = "nearest",
    run: ScoredRun,
) -> None:
    """Object search: models beside people, chance and controls, with 95 % intervals over layouts.

    Example: gazekit shelf-search --data bookcovers --root data/bookcovers --models move,markov-move --out runs/shelf

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.experiments.shelf_search import shelf_search
    from gazekit.report import write_report

    dataset, chosen = given.read(), names(models, "--models")
    results = shelf_search(
        dataset,
        chosen,
        run.out,
        n_samples=samples,
        rule=rule,
        notes=given.notes,
        accept=given.accepted,
        **run.arguments,
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
    print_written(run.out, write_pictures(results, run.out), write_report(run.out, dataset=dataset))


def table_text(results: "ShelfResults") -> str:
    """One line per model: the measures that any model has, likelihood, Sequence Score, SSx and Delta with intervals."""
    found = {(r["model"], r["measure"]): r for _, r in results.summary.iterrows()}
    shown = [c for c in COLUMNS if any(key[1] == c[1] for key in found)]
    lines = [["", *(c[0] for c in shown)]]
    for model in results.models:
        cells = [_cell(found.get((model, measure)), digits, wide) for _, measure, digits, wide in shown]
        lines.append([model, *cells])
    return aligned(lines)


def write_pictures(results: "ShelfResults", folder: Path) -> list[str]:
    """Draw approach curves and the five features into a folder, and return the files' names."""
    from gazekit.plots.saving import save_figures
    from gazekit.plots.search import approach_curve, five_features

    drawn = {f"approach_{a}.png": approach_curve(results.approach, alignment=a).figure for a in ("start", "target")}
    drawn["features.png"] = five_features(results.summary)[0].figure
    return save_figures(drawn, folder, dpi=200)


def _cell(row: Any, digits: int, wide: bool) -> str:
    if row is None or isnan(row["value"]):
        return ""
    return estimate(row["value"], row["low"], row["high"], digits) if wide else f"{row['value']:.{digits}f}"
