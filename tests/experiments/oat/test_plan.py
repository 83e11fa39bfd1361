from pathlib import Path

import pytest

from gazekit.experiments.oat import read_plan
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

TEXT = """
[study]
data = { name = "bookcovers", length_filter = true }
seeds = [0, 1]
references = ["move"]

[network]
appearance = "none"

[training]
epochs = 7

[variants.full]

[variants."no target"]
target = false
epochs = 3
seeds = [4]
by = "subject"
"""


@pytest.fixture
def plan(tmp_path):
    def write(text):
        (tmp_path / "plan.toml").write_text(text)
        return read_plan(tmp_path / "plan.toml")

    return write


def test_a_plan(plan):
    read = plan(TEXT)
    full, other = read.variants
    assert (read.data, read.against, read.references) == (
        {"name": "bookcovers", "length_filter": True},
        "full",
        ("move",),
    )
    assert (full.config.appearance, full.config.target, full.options.epochs, full.seeds) == ("none", True, 7, (0, 1))
    assert (other.config.target, other.options.epochs, other.seeds, other.by) == (False, 3, (4,), "subject")
    assert other.folder(4) == "no-target-4"


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[study]\nfoo = 1", UnknownNameError, "no entry of the plan plan.toml called 'foo'"),
        ("[study", DataError, r"plan.toml is no TOML file"),
        ("[study]\ndata = {name = 'bookcovers'}", DataError, r"has no variant; give at least one table \[variants"),
        ("[variants.full]", DataError, "names no data"),
        (TEXT + "foo = 1", GazekitError, "training has no such option"),
        (TEXT + "targets = 'wrong'", UnknownNameError, "no targets of variant 'no target' called 'wrong'"),
        (TEXT.replace("[4]", "[]"), GazekitError, "variant 'no target' has no seed"),
        (TEXT.replace("[study]", "[study]\nagainst = 'best'"), UnknownNameError, "compare with called 'best'"),
    ],
)
def test_what_is_wrong_with_a_plan(plan, text, error, message):
    with pytest.raises(error, match=message):
        plan(text)


def test_no_plan(tmp_path):
    with pytest.raises(DataError, match="is not there"):
        read_plan(tmp_path / "plan.toml")


def test_the_plans_of_the_results_can_be_read():
    plans = sorted((Path(__file__).parents[3] / "docs" / "results").glob("oat-*.toml"))
    assert plans
    for path in plans:
        assert read_plan(path).variants
