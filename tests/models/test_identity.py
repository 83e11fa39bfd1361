"""Every model is told apart by everything that decides its results: options, files, code, what it learned."""

import importlib
import inspect
import json
import pickle
import subprocess
import sys
import threading
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gazekit import GazekitError, ScanpathModel, evaluate
from gazekit.foundations.errors import RunFolderError
from gazekit.foundations.told_apart import UNTOLD, first_untold
from gazekit.models import identity, load_model, model_class, models
from gazekit.models.identity import described
from gazekit.testing import example_dataset


def flat_map(image):
    return np.ones(image.shape[:2])


# Another value of each option that is no number and no switch; those are derived from their defaults.
OTHER = {
    "backbone": "random",
    "background": 128,
    "blur_kernel": 5,
    "blur_sigma": 3.0,
    "chunk": 2,
    "difference_of_gaussians": ((3, 1), (5, 3)),
    "decoding": "argmax",
    "encoder": "colour-words",
    "end": "choice",
    "exhausted": "corner",
    "features": "short",
    "fovea_degrees": 2.0,
    "level_weights": "equal",
    "levels": "fine",
    "mirror_kernels": "horizontal",
    "objective": "reconstruction",
    "optimiser": "reference",
    "precision": "bf16",
    "px_per_degree": 25.0,
    "recognition_size": 12,
    "rotate_kernels": 90,
    "saliency": flat_map,
    "sigma": 0.4,
    "sigma_px": 30.0,
    "target": "picture",
    "variant": "ivsn",
    "view": "crop",
    "window": "height",
    "winner": "middle",
}
# The default encoder gives no image to reconstruct; priority has backbones of its own.
SPECIAL = {("neva", "objective"): flat_map, ("priority-fitted", "backbone"): "dinov2"}
FILES = {(name, "weights") for name in ("eccnet", "neva", "priority", "priority-fitted")}
FILES |= {(name, "checkpoint") for name in ("oat", "priority")}  # see test_an_overwritten_file
FILES |= {("priority", "swap_target"), ("priority", "no_target")}  # of a readout of search: tests/models/priority
BESIDE = {("priority-fitted", name): {"target": "picture"} for name in ("swap_target", "no_target")}
PUBLISHED = {"worker", "deepgaze3", "tppgaze"}  # need what a user installed; see tests/models/published


def options_of(name):
    parameters = list(inspect.signature(model_class(name).__init__).parameters.values())[1:]
    return [p for p in parameters if p.kind is not p.VAR_KEYWORD]


def another(name, parameter):
    default = parameter.default
    if (name, parameter.name) in SPECIAL:
        return SPECIAL[name, parameter.name]
    if parameter.name in OTHER:
        return OTHER[parameter.name]
    if isinstance(default, bool):
        return not default
    assert isinstance(default, int | float), f"give another value of option {parameter.name!r} of {name!r} in OTHER"
    return default + 2 if isinstance(default, int) else 0.5 * default or 0.5


@pytest.mark.parametrize("name", [name for name in models if name not in PUBLISHED])
def test_every_option_is_part_of_the_identity(name):
    plain = identity(load_model(name))
    assert first_untold(plain) is None
    for parameter in options_of(name):
        if (name, parameter.name) not in FILES:
            value = another(name, parameter)
            beside = BESIDE.get((name, parameter.name), {})
            other = identity(load_model(name, **{parameter.name: value}, **beside))
            assert other["options"][parameter.name] != plain["options"][parameter.name], parameter.name
            assert json.loads(json.dumps(other)) == other


def test_options_without_a_name_in_the_signature_count_too():
    one, two = (identity(load_model("neva", optimiser="reference", iterations=k)) for k in (3, 4))
    assert (one["options"]["iterations"], two["options"]["iterations"]) == (3, 4)


def test_a_run_with_another_sigma_is_another_run(tmp_path):
    from gazekit.models.neva.model import Neva

    data, how = example_dataset(), {"n_samples": 1, "max_fixations": 1, "resamples": 100, "progress": False}
    evaluate(data, [Neva(sigma=0.05)], ["scanmatch"], out=tmp_path / "r", **how)
    with pytest.raises(
        RunFolderError, match='model neva: optimiser was "auto" and is "reference"; model neva: sigma was'
    ):
        evaluate(data, [Neva(sigma=0.4, optimiser="reference")], ["scanmatch"], out=tmp_path / "r", **how)


class Mine(ScanpathModel):
    """A model outside gazekit with one option of any kind."""

    name = "mine"
    leaves_own_out = True

    def __init__(self, gain=1.0):
        self.gain = gain

    def fit(self, dataset):
        return self

    def draw(self, trial, prepared, rng, max_fixations):
        x, y = rng.random((2, max_fixations or 3)) * np.array(trial.frame.size)[:, None]
        return x, y, None


def test_the_source_of_a_model_outside_is_part_of_it():
    assert Mine.__module__ in identity(Mine())["source"]
    assert "source" not in identity(load_model("uniform"))


