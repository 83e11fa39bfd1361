"""`gazekit info`, and what commands print as JSON."""

import json
import platform

import numpy as np
import pytest

from gazekit import __version__
from gazekit.cli import info
from gazekit.datasets.registry import datasets
from gazekit.metrics import all_measures
from gazekit.models import models


def as_json(gazekit, *arguments):
    code, out, err = gazekit(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_info_tells_versions_and_machine(gazekit):
    found = as_json(gazekit, "info")
    assert found["versions"]["gazekit"] == __version__
    assert found["versions"]["python"] == platform.python_version()
    assert found["versions"]["numpy"] == np.__version__
    assert found["machine"]["processors"] >= 1
    code, out, _ = gazekit("info")
    assert code == 0
    assert f"numpy            {np.__version__}" in out


def test_info_asks_the_libraries_too(gazekit):
    found, more = as_json(gazekit, "info"), as_json(gazekit, "info", "--more")
    assert more["machine"]["threads of torch"] >= 1
    assert more["machine"]["gpus of torch"] == [] or more["machine"]["gpus"]
    assert set(more["caches"]) - set(found["caches"]) == {"kernels of the metrics"}


def test_gpus_of_the_driver(tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    (tmp_path / "0000:01:00.0" / "information").write_text("Model: \t\t NVIDIA H100\nIRQ:   \t\t 51\n")
    assert info.gpus(tmp_path) == ["NVIDIA H100"]
    assert info.gpus(tmp_path / "nowhere") == []


def test_info_tells_a_library_that_is_absent(monkeypatch):
    monkeypatch.setattr(info, "LIBRARIES", ("numpy", "no-such-library"))
    assert info.versions()["no-such-library"] is None


def test_info_tells_folders_of_the_environment(gazekit, monkeypatch, tmp_path):
    monkeypatch.setenv("GAZEKIT_WEIGHTS", str(tmp_path))
    monkeypatch.delenv("GAZEKIT_DATA", raising=False)
    assert as_json(gazekit, "info")["folders"] == {"GAZEKIT_DATA": None, "GAZEKIT_WEIGHTS": str(tmp_path)}


def test_size_of_a_cache(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one").write_bytes(b"12345")
    (tmp_path / "two").write_bytes(b"123")
    (tmp_path / "link").symlink_to(tmp_path / "two")
    assert info.size(tmp_path) == {"files": 2, "bytes": 8}
    assert info.size(tmp_path / "nowhere") == {"files": 0, "bytes": 0}


def test_models_as_json(gazekit):
    every = {model["name"]: model for model in as_json(gazekit, "models")}
    assert list(every) == list(models)
    assert every["ittikoch"]["needs"] == ["image"]
    assert every["empirical"]["learns"] == "always"
    assert every["centre"]["options"]["spread"] == "0.25"
    assert as_json(gazekit, "models", "ittikoch") == every["ittikoch"]


def test_metrics_as_json(gazekit):
    every = as_json(gazekit, "metrics")
    assert [m["name"] for m in every] == [measure.name for measure in all_measures()]
    (scanmatch,) = as_json(gazekit, "metrics", "scanmatch")
    assert scanmatch in every
    assert (scanmatch["range"], scanmatch["better"]) == ([0.0, 1.0], "higher")
    assert next(m for m in every if m["name"] == "dtw")["range"] == [0.0, None]  # JSON has no infinity


def test_data_sets_as_json(gazekit):
    every = {d["name"]: d for d in as_json(gazekit, "datasets", "list")}
    assert list(every) == list(datasets)
    assert every["osie"]["how_to_get"] == "fetch"
    assert every["search-arrays"]["how_to_get"] == "made here"
    osie = as_json(gazekit, "datasets", "info", "osie")
    assert osie["counts"]["stimuli"] == 700
    assert osie["counted"] is None


@pytest.mark.data
def test_a_counted_folder_as_json(gazekit, data_root):
    found = as_json(gazekit, "datasets", "info", "waldo", "--root", data_root / "visual_search" / "saccade")["counted"]
    assert (found["stimuli"], found["subjects"], found["scanpaths"]) == (67, 15, 1005)
    assert found["facts"]["cut_at_target"] is True


@pytest.mark.parametrize("command", ["models", "metrics", "datasets info"])
def test_an_unknown_name_is_no_json(gazekit, command):
    code, out, err = gazekit(*command.split(), "nothing-like-it", "--json")
    assert (code, out) == (2, "")
    assert "there is no" in err
