"""The offline demonstration: displays, simulated observers, photographs."""

import hashlib

import numpy as np
import pytest

from gazekit.datasets.synthetic.demo import PAIRS, load, observe, search_display, shape_mask


@pytest.fixture(scope="module")
def demo():
    return load(observers=4, displays_per_kind=2)


def test_every_observer_sees_everything(demo):
    assert len(demo.trials) == 16
    assert len(demo.scanpaths) == 64
    assert demo.subjects == [f"observer {k}" for k in range(1, 5)]


def test_fixations_are_inside(demo):
    of = demo.scanpaths.path_of()
    width, height = (demo.scanpaths.table[c].to_numpy()[of] for c in ("width", "height"))
    assert ((demo.scanpaths.x >= 0) & (demo.scanpaths.x <= width)).all()
    assert ((demo.scanpaths.y >= 0) & (demo.scanpaths.y <= height)).all()


def test_search_paths_end_at_the_target_when_it_is_fixated(demo):
    """The declared fact: cutting again at the target removes nothing."""
    assert demo.scanpaths.facts.cut_at_target
    slack = {k: (b.x0, b.y0, b.x1, b.y1) for k, b in demo.target_boxes().items()}
    cut = demo.scanpaths.truncate(at_target=slack)
    assert (cut.lengths == demo.scanpaths.lengths).mean() > 0.95


def test_pop_out_is_found_sooner_than_t_among_l(demo):
    """The simulated observers show the classic order: feature search is quicker than spatial configuration."""
    lengths = load(observers=20, displays_per_kind=3).scanpaths
    mean = {p.name: lengths.lengths[[p.name in t for t in lengths.table["trial"]]].mean() for p in PAIRS}
    assert mean["red disk among green"] < mean["T among L"]


def test_an_observer_depends_on_name_trial_and_seed_only(demo):
    trial = demo.trials[0]
    alone = observe(trial, ["observer 3"])[0]
    among = observe(trial, ["observer 1", "observer 3"])[1]
    np.testing.assert_array_equal(alone.x, among.x)
    assert (
        len(observe(trial, ["observer 3"], seed=1)[0]) != len(alone)
        or (observe(trial, ["observer 3"], seed=1)[0].x != alone.x).any()
    )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda p: p.name)
def test_displays(pair):
    trial = search_display(pair, 12, 0)
    assert len(trial.objects) == 12
    assert (trial.objects.masks.sum(axis=(1, 2)) == 36 * 36).all()
    assert (trial.objects.masks.sum(axis=0) <= 1).all()  # items do not overlap
    box = trial.target_box
    assert (trial.target == trial.image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]).all()
    outside = ~trial.objects.masks.any(axis=0)
    assert (trial.image[outside] == 128).all()


def test_pixels_are_pinned():
    """Byte-equal on every machine: the digest of one display."""
    digest = hashlib.sha256(search_display(PAIRS[1], 12, 0).image.tobytes()).hexdigest()
    assert digest[:16] == "ffad31324778724d"


def test_unknown_shapes():
    with pytest.raises(ValueError, match="no shape 'star'"):
        shape_mask("star", 10)