def test_what_was_made_is_kept_by_copies_and_cannot_be_changed():
    model = Mine(gain=2.0)
    assert repr(model) == "Mine(gain=2.0)"
    for copy in (pickle.loads(pickle.dumps(model)), deepcopy(model)):  # noqa: S301 - our own bytes
        assert identity(copy) == identity(model)
        with pytest.raises(GazekitError, match=r"gain is what model 'mine' was made with.*with Mine\(\.\.\., gain=3\)"):
            copy.gain = 3
    model.other, model.name = 1, "mine:gain=2"  # neither is an argument
    assert identity(model)["name"] == "mine:gain=2"


def test_the_signature_of_a_class_is_that_of_its_constructor():
    assert str(inspect.signature(Mine)) == "(gain=1.0)"
    assert list(inspect.signature(model_class("centre")).parameters) == ["spread", "default_length"]


def test_a_class_that_drops_the_record_says_so():
    class Forgets(Mine):
        def __getstate__(self):
            return {"gain": self.gain}

    with pytest.raises(GazekitError, match="its class .*Forgets drops the attribute _arguments, probably in __getst"):
        identity(deepcopy(Forgets()))


def test_what_was_learned_is_part_of_it():
    data = example_dataset()
    fitted = Mine().fit(data)
    assert identity(fitted)["learned_from"] == {"name": "example", **data.hashes()}
    assert identity(fitted, learned=False) == identity(Mine())
    assert repr(fitted) == "Mine(gain=1.0) fitted"


@dataclass(frozen=True)
class Settings:
    sides: tuple
    rule: object = np.maximum


def adds(amount):
    return lambda value: value + amount


def network(width):
    import torch

    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, padding=width), torch.nn.ReLU())


DIFFERENT = {
    "numbers": (1, 2),
    "number-and-text": (1, "1"),
    "not-finite": (float("nan"), float("inf")),
    "arrays": (np.zeros(3), np.zeros((3, 1))),
    "types-of-arrays": (np.zeros(3), np.zeros(3, np.float32)),
    "one-value-of-an-array": (np.arange(9.0), np.array([0, 1, 2, 3, 4, 5, 6, 7, 9.0])),
    "arrays-of-objects": (np.array(["a", None], object), np.array(["a", "b"], object)),
    "tables": (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]})),
    "sets": ({"a", "b"}, {"a", "c"}),
    "mappings": ({1: "a"}, {2: "a"}),
    "deep": ({"a": [(1, {"b": 2})]}, {"a": [(1, {"b": 3})]}),
    "data-classes": (Settings((1, 2)), Settings((1, 3))),
    "functions-in-them": (Settings((1, 2)), Settings((1, 2), np.minimum)),
    "what-a-function-has-bound": (adds(1), adds(2)),
    "functions-without-a-name": (lambda x: x, lambda x: x + 1),
    "partial-functions": (partial(int, base=2), partial(int, base=3)),
    "random-generators": (np.random.default_rng(0), np.random.default_rng(1)),
    "networks": (network(0), network(1)),
    "models": (Mine(1), Mine(2)),
    "classes": (Mine, Settings),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_values_that_differ_are_told_apart(case):
    one, two = (described(value, {}) for value in DIFFERENT[case])
    assert one != two
    assert json.loads(json.dumps(one)) == one == described(deepcopy(DIFFERENT[case][0]), {})


def test_one_weight_of_a_network_is_seen():
    before, changed = network(0), network(0)
    changed[0].weight.data[0, 0, 0, 0] += 1e-3
    assert described(before, {}) == described(network(0), {}) != described(changed, {})


PRINTS = """
import json, numpy as np
from test_identity import DIFFERENT, Mine
from gazekit.models import identity
print(json.dumps([identity(Mine(one)) for one, _ in DIFFERENT.values()], sort_keys=True))
"""


