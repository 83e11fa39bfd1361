"""DeepGaze III, run by its authors' package `deepgaze_pytorch`; read in its code (1.2.1), of which nothing is here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.ndimage import zoom
from scipy.special import logsumexp
from torch import Tensor

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.files.arrays import parse_npy
from gazekit.files.atomic import read_whole
from gazekit.foundations.errors import DataError, GazekitError, check_whole, refusing
from gazekit.models.capabilities import HasDensity, log_density_on
from gazekit.models.cells import resampled
from gazekit.models.contract import DrawnPath, ScanpathModel
from gazekit.models.option_checks import positive
from gazekit.models.priority.grid import Grid
from gazekit.models.published.next_fixation import NextFixation, building
from gazekit.models.registry import load_model, models

RELEASE = "the authors' releases on github.com/matthias-k/DeepGaze (deepgaze3.pth of v1.1.0)"
BIAS = "centre_bias=centerbias_mit1003.npy (release v1.0.0, as published), or the name of a model: uniform, centre"
PACKAGE = "pip install git+https://github.com/matthias-k/DeepGaze"
LONGER_SIDE = 1024  # px, and
PX_PER_DEGREE = 35.0  # of most images of MIT1003, on which it was trained
MULTIPLE = 8  # px: the centre bias is taken down by 4, the image by 2 and again by 4


@dataclass(frozen=True)
class Shown:
    """An image as the network sees it.

    Parameters
    ----------
    image : (1, 3, H, W) Tensor
        0 to 255.
    bias : (1, H, W) Tensor
        Log density of the centre bias.
    grid : Grid
        Px of the network over the shown image.
    """

    image: Tensor
    bias: Tensor
    grid: Grid


class DeepGaze3(NextFixation):
    """DeepGaze III: where people look next while viewing freely, by the network of its authors; no durations, no end.

    Gaze begins at the trial's `start`, else at the centre, and the start is not among the fixations. An image and a
    path are given to the network alone, never in a batch, so that nothing depends on what else is predicted.

    Parameters
    ----------
    weights : path
        `deepgaze3.pth`, from the authors' release v1.1.0. Nothing is downloaded, by gazekit or by their package.
    centre_bias : path, str or model
        An `.npy` file of a log density, stretched over the image (`centerbias_mit1003.npy` of release v1.0.0 is what
        was published); or a model with a density, by name ("uniform", "centre") or itself, for instance fitted on
        other images of your data set. There is no default: it decides much of the result.
    scale : "side", "degrees" or float
        How large the network sees an image: with 1024 px along its longer side; with 35 px per degree, where px per
        degree are known; or by this factor.
    default_length : int
        Fixations of a path where nothing else says how many.
    allow_seen : bool
        Score it also on images that are called like those of MIT1003, from all of which it has learned.

    Raises
    ------
    GazekitError
        `deepgaze_pytorch` is not installed, an option is missing or out of range, or an image has no px per degree.
    DataError
        Weights or centre bias are not there, or are something else.

    References
    ----------
    Kümmerer, Bethge, Wallis (2022), DeepGaze III: Modeling free-viewing human scanpaths with deep learning, J. Vision
    22(5):7.
    """

    name = "deepgaze3"
    kept = "features"
    learned = "MIT1003"
    seen = r"(i\d{7,}|i(\w*_)?(static|indoor|stereo)_\w*|syntheticData\d)\.jpeg"

    def __init__(
        self,
        weights: str | Path | None = None,
        centre_bias: str | Path | ScanpathModel | None = None,
        scale: str | float = "side",
        default_length: int = 10,
        allow_seen: bool = False,
    ) -> None:
        super().__init__(weights, RELEASE, allow_seen)
        self.centre_bias, self.default_length = centre_bias, default_length
        check_whole("default_length", default_length, 1)
        if centre_bias is None:
            raise GazekitError(f"model 'deepgaze3' needs a centre bias: {BIAS}")
        self._bias = _centre_bias(centre_bias)
        self.scale = scale if scale in ("side", "degrees") else positive("scale", scale)

    @property
    def learned_stimuli(self) -> frozenset[str]:
        """Stimuli from which the centre bias was learned."""
        known = isinstance(self._bias, ScanpathModel) and not self._bias.leaves_own_out
        return self._bias.learned_stimuli if known else frozenset()

    def build(self) -> Any:
        """Make the network; see `NextFixation`."""
        with building(self.name, PACKAGE) as imported:
            return imported("deepgaze_pytorch").DeepGazeIII(pretrained=False)

    def prepare(self, trial: Trial) -> Shown:
        """Bring an image and its centre bias to the network's size; see `ScanpathModel.prepare`."""
        from PIL import Image

        self.refuse_seen(trial)
        width, height = trial.frame.size
        factor = self.scale if isinstance(self.scale, float) else LONGER_SIDE / max(width, height)
        if self.scale == "degrees":
            if trial.frame.px_per_degree is None:
                raise GazekitError(
                    f"trial {trial.id!r} has no px per degree, so that scale='degrees' has no meaning there; give "
                    f"scale='side' or a factor"
                )
            factor = PX_PER_DEGREE / trial.frame.px_per_degree
        rows, columns = (max(1, round(side * factor / MULTIPLE)) * MULTIPLE for side in (height, width))
        image = np.array(Image.fromarray(trial.image).resize((columns, rows), Image.Resampling.BILINEAR))
        if isinstance(self._bias, ScanpathModel):
            bias = log_density_on(self._bias, trial, (rows, columns))  # type: ignore[arg-type]
        else:
            sides = zip((rows, columns), self._bias.shape, strict=True)
            bias = zoom(self._bias, [wanted / own for wanted, own in sides], order=0, mode="nearest")
        return Shown(
            torch.from_numpy(image).permute(2, 0, 1)[None].float(),
            torch.from_numpy(bias - logsumexp(bias))[None].float(),
            Grid(width, height, rows, columns),
        )

    @torch.inference_mode()
    def _own(self, trial: Trial, shown: Shown, xy: np.ndarray) -> np.ndarray:
        """(rows, columns) of the network: log density after the start and these fixations, (n, 2) px."""
        network, grid = self.network(), shown.grid
        where = next(network.parameters()).device
        places = np.vstack([trial.start or trial.frame.centre, xy])
        places = places * (grid.columns / grid.width, grid.rows / grid.height)
        # the most recent first, NaN where nothing was looked at yet
        history = [places[back] if -back <= len(places) else (np.nan, np.nan) for back in network.included_fixations]
        x, y = (torch.tensor([[place[axis] for place in history]], dtype=torch.float32) for axis in (0, 1))
        found = network(*(each.to(where) for each in (shown.image, shown.bias, x, y)))
        if tuple(found.shape) != (1, 1, *grid.shape):
            raise GazekitError(
                f"the installed deepgaze_pytorch gave a density of the shape {tuple(found.shape)} for trial "
                f"{trial.id!r}, not {(1, 1, *grid.shape)}; install the version that this was written for, 1.2.1"
            )
        log_density = found[0, 0].double().cpu().numpy()
        if np.isnan(log_density).any():
            raise GazekitError(f"DeepGaze III gave NaN for trial {trial.id!r}; look at the image and the centre bias")
        return log_density - logsumexp(log_density)

    def own_shape(self, trial: Trial, prepared: Shown) -> tuple[int, int]:
        """Px of the network; see `NextFixation`."""
        return prepared.grid.shape

    def following(self, trial: Trial, prepared: Shown, history: Scanpath, shape: tuple[int, int]) -> np.ndarray:
        """Log density of the next fixation; see `NextFixation`."""
        return resampled(self._own(trial, prepared, history.xy), shape)

    def draw(self, trial: Trial, prepared: Shown, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        path = np.empty((max_fixations or self.default_length, 2))
        for k in range(len(path)):
            u = rng.random(3)
            total = np.exp(self._own(trial, prepared, path[:k])).ravel().cumsum()
            cell = np.minimum(np.searchsorted(total, u[0] * total[-1], side="right"), len(total) - 1)
            path[k] = prepared.grid.points(cell, u[1], u[2])
        return DrawnPath(*path.T)


def _centre_bias(given: str | Path | ScanpathModel) -> Any:
    """A model with a density, or (rows, columns) float64."""
    if isinstance(given, str) and given in models:
        given = load_model(given)
    if isinstance(given, ScanpathModel):
        if not isinstance(given, HasDensity):
            raise GazekitError(f"model {given.name!r} has no density, and cannot be a centre bias; give {BIAS}")
        return given
    if not Path(given).is_file():
        raise DataError(f"there is no centre bias {given}; give {BIAS}")
    with refusing(ValueError, lambda error: DataError(f"{given} is no .npy file of a log density ({error})")):
        found = parse_npy(read_whole(given)).astype(np.float64)
    if found.ndim != 2 or np.isnan(found).any() or np.isposinf(found).any():
        raise DataError(f"{given} is no log density (rows, columns), but {found.shape}; NaN and infinity have no place")
    if found.max() > 0:
        raise DataError(f"{given} goes up to {found.max():g}: these are no natural logarithms of probabilities")
    return found
