"""A tiny design, people who did it, and a model whose every search one can work out."""

import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.search import search
from gazekit.models.capabilities import SearchResult
from gazekit.models.contract import ScanpathModel

DESIGN = """
name = "bars"
set_sizes = [2, 4]
displays = 6
size = 8
px_per_degree = 10
asymmetries = [["feature", "conjunction"]]
layout = {kind = "rings", eccentricities = [2.6], places = [6]}
items.bar = {shape = "bar", size = 0.9, colours = ["red", "green"], orientations = [0, 90]}
conditions.feature = {target = "red bar 0", distractors = "green bar"}
conditions.conjunction = {target = "red bar 0", distractors = ["green bar 0", "red bar 90"]}
"""


class Reader(ScanpathModel):
    """Goes to the target at once in the condition `feature`, else to all items, the target last.

    The target calls with 0.9, distractors with 0.8, 0.7, ... from the first one looked at on.
    """

    name = "reader"
    needs = ("image", "target")

    def search(self, trial):
        middles = (trial.objects.boxes[:, :2] + trial.objects.boxes[:, 2:]) / 2
        others = [k for k in range(len(middles)) if k != trial.target_object]
        calls = [0.8 - 0.1 * k for k in range(len(others))]
        if trial.target_box is None:
            order = others
        elif trial.condition.endswith("feature"):
            order, calls = [trial.target_object], [0.9]
        else:
            order, calls = [*others, trial.target_object], [*calls, 0.9]
        fixations = np.concatenate([[trial.start], middles[order]])
        return SearchResult(fixations, trial.target_box is not None, activations=np.array(calls))

    def predict(self, trials, **_):
        raise AssertionError("a model with `search` is asked that")


@pytest.fixture(scope="session")
def reader():
    return Reader


@pytest.fixture(scope="session")
def design(tmp_path_factory):
    path = tmp_path_factory.mktemp("design") / "bars.toml"
    path.write_text(DESIGN)
    return path


@pytest.fixture(scope="session")
def people(design):
    """Three people: 10 and 20 ms per item with the target, 20 and 40 without it, each with a level of their own."""
    rows = [
        (who, c, n, word, 500 + 20 * k + per * n * (1 if word == "present" else 2), "yes")
        for k, who in enumerate("abc")
        for c, per in (("feature", 10), ("conjunction", 20))
        for n in (2, 4)
        for word in ("present", "absent")
    ]
    rows.append(("a", "feature", 2, "present", 9000, "no"))  # an error has no time
    path = design.with_name("people.csv")
    names = ["subject", "condition", "set_size", "present", "rt", "correct"]
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return path


@pytest.fixture(scope="session")
def done(design, people, tmp_path_factory):
    """A finished run with a stopping rule and people."""
    out = tmp_path_factory.mktemp("search") / "run"
    return search(
        design,
        Reader,
        out=out,
        people=people,
        stopping="activation:misses=0",
        resamples=200,
        figures=False,
        progress=False,
    )
