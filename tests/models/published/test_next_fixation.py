"""Adapters of DeepGaze III and TPP-Gaze, on networks of the same interface whose densities are known."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from gazekit import DataError, Dataset, Facts, Frame, GazekitError, Scanpath, Scanpaths, Trial, load_model
from gazekit.models.identity import identity
from gazekit.models.published import next_fixation
from gazekit.testing import check_model, example_dataset

INSTALLED = str(Path(__file__).parent / "installed")


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """As if the user had installed both packages; nothing is fetched."""
    monkeypatch.syspath_prepend(INSTALLED)
    monkeypatch.setattr(torch.hub, "load", lambda *_, **__: pytest.fail("torch.hub was asked to download"))
    monkeypatch.setattr(torchvision.models, "densenet201", lambda *, weights: {None: torch.nn.Identity()}[weights])
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] in ("deepgaze_pytorch", "tppgaze")]:
        del sys.modules[name]


@pytest.fixture
def files(tmp_path):
    """Weights, a configuration, and a centre bias with a bright spot three quarters to the right, a quarter down."""
    torch.save({"gain": torch.tensor([0.5, 0.5])}, tmp_path / "deepgaze3.pth")
    state = {"context.init": torch.zeros(3), "log_scale": torch.tensor([-2.0, -1.0])}
    torch.save(state, tmp_path / "model.pth")
    (tmp_path / "config.yaml").write_text("temperature: 2\n")
    bias = np.full((12, 16), -12.0)
    bias[3, 12] = 0
    np.save(tmp_path / "bias.npy", bias - np.log(np.exp(bias).sum()))
    return tmp_path


def deepgaze(files, gain=(0.5, 0.5), **options):
    torch.save({"gain": torch.tensor(gain)}, files / "deepgaze3.pth")
    return load_model(
        "deepgaze3", weights=files / "deepgaze3.pth", **{"centre_bias": "uniform", "scale": 0.5, **options}
    )


def tpp(files, **options):
    return load_model("tppgaze", weights=files / "model.pth", config=files / "config.yaml", **options)


def shown(width=160, height=120, **fields):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Trial("t", "s", Frame(width, height, fields.pop("px_per_degree", None)), image, **fields)


def path(trial, *points, duration=200.0):
    x, y = np.array(points, dtype=float).reshape(-1, 2).T
    return Scanpath(x, y, np.full(len(x), duration), trial.frame, {"trial": "t", "stimulus": "s", "subject": "a"})


def people(trial, *paths, forced_first=False):
    return Dataset("d", (trial,), Scanpaths.from_paths(paths, Facts(forced_first=forced_first, points="fixations")))


def peak(density, trial):
    """Where a density is greatest, px."""
    row, column = np.unravel_index(density.argmax(), density.shape)
    return (column + 0.5) * trial.frame.width / density.shape[1], (row + 0.5) * trial.frame.height / density.shape[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deepgaze", "tpp"])
def test_they_keep_the_contract(files, name, monkeypatch):
    monkeypatch.setattr(next_fixation, "PATHS", 1)
    model = deepgaze(files, (0.005, 0.005), scale=0.25) if name == "deepgaze" else tpp(files, seconds=1)
    check_model(model).raise_if_failed()
    assert identity(model)["options"]["weights"]["file"].endswith(".pth")
    assert model.provenance.startswith("the authors' code as installed, ")


# ---------------------------------------------------------------- DeepGaze III


@pytest.mark.parametrize(
    ("size", "scale"), [((160, 120), 0.5), ((120, 160), 0.4), ((161, 97), 1.0), ((64, 48), "side")]
)
def test_a_bright_spot_in_the_centre_bias_comes_out_at_its_place(files, size, scale):
    trial = shown(*size)
    model = deepgaze(files, (0.0, 0.0), centre_bias=files / "bias.npy", scale=scale)
    width, height = size
    spot = (12.5 / 16 * width, 3.5 / 12 * height)
    for history in (path(trial), path(trial, (5, 5))):
        density = model.log_density(trial, (48, 64), history)
        assert peak(density, trial) == pytest.approx(spot, abs=width / 16)
    drawn = model.predict([trial], n_samples=3, max_fixations=2, progress=False)
    near = (abs(drawn.x - spot[0]) < width / 20) & (abs(drawn.y - spot[1]) < height / 16)
    assert near.mean() > 0.8


def test_the_most_recent_fixation_comes_first(files):
    trial, model = shown(start=(30, 90)), deepgaze(files)
    for points, wanted in (
        ([(40, 20), (100, 60)], (100, 20)),
        ([(40, 20), (100, 60), (140, 110)], (140, 60)),
        ([(40, 20)], (40, 90)),  # before the first fixation gaze was at the start
    ):
        density = model.log_density(trial, history=path(trial, *points))
        assert density.shape == (120, 160)
        assert peak(density, trial) == pytest.approx(wanted, abs=2)
    first = np.exp(model.log_density(trial, history=path(trial)))
    assert peak(first.sum(0, keepdims=True), trial)[0] == pytest.approx(30, abs=2)
    assert first.sum(1) == pytest.approx(1 / 120, rel=1e-3)  # nothing is known of y: NaN where nobody has looked


def test_likelihood_is_that_of_the_closed_form(files):
    """Half the size: px of the network are 2 px of the image, and their log density is that of the squares alone."""
    trial, gain = shown(160, 128), (0.02, 0.03)
    model = deepgaze(files, gain)
    points = np.array([(41.0, 21.0), (101, 61), (200, 5), (139, 111)])
    x, y = (np.arange(n) + 0.5 for n in (80, 64))

    def nats(last, before, here):
        along = -gain[0] * (x - last[0] / 2) ** 2, -gain[1] * (y - before[1] / 2) ** 2 if before is not None else 0 * y
        cell = int(here[0] // 2), int(here[1] // 2)
        return sum(a[k] - np.log(np.exp(a).sum()) for a, k in zip(along, cell, strict=True))

    centre = trial.frame.centre
    (found,) = model.log_likelihood(people(trial, path(trial, *points)))
    wanted = [nats(centre, None, points[0]), nats(points[0], centre, points[1]), -np.inf]
    assert found[:3] == pytest.approx(wanted, abs=1e-4)
    assert found[3] == pytest.approx(nats(points[2], points[1], points[3]), abs=1e-3)
    assert found[4] == 0
    (forced,) = model.log_likelihood(people(trial, path(trial, *points[:2]), forced_first=True))
    assert forced == pytest.approx([0, nats(points[0], None, points[1]), 0], abs=1e-4)


def test_features_are_computed_once_for_an_image(files):
    trial, model = shown(), deepgaze(files)
    model.predict([trial], n_samples=2, max_fixations=3, progress=False)
    assert sys.modules["deepgaze_pytorch"].Features.calls == 1


def test_whatever_came_before_is_the_mean_over_own_paths(files):
    trial, model = shown(), deepgaze(files, (0.001, 0.001), scale=0.1)
    density = model.log_density(trial, (6, 8))
    drawn = model.predict([trial], n_samples=60, max_fixations=8, progress=False)
    share = np.histogram2d(drawn.y, drawn.x, bins=(2, 2), range=((0, 120), (0, 160)))[0] / len(drawn.x)
    assert np.exp(density).reshape(2, 3, 2, 4).sum((1, 3)) == pytest.approx(share, abs=0.1)


def test_size_by_degrees(files):
    trial, model = shown(px_per_degree=70), deepgaze(files, scale="degrees")
    assert model.prepare(trial).grid.shape == (64, 80)  # 60 and 80, in multiples of 8
    with pytest.raises(GazekitError, match=r"trial 't' has no px per degree.*give scale='side' or a factor"):
        model.predict([shown()], progress=False)


def test_a_centre_bias_that_was_learned_is_not_scored_on_its_stimuli(files):
    class Fitted(type(load_model("centre"))):
        leaves_own_out = False

    data = example_dataset()
    with pytest.raises(DataError, match="has learned from 1 of these 1 stimuli"):
        deepgaze(files, centre_bias=Fitted().fit(data)).check_unseen(data.trials[:1])
    deepgaze(files, centre_bias=load_model("centre").fit(data)).check_unseen(data.trials[:1])


@pytest.mark.parametrize(
    ("name", "stimulus"),
    [("deepgaze3", "i1000274881.jpeg"), ("tppgaze", "istatic_a_b.jpeg"), ("tppgaze", "000000123456.jpg")],
)
def test_images_that_they_have_seen_are_refused(files, name, stimulus):
    make, trial = (deepgaze if name == "deepgaze3" else tpp), replace(shown(), stimulus=stimulus)
    with pytest.raises(
        DataError,
        match=rf"'{name}' has learned from .*MIT1003.* '{stimulus}' has a name of these; .* {name}:allow_seen=true\)",
    ):
        make(files).check_unseen([trial])
    with pytest.raises(DataError, match="has a name of these"):
        make(files).predict([trial], max_fixations=1, progress=False)
    with pytest.raises(DataError, match="has a name of these"):
        make(files).log_density(trial, (6, 8), path(trial))
    make(files, allow_seen=True).check_unseen([trial])
    assert len(make(files, allow_seen=True).predict([trial], max_fixations=1, progress=False)) == 1
    make(files).check_unseen([shown()])


@pytest.mark.data
def test_all_names_of_mit1003_are_known(data_root):
    import re

    from gazekit.models.published.deepgaze3 import DeepGaze3

    lines = (data_root / "mit1003" / "image_sizes.csv").read_text().splitlines()[1:]
    assert [name for name in lines if not re.fullmatch(DeepGaze3.seen, name.partition(",")[0] + ".jpeg")] == []
    assert not re.fullmatch(DeepGaze3.seen, "1001.jpg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"weights": None},
            "needs its weights, which gazekit does not download: weights=FILE, from .*deepgaze3.pth of v1.1.0",
        ),
        ({"weights": "no.pth"}, "the weights no.pth are not there; get them from"),
        ({"centre_bias": None}, "needs a centre bias: centre_bias=centerbias_mit1003.npy"),
        ({"centre_bias": "no.npy"}, "there is no centre bias no.npy"),
        ({"centre_bias": "levy"}, "model 'levy' has no density, and cannot be a centre bias"),
        ({"scale": "large"}, "scale must be a positive number, not 'large'"),
        ({"default_length": 0}, "default_length must be a whole number of at least 1"),
    ],
)
def test_options_of_deepgaze(files, options, message):
    with pytest.raises(GazekitError, match=message):
        load_model("deepgaze3", **{"weights": files / "deepgaze3.pth", "centre_bias": "uniform", **options})


@pytest.mark.parametrize(
    ("bias", "message"),
    [
        (np.full((3, 4), 1 / 12), "goes up to 0.0833333: these are no natural logarithms"),
        (np.zeros((3, 4, 1)), "is no log density"),
        (np.array([[np.nan, 0]]), "is no log density"),
    ],
)
def test_what_is_no_centre_bias(files, bias, message):
    np.save(files / "bias.npy", bias)
    with pytest.raises(DataError, match=message):
        deepgaze(files, centre_bias=files / "bias.npy")
    (files / "bias.npy").write_bytes(b"no array")
    with pytest.raises(DataError, match="is no .npy file of a log density"):
        deepgaze(files, centre_bias=files / "bias.npy")


def test_other_code_and_other_weights_are_named(files, monkeypatch):
    model = deepgaze(files, gain=(1.0, 1.0, 1.0))
    with pytest.raises(DataError, match=r"deepgaze3.pth does not hold weights of deepgaze3: gain is \(3,\) instead"):
        model.predict([shown()], progress=False)
    model = deepgaze(files)
    monkeypatch.setattr(type(model.network()), "forward", lambda self, image, *_: image)
    with pytest.raises(
        GazekitError, match=r"gave a density of the shape \(1, 3, 64, 80\) for trial 't', not \(1, 1, 64"
    ):
        model.predict([shown()], progress=False)
    monkeypatch.setattr(type(model.network()), "forward", lambda self, image, *_: image[:, :1] * float("nan"))
    with pytest.raises(GazekitError, match="DeepGaze III gave NaN for trial 't'"):
        model.predict([shown()], progress=False)


@pytest.mark.parametrize("make", [deepgaze, tpp])
def test_a_package_that_is_not_installed(files, make, monkeypatch):
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder != INSTALLED])
    with pytest.raises(GazekitError, match="runs its authors' code, and (deepgaze_pytorch|tppgaze) is not installed: "):
        make(files).predict([shown()], progress=False)


# ---------------------------------------------------------------- TPP-Gaze


def test_densities_are_those_of_the_mixture_inside_the_image(files):
    """Against the network's own log density at many points."""
    trial, model = shown(), tpp(files)
    history = path(trial, (40, 100), (20, 30))
    found = np.exp(model.log_density(trial, (12, 16), history))
    x, y = np.meshgrid(np.arange(0.5, 160), np.arange(0.5, 120))
    last = torch.tensor([[[0.0, 2 * 20 / 159 - 1, 2 * 30 / 119 - 1, 0]]])
    at = torch.tensor(np.stack([2 * x / 159 - 1, 2 * y / 119 - 1], -1), dtype=torch.float32)
    with torch.no_grad():
        fine = model.network().get_marks_dist(last, 1.0).log_prob(at[:, :, None, None])[..., 0, 0].exp().numpy()
    wanted = (fine / fine.sum()).reshape(12, 10, 16, 10).sum((1, 3))
    assert found == pytest.approx(wanted, abs=2e-4)
    assert np.isfinite(model.log_density(trial, None, history)).all()
    first = model.log_density(trial, (12, 16), path(trial))
    assert np.exp(first)[:, 8:].sum() > 0.6  # right of the centre, or about it


