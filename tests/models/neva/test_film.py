"""Films of what is perceived."""

import numpy as np
import pytest
from PIL import Image

from gazekit import Frame, Scanpath, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.filters import FilterBank
from gazekit.models.neva.film import marked, perceived_images, write_film
from gazekit.models.neva.model import Neva

FRAME = Frame(120, 90)


@pytest.fixture
def scene():
    image = np.random.default_rng(0).integers(0, 255, (90, 120, 3), dtype=np.uint8)
    trial = Trial("t", "<noise>", FRAME, image, caption="a & b")
    return Neva(FilterBank(size=64), sigma_px=8, gamma=0.0), trial, Scanpath([20, 100], [20, 70], [200, 350], FRAME)


def test_sharp_where_gaze_is_and_blurred_elsewhere(scene):
    model, trial, path = scene
    first, second = (p.astype(float) for p in perceived_images(model, trial, path, side=120))
    sharp = trial.image.astype(float)
    assert np.abs(first[20, 20] - sharp[20, 20]).max() <= 2
    assert np.abs(second[70, 100] - sharp[70, 100]).max() <= 2
    assert first[60:, 70:].std() < 0.35 * sharp[60:, 70:].std()
    np.testing.assert_allclose(second[20, 20], sharp[20, 20], atol=2)  # the last fixation is remembered even at gamma 0


def test_perceived_is_what_the_network_saw_up_to_resolution(scene):
    import torch

    from gazekit.models.neva.algorithm import acuity, sharpness

    model, trial, path = scene
    problem = model.problem([trial], [0], 0, model.runner(torch.device("cpu")))
    p = torch.from_numpy(model.view_of(trial).to_grid(path.x[:1], path.y[:1])).float()
    share = sharpness(problem.memory, *acuity(p, problem.sigma, problem.scenes.size))
    seen = problem.scenes.seen(problem.image, share)[0].permute(1, 2, 0).numpy()[8:56] * 255  # without the bars
    ours = perceived_images(model, trial, path, side=64)[0].astype(float)
    assert np.abs(ours - seen).max() < 4  # rounding to 8 bits, and the kernel's ends


def test_files(scene, tmp_path):
    gif = write_film(tmp_path / "a.gif", *scene, side=60)
    with Image.open(gif) as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (2, (60, 45), 200)
    text = write_film(tmp_path / "a.html", *scene, side=60, marks=False).read_text()
    assert text.count("data:image/jpeg;base64,") == 2
    assert "&lt;noise&gt;: a &amp; b" in text
    assert "fixation 2: x 100, y 70 px" in text


def test_marks(scene):
    _, _, path = scene
    grey = [np.full((90, 120, 3), 128, np.uint8)] * 2
    first, second = marked(grey, path)
    assert (first[70, 100] == 128).all()
    assert not (second[70, 100] == 128).all()
    assert (grey[0] == 128).all()


def test_wrong_films(scene, tmp_path):
    model, trial, path = scene
    with pytest.raises(GazekitError, match="written as .gif or .html, not 'a.mp4'"):
        write_film(tmp_path / "a.mp4", model, trial, path)
    (tmp_path / "a.gif").touch()
    with pytest.raises(GazekitError, match="a.gif is there already; give the name of a new file"):
        write_film(tmp_path / "a.gif", model, trial, path)
    with pytest.raises(GazekitError, match="path on trial 't' has no fixation"):
        perceived_images(model, trial, Scanpath([], [], None, FRAME))
    with pytest.raises(GazekitError, match="give a path on its image"):
        perceived_images(model, trial, Scanpath([1], [1], None, Frame(5, 5)))
