from dataclasses import replace

import numpy as np
import pytest
import torch

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models import identity
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing
from gazekit.models.priority.checkpoint import Readout, load_readout
from gazekit.models.priority.events import events_of, path_events
from gazekit.models.priority.features import FeatureReader, channels_of
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.model import Priority, PriorityFitted
from gazekit.models.priority.network import BLURS, Events, PriorityConfig, PriorityNetwork
from gazekit.models.priority.target import category_number, category_of, picture_of, similarity_maps, text_maps
from gazekit.models.priority.training import (
    OPTIONS,
    NextFixation,
    View,
    prepared_network,
    take_weights,
    train_readout,
    view_losses,
    views_of,
)
from gazekit.models.training import TrainingOptions, train, with_changes
from gazekit.testing import check_model, example_trials

SMALL = {"hidden": 16, "maps": 4, "dropout": 0.0}
RED, BLUE = (230, 40, 40), (40, 60, 230)


def square(image, x, y, colour):
    image[y - 8 : y + 8, x - 8 : x + 8] = colour
    image[y - 8 : y, x - 8 : x] = 255  # it has a corner


@pytest.fixture
def searches():
    """Twelve noisy pictures with a red and a blue square; people look for one of them, and find it after a while."""
    trials, paths = [], []
    for k in range(12):
        name, rng = f"squares-{k}", keyed_rng(0, "squares", k)
        image = rng.integers(90, 120, (120, 160, 3), dtype=np.uint8)
        red, blue = ((int(rng.integers(a, b)), int(rng.integers(20, 100))) for a, b in ((20, 70), (90, 140)))
        square(image, *red, RED)
        square(image, *blue, BLUE)
        wanted = red if k % 2 else blue
        box = Box(wanted[0] - 8, wanted[1] - 8, wanted[0] + 8, wanted[1] + 8)
        target = image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)].copy()
        task = f"search: {'red' if k % 2 else 'blue'}"
        trials.append(
            Trial(name, name, Frame(160, 120), image, task=task, target_source=target, target_box=box, start=(80, 60))
        )
        for subject in "abc":
            away, at = rng.uniform((10, 10), (150, 110), (1, 2)), rng.normal(wanted, 3, (3, 2))
            xy = np.concatenate([away, at]).clip((0, 0), (160, 120))
            ids = {"stimulus": name, "trial": name, "subject": subject}
            paths.append(Scanpath(xy[:, 0], xy[:, 1], np.full(4, 200.0), Frame(160, 120), ids))
    return Dataset("squares", trials, Scanpaths.from_paths(paths, Facts(forced_first=False, points="fixations")))


def readout_of(reader, path, target="picture", categories=(), trials=None):
    features = reader.of_image((trials or example_trials())[0].image)
    torch.manual_seed(0)
    config = PriorityConfig(channels_of(features), **SMALL, target=target, categories=categories)
    network = PriorityNetwork(config).eval()
    with torch.no_grad():
        network.target_weight.weight.fill_(1.0)
    Readout(network, "tiny", reader.sha256, 6, {"data": "made-up", "images": [], "stimuli": []}).save(path)
    return path


# ------------------------------------------------------------------ similarity


def test_the_target_is_most_similar_where_it_is(tiny, searches):
    trial = searches.trials[0]
    grid = Grid.of(trial.frame)
    maps = similarity_maps(trial.image, trial.target, tiny, grid)
    config = PriorityConfig(channels_of(tiny.of(trial)), target="picture")
    assert maps.shape == (len(config.similarities), *grid.shape)
    assert torch.allclose(maps.mean((1, 2)), torch.zeros(len(maps)), atol=1e-4)
    deviation = maps.std((1, 2), correction=0)  # 0: a picture of one colour, blurred, tells no places apart
    assert (((deviation - 1).abs() < 1e-3) | (deviation == 0)).all()
    assert (deviation > 0).sum() >= 4
    for name, each in zip(config.similarities, maps, strict=True):
        if name in ("patch, level 1", "grey, blur 0 px"):
            row, column = divmod(int(each.argmax()), grid.columns)
            x, y = grid.points(np.array(row * grid.columns + column), 0.5, 0.5)
            assert np.hypot(x - trial.target_box.centre[0], y - trial.target_box.centre[1]) < 10


