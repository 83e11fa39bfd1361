"""Names of stimuli: exact first, then without what differs between systems, never across folders."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.core.stimulus_names import match_names, nearest
from gazekit.foundations.errors import DataError

NFC, NFD = (unicodedata.normalize(form, "café.png") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("given_name", "known"),
    [
        ("1001", "1001.jpg"),
        ("1001.JPG", "1001.jpg"),
        ("1001.jpeg", "1001.jpg"),
        ("stimuli/1001.jpg", "1001.jpg"),
        (r"stimuli\1001.jpg", "1001.jpg"),
        (r"C:\cat\Action\001.png", "Action/001.png"),
        ("/home/me/cat/Action/001.png", "Action/001.png"),
        ("001", "Action/001.png"),
        ("./k.png", "k.png"),
        ("k.png ", "k.png"),
        ("Kitchen", "kitchen.png"),
        (NFD, NFC),
        (NFC[:-4], NFD),
        ("a.1", "a.1.png"),
    ],
)
def test_one_name(given_name, known):
    assert match_names([given_name], [known, "another.png"]) == {given_name: known}


@pytest.mark.parametrize(
    ("given_name", "known"),
    [
        ("Art/001.png", "Action/001.png"),
        ("scene_1.7", "scene_1.5"),
        ("scene_1", "scene_1.5"),
        ("Action/001.saliency.png", "Action/001.png"),
        ("11001.jpg", "1001.jpg"),
        ("x/Art/001", "x/Action/001"),
        ("", "a"),
        ("/", "a"),
    ],
)
def test_two_names(given_name, known):
    assert match_names([given_name], [known]) == {}


def test_exact_comes_before_alike():
    assert match_names(["k.png", "K.png"], ["k.png", "K.png", "k.jpg"]) == {"k.png": "k.png", "K.png": "K.png"}
    assert match_names(["k"], ["k.jpg", "thumbs/k.jpg"]) == {"k": "k.jpg"}  # folders alike come before any


def test_what_could_be_two_is_refused_with_both():
    with pytest.raises(DataError, match=r"stimulus 'k' could be 'k.jpg' or 'k.png'; write its name as it is there"):
        match_names(["k"], ["k.jpg", "k.png"])
    with pytest.raises(DataError, match=r"'1001.jpg' and '1001' would both be '1001.jpg'"):
        match_names(["1001.jpg", "1001"], ["1001.jpg"])
    with pytest.raises(DataError, match=r"'Action/001' and 'Art/001' would both be '001'"):
        match_names(["Action/001", "Art/001"], ["001"])


def test_the_nearest_names_are_said():
    said = nearest(["kitchn", "dog", "cat", "cow", "cow"], ["kitchen", "street"])
    assert said == "'kitchn' (nearest: 'kitchen'), 'dog', 'cat' and 1 more; there are 'kitchen', 'street'"


plain_name = st.text("abC01._é", min_size=1, max_size=5)
folders = st.lists(plain_name, max_size=2)


@given(known=st.lists(st.tuples(folders, plain_name), min_size=1, max_size=5), pick=st.integers(0, 4), data=st.data())
def test_a_disguised_name_is_found_or_refused_and_never_another(known, pick, data):
    """Another suffix, case, separator, form of Unicode or folder before it: that name, or an error; never another."""
    names = list(dict.fromkeys("/".join([*folder, f"{name}.png"]) for folder, name in known))
    of = names[pick % len(names)]
    disguise = data.draw(st.sampled_from([".jpg", ".PNG", ""])).join([of[:-4], ""])
    disguise = data.draw(st.sampled_from([str.upper, str.lower, str]))(disguise)
    disguise = data.draw(st.sampled_from([r"C:\d" + "\\", "data/", "./", ""])) + disguise
    disguise = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), disguise)
    if data.draw(st.booleans()):
        disguise = disguise.replace("/", "\\")
    try:
        found = match_names([disguise], names).get(disguise)
    except DataError:
        return
    if found is not None and found != of:
        assert found == disguise  # another name to the letter
