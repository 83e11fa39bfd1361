"""Pieces of work in one process and in several."""

import os

import pytest

from gazekit import GazekitError
from gazekit.runs.parallel import run_pieces


@pytest.mark.parametrize("workers", [1, 2])
def test_every_piece_is_done_once(workers):
    pieces = [(k, 2) for k in range(7)]
    assert sorted(run_pieces(pow, pieces, workers=workers, progress=False)) == [k**2 for k in range(7)]


def test_workers_are_processes():
    found = set(run_pieces(os.getpid, [()] * 8, workers=2, progress=False))
    assert os.getpid() not in found


def test_no_worker():
    with pytest.raises(GazekitError, match="at least 1"):
        list(run_pieces(pow, [(1, 1)], workers=0))


def test_the_bar_counts_what_an_earlier_run_did(capsys):
    list(run_pieces(pow, [(1, 1)], done=3, label="again"))
    assert "4/4" in capsys.readouterr().err
