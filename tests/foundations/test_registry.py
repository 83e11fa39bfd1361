"""Registries, random numbers by key, and errors that travel between processes."""

import pickle
from importlib.metadata import EntryPoint

import pytest

from gazekit import GazekitError
from gazekit.foundations.errors import UnknownNameError
from gazekit.foundations.randomness import keyed_rng
from gazekit.foundations.registry import Registry


def test_names_are_given_once_and_listed_sorted():
    registry = Registry("thing")

    registry.add("b", len)
    registry.add("a", 1)
    assert list(registry) == ["a", "b"]
    assert registry["b"] is len
    with pytest.raises(GazekitError, match="registered already"):
        registry.add("a", 2)


@pytest.mark.parametrize(("name", "hint"), [("alhpa", "did you mean 'alpha'"), ("zzz", "known: alpha, beta")])
def test_unknown_names(name, hint):
    registry = Registry("thing")
    registry.add("alpha", 1)
    registry.add("beta", 2)
    with pytest.raises(UnknownNameError, match=hint):
        _ = registry[name]


def test_plugins_are_found_through_entry_points(monkeypatch):
    point = EntryPoint("sqrt", "math:sqrt", "gazekit.things")
    found = {"gazekit.things": [point]}
    monkeypatch.setattr("gazekit.foundations.registry.entry_points", lambda group: found.get(group, []))
    registry = Registry("thing", group="gazekit.things")
    assert "sqrt" in registry
    assert list(registry) == ["sqrt"]
    assert registry["sqrt"](9) == 3


def test_errors_survive_a_trip_between_processes():
    error = UnknownNameError("model", "centr", ["centre"])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301


def test_keys_are_not_confused():
    draws = {
        key: keyed_rng(*key).random()
        for key in [(0, "a", "b"), (0, "ab"), (0, "a", 1), (0, "a", "1"), (1, "a", "b"), (0, "b", "a"), (0,)]
    }
    assert len(set(draws.values())) == len(draws)


def test_draws_are_pinned():
    """A changed stream would change every published number: this value may only change with a note in the changelog."""
    assert keyed_rng(7, "model", "trial", 3).integers(0, 1000, 4).tolist() == [542, 768, 323, 471]


def test_where_an_entry_is_without_importing_it(monkeypatch):
    point = EntryPoint("plug", "somewhere:Plug", "gazekit.things")
    monkeypatch.setattr("gazekit.foundations.registry.entry_points", lambda group: [point])
    registry = Registry("thing", group="gazekit.things")
    registry.add("text", "not_there:Thing")
    registry.add("class", EntryPoint)
    assert registry.where("text") == "not_there:Thing"
    assert registry.where("plug") == "somewhere:Plug"
    assert registry.where("class") == "importlib.metadata:EntryPoint"
