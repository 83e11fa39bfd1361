from dataclasses import replace

import numpy as np
import pytest
import torch

from gazekit.models.eccnet.search import (
    Display,
    Settings,
    attention_map,
    between_0_and_1,
    choose,
    correlate,
    correlations,
    level_weights,
    masked,
    run_search,
)

ONE = [torch.ones(1, 1, 1, 1)]
PLAIN = Settings(margin=8, blurs=((1, 0), (1, 0)), recognition_size=10, inhibition_size=31)


class Landscape:
    """Attraction of every px of the image, seen in windows of cells of 1 px; remembers the images it was shown."""

    def __init__(self, attraction):
        self.attraction, self.seen = attraction, []

    def features(self, image, background, fixation, side):
        self.seen.append(image)
        window = np.full((side, side), -1.0, dtype=np.float32)
        height, width = self.attraction.shape
        top, left = side // 2 - fixation[0], side // 2 - fixation[1]
        for r in range(max(-top, 0), min(height, side - top)):
            for c in range(max(-left, 0), min(width, side - left)):
                window[r + top, c + left] = self.attraction[r, c]
        return [torch.from_numpy(window)[None, None]]


def grid(side=60, cells=3):
    step = side // cells
    items = np.zeros((cells**2, side, side), dtype=bool)
    for k in range(cells**2):
        r, c = divmod(k, cells)
        items[k, r * step : (r + 1) * step, c * step : (c + 1) * step] = True
    return items


def spots(*places, side=60):
    attraction = np.zeros((side, side))
    for value, (row, column) in enumerate(reversed(places), start=1):
        attraction[row, column] = value
    return attraction


def region(row, column, side=60, size=1):
    mask = np.zeros((side, side), dtype=bool)
    mask[row : row + size, column : column + size] = True
    return mask


def test_items_are_visited_by_attraction_and_painted_over():
    image = np.full((60, 60, 3), 50, np.uint8)
    windows = Landscape(spots((5, 50), (30, 5), (50, 50)))
    display = Display(image, (9, 9, 9), grid(), region(52, 52))
    found = run_search(display, ONE, windows, PLAIN, limit=5, maps=2)
    assert found.fixations.tolist() == [[30, 30], [5, 50], [30, 5], [50, 50]]
    assert found.found
    assert (windows.seen[0] == 50).all()
    assert (windows.seen[1][:20, 40:] == 9).all()
    assert (windows.seen[1] == 9).all(axis=2).sum() == 400
    assert (windows.seen[2] == 9).all(axis=2).sum() == 800
    assert (image == 50).all()
    assert [m.shape for m in found.maps] == [(136, 136)] * 2
    assert found.level_weights.tolist() == [[1.0]] * 3


def test_the_start_is_not_tested_among_items_and_is_in_whole_images():
    image = np.zeros((60, 60, 3), np.uint8)
    landscape = spots((5, 50))
    among = Display(image, (0, 0, 0), grid(), region(30, 30))
    assert run_search(among, ONE, Landscape(landscape), PLAIN, limit=1).fixations.tolist() == [[30, 30], [5, 50]]
    whole = replace(among, items=None)
    found = run_search(whole, ONE, Landscape(landscape), PLAIN, limit=1)
    assert found.fixations.tolist() == [[30, 30]]
    assert found.found


def test_whole_images_are_inhibited_in_the_map_only():
    image = np.full((60, 60, 3), 50, np.uint8)
    windows = Landscape(spots((30, 45), (30, 44), (2, 2)))
    # 31 px: rows and columns 15 to 44 around the start are inhibited, 45 is free
    found = run_search(Display(image, (0, 0, 0)), ONE, windows, PLAIN, limit=2)
    assert found.fixations.tolist() == [[30, 30], [30, 45], [2, 2]]
    assert all(seen is image for seen in windows.seen)
    assert not found.found


@pytest.mark.parametrize(("place", "found"), [((25, 30), True), ((24, 30), False), ((34, 34), True), ((35, 30), False)])
def test_the_square_of_recognition_is_10_px(place, found):
    image = np.zeros((60, 60, 3), np.uint8)
    outcome = run_search(Display(image, (0, 0, 0), None, region(*place)), ONE, Landscape(spots((0, 0))), PLAIN, limit=0)
    assert outcome.found is found


def test_an_odd_square_of_recognition_reaches_one_px_further_than_the_inhibited_one():
    image = np.zeros((60, 60, 3), np.uint8)
    settings = replace(PLAIN, recognition_size=31)
    for place, found in ((15, True), (14, False), (45, True), (46, False)):
        display = Display(image, (0, 0, 0), None, region(place, 30))
        assert run_search(display, ONE, Landscape(spots((0, 0))), settings, limit=0).found is found


