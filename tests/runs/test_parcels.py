"""Pieces of work as bytes, and what a process holds for them."""

import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest

from gazekit.foundations.errors import GazekitError
from gazekit.runs import environment
from gazekit.runs import parcels as module
from gazekit.runs.parcels import Parcels, unpack


def test_what_is_shared_is_the_same_object_for_every_piece():
    network = np.arange(1000.0)
    models = [{"name": "a", "network": network}, {"name": "b", "network": network}]
    parcels = Parcels([*models, network])
    opened = [
        unpack(parcels.pack(dict, ({"of": m, "n": network},)), parcels.shared, parcels.digest)[1][0] for m in models
    ]
    assert opened[0]["of"]["name"] == "a"
    assert opened[0]["n"] is opened[1]["n"]
    assert opened[0]["of"]["network"] is opened[0]["n"]
    assert np.array_equal(opened[0]["n"], network)


def test_a_network_that_models_have_in_common_is_packed_once():
    network = np.arange(10_000.0)
    one = Parcels([{"network": network}]).shared
    five = Parcels([{"network": network} for _ in range(5)]).shared
    assert len(one) > network.nbytes
    assert len(five) - len(one) < 200


def test_an_equal_object_that_is_not_the_shared_one_travels_itself():
    shared, equal = [1, 2], [1, 2]
    parcels = Parcels([shared])
    [found] = unpack(parcels.pack(dict, (equal,)), parcels.shared, parcels.digest)[1]
    assert found == equal
    assert len(parcels.pack(dict, (shared,))) < len(parcels.pack(dict, (equal,)))


def test_nothing_shared_is_no_bytes():
    parcels = Parcels()
    assert parcels.shared == b""
    work, arguments = unpack(parcels.pack(max, (1, 2)), parcels.shared, parcels.digest)
    assert work(*arguments) == 2


def test_shared_bytes_may_be_a_file(tmp_path):
    shared = ["in a file"]
    parcels = Parcels([shared])
    (tmp_path / "held").write_bytes(parcels.shared)
    parcel = parcels.pack(len, (shared,))
    first = unpack(parcel, tmp_path / "held", parcels.digest)[1][0]
    (tmp_path / "held").unlink()  # read once
    assert unpack(parcel, tmp_path / "held", parcels.digest)[1][0] is first


def test_functions_of_no_module_travel():
    work, arguments = unpack(Parcels().pack(lambda x: x + 1, (1,)), b"", "")
    assert work(*arguments) == 2


def test_a_process_holds_what_the_last_run_shared_and_nothing_else(tmp_path):
    runs = [Parcels([[name]]) for name in ("a", "b")]
    for parcels in (*runs, runs[0]):
        (tmp_path / parcels.digest).write_bytes(parcels.shared)
        unpack(parcels.pack(len, ((),)), tmp_path / parcels.digest, parcels.digest)
        assert list(module._HELD) == [parcels.digest]


@pytest.mark.parametrize("where", ["piece", "shared"])
def test_a_worker_with_another_file_of_the_same_name_refuses(tmp_path, where):
    """Other images under the same path on one of two workers made another table."""
    image = tmp_path / "a.png"
    image.write_bytes(b"one")
    trial = {"image": [image]}
    parcels = Parcels([trial] if where == "shared" else [])
    parcel = parcels.pack(len, (trial,))
    module._HELD.clear()
    assert unpack(parcel, parcels.shared, parcels.digest)[1] == (trial,)
    module._HELD.clear()
    image.write_bytes(b"other")
    with pytest.raises(GazekitError, match=r"sees another file \S+a\.png \(sha256 .*; data must lie on a file system"):
        unpack(parcel, parcels.shared, parcels.digest)
    image.unlink()
    with pytest.raises(GazekitError, match=r"sees no file \S+a\.png; data must lie"):
        unpack(parcel, parcels.shared, parcels.digest)


def test_a_file_that_a_piece_will_write_may_come(tmp_path):
    parcel = Parcels().pack(len, ([tmp_path / "part"],))
    (tmp_path / "part").write_text("written by a worker that was lost then")
    assert unpack(parcel, b"", "")[1] == ([tmp_path / "part"],)


def test_a_worker_with_other_code_of_the_same_name_refuses(tmp_path, monkeypatch):
    file = tmp_path / "a_plugin_of_mine.py"
    file.write_text("class Model:\n    gain = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import a_plugin_of_mine

    parcel = Parcels().pack(len, ([a_plugin_of_mine.Model()],))
    assert unpack(parcel, b"", "")[1][0][0].gain == 1
    file.write_text("class Model:\n    gain = 2\n")
    environment.digest_of_module.cache_clear()  # as in a process that was started since
    with pytest.raises(GazekitError, match=r"has other code of a_plugin_of_mine than .*install the same on all"):
        unpack(parcel, b"", "")
    sys.modules.pop("a_plugin_of_mine")


def test_code_of_libraries_and_of_python_itself_is_compared_too():
    parcel = Parcels().pack(sum, ([Fraction(1, 2), np.arange(3)],))
    files, modules = pickle.loads(parcel)  # noqa: S301
    assert files == {}
    assert len(modules["fractions"]) == 64
