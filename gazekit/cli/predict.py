"""`gazekit predict`: scanpaths of one model, as a file."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import Data, Progress, Root, Samples, Seed, load
from gazekit.errors import GazekitError


def predict_command(
    model: Annotated[str, typer.Argument(help="Model, with options as name:option=value; see `gazekit models`.")],
    data: Data,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: .parquet or .csv.")],
    root: Root = None,
    samples: Samples = 1,
    seed: Seed = 0,
    max_fixations: Annotated[int | None, typer.Option("--max-fixations", min=1, help="Longest path.")] = None,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    progress: Progress = True,
) -> None:
    """Predict scanpaths for every trial of a data set.

    Example: gazekit predict ittikoch --data osie --root data/osie --samples 5 -o ittikoch.parquet
    """
    from gazekit.experiments.preparation import prepare_humans
    from gazekit.interchange import write_scanpaths
    from gazekit.models.specs import model_from_text

    if out.exists() and not overwrite:
        raise GazekitError(f"{out} is there already; give --overwrite or another -o")
    chosen = model_from_text(model)
    dataset = load(data, root)
    if hasattr(chosen, "fit") and len(dataset.scanpaths):
        from dataclasses import replace

        chosen.fit(replace(dataset, scanpaths=prepare_humans(dataset).paths))
    paths = chosen.predict(
        dataset.trials, n_samples=samples, seed=seed, max_fixations=max_fixations, device=device, progress=progress
    )
    write_scanpaths(paths, out)
    typer.echo(f"{len(paths)} scanpaths with {len(paths.x)} fixations written to {out}")
