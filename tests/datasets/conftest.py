"""Small folders in the published formats, so that the loaders are tested without the real data."""

import json

import numpy as np
import pytest
from scipy.io import savemat


def make_osie(root, images=("1001.jpg", "1002.jpg"), subjects=3):
    rng = np.random.default_rng(0)
    entries = np.empty(len(images), dtype=object)
    for i, name in enumerate(images):
        eyes = np.empty(subjects, dtype=object)
        for k in range(subjects):
            n = 2 + k
            eyes[k] = {
                "fix_x": rng.uniform(0, 800, n),
                "fix_y": rng.uniform(0, 600, n),
                "fix_duration": rng.uniform(100, 400, n),
            }
        entries[i] = {"img": name, "subjects": eyes}
    (root / "eye").mkdir(parents=True)
    savemat(root / "eye" / "fixations.mat", {"fixations": entries}, oned_as="column")
    return root


def interiors_trial(true_xy, *, found, small_screen, name="a.jpg", start=(500, 300), allowed=4, seen=None):
    """A trial as published, from the true image positions: displaced and clipped the way the authors' files are."""
    left, top = (128, 96) if small_screen else (128, 128)
    xy = np.asarray(true_xy, dtype=float).reshape(-1, 2)
    old = xy + np.array([left - top, top - left])  # margins subtracted the wrong way round
    published = old if found else old + np.array([top, left])  # without success: back to the screen
    published = np.clip(published, 0, (1024, 768))
    onset = 1000 + 300 * np.arange(len(xy))
    keep = np.arange(len(xy)) if seen is None else np.asarray(seen)
    return {
        "image_name": name,
        "target_name": name.replace(".jpg", "_template_1.jpg"),
        "trial_order": 1,
        "image_size": [768, 1024],
        "screen_size": [960, 1280] if small_screen else [1024, 1280],
        "screen_rect": [-left, -top, 1280 - left, (960 if small_screen else 1024) - top],
        "target_rect": [201, 101, 273, 173],
        "nsaccades_allowed": allowed,
        "initial_position": [start[0] + left - top, start[1] + top - left],
        "target_found": int(found),
        "x": published[keep, 0],
        "y": published[keep, 1],
        "t": onset[keep],
        "dur": np.full(len(keep), 200),
        "old": {"x": old[:, 0], "y": old[:, 1], "t": onset, "dur": np.full(len(xy), 200)},
    }


def make_interiors(root, trials_by_subject):
    folder = root / "MatlabCode" / "data_new" / "new_matrix" / "sinfo_subj"
    folder.mkdir(parents=True)
    for number, trials in trials_by_subject.items():
        records = np.empty(len(trials), dtype=object)
        records[:] = trials
        savemat(folder / f"info_per_subj_{number}.mat", {"info_per_subj": records}, oned_as="column")
    return root


def make_bookcovers(root, collages=2, subjects=3, length=None):
    rng = np.random.default_rng(0)
    content = {}
    for c in range(collages):
        content[f"{c + 1}.jpg"] = {
            "fixations": {
                str(s + 1): rng.integers(0, 1400, (length(c, s) if length else 3 + s, 2)).tolist()
                for s in range(subjects)
            },
            "ground_truth": [{"xmin": 210, "xmax": 290, "ymin": 410, "ymax": 590}],
            "size": {"width": 1400, "height": 1200},
            "target": f"target_{c}.jpg",
        }
    root.mkdir(exist_ok=True)
    (root / "Amazon.json").write_text(json.dumps(content))
    return root


def coco_record(name="1.jpg", task="fork", subject=1, **changes):
    record = {
        "name": name,
        "subject": subject,
        "task": task,
        "condition": "present",
        "bbox": [100, 200, 50, 60],
        "X": [840.0, 300.0, 120.0],
        "Y": [525.0, 310.0, 230.0],
        "T": [150, 200, 250],
        "length": 3,
        "correct": 1,
        "RT": 700,
        "split": "valid",
    }
    return {**record, **changes}


def make_saccades(root, stimuli=4, longest=7, *, row_column, targets, subjects=15):
    """Arrays of the eccNET saccade experiments; `targets` (stimuli, 2) in (x, y)."""
    rows = stimuli * subjects
    fix = np.zeros((rows, longest, 2), dtype=int)
    counts = np.full(rows, 3)
    for r in range(rows):
        fix[r, 0], fix[r, 1], fix[r, 2] = (640, 512), (90, 512), targets[r % stimuli]
    found = np.zeros((rows, longest), dtype=int)
    found[:, 2] = 1
    order = [1, 0] if row_column else [0, 1]
    model = np.zeros((stimuli, longest, 2))
    model[:, 0], model[:, 1] = (640, 512), targets
    for folder in ("fix", "ifix", "cp"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    np.save(root / "fix" / "human_all.npy", fix[..., order])
    np.save(root / "fix" / "eccNET.npy", model[..., order])
    np.save(root / "ifix" / "I_human_all.npy", counts[:, None])
    np.save(root / "ifix" / "I_eccNET.npy", np.full((stimuli, 1), 2))
    np.save(root / "cp" / "CP_human_all.npy", found)
    if row_column:
        np.save(root / "target_pos.npy", np.asarray(targets, dtype=float)[:, order])
    return root


@pytest.fixture(scope="session")
def osie_in():
    return make_osie


@pytest.fixture(scope="session")
def interiors_in():
    return make_interiors


@pytest.fixture(scope="session")
def interiors_record():
    return interiors_trial


@pytest.fixture(scope="session")
def bookcovers_in():
    return make_bookcovers


@pytest.fixture(scope="session")
def coco_trial():
    return coco_record


@pytest.fixture(scope="session")
def saccades_in():
    return make_saccades
