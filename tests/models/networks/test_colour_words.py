"""Names of colours: what colours are called, what captions say, and that a caption moves gaze to what it names."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab
from torch.autograd import gradcheck

from gazekit import Frame, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.networks import load_encoder
from gazekit.models.networks.colour_words import DIMENSIONS, TERMS, ColourWords, _shares, _typical, named_colours
from gazekit.models.neva.model import Neva


@pytest.fixture(scope="module")
def encoder():
    return load_encoder("colour-words")


def shown(encoder, colour):
    flat = torch.tensor(colour, dtype=torch.float32).reshape(1, 3, 1, 1).expand(1, 3, 20, 24)
    return dict(zip(DIMENSIONS, encoder(flat / 255)[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("term", "css"),  # the values that the web standard (CSS Color 4) gives to these names, and weaker ones
    [
        ("black", (0, 0, 0)),
        ("white", (255, 255, 255)),
        ("grey", (128, 128, 128)),
        ("red", (255, 0, 0)),
        ("green", (0, 128, 0)),
        ("blue", (0, 0, 255)),
        ("yellow", (255, 255, 0)),
        ("orange", (255, 165, 0)),
        ("pink", (255, 192, 203)),
        ("purple", (128, 0, 128)),
        ("brown", (139, 69, 19)),  # saddlebrown
        ("blue", (135, 206, 235)),  # skyblue
        ("green", (34, 139, 34)),  # forestgreen
        ("red", (178, 34, 34)),  # firebrick
    ],
)
def test_colours_of_a_published_standard_get_their_names(term, css):
    shares = _shares(rgb2lab(np.array([[css]], dtype=np.uint8))[0])[0]
    assert shares[TERMS.index(term)] > 0.5


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_all_that_is_given_is_a_share(colour):
    lab = rgb2lab(np.array([[colour]], dtype=np.uint8))[0]
    shares = _shares(lab)[0]
    assert shares[: len(TERMS)].sum() == pytest.approx(1)
    assert ((shares >= 0) & (shares <= 1)).all()
    typical = _typical(lab)
    assert ((typical >= 0) & (typical <= 1 + 1e-9)).all()


def test_the_table_is_near_the_colours_between_its_own(encoder):
    colours = np.random.default_rng(0).random((3000, 1, 3))
    lab = rgb2lab(colours)[:, 0]
    image = torch.from_numpy(colours).float().permute(2, 0, 1)[None].expand(-1, -1, -1, 1)
    found = torch.nn.functional.grid_sample(
        encoder.table[None], (2 * image.flip(1) - 1).permute(0, 2, 3, 1)[None], align_corners=True
    )
    wrong = np.abs(found[0, :, 0, :, 0].T.numpy() - _shares(lab) * _typical(lab))
    assert wrong.mean() < 0.005


def test_a_sharp_spot_counts_more_than_a_blurred_one(encoder):
    from scipy.ndimage import gaussian_filter

    for colour in ((210, 20, 30), (30, 60, 220), (20, 120, 20), (235, 225, 30)):
        image = np.full((112, 112, 3), 125.0)
        image[50:60, 50:60] = colour
        both = np.stack([image, gaussian_filter(image, (5, 5, 0))])
        sharp, soft = encoder(torch.from_numpy(both / 255).float().permute(0, 3, 1, 2))
        k = int(sharp[3:11].argmax()) + 3
        assert sharp[k] > 1.2 * soft[k]


def test_light_and_dark(encoder):
    assert shown(encoder, (255, 255, 255))["light"] > 0.95 > 0.05 > shown(encoder, (255, 255, 255))["dark"]
    assert shown(encoder, (0, 0, 0))["dark"] > 0.95 > 0.05 > shown(encoder, (0, 0, 0))["light"]
    grey = shown(encoder, (110, 110, 110))
    assert max(grey["light"], grey["dark"]) < 0.05


def test_the_embedding_is_the_mean_over_places(encoder):
    image = torch.zeros(1, 3, 112, 112)
    image[:, 0, :, :28] = 1  # a quarter red, the rest black
    features = encoder.features(encoder.normalise(image))
    assert features.shape == (1, len(DIMENSIONS), 14, 14)
    torch.testing.assert_close(encoder(image), encoder.places(features, "embedding").mean(dim=(2, 3)))
    pure = shown(encoder, (255, 0, 0))["red"]
    assert encoder(image)[0, DIMENSIONS.index("red")] == pytest.approx(pure / 4, abs=1e-5)


def test_it_is_differentiable(encoder):
    # inside a cell of the table, away from its edges, where the slope jumps
    image = (
        0.31 + 0.002 * torch.rand(1, 3, 14, 14, dtype=torch.float64, generator=torch.manual_seed(0))
    ).requires_grad_()
    wide = ColourWords()
    wide.table = wide.table.double()

    def values(x):
        where = (2 * x.flip(1) - 1).permute(0, 2, 3, 1)[None]
        return torch.nn.functional.grid_sample(wide.table[None], where, padding_mode="border", align_corners=True)[:, 3]

    assert gradcheck(values, (image[..., :3, :3].detach().requires_grad_(),))
    x = torch.full((1, 3, 20, 20), 0.42, requires_grad=True)  # not on a cell's edge
    encoder(x)[0, DIMENSIONS.index("red")].backward()
    slope = x.grad.sum(dim=(0, 2, 3))
    assert slope[0] > 0 > slope[1]  # more red light makes it redder, more green light less


@pytest.mark.parametrize(
    ("caption", "names"),
    [
        ("The RED car.", ["red"]),
        ("a gray cat, a grey dog", ["grey"]),
        ("dark-red bricks on the grass", ["dark red", "grass"]),
        ("a navy blue coat", ["navy blue"]),
        ("bright lights at night", ["bright", "lights", "night"]),
        ("coloured, infrared, Fred, greenhouse", []),  # whole words only
        ("", []),
        ("一只红色的狗 🐕", []),
        ("Ein Hund auf dem Sofa", []),
    ],
)
def test_what_is_found_in_a_caption(encoder, caption, names):
    assert list(named_colours(caption)) == names
    assert encoder.reads(caption) is bool(names)


def test_what_captions_become(encoder):
    vectors = encoder.text(["red red red and blue", "dark red", "crimson", "night"]).numpy()
    assert vectors.sum(axis=1) == pytest.approx(1)
    both = np.zeros(len(DIMENSIONS))
    both[[DIMENSIONS.index("red"), DIMENSIONS.index("blue")]] = 0.5
    np.testing.assert_allclose(vectors[0], both)
    assert [DIMENSIONS[k] for k in vectors[1:].argmax(axis=1)] == ["red", "red", "dark"]
    assert encoder.text([]).shape == (0, len(DIMENSIONS))


@pytest.mark.parametrize("caption", ["a dog", "一只红色的狗"])
def test_a_caption_without_colours_is_refused(encoder, caption):
    with pytest.raises(
        GazekitError, match=f"{caption}' names no colour, which is all that the encoder 'colour-words' un"
    ):
        encoder.text([caption])
    assert not encoder.reads(caption)


def test_it_takes_no_weights():
    with pytest.raises(GazekitError, match="'colour-words' takes no weights"):
        load_encoder("colour-words", "openai")


# ---------------------------------------------------------------- does it move gaze?


def blobs(caption, swapped=False):
    """A textured grey picture with a red blob and a blue one, left and right."""
    rng = np.random.default_rng(0)
    image = np.repeat(rng.integers(90, 160, (90, 160, 1)), 3, axis=2).astype(np.uint8)
    y, x = np.mgrid[:90, :160]
    for centre, colour in ((40, (210, 20, 30)), (120, (30, 60, 220))):
        image[np.hypot(x - centre, y - 45) < 12] = colour
    if swapped:
        image = image[:, ::-1].copy()
    return Trial(caption, "mirror" if swapped else "blobs", Frame(160, 90), image, caption=caption)


@pytest.mark.parametrize("optimiser", ["blended", "linearised"])
def test_the_caption_decides_where_gaze_goes(optimiser):
    model = Neva("colour-words", objective="caption", optimiser=optimiser, sigma=0.05)
    captions = ("the red car", "the blue car")
    trials = [blobs(caption, swapped) for caption in captions for swapped in (False, True)]
    trials = [Trial(f"{t.id}/{t.stimulus}", t.stimulus, t.frame, t.image_source, caption=t.caption) for t in trials]
    paths = model.predict(trials, max_fixations=1, progress=False)
    red, red_mirrored, blue, blue_mirrored = (paths[k].x[0] for k in range(4))
    assert abs(red - 40) < 16
    assert abs(blue - 120) < 16
    assert abs(red_mirrored - 120) < 16
    assert abs(blue_mirrored - 40) < 16


def test_the_schedule_and_the_clean_image_work_with_it():
    for objective in ("clean", "clean>caption", "clean+caption"):
        model = Neva("colour-words", objective=objective, rounds=1)
        assert len(model.predict([blobs("a red car")], max_fixations=2, progress=False)[0]) == 2
