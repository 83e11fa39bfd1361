"""Which model searches: how it is made anew for every experiment, and its controls as further rows of the tables."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gazekit.experiments.asymmetry.published import DESIGNS
from gazekit.foundations.errors import GazekitError, check_known
from gazekit.models.contract import ScanpathModel
from gazekit.models.registry import model_class
from gazekit.models.specs import model_from_text

MakesModel = str | ScanpathModel | Callable[..., ScanpathModel]

# name: (option, value, what the row is called)
CONTROLS: Mapping[str, tuple[str, Any, str]] = {
    "swapped-target": ("swap_target", True, "swapped target"),
    "equal-weights": ("level_weights", "equal", "equal level weights"),
}


@dataclass(frozen=True)
class Searcher:
    """A row of the tables: a model, or a control of it.

    Parameters
    ----------
    name : str
        What it is called in every table.
    make : str, model or callable
        Name of a registered model (options may follow, `name:option=value`), a model that is there already, or a class
        or function that returns one.
    options : mapping
        Options that it is made with, in every experiment.
    """

    name: str
    make: MakesModel
    options: Mapping[str, Any] = field(default_factory=dict)

    def model(self, experiment: str) -> ScanpathModel:
        """Make the model for an experiment, with the published settings of that experiment if it has such options."""
        settings = dict(DESIGNS[experiment].settings) if experiment in DESIGNS else {}
        known = option_names(self.make)
        given = {**{k: v for k, v in settings.items() if k in known}, **self.options}
        model = _make(self.make, given)
        if model.needs_fit:
            raise GazekitError(
                f"model {self.name!r} learns from people's scanpaths, and search displays have none; choose another"
            )
        return model


def searchers(
    make: MakesModel, options: Mapping[str, Any] | None = None, controls: Sequence[str] | None = None, *, seed: int = 0
) -> list[Searcher]:
    """The model and its controls.

    Parameters
    ----------
    make : str, model or callable
        See `Searcher`.
    options : mapping, optional
        Options of the model. `seed` is given to a model that has it, unless it is here.
    controls : sequence of str, optional
        Of "swapped-target" (the distractor is given as the target) and "equal-weights" (the levels of the network count
        alike). Default: those that the model has options for.
    seed : int
        Seed of the run.

    Raises
    ------
    UnknownNameError
        No such control.
    GazekitError
        A control that this model has no option for, or options for a model that is made already.

    Examples
    --------
    >>> [s.name for s in searchers("uniform")]
    ['uniform']
    """
    known = option_names(make)
    given = dict(options or {})
    if "seed" in known:
        given.setdefault("seed", seed)
    if controls is None:
        controls = [name for name, (option, _, _) in CONTROLS.items() if option in known]
    name = _name(make)
    rows = [Searcher(name, make, given)]
    for control in controls:
        check_known("control", control, CONTROLS)
        option, value, words = CONTROLS[control]
        if option not in known:
            raise GazekitError(
                f"model {name!r} has no option {option!r}, which the control {control!r} needs; leave that control out"
            )
        rows.append(Searcher(f"{name}, {words}", make, {**given, option: value}))
    return rows


def option_names(make: MakesModel) -> set[str]:
    """Names of the options that a model is made with; none for one that is made already."""
    if isinstance(make, ScanpathModel):
        return set()
    maker = model_class(make.partition(":")[0].strip()) if isinstance(make, str) else make
    return set(inspect.signature(maker).parameters)


def _name(make: MakesModel) -> str:
    if isinstance(make, str):
        return make.strip()
    return str(getattr(make, "name", None) or getattr(make, "__name__", type(make).__name__))


def _make(make: MakesModel, options: Mapping[str, Any]) -> ScanpathModel:
    if isinstance(make, ScanpathModel):
        if options:
            raise GazekitError(
                f"options ({', '.join(options)}) go with a model's name or class, not with a model that is made"
            )
        return make
    if isinstance(make, str):
        return model_from_text(make, **options)
    try:
        return make(**options)
    except TypeError as error:
        raise GazekitError(f"model {_name(make)!r} does not take these options ({error})") from error
