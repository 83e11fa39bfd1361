"""`gazekit verify protocols`: people of OSIE have the expected numbers under each protocol; altered data have not."""

from dataclasses import replace

import pytest

from gazekit import load_dataset
from gazekit.foundations.errors import DataError, UnknownNameError
from gazekit.protocols import protocols, score_protocol
from gazekit.verify.protocols import verify_protocols


@pytest.fixture(scope="module")
def osie(data_root):
    return load_dataset("osie", data_root / "osie")


@pytest.mark.data
def test_chen2021_gives_its_numbers(osie):
    outcome = verify_protocols(osie, "chen2021")
    assert outcome.passed, "\n".join(outcome.lines())
    ours = {row[1:3]: row[3] for row in outcome.rows}
    assert len(ours) == len(protocols["chen2021"].checks) == 29
    shown = {
        "SED": 7.486, "STDE": 0.8438, "ScanMatch w/o duration": 0.3902, "ScanMatch w/ duration": 0.3858,
        "MultiMatch vector": 0.9414, "MultiMatch direction": 0.6946, "MultiMatch length": 0.9306,
        "MultiMatch position": 0.8506, "MultiMatch duration": 0.6211,
    }  # fmt: skip
    for name, value in shown.items():
        assert ours["human", name] == pytest.approx(value, abs=5e-4 if name == "SED" else 5e-5), name


@pytest.mark.data
def test_gazexplain_isp_and_scandiff_give_their_numbers(osie):
    for name, wanted in (
        ("gazexplain", {"SED": 7.4812, "STDE": 0.8429, "ScanMatch w/o duration": 0.3902}),
        ("isp", {"SED": 7.4812, "ScanMatch w/ duration": 0.3858}),
        ("scandiff", {"Sequence Score w/o duration": 0.3446, "Sequence Score w/ duration": 0.3316}),
    ):
        outcome = verify_protocols(osie, name)
        assert outcome.passed, "\n".join(outcome.lines())
        ours = {row[2]: row[3] for row in outcome.rows if row[1] == "human"}
        for score, value in wanted.items():
            assert ours[score] == pytest.approx(value, abs=5e-5), (name, score)


@pytest.mark.data
def test_altered_data_fail(osie):
    fewer = replace(osie, scanpaths=osie.scanpaths.filter(osie.scanpaths.table["subject"] != "03"))
    outcome = verify_protocols(fewer, "chen2021")
    assert not outcome.passed
    assert outcome.lines()[-1].endswith("FAILED")


def test_other_data_have_no_expected_numbers(small_dataset):
    with pytest.raises(DataError, match="no protocol has check values on 'made-up'; there are some on osie"):
        verify_protocols(small_dataset)
    with pytest.raises(UnknownNameError):
        verify_protocols(small_dataset, "chen2012")


@pytest.mark.data
def test_our_own_protocol_gives_what_the_board_says(osie):
    only = replace(protocols["gazekit"], scores=protocols["gazekit"].scores[:1])
    found = score_protocol(only, osie, controls=False)
    assert found.value("human", "ScanMatch") == pytest.approx(0.4474, abs=5e-5)
    assert found.headlines.keys() == {"human"}
