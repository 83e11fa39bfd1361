"""`gazekit train ...` and `gazekit oat-study`: models that learn from people, one or many variants of one."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from gazekit.cli.options import Accepting, Boxes, Data, DataAndPoints, Root, TrainingRun
from gazekit.cli.printing import estimate
from gazekit.cli.texts import numbers, settings
from gazekit.foundations.errors import check_choice, check_known
from gazekit.foundations.named_values import named

PATH = "takes NAME=PATH, not {!r}"
LEFT_OUT = {"subject": "unseen people", "target": "unseen targets", "random": "paths that were left out"}  # by split
app = typer.Typer(help="Train a model on people's scanpaths; resumable.", no_args_is_help=True)

Settings = Annotated[
    list[str] | None, typer.Option("--set", help="name=value of the network or of the training; may be repeated.")
]


@app.callback()
def _train() -> None:
    """Train a model on people's scanpaths; resumable."""


@dataclass(frozen=True, kw_only=True)
class TrainingData(DataAndPoints):
    """Data to learn from: shelves that gazekit draws, unless told otherwise."""

    data: Data = "shelves"
    boxes: Boxes = None

    @property
    def options(self) -> dict[str, Any]:
        """Options of the data set; made-up shelves are those for training, unless told otherwise."""
        own = {} if self.boxes is None else {"boxes": str(self.boxes)}
        made_up = {"covers": "train"} if self.data == "shelves" else {}
        return {**made_up, **own, **super().options}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Into which parts the data are split, and which of them are kept for testing, one after another."""

    folds: Annotated[int, typer.Option(min=2, help="How many parts the data are split into.")] = 5
    fold: Annotated[str, typer.Option(help="Which part is for testing: a number, several (0,2), or all.")] = "all"

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the function that trains."""
        one_or_more = "numbers such as 0 or 0,2, or all"
        return {
            "folds": self.folds,
            "only": None if self.fold == "all" else numbers(self.fold, "--fold", one_or_more, int),
        }


