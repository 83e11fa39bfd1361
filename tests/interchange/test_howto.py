"""The how-to pages run as they stand."""

import re
from pathlib import Path

import pytest

PAGES = Path(__file__).resolve().parents[2] / "docs" / "howto"


@pytest.mark.parametrize("page", ["own-data.md", "interchange.md"])
def test_page_runs(page, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(), flags=re.DOTALL):
        capsys.readouterr()
        exec(block, names)  # noqa: S102
        told = [line.split("#")[1].strip() for line in block.splitlines() if line.startswith("print(") and "#" in line]
        said = capsys.readouterr().out.splitlines()
        assert len(told) == len(said)
        assert all(t.startswith(s) for t, s in zip(told, said, strict=True)), (told, said)
