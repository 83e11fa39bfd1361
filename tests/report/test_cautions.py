"""A measure with a caution is never shown without it, and descriptions claim no ceiling."""

import pytest

from gazekit import evaluate
from gazekit.cli.tables import summary_text
from gazekit.metrics.plausibility import CAUTION
from gazekit.report import write_report
from gazekit.report.markdown import markdown_page

CHOSEN = ["plausibility", "distinct_cells", "direction_js", "auto_recurrence", "nss"]


@pytest.fixture(scope="module")
def data(dataset_of):
    return dataset_of(n_stimuli=3)


@pytest.fixture(scope="module")
def results(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "r"
    options = {"n_samples": 2, "resamples": 40, "nulls": False, "progress": False}
    return folder, evaluate(data, ["uniform", "other-image"], CHOSEN, out=folder, **options)


def test_on_the_command_line(results):
    lines = summary_text(results[1]).splitlines()
    for metric in ("plausibility_best_human", "distinct_cells"):
        place = next(k for k, line in enumerate(lines) if line.startswith(metric))
        assert lines[place + 1] == f"  CAUTION: {CAUTION}"
    assert sum("CAUTION" in line for line in lines) == 6
    rate = next(k for k, line in enumerate(lines) if line.startswith("auto_recurrence_rate"))
    assert "a description: read it beside people's" in lines[rate]
    assert "people " in lines[rate + 1]
    assert not any("ceiling" in line for line in lines[rate : rate + 4])


def test_in_the_report_and_in_markdown(results, data):
    folder, found = results
    page = write_report(folder, dataset=data).read_text(encoding="utf-8")
    caution = "Plausibility rewards paths"
    assert page.count(caution) == 6 + 1 + 1  # at each of six tables, the overview, and the scores of a stimulus
    assert "measures of densities: not for other-image (no log density)" in page
    assert markdown_page(found).count(CAUTION) == 6


def test_a_report_of_sets_alone(data, tmp_path):
    options = {"n_samples": 2, "resamples": 40, "progress": False}
    found = evaluate(data, ["uniform"], ["auto_recurrence"], out=tmp_path / "r", **options)
    page = write_report(tmp_path / "r", dataset=data).read_text(encoding="utf-8")
    assert "On made-up, 3 stimuli: Auto recurrence: rate of people is" in page
    assert markdown_page(found).startswith("# made-up")