def test_cosines_are_those_of_the_patches():
    """One place in plain numbers: features of one level, a patch of two by two."""
    from gazekit.models.priority.target import _cosines

    rng = np.random.default_rng(0)
    shown, template = (torch.from_numpy(rng.normal(size=(5, 8, 8))).float() for _ in range(2))
    patch, mean = _cosines(shown, template, np.array([0.25, 0.5, 0.5, 0.75]), Grid(80, 80, 7, 7))
    middle, spread = shown.mean((1, 2), keepdim=True), shown.std((1, 2), keepdim=True, correction=0)
    a, b = ((part - middle) / spread for part in (shown, template))
    b = b[:, 2:4, 4:6]
    found = torch.stack(
        [torch.stack([torch.cosine_similarity(a[:, r : r + 2, c : c + 2].flatten(), b.flatten(), 0) for c in range(7)])
         for r in range(7)]
    )  # fmt: skip
    # a grid of seven cells over eight: the patch at row r, column c has its middle on the edge of cells r and r + 1,
    # and each cell of the grid holds two of four places; their best is at most the best of its neighbourhood
    whole = torch.nn.functional.max_pool2d(found[None, None], 3, 1, 1)[0, 0]
    assert (patch <= whole + 1e-5).all()
    assert abs(float(patch.max() - found.max())) < 0.15
    centre = torch.nn.functional.normalize(b.mean((1, 2)), dim=0)
    single = torch.einsum("chw,c->hw", torch.nn.functional.normalize(a, dim=0), centre)
    assert float(mean.max()) <= float(single.max()) + 1e-5


@pytest.mark.parametrize("swapped", [False, True])
def test_a_picture_from_a_box(searches, swapped):
    trial = searches.trials[0]
    assert np.array_equal(picture_of(trial, "box"), trial.target)
    again = picture_of(trial, "picture", swapped=swapped)
    assert again.shape == trial.target.shape
    assert np.array_equal(again, trial.target) != swapped
    assert np.array_equal(again, picture_of(trial, "picture", swapped=swapped))


def test_something_else_is_an_object_that_is_not_the_target():
    trial = example_trials()[0]
    x0, y0, x1, y1 = trial.objects.boxes[1].astype(int)
    assert np.array_equal(picture_of(trial, "picture", swapped=True), trial.image[y0:y1, x0:x1])


def test_targets_that_cannot_be_sought(searches):
    trial = searches.trials[0]
    large = replace(trial, target_source=np.zeros((121, 10, 3), np.uint8))
    with pytest.raises(GazekitError, match="the target is 10 x 121 px and the image 160 x 120 px"):
        picture_of(large, "picture")
    with pytest.raises(GazekitError, match="the box 200, 0, 220, 20 px lies outside the image of 160 x 120 px"):
        picture_of(replace(trial, target_box=Box(200, 0, 220, 20)), "box")
    with pytest.raises(GazekitError, match="no room for another piece of the target's size"):
        picture_of(replace(trial, target_box=Box(0, 0, 160, 120)), "box", swapped=True)
    with pytest.raises(MissingNeedError, match="has no 'target_box'"):
        picture_of(replace(trial, target_box=None), "picture", swapped=True)
    config = PriorityConfig((3,), target="category", categories=("blue", "red"))
    assert category_number(trial, config) == 0
    with pytest.raises(GazekitError, match="seeks 'green', and priority has learned to seek blue, red"):
        category_number(replace(trial, task="search: green"), config)
    assert category_of(replace(trial, task="free viewing")) == ""


# ------------------------------------------------------------------ match


