"""What `gazekit asymmetry` and `gazekit search` share: which model searches, a run or one per value of an option."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import RunOptions
from gazekit.cli.printing import print_written
from gazekit.cli.texts import swept
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class SearchOptions:
    """Which model searches, on how many displays, and which controls beside it."""

    model: Annotated[str, typer.Option(help="Any model, options as name:option=value; see `gazekit models`.")] = (
        "eccnet"
    )
    fovea_degrees: Annotated[
        float | None,
        typer.Option(help="eccNET: radius, and its rings with it (4 as published); NeVA: deviation."),
    ] = None
    per_size: Annotated[
        int | None,
        typer.Option(min=1, help="Displays per condition and set size; default as published, or the design's."),
    ] = None
    controls: Annotated[bool, typer.Option(help="Swapped target and equal level weights, where they exist.")] = True
    sweep: Annotated[
        str | None,
        typer.Option(help="One run for each value of an option of the model, for example fovea_degrees=1,2,4."),
    ] = None

    @property
    def wanted(self) -> tuple[str, ...] | None:
        """Controls, as studies take them: None for those that exist."""
        return None if self.controls else ()

    def run(
        self,
        study: Callable[..., Any],
        options: dict[str, Any],
        run: RunOptions,
        table: Callable[[Any], str],
        slopes: "Callable[[Any], pd.DataFrame]",
    ) -> None:
        """Run a study, or one per value of the option that --sweep names, with one table and one figure of all slopes.

        Parameters
        ----------
        study : callable
            Makes one run of `out` and `options`, those of the model.
        options : dict
            Of the model, as given.
        run : RunOptions
            How it is run.
        table : callable
            The table that is printed of a run's results.
        slopes : callable
            Their slopes, for the table of a sweep.
        """
        from gazekit.experiments.asymmetry.searchers import searchers
        from gazekit.experiments.sweep import FIGURE, TABLE, sweep
        from gazekit.plots.saving import save_figures
        from gazekit.plots.sweep import sweep_panels
        from gazekit.report import write_report

        def one(out: Path, **more: Any) -> Any:
            results = study(out=out, options={**options, **more})
            typer.echo(table(results))
            for sentence in results.sentences:
                typer.echo(sentence)
            print_written(out, sorted(picture.name for picture in out.glob("*.png")), write_report(out))
            return results

        if self.sweep is None:
            one(run.out)
            return
        option, values = swept(self.sweep)
        if option in options:
            raise GazekitError(f"{option} is swept and given as an option too; give it once")
        found = sweep(
            option,
            values,
            run.out,
            lambda value, folder: slopes(one(folder, **{option: value})),
            lambda value: searchers(self.model, {**options, option: value}, self.wanted, seed=run.seed)[0].model(""),
        )
        save_figures({FIGURE: sweep_panels(found, option=option)}, run.out, dpi=150)
        typer.echo(
            f"slopes over {option}: {run.out / TABLE}, {run.out / FIGURE}; "
            f"the run of each value: {run.out}/{option}=..."
        )
