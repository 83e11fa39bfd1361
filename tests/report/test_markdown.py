"""The run as Markdown: names and commands from files stay text, whatever renders the page."""

import json

import pandas as pd
import pytest

from gazekit import Results
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.report.markdown import code, escaped, fenced, markdown_page

markdown = pytest.importorskip("markdown", reason="NO MARKDOWN: it comes with the extra docs")
EVIL = (
    "<img src=x onerror=hacked()>",
    "[a](javascript:hacked()) | b | <b>c</b>",
    "a\n\n<script>hacked()</script>\n",
    "`</code><script>hacked()</script>",
    "![x](http://elsewhere/p.png) *loud* _too_",
)


def rendered(text):
    return markdown.markdown(text, extensions=["tables", "fenced_code"])


@pytest.mark.parametrize("name", EVIL)
def test_names_stay_text(name):
    rows = [(name, who, "scanmatch", "s", value, 2, 0) for who, value in (("human", 0.5), (name, 0.25))]
    manifest = {"command": f"gazekit evaluate --models '{name}'\n```\n{name}", "data": {"name": name}}
    page = rendered(markdown_page(Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), manifest)))
    for live in ("<img", "<script", "<a ", "<b>", "<em>", "<strong>"):
        assert live not in page, live
    assert page.count("<tr>") == 3  # the heads, people and the model: no name makes a row or a cell
    assert page.count("<td>") + page.count("<td ") == 14


@pytest.mark.parametrize("name", [*EVIL, "uniform", "oat:checkpoint=runs/oat", "a_b"])
def test_a_name_in_a_table_of_the_leaderboard(name):
    page = rendered(f"| model |\n|---|\n| {code(name)} |\n")
    assert page.count("<td>") == 1
    assert "<script" not in page
    assert "<img" not in page
    assert "hacked()&gt;" not in page or "<a" not in page


def test_plain_names_are_left_alone():
    assert escaped("multimatch_vector, centre:spread=0.2 (2 stimuli)") == (
        "multimatch_vector, centre:spread=0.2 (2 stimuli)"
    )
    assert code("neva:sigma=0.05") == "`neva:sigma=0.05`"


def test_nothing_inside_ends_a_block_of_code():
    text = json.dumps({"a": "```"}) + "\n````\n<b>"
    block = fenced(text, "json")
    assert block.startswith("`````json\n")
    assert "<b>" not in rendered(block)
