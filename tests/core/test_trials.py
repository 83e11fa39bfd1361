"""Trial, Dataset and splits."""

import numpy as np
import pytest
from skimage.io import imsave

from gazekit import Box, Dataset, Frame, GazekitError, Objects, Scanpaths, Trial
from gazekit.foundations.errors import DataError, UnknownNameError


def test_images_are_read_lazily_and_grey_becomes_three_channels(tmp_path):
    file = tmp_path / "a.png"
    trial = Trial("a", "a", Frame(4, 3), image_source=file)
    assert not trial.has("image")
    imsave(file, np.arange(12, dtype=np.uint8).reshape(3, 4), check_contrast=False)
    assert trial.has("image")
    assert trial.image.shape == (3, 4, 3)
    assert (trial.image[..., 0] == trial.image[..., 2]).all()


def test_alpha_is_left_out():
    trial = Trial("a", "a", Frame(2, 2), image_source=lambda: np.ones((2, 2, 4), np.uint8))
    assert trial.image.shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (np.linspace(0, 1, 12).reshape(3, 4), "this one is float64 from 0 to 1; scale it to 0 to 255, and round"),
        (np.full((3, 4, 3), 65535, np.uint16), "this one is uint16 from 65535 to 65535"),
        (np.full((3, 4), -1), "this one is int64 from -1 to -1"),
        (np.ones((3, 4), bool), "this one is bool from 1 to 1"),
        (np.zeros((3, 4, 2), np.uint8), r"rows x columns x 1, 3 or 4 channels, not of shape \(3, 4, 2\)"),
        (np.zeros(4, np.uint8), "not of shape"),
        (np.zeros((0, 4), np.uint8), "not of shape"),
        ("a.png", "an image is an array, a function that gives one, or a pathlib.Path, not str: 'a.png'"),
        (lambda: [[1, 2], [3, 4]], "or a pathlib.Path, not list"),
    ],
)
def test_arrays_that_are_no_images(image, message):
    """Numbers from 0 to 1 were an image that is black."""
    with pytest.raises(GazekitError, match=message):
        _ = Trial("a", "a", Frame(4, 3), image_source=image).image


def test_whole_numbers_of_another_type_are_an_image():
    trial = Trial("a", "a", Frame(4, 3), image_source=np.arange(12).reshape(3, 4) * 20)
    assert trial.image[..., 1].tolist() == (np.arange(12).reshape(3, 4) * 20).tolist()


@pytest.mark.parametrize(
    ("content", "message"), [(None, "is not there"), (b"\x89PNG broken", "cannot be read as an image")]
)
def test_bad_image_files(tmp_path, content, message):
    file = tmp_path / "a.png"
    if content:
        file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        _ = Trial("a", "a", Frame(4, 3), image_source=file).image


def test_absent_image_and_target():
    trial = Trial("a", "a", Frame(4, 3))
    with pytest.raises(GazekitError, match="has no image"):
        _ = trial.image
    with pytest.raises(GazekitError, match="no picture of the target"):
        _ = trial.target


def test_boxes():
    assert Box(0, 10, 20, 30).centre == (10, 20)
    with pytest.raises(DataError, match=r"shape \(k, 4\)"):
        Objects(np.zeros((3, 2)))


def test_trials_must_be_unique_and_known(small_dataset):
    trials, paths = small_dataset.trials, small_dataset.scanpaths
    with pytest.raises(DataError, match="two trials called 'img0'"):
        Dataset("d", [*trials, trials[0]], paths)
    with pytest.raises(DataError, match="no such trial"):
        Dataset("d", trials[1:], paths)
    with pytest.raises(GazekitError, match="has no trial 'x'"):
        small_dataset.trial("x")
    twice = Scanpaths.concat([paths, paths[[0]]])
    with pytest.raises(DataError, match=r"two scanpaths of subject .* in trial 'img0' \(sample 0\): a person sees"):
        Dataset("d", trials, twice)


def test_select(small_dataset):
    part = small_dataset.select(stimuli=["img1", "img2"], subjects=["p0"])
    assert part.stimuli == ["img1", "img2"]
    assert part.subjects == ["p0"]
    assert len(part.scanpaths) == 2


def test_fingerprint_changes_with_the_data(small_dataset, dataset_of):
    assert small_dataset.fingerprint() == dataset_of().fingerprint()
    assert small_dataset.fingerprint() != dataset_of(seed=1).fingerprint()
    assert small_dataset.fingerprint() != small_dataset.select(stimuli=["img0"]).fingerprint()


@pytest.mark.parametrize("by", ["stimulus", "layout", "subject", "random"])
def test_folds_cover_everything_once(small_dataset, by):
    tests = [small_dataset.split(by, folds=3, fold=k) for k in range(3)]
    assert sum(len(s.test.scanpaths) for s in tests) == len(small_dataset.scanpaths)
    for s in tests:
        assert len(s.train.scanpaths) + len(s.test.scanpaths) == len(small_dataset.scanpaths)
        if by in ("stimulus", "layout"):
            assert not set(s.train.stimuli) & set(s.test.stimuli)
        if by == "subject":
            assert not set(s.train.subjects) & set(s.test.subjects)
    assert len({s.sha256 for s in tests}) == 3


def test_split_is_the_same_for_one_seed(small_dataset):
    assert small_dataset.split(seed=3).sha256 == small_dataset.split(seed=3).sha256
    assert len({small_dataset.split(seed=seed).sha256 for seed in range(10)}) > 1


def test_split_by_target():
    frame = Frame(9, 9)
    trials = [Trial(f"t{k}", f"s{k}", frame, task=f"find {k % 3}") for k in range(6)]
    from gazekit import Scanpaths

    data = Dataset("d", trials, Scanpaths.from_paths([]))
    part = data.split("target", folds=3)
    assert not {t.task for t in part.train.trials} & {t.task for t in part.test.trials}


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        pytest.param({"by": "trial"}, GazekitError, "by='random' if the leak", id="trial"),
        pytest.param({"by": "stimuli"}, UnknownNameError, "did you mean 'stimulus'", id="name"),
        pytest.param({"folds": 1}, GazekitError, "folds must be a whole number of at least 2", id="folds"),
        pytest.param({"folds": 2.5}, GazekitError, r"folds must be a whole number of at least 2, not 2\.5", id="part"),
        pytest.param({"folds": 3, "fold": 3}, GazekitError, "from 0 to folds - 1, not 3 of 3 folds", id="fold"),
        pytest.param({"folds": 3, "fold": -1}, GazekitError, "fold must be a whole number of at least 0", id="before"),
        pytest.param({"folds": 7}, GazekitError, "too few for 7 folds", id="too many"),
        pytest.param({"by": "target"}, GazekitError, "names no task", id="no task"),
    ],
)
def test_impossible_splits(small_dataset, options, error, message):
    with pytest.raises(error, match=message):
        small_dataset.split(**options)
