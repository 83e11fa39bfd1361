"""Training: maximum likelihood of people's next object, stopped early on people who were held out."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.files.links import make_folder
from gazekit.foundations.errors import DataError, GazekitError, check_choice
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.oat.checkpoint import read_tensors, save_tensors
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.network import OatNetwork
from gazekit.models.oat.scenes import IGNORED, ObjectPaths, batch_of, padded

POOL = 8  # batches that are sorted by length together
TABLE_DECAY = 2.0  # weight decay of tables over cells, most of whose entries are seen rarely; 0 is "nothing special"


@dataclass(frozen=True)
class TrainingOptions:
    """How to train.

    Parameters
    ----------
    epochs : int
        At most.
    patience : int
        Epochs without a better validation likelihood before training stops.
    batch : int
        Paths per step, about: all paths of a scene stay together.
    rate : float
        Learning rate; with `schedule="cosine"` the highest.
    schedule : {"cosine", "constant"}
        "cosine": 5 % of the steps warm up, then a half cosine falls to 0 at the last epoch.
    decay : float
        Weight decay; 0 with the paper's Adam.
    clip : float
        Largest norm of a gradient.
    precision : {"float32", "bfloat16"}
        Of the network in training; weights and loss stay float32.
    """

    epochs: int = 60
    patience: int = 10
    batch: int = 48
    rate: float = 1e-3
    schedule: str = "cosine"
    decay: float = 1e-2
    clip: float = 1.0
    precision: str = "float32"

    def __post_init__(self) -> None:
        check_choice("schedule", self.schedule, ("cosine", "constant"))
        check_choice("precision", self.precision, ("float32", "bfloat16"))


PAPER = TrainingOptions(epochs=500, patience=30, batch=20, rate=1e-4, schedule="constant", decay=0.0)


def with_changes(options: TrainingOptions, changes: dict[str, Any]) -> TrainingOptions:
    """Training options with some values changed.

    Raises
    ------
    GazekitError
        An option that does not exist.
    """
    try:
        return replace(options, **changes)
    except TypeError as error:
        raise GazekitError(f"training has no such option ({error}); it has {', '.join(asdict(options))}") from error


@dataclass(frozen=True)
class Epoch:
    """One line of the log: mean negative log-likelihood per step (with the end), nats."""

    epoch: int
    train: float
    validation: float
    rate: float
    seconds: float


def train(
    config: OatConfig,
    training: ObjectPaths,
    validation: ObjectPaths,
    options: TrainingOptions,
    *,
    folder: Path,
    seed: int = 0,
    device: str = "cpu",
    progress: bool = True,
    after_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[OatNetwork, list[Epoch]]:
    """Train a network; go on where an interrupted training in the same folder stopped.

    Everything random of an epoch (order, dropout, reflections) depends on (seed, epoch) only, and the state is written
    after every epoch, so that a resumed training ends with the same bytes as an undisturbed one.

    Parameters
    ----------
    config : OatConfig
        Of the network.
    training, validation : ObjectPaths
        Of different scenes.
    options : TrainingOptions
        How.
    folder : path
        Where `state.safetensors` is kept.
    seed : int
        Seed of the weights and of every epoch.
    device : str
        "cpu" or "cuda".
    progress : bool
        Show a bar with the loss and the time left.
    after_epoch : callable, optional
        Given each epoch's line.

    Returns
    -------
    network : OatNetwork
        The one of the best epoch, in eval mode, on the CPU.
    log : list of Epoch

    Raises
    ------
    DataError
        The loss became NaN, or the state in the folder is damaged or of another training.
    """
    network = seeded_network(config, seed).to(device)
    optimiser = torch.optim.AdamW(_groups(network, options.decay), lr=options.rate)
    steps = len(list(scene_batches(training, options.batch, keyed_rng(seed, "oat order", 0))))
    total = options.epochs * steps
    make_folder(folder)
    state_file = folder / "state.safetensors"
    log, best = _resume(state_file, network, optimiser) if state_file.is_file() else ([], network.state_dict())
    best = {k: v.detach().clone() for k, v in best.items()}
    with tqdm(total=options.epochs, initial=len(log), desc="train oat", unit="epoch", disable=not progress) as bar:
        for epoch in range(len(log), options.epochs):
            least = min((line.validation for line in log), default=float("inf"))
            if log and epoch - 1 - min(line.epoch for line in log if line.validation == least) >= options.patience:
                break
            began = time.perf_counter()
            torch.manual_seed(int(keyed_rng(seed, "oat epoch", epoch).integers(2**63)))
            network.train()
            sums = np.zeros(2)
            for k, batch in enumerate(scene_batches(training, options.batch, keyed_rng(seed, "oat order", epoch))):
                rate = _rate(options, epoch * steps + k, total)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                turns = keyed_rng(seed, "oat reflections", epoch, k).integers(4, size=len(batch.scenes))
                with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=options.precision == "bfloat16"):
                    losses = step_losses(network, batch, device, turns if config.reflections else None)
                loss = losses.mean()
                if not torch.isfinite(loss):
                    raise DataError(f"the loss became {float(loss)} in epoch {epoch}; train with a lower rate")
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), options.clip)
                optimiser.step()
                sums += [float(losses.detach().sum()), len(losses)]
            held_out = evaluate_loss(network, validation, device)
            line = Epoch(epoch, float(sums[0] / sums[1]), held_out, float(rate), time.perf_counter() - began)
            if line.validation < least:
                best = {name: value.detach().clone() for name, value in network.state_dict().items()}
            log.append(line)
            _save(state_file, network, optimiser, best, log)
            bar.update()
            bar.set_postfix(train=f"{line.train:.3f}", validation=f"{line.validation:.3f}")
            if after_epoch is not None:
                after_epoch(line)
    network.load_state_dict(best)
    return network.cpu().eval(), log


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
def evaluate_loss(network: OatNetwork, paths: ObjectPaths, device: str = "cpu", batch: int = 64) -> float:
    """Mean negative log-likelihood per step, the end included, nats."""
    network.eval()
    losses = [step_losses(network, part, device) for part in scene_batches(paths, batch, None)]
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


def _rate(options: TrainingOptions, step: int, total: int) -> float:
    if options.schedule == "constant":
        return options.rate
    warm = max(1, total // 20)
    if step < warm:
        return options.rate * (step + 1) / warm
    return options.rate * 0.5 * (1 + np.cos(np.pi * (step - warm) / max(1, total - warm)))


def _save(
    path: Path, network: OatNetwork, optimiser: torch.optim.Optimizer, best: dict[str, Tensor], log: list[Epoch]
) -> None:
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in best.items()}
    for k, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{k}.{name}": value for name, value in moments.items()}
    papers = {"config": network.config.to_json(), "log": json.dumps([vars(line) for line in log])}
    save_tensors(path, tensors, papers)


def _resume(path: Path, network: OatNetwork, optimiser: torch.optim.Optimizer) -> tuple[list[Epoch], dict[str, Tensor]]:
    tensors, papers = read_tensors(path)
    if OatConfig.from_json(papers.get("config", "")) != network.config:
        raise DataError(f"{path} is the state of another training; choose another folder")
    part = lambda name: {k[len(name) :]: v for k, v in tensors.items() if k.startswith(name)}  # noqa: E731
    network.load_state_dict(part("network."))
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in part("optimiser.").items():
        index, moment = name.split(".")
        moments.setdefault(int(index), {})[moment] = value
    state = optimiser.state_dict()
    optimiser.load_state_dict({"state": moments, "param_groups": state["param_groups"]})
    return [Epoch(**line) for line in json.loads(papers["log"])], part("best.")
