import hashlib

import numpy as np
import torch
from torch import nn

from gazekit.models.backbones import load_backbone
from gazekit.models.backbones.random_weights import random_state


def test_bytes_are_those_of_every_machine():
    """Pinned: a change of NumPy, of the key or of the order of draws would show."""
    state = random_state(nn.Conv2d(3, 4, 3), "toy", 5)
    digest = hashlib.sha256(b"".join(state[key].numpy().tobytes() for key in sorted(state))).hexdigest()
    assert digest[:16] == "a1e17f4279dc4b24"


def test_spread_is_that_of_he():
    kernels = random_state(nn.Conv2d(64, 256, 3), "toy", 0)["weight"]
    assert abs(float(kernels.std()) / np.sqrt(2 / (64 * 9)) - 1) < 0.01
    assert abs(float(kernels.mean())) < 1e-3


def test_seed_name_and_tensor_decide_and_nothing_else():
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3), nn.BatchNorm2d(4))
    state = random_state(network, "a", 1)
    alone = random_state(nn.ModuleDict({"1": nn.Conv2d(4, 4, 3)}), "a", 1)
    assert torch.equal(alone["1.weight"], state["1.weight"])
    assert not torch.equal(random_state(network, "a", 2)["1.weight"], state["1.weight"])
    assert not torch.equal(random_state(network, "b", 1)["1.weight"], state["1.weight"])
    assert state["0.bias"].abs().max() == 0
    assert state["2.weight"].tolist() == state["2.running_var"].tolist() == [1] * 4
    assert state["2.bias"].tolist() == state["2.running_mean"].tolist() == [0] * 4


def test_random_is_squeezenet_and_a_level_more_does_not_change_it():
    image = torch.rand(1, 3, 49, 49) * 255
    one, two = load_backbone("random", seed=3), load_backbone("squeezenet", "random", seed=3, levels=["fire2", "fire8"])
    assert torch.equal(one(image)["fire8"], two(image)["fire8"])
    assert not torch.equal(one(image)["fire8"], load_backbone("random", seed=4)(image)["fire8"])
