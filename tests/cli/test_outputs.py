"""Files that a command writes are looked at before anything is computed."""

import pytest

from gazekit.cli.outputs import check_output
from gazekit.foundations.errors import DataError


def test_an_output_is_checked_before_anything_is_computed(tmp_path):
    """Once a certificate was computed for minutes, and its folder was then not there."""
    with pytest.raises(DataError, match=r"no/a.json cannot be written: the folder .*no does not exist; make it first"):
        check_output(tmp_path / "no" / "a.json", overwrite=False)
    check_output(tmp_path / "no" / "a", overwrite=False, folders=True)
    for name in (".a.json.0a1b2c3d.part", ".b.json.0a1b2c3d.part"):
        (tmp_path / name).touch()  # left by processes that were killed
    check_output(tmp_path / "a.json", overwrite=False)
    assert [file.name for file in tmp_path.iterdir()] == [".b.json.0a1b2c3d.part"]