def changes_of(setting: list[str] | None, network: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What --set changes of the network, which has options of these names, and of the training."""
    from gazekit.models.training import TrainingOptions

    changes = settings(setting, "--set")
    for name in changes:
        check_known("option of --set", name, [*network, *(f.name for f in fields(TrainingOptions))])
    training = {f.name: changes.pop(f.name) for f in fields(TrainingOptions) if f.name in changes}
    return changes, training


@app.command("oat")
def oat_command(
    *,
    given: TrainingData,
    preset: Annotated[str, typer.Option(help="oat-small, or oat-base: the paper's sizes.")] = "oat-small",
    split: Annotated[str, typer.Option(help="Split by layout, target or subject; random leaks.")] = "layout",
    parts: Parts,
    setting: Settings = None,
    paper: Annotated[bool, typer.Option("--paper-training", help="The paper's optimiser, rate and stopping.")] = False,
    run: TrainingRun,
) -> None:
    """Train OAT, and score the likelihood of people's paths on stimuli that it has not seen.

    Without --data it learns from shelves that gazekit draws, and from simulated searchers: nothing is downloaded.

    Example: gazekit train oat --data bookcovers --root data/bookcovers --set appearance=none --out runs/oat

    Your own: gazekit train oat --data paths.csv --root shelves --boxes boxes.csv --out runs/mine

    Then: gazekit evaluate --data bookcovers --root data/bookcovers --models oat:checkpoint=runs/oat --out runs/books
    """
    from gazekit.experiments.oat.training import train_oat
    from gazekit.models.oat.config import RENAMED, OatConfig
    from gazekit.models.oat.config import preset as preset_of
    from gazekit.models.oat.training import PAPER
    from gazekit.models.training import TrainingOptions, with_changes

    network, training = changes_of(setting, [*(f.name for f in fields(OatConfig)), *RENAMED])
    trained = train_oat(
        given.read(),
        preset_of(preset, **network),
        with_changes(PAPER if paper else TrainingOptions(), training),
        out=run.out,
        by=split,
        **parts.arguments,
        notes=given.notes,
        accept=given.accepted,
        **run.arguments,
    )
    uniform = float(
        (trained.likelihood["uniform"] * trained.likelihood["steps"]).sum() / trained.likelihood["steps"].sum()
    )
    typer.echo(
        f"loss on {LEFT_OUT.get(split, 'unseen stimuli')}: {estimate(trained.loss, trained.low, trained.high, 3)} nats "
        f"per step, the end of search included; a uniform choice has {uniform:.3f}"
    )
    typer.echo(
        f"checkpoints, log, loss curve and manifest in {run.out}; predict with the model oat:checkpoint={run.out}"
    )


@app.command("priority")
def priority_command(
    *,
    given: DataAndPoints,
    also: Annotated[
        list[str] | None,
        typer.Option(help="NAME=FOLDER of a data set to learn from as well; may be repeated."),
    ] = None,
    backbone: Annotated[
        str, typer.Option(help="Features: lite0, dinov2, or another network; with sizes, joined: lite0+lite0@2.")
    ] = "lite0",
    weights: Annotated[
        list[str] | None, typer.Option(help="NAME=FILE of a backbone's weights; may be repeated.")
    ] = None,
    target: Annotated[
        str,
        typer.Option(
            help="What says what is sought: picture, box, category, text; none; auto: pictures, where all have one."
        ),
    ] = "auto",
    start: Annotated[
        str | None,
        typer.Option(help="Readout to begin from: a file, or free-viewing or search, which come with gazekit."),
    ] = None,
    timing: Annotated[
        bool, typer.Option("--timing", help="Learn only durations and the end, and leave all else as --start has it.")
    ] = False,
    split: Annotated[str, typer.Option(help="Split by stimulus, target or subject; random leaks.")] = "stimulus",
    parts: Parts,
    setting: Settings = None,
    run: TrainingRun,
) -> None:
    """Train priority, where people look next, and score it on images that it has not seen.

    Example: gazekit train priority --data osie --root data/osie --folds 5 --fold 0 --out runs/p

    Then: gazekit evaluate --data osie --root data/osie --models priority:checkpoint=runs/p --out runs/osie

    Search: gazekit train priority --data interiors --root data/interiors --start free-viewing --fold 0 --out runs/s

    Features of images are kept in the folder that the environment variable GAZEKIT_FEATURES names, if there is one.
    """
    from gazekit.datasets import load_dataset
    from gazekit.experiments.priority import train_priority
    from gazekit.models.priority.checkpoint import load_readout
    from gazekit.models.priority.model import NAMED
    from gazekit.models.priority.network import TARGETS, PriorityConfig
    from gazekit.models.priority.training import OPTIONS
    from gazekit.models.training import with_changes

    check_choice("--target", target, ("auto", "none", *TARGETS[1:]))
    known = [f.name for f in fields(PriorityConfig) if f.name != "channels"]
    network, training = changes_of(setting, [*known, "fixations", "firsts"])
    drawn = {name: network.pop(name) for name in ("fixations", "firsts") if name in network}
    dataset = given.read()
    begun = None if start is None else load_readout(NAMED.get(start) or start)
    before = begun.network.config.target if begun else ""
    if target == "auto":
        target = before or ("picture" if all(trial.has("target") for trial in dataset.trials) else "none")
    elif target == "none" and before:
        network = {"target": "", **network}
    typer.echo("nothing is sought: free viewing" if target == "none" else f"what is sought is known by its {target}")
    trained = train_priority(
        dataset,
        with_changes(OPTIONS, training),
        out=run.out,
        backbone=backbone,
        weights=named(weights or (), "--weights", PATH, one="path"),
        network=network if target == "none" else {"target": target, **network},
        **drawn,
        start=begun,
        timing=timing,
        also=[load_dataset(name, root) for name, root in named(also or (), "--also", PATH, one="path").items()],
        by=split,
        **parts.arguments,
        notes=given.notes,
        accept=given.accepted,
        **run.arguments,
    )
    if trained.learned:
        typer.echo(
            f"{trained.learned} of {len(trained.bits)} images for testing were learned all the same, by the readout to "
            f"start from, with --also, or under another name: they are not scored"
        )
    for column, what in (("static", "whatever came before"), ("next", "after those before it")):
        if trained.learned < len(trained.bits):
            gain = estimate(*trained.gain(column), 3)
            typer.echo(f"{LEFT_OUT.get(split, 'unseen images')}, a fixation {what}: {gain} bit over the centre bias")
    typer.echo(
        f"readouts, log, loss curve and manifest in {run.out}; predict with the model priority:checkpoint={run.out}"
    )


def oat_study_command(
    *,
    plan: Annotated[Path, typer.Argument(help="TOML file: data, network, training, and what each variant changes.")],
    root: Root = None,
    accepting: Accepting,
    run: TrainingRun,
) -> None:
    """Train variants of OAT with several seeds, and compare the likelihood of people's paths that they have not seen.

    Example: gazekit oat-study docs/results/oat-bookcovers.toml --root data/bookcovers --out runs/oat-bookcovers

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.datasets import load_dataset
    from gazekit.experiments.oat import oat_study, read_plan

    read = read_plan(plan)
    options = dict(read.data)
    dataset = load_dataset(options.pop("name"), root, **options)
    results = oat_study(dataset, read, run.out, accept=accepting.accepted, **run.arguments)
    for row in results.summary.to_dict("records"):
        loss = estimate(row["loss"], row["low"], row["high"], 3)
        typer.echo(f"{row['variant']}, {row['seed']}: {loss} nats per step")
    for row in results.differences.to_dict("records"):
        difference = estimate(row["difference"], row["low"], row["high"], 3, sign="+")
        typer.echo(f"{row['variant']} minus {row['against']}: {difference}")
    typer.echo(f"tables, trainings and manifest in {run.out}")
