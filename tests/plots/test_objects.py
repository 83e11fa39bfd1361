"""Paths and attention over objects."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath, Trial
from gazekit.core.trials import Objects
from gazekit.foundations.errors import GazekitError
from gazekit.plots.objects import attention_over_objects, object_path


@pytest.fixture
def trial():
    """Two rows of three grey things on a light ground; the last is sought."""
    y, x = (a.ravel() for a in np.mgrid[:2, :3])
    corner = np.column_stack([x * 40 + 5, y * 50 + 5])
    boxes = np.hstack([corner, corner + np.array([30, 40])])
    image = np.full((100, 120, 3), 230, np.uint8)
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        image[y0:y1, x0:x1] = 100 + 20 * k
    return Trial("t", "t", Frame(120, 100), image_source=image, objects=Objects(boxes), target_object=5)


def test_looks_as_stored(trial, looks_like):
    weights = np.array([0.02, 0.5, 0.08, 0.1, 0.0, 0.3])
    ax = attention_over_objects(trial, weights, before=[0, 4], chosen=1, title="after two fixations")
    looks_like(ax.figure, "attention_over_objects")


def test_the_path_looks_as_stored(trial, looks_like):
    path = Scanpath([20, 100, 100], [25, 25, 75], None, trial.frame)
    looks_like(object_path(trial, path, names=True).figure, "object_path")


def test_tints_follow_the_weights_and_the_strongest_are_written(trial):
    ax = attention_over_objects(trial, np.array([0.01, 0.5, 0.25, 0, 0.2, 0.04]))
    tints = [p.get_alpha() for p in ax.patches if p.get_fill() and p.get_zorder() == 1]
    assert tints == pytest.approx([0.75, 0.375, 0.3, 0.06])  # that of .01 is left out
    assert [t.get_text() for t in ax.texts] == ["50 %", "25 %", "20 %"]


def test_weights_of_zero_and_no_image(trial):
    bare = Trial("b", "b", trial.frame, objects=trial.objects)
    ax = attention_over_objects(bare, np.zeros(6))
    assert not ax.texts
    assert not ax.images


def test_draws_on_the_axes_it_is_given(trial):
    from gazekit.plots.style import new_axes

    for draw, given in (
        (attention_over_objects, np.ones(6)),
        (object_path, Scanpath([20], [25], None, trial.frame)),
    ):
        ax = new_axes()
        assert draw(trial, given, ax) is ax


def test_what_cannot_be_drawn(trial):
    with pytest.raises(GazekitError, match=r"trial 't' has 6 objects, and the weights have the shape \(5,\); give one"):
        attention_over_objects(trial, np.ones(5))
    for bad in (-1.0, np.nan):
        with pytest.raises(GazekitError, match="finite and not negative"):
            attention_over_objects(trial, np.array([1, 1, 1, 1, 1, bad]))
    with pytest.raises(GazekitError, match="trial 'n' has no objects to draw"):
        object_path(Trial("n", "n", Frame(9, 9)), Scanpath([1], [1], None, Frame(9, 9)))
