"""Pieces of work as bytes, and what a process holds for them."""

import numpy as np

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
