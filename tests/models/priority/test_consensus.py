import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import scanmatch
from gazekit.models.contract import DrawnPath
from gazekit.models.priority.consensus import consensus, similarities

FRAME = Frame(240, 160)


def drawn(many, seed=0):
    """Paths of 0 to 6 fixations in the middle of px, where the rounding to px changes no cell; some last no symbol."""
    rng = keyed_rng(seed, "consensus")
    return [
        DrawnPath(rng.integers(0, 240, n) + 0.5, rng.integers(0, 160, n) + 0.5, rng.choice([10.0, 74, 75, 210, 400], n))
        for n in rng.integers(0, 7, many)
    ]


def test_similarities_are_those_of_scanmatch():
    paths = drawn(6)
    found = similarities(paths, FRAME)
    for a, row in zip(paths, found, strict=True):
        for b, value in zip(paths, row, strict=True):
            one, two = (Scanpath(*path[:3], FRAME) for path in (a, b))
            wanted = np.nan if not (len(one) and len(two)) else scanmatch(one, two, temporal_bin_ms=50)
            assert np.isclose(value, np.nan_to_num(wanted), atol=1e-12)


def test_it_is_the_path_that_scores_most_with_the_others():
    for seed in range(5):
        paths = drawn(9, seed)
        alike = similarities(paths, FRAME)
        totals = [sum(alike[k, j] for j in range(9) if j != k) for k in range(9)]
        assert consensus(paths, FRAME) == int(np.argmax(totals))
    assert consensus([DrawnPath(np.empty(0), np.empty(0), np.empty(0))] * 2, FRAME) == 0
