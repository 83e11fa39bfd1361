"""Small scenes and networks for the tests of OAT."""

import pytest
import torch

from gazekit.models.oat.config import preset
from gazekit.models.oat.training import seeded_network

VARIANTS = [
    {},
    {"position": "sine"},
    {"position": "learned"},
    {"position": "none"},
    {"target_position": "hidden"},
    {"target": False},
    {"appearance": "crops"},
    {"reflections": True},
    {"pointer_bias": "history"},
    {"pointer_bias": "history", "target_position": "hidden"},
    {"pointer_bias": "history", "pointer": "none"},
    {"pointer_bias": "history", "appearance": "crops", "target_position": "hidden"},
]
TINY = {"width": 64, "heads": 2, "feed_forward": 32, "encoder_layers": 1, "decoder_layers": 2}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_config():
    """Configuration of a network that is quick: tiny_config(**changes)."""
    return lambda **changes: preset("oat-small", **{**TINY, "appearance": "none", **changes})


@pytest.fixture(scope="session")
def tiny_network(tiny_config):
    """A network in eval mode: tiny_network(**changes)."""
    return lambda **changes: seeded_network(tiny_config(**changes), 0).eval()


def pytest_generate_tests(metafunc):
    """Run tests with a fixture `variant` for every kind of network."""
    if "variant" in metafunc.fixturenames:
        metafunc.parametrize("variant", VARIANTS, ids=str)
