"""What a column of results is: which measure it belongs to, which way is better, and what to print beside it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from gazekit.foundations.registry import Registry
from gazekit.metrics import density_metrics, metrics, set_metrics
from gazekit.scoring.labels import labelled_measures

REGISTRIES: tuple[Registry, ...] = (metrics, labelled_measures, set_metrics, density_metrics)


@cache  # looking for measures of other packages takes long
def measures() -> Mapping[str, Any]:
    """Every measure that an evaluation knows, by name: of pairs, of labelled pairs, of sets, of densities."""
    return {name: registry[name] for registry in REGISTRIES for name in registry}


def measure_of(output: str) -> Any | None:
    """The measure that has a column of this name, or None.

    Examples
    --------
    >>> measure_of("multimatch_vector").name, measure_of("no such column")
    ('multimatch', None)
    """
    return next((measure for measure in measures().values() if output in measure.outputs), None)


def higher_is_better(output: str) -> bool | None:
    """Whether more of this output is better; None for a description, True for a name that no measure has.

    Examples
    --------
    >>> [higher_is_better(name) for name in ("multimatch_vector", "edit_distance", "tfp_auc")]
    [True, False, None]
    """
    measure = measure_of(output)
    return True if measure is None else measure.higher_is_better


def better_words(output: str) -> str:
    """The direction in words, for a heading: nothing where higher is better.

    Examples
    --------
    >>> better_words("edit_distance"), better_words("scanmatch")
    (', lower is better', '')
    """
    return {True: "", False: ", lower is better", None: ", a description: read it beside people's"}[
        higher_is_better(output)
    ]


def has_zero(output: str) -> bool:
    """Whether 0 means none of it, so that a value may be divided by people's: not for a log-likelihood.

    Examples
    --------
    >>> has_zero("log_likelihood"), has_zero("scanmatch")
    (False, True)
    """
    measure = measure_of(output)
    return measure is None or measure.bounds[1] > 0


def caution(output: str) -> str:
    """The sentence that must stand beside this output wherever it is shown; empty for none."""
    return str(getattr(measure_of(output), "caution", ""))
