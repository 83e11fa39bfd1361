"""What `priority` learns: people's next fixation, how long it lasts, and when viewing ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority.checkpoint import Readout
from gazekit.models.priority.events import mirrored, trial_events
from gazekit.models.priority.features import FeatureReader, channels_of, image_hash
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import CENTRE_BIAS, Events, PriorityConfig, PriorityNetwork
from gazekit.models.training import Epoch, TrainingOptions, train

OPTIONS = TrainingOptions(epochs=8, patience=2, batch=2, rate=3e-3, decay=1e-2)
BIAS_WIDTH = 1.2  # cells of the stored centre bias: standard deviation of its kernel
BIAS_UNIFORM = 0.01  # weight of the uniform density in it
FIXATIONS = 32  # of an image and step
VALIDATION = 0.1  # share of the training images that decides when to stop
STATIC = 0.5  # weight of the static density's loss


class View(NamedTuple):
    """One image that people looked at: its features, cells, and everything that they did.

    Attributes
    ----------
    stimulus : str
        Its name.
    image : str
        Its hash.
    features : tuple of (channels, h, w) float16
        See `FeatureReader.of_image`.
    grid : Grid
        Its cells.
    events : Events
        (1, N) each, of all people.
    """

    stimulus: str
    image: str
    features: tuple[Tensor, ...]
    grid: Grid
    events: Events

    def to(self, device: str) -> "View":
        """The same on a device."""
        return self._replace(features=tuple(f.to(device) for f in self.features), events=self.events.to(device))


def views_of(dataset: Dataset, reader: FeatureReader, *, progress: bool = False) -> list[View]:
    """Views of a data set, one per trial that somebody looked at.

    Raises
    ------
    DataError
        Nobody looked at anything, or paths are in degrees.
    """
    paths = dataset.scanpaths
    if paths.facts.unit != "px":
        raise DataError(f"priority learns from fixations in px, and those of {dataset.name!r} are in degrees")
    paths = paths.drop_first() if paths.facts.forced_first else paths
    rows = paths.table.groupby("trial", sort=False).indices
    shown = [trial for trial in dataset.trials if trial.id in rows]
    views = []
    for trial in tqdm(shown, desc="features", unit="image", disable=not progress):
        each = [paths[int(row)] for row in rows[trial.id]]
        walked = [(path.x, path.y, path.duration) for path in each if len(path)]
        if walked:
            image, grid = trial.image, Grid.of(trial.frame)
            seen = reader.of_image(image)
            views.append(View(trial.stimulus, image_hash(image), seen, grid, trial_events(trial, walked, grid)))
    if not views:
        raise DataError(f"data set {dataset.name!r} has no fixation to learn from")
    return views


@dataclass
class NextFixation:
    """What the network learns, as a task of the training loop.

    Parameters
    ----------
    training, validation : sequence of View
        Of different images.
    network : PriorityConfig
        Configuration of the network.
    batch : int
        Images per step, of one size.
    seed : int
        Of the order, the fixations of a step and the reflections.
    device : str
        "cpu" or "cuda".
    fixations : int
        Of each image and step, drawn anew; the likelihood of all that are drawn is computed at once.
    """

    training: Sequence[View]
    validation: Sequence[View]
    network: PriorityConfig
    batch: int
    seed: int
    device: str = "cpu"
    fixations: int = FIXATIONS
    name: str = field(default="priority", init=False)

    @property
    def config(self) -> str:
        """See `gazekit.models.training.Task`."""
        return self.network.to_json()

    def batches(self, epoch: int) -> Iterator[list[int]]:
        """Numbers of images: those of a batch have features and cells of one shape."""
        rng = keyed_rng(self.seed, "priority order", epoch)
        shapes: dict[Any, list[int]] = {}
        for k in rng.permutation(len(self.training)).tolist():
            view = self.training[k]
            shapes.setdefault((view.grid, *(f.shape for f in view.features)), []).append(k)
        parts = [of[k : k + self.batch] for of in shapes.values() for k in range(0, len(of), self.batch)]
        for k in rng.permutation(len(parts)).tolist():
            yield parts[k]

    def losses(self, network: PriorityNetwork, batch: list[int], epoch: int, step: int) -> Tensor:
        """See `event_losses`; an image is mirrored half of the time."""
        views, turned = [], []
        for k in batch:
            rng = keyed_rng(self.seed, "priority fixations", epoch, k)
            view, n = self.training[k], self.training[k].events.made.shape[1]
            chosen = np.resize(rng.permutation(n), self.fixations)
            views.append(view._replace(events=view.events.at(torch.from_numpy(chosen).to(view.events.made.device))))
            turned.append(bool(rng.integers(2)))
        grid = views[0].grid
        levels = [
            torch.stack(
                [v.features[k].flip(-1) if turn else v.features[k] for v, turn in zip(views, turned, strict=True)]
            )
            for k in range(len(views[0].features))
        ]
        events = [mirrored(v.events, *grid.shape) if t else v.events for v, t in zip(views, turned, strict=True)]
        joined = Events(*(torch.cat(part) for part in zip(*events, strict=True)))
        on = self.device
        return sum_of(event_losses(network, [f.to(on) for f in levels], joined.to(on), grid))

    @torch.no_grad()
    def held_out(self, network: PriorityNetwork) -> float:
        """Mean loss of all events of the images that are held out, nats."""
        totals = [sum_of(view_losses(network, view.to(self.device))) for view in self.validation]
        return float(torch.cat(totals).double().mean())

    def groups(self, network: PriorityNetwork, decay: float) -> list[dict[str, Any]]:
        """Weights decay; single numbers and biases do not."""
        matrices = [p for p in network.parameters() if p.ndim > 1]
        others = [p for p in network.parameters() if p.ndim <= 1]
        return [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


class Losses(NamedTuple):
    """Negative log-likelihoods of events, nats, (B, N) each; NaN where there is nothing to be likely.

    Attributes
    ----------
    next, static : (B, N)
        Of the cell that was looked at, after what came before, and whatever came before.
    duration : (B, N)
        Of the log duration.
    end : (B, N)
        Of going on, or of the end.
    """

    next: Tensor
    static: Tensor
    duration: Tensor
    end: Tensor


def event_losses(network: PriorityNetwork, levels: Sequence[Tensor], events: Events, grid: Grid) -> Losses:
    """Losses of N events of each of B images of one shape."""
    maps = network.look(levels, *grid.shape)
    x, y = (torch.from_numpy(side).to(maps.device) for side in grid.centres())
    looked = events.target >= 0
    cell = events.target.clamp(min=0)
    following = network.next_density(maps, events, x, y).gather(2, cell[..., None])[..., 0]
    static = network.static_density(maps).gather(1, cell)
    mean, deviation = network.log_duration(maps, events)
    known = looked & events.log_duration.isfinite()
    z = (torch.where(known, events.log_duration, mean) - mean) / deviation
    lasting = 0.5 * z**2 + torch.log(deviation) + 0.9189385332046727
    odds = network.end(maps, events)
    ending = functional.binary_cross_entropy_with_logits(odds, events.ended.nan_to_num(), reduction="none")
    nan = torch.tensor(float("nan"), device=maps.device)
    return Losses(
        torch.where(looked, -following, nan),
        torch.where(looked, -static, nan),
        torch.where(known, lasting, nan),
        torch.where(events.ended.isfinite(), ending, nan),
    )


def view_losses(network: PriorityNetwork, view: View, *, at_once: int = 256) -> Losses:
    """Losses of all events of an image, in parts so that memory stays flat."""
    levels = [f[None] for f in view.features]
    n = view.events.made.shape[1]
    parts = [
        event_losses(network, levels, view.events.at(slice(k, min(n, k + at_once))), view.grid)
        for k in range(0, n, at_once)
    ]
    return Losses(*(torch.cat(part, 1) for part in zip(*parts, strict=True)))


def sum_of(losses: Losses, static: float = STATIC) -> Tensor:
    """(n,) nats of the events that looked somewhere: what is minimised. The end's and the durations' are added."""
    looked = losses.next.isfinite().flatten()
    whole = losses.next + static * losses.static + losses.duration.nan_to_num() + losses.end.nan_to_num()
    ends = losses.end.flatten()[~looked].nan_to_num()
    return whole.flatten()[looked] + ends.sum() / looked.sum().clamp(min=1)


def prepared_network(config: PriorityConfig, views: Sequence[View], seed: int) -> PriorityNetwork:
    """A network with weights by the seed, and what is counted, not learned: statistics and centre bias."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(keyed_rng(seed, "priority weights").integers(2**63)))
        network = PriorityNetwork(config)
    for level in range(len(config.channels)):
        sums = torch.zeros(2, config.channels[level], dtype=torch.float64)
        cells = 0
        for view in views:
            x = view.features[level].double().flatten(1).cpu()
            sums += torch.stack([x.sum(1), (x**2).sum(1)])
            cells += x.shape[1]
        mean, square = sums / cells
        network.get_buffer(f"mean_{level}").copy_(mean)
        network.get_buffer(f"deviation_{level}").copy_((square - mean**2).clamp(min=1e-6).sqrt())
    network.get_buffer("centre").copy_(centre_bias(views))
    return network


