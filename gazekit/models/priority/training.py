"""What `priority` learns: people's next fixation, how long it lasts, and when viewing ends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.core.pictures import look_of
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError, GazekitError, check_whole
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority.checkpoint import Readout
from gazekit.models.priority.events import chosen_in_px, mirrored, trial_events
from gazekit.models.priority.features import FeatureReader, channels_of, image_hash
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import CENTRE_BIAS, MEAN_LOG, Events, PriorityConfig, PriorityNetwork
from gazekit.models.priority.target import categories_of, check_text, has_target, sought
from gazekit.models.threads import one_thread
from gazekit.models.training import Epoch, TrainingOptions, train

OPTIONS = TrainingOptions(epochs=8, patience=2, batch=2, rate=3e-3, decay=1e-2)
BIAS_WIDTH = 1.2  # cells of the stored centre bias: standard deviation of its kernel
BIAS_UNIFORM = 0.01  # weight of the uniform density in it
FIXATIONS = 32  # of an image and step
VALIDATION = 0.1  # share of the training images that decides when to stop
STATIC = 0.5  # weight of the static density's loss
SLOW = 0.15  # of the rate
IMAGE = ("readout", "around", "mixture", "blur", "static")  # parts of the network that see the image alone
FAST = 5.0  # times the rate
LAW = ("half_seen", "steepness", "spread")  # single numbers, logarithms, that have a long way to go
TIMING = ("stay", "leave")  # parts that say how long fixations last and when viewing ends; no other learns from them


class View(NamedTuple):
    """One image that people looked at: its features, cells, and everything that they did.

    Attributes
    ----------
    stimulus : str
        Its name.
    image : str
        Its hash.
    look : str
        What is kept of it to know it again; see `look_of`.
    features : tuple of (channels, h, w) float16
        See `FeatureReader.of_image`.
    grid : Grid
        Its cells.
    events : Events
        (1, N) each, of all people.
    similarity : (similarities, rows, columns) Tensor, optional
        To a picture of what is sought.
    category : int
        Number of what is sought; -1: nothing is.
    """

    stimulus: str
    image: str
    look: str
    features: tuple[Tensor, ...]
    grid: Grid
    events: Events
    similarity: Tensor | None = None
    category: int = -1

    def to(self, device: str) -> "View":
        """The same on a device."""
        return self._replace(
            features=tuple(f.to(device) for f in self.features),
            events=self.events.to(device),
            similarity=None if self.similarity is None else self.similarity.to(device),
        )


def views_of(
    dataset: Dataset, reader: FeatureReader, config: PriorityConfig | None = None, *, progress: bool = False
) -> list[View]:
    """Views of a data set, one per trial in which somebody looked at the image.

    Parameters
    ----------
    dataset : Dataset
        Trials with pictures; human scanpaths, px.
    reader : FeatureReader
        Of the features.
    config : PriorityConfig, optional
        Of the network, which says what is known of the target. In trials that do not have it, nothing is sought.
    progress : bool
        Show a bar.

    Raises
    ------
    DataError
        Nobody looked at any image, or paths are in degrees.
    """
    paths = chosen_in_px(dataset)
    rows = paths.table.groupby("trial", sort=False).indices
    shown = [trial for trial in dataset.trials if trial.id in rows]
    views = []
    for trial in tqdm(shown, desc="features", unit="image", disable=not progress):
        walked = [path for path in (paths[int(row)] for row in rows[trial.id]) if len(path)]
        grid = Grid.of(trial.frame)
        if walked and ((events := trial_events(trial, walked, grid)).target >= 0).any():
            image = trial.image
            view = View(trial.stimulus, image_hash(image), look_of(image), reader.of_image(image), grid, events)
            if config is not None and has_target(trial, config):
                similarity, category = sought(trial, config, reader, grid)
                view = view._replace(similarity=similarity, category=category)
            views.append(view)
    if not views:
        raise DataError(f"data set {dataset.name!r} has no fixation to learn from")
    return views


def untimed(view: View) -> View:
    """The same without a label of how long fixations lasted, and whether viewing ended."""
    unknown = torch.full_like(view.events.ended, float("nan"))
    return view._replace(events=view.events._replace(log_duration=unknown, ended=unknown))


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
    firsts : int
        First fixations of each image and step that are drawn besides, of which only where they go is learned.
    slow : bool
        Whether what sees the image learns at `SLOW` of the rate: of a network that has learned before.
    timing : bool
        Whether only how long fixations last and when viewing ends is learned, and everything else stays as it is.
    """

    training: Sequence[View]
    validation: Sequence[View]
    network: PriorityConfig
    batch: int
    seed: int
    device: str = "cpu"
    fixations: int = FIXATIONS
    firsts: int = 0
    slow: bool = False
    timing: bool = False
    name: str = field(default="priority", init=False)

    @property
    def config(self) -> str:
        """See `gazekit.models.training.Task`."""
        return self.network.to_json() + " timing" * self.timing + f" firsts {self.firsts}" * bool(self.firsts)

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
            view = self.training[k].to(self.device)
            made = view.events.made[0].cpu().numpy()
            order = rng.permutation(len(made))
            chosen = np.resize(order, self.fixations)
            if self.firsts:
                chosen = np.append(chosen, np.resize(order[made[order] == 0], self.firsts))
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
        target = joint_target(views, network.config)
        if target[0] is not None:
            flip = [s.flip(-1) if turn else s for s, turn in zip(target[0], turned, strict=True)]
            target = torch.stack(flip), None
        found = event_losses(network, levels, joined, grid, *target, timing=self.timing)
        return sum_of(found if not self.firsts else of_place_alone(found, self.firsts))

    @torch.no_grad()
    def held_out(self, network: PriorityNetwork) -> float:
        """Mean loss of all events of the images that are held out, nats."""
        totals = [sum_of(view_losses(network, view.to(self.device), timing=self.timing)) for view in self.validation]
        return float(torch.cat(totals).double().mean())

    def groups(self, network: PriorityNetwork, decay: float) -> list[dict[str, Any]]:
        """Weights decay; single numbers and biases do not. What is in `LAW` learns faster."""
        groups: dict[tuple[float, float], list[Tensor]] = {}
        for name, p in network.named_parameters():
            part = name.partition(".")[0]
            if self.timing and part not in TIMING:
                continue
            share = FAST if part in LAW else SLOW if self.slow and part in IMAGE else 1.0
            groups.setdefault((share, decay if p.ndim > 1 else 0.0), []).append(p)
        return [{"params": of, "weight_decay": rate, "share": share} for (share, rate), of in groups.items()]


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


