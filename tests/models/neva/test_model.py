"""The model: the contract, the batch, options as text, and input that goes wrong."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from gazekit import Frame, Trial
from gazekit.files.images import read_image_file
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError
from gazekit.models.networks import Encoder
from gazekit.models.networks.filters import FilterBank
from gazekit.models.networks.network import Preprocessing
from gazekit.models.neva.model import Neva
from gazekit.testing import check_model, example_trials


class Words(FilterBank):
    """A filter bank that pretends to read: captions become fixed vectors; only the interface matters here."""

    has_text = True

    def text(self, captions):
        return torch.stack([torch.linspace(0, len(c) % 7, 18) for c in captions])

    def token_count(self, caption):
        return len(caption.split()) + 2, 77


def small(**options):
    return Neva(FilterBank(size=32), **options)


def test_it_keeps_the_contract():
    check_model(small(rounds=(2, 1))).raise_if_failed()


def test_the_caption_objective_keeps_the_contract():
    model = Neva(Words(size=32), objective="caption", rounds=2)
    assert model.needs == ("image", "caption")
    check_model(model).raise_if_failed()


@pytest.mark.parametrize("optimiser", ["reference", "restarts", "linearised", "blended"])
def test_batch_order_and_company_change_nothing(optimiser, monkeypatch):
    trials = [replace(t, id=f"{t.id}-{k}") for k in range(2) for t in example_trials()[:4]]
    options = {"iterations": 3} if optimiser in ("reference", "restarts") else {}
    model = small(optimiser=optimiser, **options)
    ask = {"max_fixations": 2, "n_samples": 1, "progress": False, "device": "cpu"}

    def points(some):
        paths = model.predict(some, **ask)
        return {t.id: paths[i].xyt for i, t in enumerate(some)}

    whole = points(trials)
    for rows in (1, 3):
        monkeypatch.setattr("gazekit.models.neva.model.ROWS", {"cpu": rows})
        for some in (trials, trials[::-1]):
            for key, found in points(some).items():
                np.testing.assert_array_equal(found, whole[key])


def test_one_trial_many_captions_share_an_image():
    trial = example_trials()[0]
    captions = ["a dog", "a red square", "a dog"]
    trials = [replace(trial, id=f"c{k}", caption=c) for k, c in enumerate(captions)]
    model = Neva(Words(size=32), objective="caption", rounds=2)
    model.predict(trials, max_fixations=1, n_samples=2, progress=False)
    assert model.passes == {"search forward": 3 * 2 * 2, "search backward": 0, "per image": 1 + 6}


def test_options_from_text(data_root):
    from gazekit.models.neva.objectives import OwnClass

    weights = data_root / "weights" / "squeezenet1_0_imagenet.safetensors"
    if not weights.is_file():
        pytest.skip(f"REAL DATA ABSENT: {weights}")
    # as `neva:encoder=squeezenet:weights=...:objective=class:...` arrives
    model = Neva(
        encoder="squeezenet",
        weights=str(weights),
        objective="class",
        gamma=0.3,
        optimiser="linearised",
        fovea_degrees=2,
        px_per_degree=25,
        rounds=4,
    )
    assert isinstance(model.objective, OwnClass)
    assert (model.gamma, model.searcher.rounds, model.fovea.unit) == (0.3, (4,), "degrees")
    image = np.full((60, 80, 3), 90, np.uint8)
    image[10:30, 50:70] = np.random.default_rng(0).integers(0, 255, (20, 20, 3))
    path = model.predict([Trial("a", "a", Frame(80, 60), image)], max_fixations=1, progress=False)[0]
    assert 0 <= path.x[0] <= 80
    assert model.passes == {"search forward": 5, "search backward": 1, "per image": 1}
    assert "squeezenet [file squeezenet1_0_imagenet.safetensors, SHA-256 ce866869ccee], OwnClass, linearised" in repr(
        model
    )


def test_a_user_may_give_an_encoder_and_an_objective_as_functions():
    trial = Trial("a", "a", Frame(32, 32), np.random.default_rng(0).integers(0, 255, (32, 32, 3), dtype=np.uint8))
    model = Neva(lambda x: x.mean(dim=3).flatten(1), objective=lambda a, b: ((a - b) ** 2).mean(dim=1), rounds=2)
    assert model.searcher.name == "linearised"
    assert len(model.predict([trial], max_fixations=2, progress=False)[0]) == 2


def test_bf16_stays_close():
    trial = example_trials()[0]
    ask = {"max_fixations": 1, "progress": False}
    full, half = (small(precision=p).predict([trial], **ask)[0] for p in ("float32", "bf16"))
    assert np.hypot(full.x - half.x, full.y - half.y)[0] < 0.5 * trial.frame.width


class Broken(Encoder):
    def __init__(self):
        super().__init__("broken", "none", Preprocessing(size=16))
        self.frozen()

    def features(self, x):
        return x.mean(dim=(2, 3)) * float("nan")

    def read(self, features, output):
        return features


def test_an_encoder_that_returns_nan_is_named():
    with pytest.raises(GazekitError, match="'broken' gives values that are not numbers for trial 'example-trial-1'"):
        Neva(Broken()).predict(example_trials()[1:], max_fixations=1, progress=False)


@pytest.mark.parametrize("caption", ["", "  "])
def test_an_empty_caption_is_refused(caption):
    trial = replace(example_trials()[0], caption=caption)
    with pytest.raises(GazekitError, match="caption of trial 'example-trial-0' is empty; give it one"):
        Neva(Words(size=32), objective="caption").predict([trial], progress=False)


def test_a_missing_caption_is_named():
    trial = replace(example_trials()[0], caption=None)
    with pytest.raises(MissingNeedError, match="needs 'caption', which trial 'example-trial-0'"):
        Neva(Words(size=32), objective="caption").predict([trial], progress=False)


def test_a_caption_that_is_cut_is_said():
    trial = replace(example_trials()[0], caption="word " * 80)
    with pytest.warns(UserWarning, match="'example-trial-0' has 82 tokens and filters reads 77; the rest is cut off"):
        Neva(Words(size=32), objective="caption", rounds=1).predict([trial], max_fixations=1, progress=False)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (20_000, 60), (3, 2000)])
@pytest.mark.parametrize("view", ["letterbox", "whole", "crop"])
def test_odd_sizes(size, view):
    trial = Trial(
        "t", "t", Frame(*size), np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    )
    path = small(view=view, rounds=1).predict([trial], max_fixations=2, progress=False)[0]
    assert (path.x >= 0).all()
    assert (path.x <= size[0]).all()
    assert (path.y >= 0).all()
    assert (path.y <= size[1]).all()


def test_photographs_of_every_kind(tmp_path):
    rng = np.random.default_rng(0)
    grey = rng.integers(0, 256, (6, 9), dtype=np.uint8)
    Image.fromarray(grey).save(tmp_path / "grey.png")
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    for name in ("grey", "deep"):
        np.testing.assert_array_equal(read_image_file(tmp_path / f"{name}.png"), np.repeat(grey[..., None], 3, axis=2))
    colour = Image.fromarray(np.full((6, 9, 3), (200, 30, 60), np.uint8))
    colour.convert("CMYK").save(tmp_path / "cmyk.tif")
    assert np.abs(read_image_file(tmp_path / "cmyk.tif").astype(int) - (200, 30, 60)).max() <= 2
    Image.fromarray(np.zeros((6, 9, 4), np.uint8)).save(tmp_path / "clear.png")
    assert (read_image_file(tmp_path / "clear.png") == 255).all()
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: shown 90 degrees clockwise
    Image.fromarray(grey).save(tmp_path / "turned.png", exif=exif)
    np.testing.assert_array_equal(read_image_file(tmp_path / "turned.png")[..., 0], np.rot90(grey, -1))
    image = read_image_file(tmp_path / "turned.png")
    trial = Trial("turned", "turned", Frame(image.shape[1], image.shape[0]), image)
    assert trial.frame.size == (6, 9)
    assert len(small(rounds=1).predict([trial], max_fixations=1, progress=False)[0]) == 1


def test_photographs_that_cannot_be_read(tmp_path):
    (tmp_path / "no.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="no.png cannot be read as an image"):
        read_image_file(tmp_path / "no.png")
    with pytest.raises(DataError, match="none.png is not there; check its name"):
        read_image_file(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": 1.5}, "share of the memory that is kept, 0 to 1, not 1.5"),
        ({"gamma": -1}, "gamma must be a number of at least 0"),
        ({"sigma": 0.2, "sigma_px": 3}, "give the fovea once"),
        ({"sigma": 0}, "size of the fovea must be a positive number"),
        ({"objective": "class"}, "'filters' gives embedding, not scores, which the objective needs"),
        ({"objective": "caption"}, "'filters' has no text side, which captions need"),
        ({"objective": "clear"}, "no objective called 'clear'; did you mean 'clean'"),
        ({"precision": "fp8"}, "precision must be one of 'float32', 'bf16', not 'fp8'"),
        ({"chunk": -1}, "chunk must be a whole number of at least 1, not -1"),
        ({"blur_kernel": 4}, "blur_kernel must be an odd number of cells, at least 1, not 4"),
        ({"default_length": 0}, "default_length must be a whole number of at least 1, not 0"),
        ({"view": "all"}, "a view must be one of 'letterbox', 'whole', 'crop', not 'all'"),
        ({"steps": 3}, "'blended' has no option 'steps'"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(GazekitError, match=message):
        small(**options)


def test_a_square_encoder_has_no_whole_view():
    with pytest.raises(GazekitError, match="takes square inputs only; use view=letterbox"):
        Neva(lambda x: x.mean(dim=(2, 3)), view="whole")


def test_wrong_calls():
    trial = example_trials()[0]
    with pytest.raises(GazekitError, match="n_samples must be a whole number of at least 1, not 0"):
        small().predict([trial], n_samples=0)
    with pytest.raises(GazekitError, match="max_fixations must be a whole number of at least 1, not 0"):
        small().predict([trial], max_fixations=0)


def test_no_trials_no_paths():
    with warnings.catch_warnings():
        assert len(small().predict([], progress=False)) == 0