def test_samples_have_durations_within_the_time_and_limits(files):
    trial = shown()
    state, numpy_state = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    drawn = tpp(files).predict([trial], n_samples=20, progress=False)
    assert torch.equal(state, torch.random.get_rng_state())
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002
    total = np.add.reduceat(drawn.durations(), drawn.offsets[:-1][drawn.lengths > 0])
    assert (total <= 3000).all()
    assert total.max() > 2500
    assert np.median(drawn.durations()) == pytest.approx(1000 * np.exp(-1.5), rel=0.2)
    assert sys.modules["tppgaze.tppgaze"].Metadata.calls == 1
    # at the published temperature the spread of places along y is exp(2 * -1), not exp(-1)
    first = drawn.y[drawn.offsets[:-1]] / 119 * 2 - 1
    assert np.sqrt(np.mean(np.minimum((first + 0.5) ** 2, first**2))) < 0.2
    short = tpp(files, seconds=0.05).predict([trial], n_samples=3, progress=False)
    assert short.lengths.tolist() == [0, 0, 0]
    assert tpp(files).predict([trial], max_fixations=2, progress=False).lengths.tolist() == [2]


def test_durations_have_a_density_that_adds_up_to_one(files):
    trial, model = shown(), tpp(files)
    at = np.arange(1.0, 4000, 4)
    density = [np.exp(model.duration_log_density(trial, path(trial, (5, 5), duration=ms))[0]) for ms in at[::10]]
    assert np.trapezoid(density, at[::10]) == pytest.approx(1, abs=0.02)
    assert model.duration_log_density(trial, path(trial, (5, 5), (9, 9))).shape == (2,)


def test_a_path_without_durations_has_no_density(files):
    trial = shown()
    with pytest.raises(
        GazekitError, match="depends on how long people looked, and a path on trial 't' has no durations"
    ):
        tpp(files).log_density(trial, (6, 8), path(trial, (5, 5), duration=np.nan))


def test_a_configuration_is_needed(files):
    with pytest.raises(DataError, match=r"needs its authors' data/config\.yaml: config=FILE$"):
        load_model("tppgaze", weights=files / "model.pth")
