"""A stand-in with the interface of the published code, and densities that are known in closed form.

Half of the places are about one right of the centre and above it, the others about the last; durations are log-normal.
"""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch import distributions as law
from torch import nn


class Context(nn.Module):
    def __init__(self):
        super().__init__()
        self.init = nn.Parameter(torch.zeros(3))
        self.position_vec = torch.ones(3)

    def get_context_init(self):
        return self.init

    def forward(self, features, remove_last):
        shifted = torch.cat([self.init.expand(features.shape[0], 1, -1), features], 1)
        return shifted[:, :-1] if remove_last else shifted


class Metadata(nn.Module):
    calls = 0

    def forward(self, images):
        assert images.shape[1:] == (3, 8, 8)
        type(self).calls += 1
        return images.mean((1, 2, 3))[:, None, None]


class Merge(nn.Module):
    def forward(self, both):
        return torch.cat([both[0], both[1].repeat(1, both[0].shape[1], 1)], 2)


class TPPGaze(nn.Module):
    def __init__(self, cfg_path, checkpoint_path, device):
        super().__init__()
        assert Path(cfg_path).read_text() == "temperature: 2\n"
        np.random.seed(0)  # noqa: NPY002 - as the published code does
        torch.manual_seed(0)
        torch.hub.load("pytorch/vision:v0.10.0", "densenet201", weights="DEFAULT")
        self.cfg = SimpleNamespace(temperature=2)
        self.device, self.temperature = device, self.cfg.temperature
        self.context, self.metadata, self.merge = Context(), Metadata(), Merge()
        self.log_scale = nn.Parameter(torch.zeros(2))

    def get_features(self, inter_times, marks):
        return torch.cat([torch.log(inter_times + 1e-8)[..., None], marks], -1)

    def get_context(self, features, remove_last=True):
        return self.context.forward(features, remove_last)

    def get_metadata(self, images):
        return self.metadata.forward(images)

    def get_inter_time_dist(self, context):
        return law.LogNormal(-1.5 + 0 * context[..., 0], 0.5)

    def get_marks_dist(self, context, temperature=None):
        fixed = torch.tensor([0.5, -0.5]).expand(*context.shape[:2], 2)
        loc = torch.stack([fixed, context[..., 1:3]], 2)
        scale = torch.exp(self.log_scale * (temperature or 1.0)).expand(loc.shape)
        mixture = law.Categorical(logits=torch.zeros(loc.shape[:3]))
        return law.MixtureSameFamily(mixture, law.Independent(law.Normal(loc, scale), 1))

    def sample(self, t_end, img, context_init=None, temperature=1.0, batch_size=1):
        assert batch_size == 1, "samples of a batch depend on each other"
        images = img.repeat(batch_size, 1, 1, 1)
        times, marks = torch.empty(1, 0), torch.empty(1, 0, 2)
        while times.sum() < t_end:
            history = self.get_context(self.get_features(times, marks), remove_last=False)
            now = self.merge.forward([history, self.get_metadata(images)])[:, [-1]]
            times = torch.cat([times, self.get_inter_time_dist(now).sample()], 1)
            marks = torch.cat([marks, self.get_marks_dist(now, self.temperature).sample()], 1)
        there = (times.cumsum(-1) <= t_end).float()
        return times, marks * there[..., None], there
