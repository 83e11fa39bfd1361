"""Searches for the next fixation beside the published one (`algorithm.Reference`): one idea a file, and all by name."""

import inspect
from dataclasses import is_dataclass
from typing import Any

from gazekit.foundations.errors import GazekitError, check_known
from gazekit.foundations.option_kinds import check_fields
from gazekit.models.networks import Encoder
from gazekit.models.neva.algorithm import Reference, Search
from gazekit.models.neva.searches.direct import Evaluated, Grid, Restarts
from gazekit.models.neva.searches.rough_maps import Blended, Linearised

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
        An option that this search does not have, or of another kind than it declares.
    """
    if isinstance(what, Search):
        if options:
            raise GazekitError(f"give {', '.join(options)} to the optimiser itself, not beside it")
        if is_dataclass(what):
            check_fields(what)
        return what
    name = ("blended" if encoder.spatial else "linearised") if what == AUTO else what
    check_known("optimiser of NeVA", name, [*SEARCHES, AUTO])
    known = inspect.signature(SEARCHES[name]).parameters
    wrong = next((option for option in options if option not in known), None)
    if wrong is not None:
        raise GazekitError(f"the optimiser {name!r} has no option {wrong!r}; it has {', '.join(known)}")
    made = SEARCHES[name](**options)
    check_fields(made)
    return made
