"""Data sets by name: each is a card, a TOML file that says what the data are and which function loads them.

The cards of this package lie in `cards`. Another package names its own in the entry-point group `gazekit.datasets`. A
card with a section `[table]` needs no loader, and may be named by its path.
Options are checked against the signature of the loader before it is called.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from gazekit.core.card import Card, Download
from gazekit.core.trials import Dataset
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import parse_toml
from gazekit.foundations.errors import DataError, GazekitError, refusing
from gazekit.foundations.option_kinds import kinds_of, wanted
from gazekit.foundations.registry import Registry, imported

TABLE_LOADER = "gazekit.datasets.published.table:load"


def options_of(loader: Callable[..., Any]) -> list[str]:
    """The options of a loader: its arguments that can only be given by name."""
    return list(loader.__kwdefaults__ or ())


def check_options(name: str, loaders: Sequence[Callable[..., Any]], options: Mapping[str, Any]) -> None:
    """Refuse options that a loader does not have, and values of another kind than its signature says.

    Only plain kinds are checked here (true or false, numbers, one of several words); other names and lists are the
    loader's own to judge.

    Parameters
    ----------
    name : str
        The data set's name.
    loaders : sequence of callables
        The options are their arguments that can only be given by name.
    options : mapping
        What was given.

    Raises
    ------
    GazekitError
        The message names the option, what it must be, and the options there are.

    Examples
    --------
    >>> def loader(root, *, scenes: int = 3, blocks: bool = False): ...
    >>> check_options("shelf", [loader], {"blocks": "perhaps"})
    Traceback (most recent call last):
    gazekit.GazekitError: option blocks of data set 'shelf' must be true or false, not 'perhaps'; its options are
    blocks, scenes
    """
    known = sorted(option for loader in loaders for option in options_of(loader))
    kinds = {option: kind for loader in loaders for option, kind in kinds_of(loader).items()} if options else {}
    for option, value in options.items():
        if option not in known:
            raise GazekitError(f"data set {name!r} has no option {option!r}; it has {', '.join(known) or 'none'}")
        if must := wanted(kinds.get(option), value):
            raise GazekitError(
                f"option {option} of data set {name!r} must be {must}, not {value!r}; its options are "
                f"{', '.join(known)}"
            )


class Cards(Registry):
    """Cards by the data sets' names or by paths; a card is read when it is asked for, and nothing else is imported.

    Examples
    --------
    >>> datasets["osie"].counts["subjects"]
    15
    """

    def file(self, name: str) -> Path:
        """The file of a card; the list of the published files' hashes lies beside it.

        Raises
        ------
        UnknownNameError
            No such data set; the message has the closest match.
        DataError
            No card at this path.
        """
        if not _is_path(name):
            return Path(super().__getitem__(name))
        if not Path(name).is_file():
            raise DataError(f"there is no card {name}; check the name, or give that of a data set (gazekit datasets)")
        return Path(name)

    def __getitem__(self, name: str) -> Card:
        file = self.file(name)
        if not _is_path(name):
            return _read_card(name, file)
        card = _read_card.__wrapped__(file.stem.replace("_", "-"), file)
        if card.loader != TABLE_LOADER or card.checked_by is not None:  # a file of somebody else's runs nothing
            raise DataError(
                f"the card {name} names code that would be run ({card.checked_by or card.loader}); a card that is "
                f"named by its path has a section [table] instead, and one with a loader belongs to an installed "
                f"package, which names it in the entry-point group gazekit.datasets"
            )
        return replace(card, card_file=name)

    def __contains__(self, name: object) -> bool:
        return (isinstance(name, str) and _is_path(name)) or super().__contains__(name)


datasets = Cards("data set", group="gazekit.datasets")
for _file in Path(__file__).with_name("cards").glob("*.toml"):
    datasets.add(_file.stem.replace("_", "-"), _file)


def _is_path(name: str) -> bool:
    return name.endswith(".toml")


@cache
def _read_card(name: str, file: Path) -> Card:
    where = f"the card of the data set {name!r}, {file}, cannot be read"
    with refusing((OSError, ValueError), lambda error: DataError(f"{where}: {error}")):
        return card_from(parse_toml(file), file.name, name)


def card_from(content: Mapping[str, Any], where: str, name: str) -> Card:
    """Make the card of the data set `name` of the parsed TOML; `where` names the file in messages.

    Raises
    ------
    DataError
        A field that cards do not have, one that is missing or of another kind; a loader and a section `[table]` in one
        card; a table without `files`.
    """
    known = {f.name for f in fields(Card)} - {"name", "card_file"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise DataError(f"{where} has the field {unknown[0]!r}; cards have {', '.join(sorted(known))}")
    if "table" in content:
        if "loader" in content:
            raise DataError(
                f"{where} has a loader and a section [table]; one of them reads the data: take the other out"
            )
        if not content.get("files"):
            raise DataError(
                f'{where} has a section [table] and no files; name the published ones, files = ["gaze.csv"]'
            )
        content = {**content, "loader": TABLE_LOADER}
    for key, kind in get_type_hints(Card).items():
        if key in content and (wanted := _wanted_of_card(kind, content[key])):
            raise DataError(f"{where}: {key} must be {wanted}, not {content[key]!r}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    with refusing(TypeError, lambda error: DataError(f"{where} is not a whole card: {error}")):
        if "downloads" in values:
            values["downloads"] = tuple(Download(**download) for download in values["downloads"])
        return Card(name=name, **values)


def _wanted_of_card(kind: Any, value: Any) -> str | None:
    """What a field of a card must be, in words, if it is not."""
    if get_origin(kind) is tuple:
        texts = get_args(kind)[0] is str
        good = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value if texts)
        return None if good else f"a list{' of texts' * texts}"
    if any(get_origin(part) is Mapping for part in (kind, *get_args(kind))):
        return None if isinstance(value, Mapping) else "a section"
    return wanted(kind, value)


def load_dataset(name: str | Path, root: str | Path | None = None, **options: Any) -> Dataset:
    """Read a published data set from a folder.

    Parameters
    ----------
    name : str or path
        A name of `gazekit datasets list`, or the path of a card (`mine.toml`).
    root : path
        The folder that holds the published files, in the authors' own layout; not needed for one that is made here.
        Default for the path of a card: the folder that it is in.
    **options
        Options of that data set's loader (see its page in `docs/datasets`). All loaders of published files take
        `px_per_degree`, px per degree of visual angle where you know it, and `outside`: "keep" (default), "clip" or
        "drop" the points that lie outside the image. Points outside and rows left out are counted in `Dataset.dropped`
        either way. `split` names a part of the published split where there is one, and `shared` says what is done with
        stimuli that are in several parts (see `gazekit.datasets.published.splits`).

    Returns
    -------
    Dataset
        Positions (x, y) in px of the shown image, durations in ms.

    Raises
    ------
    UnknownNameError
        No such data set; the message has the closest match.
    DataError
        The folder is not there, a file is missing, or a file cannot be read; the message names it.
    GazekitError
        An option that this loader does not have, or a value of another kind.

    Examples
    --------
    >>> load_dataset("osi", ".")
    Traceback (most recent call last):
    gazekit.UnknownNameError: there is no data set called 'osi'; did you mean 'osie'?
    """
    name = str(name)
    card = datasets[name]
    if root is None and card.card_file is not None:
        root = Path(name).parent
    load: Callable[..., Dataset] = imported(card.loader)
    if card.made_here:
        check_options(name, [load], options)
        return load(**options)
    check_options(name, [load, PublishedFolder.__init__], options)
    if root is None:
        raise DataError(f"data set {name!r} needs its folder (root, or --root); it holds {card.layout}; {card.where}")
    common = {option: options.pop(option) for option in options_of(PublishedFolder.__init__) if option in options}
    return load(PublishedFolder(card, root, **common), **options)
