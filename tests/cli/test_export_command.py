"""`gazekit export`: files, runs and data sets go out, what is lost is said, and `import` reads it again."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Scanpaths
from gazekit.cli.export import target_names


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with two images, and paths of two people and a model."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    for name, size in (("a.png", (80, 60)), ("b.png", (40, 50))):
        Image.new("RGB", size).save(tmp_path / "images" / name)
    rows = [
        (stimulus, person, source, k, 10.25 * k + 3, 30 - k, 200 + k)
        for stimulus in ("a.png", "b.png")
        for person, source in (("anna", "human"), ("ben", "human"), ("", "neva"))
        for k in range(3)
    ]
    columns = ["stimulus", "subject", "source", "fixation", "x", "y", "duration_ms"]
    pd.DataFrame(rows, columns=columns).to_csv("paths.csv", index=False)
    gazepoint = {
        "MEDIA_NAME": ["a.png"],
        "FPOGX": 0.5,
        "FPOGY": 0.5,
        "FPOGS": 0.1,
        "FPOGD": 0.2,
        "FPOGID": 1,
        "FPOGV": 1,
    }
    pd.DataFrame(gazepoint).to_csv("shares.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("to", ["eyelink-report", "pymovements", "bids"])
def test_the_command_that_it_prints_reads_it_again(gazekit, place, to):
    out = {"eyelink-report": "out.txt", "pymovements": "out.csv", "bids": "out"}[to]
    code, said, err = gazekit(
        "export", "paths.csv", "--root", "images", "--to", to, "--screen", "300x100", "--placed", "120,10", "-o", out
    )
    assert code == 0, err
    assert f"no place in {to}: 2 x path of nobody (called SOURCE-SAMPLE as a person)" in said
    assert "6 scanpaths with 18 fixations (px of the screen, origin top left; " in said
    again = said.splitlines()[-1].removeprefix("read again: gazekit ").replace("IMAGES", "images").replace("'", "")
    assert gazekit(*again.split())[0] == 0
    back = Scanpaths.load("paths.parquet")
    assert back.table["subject"].unique().tolist() == ["anna", "ben", "neva-0"]
    anna = back.filter(subject="anna", stimulus="b.png")[0]
    np.testing.assert_allclose(anna.xyt, [[3, 30, 200], [13.25, 29, 201], [23.5, 28, 202]], atol=1e-3)


@pytest.mark.parametrize(("to", "out"), [("csv", "o.csv"), ("coco-search18", "o.json"), ("pysaliency", "o.h5")])
def test_px_of_the_image(gazekit, place, to, out):
    code, said, err = gazekit("export", "paths.csv", "--root", "images", "--to", to, "-o", out)
    assert code == 0, err
    assert said.splitlines()[-1].startswith("6 scanpaths with 18 fixations (px of the image, origin top left")
    code, _, err = gazekit("export", out, "--to", "parquet", "--sources", "human:ben,neva", "-o", "back.parquet")
    assert code == 0, err
    back = Scanpaths.load("back.parquet")
    assert back.table[["source", "subject"]].drop_duplicates().to_numpy().tolist() == [["human", "ben"], ["neva", ""]]
    np.testing.assert_allclose(back[0].xyt, [[3, 30, 200], [13.25, 29, 201], [23.5, 28, 202]], atol=1e-3)


def test_a_run_and_a_data_set(gazekit, place):
    few = ("--models", "uniform", "--metrics", "scanmatch", "--samples", 1, "--no-nulls", "--resamples", 100)
    people = ("--data", "people.csv", "--root", "images")
    pd.read_csv("paths.csv").query("source == 'human'").drop(columns="source").to_csv("people.csv", index=False)
    assert gazekit("evaluate", *people, *few, "--quiet", "--out", "run")[0] == 0
    assert gazekit("export", "run", "--to", "csv", "-o", "run.csv")[0] == 0
    assert pd.read_csv("run.csv")["source"].unique().tolist() == ["uniform"]
    assert gazekit("export", *people, "--to", "csv", "-o", "p.csv")[0] == 0
    assert pd.read_csv("p.csv")["subject"].unique().tolist() == ["anna", "ben"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("paths.csv", "--to", "eyelink", "-o", "a.txt"), "there is no format called 'eyelink'; did you mean"),
        (("--to", "csv", "-o", "a.csv"), "export takes one of: a file of paths, a run folder, or --data"),
        (("paths.csv", "--data", "osie", "--to", "csv", "-o", "a.csv"), "export takes one of"),
        (("paths.csv", "--to", "csv", "-o", "paths.csv"), "paths.csv is one of the files that are read here"),
        (
            ("paths.csv", "--to", "csv", "-o", "paths.csv", "--overwrite"),
            "is one of the files that are read here, and would be",
        ),
        (("paths.csv", "--to", "bids", "--placed", "centre", "-o", "a"), "give its size, --screen 1920x1080"),
        (("paths.csv", "--to", "csv", "--screen", "9x9", "-o", "a.csv"), "px of the image; leave the screen out"),
        (("paths.csv", "--to", "bids", "-o", "images"), "has something in it, and nothing is overwritten"),
        (("paths.csv", "--to", "csv", "--sources", "oat", "-o", "a.csv"), "there is no source 'oat'"),
        (
            ("shares.csv", "--to", "bids", "--screen", "80x60", "--placed", "centre", "-o", "a"),
            "those of `gazekit export` are of what it writes: `gazekit import` first",
        ),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, place, arguments, message):
    code, _, err = gazekit("export", *arguments, *(() if "osie" in arguments else ("--root", "images")))
    assert code == 2
    assert message in err
    assert not (place / "a").exists()


def test_formats_are_completed():
    assert target_names("py") == ["pysaliency", "pymovements"]
