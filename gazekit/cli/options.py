"""Options that commands share, one by one and as groups: which data are read, and how a run is made."""

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.loading import how_loaded, load, reader_options, say_dropped
from gazekit.cli.texts import names
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset


def names_in(module: str, collection: str, *more: str) -> Callable[[str], list[str]]:
    """What a shell completes a name by: names of a collection (imported when it is asked), and `more`.

    Examples
    --------
    >>> complete = names_in("gazekit.models.registry", "models")
    >>> complete("cent")
    ['centre', 'centre-object', 'centre-point']

    Of a list, the last name:

    >>> complete("uniform,itti")
    ['uniform,ittikoch']
    """

    def complete(incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        known = [*getattr(import_module(module), collection), *more]
        return [f"{before}{comma}{name}" for name in known if name.startswith(last)]

    return complete


model_names = names_in("gazekit.models.registry", "models")
metric_names = names_in("gazekit.metrics", "measures")
dataset_names = names_in("gazekit.datasets.registry", "datasets")
recording_names = names_in("gazekit.interchange.recordings", "FORMATS", "table")


_DATA = typer.Option(
    autocompletion=dataset_names, help="Name of a data set (see `gazekit datasets`) or a table of your own."
)
Data = Annotated[str, _DATA]
PerhapsData = Annotated[str | None, _DATA]
Root = Annotated[
    Path | None,
    typer.Option(help="Folder of the data set in its authors' layout, or of your images."),
]
Outside = Annotated[str, typer.Option(help="Points outside the image: keep, clip or drop. Counted in any case.")]
Stimulus = Annotated[
    str | None,
    typer.Option(
        help="The image that was shown, where the recordings do not name it; or one per file, a.png,b.png.",
    ),
]
Models = Annotated[str, typer.Option(autocompletion=model_names, help="Comma-separated; options as name:option=value.")]
Metrics = Annotated[
    str, typer.Option(autocompletion=metric_names, help="Comma-separated, or all; see gazekit metrics.")
]
Setting = Annotated[
    list[str] | None, typer.Option("--set", help="Option of the model, as name=value; may be repeated.")
]
Seed = Annotated[int, typer.Option(help="Seed; equal seeds give equal tables.")]
Samples = Annotated[int, typer.Option(min=1, help="Scanpaths per trial and model.")]
Resamples = Annotated[int, typer.Option(min=100, help="Resamples (or draws) that intervals are made of.")]
Boxes = Annotated[
    Path | None,
    typer.Option(help="Objects of your own pictures: CSV with stimulus, id, x0, y0, x1, y1 (px)."),
]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
PathsFile = Annotated[Path, typer.Option("-o", "--out", help="File to write: .parquet or .csv.")]
Replace = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]
Progress = Annotated[bool, typer.Option("--progress/--quiet", help="Show progress bars.")]


