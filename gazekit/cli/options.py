"""Options that several commands share, and how they are read."""

from ast import literal_eval
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.completing import dataset_names, metric_names, model_names
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset

_DATA = typer.Option(
    "--data", autocompletion=dataset_names, help="Name of a data set (see `gazekit datasets`) or a table of your own."
)
Data = Annotated[str, _DATA]
PerhapsData = Annotated[str | None, _DATA]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="Folder of the data set in its authors' layout, or of your images."),
]
DataSet = Annotated[
    list[str] | None,
    typer.Option("--data-set", help="Option of the data set, as name=value (layouts=4x8,6x14); may be repeated."),
]
Outside = Annotated[
    str, typer.Option("--outside", help="Points outside the image: keep, clip or drop. Counted in any case.")
]
Models = Annotated[
    str, typer.Option("--models", autocompletion=model_names, help="Comma-separated; options as name:option=value.")
]
Metrics = Annotated[
    str, typer.Option("--metrics", autocompletion=metric_names, help="Comma-separated, or all; see gazekit metrics.")
]
Setting = Annotated[
    list[str] | None, typer.Option("--set", help="Option of the model, as name=value; may be repeated.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed; equal seeds give equal tables.")]
Samples = Annotated[int, typer.Option("--samples", min=1, help="Scanpaths per trial and model.")]
Resamples = Annotated[int, typer.Option("--resamples", min=100, help="Bootstrap resamples.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes; results do not depend on it.")]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="Instead of --workers: those of a Dask scheduler, tcp://host:port."),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Move another run in the folder aside, to NAME-DAY; nothing is deleted.")
]
Progress = Annotated[bool, typer.Option("--progress/--quiet", help="Show progress bars.")]

TABLES = (".csv", ".gz", ".parquet")
TABLE_OPTIONS = ("height", "missing", "name", "outside", "px_per_degree", "source", "time_unit", "width")


def load(
    data: str, root: str | Path | None = None, outside: str = "keep", options: Mapping[str, Any] | None = None
) -> "Dataset":
    """Load a data set by its command-line options: a registered name, or a user's own table with a folder of images."""
    given = dict(options or {})
    if outside != "keep" and given.setdefault("outside", outside) != outside:
        raise GazekitError("--outside and --data-set outside= disagree; give one of them")
    if Path(data).suffix in TABLES:
        from gazekit.core.trials import Dataset

        unknown = sorted(set(given) - set(TABLE_OPTIONS))
        if unknown:
            raise GazekitError(f"a table of your own has no option {unknown[0]!r}; it has {', '.join(TABLE_OPTIONS)}")
        return Dataset.from_table(data, images=root, **given)
    from gazekit.datasets import load_dataset

    return load_dataset(data, root, **given)


def how_loaded(data: str, root: Path | None, outside: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of the data, so that `load(**that)` reads the same again."""
    return {"data": data, "root": str(root) if root else None, "outside": outside, "options": dict(options)}


def settings(pairs: Iterable[str] | None, option: str) -> dict[str, Any]:
    """Read the `name=value` texts of a command-line option: true, false, numbers and several of them as such.

    Parameters
    ----------
    pairs : iterable of str, optional
        What was given; the option may be repeated.
    option : str
        Name of the option, for messages.

    Raises
    ------
    GazekitError
        Not of that form, or a name twice.

    Examples
    --------
    >>> settings(["layouts=4x8,6x14", "set_sizes=1,4", "seed=3", "length_filter=true"], "--data-set")
    {'layouts': '4x8,6x14', 'set_sizes': (1, 4), 'seed': 3, 'length_filter': True}
    """
    found: dict[str, Any] = {}
    for pair in pairs or ():
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not equals or not name or not value:
            raise GazekitError(f"{option} {pair!r} is not of the form name=value")
        if name in found:
            raise GazekitError(f"{option} {name} is given twice; give one value")
        found[name] = _value(value)
    return found


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def names(text: str, option: str) -> list[str]:
    """Split a comma-separated list of names."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise GazekitError(f"{option} needs at least one name")
    return found
