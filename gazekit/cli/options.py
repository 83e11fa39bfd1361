"""Options that several commands share, and how they are read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.trials import Dataset

Data = Annotated[
    str, typer.Option("--data", help="Name of a data set (see `gazekit datasets`) or a table of your own.")
]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="Folder of the data set in its authors' layout, or of your images."),
]
Outside = Annotated[
    str, typer.Option("--outside", help="Points outside the image: keep, clip or drop. Counted in any case.")
]
Seed = Annotated[int, typer.Option("--seed", help="Seed; equal seeds give equal tables.")]
Samples = Annotated[int, typer.Option("--samples", min=1, help="Scanpaths per trial and model.")]
Progress = Annotated[bool, typer.Option("--progress/--quiet", help="Show progress bars.")]


TABLES = (".csv", ".gz", ".parquet")


def load(data: str, root: str | Path | None, outside: str = "keep") -> "Dataset":
    """Load a data set by its command-line options: a registered name, or a user's own table with a folder of images."""
    from gazekit.trials import Dataset

    if Path(data).suffix in TABLES:
        return Dataset.from_table(data, images=root, outside=outside)
    from gazekit.datasets import load_dataset

    options: dict[str, Any] = {} if outside == "keep" else {"outside": outside}
    return load_dataset(data, root, **options)


def names(text: str, option: str) -> list[str]:
    """Split a comma-separated list of names."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise GazekitError(f"{option} needs at least one name")
    return found


def command_line() -> str:
    """The command as it was typed, for the manifest."""
    import shlex
    import sys

    return shlex.join(["gazekit", *sys.argv[1:]])
