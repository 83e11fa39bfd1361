"""Trials as flat rows: images once, captions once, scanpaths with index maps to both."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from gazekit.core.trials import Trial
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.neva.problem import Problem
from gazekit.models.neva.scenes import Runner, Scenes
from gazekit.models.neva.view import View

if TYPE_CHECKING:
    from gazekit.models.neva.model import Neva


def set_up(model: "Neva", trials: Sequence[Trial], n_samples: int, seed: int, runner: Runner) -> Problem:
    """Set up the first fixation of trials whose views have one size.

    Rows are trial-major: `n_samples` of the first trial, then of the second. Images of one stimulus are prepared
    once, and each caption is embedded once per image.
    """
    views = [model.view_of(trial) for trial in trials]
    keys = [(trial.stimulus, *trial.frame.size) for trial in trials]
    first = {key: i for i, key in reversed(list(enumerate(keys)))}
    order = {key: k for k, key in enumerate(first)}
    scenes = Scenes(
        [_reader(trials[i]) for i in first.values()],
        [views[i] for i in first.values()],
        runner,
        model.blur_kernel,
        model.blur_sigma,
    )
    targets: dict[tuple[int, str | None], Tensor] = {}
    for trial, key in zip(trials, keys, strict=True):
        caption = trial.caption if "caption" in model.needs else None
        if (order[key], caption) not in targets:
            clean = {output: values[order[key]] for output, values in scenes.clean.items()}
            targets[order[key], caption] = model.objective.target(model.encoder, clean, caption).float()
    captions = [trial.caption if "caption" in model.needs else None for trial in trials]
    per_trial = [targets[order[key], caption] for key, caption in zip(keys, captions, strict=True)]
    device = runner.device

    def repeated(values: Any) -> Tensor:
        return torch.as_tensor(np.asarray(values)).to(device).repeat_interleave(n_samples, dim=0)

    def draws(row: int, fixation: int, iteration: int) -> np.random.Generator:
        trial, sample = trials[row // n_samples], row % n_samples
        return keyed_rng(seed, "neva", trial.id, sample, fixation, iteration)

    return Problem(
        scenes,
        model.objective,
        image=repeated([order[key] for key in keys]),
        targets=torch.stack(per_trial).to(device).repeat_interleave(n_samples, dim=0),
        sigma=repeated(np.array([model.fovea.on(view) for view in views], dtype=np.float32)),
        limits=repeated(np.array([view.limits for view in views], dtype=np.float32)),
        price=repeated(np.array([_price(view, model.saccade_cost) for view in views], dtype=np.float32)),
        lasting=model.lasting,
        draws=draws,
        names=[f"trial {trial.id!r}" for trial in trials for _ in range(n_samples)],
    )


def _price(view: View, cost: float) -> tuple[float, float]:
    """What one grid unit along rows and columns costs, if a saccade across the shown image's diagonal costs `cost`."""
    across, down = view.cell
    per_px = cost / view.frame.diagonal
    return per_px * down * (view.height - 1) / 2, per_px * across * (view.width - 1) / 2


def _reader(trial: Trial) -> Callable[[], np.ndarray]:
    return lambda: trial.image
