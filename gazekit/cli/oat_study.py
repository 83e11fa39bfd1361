"""`gazekit oat-study`: variants and seeds of OAT from one configuration file."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import Progress, Root, Scheduler, Seed, command_line


def oat_study_command(
    plan: Annotated[Path, typer.Argument(help="TOML file: data, network, training, and what each variant changes.")],
    out: Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run of the same request is resumed.")],
    root: Root = None,
    seed: Seed = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Trainings at once; results do not depend on it.")
    ] = 1,
    scheduler: Scheduler = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    progress: Progress = True,
) -> None:
    """Train variants of OAT with several seeds, and compare the likelihood of people's paths that they have not seen.

    Example: gazekit oat-study docs/results/oat-bookcovers.toml --root data/bookcovers --out runs/oat-bookcovers

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.datasets import load_dataset
    from gazekit.experiments.oat_study import oat_study, read_plan
    from gazekit.models.devices import chosen_device

    read = read_plan(plan)
    options = dict(read.data)
    dataset = load_dataset(options.pop("name"), root, **options)
    results = oat_study(
        dataset,
        read,
        out,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        device=chosen_device(device).type,
        progress=progress,
        command=command_line(),
    )
    for _, row in results.summary.iterrows():
        typer.echo(
            f"{row['variant']}, {row['seed']}: {row['loss']:.3f} [{row['low']:.3f}, {row['high']:.3f}] nats per step"
        )
    for _, row in results.differences.iterrows():
        typer.echo(
            f"{row['variant']} minus {row['against']}: {row['difference']:+.3f} [{row['low']:+.3f}, {row['high']:+.3f}]"
        )
    typer.echo(f"tables, trainings and manifest in {out}")
