"""The page: whole, self-contained, escaped, and under a policy that lets nothing in."""

import re
from html.parser import HTMLParser

import pytest

from gazekit.foundations.errors import DataError, RunFolderError, UnknownNameError
from gazekit.report import write_report
from gazekit.report.page import SCRIPTS, asset


class Strict(HTMLParser):
    """Checks that tags are balanced and collects what refers outside, styles and event handlers."""

    VOID = frozenset({"meta", "img", "br", "link", "input", "wbr"})
    EMPTY_SVG = frozenset({"line", "path", "polygon", "polyline", "rect"})

    def __init__(self):
        super().__init__()
        self.open, self.outside, self.attributes, self.tags, self.policy, self.text = [], [], set(), [], "", []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.tags.append((tag, dict(attrs)))
        self.attributes |= {key for key, _ in attrs}
        self.outside += [v for k, v in attrs if k in ("src", "href") and not v.startswith("#")]
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)


def parse(page):
    parser = Strict()
    parser.feed(page.read_text(encoding="utf-8"))
    assert parser.open == []
    return parser


def test_one_file_that_needs_nothing_else(page):
    found = parse(page)
    assert found.outside == []
    assert found.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in found.policy
    assert "http" not in found.policy


def test_what_the_policy_forbids_is_not_used(page):
    """No style attribute, no event handler: the browser would drop them."""
    assert {a for a in parse(page).attributes if a == "style" or a.startswith("on")} == set()


def test_names_are_escaped(page):
    found = parse(page)
    names = {tag for tag, _ in found.tags}
    assert not names & {"b", "em", "img", "i"}
    assert sum(tag == "script" and "type" not in attrs for tag, attrs in found.tags) == 1
    assert "<b>evil</b>" in "".join(found.text)  # shown as what it is


def test_sections_links_and_headings(page):
    found = parse(page)
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"][1:] for tag, attrs in found.tags if tag == "a"]
    assert set(links) <= set(ids)
    assert {"scores", "explorer", "search", "methods", "made"} <= set(links)
    labelled = {attrs["for"] for tag, attrs in found.tags if tag == "label" and "for" in attrs}
    assert {attrs["id"] for tag, attrs in found.tags if tag == "select"} <= labelled
    assert all(attrs.get("aria-label") or attrs.get("aria-hidden") or attrs.get("aria-labelledby")
               for tag, attrs in found.tags if tag == "svg")  # fmt: skip


def test_summary_sentence_and_tables(page):
    text = "".join(parse(page).text)
    assert re.search(r"On <b>evil</b>, 6 stimuli: by ScanMatch the best model is <svg onload", text)
    assert text.count("human (ceiling)") == 7  # overview, and one per output
    assert "(chance: best null)" in text
    assert "centre-point (control)" in text
    assert "Paired differences (28)" in text


def test_without_data_it_says_so_and_shows_the_models(copied):
    text = write_report(copied).read_text(encoding="utf-8")
    assert "The data set was not at hand" in text
    assert '"subjects":[]' in text
    assert 'id="explorer"' in text


def test_images(copied, evil):
    sizes = {}
    for images in ("none", "thumbs", "full"):
        found = parse(write_report(copied, dataset=evil, images=images))
        sizes[images] = sum(attrs.get("id", "").startswith("image-") for _, attrs in found.tags)
    assert sizes == {"none": 0, "thumbs": 6, "full": 6}
    with pytest.raises(UnknownNameError, match="no choice of images called 'some'"):
        write_report(copied, dataset=evil, images="some")


def test_fewer_samples(copied, evil):
    text = write_report(copied, dataset=evil, samples=1).read_text(encoding="utf-8")
    assert "Samples beyond the first 1 of each model are not on this page (30 paths)." in text


def test_equal_bytes(page, copied, evil):
    assert write_report(copied, dataset=evil).read_bytes() == page.read_bytes()


def test_unfinished_and_foreign_folders(run, tmp_path):
    with pytest.raises(RunFolderError, match="not a run folder"):
        write_report(tmp_path)
    text = (run / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(text.replace('"complete"', '"running"'))
    with pytest.raises(DataError, match="is not finished"):
        write_report(tmp_path)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_small_and_ask_for_nothing(name):
    text = asset(f"{name}.js")
    assert text.startswith("// ")
    assert len(text.splitlines()) < 250
    assert not re.search(r"\b(fetch|XMLHttpRequest|import|eval|innerHTML|WebSocket|localStorage)\b", text)
