"""Sentences of pages that claim a difference, beside the committed tables that they speak of.

A paragraph with intervals ends with a comment that names their rows of a run's `differences.csv`, in the order of the
text: `<!-- RUN MEASURE: MODEL - MODEL, MODEL - MODEL; MEASURE: MODEL - MODEL -->`. The numbers must be those of the
intervals that hold for all differences of a measure together. A page whose runs have no such file has a table of such
intervals itself: the head of their columns says "together", or that of the first column for the whole table.
"""

import re
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"
PAGE = " ".join((RESULTS / "asymmetry.md").read_text(encoding="utf-8").split())
NUMBER = {"One": 1, "Two": 2, "Three": 3, "Four": 4}


def indices(run: str, model: str = "eccnet") -> pd.DataFrame:
    table = pd.read_csv(RESULTS / "asymmetry" / f"{run}-indices.csv").query("model == @model and experiment != 'mean'")
    assert len(table) == 6
    return table


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("eccnet", r"SqueezeNet's interval is on people's side of 0 in (\d) of 6"),
        ("eccnet, equal level weights", r"With equal weights the mean is [^,]*, [^,]*, and (\d) of 6 intervals"),
    ],
    ids=["as published", "equal weights"],
)
def test_experiments_with_peoples_sign_are_those_whose_interval_has_it(model, sentence):
    table = indices("squeezenet", model)
    clear = ((table["low"] > 0) & (table["human"] > 0)) | ((table["high"] < 0) & (table["human"] < 0))
    (said,) = re.findall(sentence, PAGE)
    assert int(said) == clear.sum()


def test_intervals_of_random_weights_that_leave_0_out():
    table = indices("random")
    (said,) = re.findall(r"(\w+) intervals? leaves? 0 out", PAGE)
    assert NUMBER[said] == ((table["low"] > 0) | (table["high"] < 0)).sum()


SIGNED = r"([-+]?\d*\.\d+)"
INTERVAL = re.compile(rf"{SIGNED}(?: \w+)? \[{SIGNED}, {SIGNED}\]")
ROWS = re.compile(r"<!-- (\S+) (\S+: .*?) -->", re.DOTALL)


def paragraphs(text: str) -> list[str]:
    """Paragraphs and list items without tables, titles and code."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("|", "#"))]
    return re.split(r"\n\s*\n|\n(?=- )", "\n".join(lines))


def held_together(text: str) -> set[tuple[str, ...]]:
    """Intervals of a page's own tables in columns of differences whose intervals hold together."""
    found = set()
    for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        heads, _, *rows = [line.strip("|").split("|") for line in table.splitlines()]
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                if "together" in head or "together" in heads[0]:
                    found.update(INTERVAL.findall(cell))
    return found


def unfounded(paragraph: str, tables: Path, own: Collection[tuple[str, ...]] = ()) -> list[str]:
    """What the intervals of a paragraph say that no row of the tables, and no interval of the page's own, says."""
    said = [each for each in INTERVAL.findall(" ".join(paragraph.split())) if each not in own]
    rows = []
    for run, text in ROWS.findall(paragraph):
        table = pd.read_csv(tables / run / "differences.csv").set_index(["metric", "model_a", "model_b"])
        for part in text.split(";"):
            metric, _, pairs = " ".join(part.split()).partition(": ")
            for a, b in (pair.split(" - ") for pair in pairs.split(", ")):
                turned = (metric, a, b) not in table.index
                row = table.loc[(metric, b, a) if turned else (metric, a, b), ["difference", "sim_low", "sim_high"]]
                rows.append([-row.iloc[0], -row.iloc[2], -row.iloc[1]] if turned else list(row))
    if len(rows) != len(said):
        return [f"{len(said)} intervals and {len(rows)} rows: {paragraph}"]
    return [
        f"{said[k]} is {rows[k]}: {paragraph}"
        for k in range(len(said))
        if any(
            abs(float(text) - value) > 0.51 * 10 ** -len(text.partition(".")[2])
            for text, value in zip(said[k], rows[k], strict=True)
        )
    ]


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs" / "leaderboard.md", *sorted(RESULTS.glob("*.md"))], ids=lambda p: p.stem
)
def test_a_claimed_difference_is_in_a_table_of_intervals_that_hold_together(page):
    text = page.read_text(encoding="utf-8")
    own = held_together(text + "\n")
    wrong = [line for paragraph in paragraphs(text) for line in unfounded(paragraph, RESULTS / "runs", own)]
    assert not wrong, "\n".join(wrong)


def test_a_claim_that_no_table_carries_is_seen(tmp_path):
    (tmp_path / "r").mkdir()
    table = pd.DataFrame(
        [("m", "a", "b", 0.1, 0.05, 0.15, 0.04, 0.16)],
        columns=["metric", "model_a", "model_b", "difference", "low", "high", "sim_low", "sim_high"],
    )
    table.to_csv(tmp_path / "r" / "differences.csv")
    assert unfounded("a is 0.10 [0.04, 0.16] above b <!-- r m: a - b -->", tmp_path) == []
    assert unfounded("b is -0.10 [-0.16, -0.04] <!-- r m: b - a -->", tmp_path) == []
    assert len(unfounded("a is 0.10 [0.05, 0.15] above b <!-- r m: a - b -->", tmp_path)) == 1  # of one difference
    assert len(unfounded("a is 0.10 [0.04, 0.16] above b", tmp_path)) == 1


def test_a_page_may_have_the_table_itself(tmp_path):
    page = "| | a, alone | b, 95 % together |\n|---|---|---|\n| x | +0.1 [+0.0, +0.2] | +0.1 [-0.1, +0.3] |\n"
    own = held_together(page)
    assert own == {("+0.1", "-0.1", "+0.3")}
    assert unfounded("x is +0.1 [-0.1, +0.3] above b", tmp_path, own) == []
    assert len(unfounded("x is +0.1 [+0.0, +0.2] above a", tmp_path, own)) == 1