@torch.no_grad()
def test_a_match_counts_around_it_by_a_gaussian():
    """In plain numbers: a cell where all maps agree, cells beside it, and nothing where nothing is sought."""
    network = PriorityNetwork(PriorityConfig((3,), **SMALL, target="picture"))
    network.spread.fill_(np.log(1.5))
    nothing = torch.zeros(1, len(network.config.similarities), 15, 20)
    assert network.matching(nothing).abs().max() == 0
    alike = nothing.clone()
    alike[0, :, 7, 9] = 5.0
    found = network.matching(alike)[0, 0]
    middle = 1 / (1 + np.exp(-(5.0 * 5.0 - 10))) - 1 / (1 + np.exp(10))
    for row, column in ((7, 9), (7, 11), (4, 9), (6, 10)):
        away = (row - 7) ** 2 + (column - 9) ** 2
        assert float(found[row, column]) == pytest.approx(np.tanh(middle * np.exp(-0.5 * away / 1.5**2)), abs=1e-5)


# ------------------------------------------------------------------ visibility


@torch.no_grad()
def test_what_is_seen_is_what_the_law_says():
    """Cell by cell in plain numbers: similarity times the visibility from the nearest fixation so far, or the start."""
    torch.manual_seed(0)
    network = PriorityNetwork(PriorityConfig((3,), **SMALL, target="picture")).eval()
    many = len(network.config.known_of_target)
    network.half_seen.copy_(torch.linspace(-2, 0, many))
    network.steepness.copy_(torch.linspace(0, 1, many))
    grid = Grid.of(Frame(40, 30), 48)
    x, y = np.array([5.0, 30, 22]), np.array([25.0, 10, 12])
    events = path_events(x, y, None, grid)
    maps = network.look([torch.randn(1, 3, 6, 8)], *grid.shape, torch.randn(1, many - 1, *grid.shape))
    found = network.seen(maps, events, *(torch.from_numpy(side) for side in grid.centres()))[0].numpy()
    across, down = grid.centres()
    trace = np.concatenate([[(0.0, 0.0)], grid.places(x, y)])
    half, steep = network.half_seen.exp().numpy(), network.steepness.exp().numpy()
    similarity = network.parts(maps)[1][0].flatten(1).numpy()
    for event in range(4):
        for cell, (cy, cx) in enumerate((cy, cx) for cy in down for cx in across):
            away = np.hypot(trace[: event + 1, 0] - cx, trace[: event + 1, 1] - cy).min()
            assert np.allclose(found[event, :, cell], similarity[:, cell] / (1 + (away / half) ** steep), atol=1e-4)


def test_visibility_can_be_read(tiny, tmp_path):
    model = Priority(readout_of(tiny, tmp_path / "r.safetensors"))
    law = model.visibility([0.0, 0.3, 1.0])
    assert law.columns.tolist()[-2:] == [f"grey, blur {BLURS[-1]:g} px", "match"]
    assert np.allclose(law.to_numpy(), np.array([1, 0.5, 1 / (1 + (1 / 0.3) ** 2)])[:, None], atol=1e-3)
    with pytest.raises(GazekitError, match="has learned to seek nothing: nothing has a visibility"):
        PriorityFitted("tiny").visibility()


def test_controls_are_part_of_the_identity(tiny, tmp_path):
    file = readout_of(tiny, tmp_path / "r.safetensors")
    told = [identity(Priority(file, **{name: True})) for name in ("swap_target", "no_target")]
    assert len({str(each["options"]) for each in [identity(Priority(file)), *told]}) == 3


@torch.no_grad()
def test_while_nothing_is_sought_it_does_what_it_did_in_free_viewing():
    torch.manual_seed(0)
    free = PriorityNetwork(PriorityConfig((3,), **SMALL)).eval()
    search = PriorityNetwork(PriorityConfig((3,), **SMALL, target="picture")).eval()
    take_weights(search, free)
    grid = Grid.of(Frame(40, 30), 48)
    events = path_events(np.array([5.0, 30]), np.array([25.0, 10]), np.array([200.0, 300]), grid)
    sides = [torch.from_numpy(side) for side in grid.centres()]
    features = [torch.randn(1, 3, 6, 8)]
    a, b = (network.look(features, *grid.shape) for network in (free, search))
    assert torch.allclose(free.next_density(a, events, *sides), search.next_density(b, events, *sides), atol=1e-5)
    assert torch.allclose(free.static_density(a), search.static_density(b), atol=1e-5)
    assert torch.allclose(free.end(a, events), search.end(b, events), atol=1e-5)
    for one, two in zip(free.durations(a, events), search.durations(b, events), strict=True):
        assert torch.allclose(one, two, atol=1e-5)
    more = PriorityNetwork(replace(free.config, history=free.config.history + 1))
    with pytest.raises(GazekitError, match="has another size of field.weight"):  # the marks come after the history
        take_weights(more, free)
    other = PriorityNetwork(PriorityConfig((3,), **{**SMALL, "hidden": 8}))
    with pytest.raises(GazekitError, match="has another size of readout.0.weight"):
        take_weights(other, free)