def joint_target(views: Sequence[View], config: PriorityConfig) -> tuple[Tensor | None, Tensor | None]:
    """What is sought in several images of one shape, for `PriorityNetwork.look`; 0 or -1 where nothing is."""
    on = views[0].events.made.device
    if config.categories:
        return None, torch.tensor([view.category for view in views], device=on)
    if not config.target:
        return None, None
    none = torch.zeros(len(config.similarities), *views[0].grid.shape, device=on)
    return torch.stack([none if view.similarity is None else view.similarity for view in views]), None


def event_losses(
    network: PriorityNetwork,
    levels: Sequence[Tensor],
    events: Events,
    grid: Grid,
    similarity: Tensor | None = None,
    category: Tensor | None = None,
    *,
    timing: bool = False,
) -> Losses:
    """Losses of N events of each of B images of one shape; with `timing` those of places are not computed, but 0."""
    maps = network.look(levels, *grid.shape, similarity, category)
    looked = events.target >= 0
    cell = events.target.clamp(min=0)
    following = static = torch.zeros_like(events.reach)
    if not timing:
        x, y = (torch.from_numpy(side).to(maps.device) for side in grid.centres())
        following = network.next_density(maps, events, x, y).gather(2, cell[..., None])[..., 0]
        static = network.static_density(maps).gather(1, cell)
    known = looked & events.log_duration.isfinite()
    lasting = -network.durations(maps, events).log_density(torch.where(known, events.log_duration, MEAN_LOG))
    odds = network.end(maps, events)
    ending = functional.binary_cross_entropy_with_logits(odds, events.ended.nan_to_num(), reduction="none")
    nan = torch.tensor(float("nan"), device=maps.device)
    return Losses(
        torch.where(looked, -following, nan),
        torch.where(looked, -static, nan),
        torch.where(known, lasting, nan),
        torch.where(events.ended.isfinite(), ending, nan),
    )


