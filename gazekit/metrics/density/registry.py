"""What a measure of a map or a log density at fixations is, and the registry of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError, MissingNeedError, UnknownNameError
from gazekit.foundations.registry import Registry
from gazekit.metrics.density.pixels import as_log_density

density_metrics = Registry("density metric", group="gazekit.density_metrics")

_WHAT = {
    "baseline": "the log density of a baseline or prior",
    "others": "people's fixations on the other images",
    "sigma": "sigma, the width of the Gaussian that smooths people's fixations",
}


@dataclass(frozen=True)
class DensityMetric:
    """A measure of a model's log density at the fixations that people made, as the registry knows it.

    Parameters
    ----------
    name : str
        Its name in tables and on the command line.
    outputs : tuple of str
        Names of the columns that it gives.
    higher_is_better : bool
        True for a gain, False for a distance.
    bounds : (float, float)
        Least and greatest value.
    unit : str
        Unit of the values; "1" for none.
    per : {"fixation", "image"}
        What has a value of its own.
    needs : tuple of str
        "baseline" (log density of the same shape), "others" ((m, 2) fixations on other images as shares of width and
        height), "sigma" (px, for people's map).
    summary : str
        What it measures, in one sentence.
    source : str
        The paper that defined it.
    compute : callable
        `compute(log_density, x, y, size, given)` gives (n, k) or (k,) values; `given` maps each need to its value.
    """

    name: str
    outputs: tuple[str, ...]
    higher_is_better: bool
    bounds: tuple[float, float]
    unit: str
    per: Literal["fixation", "image"]
    needs: tuple[str, ...]
    summary: str
    source: str
    compute: Callable[..., Any] = field(repr=False)

    def score(
        self,
        log_density: ArrayLike,
        x: ArrayLike,
        y: ArrayLike,
        *,
        size: tuple[float, float] | None = None,
        baseline: ArrayLike | None = None,
        others: ArrayLike | None = None,
        sigma: float | None = None,
    ) -> np.ndarray:
        """Score one image's log density.

        Parameters
        ----------
        log_density : (rows, columns) array
            Natural logarithms of probabilities that add up to 1.
        x, y : (n,) array
            People's fixations, px of the shown image.
        size : (width, height), optional
            Of the shown image, px, where the map has another resolution.
        baseline : (rows, columns) array, optional
            Log density of the baseline or prior.
        others : (m, 2) array, optional
            Fixations on the other images, x and y as shares of width and height.
        sigma : float, optional
            Standard deviation, px, of the Gaussian that makes people's fixations a map.

        Returns
        -------
        (n, k) float64
            One row per fixation, or one row for the image; NaN where not defined.

        Raises
        ------
        MissingNeedError
            Something that the measure needs was not given.
        GazekitError
            A log density that does not add up to 1.
        """
        given: Mapping[str, Any] = {"baseline": baseline, "others": others, "sigma": sigma}
        for need in self.needs:
            if need not in given:
                raise UnknownNameError("need of a density metric", need, given)
            if given[need] is None:
                raise MissingNeedError(f"{self.name} needs {_WHAT[need]}; give it as {need}=...")
        if others is not None and (np.ndim(others) != 2 or np.shape(others)[1] != 2):
            raise GazekitError(
                f"others are fixations (m, 2), x and y from 0 to 1 each, not of shape {np.shape(others)}"
            )
        values = np.asarray(self.compute(as_log_density(log_density), x, y, size, given), dtype=np.float64)
        rows = 1 if self.per == "image" else np.asarray(x, dtype=np.float64).size
        return values.reshape(rows, len(self.outputs))
