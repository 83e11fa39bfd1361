"""Objectives against their formulas."""

import numpy as np
import pytest
import torch

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.neva.objectives import (
    Caption,
    Clean,
    Mixed,
    OwnClass,
    OwnLoss,
    Reconstruction,
    Scheduled,
    objective_from,
)


class Reader:
    def text(self, captions):
        return torch.tensor([[float(len(c)), 1.0] for c in captions])


OUT = {
    "embedding": torch.tensor([[1.0, 2.0], [3.0, -1.0]]),
    "scores": torch.tensor([[0.0, 1.0, 2.0], [5.0, 0.0, 0.0]]),
    "image": torch.arange(24.0).reshape(2, 3, 2, 2),
}


def cosine(a, b):
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def losses(objective, target, progress=0.0):
    return objective.loss(OUT, torch.stack([target, target]), progress).numpy()


def test_clean_and_caption():
    clean = {"embedding": torch.tensor([0.5, 4.0])}
    for objective, wanted in ((Clean(), [0.5, 4.0]), (Caption(), [3.0, 1.0])):
        expected = [1 - cosine(row, np.array(wanted)) for row in OUT["embedding"].numpy()]
        np.testing.assert_allclose(losses(objective, objective.target(Reader(), clean, "cat")), expected, rtol=1e-6)


def test_own_class_is_the_prediction_of_the_clean_image():
    target = OwnClass().target(None, {"scores": torch.tensor([0.0, 9.0, 1.0])}, None)
    scores = OUT["scores"].numpy()
    expected = np.log(np.exp(scores).sum(axis=1)) - scores[:, 1]
    np.testing.assert_allclose(losses(OwnClass(), target), expected, rtol=1e-6)


def test_reconstruction():
    target = torch.ones(3, 2, 2)
    np.testing.assert_allclose(
        losses(Reconstruction(), target), ((OUT["image"].numpy() - 1) ** 2).mean(axis=(1, 2, 3)), rtol=1e-6
    )


def test_a_mix_is_a_weighted_sum():
    clean = {"embedding": torch.tensor([0.5, 4.0]), "scores": torch.tensor([0.0, 9.0, 1.0])}
    mix = Mixed([Clean(), OwnClass()], [0.25, 2.0])
    parts = [losses(p, p.target(None, clean, None)) for p in (Clean(), OwnClass())]
    np.testing.assert_allclose(losses(mix, mix.target(None, clean, None)), 0.25 * parts[0] + 2 * parts[1], rtol=1e-6)
    moving = Mixed([Clean(), OwnClass()], lambda t: (1 - t, t))
    np.testing.assert_allclose(losses(moving, moving.target(None, clean, None), 0.0), parts[0], rtol=1e-6)


@pytest.mark.parametrize(("t", "share"), [(0, 0.0), (5, 0.25), (9, 0.81)])
def test_the_schedule_mixes_raw_embeddings(t, share):
    schedule = objective_from("clean>caption")
    assert isinstance(schedule, Scheduled)
    target = schedule.target(Reader(), {"embedding": torch.tensor([0.5, 4.0])}, "cat")
    wanted = share * np.array([3.0, 1.0]) + (1 - share) * np.array([0.5, 4.0])
    expected = [1 - cosine(row, wanted) for row in OUT["embedding"].numpy()]
    np.testing.assert_allclose(losses(schedule, target, t / 10), expected, rtol=1e-5, atol=1e-7)


def test_wrong_objectives():
    with pytest.raises(UnknownNameError, match="no objective called 'classes'; did you mean 'class'"):
        objective_from("classes")
    with pytest.raises(GazekitError, match="from one embedding to another: clean>caption or caption>clean"):
        objective_from("clean>class")
    with pytest.raises(GazekitError, match="2 objectives are mixed with 1 weights; give one each"):
        Mixed([Clean(), Clean()], [1.0])
    with pytest.raises(GazekitError, match=r"returned a tensor of shape \(\) for 2 images; return one loss per image"):
        losses(OwnLoss(lambda a, b: (a - b).sum()), torch.zeros(2))
