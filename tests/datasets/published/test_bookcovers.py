import itertools

import numpy as np
import pytest

from gazekit.datasets import load_dataset
from gazekit.datasets.published.bookcovers import grid_boxes
from gazekit.foundations.errors import DataError


@pytest.fixture(scope="module")
def bookcovers(data_root):
    return load_dataset("bookcovers", data_root / "bookcovers")


@pytest.mark.data
def test_counts_of_the_published_set(bookcovers):
    paths = bookcovers.scanpaths
    assert (len(bookcovers.trials), len(bookcovers.subjects), len(paths), len(paths.x)) == (100, 6, 600, 8683)
    assert paths.duration is None
    assert bookcovers.dropped == {}
    assert sorted({t.task for t in bookcovers.trials}) == [f"target_{k}.jpg" for k in range(5)]


@pytest.mark.data
def test_the_length_filter_keeps_585(data_root):
    data = load_dataset("bookcovers", data_root / "bookcovers", length_filter=True)
    assert len(data.scanpaths) == 585
    assert data.scanpaths.lengths.max() == 54
    assert data.scanpaths.lengths.mean() == pytest.approx(12.89, abs=0.01)
    assert data.dropped == {"scanpaths of unusual length (left out)": 15}


@pytest.mark.data
def test_the_target_lies_well_inside_its_cell(bookcovers):
    for trial in bookcovers.trials:
        x0, y0, x1, y1 = trial.objects.boxes[trial.target_object]
        x, y = trial.target_box.centre
        assert 0.3 < (x - x0) / (x1 - x0) < 0.7, trial.id
        assert 0.4 < (y - y0) / (y1 - y0) < 0.6, trial.id


@pytest.mark.data
def test_paths_end_at_the_target_but_are_not_cut_there(bookcovers):
    paths = bookcovers.scanpaths
    boxes = bookcovers.target_boxes()
    box = np.array([boxes[t] for t in paths.table["trial"]])
    last = np.column_stack([paths.x, paths.y])[paths.offsets[1:] - 1]
    assert ((last >= box[:, :2]) & (last <= box[:, 2:])).all(axis=1).sum() == 496
    assert (paths.truncate(at_target=boxes).lengths < paths.lengths).sum() == 450
    assert paths.facts.cut_at_target is False


@pytest.mark.data
def test_no_two_paths_of_a_collage_are_one_record(bookcovers):
    """In OAT's own preparation all people of a collage alias the last one's record."""
    for name in bookcovers.stimuli:
        paths = bookcovers.scanpaths.filter(stimulus=name)
        assert sorted(paths.table["subject"]) == list("123456")
        for a, b in itertools.combinations(paths, 2):
            assert len(a) != len(b) or (a.xy != b.xy).any(), name


def test_paths_share_no_memory(tmp_path, bookcovers_in):
    paths = list(load_dataset("bookcovers", bookcovers_in(tmp_path / "b")).scanpaths)
    assert not any(np.shares_memory(a.x, b.x) for a, b in itertools.combinations(paths, 2))


def test_the_grid_is_row_major(tmp_path, bookcovers_in):
    trial = load_dataset("bookcovers", bookcovers_in(tmp_path / "b")).trials[0]
    assert len(trial.objects) == 84
    assert trial.target_object == 2 * 14 + 2  # centre (250, 500) in cells of 100 x 200 px
    assert trial.objects.boxes[trial.target_object].tolist() == [200, 400, 300, 600]
    assert trial.start is None


def test_grid_cells_tile_the_image():
    boxes = grid_boxes(2559, 1600)
    area = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum()
    assert area == pytest.approx(2559 * 1600)


def test_the_filter_uses_the_population_deviation_of_all_paths(tmp_path, bookcovers_in):
    root = bookcovers_in(tmp_path / "b", collages=4, subjects=6, length=lambda c, s: 200 if (c, s) == (0, 0) else 5)
    data = load_dataset("bookcovers", root, length_filter=True)
    assert len(data.scanpaths) == 23
    assert len(load_dataset("bookcovers", root).scanpaths) == 24


def test_both_places_of_the_file_are_accepted(tmp_path, bookcovers_in):
    bookcovers_in(tmp_path / "AmazonCovers")
    assert len(load_dataset("bookcovers", tmp_path).trials) == 2


def test_images_come_from_a_folder_of_the_users_own(tmp_path, bookcovers_in):
    root = bookcovers_in(tmp_path / "b")
    assert load_dataset("bookcovers", root).trials[0].image_source is None
    trial = load_dataset("bookcovers", root, images=tmp_path / "covers").trials[0]
    assert trial.image_source == tmp_path / "covers" / "1.jpg"
    assert trial.target_source == tmp_path / "covers" / "target_0.jpg"


def test_a_truncated_file_is_named(tmp_path, bookcovers_in):
    file = bookcovers_in(tmp_path / "b") / "Amazon.json"
    file.write_text(file.read_text()[:-40])
    with pytest.raises(DataError, match=r"Amazon\.json cannot be read .*truncated"):
        load_dataset("bookcovers", tmp_path / "b")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[]", id="list"),
        pytest.param('{"1.jpg": {"size": {"width": 5}}}', id="no height"),
        pytest.param('{"1.jpg": {"size": {"width": 5, "height": 5}, "ground_truth": []}}', id="no target"),
    ],
)
def test_another_structure_is_named(tmp_path, content):
    (tmp_path / "Amazon.json").write_text(content)
    with pytest.raises(DataError, match=r"Amazon\.json does not have the published structure"):
        load_dataset("bookcovers", tmp_path)
