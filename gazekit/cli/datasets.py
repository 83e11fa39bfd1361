"""`gazekit datasets`: what data sets there are, what one is, whether a folder holds it whole, fetching, writing."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from gazekit.cli.options import Outside, Progress, dataset_names
from gazekit.cli.printing import Json, print_json
from gazekit.cli.texts import settings
from gazekit.foundations.errors import GazekitError, amount, check_known

if TYPE_CHECKING:
    from gazekit.core.card import Card
    from gazekit.core.trials import Dataset


class NamesToo(TyperGroup):
    """Commands, and names of data sets, each of which stands for `info` of it: as `gazekit models NAME`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """See `click.Group.resolve_command`."""
        from gazekit.datasets.registry import datasets

        if not (ctx.resilient_parsing or args[0].startswith("-")):  # such as when a shell completes a word
            check_known("command or data set", args[0], [*self.commands, *datasets])
        return super().resolve_command(ctx, ["info", *args] if args[0] in datasets else args)


app = typer.Typer(
    cls=NamesToo,
    help="List, explain, check, fetch and write data sets.\n\nExample: gazekit datasets osie",
    invoke_without_command=True,
)
Name = Annotated[
    str, typer.Argument(help="Name of the data set; see `gazekit datasets list`.", autocompletion=dataset_names)
]
Folder = Annotated[Path, typer.Option("--root", help="Folder of the data set, in its authors' layout.")]
SHOWN = 20  # lines of problems printed without --all


@app.callback(invoke_without_command=True)
def _default(context: typer.Context, as_json: Json = False) -> None:
    if context.invoked_subcommand is None:
        list_command(as_json)
    elif as_json:
        raise GazekitError(f"--json goes behind the command: gazekit datasets {context.invoked_subcommand} ... --json")


@app.command("list")
def list_command(as_json: Json = False) -> None:
    """List the data sets.

    Example: gazekit datasets list
    """
    from gazekit.datasets.registry import datasets

    names = list(datasets)
    if as_json:
        print_json([{**asdict(datasets[name]), "how_to_get": how_to_get(datasets[name])} for name in names])
        return
    width = max(map(len, names))
    for name in names:
        card = datasets[name]
        typer.echo(f"{name:<{width}}  {card.title}  [{how_to_get(datasets[name])}]")


@app.command("info")
def info_command(
    name: Name,
    root: Annotated[Path | None, typer.Option(help="Also read this folder, and print what was counted in it.")] = None,
    outside: Outside = "keep",
    as_json: Json = False,
) -> None:
    """Explain a data set: units, facts, licence, citation, traps; with --root also what was counted.

    Example: gazekit datasets info osie --root data/osie
    """
    from gazekit.datasets.registry import datasets

    if root is not None:
        _need_published(name)
    found = None if root is None else counted(name, root, outside)
    if as_json:
        print_json({**asdict(datasets[name]), "counted": found})
        return
    typer.echo("\n".join(card_lines(datasets[name])))
    if found is not None:
        typer.echo("\n".join(["", *count_lines(found)]))


@app.command("check")
def check_command(
    name: Name,
    root: Folder,
    every: Annotated[bool, typer.Option("--all", help=f"Print every problem, not only the first {SHOWN}.")] = False,
    progress: Progress = True,
) -> None:
    """Say whether a folder holds the whole data set, by hashes and counts; exit code 1 if it does not.

    Example: gazekit datasets check osie --root data/osie
    """
    from gazekit.datasets.fetching.integrity import check

    _need_published(name)
    report = check(name, root, progress=progress)
    for line in report.lines(None if every else SHOWN):
        typer.echo(line)
    typer.echo(report.summary)
    if not report.whole:
        raise typer.Exit(1)


@app.command("fetch")
def fetch_command(
    name: Name,
    root: Folder,
    mirror: Annotated[list[str] | None, typer.Option(help="Base address to try first; may be repeated.")] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace files whose content is not the published one.")
    ] = False,
    progress: Progress = True,
) -> None:
    """Fetch what is missing of a data set; a broken transfer is resumed by the same command.

    Example: gazekit datasets fetch osie --root data/osie
    """
    from gazekit.datasets.fetching.fetch import fetch

    _need_published(name)
    report = fetch(name, root, mirrors=mirror or (), replace=replace, progress=progress)
    replaced = f", {len(report.replaced)} of them replaced" if report.replaced else ""
    typer.echo(
        f"{name}: {amount(len(report.fetched), 'file')} fetched{replaced}, {len(report.present)} there already: {root}"
    )


