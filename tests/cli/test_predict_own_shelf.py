"""`gazekit predict` on a shelf of one's own: its file, its picture, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Scanpaths
from gazekit.interchange import read_scanpaths


@pytest.fixture
def own(tmp_path):
    """A photograph of 2 x 3 things and the table of their boxes, in no order, as options of the command."""
    picture = np.random.default_rng(0).integers(0, 256, (120, 120, 3), np.uint8)
    Image.fromarray(picture).save(tmp_path / "shelf.png")
    Image.fromarray(picture[64:116, 44:76]).save(tmp_path / "wanted.png")
    y, x = (a.ravel() for a in np.mgrid[:2, :3])
    corner = np.column_stack([x * 40 + 4, y * 60 + 4])
    table = pd.DataFrame(np.hstack([corner, corner + np.array([32, 52])]), columns=["x0", "y0", "x1", "y1"])
    table.insert(0, "id", list("abcdef"))
    table.iloc[[5, 0, 3, 2, 4, 1]].to_csv(tmp_path / "boxes.csv", index=False)
    return ("--image", tmp_path / "shelf.png", "--boxes", tmp_path / "boxes.csv")


def test_a_box_as_target(gazekit, own, tmp_path):
    out, picture = tmp_path / "paths.csv", tmp_path / "path.png"
    code, said, err = gazekit(
        "predict", "oat", *own, "--target", "e", "--samples", 3, "--quiet", "-o", out, "--picture", picture
    )
    assert code == 0, err
    assert "shelf: 6 objects in 2 rows, numbered from 0 in reading order" in said
    assert "shelf: the target 'e' is object 4; its picture is cut from there" in said
    assert "oat: the network that comes with gazekit: learned from" in said
    assert "whose searchers are simulated" in said
    assert "3 scanpaths with" in said
    table = pd.read_csv(out)
    assert (table["object"] == table["object_id"].map(dict(enumerate("abcdef")))).all()
    assert table["sample"].unique().tolist() == [0, 1, 2]
    assert len(read_scanpaths(out)) == 3
    with Image.open(picture) as drawn:
        assert min(drawn.size) > 300


def test_a_picture_as_target_gives_the_same_paths_as_the_box_that_it_was_cut_from(gazekit, own, tmp_path):
    for name, target in (("box", "e"), ("picture", tmp_path / "wanted.png")):
        out = tmp_path / f"{name}.parquet"
        code, said, err = gazekit("predict", "oat", *own, "--target", target, "--samples", 4, "--quiet", "-o", out)
        assert code == 0, err
        assert ("nobody says which object it is" in said) == (name == "picture")
    box, picture = (Scanpaths.load(tmp_path / f"{name}.parquet") for name in ("box", "picture"))
    assert np.array_equal(box.object_id, picture.object_id)


def test_other_models_search_it_too(gazekit, own, tmp_path):
    code, _, err = gazekit("predict", "nearest-object", *own, "--target", "c", "--quiet", "-o", tmp_path / "p.csv")
    assert code == 0, err
    assert pd.read_csv(tmp_path / "p.csv")["object"].iloc[-1] == "c"
    code, _, err = gazekit("predict", "uniform", *own, "--quiet", "-o", tmp_path / "u.csv")
    assert code == 0, err
    assert pd.read_csv(tmp_path / "u.csv")["object"].isna().all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "predict takes one of: a data set (--data, --root), a picture of your own (--image), or a folder of them"),
        (["OWN", "--data", "demo"], "predict takes one of: a data set (--data, --root), a picture of your own"),
        (["--target", "a"], "or a folder of them (--images); --target says more about pictures"),
        (["--data", "demo", "--picture", "p.png"], "--picture is for pictures of your own; gazekit plot draws"),
        (["OWN", "--target", "z"], "no object has the id 'z', and there is no such picture; the 6 objects are"),
        (["OWN"], "model 'oat' needs 'target', which trial 'shelf'"),
        (["OWN", "--target", "a", "--picture", "p.xyz"], "--picture p.xyz must end in .png, .jpg, .pdf or .svg"),
        (["--data", "shelves", "--data-set", "scene=3"], "data set 'shelves' has no option 'scene'; it has agents"),
        (["--data", "shelves", "--data-set", "scenes"], "--data-set 'scenes' is not of the form name=value"),
        (
            ["--data", "shelves", "--data-set", "scenes=1", "--data-set", "covers=train"],
            "has learned from the stimulus '4x8/train/00000'",
        ),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, own, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    given = [word for a in arguments for word in (own if a == "OWN" else [a])]
    code, _, err = gazekit("predict", "oat", *given, "--quiet", "-o", "out.csv")
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def test_files_are_not_replaced(gazekit, own, tmp_path):
    (tmp_path / "there.png").write_bytes(b"")
    code, _, err = gazekit(
        "predict", "uniform", *own, "--quiet", "-o", tmp_path / "o.csv", "--picture", tmp_path / "there.png"
    )
    assert code == 2
    assert "there.png exists already; give --overwrite or another name" in err
    assert not (tmp_path / "o.csv").exists()