@dataclass(frozen=True, kw_only=True)
class Written:
    """How a user's own table is written."""

    columns: Annotated[
        list[str] | None,
        typer.Option(help="Columns of your own table: x=FIX_X,subject=RECORDING; trial= for none."),
    ] = None
    separator: Annotated[
        str | None,
        typer.Option(help="Separator of the columns of your own table: comma, semicolon, tab, pipe, ..."),
    ] = None
    decimal: Annotated[str | None, typer.Option(help="Decimal mark of your own table, for example --decimal ,")] = None
    missing: Annotated[
        str | None,
        typer.Option(help="Points without coordinates in your own table: error (default), drop or keep."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class NamedData:
    """Which data set a command reads; `--data-set` has all its options."""

    data: Data
    root: Root = None
    data_set: Annotated[
        list[str] | None,
        typer.Option(help="Option of the data set, as name=value (layouts=4x8,6x14); may be repeated."),
    ] = None
    outside = "keep"

    @property
    def options(self) -> dict[str, Any]:
        """Options of the data set."""
        return reader_options(self.data_set, "--data-set", vars(self))

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
class PerhapsNamed(NamedData):
    """A data set, where files of paths or a run folder do not say themselves what they are of."""

    data: PerhapsData = None  # type: ignore[assignment]  # looked at before it is read

    def refuse_options(self, folder: Path) -> None:
        """A run says itself how its data were read.

        Raises
        ------
        GazekitError
            An option says it, too.
        """
        if self.options:
            raise GazekitError(
                f"{folder} is a run, which says how its data were read; leave out what does so here "
                f"({', '.join(self.options)})"
            )


@dataclass(frozen=True, kw_only=True)
class TableOptions(Written):
    """How a user's own table is written, and what wrote it."""

    recording: Annotated[
        str | None,
        typer.Option("--from", autocompletion=recording_names, help="Export of an eye tracker, or table."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class RowOptions:
    """Which rows of a user's own table are read, and what they are."""

    where: Annotated[
        str | None,
        typer.Option(help="Which rows of your own table are read, for example \"practice == 'no' and rt > 200\"."),
    ] = None
    name: Annotated[str | None, typer.Option(help="Name of your own data set; default own.")] = None
    facts: Annotated[
        str | None,
        typer.Option(
            help="Facts about your own data: forced_first, cut_at_target, points=clicks; name=false for what "
            "is not so.",
        ),
    ] = None
    detect: Annotated[
        str | None,
        typer.Option(
            help="The files hold raw samples: find fixations by ivt, idt (ivt:velocity=30,shortest=60), remodnav, "
            "i2mc.",
        ),
    ] = None
    eye: Annotated[str | None, typer.Option(help="Which eye is read where both were recorded: left or right.")] = None


@dataclass(frozen=True, kw_only=True)
class ScreenOptions:
    """The screen that positions of a user's own table are px of."""

    screen: Annotated[str | None, typer.Option(help="Positions are px of a screen of this size, 1920x1080.")] = None
    placed: Annotated[
        str | None,
        typer.Option(help="Where images were on the screen: centre, fit, x,y or x,y,width,height in px."),
    ] = None
    screen_mm: Annotated[str | None, typer.Option(help="Size of the screen in mm, 531x299.")] = None
    distance_mm: Annotated[
        float | None,
        typer.Option(help="Distance from the eyes to the screen, mm; with --screen-mm it gives px per degree."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Accepting:
    """Which findings of checks are accepted."""

    accept: Annotated[
        str | None,
        typer.Option(help="Checks whose findings you know to be right, comma-separated; see gazekit check."),
    ] = None

    @property
    def accepted(self) -> list[str]:
        """Names of the checks."""
        return [] if self.accept is None else names(self.accept, "--accept")


@dataclass(frozen=True, kw_only=True)
class BesidePredictions(Accepting, ScreenOptions, RowOptions, NamedData):
    """People's data of a command whose --columns, --separator, --decimal, --missing and --from are of predictions."""

    stimulus: Stimulus = None


@dataclass(frozen=True, kw_only=True)
class DataOptions(ScreenOptions, RowOptions, TableOptions, NamedData):
    """Which data set a command reads, as its authors made it or a user's own table, and how that table is read."""

    stimulus: Stimulus = None


@dataclass(frozen=True, kw_only=True)
class DataAndPoints(Accepting, DataOptions):
    """Which data set a command reads, what is done with points outside the image, and which findings are accepted."""

    outside: Outside = "keep"


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How a run is made; its tables depend on the seed only."""

    out: Annotated[Path, typer.Option(help="Run folder; an unfinished run of the same request is resumed.")]
    seed: Seed = 0
    workers: Annotated[int, typer.Option(min=1, help="Processes; results do not depend on it.")] = 1
    scheduler: Annotated[
        str | None,
        typer.Option(help="Instead of --workers: the workers of a Dask scheduler, tcp://host:port."),
    ] = None
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="If the folder holds another run, move it to NAME-DAY; nothing is deleted."),
    ] = False
    progress: Progress = True

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of the function that makes the run, without the folder; one is the command as it was typed."""
        given = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "out"}
        return {**given, "command": shlex.join(["gazekit", *sys.argv[1:]])}


@dataclass(frozen=True, kw_only=True)
class ScoredRun(RunOptions):
    """How a run is made whose tables have intervals."""

    resamples: Resamples = 2000


@dataclass(frozen=True, kw_only=True)
class TrainingRun(RunOptions):
    """How trainings of a network are run."""

    workers: Annotated[int, typer.Option(min=1, help="Trainings that run at once; results do not depend on it.")] = 1
    device: Device = "auto"

    @property
    def arguments(self) -> dict[str, Any]:
        """Those of any run, and the device: a GPU where `auto` finds one."""
        from gazekit.models.devices import chosen_device

        return {**super().arguments, "device": chosen_device(self.device).type}