# ------------------------------------------------------------------ what a path says itself


def test_a_path_says_where_it_began_and_what_cut_it(searches):
    trial, path = replace(searches.trials[0], max_fixations=12), searches.scanpaths[0]
    grid = Grid.of(trial.frame)
    usual = events_of(trial, path, grid)
    assert usual.ended[0, -1] == 1
    ids = {**path.ids, "start_x": 10.0, "start_y": 20.0, "saccades_allowed": 4}
    for found, ended in ((True, 1.0), (False, np.nan)):
        own = events_of(trial, replace(path, ids={**ids, "target_found": found}), grid)
        assert np.allclose(own.places[0, 0, 0], grid.places(np.array([10.0]), np.array([20.0]))[0])
        assert np.array_equal(float(own.ended[0, -1]), ended, equal_nan=True)


# ------------------------------------------------------------------ the model


SLOW = [pytest.param({name: True}, marks=pytest.mark.slow) for name in ("swap_target", "no_target")]


@pytest.mark.parametrize("control", [{}, *SLOW])
def test_it_keeps_the_contract(tiny, tmp_path, control):
    model = Priority(readout_of(tiny, tmp_path / "r.safetensors"), **control)
    assert model.needs == (
        "image",
        *{"swap_target": ("target_box",), "no_target": ()}.get("".join(control), ("target",)),
    )
    check_model(model).raise_if_failed()


def test_what_was_learned_of_a_category_goes_to_its_name():
    def network(*names):
        return PriorityNetwork(PriorityConfig((3,), **SMALL, target="category", categories=names))

    before, after = network("blue", "red"), network("green", "red", "violet")
    as_begun = after.category.weight.detach().clone()
    take_weights(after, before)
    assert torch.equal(after.category.weight[1], before.category.weight[1])
    assert torch.equal(after.category.weight[[0, 2]], as_begun[[0, 2]])
    assert torch.equal(after.category_key.weight, before.category_key.weight)


@pytest.mark.parametrize(("target", "categories"), [("box", ()), ("category", ("another", "square"))])
def test_densities_by_box_and_by_name(tiny, tmp_path, target, categories):
    model = Priority(readout_of(tiny, tmp_path / "r.safetensors", target, categories))
    trial = example_trials()[0]
    sought, nothing = (
        m.log_density(trial, (6, 8)) for m in (model, Priority(tmp_path / "r.safetensors", no_target=True))
    )
    assert not np.allclose(sought, nothing)
    with pytest.raises(MissingNeedError, match="target_box" if target == "box" else "task"):
        model.predict([replace(trial, target_box=None, task=None)], progress=False)


def test_another_target_in_the_same_picture_is_another_search(tiny, searches, tmp_path):
    model = Priority(readout_of(tiny, tmp_path / "r.safetensors"))
    trial = searches.trials[0]
    other = replace(trial, target_source=picture_of(trial, "box", swapped=True))
    history = Scanpath([80.0], [60.0], [200.0], trial.frame)
    assert not np.allclose(model.log_density(trial, (6, 8), history), model.log_density(other, (6, 8), history))


