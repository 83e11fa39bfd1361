"""Data sets by name: each is a card, a TOML file that says what the data are and which function loads them.

The cards of this package lie in `cards`. Another package names its own in the entry-point group `gazekit.datasets`.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from gazekit.core.card import Card
from gazekit.core.trials import Dataset
from gazekit.datasets.loader_options import check_options, options_of
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.foundations.errors import DataError
from gazekit.foundations.registry import Registry, imported


class Cards(Registry):
    """Cards by the data sets' names; a card is read when it is asked for, and nothing else is imported then.

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
        """
        return Path(super().__getitem__(name))

    def __getitem__(self, name: str) -> Card:
        return _read_card(name, self.file(name))


datasets = Cards("data set", group="gazekit.datasets")
for _file in Path(__file__).with_name("cards").glob("*.toml"):
    datasets.add(_file.stem.replace("_", "-"), _file)


@cache
def _read_card(name: str, file: Path) -> Card:
    try:
        return card_from(tomllib.loads(file.read_text(encoding="utf-8")), file.name, name)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"the card of the data set {name!r}, {file}, cannot be read: {error}") from error


def card_from(content: Mapping[str, Any], where: str, name: str) -> Card:
    """Make the card of the data set `name` of the parsed TOML; `where` names the file in messages.

    Raises
    ------
    DataError
        A field that cards do not have, or one that is missing.
    """
    known = {f.name for f in fields(Card)} - {"name"}
    unknown = sorted(set(content) - known)
    if unknown:
        raise DataError(f"{where} has the field {unknown[0]!r}; cards have {', '.join(sorted(known))}")
    values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
    try:
        return Card(name=name, **values)
    except TypeError as error:
        raise DataError(f"{where} is not a whole card: {error}") from error


def load_dataset(name: str, root: str | Path | None = None, **options: Any) -> Dataset:
    """Read a published data set from a folder.

    Parameters
    ----------
    name : str
        A name of `gazekit datasets list`.
    root : path
        The folder that holds the published files, in the authors' own layout; not needed for one that is made here.
    **options
        Options of that data set's loader (see its page in `docs/datasets`). All loaders of published files take
        `px_per_degree`, px per degree of visual angle where you know it, and `outside`: "keep" (default), "clip" or
        "drop" the points that lie outside the image. Points outside and rows left out are counted in `Dataset.dropped`
        either way.

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
    card = datasets[name]
    load: Callable[..., Dataset] = imported(card.loader)
    if card.made_here:
        check_options(name, [load], options)
        return load(**options)
    check_options(name, [load, PublishedFolder.__init__], options)
    if root is None:
        raise DataError(f"data set {name!r} needs its folder (root, or --root); it holds {card.layout}; {card.where}")
    common = {option: options.pop(option) for option in options_of(PublishedFolder.__init__) if option in options}
    return load(PublishedFolder(card, root, **common), **options)
