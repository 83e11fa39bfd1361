"""What holds for each published set: read, checked, split, scored, exported, fetched or explained."""

import json

import numpy as np
import pytest
from scipy.io import savemat

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.fetching.fetch import fetch
from gazekit.datasets.fetching.integrity import check
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.interchange.export import export_scanpaths
from gazekit.interchange.formats import read_scanpaths
from gazekit.metrics import pairwise
from gazekit.metrics.pairwise import score_pair

X, Y, MS = [100, 12.5, 33], [90, 20, 71.25], [200, 150, 300]
IMAGES = {"a.jpg": "train", "b.jpg": None, "c.jpg": "train"}  # None: the part to be tested on
PEOPLE = (1, 2)


def rows(last):
    return [(name, part or last, k, [x + k for x in X]) for name, part in IMAGES.items() for k in PEOPLE]


def coco(file, last, scale=1.0, **more):
    def make(root, coco_trial):
        made = [
            coco_trial(name=name, subject=k, X=x, Y=Y, T=[t * scale for t in MS], split=part, **more)
            for name, part, k, x in rows(last)
        ]
        (root / file).write_text(json.dumps(made))

    return make


def air_d(root, _):
    for name, _, k, x in rows("test"):
        (root / "fix" / name[0]).mkdir(parents=True, exist_ok=True)
        onset = np.cumsum([0, *MS[:-1]])
        savemat(
            root / "fix" / name[0] / f"p{k}.mat",
            {"xy": np.column_stack([x, Y]), "t": np.column_stack([onset, onset + MS])},
        )
    questions = {name[0]: {"imageId": name[0]} for name in IMAGES}
    said = dict.fromkeys(questions, "yes")
    answers = {"question": said, "answer": said, "p1": said, "p2": said}
    (root / "consolidated_answers.json").write_text(json.dumps(answers))
    (root / "val_balanced_questions.json").write_text(json.dumps(questions))
    (root / "image_sizes.csv").write_text("stimulus,width,height\n" + "".join(f"{q},224,224\n" for q in questions))


def refcoco_gaze(root, _):
    made = [
        {"REF_ID": f"r{name[0]}", "IMAGEFILE": name, "SUBJECT_ID": f"p{k}", "REF_WORDS": ["it"], "TARGET": "it",
         "BBOX": [0, 0, 9, 9], "SOUND_ON": 0, "FIX_X": x, "FIX_Y": Y, "FIX_START": [0, 210, 400], "FIX_DURATION": MS,
         "REFCOCO_GAZE_SPLIT": part}
        for name, part, k, x in rows("val")
    ]  # fmt: skip
    (root / "refcocogaze_train_correct.json").write_text(json.dumps(made))


SMALL = {
    "coco-search18": coco("coco_search18_fixations_TP_train_split1.json", "valid"),
    "coco-freeview": coco("COCOFreeView_fixations_trainval.json", "valid", task="none"),
    "gazesearch": coco("finding_visual_search_coco_format_2024.json", "test", 1e-3),
    "air-d": air_d,
    "refcoco-gaze": refcoco_gaze,
}


@pytest.fixture
def alike(request, tmp_path, coco_trial):
    """A name of `SMALL`, and a folder with three images, of which two people saw each."""
    SMALL[request.param](tmp_path, coco_trial)
    return request.param, tmp_path


@pytest.fixture(params=[*SMALL, "daemons", "ueyes", "cat2000", "salicon", "polycat"])
def small(request, tmp_path, coco_trial, published):
    """A name, and a small folder in its published format."""
    if request.param not in SMALL:
        return request.param, published(request.param)
    SMALL[request.param](tmp_path, coco_trial)
    return request.param, tmp_path


@pytest.mark.parametrize("alike", SMALL, indirect=True)
def test_it_is_read(alike):
    data = load_dataset(*alike)
    counts = (len(data.stimuli), len(data.trials), len(data.subjects), len(data.scanpaths))
    assert (data.name, *counts) == (alike[0], 3, 3, 2, 6)
    assert data.scanpaths[0].duration.tolist() == pytest.approx(MS)
    assert data.scanpaths[0].y.tolist() == Y
    assert sorted({path.x[0] for path in data.scanpaths}) == [101, 102]
    assert data.scanpaths.facts == datasets[alike[0]].facts
    assert not any(trial.has("image") for trial in data.trials)
    assert score_pair("frechet", *data.scanpaths[:2]) == [1.0]


def test_frames_are_those_of_the_images(small):
    data = load_dataset(*small)
    paths = data.scanpaths
    assert paths.facts.points == datasets[small[0]].points
    assert {t.frame.size for t in data.trials} >= set(zip(paths.table["width"], paths.table["height"], strict=True))


def test_a_small_folder_is_not_the_whole_set(small):
    report = check(*small, progress=False)
    assert not report.whole
    known = datasets[small[0]].counts
    for what in {"stimuli", "scanpaths"} & set(known):
        assert f"differs  {what}: expected {known[what]:,}, got " in "\n".join(report.lines())


def test_it_is_split_by_image_and_as_published(small):
    data = load_dataset(*small)
    part = data.split("stimulus", folds=2)
    assert not set(part.train.stimuli) & set(part.test.stimuli)
    if not data.card.splits:
        with pytest.raises(GazekitError, match=f"no split of the data set '{small[0]}' is published"):
            load_dataset(*small, split="train")
        return
    parts = [load_dataset(*small, split=name).stimuli for name in data.scanpaths.table["split"].unique()]
    assert len(parts) == 2
    assert all(parts)
    assert not set(parts[0]) & set(parts[1])


def test_it_is_scored(small):
    paths = load_dataset(*small).scanpaths
    several = paths.filter(paths.lengths > 1)
    assert np.allclose(pairwise("frechet", several, several, [[k, k] for k in range(len(several))]), 0)


@pytest.mark.parametrize("to", ["csv", "parquet", "pysaliency", "bids", "coco-search18"])
def test_it_is_exported(small, tmp_path, to):
    paths = load_dataset(*small).scanpaths
    file = tmp_path / {"pysaliency": "out.hdf5", "bids": "out", "coco-search18": "out.json"}.get(to, f"out.{to}")
    done = export_scanpaths(paths, file, to)
    there = paths.lengths > 0 if to == "bids" else np.ones(len(paths))  # BIDS has a row per fixation only
    assert (done.paths, done.fixations) == (there.sum(), len(paths.x))
    if to in ("csv", "parquet"):
        back = read_scanpaths(file)
        assert back.x.tolist() == paths.x.tolist()
        assert back.onsets().tolist() == pytest.approx(paths.onsets().tolist(), nan_ok=True)
        assert back.table["trial"].tolist() == paths.table["trial"].tolist()


@pytest.mark.parametrize("name", ["salicon", "polycat"])
def test_what_cannot_be_fetched_says_how_to_get_it(name, tmp_path):
    with pytest.raises(DataError, match="cannot be fetched by program: it has to be fetched by hand from .*http"):
        fetch(name, tmp_path, progress=False)


def test_a_mouse_is_not_compared_with_gaze(published):
    mouse = load_dataset("salicon", published("salicon")).scanpaths
    gaze = load_dataset("cat2000", published("cat2000")).scanpaths
    with pytest.raises(MismatchError, match=r"'points' \(mouse against fixations\); nothing .* a mouse"):
        pairwise("scanmatch", mouse, gaze, [[0, 0]])