def test_a_target_found_on_the_last_saccade():
    display = Display(np.zeros((60, 60, 3), np.uint8), (0, 0, 0), grid(), region(5, 50))
    landscape = Landscape(spots((5, 50)))
    assert run_search(display, ONE, landscape, PLAIN, limit=1).found
    assert not run_search(display, ONE, landscape, replace(PLAIN, count_last=False), limit=1).found
    assert run_search(display, ONE, landscape, replace(PLAIN, count_last=False), limit=2).found


def test_when_no_cell_is_left():
    display = Display(np.zeros((60, 60, 3), np.uint8), (0, 0, 0), grid()[:2], None)
    landscape = Landscape(spots((5, 5), (5, 25)))
    stop = run_search(display, ONE, landscape, PLAIN, limit=6)
    assert stop.fixations.tolist() == [[30, 30], [5, 5], [5, 25]]
    corner = run_search(display, ONE, landscape, replace(PLAIN, exhausted="corner"), limit=4)
    assert corner.fixations.tolist() == [[30, 30], [5, 5], [5, 25], [0, 0], [0, 0]]


def test_places_without_attraction_follow_in_reading_order():
    display = Display(np.zeros((60, 60, 3), np.uint8), (0, 0, 0), grid()[[4, 8]], None)
    flat = Landscape(np.full((60, 60), -1.0))
    assert run_search(display, ONE, flat, PLAIN, limit=6).fixations.tolist() == [[30, 30], [20, 20], [40, 40]]


def test_wide_images_reach_as_far_as_the_side_that_is_asked_for():
    image = np.zeros((20, 60, 3), np.uint8)
    attraction = np.zeros((20, 60))
    attraction[5, 1], attraction[5, 12] = 2, 1
    settings = replace(PLAIN, inhibition_size=2)
    display = Display(image, (0, 0, 0))
    longer = run_search(display, ONE, Landscape(attraction), settings, limit=1)
    assert longer.fixations.tolist() == [[10, 30], [5, 1]]
    height = run_search(display, ONE, Landscape(attraction), replace(settings, window="height"), limit=1)
    assert height.fixations.tolist() == [[10, 30], [5, 12]]


def test_the_mask_keeps_what_is_allowed_and_subtracts_the_least():
    attention = np.arange(100.0).reshape(10, 10) - 7
    allowed = np.zeros((4, 4), dtype=bool)
    allowed[1, 2] = True
    found = masked(attention, allowed, (2, 2), 4)
    assert np.flatnonzero(found).tolist() == [4 * 10 + 5]
    assert found[4, 5] == 45


def test_the_winner():
    plateau = np.zeros((6, 6))
    plateau[1:4, 2:5] = 3.0
    assert choose(plateau) == (1, 2)
    assert choose(plateau, "middle") == (2, 3)
    plateau[0, 5] = 3.0 * (1 - 1e-8)  # a tie but for rounding: the first in reading order wins
    assert choose(plateau) == (0, 5)
    assert choose(np.zeros((3, 3))) is None


@pytest.mark.parametrize("side", [1, 2, 3, 6])
def test_correlation_is_a_sum_over_the_targets_cells(side):
    rng = np.random.default_rng(side)
    search, target = rng.standard_normal((2, 7, 8)), rng.standard_normal((2, side, side))
    found = correlate(torch.from_numpy(search)[None], torch.from_numpy(target)[None])
    before = (side - 1) // 2
    for i in range(7):
        for j in range(8):
            total = sum(
                search[c, i + u - before, j + v - before] * target[c, u, v]
                for c in range(2)
                for u in range(side)
                for v in range(side)
                if 0 <= i + u - before < 7 and 0 <= j + v - before < 8
            )
            assert found[i, j] == pytest.approx(total)


def test_weights_are_the_largest_raw_values():
    maps = [np.array([[1.0, 8.0]]), np.array([[2.0, 0.0]]), np.array([[-3.0, -1.0]])]
    assert level_weights(maps, "maximum").tolist() == [0.8, 0.2, 0.0]
    assert level_weights(maps, "equal").tolist() == [1 / 3] * 3
    assert level_weights([np.zeros((2, 2))] * 2, "maximum").tolist() == [0.5, 0.5]


def test_a_constant_map_becomes_0():
    assert not between_0_and_1(np.full((2, 2), 7.0)).any()
    assert between_0_and_1(np.array([2.0, 4.0, 3.0])).tolist() == [0, 1, 0.5]


def test_levels_of_one_size_are_summed_by_their_weights():
    a, b = np.array([[0.0, 4.0], [2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    search = [torch.from_numpy(m)[None, None] for m in (a, b)]
    found, weights = attention_map(correlations(search, [one, one]), "maximum", ((1, 0), (1, 0)))
    assert weights.tolist() == [0.8, 0.2]
    assert found == pytest.approx(0.8 * a / 4 + 0.2 * b)