@pytest.mark.parametrize("target", ["picture", "category"])
def test_it_learns_what_people_seek(tiny, searches, tmp_path, target):
    """On unseen pictures, people's fixations are likelier with their target than with the other, or with none."""
    options = with_changes(OPTIONS, {"epochs": 8, "batch": 3})
    config = {**SMALL, "target": target}
    learned = searches.select(stimuli=searches.stimuli[:8])
    readout, _ = train_readout([learned], tiny, options, config=config, fixations=8, progress=False)
    readout.save(tmp_path / "r.safetensors")
    network = load_readout(tmp_path / "r.safetensors").network
    assert network.config.categories == (("blue", "red") if target == "category" else ())
    unseen = searches.select(stimuli=searches.stimuli[8:])
    models = [Priority(tmp_path / "r.safetensors", **o) for o in ({}, {"swap_target": True}, {"no_target": True})]
    nats = [np.mean(np.concatenate(model.log_likelihood(unseen))) for model in models]
    assert nats[0] > max(nats[1:])
    with torch.no_grad():  # the training's likelihood is the model's
        views = views_of(unseen, tiny, network.config)
        mean = torch.cat([view_losses(network, view).next.nanmean()[None] for view in views])
    assert torch.isfinite(mean).all()


class MeanColour(Encoder):
    """Means of red, green and blue; the only text is red."""

    has_text = True

    def __init__(self, name="mean colour"):
        super().__init__(name, "none", Preprocessing(size=8))

    def features(self, x):
        return x.mean((2, 3))

    def text(self, captions):
        return torch.tensor([[1.0, 0.0, 0.0]]).repeat(len(captions), 1)


def test_squares_of_the_image_are_compared_with_a_text():
    """An image whose red rises to the right: the cosine with red at the middle of each square, in closed form."""
    reader = FeatureReader("random+text/colour-words")
    reader.encoder = MeanColour()
    image = np.full((120, 160, 3), 100, np.uint8)
    image[..., 0] = np.arange(160)
    trial = Trial("t", "t", Frame(160, 120), image, task="search: red")
    maps = text_maps(trial, reader, Grid(160, 120, 6, 8))
    assert maps.shape == (2, 6, 8)
    squares = reader.squares_of(image, (2, 4))
    assert [tuple(each.shape) for each in squares] == [(3, 5, 3), (7, 10, 3)]
    corner = torch.tensor([129.5, 100.0, 100.0])  # the last square of the first row
    assert torch.allclose(squares[0][0, -1], corner / corner.norm(), atol=1e-3)
    assert torch.allclose(maps, maps[:, :1].expand_as(maps), atol=1e-4)  # nothing changes from top to bottom
    red = (np.arange(8) + 0.5) / 8 * 160 - 0.5  # at the middles of the cells
    for side, found in zip((60, 30), maps[:, 0], strict=True):
        x = red.clip(side / 2 - 0.5, 160 - side / 2 - 0.5)  # where squares have their middles
        cosine = x / np.sqrt(x**2 + 2 * 100**2)
        assert np.allclose(found, (cosine - cosine.mean()) / cosine.std(), atol=0.02)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (5, 4)])
def test_squares_of_images_of_any_size(size):
    reader = FeatureReader("random+text/colour-words")
    reader.encoder = MeanColour()
    image = np.zeros((*size, 3), np.uint8)
    assert all(len(squares) <= 64 and squares.shape[1] <= 64 for squares in reader.squares_of(image, (2, 4)))
    trial = Trial("t", "t", Frame(*size[::-1]), image, task="search: red")
    assert torch.isfinite(text_maps(trial, reader, Grid.of(trial.frame))).all()


def test_an_encoder_is_known_by_its_table():
    """The table of colours is no part of the encoder's state: one of other colours had the same hash."""
    reader, other = FeatureReader("random+text/colour-words"), FeatureReader("random+text/colour-words")
    buffers = dict(other.encoder.named_buffers())
    name = max(buffers, key=lambda each: buffers[each].numel())
    setattr(other.encoder, name, buffers[name] * 0.5)
    assert reader.sha256.partition("+")[0] == other.sha256.partition("+")[0]
    assert reader.sha256 != other.sha256