def centre_bias(views: Sequence[View]) -> Tensor:
    """Log density of people's fixations on all images, in relative coordinates."""
    from scipy.ndimage import gaussian_filter

    counts = np.zeros(CENTRE_BIAS)
    for view in views:
        cell = view.events.target[view.events.target >= 0].cpu().numpy()
        row, column = np.divmod(cell, view.grid.columns)
        place = (
            ((row + 0.5) / view.grid.rows * CENTRE_BIAS[0]).astype(np.int64),
            ((column + 0.5) / view.grid.columns * CENTRE_BIAS[1]).astype(np.int64),
        )
        np.add.at(counts, place, 1.0)
    smooth = gaussian_filter(counts, BIAS_WIDTH, mode="reflect")
    return torch.from_numpy(np.log((1 - BIAS_UNIFORM) * smooth / smooth.sum() + BIAS_UNIFORM / smooth.size)).float()


def held_out_images(images: Sequence[str], seed: int, share: float = VALIDATION) -> set[str]:
    """Hashes of the images that decide when to stop."""
    names = sorted(set(images))
    count = max(1, round(share * len(names)))
    if count >= len(names):
        raise DataError(f"there are {len(names)} images to learn from: too few to hold some out for stopping")
    order = keyed_rng(seed, "priority validation").permutation(len(names))
    return {names[k] for k in order[:count]}