def test_an_identity_is_the_same_in_every_process():
    here = str(Path(__file__).parent)
    texts = {
        subprocess.run(
            [sys.executable, "-c", PRINTS], cwd=here, env=None, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(texts) == 1
    assert " at 0x" not in texts.pop()


# ---------------------------------------------------------------- files


def test_an_overwritten_file(tmp_path):
    file = tmp_path / "gain.txt"
    file.write_text("1")
    model, told = Mine(file), identity(Mine(str(file)))
    assert identity(model)["options"] == told["options"]
    moved = tmp_path / "moved" / "gain.txt"
    moved.parent.mkdir()
    moved.write_text("1")
    assert identity(Mine(moved)) == identity(model)  # where it lies decides nothing
    file.write_text("2")
    assert identity(Mine(file))["options"] != told["options"]
    with pytest.raises(GazekitError, match=r"gain\.txt was changed since model 'mine' was made from it; make"):
        identity(model)


def test_a_folder_counts_by_what_is_in_it(tmp_path):
    (tmp_path / "a.txt").write_text("1")
    before = identity(Mine(tmp_path))
    (tmp_path / "b.txt").write_text("1")
    assert identity(Mine(tmp_path)) != before


def test_files_in_lists(tmp_path):
    (tmp_path / "a.txt").write_text("1")
    before = identity(Mine([str(tmp_path / "a.txt"), 3]))
    (tmp_path / "a.txt").write_text("2")
    assert identity(Mine([str(tmp_path / "a.txt"), 3])) != before


# ---------------------------------------------------------------- code


def run_with_plugin(monkeypatch, tmp_path, files, out):
    """Evaluate the model of a module made of these files, imported anew."""
    package = tmp_path / "plugins"
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    monkeypatch.syspath_prepend(str(package))
    for name in [n for n in sys.modules if n.startswith("plug")]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    made = importlib.import_module("plug").Plug()
    options = {"n_samples": 1, "resamples": 100, "progress": False}
    return evaluate(example_dataset(), [made], ["scanmatch"], out=out, **options)


PLUG = """
import numpy as np
from gazekit import ScanpathModel
SHIFT = {shift}
class Plug(ScanpathModel):
    name = "plug"
    def draw(self, trial, prepared, rng, max_fixations):
        return np.full(3, SHIFT), np.full(3, 9.0), None
"""


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ({"plug.py": PLUG.format(shift=5.0)}, {"plug.py": PLUG.format(shift=6.0)}, "plug"),
        (
            {"plug/__init__.py": PLUG.format(shift="5.0\nfrom plug import more"), "plug/more.py": "A = 1"},
            {"plug/more.py": "A = 2"},
            r"plug \(all of its package\)",
        ),
        (
            {"plug.py": PLUG.format(shift="5.0\nimport plug_shift"), "plug_shift.py": "A = 1"},
            {"plug_shift.py": "A = 2"},
            "plug_shift",
        ),
    ],
    ids=["module", "package", "beside"],
)
def test_an_edited_plugin_is_another_model(monkeypatch, tmp_path, before, after, where):
    run_with_plugin(monkeypatch, tmp_path, before, tmp_path / "r")
    run_with_plugin(monkeypatch, tmp_path, before, tmp_path / "r")
    with pytest.raises(RunFolderError, match=rf"model plug: source\.{where} has changed \(sha256"):
        run_with_plugin(monkeypatch, tmp_path, after, tmp_path / "r")


def typed(text):
    """The class that a session defines, whose source is in no file."""
    names = {"__name__": "__main__", "ScanpathModel": ScanpathModel}
    exec(text, names)  # noqa: S102 - as an interpreter does
    return names["Typed"]


SESSION = """
def shift(x):
    return x + {shift}
class Typed(ScanpathModel):
    name = "typed"
    def draw(self, trial, prepared, rng, max_fixations):
        return [shift(1.0)], [1.0], None
"""


def test_what_was_typed_into_a_session_is_told_apart_by_its_code():
    one, same, other = (identity(typed(SESSION.format(shift=k))()) for k in (1, 1, 2))
    assert one == same != other
    assert next(iter(one["source"])) == "__main__ (its file cannot be read: code of Typed)"


# ---------------------------------------------------------------- what cannot be told apart


class Locked:
    """An option that holds something whose content nobody can read."""

    def __init__(self):
        self.lock = threading.Lock()


class Known(Locked):
    def __init__(self, number):
        super().__init__()
        self.number = number

    def identity(self):
        return {"number": self.number}


def test_what_cannot_be_told_apart_is_marked_and_says_what_to_do():
    reason = identity(Mine(Locked()))["options"]["gain"][UNTOLD]
    assert reason == (
        "the option 'gain' of model 'mine' cannot be told apart from others of its kind (cannot pickle '_thread.lock' "
        "object); give its class a method `identity()` that returns what its results depend on"
    )
    assert first_untold(identity(Mine(Mine([Locked()])))) == reason


def test_a_run_that_cannot_be_told_apart_is_never_given_back(tmp_path):
    model, how = Mine(Locked()), {"n_samples": 1, "resamples": 100, "progress": False}
    evaluate(example_dataset(), [model], ["scanmatch"], out=tmp_path / "r", **how)
    with pytest.raises(RunFolderError, match=r"neither resumed nor given back: the option 'gain'.*or give --overwrite"):
        evaluate(example_dataset(), [model], ["scanmatch"], out=tmp_path / "r", **how)


def test_an_option_or_a_model_may_say_what_it_is():
    one, same, other = (identity(Mine(Known(k)))["options"] for k in (1, 1, 2))
    assert one == same != other

    class Says(Mine):
        def identity(self):
            return self.gain.number

    assert identity(Says(Known(3)))["options"] == {"identity": 3}


def test_a_model_class_shows_its_constructor():
    """Commands, controls and editors read the options from it."""
    assert list(inspect.signature(model_class("centre")).parameters)[:1] == ["spread"]
    for name in models:
        cls = model_class(name)
        assert list(inspect.signature(cls).parameters) == list(inspect.signature(cls.__init__).parameters)[1:]
