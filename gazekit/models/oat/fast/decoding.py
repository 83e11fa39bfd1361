"""Paths from the network, one fixation after another, keeping what has been computed for the ones before."""

from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.oat.batch import Batch
from gazekit.models.oat.network import STOP, EncodedScenes, KeysValues, OatNetwork


@dataclass
class Steps(Batch):
    """Paths of a batch that are decoded together: `OatNetwork.forward` on their last fixation alone.

    Parameters
    ----------
    network : OatNetwork
        In eval mode.
    scenes : EncodedScenes
        A row per path.
    """

    network: OatNetwork
    scenes: EncodedScenes
    kept: list[KeysValues] = field(default_factory=list)  # of the fixations so far, per layer of the decoder
    step: int = 0

    def next(self, last: Tensor) -> Tensor:
        """(B,) objects fixated last (0 at the beginning) to (B, 1 + P) log-probabilities of the next."""
        network, scenes, of_history, hidden = self.network, self.scenes, None, None
        if network.history is not None and scenes.history is not None:
            if self.step:
                self.scenes = scenes = replace(scenes, history=scenes.history.fixate(last - 1))
            of_history = network.history(scenes.history)[:, None]
        if network.pointer is not None:
            rows = torch.arange(len(last), device=last.device)
            hidden = self._decode(network.timed(scenes.tokens[rows, last][:, None], self.step))
        scores = network.point(scenes, hidden, of_history, first=self.step)[:, 0]
        self.step += 1
        return scores

    def _decode(self, x: Tensor) -> Tensor:
        kept = []
        allowed = torch.ones(1, 1 + self.step, dtype=torch.bool, device=x.device)
        for k, (block, seen) in enumerate(zip(self.network.decoder.blocks, self.scenes.scene, strict=True)):
            own = block.own.keys_values(x)
            if self.step:
                own = torch.cat([self.kept[k][0], own[0]], 2), torch.cat([self.kept[k][1], own[1]], 2)
            kept.append(own)
            x = block(x, own, allowed, seen, self.scenes.there[:, None, None])
        self.kept = kept
        return x


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
    last = torch.zeros(samples, dtype=torch.int64, device=scene.there.device)
    steps = Steps(network, scene.rows(last))
    alive = np.arange(samples)
    paths: list[list[int]] = [[] for _ in range(samples)]
    for step in range(longest):
        logits = steps.next(last).double().cpu().numpy() / temperature
        if np.isnan(logits).any():
            raise GazekitError("the network of OAT gives values that are not numbers; check its weights")
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
            steps = steps.rows(keep)
            alive = alive[goes_on]
        last = torch.from_numpy(chosen[goes_on]).to(last.device)
    return [np.array(path, dtype=np.int64) - 1 for path in paths]
