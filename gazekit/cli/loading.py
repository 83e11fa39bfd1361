"""Data as a command line names them: read, and what a manifest keeps of that."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer

from gazekit.cli.texts import column_names, declared, files_named, names, place, separator, settings, size
from gazekit.files.untrusted import printable
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset

# Options of the command line that say something of a table of one's own, by name: what their text means, None for
# itself, and the options of the reader; several get a part of it each.
TOLD: Mapping[str, tuple[Callable[[str, str], Any] | None, tuple[str, ...]]] = {
    "columns": (column_names, ("columns",)),
    "separator": (separator, ("sep",)),
    "decimal": (None, ("decimal",)),
    "missing": (None, ("missing",)),
    "where": (None, ("where",)),
    "name": (None, ("name",)),
    "facts": (declared, ("facts",)),
    "recording": (None, ("recording",)),
    "detect": (None, ("detect",)),
    "eye": (None, ("eye",)),
    "stimulus": (partial(names, repeats=True), ("stimulus",)),  # one per file
    "placed": (place, ("placed",)),
    "screen": (size, ("screen_width", "screen_height")),
    "screen_mm": (size, ("screen_width_mm", "screen_height_mm")),
    "size": (size, ("recorded_width", "recorded_height")),
    "distance_mm": (None, ("distance_mm",)),
}
NUMBERS = ("screen", "screen_mm", "size", "distance_mm")  # --data-set takes them one by one, as numbers
_READ = {to[0]: read for name, (read, to) in TOLD.items() if name not in NUMBERS}
_OF_OWN = {"boxes"}.union(*(to for name, (_, to) in TOLD.items() if name not in ("missing", "size")))


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


def told(given: Mapping[str, Any]) -> dict[str, Any]:
    r"""Options of a reader from options of the command line, by their names in `TOLD`; nothing where nothing was said.

    Examples
    --------
    >>> told({"columns": ["x=FIX_X", "trial="], "separator": "tab", "decimal": None, "screen": "8x6"})
    {'columns': {'x': 'FIX_X', 'trial': None}, 'sep': '\t', 'screen_width': 8.0, 'screen_height': 6.0}
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name in TOLD and value is not None and value != []:
            read, to = TOLD[name]
            text = ",".join(value) if isinstance(value, list) else value
            meant = text if read is None else read(text, _option_of(name))
            found |= dict(zip(to, meant, strict=True)) if len(to) > 1 else {to[0]: meant}
    return found


def reader_options(
    pairs: Iterable[str] | None, option: str, given: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    r"""Options of a reader from the `name=value` texts of `option`, and those that have an option of their own.

    Parameters
    ----------
    pairs : iterable of str, optional
        What was given with `option`.
    option : str
        Its name: --data-set, --predictions-set.
    given : mapping
        Options of the command line by name; see `told`. Others than those of `TOLD` say nothing of a table.

    Raises
    ------
    GazekitError
        Not of that form; the two disagree.

    Examples
    --------
    >>> reader_options(["sep=tab", "facts=forced_first"], "--data-set", {"missing": "drop"})
    {'sep': '\t', 'facts': {'forced_first': True}, 'missing': 'drop'}
    """
    found = settings(pairs, option, [*_READ, "boxes", "source"])
    for name in found:
        if (read := _READ.get(name)) is not None:
            found[name] = read(found[name], f"{option} {name}=")
    for own in given:
        for name, value in told({own: given[own]}).items():
            if found.setdefault(name, value) != value:
                raise GazekitError(f"{_option_of(own)} and {option} {name}= disagree; give one of them")
    return found


def _option_of(name: str) -> str:
    return "--from" if name == "recording" else f"--{name.replace('_', '-')}"


def how_loaded(data: str, root: Path | None, outside: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of the data, so that `load(**that)` reads the same again."""
    return {"data": data, "root": str(root) if root else None, "outside": outside, "options": dict(options)}


def say_dropped(name: str, dropped: Mapping[str, int], *, to_stderr: bool = False) -> None:
    """Print what was left out when a data set or file was read, a line per reason."""
    for reason, count in dropped.items():
        typer.echo(printable(f"{name}: {count} x {reason}"), err=to_stderr)
