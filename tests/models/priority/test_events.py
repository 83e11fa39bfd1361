import numpy as np
import torch

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.models.priority.events import events_of, mirrored, path_events
from gazekit.models.priority.grid import Grid

GRID = Grid.of(Frame(800, 600))
X, Y, T = np.array([110.0, 690, 410]), np.array([100.0, 300, 310]), np.array([200.0, 300, 250])


def test_each_event_knows_what_came_before_and_what_came_then():
    events = path_events(X, Y, T, GRID)
    assert events.made.tolist() == [[0, 1, 2, 3]]
    cells = GRID.cells(X, Y).tolist()
    centre = GRID.cells(np.array([400.0]), np.array([300.0]))[0]
    assert events.target.tolist() == [[*cells, -1]]
    assert events.here.tolist() == [[centre, *cells]]
    assert events.before.tolist() == [[centre, centre, *cells[:2]]]
    places = np.stack([X - 400, Y - 300], 1) / np.sqrt(800 * 600)
    assert np.allclose(events.places[0, 3, :4], [places[2], places[1], places[0], (0, 0)], atol=1e-6)
    assert np.allclose(events.log_duration[0, :3], np.log(T), atol=1e-6)
    assert events.log_duration[0, 3].isnan()
    assert events.ended[0, 0].isnan()
    assert events.ended[0, 1:].tolist() == [0, 0, 1]
    steps = np.linalg.norm(np.diff(np.concatenate([[(0, 0)], places]), axis=0), axis=1)
    assert np.allclose(events.reach[0, :3], steps, atol=1e-6)
    assert np.allclose(events.numbers[0, :, 2], [0, *steps], atol=1e-6)
    assert np.allclose(events.numbers[0, :, 5], [0, 0.2, 0.5, 0.75], atol=1e-6)


def test_a_path_cut_by_the_limit_has_no_end():
    assert path_events(X, Y, T, GRID, limit=3).ended[0, 3].isnan()
    assert path_events(X, Y, T, GRID, limit=4).ended[0, 3] == 1


def test_what_is_not_known_has_no_label():
    events = path_events(np.array([110, np.nan, 900.0]), np.array([100, 50.0, 300]), np.array([200, 100, np.nan]), GRID)
    assert events.target[0].tolist() == [GRID.cells(X[:1], Y[:1])[0], -1, -1, -1]
    assert events.made.tolist() == [[0, 1, 1, 2]]  # NaN is no fixation; one outside is
    assert torch.isfinite(events.places).all()
    assert torch.isfinite(events.numbers).all()
    assert events.log_duration[0].isfinite().tolist() == [True, False, False, False]
    assert path_events(X, Y, None, GRID).numbers[0, :, 3:].eq(0).all()


def test_what_a_path_does_not_say_is_the_trials():
    """A table may have a column for some paths only: the others have nothing there."""
    frame, nan = Frame(800, 600), np.nan
    trial = Trial("a", "a", frame, start=(100.0, 100.0), max_fixations=9)

    def of(**ids):
        events = events_of(trial, Scanpath(X, Y, T, frame, ids), GRID)
        return events.places[0, 0, 0], events.ended[0, 3]

    start, ended = of()
    for nothing in (nan, ""):
        there, end = of(start_x=nothing, start_y=nothing, saccades_allowed=nothing, target_found=nothing)
        assert torch.equal(there, start)
        assert end == ended == 1
    assert of(saccades_allowed=4, target_found=True)[1] == 1
    for no in (False, nan, "False"):
        assert of(saccades_allowed=4, target_found=no)[1].isnan()


def test_mirrored_events_are_those_of_the_mirrored_path():
    one = mirrored(path_events(X, Y, T, GRID), *GRID.shape)
    other = path_events(800 - X, Y, T, GRID)
    for name, a, b in zip(one._fields, one, other, strict=True):
        if name in ("here", "before"):  # the start lies on an edge of cells, which belongs to one side
            a, b = a[:, 2:], b[:, 2:]
        assert torch.allclose(a, b, atol=1e-6, equal_nan=True), name
