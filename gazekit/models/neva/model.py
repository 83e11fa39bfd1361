"""NeVA and NevaClip as one scanpath model: any encoder, objective and search."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gazekit.core.frames import Frame
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.baselines.baseline import DEFAULT_LENGTH
from gazekit.models.contract import DrawnPath, Request, ScanpathModel
from gazekit.models.devices import chosen_device
from gazekit.models.networks import Encoder, load_encoder
from gazekit.models.neva.algorithm import Problem, Search
from gazekit.models.neva.objectives import Objective, objective_from
from gazekit.models.neva.scenes import SPREAD, Precision, Runner, Scenes
from gazekit.models.neva.searches import search_from
from gazekit.models.neva.view import SIGMA, Fovea, How, Unit, View
from gazekit.models.option_checks import positive

GAMMA = 0.7  # the authors' 2022 example with CLIP; their 2024 release has 0
PUBLISHED_SIZE = 224  # cells for which the authors give the blur
CHUNK = {"cpu": 4, "cuda": 64}  # images per call of the network
ROWS = {"cpu": 64, "cuda": 512}  # scanpaths in memory at once


class Neva(ScanpathModel):
    """Scanpaths that sharpen a blurred image where an objective gains most, one fixation after another.

    Each fixation is the position that, added to the fading memory of the earlier ones, lets an encoder see a partly
    sharpened image for which the objective's loss is smallest. Gaze starts nowhere: the first fixation is sought like
    the others. Paths have no durations.

    Parameters
    ----------
    encoder : str, Encoder or callable
        See `gazekit.models.networks.load_encoder`. The default, "filters", is a fixed filter bank that learned nothing:
        it needs no file, and its scanpaths follow edges and colour contrast, not objects.
    weights : str or path, optional
        The encoder's weights.
    objective : str, Objective or callable
        "clean" (the sharp image's embedding), "caption", "class", "reconstruction", sums ("clean+class") or a schedule
        ("clean>caption"); see `gazekit.models.neva.objectives`.
    optimiser : str or Search
        "auto", or "blended", "linearised", "restarts", "evaluated", "reference", "grid"; see docs/models/neva.md.
    gamma : float
        How much of the memory is kept from one fixation to the next, 0 to 1.
    sigma, sigma_px, fovea_degrees : float or (float, float)
        Width of the fovea, one of the three; see `Fovea`. `fovea_degrees` is a standard deviation in degrees of visual
        angle. A pair is (x, y). Default sigma=0.2, as published.
    saccade_cost : float
        What a saccade across the whole diagonal of the shown image adds to the loss, in units of the objective's loss;
        shorter ones in proportion. 0 as published. With a cost the first saccade starts at the image's centre.
    lasting : float
        Share of each fixation's sharpness that never fades, 0 to 1; the rest fades by `gamma`. 0 as published.
    px_per_degree : float, optional
        For fovea_degrees where a trial's frame does not know it.
    view : {"letterbox", "whole", "crop"}
        What the encoder sees; see `View`. The published "crop" hides the ends of the longer side.
    blur_sigma : float, optional
        Standard deviation of the periphery's blur, cells of the encoder's input; default 10 for 224 cells, in
        proportion.
    blur_kernel : int, optional
        Its taps, odd; default 4.1 standard deviations, which is 41 for 224 cells.
    precision : {"float32", "bf16"}
        Of the encoder. Positions, memory and losses are float32 always.
    chunk : int, optional
        Images per call of the network, always the same number, so that batches do not change results; default 4 on a
        CPU and 64 on a GPU.
    default_length : int
        Fixations, where neither the call nor the trial gives a limit.
    **search_options
        Of the search: iterations, step, restart, starts, rounds, level, cells.

    Attributes
    ----------
    passes : dict of str to int
        Forward and backward passes of the encoder in the last `predict`: for searching, and per image.

    Notes
    -----
    A path is as long as the limit: the model has no rule for stopping. Random numbers decide ties and shifts of the
    searched lattice, restarts and shakes; samples of one trial are alike where one place clearly wins.

    References
    ----------
    Schwinn, Precup, Eskofier, Zanca (2022), Behind the machine's gaze. Zanca et al. (2023), Contrastive language-image
    pretrained models are zero-shot human scanpath predictors, arXiv 2305.12380.

    Examples
    --------
    >>> image = np.full((60, 80, 3), 128, np.uint8)
    >>> image[40:50, 60:70] = np.random.default_rng(0).integers(0, 255, (10, 10, 3))
    >>> trial = Trial("t", "a", Frame(80, 60), image)
    >>> path = Neva(sigma=0.05).predict([trial], max_fixations=1, progress=False)[0]
    >>> bool(np.hypot(path.x[0] - 65, path.y[0] - 45) < 12)
    True
    """

    name = "neva"

    def __init__(
        self,
        encoder: "str | Encoder | Callable[[Tensor], Tensor]" = "filters",
        weights: str | Path | None = None,
        objective: "str | Objective | Callable[[Tensor, Tensor], Tensor]" = "clean",
        optimiser: str | Search = "auto",
        gamma: float = GAMMA,
        *,
        sigma: float | tuple[float, float] | None = None,
        sigma_px: float | tuple[float, float] | None = None,
        fovea_degrees: float | tuple[float, float] | None = None,
        saccade_cost: float = 0.0,
        lasting: float = 0.0,
        px_per_degree: float | None = None,
        view: How = "letterbox",
        blur_sigma: float | None = None,
        blur_kernel: int | None = None,
        precision: Precision = "float32",
        chunk: int | None = None,
        default_length: int = DEFAULT_LENGTH,
        **search_options: Any,
    ) -> None:
        self.gamma = _share("gamma", gamma, "the memory that is kept")
        self.lasting = _share("lasting", lasting, "a fixation that never fades")
        self.saccade_cost = positive("saccade_cost", saccade_cost, zero=True)
        self.fovea = _fovea(sigma, sigma_px, fovea_degrees)
        self.px_per_degree = None if px_per_degree is None else positive("px_per_degree", px_per_degree)
        check_whole("default_length", default_length, 1)
        self.default_length = default_length
        self.objective = objective_from(objective)
        self.encoder = load_encoder(encoder, weights)
        if "caption" in self.objective.needs and not self.encoder.has_text:
            self.encoder.text([])  # raises the sentence that says so
        self.needs = ("image", *self.objective.needs)  # what is needed depends on the objective
        self.searcher = search_from(optimiser, self.encoder, **search_options)
        View.of(Frame(4, 3), self.encoder.size, view)  # a wrong name is said now, not at the first image
        if view == "whole" and not self.encoder.any_shape:
            raise GazekitError(f"the encoder {self.encoder.name!r} takes square inputs only; use view=letterbox")
        self.view = view
        self.blur_sigma = (
            SPREAD * self.encoder.size / PUBLISHED_SIZE if blur_sigma is None else positive("blur_sigma", blur_sigma)
        )
        self.blur_kernel = 2 * max(round(2.05 * self.blur_sigma), 1) + 1 if blur_kernel is None else blur_kernel
        if self.blur_kernel < 1 or self.blur_kernel % 2 == 0:
            raise GazekitError(f"blur_kernel must be an odd number of cells, at least 1, not {blur_kernel}")
        self.precision, self.chunk = precision, chunk
        self.passes: dict[str, int] = {}
        self.runner(torch.device("cpu"))  # checks what it is given

    @property
    def provenance(self) -> str:
        """Which encoder and weights make the results, in words."""
        return f"{self.encoder.name}, weights {self.encoder.weights}"

    def __repr__(self) -> str:
        objective = type(self.objective).__name__
        return (
            f"Neva({self.encoder.name} [{self.encoder.weights}], {objective}, {self.searcher.name}, "
            f"gamma={self.gamma:g}, fovea {self.fovea.size} {self.fovea.unit}, {self.view})"
        )

    def check_needs(self, trials: Iterable[Trial]) -> None:
        """See `ScanpathModel.check_needs`; a caption must also be one that the encoder reads to its end."""
        trials = list(trials)
        super().check_needs(trials)
        for trial in trials if "caption" in self.needs else ():
            caption = trial.caption or ""
            if not caption.strip():
                raise GazekitError(f"the caption of trial {trial.id!r} is empty; give it one, or use objective=clean")
            tokens, limit = self.encoder.token_count(caption)
            if tokens > limit:
                warnings.warn(
                    f"the caption of trial {trial.id!r} has {tokens} tokens and {self.encoder.name} reads {limit}; "
                    f"the rest is cut off",
                    UserWarning,
                    stacklevel=3,
                )

    def paths(self, request: Request) -> Iterator[tuple[int, list[DrawnPath]]]:
        """Predict paths together whose views have one size and that have one length.

        The length counts, and not only the steps so far: an objective may change along the path.
        """
        device = chosen_device(request.device)
        runner, most = self.runner(device), ROWS.get(device.type, 64)
        self.passes = {"search forward": 0, "search backward": 0, "per image": 0}
        alike: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        for number, trial in enumerate(request.trials):
            view = self.view_of(trial)
            for k in range(request.n_samples):
                length = request.length(number, k) or request.limit(number) or self.default_length
                alike.setdefault((view.height, view.width, length), []).append((number, k))
        found: dict[tuple[int, int], DrawnPath] = {}
        for (_, _, length), members in alike.items():
            for start in range(0, len(members), most):
                rows = members[start : start + most]
                shown = [request.trials[number] for number, _ in rows]
                positions = self._search(self.problem(shown, [k for _, k in rows], request.seed, runner), length)
                for column, (row, trial) in enumerate(zip(rows, shown, strict=True)):
                    x, y = self.view_of(trial).to_px(positions[:, column])
                    # the published search may leave the image; a path may not
                    found[row] = DrawnPath(np.clip(x, 0, trial.frame.width), np.clip(y, 0, trial.frame.height))
        for number in range(len(request.trials)):
            yield number, [found[number, k] for k in range(request.n_samples)]

    def _search(self, problem: Problem, length: int) -> np.ndarray:
        """Positions (length, R, 2) of whole paths: one search after another."""
        positions = []
        for t in range(length):
            problem.progress = t / length
            found = self.searcher.find(problem).positions
            positions.append(found.double().cpu().numpy())
            problem.fixate(found, self.gamma)
        self.passes["search forward"] += int(problem.forward.sum())
        self.passes["search backward"] += int(problem.backward.sum())
        self.passes["per image"] += problem.scenes.passes
        return np.stack(positions)

    def view_of(self, trial: Trial) -> View:
        """How a trial's image lies on the encoder's input."""
        frame = trial.frame
        if frame.px_per_degree is None and self.px_per_degree is not None:
            frame = Frame(frame.width, frame.height, self.px_per_degree)
        return View.of(frame, self.encoder.size, self.view)

    def runner(self, device: torch.device) -> Runner:
        """Run the encoder on a device as the options say."""
        chunk = CHUNK.get(device.type, 4) if self.chunk is None else self.chunk
        return Runner(self.encoder, self.objective.outputs, device, chunk, self.precision)

    def problem(self, trials: Sequence[Trial], samples: Sequence[int], seed: int, runner: Runner) -> Problem:
        """Set up the first fixation of paths whose trials have views of one size.

        A row per path: its trial, and which sample of it. Images of one stimulus are prepared once, and each caption is
        embedded once per image.
        """
        views = [self.view_of(trial) for trial in trials]
        shown = {(trial.stimulus, trial.frame.size): trial for trial in reversed(trials)}  # the first of each image
        seen = [self.view_of(trial) for trial in shown.values()]
        scenes = Scenes(list(shown.values()), seen, runner, self.blur_kernel, self.blur_sigma)
        number = {key: k for k, key in enumerate(shown)}
        images = [number[trial.stimulus, trial.frame.size] for trial in trials]
        captions = [trial.caption if "caption" in self.needs else None for trial in trials]
        targets: dict[tuple[int, str | None], Tensor] = {}
        for image, caption in zip(images, captions, strict=True):
            if (image, caption) not in targets:
                clean = {output: values[image] for output, values in scenes.clean.items()}
                targets[image, caption] = self.objective.target(self.encoder, clean, caption).float()

        def of_rows(values: Any) -> Tensor:
            return torch.as_tensor(values).to(runner.device)

        def draws(row: int, fixation: int, iteration: int) -> np.random.Generator:
            return keyed_rng(seed, "neva", trials[row].id, samples[row], fixation, iteration)

        return Problem(
            scenes,
            self.objective,
            image=of_rows(images),
            targets=of_rows(torch.stack([targets[key] for key in zip(images, captions, strict=True)])),
            sigma=of_rows(np.array([self.fovea.on(view) for view in views], dtype=np.float32)),
            limits=of_rows(np.array([view.limits for view in views], dtype=np.float32)),
            price=of_rows(np.array([view.price(self.saccade_cost) for view in views], dtype=np.float32)),
            lasting=self.lasting,
            draws=draws,
            names=[f"trial {trial.id!r}" for trial in trials],
        )


def _share(name: str, value: float, of: str) -> float:
    if positive(name, value, zero=True) > 1:
        raise GazekitError(f"{name} is the share of {of}, 0 to 1, not {value}")
    return float(value)


def _fovea(grid: Any, px: Any, degrees: Any) -> Fovea:
    units: tuple[Unit, ...] = ("grid", "px", "degrees")
    given = [Fovea(x, unit) for x, unit in zip((grid, px, degrees), units, strict=True) if x is not None]
    if len(given) > 1:
        raise GazekitError("give the fovea once: as sigma (grid), sigma_px or fovea_degrees")
    return given[0] if given else Fovea(SIGMA, "grid")
