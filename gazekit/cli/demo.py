"""`gazekit demo`: the whole road, offline, in about a minute."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import Progress, Seed, command_line


def demo_command(
    out: Annotated[Path, typer.Option("--out", help="Run folder; a finished one is shown again.")] = Path("runs/demo"),
    seed: Seed = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    progress: Progress = True,
) -> None:
    """Generate displays, run the baselines, score them with ceiling and chance, and write the report. Needs no data.

    The observers of the demonstration are simulated.

    Example: gazekit demo --out runs/demo
    """
    from gazekit.cli.tables import summary_text
    from gazekit.datasets.synthetic.demo import load
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    dataset = load(seed=seed)
    models = ["uniform", "centre", "empirical", "ittikoch", "levy", "other-image"]
    results = evaluate(
        dataset,
        models,
        ["scanmatch", "multimatch"],
        out=out,
        n_samples=5,
        seed=seed,
        workers=workers,
        progress=progress,
        command=command_line(),
        notes={"loaded": {"data": "demo", "root": None, "outside": "keep"}},
    )
    page = write_report(out, dataset=dataset)
    typer.echo(summary_text(results))
    typer.echo("The observers of this demonstration are simulated: these numbers show the toolkit, not people.")
    typer.echo(f"open {page.resolve()}")
