import pytest

from gazekit.foundations.errors import GazekitError
from gazekit.models import specs
from gazekit.models.specs import model_from_text


def test_a_value_may_have_colons():
    model = model_from_text("neva:encoder=torchvision:squeezenet1_0:weights=random:sigma=0.1")
    assert model.name == "neva:encoder=torchvision:squeezenet1_0:weights=random:sigma=0.1"
    assert {k: model.arguments[k] for k in ("encoder", "weights", "sigma")} == {
        "encoder": "torchvision:squeezenet1_0",
        "weights": "random",
        "sigma": 0.1,
    }


@pytest.mark.parametrize("text", ["centre:spread", "centre:=3", "centre:spread=0.2:=3", "centre::spread=0.2"])
def test_what_is_no_option_is_refused(text):
    with pytest.raises(GazekitError, match="not of the form option=value"):
        model_from_text(text)


def test_a_stray_word_belongs_to_the_value_before_it_which_the_model_refuses():
    with pytest.raises(GazekitError, match=r"spread.*0\.2:oops"):
        model_from_text("centre:spread=0.2:oops")


def test_an_option_twice_is_refused():
    """The first was dropped in silence."""
    with pytest.raises(GazekitError, match="model 'levy:alpha=1:alpha=2': alpha is given twice; give one value"):
        model_from_text("levy:alpha=1:alpha=2")


def test_off_is_off():
    """The text "false" counted as true."""
    assert model_from_text("levy:repeat_rejected=false").arguments["repeat_rejected"] is False
    assert model_from_text("levy:repeat_rejected=True").arguments["repeat_rejected"] is True


def test_an_option_that_a_model_needs_is_named():
    """The message was Python's, of a missing argument."""
    with pytest.raises(
        GazekitError, match=r"'worker' needs its option 'adapter': worker:adapter=\.\.\.; see `gazekit mo"
    ):
        model_from_text("worker")


def test_what_is_given_by_place_is_no_option(monkeypatch):
    """The message asked for an option `parts` that nobody can give."""

    class Other:
        def __init__(self, *parts, weight=1):
            raise TypeError("parts do not fit")

    monkeypatch.setattr(specs, "model_class", lambda name: Other)
    monkeypatch.setattr(specs, "load_model", lambda name, **options: Other(**options))
    with pytest.raises(GazekitError, match=r"'other' does not take these options \(parts do not fit\); see"):
        model_from_text("other")
