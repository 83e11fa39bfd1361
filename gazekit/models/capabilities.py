"""What a model can do beyond `predict`, each as a protocol: it learns, has a density, has a likelihood, searches.

A class that writes the method has the capability; its parameters are checked when a model is made. Ask with
`isinstance(model, Learns)`.
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError


@runtime_checkable
class Learns(Protocol):
    """A model that learns from human scanpaths.

    The class attributes `needs_fit` and `leaves_own_out` of `ScanpathModel` say whether it must be fitted before it can
    predict, and whether a prediction for a stimulus never uses scanpaths of that stimulus.
    """

    def fit(self, dataset: Dataset) -> Any:
        """Learn from a data set's human scanpaths, and return self."""


@runtime_checkable
class Saves(Protocol):
    """A model that learns, and stores what it learned itself: a network, an estimator of another package.

    One whose attributes are numbers, texts, arrays, scanpaths and containers of such needs neither method.
    """

    def save(self, path: Path) -> None:
        """Write what was learned to one file, without pickling: run folders are passed on."""

    def load(self, path: Path) -> Any:
        """Read what `save` wrote, on a model made with the same arguments, and return the model."""


@runtime_checkable
class HasDensity(Protocol):
    """A model that says how likely each place is to be fixated."""

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image.

        Parameters
        ----------
        trial : Trial
            What is shown.
        shape : (int, int), optional
            Rows and columns of the map; default one cell per px.
        history : Scanpath, optional
            Fixations so far, px. None asks for the density of a fixation whatever came before; a model whose fixations
            are independent gives the same for every history.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.
        """


@runtime_checkable
class HasNextDensities(Protocol):
    """A model with densities that is quicker when it is asked for those of a whole path at once."""

    def conditional_log_densities(
        self, trial: Trial, path: Scanpath, shape: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Log density of each fixation of a path after those before it, (n, rows, columns).

        Row k equals `log_density(trial, shape, history)` with the first k fixations as history.
        """


def log_density_on(
    model: HasDensity, trial: Trial, shape: tuple[int, int], history: Scanpath | None = None
) -> np.ndarray:
    """`model.log_density` on the cells that were asked for: on others the same density has other values.

    Raises
    ------
    GazekitError
        It is on others.
    """
    return _of_shape(model, trial, model.log_density(trial, shape, history=history), shape)