@app.command("write")
def write_command(
    name: Name,
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write; must be new or empty.")],
    options: Annotated[
        list[str] | None, typer.Option("--set", help="Option of the data set, as name=value; may be repeated.")
    ] = None,
    progress: Progress = True,
) -> None:
    """Write a data set that gazekit makes itself as files: a PNG per image and target, and tables as CSV.

    Example: gazekit datasets write search-arrays --out displays --set experiments=curvature --set per_size=5
    """
    from gazekit.datasets.registry import datasets, load_dataset
    from gazekit.interchange.image_folder import write_image_folder

    if not datasets[name].made_here:
        raise GazekitError(f"gazekit does not make the data set {name!r}: its files are the published ones")
    dataset = load_dataset(name, **settings(options, "--set"))
    written = write_image_folder(dataset, out, progress=progress)
    typer.echo(
        f"{name}: {written.trials:,} trials, {written.images:,} images and {written.targets:,} pictures of targets "
        f"written to {out}"
    )


def _need_published(name: str) -> None:
    from gazekit.datasets.registry import datasets

    if datasets[name].made_here:
        raise GazekitError(
            f"gazekit makes the data set {name!r} itself, so there is no published folder of it; "
            f"`gazekit datasets write {name} --out DIR` writes it as files"
        )


def how_to_get(card: "Card") -> str:
    """One or two words: made here, fetch, or by hand."""
    return "made here" if card.made_here else "fetch" if card.fetched else "by hand"


def card_lines(card: "Card") -> list[str]:
    """Write a card as lines of text."""

    def yes_no(value: bool | None) -> str:
        return {True: "yes", False: "no", None: "not declared"}[value]

    scale = "not known: give px_per_degree" if card.px_per_degree is None else f"{card.px_per_degree:g}"
    lines = [
        f"{card.name}: {card.title}",
        f"  counts               {', '.join(f'{v:,} {k}' for k, v in card.counts.items())}",
        f"  points               {card.points}",
        f"  positions            {card.coordinate_unit}",
        f"  time                 {card.time_unit}",
        f"  px per degree        {scale}",
        f"  forced first fixation included: {yes_no(card.forced_first)}. {card.forced_first_note}".rstrip(),
        f"  cut at the target: {yes_no(card.cut_at_target)}. {card.cut_at_target_note}".rstrip(),
        f"  published split      {', '.join(card.splits) or 'none'}",
        f"  folder holds         {card.layout}",
        f"  how to get it        {card.where}",
        f"  licence              {card.licence}",
        f"  cite                 {card.citation}",
    ]
    return [*lines, *(f"  note: {note}" for note in card.notes)]


def counted(name: str, root: Path, outside: str) -> dict[str, Any]:
    """Read a folder and count: trials, paths, points, images, rows left out by reason; with the declared facts."""
    from gazekit.datasets import load_dataset

    dataset = load_dataset(name, root, outside=outside)
    paths = dataset.scanpaths
    return {
        "root": str(root),
        "stimuli": len(dataset.stimuli),
        "trials": len(dataset.trials),
        "subjects": len(dataset.subjects),
        "scanpaths": len(paths),
        "points": len(paths.x),
        "durations": paths.duration is not None,
        "images": sum(trial.has("image") for trial in dataset.trials),
        "facts": asdict(paths.facts),
        "dropped": dict(dataset.dropped),
        "split": _parts(dataset),
    }


def _parts(dataset: "Dataset") -> dict[str, int]:
    """Stimuli in each part of the published split, and in several of them; nothing where none is published."""
    from gazekit.datasets.published.splits import shared_stimuli

    table = dataset.scanpaths.table
    if dataset.card is None or not dataset.card.splits or "split" not in table:
        return {}
    found = {part: table.loc[table["split"] == part, "stimulus"].nunique() for part in dataset.card.splits}
    return {**found, "in several parts": len(shared_stimuli(dataset))}


def count_lines(found: dict[str, Any]) -> list[str]:
    """Write what was counted as lines of text."""
    facts = found["facts"]
    points = "points of a mouse" if facts["points"] == "mouse" else facts["points"]
    lines = [
        f"{found['root']}:",
        f"  {found['stimuli']:,} stimuli, {found['trials']:,} trials, {found['subjects']:,} subjects, "
        f"{found['scanpaths']:,} scanpaths, {found['points']:,} {points}; "
        f"durations: {'ms' if found['durations'] else 'none'}",
        f"  images: {found['images']:,} of {found['trials']:,} trials have theirs",
        f"  declared: forced_first={facts['forced_first']}, cut_at_target={facts['cut_at_target']}, "
        f"points={facts['points']}",
    ]
    if found["split"]:
        lines.append(
            f"  stimuli by part of the split: {', '.join(f'{n:,} {part}' for part, n in found['split'].items())}"
        )
    lines += [f"  counted: {count:,} {reason}" for reason, count in found["dropped"].items()]
    return lines if found["dropped"] else [*lines, "  nothing was left out, and no point lies outside its image"]
