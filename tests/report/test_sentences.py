"""The summary sentence says what the numbers say, for similarities and for distances."""

import pandas as pd
import pytest

from gazekit import Results
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.report.sentences import summary_sentence


def results_of(metric, **values):
    rows = [("d", m.replace("_", "-"), metric, f"s{k}", v, 1, 0) for m, v in values.items() for k in range(3)]
    return Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))


@pytest.mark.parametrize(
    ("metric", "values", "expected"),
    [
        pytest.param(
            "scanmatch",
            {"human": 0.5, "a": 0.4, "b": 0.3, "other_image": 0.2},
            "by ScanMatch the best model is a with 0.400, 80 % of the human ceiling (0.500); chance (the best "
            "image-blind null, other-image) is 0.200, and a is better than it.",
            id="similarity",
        ),
        pytest.param(
            "edit_distance",
            {"human": 4.0, "a": 8.0, "b": 5.0, "other_image": 4.5},
            "by edit distance the best model is b with 5.000, 80 % of the human ceiling (4.000); chance (the best "
            "image-blind null, other-image) is 4.500, and b is worse than it.",
            id="distance",
        ),
        pytest.param(
            "scanmatch",
            {"human": 0.5, "a": 0.2, "other_image": 0.2},
            "and a is not told apart from it.",
            id="equal",
        ),
        pytest.param(
            "log_likelihood",
            {"human": -7.0, "a": -8.0},
            "by log likelihood the best model is a with -8.000, with a human ceiling (-7.000).",
            id="no zero",
        ),
        pytest.param(
            "distinct_cells",
            {"human": 4.0, "a": 2.0},
            "Distinct cells of people is 4.000, of a 2.000.",
            id="description",
        ),
        pytest.param(
            "scanmatch",
            {"human": 0.5, "uniform": 0.2, "empirical": 0.3, "centre_point": 0.4},
            "no model but nulls and controls has a defined ScanMatch; chance (the best image-blind null, empirical) is "
            "0.300.",
            id="nulls alone",
        ),
        pytest.param(
            "scanmatch",
            {"human": 0.5, "a": 0.35, "empirical": 0.3, "centre_point": 0.4},
            "chance (the best image-blind null, empirical) is 0.300, and a is better than it. Caution: the control "
            "centre-point reaches chance (empirical).",
            id="a control",
        ),
        pytest.param(
            "scanmatch",
            {"human": 0.5, "a": 0.4, "b": 0.3, "c": 0.4, "other_image": 0.2},
            "by ScanMatch the best models are a and c, equal with 0.400, 80 % of the human ceiling (0.500); chance "
            "(the best image-blind null, other-image) is 0.200, and a is better than it, and c is better than it.",
            id="two equal",
        ),
        pytest.param("scanmatch", {"human": 0.5}, "no model has a defined ScanMatch.", id="none"),
    ],
)
def test_sentence(metric, values, expected):
    assert summary_sentence(results_of(metric, **values)).endswith(expected)
