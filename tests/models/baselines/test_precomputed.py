"""Paths that are given: of one source, under its name or another."""

import pytest

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.models.baselines.precomputed import Precomputed
from gazekit.models.registry import load_model
from gazekit.testing import example_trials


@pytest.fixture
def paths():
    """One path of each example trial."""
    return load_model("uniform").predict(example_trials(), progress=False)


@pytest.mark.parametrize("name", [None, "both"])
def test_two_sources_for_one_trial_are_refused(paths, name):
    """They were scored together, as one model."""
    both = Scanpaths.concat([paths.replace(table=paths.table.assign(source=of)) for of in ("a", "b")])
    with pytest.raises(
        GazekitError, match=r"takes predictions of one source, and these are of 'a', 'b'; select one: .*source='a'"
    ):
        Precomputed(both, name)
    assert Precomputed(both.filter(source="a")).name == "a"


def test_sources_of_other_trials_are_put_together_under_a_name(paths):
    few = paths[:2], paths[2:]
    table = [part.replace(table=part.table.assign(source=of)) for part, of in zip(few, "ab", strict=True)]
    both = Scanpaths.concat(table)
    with pytest.raises(GazekitError, match="of one source"):
        Precomputed(both)
    found = Precomputed(both, "both").predict(example_trials(), progress=False)
    assert set(found.table["source"]) == {"both"}
    assert len(found) == len(paths)
