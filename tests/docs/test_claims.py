"""Sentences of result pages that count intervals, beside the committed tables that they speak of."""

import re
from pathlib import Path

import pandas as pd
import pytest

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"
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
