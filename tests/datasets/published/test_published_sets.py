"""Published sets whose small folder is made here: each is read, checked, split, scored and exported."""

import json

import numpy as np
import pytest
from scipy.io import savemat

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.fetching.integrity import check
from gazekit.foundations.errors import GazekitError
from gazekit.interchange.export import export_scanpaths
from gazekit.interchange.formats import read_scanpaths
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


@pytest.fixture(params=list(SMALL))
def small(request, tmp_path, coco_trial):
    """A name, and a folder with three images, of which two people saw each."""
    SMALL[request.param](tmp_path, coco_trial)
    return request.param, tmp_path


def test_it_is_read(small):
    data = load_dataset(*small)
    assert (data.name, len(data.stimuli), len(data.trials), len(data.subjects), len(data.scanpaths)) == (
        small[0],
        3,
        3,
        2,
        6,
    )
    assert data.scanpaths[0].duration.tolist() == pytest.approx(MS)
    assert data.scanpaths[0].y.tolist() == Y
    assert sorted({path.x[0] for path in data.scanpaths}) == [101, 102]
    assert data.scanpaths.facts == datasets[small[0]].facts
    assert not any(trial.has("image") for trial in data.trials)


def test_it_is_checked(small):
    """Six paths are not the whole set, and that is said in numbers or in a sentence."""
    report = check(*small, progress=False)
    assert not report.whole
    known = datasets[small[0]].counts
    if "scanpaths" in known:
        assert f"differs  scanpaths: expected {known['scanpaths']:,}, got 6" in report.lines()


def test_it_is_split_by_image_and_as_published(small):
    data = load_dataset(*small)
    part = data.split("stimulus", folds=3)
    assert set(part.train.stimuli).isdisjoint(part.test.stimuli)
    if not data.card.splits:
        with pytest.raises(GazekitError, match=r"no split of the data set 'air-d' is published"):
            load_dataset(*small, split="train")
        return
    last = next(part for part in data.scanpaths.table["split"] if part != "train")
    assert load_dataset(*small, split="train").stimuli == ["a.jpg", "c.jpg"]
    assert load_dataset(*small, split=last).stimuli == ["b.jpg"]


def test_it_is_scored(small):
    one, other = load_dataset(*small).scanpaths[:2]
    assert score_pair("frechet", one, other) == [1.0]


@pytest.mark.parametrize("to", ["csv", "parquet", "pysaliency", "bids"])
def test_it_is_exported(small, tmp_path, to):
    paths = load_dataset(*small).scanpaths
    file = tmp_path / {"pysaliency": "out.hdf5", "bids": "out"}.get(to, f"out.{to}")
    done = export_scanpaths(paths, file, to)
    assert (done.paths, done.fixations) == (6, 18)
    if to in ("csv", "parquet"):
        back = read_scanpaths(file)
        assert back.x.tolist() == paths.x.tolist()
        assert back.onsets().tolist() == pytest.approx(paths.onsets().tolist(), nan_ok=True)
        assert back.table["trial"].tolist() == paths.table["trial"].tolist()
