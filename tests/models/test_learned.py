"""What `fit` learned goes to a file without code and comes back: plain attributes, or by the model's save and load."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gazekit import Facts, GazekitError
from gazekit.foundations.errors import DataError
from gazekit.models import ScanpathModel
from gazekit.models.learned import load_learned, save_learned


class Plain(ScanpathModel):
    """Remembers whatever it is told, as attributes."""

    name = "plain"

    def __init__(self, size=3, words=("a",)):
        self.size, self.words = size, words

    def fit(self, dataset):
        self.known = dataset.scanpaths
        self.facts = Facts(points="clicks")
        self.weights = np.arange(6, dtype=np.float32).reshape(2, 3)
        self.names = np.array(["a", None, ("b", 1)], dtype=object)
        self.table = pd.DataFrame({"x": [1, 2], "who": ["p", "q"]})
        self.more = {("s", 1): [1.5, float("nan"), -np.inf, None, True], "set": {2, 1}, "none": frozenset()}
        self.counts = (np.int64(3), Path("there"), "text")
        return self


class Networked(Plain):
    """Stores one array itself, as a network its weights; the rest of it cannot be stored."""

    def fit(self, dataset):
        self.network, self.bias = object(), np.array([dataset.scanpaths.x.mean()])
        return self

    def save(self, path):
        with path.open("wb") as file:
            np.save(file, self.bias)

    def load(self, path):
        self.bias = np.load(path)
        return self


def test_plain_attributes_come_back_as_they_were(small_dataset, tmp_path):
    model = Plain(size=4)
    model.name = "plain:size=4"
    fresh = Plain(size=4)
    fresh.name = "plain:size=4"
    model.fit(small_dataset)
    save_learned(model, tmp_path / "f")
    found = load_learned(fresh, tmp_path / "f")
    assert (found.name, found.size, found.facts) == ("plain:size=4", 4, model.facts)
    assert found.known.table.equals(model.known.table)
    assert found.known.facts == model.known.facts
    for name in ("x", "y", "offsets", "duration"):
        np.testing.assert_array_equal(getattr(found.known, name), getattr(model.known, name))
    assert found.weights.dtype == np.float32
    np.testing.assert_array_equal(found.weights, model.weights)
    assert found.names.tolist() == model.names.tolist()
    assert found.table.equals(model.table)
    assert repr(found.more) == repr(model.more)
    assert (found.counts, type(found.counts[0])) == (model.counts, np.int64)
    assert "known" not in vars(fresh)  # the model that was given stays as it is


def test_equal_contents_give_equal_bytes(small_dataset, tmp_path):
    for name in "ab":
        save_learned(Plain().fit(small_dataset), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_model_that_stores_itself(small_dataset, tmp_path):
    model = Networked().fit(small_dataset)
    save_learned(model, tmp_path / "f")
    assert load_learned(Networked(), tmp_path / "f").bias == model.bias


def test_what_cannot_be_stored_is_named(small_dataset, tmp_path):
    class Estimator(Plain):
        def fit(self, dataset):
            self.tree = [object()]
            return self

    class Lazy(Networked):
        def save(self, path):
            return None

    told = "its attribute 'tree' holds an object of the class object; give Estimator the methods save"
    with pytest.raises(GazekitError, match=told.replace("(", r"\(")):
        save_learned(Estimator().fit(small_dataset), tmp_path / "f")
    with pytest.raises(GazekitError, match="'words' holds an object of the class object"):  # fit may have changed it
        save_learned(Plain(words=[object()]).fit(small_dataset), tmp_path / "f")
    with pytest.raises(GazekitError, match="save of model 'plain' wrote no file f"):
        save_learned(Lazy().fit(small_dataset), tmp_path / "f")
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half", pickle.dumps({"a": 1})])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(DataError, match="only that fit is repeated|cannot be read"):
        load_learned(Plain(), tmp_path / "f")


def test_code_is_not_read(small_dataset, tmp_path):
    np.savez(tmp_path / "f.npz", attributes=np.array([object()], dtype=object))
    with pytest.raises(DataError):
        load_learned(Plain(), tmp_path / "f.npz")


def test_what_it_has_learned_from_is_refused(small_dataset, dataset_of):
    model = Plain()
    model.check_unseen(small_dataset.trials)
    first = small_dataset.select(stimuli=small_dataset.stimuli[:2])
    model.fit(first)
    assert model.learned_stimuli == set(first.stimuli)
    told = rf"'plain' has learned from 2 of these 6 stimuli \('{first.stimuli[0]}' is one\).*--folds 5"
    with pytest.raises(DataError, match=told):
        model.check_unseen(small_dataset.trials)
    model.check_unseen(small_dataset.trials[2:])
