"""The six published experiments: drawings pixel by pixel, rules of versions, counts of the published files."""

from collections import Counter

import numpy as np
import pytest

from gazekit.datasets.synthetic.search_arrays import PUBLISHED, experiments, load
from gazekit.datasets.synthetic.search_arrays.arrangement import arrange
from gazekit.datasets.synthetic.search_arrays.published import lit_disc, tilted_bar

FILES = {
    "curvature/curve_in_lines": "curvature_curve_in_lines",
    "curvature/line_in_curves": "curvature_line_in_curves",
    "lighting/top_down": "lightning_dir_top_down",
    "lighting/left_right": "lightning_dir_left_right",
    "intersection/non_cross": "intersection_non_cross",
    "intersection/cross": "intersection_cross",
    "t-and-l/Ts": "intersection_Ts",
    "t-and-l/Ls": "intersection_Ls",
    "orientation-homogeneous/homo_t20": "categorization_homo_t20",
    "orientation-homogeneous/homo_t0": "categorization_homo_t0",
    "orientation-heterogeneous/hetero_t0": "categorization_hetero_t0",
    "orientation-heterogeneous/hetero_t20": "categorization_hetero_t20",
}


@pytest.fixture(scope="module")
def published():
    return load()


def condition(name):
    experiment, _, name = name.partition("/")
    return experiments()[experiment], next(c for c in experiments()[experiment].conditions if c.name == name)


def test_counts(published):
    counts = Counter((t.condition, len(t.objects)) for t in published.trials)
    assert len(published.trials) == sum(counts.values()) == 1272
    sizes = {"curvature": (8, 16, 32), "lighting": (1, 6, 12), "intersection": (3, 6, 9), "t-and-l": (3, 6, 9)}
    for name in FILES:
        experiment = name.split("/")[0]
        each = 36 if experiment in ("intersection", "t-and-l") else 30
        assert {s: n for (c, s), n in counts.items() if c == name} == dict.fromkeys(
            sizes.get(experiment, (1, 4, 8, 12)), each
        )
    assert published.card.counts["stimuli"] == 1272
    assert list(dict.fromkeys(t.condition for t in published.trials)) == list(FILES)  # the easier one first


@pytest.mark.data
@pytest.mark.parametrize("name", FILES)
def test_trials_and_longest_search_are_those_of_the_published_files(data_root, published, name):
    path = data_root / "visual_search" / "asymmetry" / "eccNET" / "out_data" / f"{FILES[name]}.csv"
    rows, columns = np.loadtxt(path, delimiter=",", ndmin=2).shape
    trials = [t for t in published.trials if t.condition == name]
    assert len(trials) == rows
    assert {t.max_fixations for t in trials} == {columns}
    sizes = [len(t.objects) for t in trials]
    assert sizes == sorted(sizes)  # as the rows of the files


@pytest.mark.data
def test_cells_are_those_of_the_official_code(data_root, published):
    masks = np.load(data_root / "reference" / "eccnet_official_a.npz")["item_masks"]
    trial = next(t for t in published.trials if t.condition == "lighting/top_down")
    for mask, (x0, y0, x1, y1) in zip(masks, trial.cells.astype(int), strict=True):
        assert mask[y0:y1, x0:x1].all()
        assert mask.sum() == (x1 - x0) * (y1 - y0)


@pytest.mark.parametrize(
    ("experiment", "side", "start", "patch", "background"),
    [
        ("curvature", 339, 169, 48, 0),
        ("lighting", 198, 99, 31, 27),
        ("intersection", 615, 307, 177, 255),
        ("t-and-l", 615, 307, 177, 255),
        ("orientation-homogeneous", 339, 169, 69, 255),
        ("orientation-heterogeneous", 339, 169, 69, 255),
    ],
)
def test_sizes(experiment, side, start, patch, background):
    for trial in load(experiments=experiment, per_size=1).trials:
        assert trial.image.shape == (side, side, 3)
        assert trial.frame.size == (side, side)
        assert trial.frame.px_per_degree == 30
        assert trial.start == (start, start)
        assert trial.target.shape == (patch, patch, 3)
        assert (trial.image[-2:, -2:] == background).all()


def test_bars_lean_as_published():
    upright, right = tilted_bar(0).pixels, tilted_bar(-20).pixels
    assert (upright[4:64, 30:39] == 0).all()
    assert int((upright == 0).sum()) == 540
    assert (255 - right.astype(int)).sum() == pytest.approx(540 * 255, rel=0.01)
    columns = [np.flatnonzero(right[row] < 128).mean() for row in range(10, 60)]
    assert (np.diff(columns) < 0.3).all()
    assert columns[0] - columns[-1] == pytest.approx(49 * np.tan(np.radians(20)), abs=1)  # the top is further right


def test_pool_of_tilts():
    names = [d.name for d in condition("orientation-heterogeneous/hetero_t0")[1].others]
    assert names == [f"bar at {a} degrees" for a in (-80, -60, -40, 20, 40, 60, 80, -20)]
    names = [d.name for d in condition("orientation-heterogeneous/hetero_t20")[1].others]
    assert names == [f"bar at {a} degrees" for a in (-80, -60, -40, 20, 40, 60, 80, 0)]


