"""The one training loop: maximum likelihood, stopped early on what was held out, resumed to the byte."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from gazekit.files.links import make_folder
from gazekit.foundations.errors import DataError, GazekitError, check_choice, check_whole
from gazekit.foundations.option_kinds import check_fields
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.option_checks import positive
from gazekit.models.tensor_files import read_tensors, save_tensors
from gazekit.models.threads import one_thread


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
        Paths per step, about: all paths of a scene or image stay together.
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

    Raises
    ------
    GazekitError
        A value that it cannot have: with a rate or a clip of 0 nothing would be learned.
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
        check_fields(self)
        for name, least in (("epochs", 1), ("patience", 0), ("batch", 1)):
            check_whole(name, getattr(self, name), least)
        for name in ("rate", "decay", "clip"):
            positive(name, getattr(self, name), zero=name == "decay")
        check_choice("schedule", self.schedule, ("cosine", "constant"))
        check_choice("precision", self.precision, ("float32", "bfloat16"))


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


class Task(Protocol):
    """What one kind of network learns: its batches, and the losses of one.

    Everything random in it depends on the epoch and the number of the step, never on what was drawn before.
    """

    @property
    def name(self) -> str:
        """Part of the key of the random numbers."""

    @property
    def config(self) -> str:
        """JSON of the network's configuration: a state of another is not resumed."""

    def batches(self, epoch: int) -> Iterator[Any]:
        """The batches of an epoch; every epoch has equally many."""

    def losses(self, network: Any, batch: Any, epoch: int, step: int) -> Tensor:
        """(n,) nats of the steps of a batch, whose mean is minimised."""

    def held_out(self, network: Any) -> float:
        """Mean loss of what was held out, nats; the network is in eval mode."""

    def groups(self, network: Any, decay: float) -> list[dict[str, Any]]:
        """Groups of parameters for the optimiser."""


N = TypeVar("N", bound=nn.Module)


@one_thread()  # sums differ with the number of threads
def train(
    network: N,
    task: Task,
    options: TrainingOptions,
    *,
    folder: Path | None,
    seed: int = 0,
    device: str = "cpu",
    progress: bool = True,
    after_epoch: Callable[[Epoch], None] | None = None,
) -> tuple[N, list[Epoch]]:
    """Train a network; go on where an interrupted training in the same folder stopped.

    Everything random of an epoch (order, dropout, reflections) depends on (seed, epoch) only, and the state is written
    after every epoch, so that a resumed training ends with the same bytes as an undisturbed one.

    Parameters
    ----------
    network : nn.Module
        As it begins; changed in place.
    task : Task
        What it learns.
    options : TrainingOptions
        How.
    folder : path or None
        Where `state.safetensors` is kept; None keeps none.
    seed : int
        Seed of every epoch.
    device : str
        "cpu" or "cuda".
    progress : bool
        Show a bar with the loss and the time left.
    after_epoch : callable, optional
        Given each epoch's line.

    Returns
    -------
    network : nn.Module
        The one of the best epoch, in eval mode, on the CPU.
    log : list of Epoch

    Raises
    ------
    DataError
        The loss became NaN, or the state in the folder is damaged or of another training.
    """
    network = network.to(device)
    optimiser = torch.optim.AdamW(task.groups(network, options.decay), lr=options.rate)
    steps = sum(1 for _ in task.batches(0))
    total = options.epochs * steps
    log: list[Epoch] = []
    best = network.state_dict()
    state_file = None if folder is None else folder / "state.safetensors"
    if folder is not None:
        make_folder(folder)
    if state_file is not None and state_file.is_file():
        log, best = _resume(state_file, task, network, optimiser)
    best = {k: v.detach().clone() for k, v in best.items()}
    with tqdm(
        total=options.epochs, initial=len(log), desc=f"train {task.name}", unit="epoch", disable=not progress
    ) as bar:
        for epoch in range(len(log), options.epochs):
            least = min((line.validation for line in log), default=float("inf"))
            if log and epoch - 1 - min(line.epoch for line in log if line.validation == least) >= options.patience:
                break
            began = time.perf_counter()
            torch.manual_seed(int(keyed_rng(seed, f"{task.name} epoch", epoch).integers(2**63)))
            network.train()
            sums = np.zeros(2)
            for k, batch in enumerate(task.batches(epoch)):
                rate = _rate(options, epoch * steps + k, total)
                for group in optimiser.param_groups:
                    group["lr"] = rate * group.get("share", 1.0)
                with torch.autocast(device.split(":")[0], torch.bfloat16, enabled=options.precision == "bfloat16"):
                    losses = task.losses(network, batch, epoch, k)
                loss = losses.mean()
                if not torch.isfinite(loss):
                    raise DataError(f"the loss became {float(loss)} in epoch {epoch}; train with a lower rate")
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(network.parameters(), options.clip)
                optimiser.step()
                sums += [float(losses.detach().sum()), len(losses)]
            network.eval()
            held_out = task.held_out(network)
            line = Epoch(epoch, float(sums[0] / sums[1]), held_out, float(rate), time.perf_counter() - began)
            if line.validation < least:
                best = {name: value.detach().clone() for name, value in network.state_dict().items()}
            log.append(line)
            if state_file is not None:
                _save(state_file, task, network, optimiser, best, log)
            bar.update()
            bar.set_postfix(train=f"{line.train:.3f}", validation=f"{line.validation:.3f}")
            if after_epoch is not None:
                after_epoch(line)
    network.load_state_dict(best)
    return network.cpu().eval(), log


def _rate(options: TrainingOptions, step: int, total: int) -> float:
    if options.schedule == "constant":
        return options.rate
    warm = max(1, total // 20)
    if step < warm:
        return options.rate * (step + 1) / warm
    return options.rate * 0.5 * (1 + np.cos(np.pi * (step - warm) / max(1, total - warm)))


def _save(
    path: Path,
    task: Task,
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    best: dict[str, Tensor],
    log: list[Epoch],
) -> None:
    tensors = {f"network.{k}": v for k, v in network.state_dict().items()}
    tensors |= {f"best.{k}": v for k, v in best.items()}
    for k, moments in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{k}.{name}": value for name, value in moments.items()}
    papers = {"config": task.config, "log": json.dumps([vars(line) for line in log])}
    save_tensors(path, tensors, papers)


def _resume(
    path: Path, task: Task, network: nn.Module, optimiser: torch.optim.Optimizer
) -> tuple[list[Epoch], dict[str, Tensor]]:
    tensors, papers = read_tensors(path)
    if papers.get("config") != task.config:
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
