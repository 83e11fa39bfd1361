"""Paths from the network, one fixation after another, keeping what has been computed for the ones before."""

import numpy as np
import torch

from gazekit.models.oat.network import STOP, EncodedScenes, OatNetwork


@torch.no_grad()
def decode(
    network: OatNetwork,
    scene: EncodedScenes,
    draws: np.ndarray | None,
    *,
    samples: int,
    longest: int,
    temperature: float = 1.0,
    inhibition: bool = False,
) -> list[np.ndarray]:
    """Decode several paths of one scene together.

    Parameters
    ----------
    network : OatNetwork
        In eval mode.
    scene : EncodedScenes
        One scene.
    draws : (samples, longest) float64, optional
        Uniform numbers in [0, 1), one per step; None: the most probable object at every step.
    samples : int
        Paths.
    longest : int
        Fixations at most, at least 1. Never the human's length.
    temperature : float
        Above 0; 1 samples what the network learned.
    inhibition : bool
        Never go back to an object.

    Returns
    -------
    list of (n,) int64
        Objects from 0; at least one each. A path ends when the network points at the target token, at `longest`, or,
        with inhibition, when no object is left.
    """
    scenes = scene.rows(torch.zeros(samples, dtype=torch.int64, device=scene.tokens.device))
    memory = network.memory(scenes)
    last = torch.zeros(samples, dtype=torch.int64, device=scene.tokens.device)
    alive = np.arange(samples)
    paths: list[list[int]] = [[] for _ in range(samples)]
    for step in range(longest):
        logits = network.step(scenes, memory, last, step).double().cpu().numpy() / temperature
        if inhibition:
            for row, k in enumerate(alive):
                logits[row, paths[k]] = -np.inf
        if step == 0:
            logits[:, STOP] = -np.inf
        best = logits.max(1, keepdims=True)
        if draws is None:
            chosen = logits.argmax(1)
        else:
            probability = np.exp(logits - best).cumsum(1)
            chosen = (probability <= draws[alive, step, None] * probability[:, -1:]).sum(1)
        goes_on = chosen != STOP
        for k, choice in zip(alive[goes_on], chosen[goes_on], strict=True):
            paths[k].append(int(choice))
        if not goes_on.any():
            break
        if not goes_on.all():
            keep = torch.from_numpy(np.flatnonzero(goes_on)).to(last.device)
            scenes, memory = scenes.rows(keep), memory.rows(keep)
            alive = alive[goes_on]
        last = torch.from_numpy(chosen[goes_on]).to(last.device)
    return [np.array(path, dtype=np.int64) - 1 for path in paths]
