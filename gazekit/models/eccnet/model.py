"""eccNET as a scanpath model."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, check_choice, check_whole
from gazekit.models.capabilities import SearchResult
from gazekit.models.contract import Request, ScanpathModel
from gazekit.models.devices import chosen_device, full_float32
from gazekit.models.eccnet.display import Prepared, prepare
from gazekit.models.eccnet.fast.blank_windows import BlankWindows
from gazekit.models.eccnet.network import EccentricNetwork, eccentric_network, variant_named
from gazekit.models.eccnet.pools import FOVEA
from gazekit.models.eccnet.search import Settings, WholeWindows, run_search
from gazekit.models.networks.backbone import Backbone
from gazekit.models.option_checks import positive

RECOGNITION = 10  # px, published for search among items
LIMIT = 80  # saccades where neither the trial nor its cells give a limit; published for Waldo
CHOICES = {
    "level_weights": ("auto", "maximum", "equal"),
    "winner": ("corner", "middle"),
    "exhausted": ("stop", "corner"),
    "window": ("longer", "height"),
}


class EccNet(ScanpathModel):
    """Search for a target by its features, seen less finely away from the centre of gaze (Gupta et al. 2021).

    At every fixation a network looks at a window around it; pools grow with eccentricity. Its features are correlated
    with those of the target's picture at three levels; the strongest place is fixated next and then inhibited. The
    target is recognised by an oracle (`Trial.target_box`): the model is about where gaze goes, not about recognition.

    A trial with `cells`, or with masks of its objects, is searched among these; any other as a whole image. The limit
    of saccades is the call's `max_fixations`, then the trial's, then cells + 1 or 80.

    Parameters
    ----------
    backbone : str or Backbone
        Name of a network, see `gazekit.models.networks.backbone_names`, or one that is there already.
    weights : str or path, optional
        Its weights; see `gazekit.models.networks.load_backbone`.
    variant : str
        "eccnet", "18-17", "ivsn", "no-eccentricity", "no-eccentricity-average", "eccentricity-max"; see
        `gazekit.models.eccnet.network`.
    level_weights : {"auto", "maximum", "equal"}
        "maximum": a level counts for its largest raw correlation. "auto": "maximum" among items, "equal" in whole
        images, as published.
    levels : sequence of str or comma-separated str, optional
        Stages to compare; default the backbone's own.
    difference_of_gaussians : ((side, sigma), (side, sigma))
        Cells. Published: ((3, 0), (5, 1)) for lighting and real images, ((3, 1), (5, 3)) for orientation and curvature,
        ((5, 3), (7, 5)) for intersections, T and L.
    background : "auto", int or (r, g, b)
        See `gazekit.models.eccnet.display.prepare`.
    px_per_degree : float or "trial"
        Of the image that the network sees. 30 is published, for resized photographs too, where it is not true; "trial"
        takes the trial's own.
    fovea_degrees : float
        Radius of the fovea; 4 is published. Rings scale with it: at an eccentricity e the network pools as the
        published one does at 4 e / fovea_degrees, so that a larger fovea sees more of the display finely.
    margin : int
        px of background between image and window.
    inhibition_size : int
        Side of the square that is inhibited in whole images, px of the network's image.
    recognition_size : int, optional
        Side of the square around a fixation that must meet the target. Default: 10 among items; in whole images
        `inhibition_size`, as published.
    swap_target : bool
        Control: give the network a distractor as target; see `gazekit.models.eccnet.display.prepare`.
    rotate_kernels : int
        Degrees counter-clockwise by which the backbone's kernels are rotated.
    mirror_kernels : {"none", "horizontal", "vertical"}
        How they are then mirrored.
    fast : bool
        Recompute only what the image changes (exact); False: the whole window at every fixation.
    seed : int
        Of random weights; nothing else is random, and all samples are equal.
    whole_image : bool
        Search the whole image though the trial has cells.
    max_side : int or None
        Larger images are shrunk to this longer side, px.
    winner, exhausted, count_last, window, round_degrees
        Quirks of the official code, see `gazekit.models.eccnet.search.Settings` and docs/models/eccnet.md.

    References
    ----------
    Gupta, Zhang, Wu, Wolfe and Kreiman (2021), Visual search asymmetry: deep nets and humans share similar inherent
    biases, NeurIPS 34.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> model = EccNet("v1")
    >>> trial = example_trials()[0]
    >>> path = model.predict([trial], max_fixations=3, progress=False)[0]
    >>> len(path.x) <= 3
    True
    """

    name = "eccnet"
    needs = ("image", "target")
    deterministic = True
    stops = True
    # An oracle recognises the target: the model stops where it is.
    told_target = True

    def __init__(
        self,
        backbone: str | Backbone = "v1",
        weights: str | Path | None = None,
        variant: str = "eccnet",
        *,
        level_weights: str = "auto",
        levels: Sequence[str] | str | None = None,
        difference_of_gaussians: Sequence[Sequence[float]] = ((3, 0), (5, 1)),
        background: Any = "auto",
        px_per_degree: float | str = 30,
        fovea_degrees: float = FOVEA,
        margin: int = 64,
        inhibition_size: int = 64,
        recognition_size: int | None = None,
        swap_target: bool = False,
        rotate_kernels: int = 0,
        mirror_kernels: str = "none",
        fast: bool = True,
        seed: int = 0,
        whole_image: bool = False,
        max_side: int | None = 736,
        winner: str = "corner",
        exhausted: str = "stop",
        count_last: bool = True,
        window: str = "longer",
        round_degrees: bool = True,
    ) -> None:
        for option, value in zip(CHOICES, (level_weights, winner, exhausted, window), strict=True):
            check_choice(option, value, CHOICES[option])
        for name, side in (("max_side", max_side), ("recognition_size", recognition_size)):
            if side is not None:
                check_whole(name, side, 1)
        check_whole("margin", margin, 0)
        check_whole("inhibition_size", inhibition_size, 2)
        self.variant = variant_named(variant)
        self.level_weights, self.px_per_degree = level_weights, px_or_trial(px_per_degree)
        self.fovea_degrees = positive("fovea_degrees", fovea_degrees)
        self.fast, self.round_degrees = fast, round_degrees
        self._display = {
            "background": background,
            "max_side": max_side,
            "whole_image": whole_image,
            "swap_target": swap_target,
        }
        self.recognition_size = recognition_size
        self.settings = Settings(
            margin=margin,
            inhibition_size=inhibition_size,
            blurs=pair_of_blurs(difference_of_gaussians),
            winner=winner,
            exhausted=exhausted,
            count_last=count_last,
            window=window,
        )
        names = [n.strip() for n in levels.split(",")] if isinstance(levels, str) else levels
        if isinstance(backbone, Backbone):
            if weights is not None or rotate_kernels or mirror_kernels != "none":
                raise GazekitError(
                    "weights, rotate_kernels and mirror_kernels go with a backbone's name, not with a Backbone object; "
                    "give them to load_backbone"
                )
            self.backbone = backbone
        else:
            from gazekit.models.networks import load_backbone

            self.backbone = load_backbone(
                backbone, weights, seed=seed, rotate_kernels=rotate_kernels, mirror_kernels=mirror_kernels
            )
        self.levels = tuple(self.backbone.levels if names is None else names)
        self._networks: dict[tuple[float, str], WholeWindows] = {}
        self._eccentric(30.0)  # a level that is not there is an error now, not at the first trial

    @property
    def provenance(self) -> str:
        """Which backbone, weights and variant make the results, in words."""
        return f"{self.backbone.name}, weights {self.backbone.weights}, variant {self.variant.name}"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_networks": {}}  # blank windows are large, and quickly made again

    def paths(self, request: Request) -> Iterator[tuple[int, Sequence[tuple[np.ndarray, np.ndarray]]]]:
        """One search per trial, without the start; it ends where the target is found. See `ScanpathModel.paths`."""
        for number, trial in enumerate(request.trials):
            x, y = self.search(trial, max_fixations=request.limit(number), device=request.device).fixations[1:].T
            yield number, [(x, y)] * request.n_samples

    def search(
        self, trial: Trial, *, max_fixations: int | None = None, maps: int = 0, device: str = "auto"
    ) -> SearchResult:
        """Search one display.

        Parameters
        ----------
        trial : Trial
            With image and target.
        max_fixations : int, optional
            Most saccades; default the trial's own limit.
        maps : int
            How many of the first attention maps to return.
        device : str
            "auto", "cpu" or "cuda".

        Returns
        -------
        SearchResult
            Fixations are (x, y) px of the trial's frame; `level_weights` has a column for each of the model's levels, 0
            for those that are not compared.

        Raises
        ------
        MissingNeedError
            The trial lacks image or target, or what an option needs.
        GazekitError
            The trial's parts do not fit together; see `gazekit.models.eccnet.display.prepare`.
        """
        self.check_needs([trial])
        prepared = prepare(trial, **self._display)
        branches = self._branches(self._degrees(trial, prepared), device)
        items = prepared.display.items
        weights, recognition = self.level_weights, self.recognition_size
        if weights == "auto":
            weights = "equal" if items is None else "maximum"
        if recognition is None:
            recognition = self.settings.inhibition_size if items is None else RECOGNITION
        limit = trial.max_fixations if max_fixations is None else max_fixations
        if limit is None:
            limit = LIMIT if items is None else len(items) + 1
        settings = replace(self.settings, level_weights=weights, recognition_size=recognition)
        with full_float32():
            target = branches.target(prepared.target)
            found = run_search(prepared.display, target, branches, settings, limit=limit, maps=maps)
        # (row, column) of the network's image to (x, y) of the frame.
        fixations = found.fixations[:, ::-1] / prepared.scale
        return replace(found, fixations=fixations, level_weights=self._all_levels(found.level_weights))

    def _all_levels(self, weights: np.ndarray) -> np.ndarray:
        """Put the weights of the compared levels into columns of all."""
        every = np.zeros((len(weights), len(self.levels)))
        if len(weights):
            every[:, len(self.levels) - weights.shape[1] :] = weights
        return every

    def _degrees(self, trial: Trial, prepared: Prepared) -> float:
        if self.px_per_degree is not None:
            return self.px_per_degree
        if trial.frame.px_per_degree is None:
            raise GazekitError(
                f"px_per_degree='trial', but trial {trial.id!r} does not know its own; give a number (30 is published)"
            )
        return trial.frame.px_per_degree * float(prepared.scale.mean())

    def _eccentric(self, px_per_degree: float) -> EccentricNetwork:
        return eccentric_network(
            self.backbone,
            self.variant,
            levels=self.levels,
            px_per_degree=px_per_degree,
            fovea_degrees=self.fovea_degrees,
            round_degrees=self.round_degrees,
        )

    def _branches(self, px_per_degree: float, device: str) -> WholeWindows:
        where = chosen_device(device).type
        key = (px_per_degree, where)
        if key not in self._networks:
            # Convolutions on a CPU are faster with channels last.
            self.backbone.to(device=where).to(memory_format=torch.channels_last)
            made = BlankWindows if self.fast else WholeWindows
            self._networks = {key: made(self._eccentric(px_per_degree), where)}
        return self._networks[key]


def px_or_trial(px_per_degree: float | str) -> float | None:
    """Check `px_per_degree`; None stands for the trial's own."""
    if px_per_degree == "trial":
        return None
    if isinstance(px_per_degree, str) or not px_per_degree > 0:
        raise GazekitError(f"px_per_degree must be a positive number or 'trial', not {px_per_degree!r}")
    return float(px_per_degree)


def pair_of_blurs(pairs: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Check the two blurs of a difference of Gaussians: side (odd) and standard deviation, cells."""
    try:
        (a, b), (c, d) = pairs
        good = all(int(side) == side and side % 2 == 1 and side > 0 for side in (a, c)) and b >= 0 and d >= 0
    except (TypeError, ValueError):
        good = False
    if not good:
        raise GazekitError(
            f"difference_of_gaussians must be ((side, sigma), (side, sigma)) with odd sides, not {pairs!r}"
        )
    return (a, b), (c, d)
