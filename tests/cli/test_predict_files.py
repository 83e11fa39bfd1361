"""What `gazekit predict` says of its files before it computes, and after it was killed at its very end."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.interchange import write_scanpaths

SHELF = ("--image", "shelf.png", "--boxes", "boxes.csv", "--target", "1")


@pytest.fixture
def predict(gazekit, monkeypatch, tmp_path, dataset_of):
    """predict(*arguments): exit code and standard error; in a folder with a table of 24 stimuli and a shelf."""
    monkeypatch.chdir(tmp_path)
    write_scanpaths(dataset_of(n_stimuli=24).scanpaths, "people.csv")
    Image.fromarray(np.full((40, 60, 3), 9, np.uint8)).save("shelf.png")
    (tmp_path / "boxes.csv").write_text("id,x0,y0,x1,y1\n1,2,2,20,30\n2,30,2,50,30\n")

    return lambda *arguments: gazekit("predict", *arguments, "--quiet")[::2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "people.csv", "-o", "out.xyz"), "out.xyz must end in .parquet, .csv"),
        (("--data", "people.csv", "-o", f"{'n' * 250}.csv"), "is too long: it has 254 bytes"),
        (
            (*SHELF, "-o", "boxes.csv", "--overwrite"),
            "boxes.csv is one of the files that are read here, and would be overwritten",
        ),
        (
            (*SHELF, "-o", "o.csv", "--picture", "shelf.png", "--overwrite"),
            "shelf.png is one of the files that are read here",
        ),
        (
            ("--data", "people.csv", "-o", "people.csv", "--overwrite"),
            "people.csv is one of the files that are read here",
        ),
    ],
)
def test_refused_before_anything_is_computed(predict, monkeypatch, arguments, message):
    monkeypatch.setattr("gazekit.models.specs.model_from_text", pytest.fail)
    code, said = predict("uniform", *arguments)
    assert code == 2
    assert message in said
    assert said.count("\n") == 1


def test_people_are_checked_where_a_model_learns_from_them(predict, tmp_path):
    table = pd.read_csv("people.csv")
    table.assign(x=table["x"] / 1000, y=table["y"] / 1000).to_csv("shares.csv", index=False)
    code, said = predict("other-image", "--data", "shares.csv", "-o", "out.csv")
    assert (code, "--accept scale" in said, (tmp_path / "out.csv").exists()) == (2, True, False)
    assert predict("other-image", "--data", "shares.csv", "--accept", "scale", "-o", "known.csv")[0] == 0


def test_killed_before_the_parts_are_removed(predict, monkeypatch, tmp_path):
    command = ("uniform", "--data", "people.csv", "-o", "out.csv")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        predict(*command)
    whole = (tmp_path / "out.csv").read_bytes()
    kept = tmp_path / "kept"
    shutil.copytree(tmp_path / "out.csv.parts", kept)
    assert predict(*command)[0] == 0
    assert not (tmp_path / "out.csv.parts").exists()
    assert (tmp_path / "out.csv").read_bytes() == whole

    # what is there is not what the parts give, or they are not all there: it stays
    shutil.copytree(kept, tmp_path / "out.csv.parts")
    (tmp_path / "out.csv").write_text("mine")
    assert "holds something else; give --overwrite" in predict(*command)[1]
    next((tmp_path / "out.csv.parts" / "parts").glob("*.sha256")).unlink()
    assert "out.csv exists already; give --overwrite" in predict(*command)[1]
    assert (tmp_path / "out.csv").read_text() == "mine"