def view_losses(network: PriorityNetwork, view: View, *, at_once: int = 256, timing: bool = False) -> Losses:
    """Losses of all events of an image, in parts so that memory stays flat."""
    levels, target = [f[None] for f in view.features], joint_target([view], network.config)
    n = view.events.made.shape[1]
    parts = [
        event_losses(network, levels, view.events.at(slice(k, min(n, k + at_once))), view.grid, *target, timing=timing)
        for k in range(0, n, at_once)
    ]
    return Losses(*(torch.cat(part, 1) for part in zip(*parts, strict=True)))


def of_place_alone(losses: Losses, last: int) -> Losses:
    """The same, but of the last events of each image only where they go after what came before counts."""
    left_out = torch.arange(losses.next.shape[1], device=losses.next.device) >= losses.next.shape[1] - last
    nan = torch.tensor(float("nan"), device=losses.next.device)
    static = torch.where(left_out, torch.zeros_like(nan), losses.static)
    return Losses(losses.next, static, *(torch.where(left_out, nan, part) for part in losses[2:]))


def sum_of(losses: Losses, static: float = STATIC) -> Tensor:
    """(n,) nats of the events that looked somewhere: what is minimised. The end's and the durations' are added."""
    looked = losses.next.isfinite().flatten()
    whole = losses.next + static * losses.static + losses.duration.nan_to_num() + losses.end.nan_to_num()
    ends = losses.end.flatten()[~looked].nan_to_num()
    return whole.flatten()[looked] + ends.sum() / looked.sum().clamp(min=1)


def prepared_network(
    config: PriorityConfig, views: Sequence[View], seed: int, start: PriorityNetwork | None = None
) -> PriorityNetwork:
    """A network with weights by the seed, or those of another; and what is counted: statistics and centre bias."""
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
    if start is not None:
        take_weights(network, start)
    network.get_buffer("centre").copy_(centre_bias(views))
    return network


@torch.no_grad()
def take_weights(network: PriorityNetwork, other: PriorityNetwork) -> None:
    """Take over what another network has learned, its statistics of the features too.

    Where a layer has more inputs here (what is sought comes last), these begin at 0: while nothing is sought, both
    networks do the same. What was learned of a category goes to the one of its name.

    Raises
    ------
    GazekitError
        Sizes differ otherwise.
    """
    own, categories = network.state_dict(), network.config.categories
    for name, weight in other.state_dict().items():
        here = own.get(name)
        if name == "category.weight" and here is not None and here.shape[1] == weight.shape[1]:
            for category, learned in zip(other.config.categories, weight, strict=True):
                if category in categories:
                    here[categories.index(category)] = learned
        elif here is not None and here.shape == weight.shape:
            here.copy_(weight)
        elif (
            here is not None
            and here.ndim == 2
            and len(here) == len(weight)
            and here.shape[1] > weight.shape[1]
            and name != "field.weight"  # more of the history does not come last
        ):
            here.zero_()[:, : weight.shape[1]] = weight
        else:
            raise GazekitError(
                f"the readout to start from has another size of {name}; give the network the options that it was "
                f"trained with, or start from none"
            )


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


def check_drawn(fixations: int, firsts: int = 0) -> None:
    """Refuse numbers of fixations, and of first ones besides, that cannot be drawn.

    Examples
    --------
    >>> check_drawn(0)
    Traceback (most recent call last):
    gazekit.GazekitError: fixations must be a whole number of at least 1, not 0
    """
    check_whole("fixations", fixations, 1)
    check_whole("firsts", firsts, 0)


def check_timing(datasets: Sequence[str], start: Readout | None, firsts: int) -> None:
    """Refuse to learn timing alone from nothing, or from data sets (by name) or fixations that have no part in it.

    Raises
    ------
    GazekitError
        One of these.
    """
    if start is None:
        raise GazekitError(
            "timing alone cannot be learned from nothing: give the readout to start from (--start free-viewing)"
        )
    if len(datasets) > 1:
        raise GazekitError(
            f"how long fixations last and when viewing ends are learned from the first data set alone, so that nothing "
            f"would be learned from {datasets[1]!r}: leave it out (--also)"
        )
    if firsts:
        raise GazekitError(
            f"of the first fixations that are drawn besides (firsts={firsts}) only places are learned, and timing "
            f"alone learns none: leave firsts out"
        )


