"""Values of another kind than a constructor's signature says are refused: of every model, option by option."""

import inspect
from pathlib import Path
from types import NoneType
from typing import Literal, get_args, get_type_hints

import numpy as np
import pytest

from gazekit.core.trials import Trial
from gazekit.datasets.registry import check_options
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.option_kinds import wanted
from gazekit.models.contract import ScanpathModel
from gazekit.models.neva.algorithm import Reference
from gazekit.models.neva.searches import search_from
from gazekit.models.oat.config import OatConfig
from gazekit.models.registry import load_model, model_class, models
from gazekit.models.specs import model_from_text

WRONG = {bool: ("perhaps", "true or false"), int: (300.5, "a whole number")}
NEEDS_WEIGHTS = {"deepgaze3", "tppgaze"}


def plain_options(name):
    """The options of a model that are true or false, or whole numbers, and which of the two."""
    kinds = get_type_hints(model_class(name).__init__)
    for option in inspect.signature(model_class(name)).parameters:
        kind = tuple(each for each in get_args(kinds[option]) or (kinds[option],) if each is not NoneType)
        if kind in ((bool,), (int,)):
            yield option, kind[0]


@pytest.mark.parametrize("name", [name for name in models if name not in NEEDS_WEIGHTS])
def test_another_kind_is_refused(name):
    """`fast=perhaps` counted as true, `default_length=300.5` as 300, a seed of 300.5 as 300."""
    for option, kind in plain_options(name):
        value, wanted = WRONG[kind]
        with pytest.raises(GazekitError, match=rf"{wanted}|is a control of search|must be one of 0, 90"):
            load_model(name, **{option: value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("line:step=far", "step must be a number, not 'far'"),
        ("move:penalty=none", "penalty must be a number, not 'none'"),
        ("oat:temperature=hot", "temperature must be a number, not 'hot'"),
        ("oat:checkpoint=5", "checkpoint must be a name or a path or None, not 5"),
        ("priority-fitted:backbone=5", "backbone must be a name, not 5"),
        ("eccnet:backbone=5", "no backbone called '5'"),
    ],
)
def test_what_the_constructor_stumbles_over_is_named(text, message):
    """It said that '>' is not supported between instances of 'str' and 'int', or ended in a traceback."""
    with pytest.raises(GazekitError, match=message):
        model_from_text(text)


class Plugin(ScanpathModel):
    name = "plugin"

    def __init__(self, far: bool = False, steps: int = None, where: Trial | str = "here"):  # noqa: RUF013 -- as people write
        self.far, self.steps, self.where = far, steps, where


def test_a_model_of_somebody_elses_too():
    assert Plugin(True, steps=None, where=3).arguments == {"far": True, "steps": None, "where": 3}
    with pytest.raises(GazekitError, match="far must be true or false, not 'no'"):
        Plugin("no")
    with pytest.raises(GazekitError, match=r"steps must be a whole number, not 2\.5"):
        Plugin(steps=2.5)


@pytest.mark.parametrize("kind", ["Nowhere", "inspect.nothing", "inspect | None", "array of floats"])
def test_what_cannot_be_read_as_a_kind_is_not_judged(kind):
    """Names that only a type checker knows, and words: of a model, and of a data set's loader."""

    class Other(Plugin):
        def __init__(self, far=1):
            super().__init__(far)

    def loader(root, *, far=1): ...

    Other.__init__.__annotations__["far"] = loader.__annotations__["far"] = kind
    with pytest.warns(UserWarning, match=rf"far of .*Other\.__init__ is not checked: its annotation .*{kind[:7]}"):
        assert Other(True).arguments == {"far": True}
    with pytest.warns(UserWarning, match=r"far of .*loader is not checked"):
        check_options("own", [loader], {"far": True})


def test_the_others_are_judged_beside_one_that_cannot_be_read():
    """One name of a type checker switched the check off for all options of the class."""

    class Other(Plugin):
        def __init__(self, net: "Nowhere" = None, steps: int = 1):  # noqa: F821
            super().__init__()

    with pytest.raises(GazekitError, match=r"steps must be a whole number, not 2\.5"):
        Other(steps=2.5)
    assert Other().arguments == {"net": None, "steps": 1}  # without a warning: nothing was given
    with pytest.warns(UserWarning, match="net of .* is not checked"):
        Other(net=3)


@pytest.mark.parametrize("option", [{"sigma": True}, {"sigma_px": (1, True)}, {"fovea_degrees": True}])
def test_true_is_no_number_in_a_pair_either(option):
    """`sigma=True` was a fovea of 1."""
    with pytest.raises(GazekitError, match=rf"{next(iter(option))} must be numbers \(true and false are none\), not "):
        load_model("neva", **option)


def test_arguments_of_any_number_are_not_judged():
    """Several were refused as no number."""

    class Other(Plugin):
        def __init__(self, *scales: float, far: bool = False):
            super().__init__(far)

    assert Other(1.0, 2.0).arguments == {"scales": (1.0, 2.0), "far": False}
    with pytest.raises(GazekitError, match="far must be true or false, not 'no'"):
        Other(far="no")


def test_a_path_may_be_a_text_and_a_text_a_path():
    """A model with `weights: Path` could not be made on the command line."""

    class Other(Plugin):
        def __init__(self, weights: Path | None = None, table: str = ""):
            super().__init__()

    assert Other("a.pt", Path("b.csv")).arguments == {"weights": "a.pt", "table": Path("b.csv")}
    with pytest.raises(GazekitError, match="weights must be a path or None, not 3"):
        Other(3)


def test_an_array_is_none_of_several_words():
    must = wanted(Literal["a", "b"], np.array(["a", "b"]))
    assert must == "'a' or 'b'"
    assert wanted(Literal["a", "b"], np.array(["a", "b"])[0]) is None


def test_a_search_of_neva_that_is_given_is_checked_too():
    """The text counted as yes."""
    with pytest.raises(GazekitError, match="restart must be true or false, not 'no'"):
        search_from(Reference(restart="no"), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("centre:spread=true", "spread must be a positive number, not True"),
        ("neva:optimiser=reference:iterations=2.5", "iterations must be a whole number, not 2.5"),
        ("neva:optimiser=reference:restart=no", "restart must be true or false, not 'no'"),
    ],
)
def test_options_that_the_signature_does_not_name(text, message):
    """`spread=true` was a spread of 1, `restart=no` was yes."""
    with pytest.raises(GazekitError, match=message):
        model_from_text(text)


def test_sizes_of_a_network():
    with pytest.raises(GazekitError, match="target must be true or false, not 'no'"):
        OatConfig(target="no")
    with pytest.raises(GazekitError, match=r"encoder_layers must be a whole number, not 1\.5"):
        OatConfig(encoder_layers=1.5)