def _of_shape(model: HasDensity, trial: Trial, found: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    if np.shape(found) != shape:
        raise GazekitError(
            f"{_called(model)} was asked for a log density of {shape} rows and columns on trial {trial.id!r}, and "
            f"gave {np.shape(found)}"
        )
    return found


def _called(model: HasDensity) -> str:
    return f"model {getattr(model, 'name', type(model).__name__)!r}"


def next_log_densities(model: HasDensity, trial: Trial, path: Scanpath, shape: tuple[int, int]) -> np.ndarray:
    """Log density of each fixation of a path after those before it, (n, rows, columns), of any model with densities.

    Raises
    ------
    GazekitError
        Another number of densities, or of cells, than was asked for.

    Examples
    --------
    >>> from gazekit import Frame
    >>> from gazekit.models import load_model
    >>> path = Scanpath([1, 5, 7], [2, 2, 2], None, Frame(8, 4))
    >>> densities = next_log_densities(load_model("centre"), Trial("t", "t", path.frame), path, (2, 4))
    >>> densities.shape, bool((densities[0] == densities[2]).all())
    ((3, 2, 4), True)
    """
    if getattr(model, "independent_fixations", False):
        return np.broadcast_to(log_density_on(model, trial, shape), (len(path), *shape))
    if isinstance(model, HasNextDensities):
        found = model.conditional_log_densities(trial, path, shape)
        if len(found) != len(path):
            raise GazekitError(
                f"{_called(model)} gives {len(found)} densities for a path of {len(path)} fixations on trial "
                f"{trial.id!r}; one for each"
            )
        return np.stack([_of_shape(model, trial, each, shape) for each in found]) if len(path) else found
    return np.stack([log_density_on(model, trial, shape, history) for history in histories(path)])


def histories(path: Scanpath) -> list[Scanpath]:
    """What came before each fixation of a path."""
    return [Scanpath(path.x[:k], path.y[:k], path.durations()[:k], path.frame, path.ids) for k in range(len(path))]


@runtime_checkable
class HasLikelihood(Protocol):
    """A model under which people's paths over objects have a likelihood."""

    def log_likelihood(self, dataset: Dataset, *, rule: str = "nearest") -> list[np.ndarray]:
        """Log-likelihood of people's paths.

        Parameters
        ----------
        dataset : Dataset
            Trials with what the model needs; human scanpaths.
        rule : {"nearest", "containing"}
            What a fixation between objects counts as; see `Scanpaths.to_objects`.

        Returns
        -------
        list of (n + 1,) float64
            One array per path with a fixation on an object, in order: nats of every fixation, then of the end.
        """


class Donor(NamedTuple):
    """From whom a path has something.

    Attributes
    ----------
    stimulus, subject : str
        Of the person's path.
    fixation : int
        Place of the fixation that comes from it; -1 where it is the whole path or its length.
    """

    stimulus: str
    subject: str
    fixation: int = -1


@runtime_checkable
class Copies(Protocol):
    """A model whose paths have something of paths that people made on other stimuli."""

    def donors(
        self, trial: Trial, sample: int, seed: int, *, length: int | None = None, limit: int | None = None
    ) -> list[Donor]:
        """Whose paths this sample of `predict` has something of.

        Parameters
        ----------
        trial : Trial
            What is shown.
        sample, seed : int
            Of `predict`.
        length : int, optional
            Fixations that the path was asked for; None where the model chose.
        limit : int, optional
            Most fixations of the path, where it was not asked for a length.

        Returns
        -------
        list of Donor
            One for everything that was drawn by itself: a whole path, a length, one fixation.
        """


class MovedFit(NamedTuple):
    """A fit of a few numbers, with one of them moved a little.

    Attributes
    ----------
    number : str
        Which.
    model : ScanpathModel
        The model with this number moved.
    moved_by : pandas.DataFrame
        stimulus, subject, value: how many such moves the number owes to this person's paths on this stimulus. They add
        up to 0.
    """

    number: str
    model: Any
    moved_by: pd.DataFrame


@runtime_checkable
class LearnsNumbers(Protocol):
    """A model that learns a few numbers from people's paths: with other paths they would be others, and so its scores.

    How far is seen by moving each number (the delta method).
    """

    def moved_fits(self) -> list[MovedFit]:
        """The model with each of its numbers moved; none where it has learned none."""


@dataclass(frozen=True)
class SearchResult:
    """What a model that searches did in one trial.

    Parameters
    ----------
    fixations : (n, 2) float64
        x, y px, the start first; it ends at the target if that was found.
    found : bool
        Whether it was.
    level_weights : (n - 1, levels) float64
        Share of each level of a network in the map that decided each saccade; empty for a model without.
    maps : sequence of arrays
        Maps that decided the first saccades, if they were asked for.
    activations : (n - 1,) float64
        How strongly the place of each saccade called, on a scale that is the same throughout the search; empty for a
        model that has none. A search may be given up when nothing calls strongly enough.
    """

    fixations: np.ndarray
    found: bool
    level_weights: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    maps: Any = ()
    activations: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def saccades(self) -> int:
        """Saccades made."""
        return len(self.fixations) - 1


@runtime_checkable
class Searches(Protocol):
    """A model that knows when it has found the target."""

    def search(self, trial: Trial) -> SearchResult:
        """Search one display."""


# name: (protocol, method, names of what it is called with by keyword, after one argument by position)
CAPABILITIES: Mapping[str, tuple[type, str, tuple[str, ...]]] = {
    "learns": (Learns, "fit", ()),
    "density": (HasDensity, "log_density", ("shape", "history")),
    "next densities": (HasNextDensities, "conditional_log_densities", ("path", "shape")),
    "likelihood": (HasLikelihood, "log_likelihood", ("rule",)),
    "search": (Searches, "search", ()),
}


def capabilities(model: Any) -> tuple[str, ...]:
    """Which of `CAPABILITIES` a model or a class of models has.

    Examples
    --------
    >>> from gazekit.models import model_class
    >>> capabilities(model_class("uniform")), capabilities(model_class("move"))
    (('learns', 'density'), ('learns', 'likelihood'))
    """
    cls = model if isinstance(model, type) else type(model)
    return tuple(name for name, (protocol, _, _) in CAPABILITIES.items() if issubclass(cls, protocol))


@cache
def check_methods(cls: type) -> None:
    """Check that the methods of a class can be called as its capabilities promise.

    Raises
    ------
    GazekitError
        A method is not callable, or does not take its arguments.
    """
    for protocol, method, keywords in CAPABILITIES.values():
        found = getattr(cls, method, None)
        if found is None:
            continue
        try:
            inspect.signature(found).bind(None, None, **dict.fromkeys(keywords))
        except TypeError as error:
            wanted = str(inspect.signature(getattr(protocol, method))).partition(" ->")[0]
            raise GazekitError(
                f"the method {method} of {cls.__qualname__} cannot be called as gazekit calls it ({error}); it must "
                f"take {wanted}"
            ) from error
