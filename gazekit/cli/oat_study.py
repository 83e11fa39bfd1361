"""`gazekit oat-study`: variants and seeds of OAT from one configuration file."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.groups import TrainingRun, takes_groups
from gazekit.cli.options import Root
from gazekit.cli.printing import estimate


@takes_groups
def oat_study_command(
    *,
    plan: Annotated[Path, typer.Argument(help="TOML file: data, network, training, and what each variant changes.")],
    root: Root = None,
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
    results = oat_study(dataset, read, run.out, **run.arguments)
    for row in results.summary.to_dict("records"):
        loss = estimate(row["loss"], row["low"], row["high"], 3)
        typer.echo(f"{row['variant']}, {row['seed']}: {loss} nats per step")
    for row in results.differences.to_dict("records"):
        difference = estimate(row["difference"], row["low"], row["high"], 3, sign="+")
        typer.echo(f"{row['variant']} minus {row['against']}: {difference}")
    typer.echo(f"tables, trainings and manifest in {run.out}")
