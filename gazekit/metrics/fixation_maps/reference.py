"""What densities are compared with, learned from all people: the centre bias and the gold standard of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.fixation_maps.centre_bias import BANDWIDTHS, CentreBias
from gazekit.metrics.fixation_maps.pixels import LONGER_SIDE, density_shape, fixation_map, values_at

OTHERS = 10_000  # fixations on other images, for the shuffled AUC
CENTRE_SHARES = (0.01, 0.03, 0.1, 0.3)  # weights of the centre bias in the gold standard, to choose from
CHOICE_STIMULI = 30  # stimuli on which the gold standard's parameters are chosen
DRAWS_OF_HALVES = 5  # of people: one half's map is compared with, the other half makes the gold standard
SIZES = {"longer_side_cells": LONGER_SIDE, "other_fixations": OTHERS, "draws_of_halves": DRAWS_OF_HALVES}


@dataclass(frozen=True)
class DensityReference:
    """What measures of densities need besides a density, learned once from all people.

    Parameters
    ----------
    bias : CentreBias
        Baseline: where people look on the other images.
    others : (m, 3) float64
        Fixations in a random order: x and y as shares of width and height, and the number of their stimulus.
    stimuli : tuple of str
        Stimuli by number.
    bandwidth, centre_share : float
        Of the gold standard: standard deviation as a share of the width, and weight of the centre bias, under which
        each person's fixations are likeliest given the other people's.
    seed : int
        Of the run.
    """

    bias: CentreBias
    others: np.ndarray
    stimuli: tuple[str, ...]
    bandwidth: float
    centre_share: float
    seed: int

    @classmethod
    def of(cls, human: Scanpaths, trials: Sequence[Trial], *, seed: int) -> Self:
        """Learn from people's paths, px."""
        of = human.path_of()
        size = human.table[["width", "height"]].to_numpy(float)[of]
        codes, names = pd.factorize(human.table["stimulus"])
        code = codes[of]
        x, y = human.x / size[:, 0], human.y / size[:, 1]
        bias = CentreBias(x, y, np.asarray(names, dtype=object)[code])
        inside = np.flatnonzero((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
        order = inside[keyed_rng(seed, "other fixations").permutation(len(inside))]
        others = np.column_stack([x, y, code])[order]
        return cls(bias, others, tuple(map(str, names)), *_choose_gold(bias, human, trials, seed), seed)

    def others_than(self, stimulus: str) -> np.ndarray:
        """(m, 2) float64: up to `OTHERS` fixations on other images."""
        number = self.stimuli.index(stimulus) if stimulus in self.stimuli else -1
        return self.others[self.others[:, 2] != number][:OTHERS, :2]

    def gold(self, maps: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Log density of people whose smoothed maps (p, rows, columns) are given; `baseline` is the centre bias's."""
        density = maps.sum(axis=0)
        return np.log((1 - self.centre_share) * density / density.sum() + self.centre_share * np.exp(baseline))

    def about(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            **SIZES,
            "centre_bias_bandwidth": self.bias.bandwidth,
            "centre_bias_uniform_share": self.bias.uniform_share,
            "gold_standard_bandwidth": self.bandwidth,
            "gold_standard_centre_share": self.centre_share,
        }


class People:
    """Each person's fixations on one trial (`points`), and their smoothed maps (zero without a bandwidth)."""

    def __init__(self, human: Scanpaths, frame: Frame, shape: tuple[int, int], bandwidth: float | None) -> None:
        of = pd.factorize(human.table["subject"])[0][human.path_of()]
        self.points = [(human.x[of == k], human.y[of == k]) for k in range(int(of.max(initial=-1)) + 1)]
        self.maps = np.zeros((len(self.points), *shape))
        if bandwidth is not None:
            for k, (x, y) in enumerate(self.points):
                smooth = fixation_map(x, y, shape, sigma=bandwidth * frame.width, size=frame.size)
                self.maps[k] = smooth * np.isfinite(x).sum()


def _choose_gold(bias: CentreBias, human: Scanpaths, trials: Sequence[Trial], seed: int) -> tuple[float, float]:
    """Bandwidth and weight of the centre bias under which each person's fixations are likeliest, given the others'.

    Chosen on up to `CHOICE_STIMULI` stimuli, so that it does not take as long as the evaluation.
    """
    rows_of = human.table.groupby("trial", sort=False).indices
    shown = [t for t in trials if t.id in rows_of]
    picked = np.sort(keyed_rng(seed, "gold standard").permutation(len(shown))[:CHOICE_STIMULI])
    total = np.zeros((len(BANDWIDTHS), len(CENTRE_SHARES)))
    for trial in (shown[k] for k in picked):
        shape = density_shape(trial.frame)
        centre = np.exp(bias.log_density(trial.stimulus, shape))
        for i, bandwidth in enumerate(BANDWIDTHS):
            people = People(human[rows_of[trial.id]], trial.frame, shape, bandwidth)
            everything = people.maps.sum(axis=0)
            for (x, y), own in zip(people.points, people.maps, strict=True):
                rest = np.maximum(everything - own, 0.0)
                if not rest.sum() > 0:
                    continue
                at_rest, at_centre = (values_at(m, x, y, trial.frame.size) for m in (rest / rest.sum(), centre))
                inside = ~np.isnan(at_rest)
                for j, share in enumerate(CENTRE_SHARES):
                    total[i, j] += np.log((1 - share) * at_rest[inside] + share * at_centre[inside]).sum()
    best = divmod(int(total.argmax()), len(CENTRE_SHARES))
    return float(BANDWIDTHS[best[0]]), float(CENTRE_SHARES[best[1]])
