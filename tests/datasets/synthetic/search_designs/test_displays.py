"""Displays of designs: items in their places, present or absent, and always the same."""

import numpy as np
import pytest

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.search_designs import design_trials, read_design
from gazekit.datasets.synthetic.search_designs.layouts import Anywhere, Given, Grid, Rings
from gazekit.foundations.errors import GazekitError


@pytest.fixture
def trials(write):
    return design_trials(read_design(write()))


def middles(boxes):
    return (boxes[:, :2] + boxes[:, 2:]) / 2


def test_every_cell_of_the_design_has_its_displays(trials):
    assert len(trials) == 2 * 2 * 2 * 3
    assert trials[0].id == "feature/present/02/000"
    assert trials[0].condition == "bars/feature"
    assert {len(t.objects) for t in trials} == {2, 4}
    assert {t.max_fixations for t in trials} == {8}


def test_the_target_is_drawn_where_the_trial_says_and_absent_where_it_is_not(trials):
    for trial in trials:
        red = (trial.image[..., 0] == 255) & (trial.image[..., 1] < 255)
        upright = 0
        for x0, y0, x1, y1 in trial.objects.boxes.astype(int):
            rows, columns = np.nonzero(red[y0:y1, x0:x1])
            upright += len(rows) > 0 and np.ptp(rows) > np.ptp(columns)
        assert upright == (trial.target_box is not None)
        if trial.target_box is not None:
            assert tuple(trial.objects.boxes[trial.target_object]) == tuple(trial.target_box)
            x0, y0, x1, y1 = map(int, trial.target_box)
            np.testing.assert_array_equal(trial.image[y0:y1, x0:x1], trial.target)
    assert len({t.target_object for t in trials if t.target_box is not None}) > 1  # no order gives it away


def test_distractors_are_shared_evenly(trials):
    shown = [t for t in trials if t.condition.endswith("conjunction") and t.target_box is None and len(t.objects) == 4]
    for trial in shown:
        names = [item.name for item in trial.image_source.items]
        assert sorted(names) == ["green bar 0", "green bar 0", "red bar 90", "red bar 90"]


def test_a_ring_has_its_eccentricity(trials):
    for trial in trials:
        eccentricities = np.hypot(*(middles(trial.objects.boxes) - 40).T) / 10
        np.testing.assert_allclose(eccentricities, 2.6, atol=0.11)  # places are whole px


def test_displays_depend_on_seed_and_name_only(write, trials):
    design = read_design(write())
    fewer = {t.id: t for t in design_trials(design, per_size=1)}
    for trial in trials:
        if trial.id in fewer:
            np.testing.assert_array_equal(trial.image, fewer[trial.id].image)
    other = design_trials(design, seed=1)
    assert any((a.objects.boxes != b.objects.boxes).any() for a, b in zip(trials, other, strict=True))


def test_layouts():
    area, draws = (20.0, 10.0), Draws(0, "layouts")
    grid = Grid(3, 2, 2.0).places(6, area, 1.0, draws)
    assert sorted(map(tuple, grid)) == [(-2, -1), (-2, 1), (0, -1), (0, 1), (2, -1), (2, 1)]
    moved = Grid(1, 1, 1.0, jitter=0.3).places(1, area, 1.0, draws)
    assert 0 < abs(moved).max() <= 0.3
    rings = Rings((2.0, 4.0), (4, 4)).places(8, area, 1.0, draws)
    assert sorted(np.round(np.hypot(*rings.T), 6)) == [2] * 4 + [4] * 4
    anywhere = Anywhere(least_distance=2.0, from_middle=1.5).places(8, area, 1.0, draws)
    distances = np.hypot(*(anywhere[:, None] - anywhere[None]).transpose(2, 0, 1))
    assert distances[np.triu_indices(8, 1)].min() >= 2.0
    assert np.hypot(*anywhere.T).min() >= 1.5
    assert (abs(anywhere) <= (10, 5)).all()
    given = Given(((1.0, 2.0), (3.0, 4.0))).places(2, area, 1.0, draws)
    assert sorted(map(tuple, given)) == [(1, 2), (3, 4)]
    with pytest.raises(GazekitError, match="3 items does not fit the given positions, which has 2 places"):
        Given(((1.0, 2.0), (3.0, 4.0))).places(3, area, 1.0, draws)
    with pytest.raises(GazekitError, match="no room was found for 90 items"):
        Anywhere().places(90, area, 3.0, draws)


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ('{kind = "rings", eccentricities = [3.9], places = [6]}', "leaves it .80 x 80 px."),
        ('{kind = "grid", columns = 2, rows = 2, spacing = 1.5}', "nearer than 10 px"),
        ('{kind = "rings", eccentricities = [3], places = [3]}', "bars: a display of 4 items does not fit"),
    ],
)
def test_displays_that_cannot_be(write, layout, message):
    with pytest.raises(GazekitError, match=message):
        design_trials(read_design(write(f"layout = {layout}", without="layout")))
