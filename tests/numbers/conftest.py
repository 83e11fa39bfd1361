"""The golden data and run; networks of the other tests."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def load(name, file):
    spec = importlib.util.spec_from_file_location(name, file)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def golden():
    """The module golden.py beside this file."""
    return load("numbers_golden", HERE / "golden.py")


@pytest.fixture(scope="session")
def network_of():
    """Small backbones with random weights: network_of(shape)."""
    return load("numbers_networks", HERE.parent / "models" / "eccnet" / "conftest.py").make_network
