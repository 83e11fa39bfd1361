"""Decoding step by step against the network run on whole paths."""

import numpy as np
import pytest
import torch

from gazekit.foundations.errors import GazekitError
from gazekit.models.oat.fast.decoding import Steps, decode
from gazekit.models.oat.scenes import batch_of, scene_of


def test_decoding_step_by_step_gives_the_scores_of_the_whole(tiny_network, shelf, variant):
    network, trial = tiny_network(**variant), shelf()
    scenes = network.encode(batch_of([scene_of(trial, network.config)])).rows(torch.zeros(2, dtype=torch.int64))
    paths = torch.tensor([[3, 1, 1, 4], [6, 2, 5, 5]])
    with torch.no_grad():
        whole, steps = network(scenes, paths), Steps(network, scenes)
        last = torch.zeros(2, dtype=torch.int64)
        for step in range(5):
            assert torch.allclose(steps.next(last), whole[:, step], atol=1e-5)
            last = paths[:, min(step, 3)]


def test_samples_follow_the_distribution(tiny_network, shelf):
    """First fixations of many samples against the probabilities of the first step."""
    network = tiny_network()
    scene = network.encode(batch_of([scene_of(shelf(), network.config)]))
    draws = np.random.default_rng(0).random((4000, 2))
    first = np.array([p[0] for p in decode(network, scene, draws, samples=4000, longest=2)])
    with torch.no_grad():
        expected = network(scene, torch.ones(1, 1, dtype=torch.int64))[0, 0, 1:].exp().numpy()
    assert np.bincount(first, minlength=6) / 4000 == pytest.approx(expected, abs=0.03)


def test_a_sample_does_not_depend_on_how_many_there_are(tiny_network, shelf):
    network = tiny_network()
    scene = network.encode(batch_of([scene_of(shelf(4, 5), network.config)]))
    draws = np.random.default_rng(1).random((20, 12))
    many = decode(network, scene, draws, samples=20, longest=12)
    for k in (0, 7, 19):
        assert np.array_equal(many[k], decode(network, scene, draws[k : k + 1], samples=1, longest=12)[0])


def test_inhibition_never_goes_back_and_ends_when_all_were_seen(tiny_network, shelf):
    network = tiny_network()
    scene = network.encode(batch_of([scene_of(shelf(), network.config)]))
    draws = np.random.default_rng(2).random((30, 20))
    for path in decode(network, scene, draws, samples=30, longest=20, inhibition=True):
        assert 1 <= len(path) <= 6
        assert len(set(path.tolist())) == len(path)


def test_temperature_towards_0_is_the_most_probable_path(tiny_network, shelf):
    network = tiny_network()
    scene = network.encode(batch_of([scene_of(shelf(), network.config)]))
    draws = np.random.default_rng(3).random((1, 6))
    cold = decode(network, scene, draws, samples=1, longest=6, temperature=1e-4)[0]
    assert np.array_equal(cold, decode(network, scene, None, samples=1, longest=6)[0])


def test_a_network_of_nonsense_is_said(tiny_network, shelf):
    network = tiny_network()
    network.types.weight.data[0, 0] = float("nan")
    scene = network.encode(batch_of([scene_of(shelf(), network.config)]))
    with pytest.raises(GazekitError, match="the network of OAT gives values that are not numbers; check its weights"):
        decode(network, scene, None, samples=1, longest=3)