def test_a_text_that_the_encoder_would_cut_is_refused(searches, monkeypatch):
    reader = FeatureReader("random+text/colour-words")
    monkeypatch.setattr(type(reader.encoder), "token_count", lambda *_: (80, 77))
    with pytest.raises(GazekitError, match="has 80 tokens, and the encoder 'colour-words' reads 77: say it in fewer"):
        text_maps(searches.trials[0], reader, Grid(160, 120, 6, 8))


def test_a_text_is_most_similar_where_its_colour_is(searches):
    reader = FeatureReader("random+text/colour-words")
    for trial in searches.trials[:4]:
        for words in (trial.task, trial.task.replace("red", "crimson").replace("blue", "navy")):
            maps = text_maps(replace(trial, task=words), reader, grid := Grid.of(trial.frame))
            x, y = grid.points(maps[1].argmax().numpy(), 0.5, 0.5)
            assert np.hypot(x - trial.target_box.centre[0], y - trial.target_box.centre[1]) < 20


def test_it_learns_what_a_text_names(tiny, searches, tmp_path):
    """On unseen pictures people's fixations are likelier with their colour than with the other; also by other words."""
    before, _ = train_readout([searches], tiny, with_changes(OPTIONS, {"epochs": 1}), config=SMALL, progress=False)
    reader = FeatureReader("tiny+text/colour-words")
    assert reader.sha256.partition("+")[0] == tiny.sha256
    options, learned = with_changes(OPTIONS, {"epochs": 8, "batch": 3}), searches.select(stimuli=searches.stimuli[:8])
    how = {"config": {**SMALL, "target": "text"}, "fixations": 8, "start": before, "progress": False}
    readout, _ = train_readout([learned], reader, options, **how)
    readout.save(file := tmp_path / "r.safetensors")
    unseen = searches.select(stimuli=searches.stimuli[8:])

    def nats(**changes):
        trials = tuple(replace(t, task=changes[t.task.partition(": ")[2]]) for t in unseen.trials)
        model = Priority(file, allow_seen=True)  # `before` has looked at all
        return np.mean(np.concatenate(model.log_likelihood(replace(unseen, trials=trials))))

    right = nats(red="search: red", blue="search: blue")
    other = nats(red="search: blue", blue="search: red")
    assert right > other
    assert nats(red="search: crimson", blue="search: navy") > other
    with pytest.raises(GazekitError, match="a text has no other one to swap with"):
        Priority(file, swap_target=True)
    for task, told in (
        ("search: fork", "seeks 'fork', of which the encoder 'colour-words' can"),
        ("look", "nothing to"),
    ):
        with pytest.raises(GazekitError, match=told):
            Priority(file, allow_seen=True).predict([replace(unseen.trials[0], task=task)], progress=False)
    model = Priority(file, allow_seen=True)
    model._reader.encoder = MeanColour()
    with pytest.raises(DataError, match="was trained on features of tiny.text/colour-words with the hash"):
        model.predict(unseen.trials[:1], progress=False)


@pytest.mark.parametrize(
    ("backbone", "target", "message"),
    [
        ("tiny", "text", "nothing that reads it: name an encoder, as in tiny.text/open_clip/RN50-quickgelu"),
        ("tiny+text/colour-words", "picture", "names an encoder of text, and what is sought is not known by one"),
        ("tiny+text/colour-words", "", "names an encoder of text, and what is sought is not known by one"),
        ("tiny+text/pixels", "text", "the encoder 'pixels' has no text side"),
        ("tiny+text/smell", "text", "there is no encoder called 'smell'"),
        ("text/colour-words", "text", "must have a network, and one encoder of text at most"),
        ("tiny+text/colour-words+text/pixels", "text", "must have a network, and one encoder of text at most"),
        ("tiny+text/open_clip/RN50", "text", "the encoder open_clip/RN50 needs weights: name them"),
    ],
)
def test_encoders_of_text_that_cannot_be(tiny, searches, backbone, target, message):
    with pytest.raises(GazekitError, match=message):
        train_readout([searches], FeatureReader(backbone), config={**SMALL, "target": target}, progress=False)


