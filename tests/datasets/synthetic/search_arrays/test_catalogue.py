"""The experiments of the catalogue: drawings pixel by pixel, rules of versions, counts of the published files.

Of the classics: what differs from what, and what a quarter turn makes of them.
"""

from collections import Counter

import numpy as np
import pytest

from gazekit.datasets.synthetic.search_arrays import PUBLISHED, experiments, load
from gazekit.datasets.synthetic.search_arrays.catalogue import drawings
from gazekit.datasets.synthetic.search_arrays.display import arrange

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
SWAPPED = ["colour", "o-and-q", "size", "lighting-polarity", "oblique"]


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
    upright, right = (drawings()[f"bar at {tilt} degrees"][0].pixels for tilt in (0, -20))
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
    top, bottom, left, right = (
        drawings()[f"disc bright {side}"][0].pixels.astype(int) for side in ("top", "bottom", "left", "right")
    )
    assert top[3, 15] == 221
    for row in range(31):
        for column in range(31):
            inside = (row - 15) ** 2 + (column - 15) ** 2 < 225
            assert top[row, column] == (17 * ((30 - row) // 2) if inside else 27)
    np.testing.assert_array_equal(bottom, top[::-1])
    np.testing.assert_array_equal(left, top.T)
    np.testing.assert_array_equal(right, top[::-1].T)


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


@pytest.mark.parametrize("name", SWAPPED)
def test_the_two_conditions_are_each_others_reverse(name):
    first, second = experiments()[name].conditions
    assert (first.target, first.distractors) == (second.distractors, second.target)
    assert not np.array_equal(first.target.pixels, first.distractors.pixels)


def test_conjunction_shares_each_feature_with_a_distractor():
    feature, both = experiments()["conjunction"].conditions
    assert feature.target is both.target
    ink = [tuple(d.pixels[34, 34]) for d in (both.target, *both.others)]
    tall = [int((d.pixels != 30).any(axis=(1, 2)).sum()) for d in (both.target, *both.others)]
    assert [c == ink[0] for c in ink] == [True, False, True]
    assert [h == tall[0] for h in tall] == [True, True, False]
    assert tuple(feature.target.pixels[34, 34]) not in {tuple(d.pixels[34, 34]) for d in feature.others}


def test_conjunction_distractors_are_half_and_half():
    experiment = experiments()["conjunction"]
    for size, counts in ((4, [1, 2]), (8, [3, 4]), (12, [5, 6])):
        found = arrange(experiment, experiment.conditions[1], size, 0)
        others = [d.name for k, d in enumerate(found.drawings) if k != found.target]
        assert sorted(Counter(others).values()) == counts


def test_q_is_o_and_a_stroke():
    q, o = (
        d.pixels for d in experiments()["o-and-q"].conditions[0].targets + experiments()["o-and-q"].conditions[0].others
    )
    assert (q <= o).all()
    assert 0 < int((q < o).sum()) < 21 * 5


def nearest_after_a_quarter_turn(name):
    """Mean difference (grey levels) between a drawing turned by 90 degrees and the nearest of its experiment."""
    looks = [d.pixels.astype(int) for c in experiments()[name].conditions for d in (*c.targets, *c.others)]
    return [min(np.abs(np.rot90(look) - other).mean() for other in looks) for look in looks]


def test_a_quarter_turn_gives_neither_condition():
    """So the answer of a turned network is not given by symmetry, as it is for the published lighting."""
    assert min(nearest_after_a_quarter_turn("lighting-polarity")) > 30
    assert min(nearest_after_a_quarter_turn("oblique")) > 30
    published = [experiments()["lighting"].conditions[k].target.pixels for k in (0, 1)]
    np.testing.assert_array_equal(np.rot90(published[0]), published[1])


def test_polarity_is_turned_over_by_half_a_turn():
    first, second = experiments()["lighting-polarity"].conditions
    np.testing.assert_array_equal(np.rot90(first.target.pixels, 2), second.target.pixels)
