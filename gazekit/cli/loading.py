"""Data as a command line names them: read, and what a manifest keeps of that."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gazekit.cli.texts import column_names, declared, files_named, names, separator, settings
from gazekit.files.untrusted import printable
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset

_OF_OWN = (
    "boxes", "columns", "decimal", "sep", "where", "name", "facts", "recording", "detect", "eye", "stimulus", "placed",
    "distance_mm", "screen_width", "screen_height", "screen_width_mm", "screen_height_mm",
)  # fmt: skip


def load(
    data: str | list[str],
    root: str | Path | None = None,
    outside: str = "keep",
    options: Mapping[str, Any] | None = None,
) -> "Dataset":
    """Load a data set by its command-line options: a registered name, or a user's own files with a folder of images."""
    given = dict(options or {})
    if outside != "keep" and given.setdefault("outside", outside) != outside:
        raise GazekitError("--outside and --data-set outside= disagree; give one of them")
    from gazekit.datasets.registry import datasets

    if isinstance(data, list) or (
        data not in datasets and (Path(data).suffix or Path(data).is_file() or len(Path(data).parts) > 1)
    ):
        from gazekit.core.frames import Facts
        from gazekit.core.trials import Dataset
        from gazekit.interchange import Space, with_objects
        from gazekit.interchange.own_data import OPTIONS

        own = {*OPTIONS, *Space.names(), *_OF_OWN, "stimuli"}
        known = sorted(own - {"space", "unknown_stimuli"})
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise GazekitError(f"a table of your own has no option {unknown[0]!r}; it has {', '.join(known)}")
        if "facts" in given:
            given["facts"] = Facts(**given["facts"])
        named = [files_named(text) for text in ([data] if isinstance(data, str) else data)]
        files = named[0] if len(named) == 1 else [f for one in named for f in ([one] if isinstance(one, str) else one)]
        boxes = given.pop("boxes", None)
        own_data = Dataset.from_table(files, images=root, space=Space.taken_from(given), **given)
        return own_data if boxes is None else with_objects(own_data, boxes)
    own = set(_OF_OWN) & set(given)
    if own and data in datasets:
        raise GazekitError(
            f"{min(own)!r} is an option of tables of your own; {data!r} is a published data set, which has one form"
        )
    from gazekit.datasets import load_dataset

    return load_dataset(data, root, **given)


def table_options(
    columns: list[str] | None, separated: str | None, decimal: str | None, missing: str = "error"
) -> dict[str, Any]:
    """Options of the reader of somebody's table, from those of the command line; nothing where nothing was said.

    Examples
    --------
    >>> table_options(["x=FIX_X,y=FIX_Y", "trial="], "semicolon", ",")
    {'columns': {'x': 'FIX_X', 'y': 'FIX_Y', 'trial': None}, 'sep': ';', 'decimal': ','}
    """
    found: dict[str, Any] = {}
    if columns:
        found["columns"] = column_names(columns)
    if separated is not None:
        found["sep"] = separator(separated)
    if decimal is not None:
        found["decimal"] = decimal
    if missing != "error":
        found["missing"] = missing
    return found


def reader_options(pairs: Iterable[str] | None, option: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    r"""Options of a reader from the `name=value` texts of `option`, and those that have an option of their own.

    Raises
    ------
    GazekitError
        Not of that form; the two disagree.

    Examples
    --------
    >>> reader_options(["sep=tab", "facts=forced_first"], "--data-set", {"missing": "drop"})
    {'sep': '\t', 'facts': {'forced_first': True}, 'missing': 'drop'}
    """
    found = settings(pairs, option, _TEXTS)
    if "stimulus" in found:
        found["stimulus"] = names(found["stimulus"], f"{option} stimulus=", repeats=True)
    if "facts" in found:
        found["facts"] = declared(found["facts"])
    if "columns" in found:
        found["columns"] = column_names([found["columns"]])
    if "sep" in found:
        found["sep"] = separator(found["sep"])
    for name, value in (more or {}).items():
        if found.setdefault(name, value) != value:
            own = _SAID_BY.get(name, name.replace("_", "-"))
            raise GazekitError(f"--{own} and {option} {name}= disagree; give one of them")
    return found


_TEXTS = ("where", "boxes", "name", "source", "stimulus", "facts", "columns", "sep", "decimal")
_SAID_BY = {
    "sep": "separator", "recorded_width": "size", "recorded_height": "size", "recording": "from",
    "screen_width": "screen", "screen_height": "screen", "screen_width_mm": "screen-mm",
    "screen_height_mm": "screen-mm",
}  # fmt: skip


def how_loaded(data: str, root: Path | None, outside: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of the data, so that `load(**that)` reads the same again."""
    return {"data": data, "root": str(root) if root else None, "outside": outside, "options": dict(options)}


def say_dropped(name: str, dropped: Mapping[str, int], *, to_stderr: bool = False) -> None:
    """Print what was left out when a data set or file was read, a line per reason."""
    for reason, count in dropped.items():
        typer.echo(printable(f"{name}: {count} x {reason}"), err=to_stderr)
