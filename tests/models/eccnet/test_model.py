import pickle
from dataclasses import replace

import numpy as np
import pytest

from gazekit import Frame
from gazekit.foundations.errors import GazekitError, MissingNeedError, UnknownNameError
from gazekit.models.eccnet.model import EccNet
from gazekit.testing import check_model, example_trials


@pytest.fixture
def model(network):
    """The function that makes a model with a small random network: model(**options)."""
    return lambda shape="vgg", **options: EccNet(network(shape), **options)


def test_it_keeps_the_contract(model):
    check_model(model()).raise_if_failed()


@pytest.mark.parametrize("options", [{}, {"whole_image": True, "inhibition_size": 20, "recognition_size": 4}])
@pytest.mark.parametrize("shape", ["vgg", "strided", "sees all"])
def test_fast_and_straightforward_searches_are_the_same(model, options, shape):
    for trial in example_trials():
        fast = model(shape, **options).search(trial, maps=3)
        slow = model(shape, fast=False, **options).search(trial, maps=3)
        assert fast.fixations.tolist() == slow.fixations.tolist()
        for a, b in zip(fast.maps, slow.maps, strict=True):
            assert np.abs(a - b).max() <= 1e-4 * np.abs(b).max()


def test_a_search_in_px_of_the_frame(model):
    trial = example_trials()[0]
    found = model().search(trial, maps=1)
    assert found.fixations[0].tolist() == [80, 60]
    assert found.saccades == len(found.fixations) - 1
    assert found.level_weights.shape == (found.saccades, 3)
    assert found.level_weights.sum(axis=1) == pytest.approx(1)
    assert found.maps[0].shape == (448, 448)
    twice = replace(trial, frame=Frame(320, 240), objects=None, target_box=None)
    same = replace(trial, objects=None, target_box=None)
    assert (model().search(twice).fixations == 2 * model().search(same).fixations).all()
    path = model().predict([trial], progress=False)[0]
    assert path.xy.tolist() == found.fixations[1:].tolist()


def test_limits(model):
    trial = replace(example_trials()[1], target_box=None, max_fixations=None)
    assert model().search(trial).saccades == 4  # as many items, then none is left
    assert model(exhausted="corner").search(trial).saccades == 5  # items + 1
    assert model().search(trial, max_fixations=2).saccades == 2
    assert model().search(replace(trial, max_fixations=3)).saccades == 3


def test_one_level_weighs_all(model):
    trial = example_trials()[0]
    assert (model(variant="ivsn").search(trial).level_weights == [0, 0, 1]).all()
    assert model(level_weights="equal").search(trial).level_weights[0] == pytest.approx([1 / 3] * 3)
    weights = model(whole_image=True, recognition_size=1).search(trial, max_fixations=1).level_weights
    assert weights[0] == pytest.approx([1 / 3] * 3)
    assert model(levels="three, four").search(trial).level_weights.shape[1] == 2


def test_degrees_of_the_trial(model):
    trial = example_trials()[0]
    assert model(px_per_degree="trial").search(trial).saccades >= 1
    with pytest.raises(GazekitError, match="px_per_degree='trial', but trial 'example-trial-2' does not know its own"):
        model(px_per_degree="trial").search(example_trials()[2])


def test_the_swapped_target_is_sought_and_the_true_one_recognised(model):
    trial = example_trials()[0]
    plain, swapped = model().search(trial, maps=1), model(swap_target=True).search(trial, maps=1)
    assert not np.allclose(plain.maps[0], swapped.maps[0])
    x, y = swapped.fixations[-1]
    assert swapped.found
    assert trial.target_box.x0 - 5 <= x < trial.target_box.x1 + 5
    assert trial.target_box.y0 - 5 <= y < trial.target_box.y1 + 5


def test_what_made_the_results(model):
    assert model(variant="18-17").provenance == "vgg, weights random, seed 0, variant 18-17"


def test_made_by_names_and_pickled():
    made = EccNet(backbone="random", variant="ivsn", difference_of_gaussians=((5, 3), (7, 5)))
    trial = example_trials()[0]
    expected = made.search(trial).fixations
    copy = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert (copy.search(trial).fixations == expected).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "ivns"}, "no variant of eccNET called 'ivns'"),
        ({"levels": "conv9"}, "no level of backbone 'vgg' called 'conv9'"),
        ({"level_weights": "max"}, "level_weights must be one of 'auto', 'maximum', 'equal', not 'max'"),
        ({"winner": "top"}, "winner must be one of"),
        ({"exhausted": "go on"}, "exhausted must be one of"),
        ({"window": 3}, "window must be one of"),
        ({"px_per_degree": 0}, "px_per_degree must be a positive number or 'trial'"),
        ({"px_per_degree": "image"}, "px_per_degree must be a positive number or 'trial'"),
        ({"margin": -1}, "margin must be a whole number of at least 0"),
        ({"inhibition_size": 1}, "inhibition_size must be a whole number of at least 2"),
        ({"recognition_size": "big"}, "recognition_size must be a whole number of at least 1"),
        ({"max_side": 0}, "max_side must be a whole number of at least 1"),
        ({"difference_of_gaussians": ((4, 1), (5, 1))}, "difference_of_gaussians must be .* with odd sides"),
        ({"difference_of_gaussians": 3}, "difference_of_gaussians must be"),
        ({"weights": "x.safetensors"}, "go with a backbone's name, not with a Backbone object"),
        ({"rotate_kernels": 90}, "go with a backbone's name"),
    ],
)
def test_bad_options(model, options, message):
    with pytest.raises(GazekitError, match=message):
        model(**options)


def test_a_level_that_is_not_there_is_an_unknown_name(model):
    with pytest.raises(UnknownNameError):
        model(levels=("six",))


def test_missing_needs_and_samples(model):
    trial = example_trials()[0]
    with pytest.raises(MissingNeedError, match="needs 'target', which trial 'example-trial-0'"):
        model().search(replace(trial, target_source=None))
    with pytest.raises(GazekitError, match="n_samples must be a whole number of at least 1"):
        model().predict([trial], n_samples=0)


def test_shrunk_images_and_images_that_cannot_be_written(model):
    trial = example_trials()[0]
    found = model(max_side=80).search(trial, maps=1)
    assert found.maps[0].shape == (288, 288)  # 2 (80 + 64)
    assert (found.fixations % 2 == 0).all()  # px of an image of half the size
    frozen = trial.image.copy()
    frozen.flags.writeable = False
    read_only = replace(trial, image_source=frozen)
    assert (model().search(read_only).fixations == model().search(trial).fixations).all()
