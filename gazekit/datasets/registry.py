"""Registry of data sets by name: where the loader is, and the card that says what the data are."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazekit.datasets.loader_options import check_options
from gazekit.foundations.errors import DataError
from gazekit.foundations.registry import Registry

if TYPE_CHECKING:
    from gazekit.core.card import Card
    from gazekit.core.trials import Dataset


@dataclass(frozen=True)
class Entry:
    """A registered data set.

    Parameters
    ----------
    name : str
        The data set's name.
    where : str
        `module:function` of the loader; imported when the data set is loaded, not before.
    made_here : bool
        Whether gazekit makes the data set itself, so that it has no folder and nothing to fetch.
    checked_by : str, optional
        `module:function` that checks a folder by what its files add up to, where their hashes are not known.
    """

    name: str
    where: str
    made_here: bool = False
    checked_by: str | None = None

    @property
    def loader(self) -> "Callable[..., Dataset]":
        """The function `load(root, **options)` that reads the published files."""
        module, function = self.where.split(":")
        return getattr(import_module(module), function)

    @property
    def card(self) -> "Card":
        """What the data are: units, licence, citation, counts."""
        from gazekit.datasets.cards import read_card

        return read_card(self.name)


datasets = Registry("data set")

_BUILT_IN = {
    "osie": "gazekit.datasets.published.osie:load",
    "interiors": "gazekit.datasets.published.interiors:load",
    "bookcovers": "gazekit.datasets.published.bookcovers:load",
    "coco-search18": "gazekit.datasets.published.coco_search18:load",
    "object-arrays": "gazekit.datasets.published.object_arrays:load",
    "waldo": "gazekit.datasets.published.waldo:load",
    "mit1003": "gazekit.datasets.published.mit1003:load",
    "capmit1003": "gazekit.datasets.published.capmit1003:load",
}
_CHECKED_BY = {  # by what the files add up to: no list of their hashes is known
    "mit1003": "gazekit.datasets.published.mit1003.published_counts:check",
    "capmit1003": "gazekit.datasets.published.capmit1003:check",
}
for _name, _where in _BUILT_IN.items():
    datasets.add(_name, Entry(_name, _where, checked_by=_CHECKED_BY.get(_name)))
_MADE_HERE = {
    "demo": "gazekit.datasets.synthetic.demo:load",
    "search-arrays": "gazekit.datasets.synthetic.search_arrays:load",
    "shelves": "gazekit.datasets.synthetic.shelves:load",
}
for _name, _where in _MADE_HERE.items():
    datasets.add(_name, Entry(_name, _where, made_here=True))


def load_dataset(name: str, root: str | Path | None = None, **options: Any) -> "Dataset":
    """Read a published data set from a folder.

    Parameters
    ----------
    name : str
        A name of `gazekit datasets list`.
    root : path
        The folder that holds the published files, in the authors' own layout; not needed for one that is made here.
    **options
        Options of that data set's loader (see its page in `docs/datasets`). All loaders take `px_per_degree`,
        px per degree of visual angle where you know it, and `outside`: "keep" (default), "clip" or "drop" the
        points that lie outside the image. Points outside and rows left out are counted in `Dataset.dropped`
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
    entry = datasets[name]
    loader = entry.loader
    check_options(name, loader, options)
    if entry.made_here:
        return loader(**options)
    if root is None:
        card = entry.card
        raise DataError(f"data set {name!r} needs its folder (root, or --root); it holds {card.layout}; {card.where}")
    return loader(Path(root), **options)
