"""Training: maximum likelihood of people's next object, stopped early on people who were held out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.foundations.randomness import keyed_rng
from gazekit.models import training
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.network import OatNetwork
from gazekit.models.oat.scenes import IGNORED, ObjectPaths, batch_of, padded
from gazekit.models.training import Epoch, TrainingOptions

POOL = 8  # batches that are sorted by length together
TABLE_DECAY = 2.0  # weight decay of tables over cells, most of whose entries are seen rarely; 0 is "nothing special"
PAPER = TrainingOptions(epochs=500, patience=30, batch=20, rate=1e-4, schedule="constant", decay=0.0)


@dataclass(frozen=True)
class NextObject:
    """What OAT learns, as a task of the training loop.

    Parameters
    ----------
    training, validation : ObjectPaths
        Of different scenes.
    batch : int
        Paths per step, about.
    seed : int
        Of order and reflections.
    device : str
        "cpu" or "cuda".
    network : OatConfig
        Configuration of the network.
    """

    training: ObjectPaths
    validation: ObjectPaths
    batch: int
    seed: int
    device: str
    network: OatConfig
    name: str = "oat"

    @property
    def config(self) -> str:
        """See `gazekit.models.training.Task`."""
        return self.network.to_json()

    def batches(self, epoch: int) -> Iterator[ObjectPaths]:
        """Batches of whole scenes; see `scene_batches`."""
        return scene_batches(self.training, self.batch, keyed_rng(self.seed, "oat order", epoch))

    def losses(self, network: OatNetwork, batch: ObjectPaths, epoch: int, step: int) -> Tensor:
        """See `step_losses`; scenes are reflected where the network knows that they may be."""
        turns = keyed_rng(self.seed, "oat reflections", epoch, step).integers(4, size=len(batch.scenes))
        return step_losses(network, batch, self.device, turns if self.network.reflections else None)

    def held_out(self, network: OatNetwork) -> float:
        """See `evaluate_loss`."""
        return evaluate_loss(network, self.validation, self.device)

    def groups(self, network: OatNetwork, decay: float) -> list[dict[str, Any]]:
        """Tables over cells have a decay of their own."""
        return _groups(network, decay)


def train(
    config: OatConfig,
    paths: ObjectPaths,
    validation: ObjectPaths,
    options: TrainingOptions,
    *,
    folder: Path,
    seed: int = 0,
    device: str = "cpu",
    progress: bool = True,
    after_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[OatNetwork, list[Epoch]]:
    """Train a network of this configuration; see `gazekit.models.training.train`, which resumes.

    Parameters
    ----------
    config : OatConfig
        Of the network.
    paths, validation : ObjectPaths
        To learn from, and to stop by; of different scenes.
    options, folder, seed, device, progress, after_epoch
        As there; the seed is also that of the weights.

    Returns
    -------
    network : OatNetwork
        The one of the best epoch, in eval mode, on the CPU.
    log : list of Epoch
    """
    task = NextObject(paths, validation, options.batch, seed, device, config)
    how: dict[str, Any] = {"folder": folder, "seed": seed, "device": device, "progress": progress}
    return training.train(seeded_network(config, seed), task, options, after_epoch=after_epoch, **how)


def seeded_network(config: OatConfig, seed: int) -> OatNetwork:
    """A network with weights that depend on the seed only; the global random state is left as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(int(keyed_rng(seed, "oat weights").integers(2**63)))
        return OatNetwork(config)


def step_losses(network: OatNetwork, batch: ObjectPaths, device: str, reflections: np.ndarray | None = None) -> Tensor:
    """(steps,) negative log-likelihood of every step of every path, the end included, nats."""
    scenes = network.encode(batch_of(batch.scenes, reflections).to(device))
    inputs, labels = (x.to(device) for x in padded(batch.paths))
    scores = network(scenes.rows(torch.from_numpy(batch.scene_of_path).to(device)), inputs)
    return functional.nll_loss(scores.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none")[
        labels.flatten() != IGNORED
    ]


@torch.no_grad()
def evaluate_loss(network: OatNetwork, paths: ObjectPaths, device: str = "cpu") -> float:
    """Mean negative log-likelihood per step, the end included, nats."""
    network.eval()
    losses = [step_losses(network, part, device) for part in scene_batches(paths, 64, None)]
    return float(torch.cat(losses).double().mean())


def scene_batches(data: ObjectPaths, size: int, rng: np.random.Generator | None) -> Iterator[ObjectPaths]:
    """Batches of whole scenes with about `size` paths: scenes whose longest paths are alike share one."""
    paths_per_scene = len(data.paths) / len(data.scenes)
    scenes = max(1, round(size / paths_per_scene))
    longest = np.zeros(len(data.scenes), dtype=int)
    np.maximum.at(longest, data.scene_of_path, [len(p) for p in data.paths])
    order = np.arange(len(data.scenes)) if rng is None else rng.permutation(len(data.scenes))
    pools = [order[k : k + POOL * scenes] for k in range(0, len(order), POOL * scenes)]
    parts = []
    for pool in pools:
        pool = pool[np.argsort(longest[pool], kind="stable")]
        parts += [pool[k : k + scenes] for k in range(0, len(pool), scenes)]
    for k in range(len(parts)) if rng is None else rng.permutation(len(parts)):
        yield data.select(parts[k])


def _groups(network: OatNetwork, decay: float) -> list[dict[str, Any]]:
    tables = [p for name, p in network.named_parameters() if name.startswith("history.tables.")]
    others = [p for name, p in network.named_parameters() if not name.startswith("history.tables.")]
    groups: list[dict[str, Any]] = [{"params": others, "weight_decay": decay}]
    return [*groups, {"params": tables, "weight_decay": TABLE_DECAY}] if tables else groups
