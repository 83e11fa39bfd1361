"""`gazekit verify protocols`: people of OSIE have the expected numbers under each protocol; altered data have not."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from gazekit import load_dataset
from gazekit.foundations.errors import DataError, UnknownNameError
from gazekit.metrics.labels.clusters import PUBLISHED_FACTORS, mean_shift_clusters
from gazekit.protocols import Score, protocols, score_protocol
from gazekit.protocols.certificate import equal_counts
from gazekit.protocols.chen2021 import PORT, SED
from gazekit.protocols.paths import in_protocol, protocol_images
from gazekit.protocols.scoring import prepared
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


BINS = (((12, 8), 3.5), ((16, 12), 3.5), ((12, 8), 4.0), ((16, 12), 4.0), ((8, 6), 3.5))


@pytest.mark.data
def test_bins_and_thresholds_alone_move_people_by_so_much(osie):
    """Measured with another program, GazeParser on 512 x 384 px: the 70 images, and all 700."""
    for images, expected in (
        (protocols["chen2021"].images["osie"], [0.4431, 0.3902, 0.4640, 0.4101, 0.5018]),
        ((), [0.4474, 0.3941, 0.4678, 0.4136, 0.5042]),
    ):
        scores = tuple(
            Score(f"{bins} {threshold}", "scanmatch", {**PORT, "bins": bins, "threshold": threshold}, averaged="images")
            for bins, threshold in BINS
        )
        how = {"images": {"osie": images}, "frame": (512, 384), "scores": scores, "people": "unordered"}
        found = score_protocol(replace(protocols["gazekit"], **how, headline=scores[0].name), osie, controls=False)
        assert found.table["value"].tolist() == pytest.approx(expected, abs=5e-5)


@pytest.mark.data
def test_people_cut_after_16_fixations_are_a_little_nearer(osie):
    cut = replace(protocols["gazexplain"], longest_person=16, scores=(SED,), headline="SED")
    assert score_protocol(cut, osie, controls=False).value("human", "SED") == pytest.approx(7.4778, abs=5e-5)


@pytest.mark.data
def test_clusters_are_as_many_as_another_program_finds(osie):
    part, _ = protocol_images(protocols["scandiff"], osie)
    whole, _ = in_protocol(part.scanpaths, protocols["scandiff"], None, {}, people=True)
    clusters = mean_shift_clusters(whole, by=("trial",), factors=PUBLISHED_FACTORS)
    assert sum(map(len, clusters.centres.values())) / 70 == pytest.approx(22.5, abs=0.05)
    plain = mean_shift_clusters(whole, by=("trial",)).bandwidths
    chosen = Counter(round(clusters.bandwidths[key] / plain[key], 6) for key in plain)
    assert chosen == {0.2: 46, 0.5: 21, 0.8: 3}


@pytest.mark.data
def test_floors_are_what_another_program_finds(osie):
    """Seven people judged by the other eight, drawn 20 times: what it found once lies among the 20 found here."""
    expected = {
        "ScanMatch w/o duration": 0.070, "ScanMatch w/ duration": 0.059, "SED": 0.007, "STDE": 0.074,
        "MultiMatch vector": 0.062, "MultiMatch direction": 0.062, "MultiMatch length": 0.046,
        "MultiMatch position": 0.063, "MultiMatch duration": 0.065,
    }  # fmt: skip
    chen = protocols["chen2021"]
    scores = tuple(replace(chen.score(name), averaged="divergence") for name in expected)
    divergences = replace(chen, scores=scores, headline=scores[0].name, people="unordered")
    scorer, sources, _, _ = prepared(divergences, osie, None, with_controls=False)
    found = equal_counts(scorer, sources, 20, 0)
    assert found["pairs"] == 70 * 7 * 8
    assert [row["score"] for row in found["rows"]] == [*expected]
    assert [row["score"] for row in found["rows"] if not row["low"] < expected[row["score"]] < row["high"]] == []
    mean = np.mean([row["value"] for row in found["rows"] if row["score"].startswith("MultiMatch")])
    assert mean == pytest.approx(0.060, abs=0.009)  # which is how far the mean of one choice varied there
