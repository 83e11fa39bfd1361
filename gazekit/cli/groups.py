"""Options that commands share as a whole: which data are read, and how a run is made.

A command that is decorated with `takes_groups` takes such a group as one parameter; on the command line it is the
group's options.
"""

import inspect
import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.options import (
    Data,
    DataSet,
    Device,
    Outside,
    Overwrite,
    Progress,
    Resamples,
    Root,
    Scheduler,
    Seed,
    Workers,
    how_loaded,
    load,
    settings,
)

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """Which data set a command reads, as its authors made it or a user's own table."""

    data: Data
    root: Root = None
    data_set: DataSet = None
    outside = "keep"

    @property
    def options(self) -> dict[str, Any]:
        """Options of the data set."""
        return settings(self.data_set, "--data-set")

    @property
    def notes(self) -> dict[str, Any]:
        """What a manifest keeps, so that the same data can be read again."""
        return {"loaded": how_loaded(self.data, self.root, self.outside, self.options)}

    def read(self, *, to_stderr: bool = False) -> "Dataset":
        """Read the data, and say what was left out or changed."""
        dataset = load(self.data, self.root, self.outside, self.options)
        say_dropped(self.data, dataset.dropped, to_stderr=to_stderr)
        return dataset


@dataclass(frozen=True, kw_only=True)
class DataAndPoints(DataOptions):
    """Which data set a command reads, and what is done with points outside the image."""

    outside: Outside = "keep"


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run is made; its tables depend on the seed only."""

    out: Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run of the same request is resumed.")]
    seed: Seed = 0
    workers: Workers = 1
    scheduler: Scheduler = None
    overwrite: Overwrite = False
    progress: Progress = True

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the function that makes the run, without the folder; one is the command as it was typed."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "out"}
        return {**given, "command": shlex.join(["gazekit", *sys.argv[1:]])}


@dataclass(frozen=True, kw_only=True)
class ScoredRun(RunOptions):
    """How a run is made whose tables have bootstrap intervals."""

    resamples: Resamples = 2000


@dataclass(frozen=True, kw_only=True)
class TrainingRun(RunOptions):
    """How trainings of a network are run."""

    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Trainings at once; results do not depend on it.")
    ] = 1
    device: Device = "auto"

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of any run, and the device: a GPU where `auto` finds one."""
        from gazekit.models.devices import chosen_device

        return {**super().arguments, "device": chosen_device(self.device).type}


def say_dropped(name: str, dropped: Mapping[str, int], *, to_stderr: bool = False) -> None:
    """Print what was left out when a data set or file was read, a line per reason."""
    for reason, count in dropped.items():
        typer.echo(f"{name}: {count} x {reason}", err=to_stderr)


def takes_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function whose parameters are options or groups of options (dataclasses).

    Examples
    --------
    >>> @takes_groups
    ... def command(run: RunOptions, models: str = "uniform") -> None:
    ...     print(run.out, run.workers, models)
    >>> list(inspect.signature(command).parameters)
    ['out', 'seed', 'workers', 'scheduler', 'progress', 'models']
    >>> command(out="r", seed=0, workers=2, scheduler=None, progress=True, models="levy")
    r 2 levy
    """
    signature = inspect.signature(command)
    groups: dict[str, Any] = {
        name: p.annotation for name, p in signature.parameters.items() if is_dataclass(p.annotation)
    }
    options: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        own = inspect.signature(groups[parameter.name]).parameters.values() if parameter.name in groups else [parameter]
        options += [p.replace(kind=p.KEYWORD_ONLY) for p in own]

    @wraps(command)
    def called(**given: Any) -> None:
        for name, group in groups.items():
            given[name] = group(**{f.name: given.pop(f.name) for f in fields(group)})
        command(**given)

    called.__signature__ = signature.replace(parameters=options)  # type: ignore[attr-defined]
    return called
