"""The report: whole, self-contained, escaped."""

import re
from html.parser import HTMLParser

import pytest

from gazekit import Dataset, Trial, evaluate
from gazekit.errors import DataError, RunFolderError
from gazekit.report import write_report
from gazekit.report.figures import chosen_stimuli


class Strict(HTMLParser):
    """Checks that tags are balanced and collects what refers outside."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self):
        super().__init__()
        self.open, self.outside, self.images = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "img":
            self.images.append(dict(attrs))
        self.outside += [v for k, v in attrs if k in ("src", "href") and not v.startswith("data:")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def evil(dataset_of):
    """A data set whose names try to be HTML."""
    data = dataset_of()
    names = {t.stimulus: f"<script>alert('{t.stimulus}')</script>&.jpg" for t in data.trials}
    trials = [Trial(names[t.id], names[t.id], t.frame, image_source=t.image_source) for t in data.trials]
    table = data.scanpaths.table
    paths = data.scanpaths.replace(
        table=table.assign(stimulus=table["stimulus"].map(names), trial=table["trial"].map(names))
    )
    return Dataset("<b>evil</b>", trials, paths)


@pytest.fixture(scope="module")
def run(evil, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "r"
    evaluate(evil, ["uniform", "empirical"], ["scanmatch", "multimatch"], out=folder, n_samples=2, progress=False)
    return folder


def parse(page):
    parser = Strict()
    parser.feed(page.read_text())
    assert parser.open == []
    return parser


def test_one_file_that_needs_nothing_else(run, evil):
    found = parse(write_report(run, dataset=evil))
    assert found.outside == []
    assert len(found.images) == 6 + 4  # a forest per output, four examples
    assert all(image["alt"] for image in found.images)


def test_names_are_escaped(run, evil):
    text = write_report(run, dataset=evil).read_text()
    assert "<script" not in text
    assert "<b>evil" not in text
    assert "&lt;script&gt;alert" in text


def test_without_data_it_says_so(run):
    page = write_report(run)
    assert "The data set was not at hand" in page.read_text()
    assert len(parse(page).images) == 6


def test_summary_sentence_and_tables(run, evil):
    text = write_report(run, dataset=evil).read_text()
    assert re.search(r"On &lt;b&gt;evil&lt;/b&gt;, 6 stimuli: by scanmatch the best model is \w+", text)
    assert text.count("human (ceiling)") == 6
    assert "other-image (chance)" in text


def test_examples_span_good_and_bad(run):
    from gazekit import Results

    assert len(set(chosen_stimuli(Results.load(run)))) == 4


def test_unfinished_and_foreign_folders(run, tmp_path):
    with pytest.raises(RunFolderError, match="not a run folder"):
        write_report(tmp_path)
    text = (run / "manifest.json").read_text()
    (tmp_path / "manifest.json").write_text(text.replace('"complete"', '"running"'))
    with pytest.raises(DataError, match="is not finished"):
        write_report(tmp_path)
