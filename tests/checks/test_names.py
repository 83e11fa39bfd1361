"""One person or one stimulus under two names, and rows that name nobody."""

from dataclasses import replace

import pytest
from PIL import Image

from gazekit.checks import check

from .test_check import worst


def renamed(data, column, old, new):
    """Other name of a person or stimulus on the first three of its paths."""
    table = data.scanpaths.table.copy()
    rows = table.index[table[column] == old][:3]
    table.loc[rows, column] = new
    return replace(data, scanpaths=data.scanpaths.replace(table=table))


@pytest.mark.parametrize("other", ["P0", "p0 ", " p0", "p\u200b0", "p0\u00a0", "\ufeffp0", "\uff500"])
def test_one_person_written_in_two_ways(good, other):
    findings = check(renamed(good, "subject", "p0", other))
    assert worst(findings) == [("names", "warning")]
    assert f"{other!r}" in findings.found[0].seen
    assert "'p0'" in findings.found[0].seen


@pytest.mark.parametrize(("one", "two"), [("7", "007"), ("7", "7.0"), ("a\u0308nna", "\u00e4nna")])
def test_one_person_as_another_program_writes_the_name(good, one, two):
    data = good
    table = data.scanpaths.table
    data = replace(
        data, scanpaths=data.scanpaths.replace(table=table.assign(subject=table["subject"].replace("p0", one)))
    )
    assert worst(check(data)) == []
    assert worst(check(renamed(data, "subject", one, two))) == [("names", "warning")]


def test_one_stimulus_written_in_two_ways(good):
    findings = check(renamed(good, "stimulus", "t0", "T0.png"))
    assert worst(findings) == [("names", "warning")]
    assert findings.found[0].seen.endswith("or the suffix of an image: 'T0.png' and 't0'")
    assert findings.found[0].mend == "write each stimulus in one way"


def test_only_some_rows_name_a_person(good):
    """An empty cell took fixations out of a path and made one more person of them, without a word."""
    findings = check(renamed(good, "subject", "p0", ""))
    assert worst(findings) == [("names", "warning")]
    assert findings.found[0].seen == "3 of 120 paths name no subject (first: on 't0'), the others do"


def test_nobody_is_named_at_all(good):
    table = good.scanpaths.table.assign(subject="")
    assert "names" not in {f.check for f in check(replace(good, scanpaths=good.scanpaths.replace(table=table))).found}


def test_more_than_three_pairs_are_counted(good):
    data = good
    for k in range(5):
        data = renamed(data, "subject", f"p{k}", f"P{k}")
    assert "; and 2 more" in next(f.seen for f in check(data).found if f.check == "names")


def test_one_picture_under_two_names(good, tmp_path):
    """Chance drew paths of 'another image' from the same picture."""
    trials = []
    for k, trial in enumerate(good.trials):
        Image.fromarray(trial.image).save(file := tmp_path / f"{k}.png")
        trials.append(replace(trial, image_source=file))
    data = replace(good, trials=tuple(trials))
    assert worst(check(data)) == []
    (tmp_path / "1.png").write_bytes((tmp_path / "0.png").read_bytes())
    found = [f for f in check(data).warnings if f.check == "names"]
    assert [f.seen for f in found] == ["stimuli that show the same picture, or nearly: 't0' and 't1'"]
