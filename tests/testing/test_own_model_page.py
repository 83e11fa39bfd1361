"""The how-to page's model is run as it is printed."""

import re
from importlib import import_module
from pathlib import Path

from gazekit.testing import check_model

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "own-model.md"


def test_the_model_of_the_page_keeps_the_contract(tmp_path, monkeypatch):
    code = re.search(r"```python\n# (\w+)\.py\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / f"{code[1]}.py").write_text(code[2])
    monkeypatch.syspath_prepend(tmp_path)
    check_model(import_module(code[1]).SalientCorner()).raise_if_failed()
