"""Models that do to their worker what a bad night does. In a module of its own, so that workers can import it."""

import os
import resource
import signal
from pathlib import Path

import numpy as np

from gazekit.models import ScanpathModel
from gazekit.models.baselines.uniform import Uniform


class Failing(Uniform):
    """Uniform, but on one trial, as long as a file is there, the process is killed or has no memory left.

    The file is named by an environment variable: one that a model's option names may not change while it is used.
    """

    def __init__(self, how, trial="img3"):
        self.how, self.trial = how, trial

    def predict(self, trials, **options):
        trials = list(trials)
        if any(t.id == self.trial for t in trials) and Path(os.environ["GAZEKIT_TEST_FAILS"]).exists():
            if self.how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            soft, hard = resource.getrlimit(resource.RLIMIT_AS)
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + (64 << 20), hard))
            try:
                bytearray(1 << 32)
            finally:
                resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        return super().predict(trials, **options)


class MeanPlace(ScanpathModel):
    """Looks where people looked on average, on the images that it was fitted on."""

    name, needs, needs_fit = "mean-place", ("image",), True

    def __init__(self):
        self.at = np.zeros(2)

    def fit(self, dataset):
        self.at = np.array([dataset.scanpaths.x.mean(), dataset.scanpaths.y.mean()])
        return self

    def draw(self, trial, prepared, rng, max_fixations):
        x, y = np.clip(rng.normal(self.at, 5, (max_fixations, 2)), 0, trial.frame.size).T
        return x, y, np.full(max_fixations, 200.0)
