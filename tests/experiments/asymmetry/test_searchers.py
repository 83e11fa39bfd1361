"""Making the model for every experiment, and its controls."""

import pytest

from gazekit.experiments.asymmetry.searchers import option_names, searchers
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.baselines.uniform import Uniform


def test_a_model_with_the_options_gets_controls_and_the_settings_of_the_experiment(serial):
    rows = searchers(serial, {"hard": "red"}, seed=3)
    assert [r.name for r in rows] == ["serial", "serial, swapped target", "serial, equal level weights"]
    plain, swapped, equal = (r.model("lighting") for r in rows)
    assert (plain.background, plain.hard, plain.seed) == (27, "red", 3)
    assert (plain.swap_target, swapped.swap_target, equal.swap_target) == (False, True, False)
    assert (plain.level_weights, swapped.level_weights, equal.level_weights) == ("maximum", "maximum", "equal")
    assert rows[0].model("colour").background == 7  # its own default: nothing is published for this one
    assert searchers(serial, {"background": 99, "seed": 5})[0].model("lighting").background == 99


def test_a_model_without_them_has_no_controls():
    (row,) = searchers("uniform")
    assert row.model("lighting").name == "uniform"
    assert [r.name for r in searchers("ittikoch:noise=0")] == ["ittikoch:noise=0"]
    assert searchers("ittikoch:noise=0")[0].model("lighting").noise == 0
    assert searchers("ittikoch", {"noise": 0.25})[0].model("lighting").noise == 0.25
    assert searchers("ittikoch:noise=0", {"ior_radius": 0.2})[0].model("lighting").ior_radius == 0.2


def test_a_made_model_is_used_as_it_is():
    model = Uniform()
    assert searchers(model)[0].model("lighting") is model
    assert option_names(model) == set()
    with pytest.raises(GazekitError, match=r"options \(default_length\) go with a model's name or class"):
        searchers(model, {"default_length": 3})[0].model("lighting")


def test_controls_that_are_not_there(serial):
    assert len(searchers(serial, controls=())) == 1
    with pytest.raises(UnknownNameError, match="no control called 'swapped'; did you mean 'swapped-target'"):
        searchers(serial, controls=["swapped"])
    with pytest.raises(GazekitError, match="model 'uniform' has no option 'swap_target'.* leave that control out"):
        searchers("uniform", controls=["swapped-target"])


def test_options_beside_the_text_win_over_those_in_it():
    model = searchers("ittikoch:noise=0:ior_radius=0.1", {"ior_radius": 0.2})[0].model("lighting")
    assert (model.name, model.noise, model.ior_radius) == ("ittikoch:noise=0:ior_radius=0.1", 0, 0.2)


def test_models_that_cannot_be_made(serial):
    with pytest.raises(UnknownNameError, match="no model called 'unifrom'; did you mean 'uniform'"):
        searchers("unifrom")
    with pytest.raises(GazekitError, match="model 'uniform' does not take these options"):
        searchers("uniform", {"backbone": "v1"})[0].model("lighting")
    with pytest.raises(GazekitError, match="ior_radius must be a positive number, not 'c:/x'"):
        searchers("ittikoch:noise=0", {"ior_radius": "c:/x"})[0].model("lighting")
    with pytest.raises(GazekitError, match="'empirical' learns from people's scanpaths, and search displays have none"):
        searchers("empirical")[0].model("lighting")
