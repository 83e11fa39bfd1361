"""Pieces of a run folder: done once, found again."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from gazekit.runs.folder import RunFolder
from gazekit.runs.seals import seal


@dataclass(frozen=True)
class Writes:
    part: Path
    stops: bool = False

    def __call__(self):
        if self.stops:
            raise KeyboardInterrupt
        self.part.write_text(self.part.read_text() + "again" if self.part.exists() else "once")
        seal(self.part, [self.part])


def test_a_piece_that_is_sealed_is_not_done_again(tmp_path, capsys):
    def run_with(*stops):
        with RunFolder(tmp_path / "run", {}, kind="example", command="x", about={}) as run:
            run.do([Writes(run.part(str(k)), stop) for k, stop in enumerate(stops)], label="write")
            return [run.part(str(k)).read_text() for k in range(len(stops))]

    with pytest.raises(KeyboardInterrupt):
        run_with(False, False, True)
    assert run_with(False, False, False) == ["once"] * 3
    assert "write: 3/3 piece" in capsys.readouterr().err