def choices_of(config: Mapping[str, Any] | None, start: Readout | None, datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Fields of `PriorityConfig` besides the channels: of the readout to start from, changed."""
    found = {**(start.network.config.choices if start else {}), "categories": (), **(config or {})}
    if found.get("target") == "category":
        found["categories"] = categories_of(datasets)
    return found


@one_thread()
def train_readout(
    datasets: Sequence[Dataset],
    reader: FeatureReader,
    options: TrainingOptions = OPTIONS,
    *,
    config: Mapping[str, Any] | None = None,
    start: Readout | None = None,
    timing: bool = False,
    seed: int = 0,
    fixations: int = FIXATIONS,
    firsts: int = 0,
    folder: Path | None = None,
    device: str = "cpu",
    progress: bool = True,
) -> tuple[Readout, list[Epoch]]:
    """Train a readout on one or several data sets, on one thread: with more of them sums differ.

    Parameters
    ----------
    datasets : sequence of Dataset
        Trials with pictures; human scanpaths, px. How long fixations last and when viewing ends is learned from the
        first alone: recordings differ in both, by how fixations were detected and by the task.
    reader : FeatureReader
        Where features come from.
    options : TrainingOptions
        How to train.
    config : mapping, optional
        Fields of `PriorityConfig` besides the channels; default those of `start`, if there is one. Categories are those
        of the data.
    start : Readout, optional
        Where training begins: its weights, of the parts that are alike, and its statistics of the features. What sees
        the image then learns at `SLOW` of the rate, and the images that it has learned from count as learned.
    timing : bool
        Learn only how long fixations last and when viewing ends, which differ between recordings, from one data set;
        the densities stay those of `start` to the bit. It takes a small part of the time.
    seed : int
        Of the weights, the order and the images that decide when to stop.
    fixations : int
        Of each image and step.
    firsts : int
        First fixations of each image and step besides, of which only where they go is learned: of ten fixations of a
        path one is the first, so that a short training learns little of it. Not with `timing`.
    folder : path, optional
        Where the state is kept, so that a stopped training goes on.
    device, progress
        See `gazekit.models.training.train`.

    Returns
    -------
    readout : Readout
    log : list of Epoch
    """
    check_drawn(fixations, firsts)
    if timing:
        check_timing([each.name for each in datasets], start, firsts)
    if start is not None and start.features not in (reader.sha256, reader.sha256.partition("+")[0]):
        raise DataError(
            f"the readout to start from reads features of {start.backbone} with the hash {start.features}, and those "
            f"here have {reader.sha256}; start from a readout of the same network, or from none"
        )
    first = next((trial for each in datasets for trial in each.trials), None)
    if first is None:
        raise DataError("there is no trial to learn from")
    made = PriorityConfig.of(channels_of(reader.of(first)), choices_of(config, start, datasets))
    check_text(made.target, reader)
    if timing and start is not None and made != start.network.config:
        raise GazekitError(
            f"timing alone leaves a network as it is, and this one would be another than that of the readout to start "
            f"from ({made.to_json()}); give it the same target and options, or train without timing"
        )
    each_view = (
        (k, view) for k, each in enumerate(datasets) for view in views_of(each, reader, made, progress=progress)
    )
    views = [(untimed(view) if k else view).to(device) for k, view in each_view]
    held = held_out_images([view.image for view in views], seed)
    learned, stopping = ([view for view in views if (view.image in held) == side] for side in (False, True))
    task = NextFixation(
        learned, stopping, made, options.batch, seed, device, fixations, firsts, slow=start is not None, timing=timing
    )
    prepared = prepared_network(made, learned, seed, None if start is None else start.network)
    if timing and start is not None:
        prepared.get_buffer("centre").copy_(start.network.get_buffer("centre"))
    network, log = train(
        prepared,
        task,
        options,
        folder=folder,
        seed=seed,
        device=device,
        progress=progress,
    )
    about: dict[str, Any] = {
        "data": " and ".join(each.name for each in datasets),
        "sha256": [each.fingerprint() for each in datasets],
        "stimuli": sorted({view.stimulus for view in views}),
        "images": sorted({view.image for view in views}),
        "looks": sorted({view.look for view in views} - {""}),
        "seed": seed,
    }
    if start is not None:
        before = start.trained_on
        about["data"] += f", after {before.get('data', 'unknown data')}"
        about["start"] = start.sha256
        for what in ("stimuli", "images", "looks"):
            about[what] = sorted({*about[what], *before.get(what, ())})
    longest = max(int(view.events.made.max()) for view in views)
    return Readout(network, reader.backbone, reader.sha256, max(1, longest), about), log
