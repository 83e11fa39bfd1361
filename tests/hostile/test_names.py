"""Names of images in published files: none leads out of the data set's folder."""

import json

import numpy as np
import pytest
from scipy.io import savemat

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError

OUTSIDE = ["../../secret.jpg", "/etc/passwd.jpg", "a\\..\\secret.jpg"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_coco_search18(tmp_path, name):
    record = {"name": name, "subject": 1, "task": "cup", "X": [1], "Y": [2], "T": [3], "condition": "present"}
    (tmp_path / "coco_search18_fixations_TP_train_split1.json").write_text(json.dumps([record]))
    with pytest.raises(DataError, match="which is not a plain name within a folder"):
        load_dataset("coco-search18", tmp_path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_osie(tmp_path, name):
    entries, eyes = np.empty(1, dtype=object), np.empty(1, dtype=object)
    eyes[0] = {"fix_x": [1.0, 2], "fix_y": [3.0, 4], "fix_duration": [5.0, 6]}
    entries[0] = {"img": name, "subjects": eyes}
    (tmp_path / "eye").mkdir()
    savemat(tmp_path / "eye" / "fixations.mat", {"fixations": entries}, oned_as="column")
    with pytest.raises(DataError, match="which is not a plain name within a folder"):
        load_dataset("osie", tmp_path)


@pytest.mark.parametrize("name", OUTSIDE)
def test_bookcovers(tmp_path, name):
    box = {"xmin": 0, "ymin": 0, "xmax": 10, "ymax": 10}
    collage = {
        "size": {"width": 100, "height": 90},
        "ground_truth": [box],
        "target": "t.jpg",
        "fixations": {"1": [[1, 2]]},
    }
    (tmp_path / "Amazon.json").write_text(json.dumps({name: collage}))
    with pytest.raises(DataError, match="which is not a plain name within a folder"):
        load_dataset("bookcovers", tmp_path, images=tmp_path)
