"""`gazekit search`: what it prints and leaves behind, and its sheet of displays."""

import pandas as pd
import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.report import write_report

DESIGN = """
set_sizes = [2, 4]
displays = 2
size = 8
px_per_degree = 10
layout = {kind = "rings", eccentricities = [2.6], places = [6]}
items.bar = {shape = "bar", size = 0.9, colours = ["red", "green"]}
conditions."a <b>" = {target = "red bar", distractors = "green bar"}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    (folder / "bars.toml").write_text(DESIGN)
    times = "".join(f"{who},a <b>,{n},{p},{500 + 9 * n},1\n" for who in "xy" for n in (2, 4) for p in (0, 1))
    (folder / "rts.csv").write_text(f"subject,condition,set_size,present,rt,correct\n{times}x,a <b>,6,1,500,1\n")
    return folder, lambda *arguments: CliRunner().invoke(app, ["search", *map(str, arguments)])


def test_from_a_design_and_reaction_times_to_a_page(run):
    folder, invoke = run
    out = folder / "run"
    result = invoke(
        folder / "bars.toml", "--model", "uniform", "--people", folder / "rts.csv", "--stopping", "quitting-unit",
        "--resamples", 100, "--quiet", "--out", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.exception
    lines = result.stdout.splitlines()
    assert lines[0].endswith("1 x trial of a set size that the design does not have, left out")
    assert lines[1].split() == [
        "stopping", "condition", "target", "ms", "per", "item", "[95", "%", "interval]", "people", "random", "order",
    ]  # fmt: skip
    assert len([line for line in lines if line.startswith(("all-items", "quitting-unit"))]) == 4
    for name in ("displays.png", "searches.png", "reaction_times.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") == 2
    assert "a &lt;b&gt;" in page
    assert "a <b>" not in page.partition("<script")[0]
    assert "gazekit.models." not in page.partition('id="methods"')[2].partition("</section>")[0]
    (out / "displays.png").unlink()
    (out / "searches.png").unlink()
    assert "The pictures are not in the run" in write_report(out).read_text(encoding="utf-8")


def test_a_sheet_before_anything_runs(run):
    folder, invoke = run
    result = invoke(folder / "bars.toml", "--show", "--out", folder / "new" / "mine")
    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith("8 displays; one of each condition and set size is in")
    assert [f.name for f in (folder / "new").iterdir()] == ["mine-displays.png"]


def test_a_sweep_has_a_run_per_value_and_one_table_and_figure(run):
    folder, invoke = run
    out, small = folder / "swept", ("--resamples", 100, "--quiet", "--no-controls", "--per-size", 1)
    result = invoke(folder / "bars.toml", "--sweep", "fovea_degrees=1,4", *small, "--out", out)
    assert result.exit_code == 0, result.exception
    table = pd.read_csv(out / "sweep.csv")
    assert table["fovea_degrees"].tolist() == [1, 1, 4, 4]
    assert set(table["experiment"]) == {"target present", "target absent"}
    assert (out / "sweep.png").read_bytes().startswith(b"\x89PNG")
    assert "targets that differ in one feature, this network, with published settings, finds" in result.stdout
    for options, message in (
        (("--set", "fovea_degrees=2", "--sweep", "fovea_degrees=1,2"), "is swept and given as an option too"),
        (("--set", "fovea_degrees=2", "--fovea-degrees", 1), "--fovea-degrees and --set fovea_degrees= disagree"),
        (("--sweep", "fovea_degrees=1,-2"), "fovea_degrees must be a positive number, not -2"),
    ):
        refused = invoke(folder / "bars.toml", *options, "--quiet", "--out", folder / "refused")
        assert isinstance(refused.exception, GazekitError)
        assert message in str(refused.exception)
        assert not (folder / "refused").exists()


def test_a_design_that_is_not_there(run):
    folder, invoke = run
    result = invoke(folder / "absent.toml", "--out", folder / "other")
    assert isinstance(result.exception, DataError)
    assert not (folder / "other").exists()
