"""A file that is named twice counts twice: it is refused wherever several are read as one."""

import pytest

from gazekit import DataError
from gazekit.interchange.predictions import read_predictions
from gazekit.interchange.recordings import read_files


@pytest.mark.parametrize("read", [read_files, lambda files: read_predictions(files, "chen", {})])
def test_a_file_that_is_named_twice(read, tmp_path, monkeypatch):
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "b.json").symlink_to("a.json")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"a\.json is given twice: what it holds would count twice; name it once"):
        read(["a.json", "a.json"])
    with pytest.raises(DataError, match=r"b\.json is given twice, also as a\.json: what it holds"):
        read(["a.json", "b.json"])
