"""What a metric is, and the registry of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.foundations.errors import UnknownNameError
from gazekit.foundations.registry import Registry

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths

metrics = Registry("metric", group="gazekit.metrics")


@dataclass(frozen=True)
class Metric:
    """A comparison of two scanpaths, as the registry knows it.

    A new metric is one file: its public function, its two steps below, and `metrics.add(name,
    Metric(...))`; then one line in `gazekit.metrics.__init__` that imports the function.

    Parameters
    ----------
    name : str
        Its name in tables and on the command line.
    outputs : tuple of str
        Names of the columns that it gives, each a metric of its own in a table of results.
    higher_is_better : bool
        True for a similarity, False for a distance.
    bounds : (float, float)
        Least and greatest value with the default options, for paths inside their frame.
    unit : str
        Unit of the values; "1" for none.
    needs_duration : bool
        Whether it is undefined without fixation durations.
    summary : str
        What it measures, in one sentence.
    source : str
        The paper that defined it.
    prepare : callable
        `prepare(columns, **options) -> prepared`: the work that is done once per scanpath; see
        `gazekit.metrics.columns.Columns`.
    score : callable
        `score(prepared_a, prepared_b, pairs, out, **options)`: fills `out` (n, len(outputs)) for `pairs`
        (n, 2) int64. It must not hold the interpreter's lock, and must treat each pair by itself.
    params : mapping of str to default
        Its options.
    symmetric : bool
        Whether an exchange of the two paths never changes a value, with the default options. False promises nothing.
    needs_objects : bool
        Whether it is undefined unless every fixation has an object (`object_id`).
    """

    name: str
    outputs: tuple[str, ...]
    higher_is_better: bool
    bounds: tuple[float, float]
    unit: str
    needs_duration: bool
    summary: str
    source: str
    prepare: Callable[..., Any] = field(repr=False)
    score: Callable[..., None] = field(repr=False)
    params: Mapping[str, Any] = field(default_factory=dict)
    symmetric: bool = False
    needs_objects: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """What paths must have besides positions: "duration", "objects"; named as in the other registries."""
        wanted = {"duration": self.needs_duration, "objects": self.needs_objects}
        return tuple(name for name, needed in wanted.items() if needed)

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All options, those that were not given at their default.

        Raises
        ------
        UnknownNameError
            An option that this metric does not have.
        """
        for name in given:
            if name not in self.params:
                raise UnknownNameError(f"option of {self.name}", name, self.params)
        return {**self.params, **given}

    def pairwise(self, a: "Scanpaths", b: "Scanpaths", pairs: np.ndarray, **options: Any) -> np.ndarray:
        """Score many pairs; see `gazekit.metrics.pairwise`."""
        from gazekit.metrics.pairwise import pairwise

        return pairwise(self, a, b, pairs, **options)