def train_readout(
    datasets: Sequence[Dataset],
    reader: FeatureReader,
    options: TrainingOptions = OPTIONS,
    *,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
    fixations: int = FIXATIONS,
    folder: Path | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> tuple[Readout, list[Epoch]]:
    """Train a readout on one or several data sets.

    Parameters
    ----------
    datasets : sequence of Dataset
        Trials with pictures; human scanpaths, px.
    reader : FeatureReader
        Where features come from.
    options : TrainingOptions
        How to train.
    config : mapping, optional
        Fields of `PriorityConfig` besides the channels.
    seed : int
        Of the weights, the order and the images that decide when to stop.
    fixations : int
        Of each image and step.
    folder : path, optional
        Where the state is kept, so that a stopped training goes on.
    device, progress
        See `gazekit.models.training.train`.

    Returns
    -------
    readout : Readout
    log : list of Epoch
    """
    views = [view.to(device) for each in datasets for view in views_of(each, reader, progress=progress)]
    held = held_out_images([view.image for view in views], seed)
    learned, stopping = ([view for view in views if (view.image in held) == side] for side in (False, True))
    made = PriorityConfig.of(channels_of(views[0].features), config or {})
    task = NextFixation(learned, stopping, made, options.batch, seed, device, fixations=fixations)
    network, log = train(
        prepared_network(made, learned, seed),
        task,
        options,
        folder=folder,
        seed=seed,
        device=device,
        progress=progress,
    )
    about = {
        "data": " and ".join(each.name for each in datasets),
        "sha256": [each.fingerprint() for each in datasets],
        "stimuli": sorted({view.stimulus for view in views}),
        "images": sorted({view.image for view in views}),
        "seed": seed,
    }
    longest = max(int(view.events.made.max()) for view in views)
    return Readout(network, reader.backbone, reader.sha256, max(1, longest), about), log
