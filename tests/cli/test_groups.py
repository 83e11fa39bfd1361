"""Groups of options: each of a group's fields is an option, and the command gets the group."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from gazekit.cli.groups import takes_groups
from gazekit.cli.options import DataOptions, RunOptions, ScoredRun, TrainingRun
from gazekit.foundations.errors import GazekitError


@dataclass(frozen=True, kw_only=True)
class Other(RunOptions):
    """A group whose folder has a name, and which has an option more."""

    out: Annotated[str, typer.Option("--out", help="Where to.")] = "there"  # type: ignore[assignment]
    twice: Annotated[bool, typer.Option("--twice", help="Two times.")] = False


@pytest.fixture
def call():
    app, got = typer.Typer(), {}

    @app.command()
    @takes_groups
    def command(*, what: Annotated[str, typer.Argument()], run: Other, given: DataOptions, more: bool = False) -> None:
        """Do it."""
        got.update(what=what, run=run, given=given, more=more)

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        return result, dict(got)

    return run


def test_the_command_gets_its_groups(call):
    result, got = call("it", "--data", "osie", "--workers", "2", "--twice", "--data-set", "a=1", "--more")
    assert result.exit_code == 0, result.output
    assert (got["what"], got["more"]) == ("it", True)
    assert got["run"] == Other(out="there", workers=2, twice=True)
    assert got["given"].notes == {"loaded": {"data": "osie", "root": None, "outside": "keep", "options": {"a": 1}}}


def test_what_a_run_passes_on(call, monkeypatch):
    monkeypatch.setattr("sys.argv", ["gazekit", "evaluate", "--out", "a b"])
    given = {"seed": 3, "workers": 1, "scheduler": None, "overwrite": False, "progress": True}
    given["command"] = "gazekit evaluate --out 'a b'"
    assert RunOptions(out="r", seed=3).arguments == given
    assert ScoredRun(out="r", seed=3).arguments == {**given, "resamples": 2000}
    assert TrainingRun(out="r", seed=3, device="cpu").arguments == {**given, "device": "cpu"}


def test_help_and_refusals_are_those_of_options(call):
    text = call("--help")[0].output
    for option in ("--out", "--twice", "--scheduler", "--data-set", "Where to."):
        assert option in text
    assert call("it")[0].exit_code == 2  # --data is required
    assert call("it", "--data", "osie", "--workers", "0")[0].exit_code == 2
    with pytest.raises(GazekitError, match="not of the form name=value"):
        DataOptions(data="osie", data_set=["a"]).read()
