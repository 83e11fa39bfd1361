"""People's reaction times: what is read, left out and counted, and refused."""

import numpy as np
import pytest

from gazekit.experiments.search import read_people
from gazekit.experiments.search.people import NOBODY, resampled_people
from gazekit.foundations.errors import DataError, UnknownNameError

HEAD = "subject,condition,set_size,present,rt,correct\n"


@pytest.fixture
def read(tmp_path):
    def reads(text, head=HEAD):
        (tmp_path / "rts.csv").write_text(head + text)
        return read_people(tmp_path / "rts.csv", ["ring", "bar"], [4, 8])

    return reads


def test_words_for_yes_and_no(read):
    people = read("01,ring,4,present,500,1\n01,ring,4,absent,600,0\n02,bar,8,TRUE,700,false\n02,bar,8,0,700,yes\n")
    assert people.subjects == ["01", "02"]
    assert people.trials["present"].tolist() == [True, False, True, False]
    assert people.trials["correct"].tolist() == [True, False, False, True]


def test_columns_that_may_be_absent(read):
    people = read("a,ring,4,500\n", head="Subject,condition,Set size,RT\n")
    assert people.trials.iloc[0].tolist() == ["a", "ring", 4, 500, True, True]


def test_what_is_left_out_is_counted(read):
    people = read("a,ring,4,1,500,1\na,ring,4,1,,1\na,ring,6,1,500,1\n")
    assert dict(people.dropped) == {
        "trial without a reaction time": 1,
        "trial of a set size that the design does not have": 1,
    }
    people = read("a,ring,4,1,500,1\n,ring,4,1,900,1\n")
    assert people.subjects == ["a"]
    assert dict(people.dropped) == {NOBODY: 1}


def test_who_ran_out_of_time_made_an_error(read):
    people = read("a,ring,4,1,500,1\na,ring,4,1,,0\na,ring,4,1,700,0\nb,ring,4,1,600,1\n")
    cell = people.cell("ring", True, 4, np.zeros((1, 2), dtype=int))
    assert (cell.rt, cell.errors) == (550, pytest.approx((2 / 3 + 0) / 2))
    assert not people.dropped


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("subject,condition,set_size,target_present,rt", "'target_present' and none called 'present': .* rename it"),
        ("subject,condition,set_size,Accuracy,rt", "'accuracy' and none called 'correct'"),
        ("subject,condition,set_size,RT,rt", "two columns that are 'rt' .case does not count."),
        ("subject,condition,set_size,setsize,rt", "two columns that are 'set_size'"),
    ],
)
def test_columns_that_mean_it_under_another_name(read, head, said):
    with pytest.raises(DataError, match=said):
        read("a,ring,4,0,500\n", head=f"{head}\n")


def test_names_keep_their_zeros_whatever_the_case_of_their_column(read):
    people = read("01,ring,4,500\n1,ring,4,600\n", head="SUBJECT,condition,set_size,rt\n")
    assert people.subjects == ["01", "1"]


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("a,rings,4,1,500,1\n", UnknownNameError, "did you mean 'ring'"),
        (
            "a,ring,4,maybe,500,1\n",
            DataError,
            "present must be true or false, yes or no, 1 or 0 in every row, not 'maybe'",
        ),
        ("a,ring,4,1,fast,1\n", DataError, "rt must be numbers, and 'fast' is none"),
        ("a,ring,4,1,0.512,1\na,ring,8,1,0.7,1\n", DataError, "they look like seconds, and must be milliseconds"),
        ("a,ring,4,1,inf,1\n", DataError, "must be finite, and one is infinite"),
        ("a,ring,4,1,-5,1\n", DataError, "must be above 0 ms, and one is -5"),
        ("a,ring,5,1,500,1\n", DataError, "has no trial of this design's set sizes \\(4, 8\\)"),
    ],
)
def test_refusals(read, text, kind, message):
    with pytest.raises(kind, match=message):
        read(text)


def test_a_column_that_must_be_there(read):
    with pytest.raises(DataError, match="has no column 'rt'"):
        read("a,ring,4,1\n", head="subject,condition,set_size,correct\n")


def test_cells_are_means_of_peoples_means(read):
    people = read("a,ring,4,1,400,1\na,ring,4,1,600,1\nb,ring,4,1,700,1\nb,ring,4,1,9999,0\nb,ring,8,1,800,1\n")
    draws = resampled_people(people, seed=0, resamples=200)
    cell = people.cell("ring", True, 4, draws)
    assert (cell.rt, cell.errors) == (600, 0.25)
    assert set(cell.rts) == {500, 600, 700}
    alone = people.cell("ring", True, 8, draws)
    assert alone.rt == 800
    assert np.isnan(alone.rts).all()  # one person says nothing of how people differ
