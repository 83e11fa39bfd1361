"""Random weights that are the same on every machine: He's normal distribution, drawn by seed and tensor name."""

import math

import torch
from torch import Tensor, nn

from gazekit.foundations.randomness import keyed_rng


def random_state(network: nn.Module, name: str, seed: int) -> dict[str, Tensor]:
    """Draw weights for every parameter of a network.

    Kernels and matrices are normal with mean 0 and variance 2 / fan-in (He et al. 2015), where the fan-in is the
    product of all dimensions but the first; biases are 0; scales and statistics of normalisation leave values as
    they are (scale 1, mean 0, variance 1).

    Parameters
    ----------
    network : nn.Module
        Only names and shapes are used, so it may live on the meta device.
    name : str
        Name of the network: part of the key of the draws.
    seed : int
        Seed; each tensor's draws depend on (seed, name, the tensor's name) only.

    Returns
    -------
    dict of str to Tensor
        float32, in the layout of `network.state_dict()`.

    Notes
    -----
    A deep residual network without trained normalisation doubles its variance with every block; values grow, but
    their order does not change.

    Examples
    --------
    >>> one, two = (random_state(nn.Conv2d(3, 4, 3), "toy", seed=5)["weight"] for _ in range(2))
    >>> bool((one == two).all()), tuple(one.shape)
    (True, (4, 3, 3, 3))
    """
    state = {}
    for key, tensor in network.state_dict().items():
        if tensor.ndim >= 2:
            rng = keyed_rng(seed, "backbone", name, key)
            draws = torch.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype("float32"))
            state[key] = draws * math.sqrt(2 / math.prod(tensor.shape[1:]))
        elif key.endswith(("running_var", "weight", "gamma")):
            state[key] = torch.ones(tensor.shape)
        else:
            state[key] = torch.zeros(tensor.shape, dtype=tensor.dtype)
    return state
