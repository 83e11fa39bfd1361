import json
import re

import pytest
from PIL import Image

from gazekit.cli import main
from gazekit.cli.options import load


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["gazekit", *map(str, arguments)])
    code = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    return code, capsys.readouterr()


SMALL = ("width=96", "heads=2", "feed_forward=32", "encoder_layers=1", "decoder_layers=1", "epochs=1")


@pytest.mark.data
def test_trains_on_book_covers(data_root, tmp_path, monkeypatch, capsys):
    settings = [word for s in (*SMALL, "appearance=none") for word in ("--set", s)]
    root = data_root / "bookcovers"
    code, out = call(
        monkeypatch, capsys, "train", "oat", "--data", "bookcovers", "--root", root, "--fold", "0", "--quiet",
        "--out", tmp_path / "run", *settings,
    )  # fmt: skip
    assert code == 0, out.err
    assert 3 < float(re.search(r"loss on unseen stimuli: (\S+) ", out.out)[1]) < 4.443
    assert "a uniform choice has 4.443" in out.out  # log 85
    assert (tmp_path / "run" / "fold-0.safetensors").is_file()


def test_without_data_it_learns_from_drawn_shelves(tmp_path, monkeypatch, capsys):
    settings = [word for s in SMALL for word in ("--set", s)]
    made = [word for s in ("layouts=1x4", "scenes=8", "agents=2") for word in ("--data-set", s)]
    code, out = call(
        monkeypatch, capsys, "train", "oat", "--fold", "0", "--quiet", "--out", tmp_path / "run", *settings, *made
    )
    assert code == 0, out.err
    assert "a uniform choice has 1.609" in out.out  # log 5
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["request"]["data"]["name"] == "shelves"
    again = load(**manifest["loaded"])
    assert again.fingerprint() == manifest["request"]["data"]["sha256"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "epochs"], "--set 'epochs' is not of the form name=value"),
        (["--set", "epoch=3"], "there is no option of OAT called 'epoch'"),
        (["--fold", "x"], "--fold takes numbers such as 0 or 0,2, or all, not 'x'"),
        (["--preset", "oat-tiny"], "there is no preset of OAT called 'oat-tiny'"),
        ([], "has no objects; object search needs the boxes of every trial"),
    ],
)
def test_what_is_wrong_is_said(arguments, message, tmp_path, monkeypatch, capsys):
    table = tmp_path / "mine.csv"
    table.write_text("stimulus,subject,x,y\n" + "".join(f"s{k},p,1,1\n" for k in range(6)))
    images = tmp_path / "images"
    images.mkdir()
    for k in range(6):
        Image.new("L", (8, 8)).save(images / f"s{k}.png")
    code, out = call(
        monkeypatch, capsys, "train", "oat", "--data", table, "--root", images, "--quiet",
        "--out", tmp_path / "run", *arguments,
    )  # fmt: skip
    assert code == 2
    assert message in out.err
