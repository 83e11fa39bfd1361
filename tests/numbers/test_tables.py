"""Tables do not depend on how they were computed: workers, pieces, chunks, threads. Equal means every byte."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gazekit.evaluation import evaluate as evaluation
from gazekit.evaluation import schedule
from gazekit.metrics import Context, Source, measures, pairwise, score
from gazekit.metrics.kinds import pairs as scoring

METRICS = ("scanmatch", "multimatch", "nss", "plausibility", "paths_nss", "direction_js", "sequence_score_clusters")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def tables(out):
    return {f.name: f.read_bytes() for f in sorted(Path(out).iterdir()) if f.suffix in (".csv", ".parquet")}


@pytest.fixture(scope="module")
def run(golden):
    def call(out, **options):
        data = golden.golden_dataset()
        evaluation.evaluate(
            data, ["centre", "ittikoch"], METRICS, out=out, n_samples=2, resamples=40, progress=False, **options
        )
        return tables(out)

    return call


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
    return run(tmp_path_factory.mktemp("whole") / "run")


@pytest.mark.slow
def test_workers(run, whole, tmp_path):
    assert run(tmp_path / "run", workers=3) == whole


@pytest.mark.parametrize("stimuli", [1, 3])
def test_pieces(run, whole, tmp_path, monkeypatch, stimuli):
    """However the stimuli are cut; blocks of resamples too."""
    monkeypatch.setattr(evaluation, "PIECE_STIMULI", stimuli)
    monkeypatch.setattr(schedule, "BLOCK", 17)
    assert run(tmp_path / "run") == whole


def test_chunks_and_threads_of_pairs(golden, monkeypatch):
    people = golden.golden_dataset().scanpaths
    names = ("scanmatch", "multimatch", "dtw", "edit_distance", "eyenalysis", "mannan")

    def scores(threads):
        chosen = [measures[name] for name in names]
        return score(chosen, Source("human", people), people, Context(people, threads=threads))

    once = scores(1)
    for chunk, threads in ((1, 1), (7, 1), (7, 2), (50_000, 4)):
        monkeypatch.setattr(scoring, "CHUNK_PAIRS", chunk)
        assert scores(threads).equals(once)


@pytest.mark.parametrize("order", ["reversed", "alone"])
def test_company_of_pairs(golden, order):
    people = golden.golden_dataset().scanpaths
    pairs = np.array([(i, j) for i in range(12) for j in range(12) if i != j])
    for name in ("scanmatch", "multimatch", "dtw", "cross_recurrence", "tde"):
        once = pairwise(name, people, people, pairs)
        if order == "reversed":
            other = pairwise(name, people, people, pairs[::-1])[::-1]
        else:
            other = np.concatenate([pairwise(name, people, people, pairs[k : k + 1]) for k in range(len(pairs))])
        assert np.array_equal(once, other, equal_nan=True)


@pytest.mark.slow
def test_threads_of_the_libraries(whole, tmp_path):
    """Threads of BLAS, OpenMP and numba, set as people set them: in the environment."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from golden import golden_dataset\n"
        "from gazekit import evaluate\n"
        f"evaluate(golden_dataset(), ['centre', 'ittikoch'], {METRICS!r}, out=sys.argv[2], n_samples=2, resamples=40, "
        "progress=False)\n"
    )
    for threads in ("1", "4"):
        out = tmp_path / threads
        environment = {**os.environ, **dict.fromkeys(THREADS, threads)}
        command = [sys.executable, "-W", "ignore", "-c", script, Path(__file__).parent, out]
        subprocess.run(command, env=environment, check=True)
        assert tables(out) == whole
