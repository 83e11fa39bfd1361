"""In which words a request differs from that of the run in its folder."""

import pytest

from gazekit.runs.differences import in_words

ONE, TWO = "0" * 64, "1" * 64
NEVA = {"name": "neva", "options": {"sigma": 0.05, "weights": {"file": "a.pt", "sha256": ONE}}, "source": {"plug": ONE}}


def neva(**options):
    return {**NEVA, "options": {**NEVA["options"], **options}}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({"seed": 0}, {"seed": 1}, ["seed was 0 and is 1"]),
        ({"seed": 0, "folds": [1]}, {"seed": 1, "folds": [2]}, ["seed was 0 and is 1", "folds was [1] and is [2]"]),
        ({}, {"sets": {"draws": 3}}, ['sets was not there and is {"draws": 3}']),
        ({"data": {"name": "a", "sha256": ONE}}, {"data": {"name": "a", "sha256": TWO}}, ["data has changed (sha256 "]),
        ({"plan": ONE}, {"plan": TWO}, ["plan has changed (sha256 000000000000, now 111111111111)"]),
        ({"models": [NEVA]}, {"models": [neva(sigma=0.4)]}, ["model neva: sigma was 0.05 and is 0.4"]),
        ({"model": NEVA}, {"model": neva(sigma=0.4)}, ["model neva: sigma was 0.05 and is 0.4"]),
        (
            {"models": [NEVA]},
            {"models": [neva(weights={"file": "a.pt", "sha256": TWO})]},
            ["model neva: weights has changed (sha256 000000000000, now 111111111111)"],
        ),
        (
            {"models": [NEVA]},
            {"models": [{**NEVA, "source": {"plug": TWO}}]},
            ["model neva: source.plug has changed (sha256 000000000000, now 111111111111)"],
        ),
        (
            {"models": [NEVA, {"name": "centre"}]},
            {"models": [NEVA]},
            ["models were neva, centre and are neva"],
        ),
        (
            {"models": [{"row": "neva, swapped", **NEVA}]},
            {"models": [{"row": "neva, swapped", **neva(sigma=0.4)}]},
            ["model neva, swapped: sigma was 0.05 and is 0.4"],
        ),
        (
            {"split": {"trained": [0], "sha256": [ONE]}},
            {"split": {"trained": [0, 1], "sha256": [ONE, TWO]}},
            ["split.trained was [0] and is [0, 1]", "split has other content (1 of it, now 2)"],
        ),
        ({"split": {"sha256": [ONE]}}, {"split": {"sha256": [TWO]}}, ["split has other content"]),
        ({"rule": "x" * 200}, {"rule": "y"}, ['rule was "' + "x" * 116 + '... and is "y"']),
    ],
)
def test_differences(old, new, words):
    found = in_words(old, new)
    assert len(found) == len(words)
    assert all(text.startswith(start) for text, start in zip(found, words, strict=True)), found
    assert in_words(old, old) == []
