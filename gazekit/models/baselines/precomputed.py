"""Predictions from a file as a model: any repository's scanpaths, scored without porting its code."""

from functools import cached_property

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, listed
from gazekit.models.contract import Request, ScanpathModel


class Precomputed(ScanpathModel):
    """A model that returns scanpaths it was given.

    Parameters
    ----------
    paths : Scanpaths
        Predictions of one source; their `trial` column names the trials. With a name they may be of several, each
        for trials of its own.
    name : str, optional
        Name in tables, and source of the paths that it returns; default is the source of those that are given.

    Raises
    ------
    GazekitError
        Paths of several sources, without a name or for one trial.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Frame, Trial
    >>> table = pd.DataFrame({"stimulus": ["a"], "source": "mine", "width": 9, "height": 9})
    >>> paths = Scanpaths([1, 2], [3, 4], [0, 2], table)
    >>> model = Precomputed(paths)
    >>> model.name, len(model.predict([Trial("a", "a", Frame(9, 9)), Trial("b", "b", Frame(9, 9))], progress=False))
    ('mine', 1)
    """

    mend = ""  # what to do where these cannot be right and their file is read without options
    stops = True  # they end where they end
    gives_what_it_has = True

    def __init__(self, paths: Scanpaths, name: str | None = None) -> None:
        sources = paths.table["source"].unique()
        of_trials = paths.table.groupby("trial")["source"].nunique()
        if len(sources) > 1 and (not name or of_trials.max() > 1):
            raise GazekitError(
                f"Precomputed takes predictions of one source, and these are of {listed(list(map(repr, sources)))}; "
                f"select one: paths.filter(source={sources[0]!r})"
            )
        self.name = name or str(paths.table["source"].iloc[0])
        self._paths = paths.replace(table=paths.table.assign(source=self.name))

    @property
    def given(self) -> Scanpaths:
        """All the paths that were given."""
        return self._paths

    @cached_property
    def _rows(self) -> dict[str, np.ndarray]:
        """Rows of each trial: found once, as a run asks for a few trials at a time."""
        return self._paths.table.groupby("trial", sort=False).indices

    def scanpaths(self, request: Request) -> Scanpaths:
        """Return all the given paths of these trials; `n_samples` and `seed` change nothing, a limit or length cuts."""
        found = [self._rows[t.id] for t in request.trials if t.id in self._rows]
        paths = self._paths[np.concatenate(found) if found else np.empty(0, dtype=np.int64)]
        return paths if request.max_fixations is None else paths.truncate(request.max_fixations)
