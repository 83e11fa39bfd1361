"""Pictures of scanpaths."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import scanpath, scanpaths_beside

FRAME = Frame(160, 100)


def slope():
    """A picture that is dark at the top left: a flipped or shifted image would show."""
    y, x = np.mgrid[0:50, 0:80]
    image = np.stack([90 + 2 * x, 60 + 3 * y, np.full_like(x, 120)], axis=-1).clip(0, 255).astype(np.uint8)
    image[:8, :8] = 0
    return image


def path(x, y, duration=None, frame=FRAME, **ids):
    return Scanpath(x, y, duration, frame, ids)


@pytest.fixture
def person():
    return path([80, 30, 120, 130], [50, 20, 30, 80], [150, 400, 250, 80], source="human", stimulus="a")


def test_a_scanpath_on_its_image(person, looks_like):
    looks_like(scanpath(person, image=slope()).figure, "scanpath")


def test_fixations_beyond_the_image_are_shown(looks_like):
    looks_like(scanpath(path([-20, 100, 170], [10, 50, 90])).figure, "scanpath_outside")


def test_predicted_beside_human(person, looks_like):
    other = path([60, 100, 40], [60, 70, 30], [200, 200, 300], source="human", stimulus="a")
    model = path([80, 20], [50, 90], source="levy", stimulus="a")
    axes = scanpaths_beside([person, other], [model], image=slope())
    looks_like(axes[0].figure, "scanpaths_beside")


def test_y_grows_downwards_and_the_frame_fills_the_view(person):
    ax = scanpath(person)
    assert ax.get_xlim() == (0, 160)
    assert ax.get_ylim() == (100, 0)


def test_area_is_proportional_to_duration(person):
    (marks,) = scanpath(person).collections
    np.testing.assert_allclose(marks.get_sizes() / person.duration, 0.3)


def test_unknown_durations_draw_equal_marks_and_no_key():
    ax = scanpath(path([1, 2], [3, 4]))
    assert ax.get_legend() is None
    assert set(ax.collections[0].get_sizes()) == {75}


def test_numbers_skip_positions_that_are_missing():
    ax = scanpath(path([1, np.nan, 20], [3, 3, 4]))
    assert [t.get_text() for t in ax.texts] == ["1", "3"]
    assert not scanpath(path([1, 2], [3, 4]), numbers=False).texts


def test_a_refixation_hides_no_number():
    ax = scanpath(path([10, 80, 10, 80, 80, 81], [10, 40, 10, 40, 40, 40]))
    assert [t.get_text() for t in ax.texts] == ["1,3", "2,4–6"]
    ax = scanpath(path([10, 22], [10, 10], frame=Frame(100, 60)))  # 12 px of 100 are 10 mm in a column
    assert [t.get_text() for t in ax.texts] == ["1", "2"]


def test_an_empty_path_says_so():
    assert [t.get_text() for t in scanpath(path([], [], [])).texts] == ["no fixations"]


def test_draws_on_the_axes_it_is_given(person):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 2)
    assert scanpath(person, axes[1]) is axes[1]
    assert scanpaths_beside([person], [person], axes)[1] is axes[1]


def test_one_panel_per_source_and_its_titles(person, scanpaths_of):
    models = [path([1], [2], source=s) for s in ("b", "a", "b")]
    axes = scanpaths_beside([person], models)
    assert [ax.get_title() for ax in axes] == ["people", "b (2)", "a"]
    assert [ax.get_title() for ax in scanpaths_beside([person], models[:1], titles=["A", "B"])] == ["A", "B"]
    paths = scanpaths_of([2, 2], stimulus="s", source=["x", "y"])
    assert [ax.get_title() for ax in scanpaths_beside([], paths)] == ["x", "y"]


@pytest.mark.parametrize(
    ("predicted", "options", "message"),
    [
        pytest.param([path([1], [1], frame=Frame(9, 9))], {}, "paths are of 2 frames", id="frames"),
        pytest.param(
            [path([1], [1], stimulus="b")],
            {},
            r"paths are of 2 stimuli \(a, b\); show those of one stimulus",
            id="stimuli",
        ),
        pytest.param([path([1], [1])], {"titles": ["one"]}, r"2 panels \(people, model\) but 1 titles", id="titles"),
        pytest.param([path([1], [1])], {"axes": []}, r"2 panels \(people, model\) but 0 axes", id="axes"),
    ],
)
def test_messages(person, predicted, options, message):
    with pytest.raises(GazekitError, match=message):
        scanpaths_beside([person], predicted, **options)


def test_nothing_to_draw():
    with pytest.raises(GazekitError, match="there is no scanpath to draw"):
        scanpaths_beside([], [])
