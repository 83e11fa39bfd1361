"""Files that nobody should be handed, made by the tests. Reading one gives a value, or one sentence: nothing else."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.foundations.errors import GazekitError

EXAMPLES = 50  # per reader; the same ones in every run
LONGEST_SENTENCE = 2000  # characters


@pytest.fixture
def refused(tmp_path):
    """Write bytes to a file, have it read, and return the sentence that refuses it: refused(name, content, read)."""

    def run(name, content, read):
        file = tmp_path / name
        file.write_bytes(content)
        with pytest.raises(GazekitError) as caught:
            read(file)
        _check_sentence(caught.value)
        return str(caught.value)

    return run


@pytest.fixture
def little_room(monkeypatch):
    """Files may unpack to 1 MiB, so that the tests' bombs are small."""
    monkeypatch.setattr("gazekit.files.untrusted.FLOOR", 2**20)


@pytest.fixture
def survives_damage(tmp_path):
    """Change bytes of a good file in many ways; every one is read or refused: survives_damage(name, content, read)."""

    def run(name, content, read):
        file = tmp_path / name
        file.write_bytes(content)
        read(file)  # the good one can be read
        said = []

        @settings(deadline=None, max_examples=EXAMPLES, derandomize=True, database=None)
        @given(_damaged(content))
        def one(changed):
            file.write_bytes(changed)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # libraries may warn of what they mend
                    read(file)
            except GazekitError as error:
                _check_sentence(error)
                said.append(str(error))

        one()
        assert said  # some of the damage was noticed, or nothing was tried

    return run


def _check_sentence(error):
    text = str(error)
    assert text.strip()
    assert "\n" not in text
    assert len(text) < LONGEST_SENTENCE


def _damaged(content):
    """The bytes of a good file with some of them set, taken out, repeated, or cut off."""
    place = st.integers(0, len(content) - 1)
    kinds = st.sampled_from(["set", "set", "set", "drop", "repeat", "cut"])
    changes = st.lists(st.tuples(kinds, place, st.integers(0, 255), st.integers(1, 40)), min_size=1, max_size=3)
    return changes.map(lambda these: _apply(content, these))


def _apply(content, changes):
    data = bytearray(content)
    for kind, place, value, length in changes:
        if kind == "set" and place < len(data):
            data[place] = value
        elif kind == "drop":
            del data[place : place + length]
        elif kind == "repeat":
            data[place:place] = data[place : place + length]
        elif kind == "cut":
            del data[place:]
    return bytes(data)
