"""Descriptions of protocols: each is whole, names what there is, and can be read."""

import pytest

from gazekit.metrics import measures
from gazekit.protocols import protocols, score_words


@pytest.fixture(params=list(protocols))
def protocol(request):
    return protocols[request.param]


def test_it_names_scores_that_there_are(protocol):
    names = [score.name for score in protocol.scores]
    assert len(set(names)) == len(names)
    assert protocol.headline in names
    assert {check.score for check in protocol.checks} <= set(names)
    assert all(protocol.made_for(check.data) for check in protocol.checks)
    for score in protocol.scores:
        assert set(score.options) <= set(measures[score.measure].options)
        assert len(score.columns) == 1 or score.averaged == "divergence" or isinstance(score.output, tuple)
        assert measures[score.measure].name in score_words(score)


def test_it_says_where_it_comes_from_and_what_it_changes(protocol):
    assert protocol.paper
    assert protocol.files
    assert len(protocol.effects) >= 2
    assert all(value for value in protocol.fixes.values())
    assert {*protocol.open_on} <= {*protocol.images}
    for names in protocol.images.values():
        assert len(set(names)) == len(names)


def test_check_values_allow_no_more_than_their_digits(protocol):
    for check in protocol.checks:
        if check.source == "human":
            assert check.within <= 0.0005, check


def test_what_is_not_published_is_said():
    assert "which images are scored" in protocols["tppgaze"].fixes["not known"]
    known = [name for name in protocols if not protocols[name].open_points]
    assert sorted(known) == ["chen2021", "deepgaze", "gazekit", "gazexplain", "isp", "scandiff"]
    assert "which images the authors test on" in protocols["scandiff"].fixes["not known"]
    assert "the centre bias is fitted on CAT2000" in protocols["visions"].fixes["left out"]


def test_one_is_not_recommended_and_says_why():
    assert [name for name in protocols if protocols[name].not_recommended] == ["irl2020"]
    assert "compared with themselves" in protocols["irl2020"].fixes["recommended"]


def test_the_test_images_of_osie():
    names = protocols["chen2021"].images["osie"]
    assert len(names) == 70
    assert (names[0], names[-1]) == ("1009.jpg", "1699.jpg")


def test_hat_has_three_tasks():
    """Longest paths, steps and who is left out, as in the authors' configurations."""
    for name, data, longest, steps in (
        ("hat", "coco-search18", 6, (2, 4, 6)),
        ("hat-absent", "coco-search18", 10, (2, 4, 6)),
        ("hat-freeview", "coco-freeview", 20, (4, 8, 16)),
    ):
        one = protocols[name]
        assert [*one.images] == [data]
        assert one.longest_prediction == longest
        assert tuple(score.longest for score in one.scores if score.longest) == steps
        searched = name == "hat"  # where there is a target
        assert one.until_found == searched == any(score.measure == "probability_mismatch" for score in one.scores)
    assert protocols["hat-absent"].images["coco-search18"]["condition"] == "absent"
