"""Searches by name, and the default."""

import inspect
from typing import Any

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.encoders import Encoder
from gazekit.models.neva.optimisers.blended import Blended
from gazekit.models.neva.optimisers.contract import Search
from gazekit.models.neva.optimisers.grid import Grid
from gazekit.models.neva.optimisers.linearised import Linearised
from gazekit.models.neva.optimisers.reference import Evaluated, Reference, Restarts

SEARCHES: dict[str, type[Search]] = {s.name: s for s in (Reference, Evaluated, Restarts, Linearised, Blended, Grid)}
AUTO = "auto"


def search_from(what: str | Search, encoder: Encoder, **options: Any) -> Search:
    """Make a search.

    Parameters
    ----------
    what : str or Search
        A name of `SEARCHES`; "auto", the default, is "blended" where the encoder's features have places and
        "linearised" elsewhere: they won the comparison in docs/models/neva.md.
    encoder : Encoder
        What it will search with.
    **options
        Of the search: `iterations`, `step`, `restart`, `starts`, `rounds`, `level`, `levels`, `cells`.

    Raises
    ------
    UnknownNameError
        No search of this name.
    GazekitError
        An option that this search does not have.
    """
    if isinstance(what, Search):
        if options:
            raise GazekitError(f"give {', '.join(options)} to the search itself, not beside it")
        return what
    name = ("blended" if encoder.spatial else "linearised") if what == AUTO else what
    if name not in SEARCHES:
        raise UnknownNameError("search", name, [*SEARCHES, AUTO])
    known = [p for p in inspect.signature(SEARCHES[name].__init__).parameters if p != "self"]
    wrong = [option for option in options if option not in known]
    if wrong:
        raise GazekitError(f"the search {name!r} has no option {wrong[0]!r}; it has {', '.join(known)}")
    return SEARCHES[name](**options)
