"""What an OAT attends to at every step of a path: the attention weights that its layers do not return."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.oat.model import Oat
from gazekit.models.oat.network import Attention
from gazekit.models.oat.scenes import batch_of, scene_of


@dataclass(frozen=True)
class Inside:
    """Probabilities and attention of one network on one path; T fixations, P objects, L layers, H heads.

    Every last axis sums to 1, except that of `next_object`, whose rest is `end`.

    Parameters
    ----------
    next_object : (T + 1, P) float64
        Probability that an object is fixated next: row 0 before the first fixation, row t after t fixations.
    end : (T + 1,) float64
        Probability that the search ends instead; 0 before the first fixation.
    objects : (L, H, T + 1, 1 + P) float64
        Where the decoder looks in the scene at each step (cross-attention): column 0 is the target's token, column
        1 + k is object k.
    memory : (L, H, T + 1, T + 1) float64
        Where the decoder looks on the path so far (self-attention): column 0 is the beginning, column t the t-th
        fixation; later ones are 0.
    scene : (L, H, 1 + P, 1 + P) float64
        Which objects the encoder compares each object with; row and column 0 are the target's token.
    """

    next_object: np.ndarray
    end: np.ndarray
    objects: np.ndarray
    memory: np.ndarray
    scene: np.ndarray


@torch.no_grad()
def look_inside(model: Oat, trial: Trial, path: np.ndarray) -> Inside:
    """Give a path to a network, fixation by fixation, and keep what it attends to.

    Parameters
    ----------
    model : Oat
        Its network for the trial's stimulus is taken; on the CPU.
    trial : Trial
        What the network needs of it, see `Oat.needs`.
    path : (T,) whole numbers
        Objects fixated, from 0, at least one; `object_id` of a path that the model predicted, or a person's.

    Returns
    -------
    Inside

    Raises
    ------
    GazekitError
        No fixation, or an object that is not there.
    MissingNeedError, DataError
        The trial lacks something.
    """
    network = model.checkpoint_for(trial.stimulus).network.cpu().eval()
    scene = scene_of(trial, network.config)
    objects = np.asarray(path, dtype=np.int64)
    if objects.ndim != 1 or not len(objects):
        raise GazekitError("a path to look into has one fixation or more, as a list of objects")
    if objects.min() < 0 or objects.max() >= len(scene.places):
        wrong = int(objects[(objects < 0) | (objects >= len(scene.places))][0])
        raise GazekitError(f"object {wrong} is not in trial {trial.id!r}; it has objects 0 to {len(scene.places) - 1}")
    with _recording(network.encoder) as encoder, _recording(network.decoder) as decoder:
        log_probability = network(network.encode(batch_of([scene])), torch.from_numpy(objects + 1)[None])
    probability = log_probability[0].double().exp().numpy()
    return Inside(
        probability[:, 1:],
        probability[:, 0],
        np.stack([weights for name, weights in decoder if name.endswith("cross")]),
        np.stack([weights for name, weights in decoder if name.endswith("own")]),
        np.stack([weights for _, weights in encoder]),
    )


def attention_weights(layer: Attention, x: Tensor, keys: Tensor, allowed: Tensor | None) -> Tensor:
    """Weights with which a layer mixes values: softmax of the scaled products of queries and keys.

    Parameters
    ----------
    layer : Attention
        The layer.
    x : (B, L, width) float32
        Tokens that attend.
    keys : (B, heads, n, width / heads) float32
        Of the tokens attended to, from `Attention.keys_values`.
    allowed : bool, broadcast to (B, heads, L, n), optional
        True where attention may go.

    Returns
    -------
    (B, heads, L, n) float32
    """
    query = layer.query(x).unflatten(-1, (layer.heads, -1)).transpose(1, 2)
    products = query @ keys.transpose(-1, -2) * keys.shape[-1] ** -0.5
    if allowed is not None:
        products = products.masked_fill(~allowed, float("-inf"))
    return products.softmax(-1)


@contextmanager
def _recording(module: nn.Module) -> Iterator[list[tuple[str, np.ndarray]]]:
    """Keep (name of the layer, weights (heads, L, n)) of every attention layer that runs, in order."""
    kept: list[tuple[str, np.ndarray]] = []

    def keep(name: str, layer: nn.Module, given: tuple[Tensor, Tensor, Tensor, Tensor | None]) -> None:
        assert isinstance(layer, Attention)  # noqa: S101 -- only these are hooked
        x, keys, _, allowed = given
        kept.append((name, attention_weights(layer, x, keys, allowed)[0].double().numpy()))

    hooks = [
        layer.register_forward_pre_hook(lambda layer, given, name=name: keep(name, layer, given))
        for name, layer in module.named_modules()
        if isinstance(layer, Attention)
    ]
    try:
        yield kept
    finally:
        for hook in hooks:
            hook.remove()
