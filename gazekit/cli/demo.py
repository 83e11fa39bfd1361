"""`gazekit demo`: from data to a report, offline, in about a minute."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.groups import RunOptions, takes_groups


@dataclass(frozen=True, kw_only=True)
class DemoRun(RunOptions):
    """How the demonstration is run; its folder has a default."""

    out: Annotated[Path, typer.Option("--out", help="Run folder; a finished one is shown again.")] = Path("runs/demo")


@takes_groups
def demo_command(run: DemoRun) -> None:
    """Generate displays, run the baselines, score them with ceiling and chance, and write the report. Needs no data.

    The observers of the demonstration are simulated.

    Example: gazekit demo --out runs/demo
    """
    from gazekit.cli.tables import summary_text
    from gazekit.datasets.synthetic.demo import load
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    dataset = load(seed=run.seed)
    models = ["uniform", "centre", "empirical", "ittikoch", "levy", "other-image"]
    results = evaluate(
        dataset,
        models,
        ["scanmatch", "multimatch"],
        out=run.out,
        n_samples=5,
        notes={"loaded": {"data": "demo", "root": None, "outside": "keep"}},
        **run.arguments,
    )
    page = write_report(run.out, dataset=dataset)
    typer.echo(summary_text(results))
    typer.echo("The observers of this demonstration are simulated: these numbers show the toolkit, not people.")
    typer.echo(f"open {page.resolve()}")
