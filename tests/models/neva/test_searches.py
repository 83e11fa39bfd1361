"""Searches: what they find, what they spend, and that a row's answer is its own."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import torch

from gazekit import Frame, Trial
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.networks import Encoder
from gazekit.models.networks.filters import FilterBank
from gazekit.models.networks.network import Preprocessing
from gazekit.models.neva.algorithm import Reference
from gazekit.models.neva.model import Neva
from gazekit.models.neva.searches import SEARCHES, search_from
from gazekit.models.neva.searches.direct import lattice


class Linear(Encoder):
    """Places are the pixels, channels their values: blending features is exact here."""

    spatial = True

    def __init__(self, size=32):
        super().__init__("linear", "none", Preprocessing(size=size), any_shape=True)
        self.frozen()

    def features(self, x):
        return torch.cat(
            [x, x * torch.linspace(0, 1, x.shape[3]), x * torch.linspace(0, 1, x.shape[2])[:, None]], dim=1
        )

    def places(self, features, output):
        return features


def pictures(n, frame=(40, 32)):
    out = []
    for k in range(n):
        rng = np.random.default_rng(k)
        image = np.full((frame[1], frame[0], 3), 90, np.uint8)
        y, x = rng.integers(0, frame[1] - 8), rng.integers(0, frame[0] - 8)
        image[y : y + 8, x : x + 8] = rng.integers(0, 255, (8, 8, 3))
        image[rng.integers(0, frame[1]), :] = 200
        out.append(Trial(f"t{k}", f"s{k}", Frame(*frame), image))
    return out


def problem(n=2, encoder=None, n_samples=1, seed=0, sigma=0.1, **options):
    model = Neva(encoder or FilterBank(size=32), sigma=sigma, **options)
    shown = [trial for trial in pictures(n) for _ in range(n_samples)]
    return model.problem(shown, list(range(n_samples)) * n, seed, model.runner(torch.device("cpu")))


@pytest.mark.parametrize(
    ("name", "options", "forward", "backward"),
    [
        ("reference", {}, 20, 20),
        ("evaluated", {}, 20, 19),
        ("restarts", {"starts": 4, "iterations": 5}, 20, 16),
        ("linearised", {"rounds": (4, 3)}, 8, 1),
        ("blended", {"rounds": (4, 2)}, 6, 0),
        ("grid", {"cells": 9}, 9 * 7, 0),  # limits: the letterbox of 40 x 32 leaves 26 of 32 rows
    ],
)
def test_passes_are_counted(name, options, forward, backward):
    task = problem()
    SEARCHES[name](**options).find(task)
    assert task.forward.tolist() == [forward] * 2
    assert task.backward.tolist() == [backward] * 2


@pytest.mark.parametrize("name", ["evaluated", "restarts", "linearised", "blended", "grid"])
def test_the_answer_was_evaluated_and_is_inside(name):
    task = problem(3)
    found = SEARCHES[name]().find(task)
    torch.testing.assert_close(task.loss(torch.arange(3), found.positions), found.loss, rtol=0, atol=1e-6)
    assert (found.positions >= task.limits[..., 0] - 1e-6).all()
    assert (found.positions <= task.limits[..., 1] + 1e-6).all()


def test_blending_is_exact_for_a_network_that_only_averages_over_places():
    # the fovea is wide and the memory empty, so nothing is clipped and linear interpolation in sharpness is exact
    task = problem(2, Linear())
    search = SEARCHES["blended"]()
    places = lattice(task)
    known = task.scenes.evenly_sharp(search.levels)
    for k in range(2):
        expected = search._foretell(task, known, k, places.positions[k])
        rows = torch.full((len(expected),), k)
        torch.testing.assert_close(expected, task.loss(rows, places.positions[k]), rtol=1e-3, atol=1e-6)


@pytest.fixture(scope="module")
def comparison():
    """The script that compares searches."""
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "neva_searches.py"
    described = importlib.util.spec_from_file_location("neva_searches", path)
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return module


def test_better_searches_come_nearer_the_grid(comparison):
    model = Neva(FilterBank(size=48), sigma=0.1)
    names = ("reference", "linearised", "blended")
    table = comparison.compare_searches(model, pictures(6, (60, 48)), [SEARCHES[n]() for n in names], progress=False)
    assert len(table) == 6 * 2 * 3
    summary = comparison.summarise(table)
    assert summary.loc["reference", "passes"] == 40
    assert summary.loc["linearised", "passes"] == 10
    assert summary.loc["blended", "passes"] == pytest.approx(6 + 6 / 10)
    assert summary.loc["blended", "gap"] < 0.1
    assert summary.loc["blended", "gap"] < summary.loc["reference", "gap"]
    assert summary.loc["reference", "difference"] == 0


def test_grid_finds_the_least_of_its_lattice():
    task = problem(1)
    places = lattice(task, 8, jitter=False).positions[0]
    every = task.loss(torch.zeros(len(places), dtype=torch.int64), places)
    found = SEARCHES["grid"](cells=9).find(task)
    assert found.loss.item() == pytest.approx(every.min().item(), abs=1e-7)


def test_a_smaller_fovea_has_a_finer_lattice():
    assert lattice(problem(1, sigma=0.02)).positions.shape[1] > 4 * lattice(problem(1, sigma=0.2)).positions.shape[1]


def test_auto_takes_what_the_encoder_allows():
    class Opaque(Linear):
        spatial = False

    assert search_from("auto", Linear()).name == "blended"
    assert search_from("auto", Opaque()).name == "linearised"
    with pytest.raises(
        GazekitError, match="'blended' needs an encoder whose features have places, and 'linear' has none"
    ):
        SEARCHES["blended"]().find(problem(1, Opaque()))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: search_from("linearized", FilterBank()),
            "no optimiser of NeVA called 'linearized'; did you mean 'linearised'",
        ),
        (lambda: search_from("grid", FilterBank(), step=1), "the optimiser 'grid' has no option 'step'; it has cells"),
        (lambda: search_from(Reference(), FilterBank(), step=1), "give step to the optimiser itself"),
        (lambda: SEARCHES["reference"](iterations=0), "iterations of at least 1 and a positive step, not 0"),
        (lambda: SEARCHES["restarts"](starts=0), "starts must be a whole number of at least 1, not 0"),
        (lambda: SEARCHES["linearised"](level=1), "level is a share of sharpness, from 0 to below 1, not 1"),
        (lambda: SEARCHES["blended"](rounds=(3, 0)), r"at least 1 each, not \(3, 0\)"),
        (lambda: SEARCHES["blended"](levels=(0.2, 1)), r"must rise from 0 to 1, not \(0.2, 1.0\)"),
        (lambda: SEARCHES["grid"](cells=1), "cells must be a whole number of at least 2, not 1"),
    ],
)
def test_wrong_options(call, message):
    with pytest.raises((GazekitError, UnknownNameError), match=message):
        call()


def test_preparatory_passes_are_made_once_per_set_of_levels():
    scenes = problem(2).scenes
    first = scenes.evenly_sharp((0.0, 1.0))["embedding"]
    assert (scenes.passes, first.shape[:2]) == (2 + 4, (2, 2))
    assert scenes.evenly_sharp((0.0, 1.0))["embedding"] is first
    more = scenes.evenly_sharp((0.0, 0.5, 1.0))["embedding"]
    assert (scenes.passes, more.shape[:2]) == (2 + 4 + 6, (2, 3))
    torch.testing.assert_close(more[:, [0, 2]], first)
    torch.testing.assert_close(more[:, 2].mean(dim=(2, 3)), scenes.clean["embedding"])
