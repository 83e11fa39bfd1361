"""Every export by the command line alone: from the file to people's ceiling beside a null, with the report."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest

from gazekit.cli.app import main

OPTIONS = {"stimulus": "--stimulus", "placed": "--placed", "decimal": "--decimal"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["eyelink-asc", "tobii", "pupil", "neon", "gazepoint", "smi", "bids", "pymovements"])
def test_from_the_file_to_the_ceiling(tmp_path, monkeypatch, capsys, seen, images, exports, name):
    monkeypatch.chdir(tmp_path)
    files, told = exports.writers[name](seen, tmp_path)
    words = [
        word
        for option, flag in OPTIONS.items()
        if option in told
        for word in (flag, ",".join(told[option]) if option == "stimulus" else told[option])
    ]
    if "screen_width" in told:
        words += ["--screen", "1280x1024"]

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        assert not stop.value.code, said.err
        return said.out

    said = run("import", *(os.path.relpath(file) for file in files), "--images", images, *words, "-o", "paths.parquet")
    assert "scanpaths of 3 people on" in said
    run(
        "evaluate", "--data", "paths.parquet", "--root", images, "--models", "human,uniform", "--metrics", "scanmatch",
        "--samples", 1, "--resamples", 100, "--quiet", "--out", "run",
    )  # fmt: skip
    table = pd.read_csv("run/summary.csv")
    assert table["value"].notna().any()
    assert Path("run/report.html").is_file()
