"""The network on one image, after training, in numpy: what a likelihood or a path costs is here.

`network.py` says what is computed and stays the reference of the tests; here the work of an image is done once, and
steps of a few numbers do not pay for a tensor each. Every product is of one fixation's own matrices, so that a
fixation's density is the same to the bit whatever is computed beside it.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import erf
from torch import Tensor, nn

from gazekit.models.priority.network import (
    FIELDS,
    MEAN_LOG,
    NARROWEST,
    SD_LOG,
    VISITED,
    WIDE,
    WIDEST,
    Events,
    PriorityNetwork,
)

AT_ONCE = 64  # fixations of which numbers are in memory together


class Before(NamedTuple):
    """What gaze did before each of N fixations on one image; see `Events`."""

    places: np.ndarray
    made: np.ndarray
    here: np.ndarray
    before: np.ndarray
    numbers: np.ndarray

    @classmethod
    def of(cls, events: Events) -> "Before":
        """Of the events of the first image."""
        return cls(*(getattr(events, name)[0].cpu().numpy() for name in cls._fields))

    def at(self, some: slice) -> "Before":
        """Some of the N."""
        return Before(*(getattr(self, name)[some] for name in self._fields))


class OnImage:
    """What the network makes of what gaze did on one image.

    Parameters
    ----------
    network : PriorityNetwork
        Trained, on the CPU; its weights are shared.
    maps : (1, maps + maps of the target, rows, columns) Tensor
        Of `network.look`.
    x, y : (columns,), (rows,) float32
        Centres of the cells, as places.
    """

    @torch.inference_mode()
    def __init__(self, network: PriorityNetwork, maps: Tensor, x: np.ndarray, y: np.ndarray) -> None:
        self.network, self.config, self.x, self.y = network, network.config, x, y
        own, similar = (part[0].flatten(1).numpy() for part in network.parts(maps))
        image = network.of_image(maps)
        self.scores = image.scores[0, 0].numpy()
        if self.config.history:
            self.selected, self.key = image.selected[0, 0].numpy(), image.key[0].numpy()
        self.similar = similar
        self._held = (np.ascontiguousarray(own.T), np.ascontiguousarray(similar.T))  # what each cell holds

    def following(self, events: Before, temperature: float = 1.0) -> np.ndarray:
        """(N, cells) float64: log density of the next fixation; see `PriorityNetwork.next_density`."""
        many = len(events.made)
        out = np.empty((many, len(self.scores)))
        for k in range(0, many, AT_ONCE):
            part = slice(k, k + AT_ONCE)
            out[part] = self._scores(events.at(part))
        out /= temperature
        out -= out.max(1, keepdims=True)
        out -= np.log(np.exp(out).sum(1, keepdims=True))
        return out

    def _scores(self, events: Before) -> np.ndarray:
        out = np.repeat(self.scores[None].astype(float), len(events.made), 0)
        seen = self.seen(events) if self.config.target else None
        if seen is not None:
            out += linear(self.network.target_weight, seen)[:, 0]
        if self.config.history:
            state = self.state(events)
            out += (linear(self.network.query, state).transpose(0, 2, 1) @ self.key)[:, 0]
            for k, scores in enumerate(self._selected(events, state, seen)):
                out[k] += scores
        return out

    def _selected(self, events: Before, state: np.ndarray, seen: np.ndarray | None) -> Iterator[np.ndarray]:
        """Scores of the selection, (cells,), for each fixation. It is nearly all that a fixation costs.

        One at a time, over the arrays of the one before: they stay in the processor's cache.
        """
        network, cells = self.network, len(self.scores)
        fields = np.empty((network.field.in_features, len(self.y), len(self.x)), np.float32)
        layers = network.field, network.select_field, network.select
        field, chosen, narrow = (np.empty((layer.out_features, cells), np.float32) for layer in layers)
        to_field, to_chosen, to_narrow = (weights(layer.weight) for layer in layers)
        to_score = weights(network.select_last.weight)
        of_field = linear(network.field_state, state) + weights(network.field.bias)[:, None]
        of_chosen = linear(network.select_state, state)
        of_narrow = weights(network.select.bias)[:, None]
        for k, made in enumerate(events.made):
            self.history(events.places[k], int(made), fields)
            np.matmul(to_field, fields.reshape(-1, cells), out=field)
            field += of_field[k]
            np.matmul(to_chosen, relu(field), out=chosen)
            chosen += self.selected
            chosen += of_chosen[k]
            if seen is not None:
                chosen += linear(network.select_target, seen[k])
            np.matmul(to_narrow, relu(chosen), out=narrow)
            narrow += of_narrow
            yield (to_score @ relu(narrow))[0]

    def history(self, places: np.ndarray, made: int, out: np.ndarray) -> None:
        """Fields of one fixation's history, (fields, rows, columns); see `PriorityNetwork.history`."""
        last = self.config.history
        known = min(last, made + 1)  # the start counts as one
        each = out[: FIELDS * last].reshape(last, FIELDS, *out.shape[1:])
        each[known:] = 0
        dx, dy, distance, wide, narrow = each[:known].transpose(1, 0, 2, 3)
        across, down = (side - places[:, k, None] for k, side in enumerate((self.x, self.y)))
        dx[...] = across[:known, None]
        dy[...] = down[:known, :, None]
        np.sqrt((across[:known] ** 2)[:, None] + (down[:known] ** 2 + 1e-6)[..., None], out=distance)
        np.exp(distance * (-1 / WIDE), out=wide)
        np.square(np.square(wide, out=narrow), out=narrow)
        for width, mark in zip(VISITED, out[FIELDS * last :], strict=True):
            bumps = [np.exp(-0.5 * (side[:made] / width) ** 2) for side in (down, across)]
            np.matmul(bumps[0].T, bumps[1], out=mark)

    def seen(self, events: Before) -> np.ndarray:
        """(N, maps of the target, cells) float32; see `PriorityNetwork.seen`."""
        places, network = events.places, self.network
        there = np.arange(places.shape[1]) <= events.made[:, None]
        across = ((self.x - places[..., :1]) ** 2)[:, :, None]
        down = ((self.y - places[..., 1:]) ** 2)[..., None]
        nearest = np.sqrt(np.where(there[..., None, None], across + down, np.float32(np.inf)).min(1))
        away = np.log(np.maximum(nearest, np.float32(1e-3))).reshape(len(places), 1, -1)
        half, steep = (weights(part)[:, None] for part in (network.half_seen, network.steepness))
        return self.similar / (1 + np.exp(np.exp(steep) * (away - half)))

    def state(self, events: Before) -> np.ndarray:
        """(N, hidden, 1) float32; see `PriorityNetwork.so_far`."""
        cells = (events.here, events.before) if self.config.content else ()
        return perceptron(self.network.state, self._known(cells, [events.numbers], numbers_first=True))

    def durations(self, events: Before, cell: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, ...]:
        """How long a fixation in a cell lasts that was reached by so long a saccade: weights, means, deviations.

        (N, kinds) float64 each; see `Durations`.
        """
        known = [events.numbers, reach.astype(np.float32)[:, None]]
        found = perceptron(self.network.stay, self._known((cell, events.here), known))
        weight, mean, deviation = found[..., 0].astype(float).reshape(len(found), 3, -1).transpose(1, 0, 2)
        weight = weight - weight.max(1, keepdims=True)
        weight = weight - np.log(np.exp(weight).sum(1, keepdims=True))
        return weight, MEAN_LOG + SD_LOG * mean, SD_LOG * np.exp(deviation.clip(NARROWEST, WIDEST))

    def end(self, events: Before) -> np.ndarray:
        """(N,) float64: log odds that viewing ends; see `PriorityNetwork.end`."""
        known = self._known((events.here, events.before), [events.numbers])
        return perceptron(self.network.leave, known)[:, 0, 0].astype(float)

    def _known(
        self, cells: Sequence[np.ndarray], numbers: Sequence[np.ndarray], *, numbers_first: bool = False
    ) -> np.ndarray:
        """(N, inputs, 1): what is known, in the order of the network's inputs; similarities come last."""
        own, similar = ([held[cell] for cell in cells] for held in self._held)
        parts = [*numbers, *own] if numbers_first else [*own, *numbers]
        return np.concatenate([*parts, *similar], 1)[..., None]


def weights(of: Tensor) -> np.ndarray:
    """A tensor's numbers, shared."""
    return of.detach().numpy()


def linear(layer: nn.Linear, x: np.ndarray) -> np.ndarray:
    """Apply a layer to (..., inputs, cells), each by itself."""
    out = weights(layer.weight) @ x
    if layer.bias is not None:
        out += weights(layer.bias)[:, None]
    return out


def perceptron(layers: nn.Sequential, x: np.ndarray) -> np.ndarray:
    """Apply linear layers with GELUs between."""
    for layer in layers:
        x = linear(layer, x) if isinstance(layer, nn.Linear) else gelu(x)
    return x


def gelu(x: np.ndarray) -> np.ndarray:
    """As `nn.GELU`."""
    return 0.5 * x * (1 + erf(x * np.float32(1 / math.sqrt(2))))


def relu(x: np.ndarray) -> np.ndarray:
    """In place."""
    return np.maximum(x, 0, out=x)
