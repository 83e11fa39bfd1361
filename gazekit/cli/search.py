"""`gazekit search`: a search experiment of one's own, described in a TOML file, searched by a model beside people."""

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import ScoredRun, Setting
from gazekit.cli.printing import aligned, estimate
from gazekit.cli.searching import SearchOptions
from gazekit.cli.texts import settings
from gazekit.foundations.errors import GazekitError, amount

if TYPE_CHECKING:
    import pandas as pd

    from gazekit.experiments.search import SearchExperiment


def search_command(
    design: Annotated[Path, typer.Argument(help="The design, a TOML file; see docs/howto/search-experiment.md.")],
    *,
    given: SearchOptions,
    setting: Setting = None,
    people: Annotated[
        Path | None, typer.Option(help="Reaction times: subject, condition, set_size, present, rt, correct.")
    ] = None,
    stopping: Annotated[
        str, typer.Option(help="all-items, activation, quitting-unit or people; options as activation:misses=0.05.")
    ] = "all-items",
    show: Annotated[
        bool, typer.Option("--show", help="Draw sample displays to OUT-displays.png, and run nothing.")
    ] = False,
    run: ScoredRun,
) -> None:
    """Search displays of your own design: reaction times, slopes and errors of a model, beside people's.

    Example: gazekit search conjunction.toml --model eccnet --people rts.csv --stopping activation --out runs/mine

    Stop it at any point; the same command resumes it and gives the same tables. --show draws the displays first.
    --sweep makes a run per value, and one table and figure of all slopes.
    """
    from gazekit.experiments.search import search

    if show:
        typer.echo(_show(design, run.out, run.seed, given.per_size))
        return
    options, fovea = settings(setting, "--set"), given.fovea_degrees
    if fovea is not None and options.setdefault("fovea_degrees", fovea) != fovea:
        raise GazekitError("--fovea-degrees and --set fovea_degrees= disagree; give one of them")

    def study(**more: Any) -> "SearchExperiment":
        results = search(
            design,
            given.model,
            people=people,
            stopping=stopping,
            controls=given.wanted,
            per_size=given.per_size,
            **more,
            **run.arguments,
        )
        if results.people is not None:
            for reason, count in results.people.dropped.items():
                typer.echo(f"{people}: {count} x {reason}, left out")
        return results

    given.run(study, options, run, table_text, last_rule)


def last_rule(results: "SearchExperiment") -> "pd.DataFrame":
    """Slopes by the rule that was asked for; an experiment for displays with a target and one for those without."""
    slopes = results.slopes[results.slopes["stopping"] == results.rules[-1].text]
    return slopes.assign(experiment="target " + slopes["target"])


def table_text(results: "SearchExperiment") -> str:
    """One line per stopping rule, condition, and target present or absent: slopes of all models and of people."""
    first = results.models[0]
    heads = ["stopping", "condition", "target", "ms per item [95 % interval]", "people", "random order"]
    heads += [control.removeprefix(f"{first}, ") for control in results.models[1:]]
    lines, slopes = [heads], results.slopes
    for row in slopes[slopes["model"] == first].to_dict("records"):
        of = (slopes["stopping"] == row["stopping"]) & (slopes["condition"] == row["condition"])
        same = slopes[of & (slopes["target"] == row["target"])].set_index("model")
        line = [row["stopping"], row["condition"], row["target"], estimate(row["slope"], row["low"], row["high"], 1)]
        line += [f"{row['human']:.1f}" if isfinite(row["human"]) else "", f"{row['random_order']:.1f}"]
        lines.append(line + [f"{same.loc[name, 'slope']:.1f}" for name in results.models[1:]])
    return aligned(lines)


def _show(design: Path, out: Path, seed: int, per_size: int | None) -> str:
    """Draw a sheet of displays beside the run's folder, and say where it is."""
    from gazekit.datasets.synthetic.search_designs import design_trials, read_design
    from gazekit.experiments.search.pictures import sheet
    from gazekit.plots.saving import save_figures

    trials = design_trials(read_design(design), seed=seed, per_size=per_size)
    out.parent.mkdir(parents=True, exist_ok=True)
    [name] = save_figures({f"{out.name}-displays.png": sheet(trials)}, out.parent, dpi=110)
    return f"{amount(len(trials), 'display')}; one of each condition and set size is in {out.parent / name}"
