"""Manifests: the kind of a run, finished or not, and folders of earlier and later versions."""

import json

import pytest

from gazekit import DataError, RunFolderError
from gazekit.runs.folder import RunFolder
from gazekit.runs.manifest import read_finished, read_manifest


def started(path, kind="asymmetry"):
    return RunFolder(path, {"seed": 0}, kind=kind, command="gazekit x", about={})


@pytest.fixture
def old(tmp_path):
    """A folder of version 1, whose manifest says what is given."""

    def write(request, **more):
        manifest = {"format": "gazekit-run", "version": 1, "status": "complete", "request": request, **more}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        return tmp_path

    return write


def test_the_kind_is_what_was_run(tmp_path):
    with started(tmp_path / "run") as run:
        run.finish()
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert (manifest["kind"], manifest["version"]) == ("asymmetry", 2)
    assert {"python", "gazekit", "numpy", "pillow"} <= set(manifest["request"]["versions"])
    assert read_finished(tmp_path / "run", "asymmetry") == read_finished(tmp_path / "run") == manifest


def test_another_kind_is_refused(tmp_path):
    with started(tmp_path / "run") as run:
        run.finish()
    with pytest.raises(DataError, match="is not a run of 'captions' but of 'asymmetry'; give the --out of one"):
        read_finished(tmp_path / "run", "captions")
    with pytest.raises(RunFolderError, match='another run: kind was "asymmetry" and is "captions"'):
        started(tmp_path / "run", "captions")


def test_a_run_that_is_not_finished(tmp_path):
    started(tmp_path / "run").close()
    with pytest.raises(DataError, match="not finished; run its command again to resume it: gazekit x"):
        read_finished(tmp_path / "run")


@pytest.mark.parametrize(
    ("request_", "more", "kind"),
    [
        ({"metrics": {}}, {}, "evaluation"),
        ({"metrics": {}}, {"captions": {}}, "captions"),
        ({"experiment": "asymmetry"}, {}, "asymmetry"),
        ({"kind": "shelf-search"}, {}, "shelf-search"),
        ("damaged", {}, "evaluation"),
    ],
)
def test_the_kind_of_a_folder_of_version_1(old, request_, more, kind):
    assert read_finished(old(request_, **more))["kind"] == kind


def test_a_folder_of_version_1_is_not_resumed(old):
    folder = old({"experiment": "asymmetry"})
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(
        RunFolderError, match=r"an earlier gazekit \(format 1\), which this one can report but not resume"
    ):
        started(folder)
    assert (folder / "manifest.json").read_bytes() == before


def test_a_folder_of_a_later_version(old):
    folder = old({})
    (folder / "manifest.json").write_text('{"format": "gazekit-run", "version": 3}')
    with pytest.raises(RunFolderError, match="run folder of version 3, and this gazekit reads version 1 and 2"):
        read_manifest(folder)
