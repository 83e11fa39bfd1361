"""What can be asked of the loader, with experiments of one's own."""

import numpy as np
import pytest

from gazekit import load_dataset
from gazekit.datasets.synthetic.search_arrays import Condition, Drawing, Experiment, Layout, experiments, load
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.registry import load_model

SQUARE, TALL = Drawing("square", np.full((6, 6), 200, np.uint8)), Drawing("tall", np.zeros((8, 4), np.uint8))
RED = Drawing("red", np.full((6, 6, 3), (200, 0, 0), np.uint8))
OWN = Experiment(
    "own",
    "a square among tall ones",
    Layout(60, grid=3, cell=20, jitter=4, background=90, px_per_degree=12),
    [Condition("square", SQUARE, TALL), Condition("red", RED, [SQUARE, TALL], "evenly")],
    set_sizes=(2, 5),
    per_size=3,
)


def test_an_experiment_of_ones_own_beside_a_published_one():
    data = load(experiments=[OWN, "colour"], seed=5)
    assert len(data.trials) == 12 + 180
    first, last = data.trials[0], data.trials[11]
    assert [first.id, last.id] == ["own/square/02/000", "own/red/05/002"]
    assert first.frame.px_per_degree == 12
    assert first.image_source().shape == (60, 60)  # grey where nothing has a colour
    assert last.image_source().shape == (60, 60, 3)
    tall = np.delete(first.objects.boxes, first.target_object, axis=0)
    assert (tall[:, 2:] - tall[:, :2]).tolist() == [[4, 8]]
    assert (first.target == 200).all()


def test_one_experiment_alone_and_names_in_a_text():
    assert len(load(experiments=OWN).trials) == 12
    both = load(experiments=" curvature , t-and-l,", per_size=1)
    assert {t.condition.split("/")[0] for t in both.trials} == {"curvature", "t-and-l"}


def test_options_change_the_counts():
    assert len(load(experiments="curvature", per_size=np.int64(2), set_sizes=np.int64(5)).trials) == 4
    sizes = [len(t.objects) for t in load(experiments="curvature", per_size=1, set_sizes=(3, 36)).trials]
    assert sizes == [3, 36, 3, 36]


def test_the_registered_name():
    data = load_dataset("search-arrays", experiments="size", per_size=1)
    assert data.name == data.card.name == "search-arrays"
    assert (len(data.trials), len(data.scanpaths), data.subjects) == (6, 0, [])
    assert data.scanpaths.facts == data.card.facts
    assert data.card.px_per_degree == 30


def test_a_model_searches_them():
    paths = load_model("centre-point").predict(load(experiments=OWN).trials, progress=False)
    assert len(paths) == 12


@pytest.mark.parametrize("experiment", experiments().values(), ids=lambda e: e.name)
def test_every_experiment_has_one_line_and_two_conditions(experiment):
    assert experiment.about
    assert "\n" not in experiment.about
    assert len(experiment.conditions) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"experiments": "curvatur"}, "there is no search experiment called 'curvatur'; did you mean 'curvature'?"),
        ({"experiments": ""}, "no experiment is asked for; there are curvature, lighting, "),
        ({"experiments": []}, "no experiment is asked for; there are curvature, lighting, "),
        ({"experiments": [3]}, "experiments must be names or Experiment objects, not 3"),
        ({"experiments": ["size", "size"]}, "the experiment 'size' is asked for twice; give it once"),
        ({"lighting_target": "right"}, "lighting_target must be one of 'published', 'corrected', not 'right'"),
        ({"seed": 1.5}, "seed must be a whole number, not 1.5"),
        ({"per_size": 0}, "per_size of experiment 'curvature' must be a whole number of at least 1, not 0"),
        ({"set_sizes": 37}, "experiment 'curvature' asks for 37 items, but its grid has 6 x 6 = 36 cells"),
        ({"set_sizes": (8, 32)}, "experiment 'lighting' asks for 32 items, but its grid has 4 x 4 = 16 cells"),
        ({"set_sizes": "8"}, "a set size of experiment 'curvature' must be a whole number of at least 1, not '8'"),
    ],
)
def test_what_cannot_be_asked_for(options, message):
    with pytest.raises(GazekitError, match=message.replace("?", r"\?")):
        load(**options)


def test_a_wrong_name_is_an_unknown_name():
    with pytest.raises(UnknownNameError):
        load(experiments=["curvature", "lightning"])
