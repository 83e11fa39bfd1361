import numpy as np
import pytest
import torch

from gazekit.core.trials import Objects
from gazekit.models.oat.network import STOP, sine_code
from gazekit.models.oat.scenes import batch_of, padded, scene_of
from gazekit.models.oat.training import seeded_network

PATHS = [np.array([3, 1, 1, 4]), np.array([2]), np.array([6, 5])]


def scores(network, trials, paths, scene_of_path):
    scenes = network.encode(batch_of([scene_of(t, network.config) for t in trials]))
    with torch.no_grad():
        return network(scenes.rows(torch.tensor(scene_of_path)), padded(paths)[0])


def test_a_distribution_at_every_step(tiny_network, shelf, variant):
    out = scores(tiny_network(**variant), [shelf()], PATHS, [0, 0, 0])
    assert out.shape == (3, 5, 7)
    assert torch.allclose(out.exp().sum(-1), torch.ones(3, 5), atol=1e-5)
    assert (out[:, 0, STOP] == -torch.inf).all()
    assert (out[:, 1:, STOP] > -torch.inf).all()


def test_permuted_objects_permute_the_output(tiny_network, shelf, variant):
    network, trial = tiny_network(**variant), shelf(target=2)
    order = np.array([4, 2, 0, 5, 1, 3])
    permuted = shelf(target=int(np.flatnonzero(order == 2)[0]), objects=Objects(trial.objects.boxes[order]))
    new_number = np.argsort(order) + 1
    plain = scores(network, [trial], PATHS, [0, 0, 0])
    other = scores(network, [permuted], [new_number[p - 1] for p in PATHS], [0, 0, 0])
    for row, path in enumerate(PATHS):
        assert torch.allclose(other[row, : len(path) + 1, 1:], plain[row, : len(path) + 1, 1:][:, order], atol=1e-5)
        assert torch.allclose(other[row, : len(path) + 1, 0], plain[row, : len(path) + 1, 0], atol=1e-5)


def test_a_future_fixation_changes_nothing_before_it(tiny_network, shelf):
    network = tiny_network(pointer_bias="history")
    paths = [np.array([3, 1, 1, 4]), np.array([3, 1, 6, 2])]
    out = scores(network, [shelf()], paths, [0, 0])
    assert torch.allclose(out[0, :3], out[1, :3], atol=1e-6)  # rows of one product may differ by their last bit
    assert not torch.allclose(out[0, 3:], out[1, 3:])


@pytest.mark.parametrize("changes", [{}, {"appearance": "crops"}, {"pointer_bias": "history"}], ids=str)
def test_padded_objects_get_probability_0_and_change_nothing(tiny_network, shelf, changes):
    network = tiny_network(**changes)
    small, large = shelf(2, 3, 1), shelf(3, 4, 7, "large")
    alone = scores(network, [small], PATHS, [0, 0, 0])
    both = scores(network, [small, large], PATHS, [0, 0, 0])
    assert (both[..., 7:] == -torch.inf).all()
    for row, path in enumerate(PATHS):
        assert torch.allclose(both[row, : len(path) + 1, :7], alone[row, : len(path) + 1], atol=1e-5)


def test_the_target_matters_only_where_there_is_one(tiny_network, shelf):
    given = [scores(tiny_network(), [shelf(target=t)], PATHS, [0] * 3) for t in (0, 4)]
    none = [scores(tiny_network(target=False), [shelf(target=t)], PATHS, [0] * 3) for t in (0, 4)]
    hidden = [
        scores(tiny_network(target_position="hidden"), [shelf(target=t)], PATHS, [0] * 3) for t in (0, 4)
    ]  # without crops there is nothing else to tell targets apart
    assert not torch.allclose(*given)
    assert torch.equal(*none)
    assert torch.equal(*hidden)


def test_a_separate_picture_of_the_target_is_used(tiny_network, shelf):
    network = tiny_network(appearance="crops", target_crop="separate", target_position="hidden")
    pictures = [np.full((60, 40, 3), value, np.uint8) for value in (0, 255)]
    one, two = (scores(network, [shelf(target_source=p)], PATHS, [0] * 3) for p in pictures)
    assert not torch.allclose(one, two)


def test_a_mirrored_scene_with_its_flag_is_another_scene(tiny_network, shelf):
    network = tiny_network(reflections=True)
    scene = scene_of(shelf(2, 3, 1), network.config)
    plain, turned = (network.encode(batch_of([scene], [k])) for k in (0, 1))
    assert not torch.allclose(plain.encoded, turned.encoded)
    places = batch_of([scene], [3]).places[0]
    assert places.tolist() == [[1 - r, 2 - c] for r in range(2) for c in range(3)]


def test_the_vocabulary_ablation_knows_no_scene_larger_than_its_own(tiny_network, shelf):
    network = tiny_network(pointer="vocabulary", max_objects=6)
    assert scores(network, [shelf()], PATHS, [0] * 3).shape == (3, 5, 7)
    with pytest.raises(ValueError, match="a scene has 8 objects, and max_objects is 6"):
        scores(network, [shelf(2, 4)], PATHS, [0] * 3)


def test_a_network_that_sees_is_told_when_there_is_nothing_to_see(tiny_network, shelf):
    blind, seeing = tiny_network(), tiny_network(appearance="crops")
    scenes = batch_of([scene_of(shelf(), blind.config)])
    with pytest.raises(ValueError, match="the scenes have no crops"):
        seeing.encode(scenes)


def test_the_papers_size(tiny_config):
    from gazekit.models.oat.config import preset

    network = seeded_network(preset("oat-base"), 0)
    total = sum(p.numel() for p in network.parameters())
    # 18.26 million in the paper's code (spec section 5); ours has 4 type vectors and lacks a bias or two
    assert total == pytest.approx(18.26e6, rel=0.002)


def test_sine_code_by_definition():
    code = sine_code(np.array([0.0, 3.0]), 6)
    for k in range(3):
        angle = 3.0 * 10000 ** (-2 * k / 6)
        assert code[1, 2 * k : 2 * k + 2] == pytest.approx([np.sin(angle), np.cos(angle)])