def test_people_who_land_beside_what_they_seek_are_followed_there():
    """Features say nothing, a peak of similarity all: on unseen pictures as much goes near it as people's gaze does.

    People land with a standard deviation of 8 px, 1.6 cells. With the peak of another picture nothing is found.
    """
    grid, config = Grid.of(Frame(160, 120)), PriorityConfig((3,), **SMALL, target="picture")
    middles, views = [], []
    for k in range(20):
        rng = keyed_rng(0, "scattered", k)
        middle = rng.uniform((25, 25), (135, 95))
        cell = grid.cells(*middle[:, None])
        similarity = rng.normal(size=(len(config.similarities), grid.rows * grid.columns))
        similarity[:, cell] = 8.0
        events = []
        for _ in range(10):
            away = rng.uniform((0, 0), (160, 120), (4, 2))
            at = np.where(rng.random((4, 1)) < 0.5, rng.normal(middle, 8, (4, 2)), away).clip((0, 0), (160, 120))
            events.append(path_events(at[:, 0], at[:, 1], None, grid))
        joined = Events(*(torch.cat(part, 1) for part in zip(*events, strict=True)))
        features = (torch.from_numpy(rng.normal(size=(3, 6, 8))).half(),)
        sought = torch.from_numpy(similarity).float().reshape(-1, *grid.shape)
        views.append(View(str(k), str(k), "", features, grid, joined, sought))
        middles.append(middle)
    options = TrainingOptions(epochs=30, patience=30, batch=2, rate=3e-3)
    task = NextFixation(views[:12], views[12:14], config, 2, 0, fixations=40)
    network, _ = train(prepared_network(config, views[:12], 0), task, options, folder=None, progress=False)
    sides = [torch.from_numpy(side) for side in grid.centres()]
    x, y = grid.points(np.arange(grid.rows * grid.columns), 0.5, 0.5)
    people, right, other = [], [], []
    for view, middle, another in zip(views[14:], middles[14:], views[13:], strict=False):
        near = np.hypot(x - middle[0], y - middle[1]) < 16
        looked = view.events.target[0] >= 0
        people.append(near[view.events.target[0][looked]].mean())
        for similarity, found in ((view.similarity, right), (another.similarity, other)):
            with torch.no_grad():
                maps = network.look([view.features[0][None]], *grid.shape, similarity[None])
                found.append(
                    float(network.next_density(maps, view.events, *sides)[0, looked].exp()[:, near].sum(1).mean())
                )
    assert np.mean(right) == pytest.approx(np.mean(people), rel=0.15)
    assert np.mean(other) < 0.3 * np.mean(right)


def test_controls_of_search_need_a_search(tiny, tmp_path):
    path = readout_of(tiny, tmp_path / "r.safetensors")
    with pytest.raises(GazekitError, match="exclude each other"):
        Priority(path, swap_target=True, no_target=True)
    with pytest.raises(GazekitError, match="no_target is a control of search, and this readout of priority"):
        PriorityFitted("tiny", no_target=True)
    with pytest.raises(
        GazekitError, match="target must be one of '', 'picture', 'box', 'category', 'text', not 'smell'"
    ):
        PriorityFitted("tiny", target="smell")
    with pytest.raises(GazekitError, match="fixations must be a whole number of at least 1, not 0"):
        PriorityFitted("tiny", fixations=0)  # learned from nothing
    with pytest.raises(GazekitError, match="rate must be a positive number, not 0"):
        PriorityFitted("tiny", rate=0)


def test_a_start_of_other_features_is_refused(tiny, searches, tmp_path):
    start = load_readout(readout_of(tiny, tmp_path / "r.safetensors"))
    with pytest.raises(DataError, match="the readout to start from reads features of tiny with the hash 0123"):
        train_readout([searches], tiny, start=replace(start, features="0123"), progress=False)
    nameless = replace(searches, trials=[replace(trial, task="search") for trial in searches.trials])
    with pytest.raises(DataError, match="no trial names what is sought"):
        train_readout([nameless], tiny, config={"target": "category"}, progress=False)
