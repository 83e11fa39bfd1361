"""Laws that every display obeys, and the pixels that every machine must draw."""

import hashlib
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.search_arrays import experiments, load
from gazekit.datasets.synthetic.search_arrays.display import arrange

# First 16 digits of the SHA-256 of two displays, their targets and boxes for each condition and set size, seed 0.
PIXELS = {
    "curvature": "ed445b73efc747cb",
    "lighting": "64a82ed2cc141a9d",
    "intersection": "e93495f55bb6d45d",
    "t-and-l": "d7da5678019e4bfb",
    "orientation-homogeneous": "4a614c705fbdbfb0",
    "orientation-heterogeneous": "9725dfb45d1b0dd3",
    "colour": "9961067ec70ae405",
    "conjunction": "ccc8b9cdaef40046",
    "o-and-q": "4ec70fe3d33e9921",
    "size": "169fdd2c044e3b5e",
    "lighting-polarity": "67855c3488f7af09",
    "oblique": "e5c609eeede55561",
}

displays = st.tuples(st.sampled_from(sorted(experiments())), st.integers(0, 2**40), st.data())


def digest(name, seed=0):
    found = hashlib.sha256()
    for trial in load(experiments=name, per_size=2, seed=seed).trials:
        for pixels in (trial.image_source(), trial.target_source()):
            found.update(repr((pixels.dtype.str, pixels.shape)).encode() + pixels.tobytes())
        boxes = np.array([*trial.objects.boxes, trial.target_box], dtype="<f8")
        found.update(boxes.tobytes() + repr(trial.target_object).encode())
    return found.hexdigest()[:16]


@pytest.mark.parametrize("name", list(experiments()))
def test_pixels_are_pinned(name):
    assert digest(name) == PIXELS[name]
    assert digest(name, seed=1) != PIXELS[name]


@settings(max_examples=60, deadline=None)
@given(displays)
def test_laws(drawn):
    name, seed, data = drawn
    experiment = experiments()[name]
    cells_there = experiment.layout.grid**2
    size = data.draw(st.integers(1, cells_there))
    dataset = load(experiments=name, seed=seed, set_sizes=size, per_size=1)
    layout = experiment.layout
    for trial, condition in zip(dataset.trials, experiment.conditions, strict=True):
        boxes, image = trial.objects.boxes.astype(int), trial.image
        assert len(boxes) == len(trial.objects) == size
        assert 0 <= trial.target_object < size
        assert trial.max_fixations == cells_there + 1
        assert trial.condition == f"{name}/{condition.name}"
        # Every item stands in a cell of its own, within the jitter.
        corners = boxes[:, :2]
        places = corners // layout.cell
        assert len(np.unique(places, axis=0)) == size
        assert (places < layout.grid).all()
        assert (corners - places * layout.cell < layout.jitter).all()
        assert (boxes[:, 2:] <= (places + 1) * layout.cell).all()
        # Cells tile a square without overlap.
        covered = np.zeros((layout.side, layout.side), int)
        for x0, y0, x1, y1 in trial.cells.astype(int):
            covered[y0:y1, x0:x1] += 1
        assert covered.max() == 1
        assert covered.sum() == (layout.grid * layout.cell) ** 2
        # One target, drawn as its picture says; around the items there is background only.
        looks = [image[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes]
        sought = [
            np.broadcast_to(d.pixels if d.pixels.ndim == 3 else d.pixels[:, :, None], (*d.pixels.shape[:2], 3))
            for d in condition.targets
        ]
        is_target = [any(np.array_equal(look, one) for one in sought) for look in looks]
        assert np.flatnonzero(is_target).tolist() == [trial.target_object]
        np.testing.assert_array_equal(looks[trial.target_object], trial.target)
        bare = image.copy()
        for x0, y0, x1, y1 in boxes:
            bare[y0:y1, x0:x1] = layout.background
        assert (bare == np.asarray(layout.background)).all()
        # The region that counts as found holds the whole target.
        region, target = trial.target_box, trial.objects.boxes[trial.target_object]
        assert region.x0 <= target[0] < target[2] <= region.x1 <= layout.side
        assert region.y0 <= target[1] < target[3] <= region.y1 <= layout.side
        if experiment.found == "cell":
            assert tuple(region) in {tuple(cell) for cell in trial.cells}


def test_lighting_as_published_and_corrected():
    published = load(experiments="lighting", per_size=10).trials
    corrected = load(experiments="lighting", per_size=10, lighting_target="corrected").trials
    moved = 0
    for a, b in zip(published, corrected, strict=True):
        np.testing.assert_array_equal(a.image, b.image)
        x, y = a.objects.boxes[a.target_object][:2]
        assert tuple(a.target_box) == (x, y, min(x + 49, 198), min(y + 49, 198))
        assert tuple(b.target_box) == (x // 49 * 49, y // 49 * 49, x // 49 * 49 + 49, y // 49 * 49 + 49)
        moved += a.target_box != b.target_box
    assert moved > 50  # all but those with a jitter of 0, 0


def test_the_corrected_lighting_changes_nothing_else():
    for name in ("curvature", "lighting-polarity"):
        a, b = (load(experiments=name, per_size=1, lighting_target=w) for w in ("published", "corrected"))
        assert a.target_boxes() == b.target_boxes()


def test_any_order_of_asking_gives_the_same():
    whole = {t.id: t for t in load(seed=3, per_size=2).trials}
    for part in (
        load(experiments=["t-and-l", "curvature"], seed=3, per_size=1),
        load(experiments="orientation-heterogeneous", seed=3, set_sizes=8, per_size=2),
    ):
        for trial in reversed(part.trials):
            np.testing.assert_array_equal(trial.image, whole[trial.id].image)
            np.testing.assert_array_equal(trial.objects.boxes, whole[trial.id].objects.boxes)
            assert trial.target_box == whole[trial.id].target_box


def test_a_trial_survives_the_trip_to_a_worker():
    trial = load(experiments="conjunction", per_size=1).trials[-1]
    there = pickle.loads(pickle.dumps(trial))  # noqa: S301
    np.testing.assert_array_equal(there.image, trial.image)
    np.testing.assert_array_equal(there.target, trial.target)


def test_the_place_in_the_order_says_nothing_about_the_target():
    experiment = experiments()["curvature"]
    found = [arrange(experiment, experiment.conditions[0], 8, k) for k in range(800)]
    for counts, expected in (
        (np.bincount([f.target for f in found], minlength=8), 100),
        (np.bincount([f.cells[f.target] for f in found], minlength=36), 800 / 36),
    ):
        n = len(counts)
        assert ((counts - expected) ** 2 / expected).sum() < n - 1 + 4 * np.sqrt(
            2 * (n - 1)
        )  # chi-square, 4 deviations


def test_jitter_uses_its_whole_range():
    experiment = experiments()["lighting"]
    corners = np.concatenate([arrange(experiment, experiment.conditions[0], 12, k).corners for k in range(60)])
    assert set((corners % 49).ravel()) == set(range(18))


@given(st.integers(1, 50), st.integers(1, 40), st.integers(0, 2**40))
def test_draws(limit, n, seed):
    draws = Draws(seed, "test")
    assert sorted(draws.order(n)) == list(range(n))
    below = draws.below(limit, n)
    assert below.shape == (n,)
    assert ((below >= 0) & (below < limit)).all()