def test_discs_are_lit_from_the_named_side():
    top = lit_disc("top").pixels.astype(int)
    for row in range(31):
        for column in range(31):
            inside = (row - 15) ** 2 + (column - 15) ** 2 < 225
            assert top[row, column] == (17 * ((30 - row) // 2) if inside else 27)
    np.testing.assert_array_equal(lit_disc("bottom").pixels, top[::-1])
    np.testing.assert_array_equal(lit_disc("left").pixels, top.T)
    np.testing.assert_array_equal(lit_disc("right").pixels, top[::-1].T)


def test_lighting_conditions():
    up, side = (condition(f"lighting/{name}")[1] for name in ("top_down", "left_right"))
    assert [up.target.name, up.distractors.name] == ["disc bright top", "disc bright bottom"]
    assert [side.target.name, side.distractors.name] == ["disc bright left", "disc bright right"]
    np.testing.assert_array_equal(np.rot90(up.target.pixels), side.target.pixels)  # a quarter turn swaps them
    np.testing.assert_array_equal(np.rot90(up.distractors.pixels), side.distractors.pixels)


@pytest.mark.parametrize(
    ("name", "first", "covered"),
    [
        # Written out from the published sizes, (rows, columns) of the 165 px drawing, last pixel excluded.
        ("intersection/cross", [((0, 165), (74, 90)), ((49, 66), (0, 165))], 165 * 16 + 17 * 165 - 17 * 16),
        (
            "intersection/non_cross",
            [((0, 165), (74, 90)), ((49, 66), (0, 82)), ((99, 115), (82, 165))],
            165 * 16 + 17 * 74 + 16 * 75,
        ),
        ("t-and-l/Ls", [((0, 165), (0, 16)), ((148, 165), (0, 165))], 165 * 16 + 17 * 149),
        ("t-and-l/Ts", [((0, 165), (74, 90)), ((0, 16), (0, 165))], 165 * 16 + 16 * 149),
    ],
)
def test_strokes(name, first, covered):
    versions = [d.pixels for d in condition(name)[1].targets]
    expected = np.full((177, 177), 255)
    for (r0, r1), (c0, c1) in first:
        expected[6 + r0 : 6 + r1, 6 + c0 : 6 + c1] = 0
    np.testing.assert_array_equal(versions[0], expected)
    np.testing.assert_array_equal(versions[1], np.flipud(expected))
    np.testing.assert_array_equal(versions[2], expected.T)
    np.testing.assert_array_equal(versions[3], np.fliplr(expected.T))
    assert all(int((v == 0).sum()) == covered for v in versions)


def test_curves_and_lines_turn_with_the_place_in_the_order():
    experiment, sought = condition("curvature/curve_in_lines")
    for k in range(30):
        found = arrange(experiment, sought, 32, k)
        for place, drawing in enumerate(found.drawings):
            kind = "curve" if place == found.target else "line"
            assert drawing.name == f"{kind} at {(-45, -90, -135, 180)[place % 4]} degrees"


def test_a_curve_bends_and_a_line_does_not():
    curve, line = (condition(f"curvature/{name}")[1].targets[3].pixels for name in ("curve_in_lines", "line_in_curves"))
    assert [int((line > 0).sum()), int((curve > 0).sum())] == [216, 306]
    assert np.ptp(np.argwhere(line)[:, 0]) == 5
    assert np.ptp(np.argwhere(curve)[:, 0]) == 12


@pytest.mark.parametrize("name", ["hetero_t0", "hetero_t20"])
@pytest.mark.parametrize(("size", "counts"), [(1, []), (4, [1] * 3), (8, [1] * 7), (12, [1] * 5 + [2] * 3)])
def test_tilts_are_used_evenly(name, size, counts):
    experiment, sought = condition(f"orientation-heterogeneous/{name}")
    chosen = set()
    for k in range(40):
        found = arrange(experiment, sought, size, k)
        assert found.drawings[found.target] is sought.target
        others = [d.name for place, d in enumerate(found.drawings) if place != found.target]
        assert sorted(Counter(others).values()) == counts
        assert sought.target.name not in others
        chosen.update(others)
    assert size == 1 or len(chosen) == 8


def test_versions_of_crosses_are_random_and_balanced_on_average():
    experiment, sought = condition("intersection/cross")
    names = Counter(d.name for k in range(400) for d in arrange(experiment, sought, 9, k).drawings)
    assert len(names) == 8
    for kind, total in (("non-cross", 3200), ("cross", 400)):
        counts = np.array([n for name, n in names.items() if name.split(" ")[0] == kind])
        assert ((counts - total / 4) ** 2 / (total / 4)).sum() < 16.3  # chi-square, 3 degrees of freedom, p = .001


def test_names_of_the_published():
    assert tuple(experiments())[:6] == PUBLISHED
    assert [e.found for e in experiments().values() if e.name in PUBLISHED] == [
        "cell",
        "item",
        "cell",
        "cell",
        "cell",
        "cell",
    ]
