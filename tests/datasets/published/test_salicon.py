import numpy as np
import pytest
from scipy.io import savemat
from typer.testing import CliRunner

from gazekit.cli.datasets import app
from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError


@pytest.fixture
def root(published):
    return published("salicon")


def test_rests_of_the_mouse_from_0(root):
    data = load_dataset("salicon", root)
    assert data.scanpaths.facts.points == "mouse"
    assert data.scanpaths[0].xy.tolist() == [[0, 0], [320, 240]]
    assert data.scanpaths[1].xy.tolist() == [[639, 479]]
    assert data.scanpaths.duration is None
    assert data.dropped == {"scanpaths without a point (kept, empty)": 1}


def test_every_sample(root):
    data = load_dataset("salicon", root, points="samples")
    assert data.scanpaths[0].xy.tolist() == [[0, 0], [320, 240], [1, 1], [321, 241]]
    assert data.scanpaths.lengths.sum() == 16


def test_people_are_not_taken_for_the_same_on_other_images(root):
    data = load_dataset("salicon", root)
    assert len(data.subjects) == len(data.scanpaths) == 6
    assert data.scanpaths.table["split"].tolist() == ["train"] * 4 + ["val"] * 2


def test_a_single_person(tmp_path):
    (tmp_path / "val").mkdir()
    savemat(tmp_path / "val" / "a.mat", {"gaze": {"location": np.ones((2, 2)), "fixations": np.array([[3.0, 4.0]])}})
    assert load_dataset("salicon", tmp_path).scanpaths[0].xy.tolist() == [[2, 3]]


def test_a_file_of_another_structure_is_named(root):
    savemat(root / "train" / "b.mat", {"gaze": np.ones(3)})
    with pytest.raises(DataError, match=r"b\.mat does not have the published structure"):
        load_dataset("salicon", root)


def test_the_command_does_not_call_them_fixations(root):
    done = CliRunner().invoke(app, ["info", "salicon", "--root", str(root)])
    assert "6 scanpaths, 8 points of a mouse; durations: none" in done.output


def test_an_empty_folder(tmp_path):
    with pytest.raises(DataError, match=r"there is no \.mat file in train/ or val/"):
        load_dataset("salicon", tmp_path)
