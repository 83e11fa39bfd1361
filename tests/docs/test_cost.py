"""The model of cost: its arithmetic, its fit, and its counts against runs that were really made."""

import doctest
import importlib
import json
import sys
from pathlib import Path

import pytest

from gazekit import GazekitError, evaluate
from gazekit.runs.parcels import Parcels

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "results"))
module = importlib.import_module("cost")
sys.path.pop(0)
Cost, Measured, Size = module.Cost, module.Measured, module.Size

TRUE = Cost(a=0.3, b=2e-5, c=4.0, d=1e-3, e=7000.0, f=450.0, g=3e5, h=300.0, k=0.004)


def exact(size: Size) -> Measured:
    """A run that costs what the description of the module says, counted here once more."""
    n, p, m, s = size.stimuli, size.people, size.models, size.samples
    pairs = sum(m * s * p + p * (p - 1) for _ in range(n))
    pieces = (m + 1) * len(range(0, n, 10))
    return Measured(
        size,
        work=0.3 * n + 2e-5 * pairs,
        serial=4.0 + 1e-3 * n * p,
        piece_bytes=7000 * pieces + 450 * (m + 1) * n * p,
        shared_bytes=3e5 + 300 * n * p,
    )


def test_the_examples_of_the_descriptions():
    assert doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE).failed == 0


def test_the_fit_finds_the_coefficients():
    runs = [exact(Size(n, p, 3, 5)) for n, p in ((40, 15), (40, 5), (120, 15))]
    found = Cost.fit(runs, handing_out=0.004)
    assert vars(found) == pytest.approx(vars(TRUE))


def test_one_worker_takes_serial_and_work():
    size = Size(95, 12, 2, 3)
    run = exact(size)
    found = TRUE.estimate(size, 1, bandwidth=1e12)
    assert found.pieces == 3 * 10
    assert found.work == pytest.approx(run.work)
    assert found.seconds == pytest.approx(run.serial + run.work)
    assert found.moved == pytest.approx(run.piece_bytes + run.shared_bytes)


def test_workers_share_whole_pieces():
    size = Size(95, 12, 2, 3)  # 30 pieces
    run = exact(size)
    for workers, rounds in ((2, 15), (4, 8), (29, 2), (30, 1), (1000, 1)):
        found = TRUE.estimate(size, workers, bandwidth=1e12)
        assert found.seconds == pytest.approx(run.serial + max(run.work / 30 * rounds, 30 * 0.004))
        assert found.moved == pytest.approx(run.piece_bytes + workers * run.shared_bytes)


def test_handing_out_and_the_network_bound_what_workers_can_do():
    size = Size(100_000, 10, 4, 5)
    run = exact(size)
    many = TRUE.estimate(size, 40_000, bandwidth=1e9)
    handing = 50_000 * 0.004 + (run.piece_bytes + run.shared_bytes) / 1e9
    assert many.moved == pytest.approx(run.piece_bytes + 40_000 * run.shared_bytes)
    assert many.seconds == pytest.approx(run.serial + handing)
    assert many.useful_workers == pytest.approx(run.work / handing, abs=1)
    seconds = [TRUE.estimate(size, w, bandwidth=1e9).seconds for w in (50, many.useful_workers, 10_000)]
    assert seconds[0] > seconds[1]
    assert seconds[1] == pytest.approx(seconds[2], rel=0.01)


def test_nothing_is_below_zero():
    runs = [exact(Size(n, p, 3, 5)) for n, p in ((40, 15), (40, 5), (120, 15))]
    noisy = [Measured(r.size, r.work, max(0.0, 1.0 - k), r.piece_bytes, 0) for k, r in enumerate(runs)]
    found = Cost.fit(noisy)
    assert min(vars(found).values()) >= 0
    assert (found.g, found.h) == (0, 0)


def test_runs_that_say_nothing():
    same = [exact(Size(40, 15, 3, 5))] * 3
    with pytest.raises(GazekitError, match="cannot tell the costs apart: measure others"):
        Cost.fit(same)


@pytest.mark.parametrize("wrong", [{"stimuli": 0}, {"people": 0.5}, {"models": 0}, {"samples": 0}])
def test_sizes_are_at_least_one(wrong):
    with pytest.raises(GazekitError, match="at least 1, not Size"):
        Size(**{"stimuli": 1, "people": 1, "models": 1, "samples": 1, **wrong})


@pytest.mark.parametrize(("workers", "bandwidth"), [(0, 1.0), (1, 0.0)])
def test_workers_and_bandwidth(workers, bandwidth):
    with pytest.raises(GazekitError, match="must be above 0"):
        TRUE.estimate(Size(1, 1, 1, 1), workers, bandwidth=bandwidth)


@pytest.fixture
def packed(monkeypatch):
    """Every parcel that this process packs, and what goes with them."""
    found = {"pieces": [], "shared": []}
    pack, init = Parcels.pack, Parcels.__init__

    def packing(self, work, piece):
        found["pieces"].append(pack(self, work, piece))
        return found["pieces"][-1]

    def making(self, shared=()):
        init(self, shared)
        found["shared"].append(self.shared)

    monkeypatch.setattr(Parcels, "pack", packing)
    monkeypatch.setattr(Parcels, "__init__", making)
    return found


def test_counts_are_those_of_a_run(dataset_of, tmp_path, packed):
    data = dataset_of(n_stimuli=23, n_subjects=4)
    options = {"n_samples": 3, "resamples": 100, "nulls": False, "progress": False}
    models = ["uniform", "empirical", "other-image"]
    results = evaluate(data, models, ["scanmatch"], out=tmp_path / "run", workers=2, **options)
    size = Size(23, 4, models=3, samples=3)
    work = json.loads((tmp_path / "run" / "manifest.json").read_text())["work"]
    assert work["pieces"] == size.pieces == len(packed["pieces"])
    assert work["piece_bytes"] == sum(map(len, packed["pieces"]))
    assert work["shared_bytes"] == sum(map(len, packed["shared"])) > 0
    assert results.scores["pairs"].sum() == size.pairs
    assert len(data.scanpaths) == size.paths
    measured = Measured.of(size, results.manifest, work["seconds"] + 2.0)
    assert measured.serial == pytest.approx(2.0)
    measured = Measured.of(size, results.manifest, 9.0, processor=1.5)
    assert (measured.work, measured.serial) == (work["processor_seconds"], 1.5)
    with pytest.raises(GazekitError, match="did 12 pieces, and its size makes 16; measure a run that was not stopped"):
        Measured.of(Size(40, 4, 3, 3), results.manifest, 1.0)


def test_one_process_moves_no_bytes(dataset_of, tmp_path, packed):
    results = evaluate(dataset_of(), ["uniform"], ["scanmatch"], out=tmp_path / "run", resamples=100, progress=False)
    assert not packed["pieces"]
    assert results.manifest["work"]["piece_bytes"] == results.manifest["work"]["shared_bytes"] == 0
    assert results.manifest["work"]["seconds"] > 0
