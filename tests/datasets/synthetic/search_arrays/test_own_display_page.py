"""The how-to page runs as it stands, and prints what it says; and so do the examples of the data set's page."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[4] / "docs"


@pytest.mark.parametrize("page", ["howto/own-display.md", "datasets/search-arrays.md"])
def test_page_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), flags=re.DOTALL)
    assert blocks
    for block in blocks:
        capsys.readouterr()
        exec(block, names)  # noqa: S102
        told = [line.split("#")[1].strip() for line in block.splitlines() if line.startswith("print(") and "#" in line]
        assert capsys.readouterr().out.splitlines() == told


def test_what_was_written_comes_back_as_a_data_set(tmp_path):
    """As the page says: fixations on written displays are read with `Dataset.from_table`."""
    import pandas as pd

    from gazekit import Dataset, load_dataset
    from gazekit.interchange.image_folder import write_image_folder

    data = load_dataset("search-arrays", experiments="size", per_size=1)
    write_image_folder(data, tmp_path / "out", progress=False)
    rows = pd.DataFrame({"stimulus": [t.stimulus for t in data.trials], "subject": "anna", "x": 5, "y": 6})
    with pytest.raises(ValueError, match="have no image"):
        Dataset.from_table(rows.assign(stimulus="size/no/04/000"), images=tmp_path / "out" / "images")
    again = Dataset.from_table(rows.assign(stimulus=rows["stimulus"] + ".png"), images=tmp_path / "out" / "images")
    assert (again.trials[0].image == data.trials[0].image).all()
