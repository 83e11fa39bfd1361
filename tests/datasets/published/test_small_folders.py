"""What holds for each of these data sets: listed, loaded, checked, fetched or explained, split, scored, exported."""

import numpy as np
import pytest

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.fetching.fetch import fetch
from gazekit.datasets.fetching.integrity import check
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.interchange.export import export_scanpaths
from gazekit.metrics import pairwise

NAMES = ["daemons", "ueyes", "cat2000", "salicon", "polycat"]


@pytest.mark.parametrize("name", NAMES)
def test_loaded_split_scored_and_exported(name, published, tmp_path):
    data = load_dataset(name, published(name))
    paths = data.scanpaths
    assert paths.facts.points == datasets[name].points
    assert {t.frame.size for t in data.trials} >= set(zip(paths.table["width"], paths.table["height"], strict=True))
    part = data.split("stimulus", folds=2)
    assert not set(part.train.stimuli) & set(part.test.stimuli)
    several = paths.filter(paths.lengths > 1)
    assert np.allclose(pairwise("frechet", several, several, [[k, k] for k in range(len(several))]), 0)
    done = export_scanpaths(paths, tmp_path / "paths.json", "coco-search18")
    assert done.paths == len(paths)


@pytest.mark.parametrize("name", NAMES)
def test_a_small_folder_is_not_the_whole_set(name, published):
    report = check(name, published(name), progress=False)
    assert not report.whole
    stimuli = datasets[name].counts["stimuli"]
    assert f"differs  stimuli: expected {stimuli:,}, got " in "\n".join(report.problems)


@pytest.mark.parametrize("name", ["salicon", "polycat"])
def test_what_cannot_be_fetched_says_how_to_get_it(name, tmp_path):
    with pytest.raises(DataError, match="cannot be fetched by program: it has to be fetched by hand from .*http"):
        fetch(name, tmp_path, progress=False)


@pytest.mark.parametrize(
    ("name", "first", "other"), [("daemons", "train", "val"), ("ueyes", "Train", "Test"), ("salicon", "train", "val")]
)
def test_the_published_parts_share_no_image(name, first, other, published):
    root = published(name)
    one, two = (load_dataset(name, root, split=part) for part in (first, other))
    assert one.stimuli
    assert two.stimuli
    assert not set(one.stimuli) & set(two.stimuli)


@pytest.mark.parametrize("name", ["cat2000", "polycat"])
def test_sets_without_a_published_split_say_so(name, published):
    with pytest.raises(GazekitError, match=f"no split of the data set '{name}' is published"):
        load_dataset(name, published(name), split="train")


def test_a_mouse_is_not_compared_with_gaze(published):
    mouse = load_dataset("salicon", published("salicon")).scanpaths
    gaze = load_dataset("cat2000", published("cat2000")).scanpaths
    with pytest.raises(MismatchError, match=r"'points' \(mouse against fixations\); nothing .* a mouse"):
        pairwise("scanmatch", mouse, gaze, [[0, 0]])
