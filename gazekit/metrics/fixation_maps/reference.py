"""What densities are compared with, learned from all people: the centre bias and the gold standard of people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.fixation_maps.pixels import (
    LONGER_SIDE,
    check_shares,
    density_shape,
    fixation_map,
    pixels_at,
    values_at,
)

BANDWIDTHS = (0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12)  # shares of the image's sides
UNIFORM_SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
GRID = (48, 64)  # rows and columns on which bandwidth and share are chosen
OTHERS = 10_000  # fixations on other images, for the shuffled AUC
CENTRE_SHARES = (0.01, 0.03, 0.1, 0.3)  # weights of the centre bias in the gold standard, to choose from
CHOICE_STIMULI = 30  # stimuli on which the gold standard's parameters are chosen
REACHES = (0.02, 0.05, 0.1, 0.2)  # of the gold standard of the next fixation: shares of the image's width
FOLLOWING_SHARES = (0.0, 0.25, 0.5, 0.75, 0.9)  # weights of saccades from alike places in it
FOLLOWING_STIMULI = 10  # stimuli on which these two are chosen
DRAWS_OF_HALVES = 5  # of people: one half's map is compared with, the other half makes the gold standard
SIZES = {"longer_side_cells": LONGER_SIDE, "other_fixations": OTHERS, "draws_of_halves": DRAWS_OF_HALVES}


class CentreBias:
    """Where people look whatever is shown, never learned from the image that it is used on.

    The density for an image is a Gaussian kernel density of the fixations on all other images, in coordinates
    relative to the image's size, mixed with a little of the uniform density so that no fixation is
    impossible. Kernel mass that would leave the image is reflected.

    Parameters
    ----------
    x, y : (n,) array
        Fixations as shares of their image's width and height; those outside [0, 1] are left out and counted.
    stimulus : (n,) sequence
        Image of each fixation.
    bandwidths : sequence of float
        Standard deviations of the kernel to choose from, as shares of the image's sides.
    uniform_shares : sequence of float
        Weights of the uniform density to choose from. Both are chosen together: the pair under which fixations are
        likeliest given those on all other images.

    Attributes
    ----------
    bandwidth, uniform_share : float
        What was chosen.
    left_out : int
        Fixations outside their image.

    Raises
    ------
    GazekitError
        Columns of different lengths, fixations in px, on fewer than two images, or nothing to choose from.

    References
    ----------
    The baseline of Kümmerer, Wallis, Bethge (2015), PNAS 112; here leave-one-image-out on a grid.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bias = CentreBias(*rng.normal(0.5, 0.1, (2, 400)), np.repeat(["a", "b"], 200))
    >>> density = np.exp(bias.log_density("a", (9, 9)))
    >>> bool(density[4, 4] > 10 * density[0, 0]), round(float(density.sum()), 6)
    (True, 1.0)
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        stimulus: Sequence[str] | np.ndarray,
        *,
        bandwidths: Sequence[float] = BANDWIDTHS,
        uniform_shares: Sequence[float] = UNIFORM_SHARES,
    ) -> None:
        px, py = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
        names = np.asarray(stimulus, dtype=object).ravel()
        if not len(px) == len(py) == len(names):
            raise GazekitError(f"fixations have one x, y and image each, not {len(px)}, {len(py)} and {len(names)}")
        check_shares(px, py)
        inside = (px >= 0) & (px <= 1) & (py >= 0) & (py <= 1)
        self.left_out = int((~inside).sum())
        self._x, self._y = px[inside], py[inside]
        self._names, self._of = np.unique(names[inside].astype(str), return_inverse=True)
        if len(self._names) < 2:
            raise GazekitError("a centre bias learns from the other images: give fixations on at least two")
        if not len(bandwidths) or not len(uniform_shares) or min(bandwidths) <= 0 or not 0 < min(uniform_shares) < 1:
            raise GazekitError(
                "a centre bias needs bandwidths above 0 and uniform shares between 0 and 1 to choose from"
            )
        self.bandwidth, self.uniform_share = self._choose(bandwidths, uniform_shares)

    @classmethod
    def fixed(
        cls, x: ArrayLike, y: ArrayLike, stimulus: Sequence[str] | np.ndarray, bandwidth: float, uniform_share: float
    ) -> Self:
        """Use a bandwidth and a uniform share that are given, not chosen."""
        return cls(x, y, stimulus, bandwidths=[bandwidth], uniform_shares=[uniform_share])

    def log_density(self, stimulus: str, shape: tuple[int, int]) -> np.ndarray:
        """Log density for an image, from the fixations on all others.

        Parameters
        ----------
        stimulus : str
            The image; one without fixations here gets the density of all.
        shape : (int, int)
            Rows and columns of the map.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.
        """
        others = self._of != np.searchsorted(self._names, stimulus) if stimulus in self._names else slice(None)
        index = pixels_at(self._x[others], self._y[others], shape, (1.0, 1.0))
        smooth = _smooth(index, shape, self.bandwidth)
        return np.log((1 - self.uniform_share) * smooth / smooth.sum() + self.uniform_share / smooth.size)

    def _choose(self, bandwidths: Sequence[float], uniform_shares: Sequence[float]) -> tuple[float, float]:
        """The likeliest pair, each fixation judged by the density of all other images."""
        if len(bandwidths) == len(uniform_shares) == 1:
            return float(bandwidths[0]), float(uniform_shares[0])
        order = np.argsort(self._of, kind="stable")
        index = pixels_at(self._x, self._y, GRID, (1.0, 1.0))[order]
        ends = np.cumsum(np.bincount(self._of))
        cells = GRID[0] * GRID[1]
        own = list(np.split(index, ends[:-1]))
        best, chosen = -np.inf, (float(bandwidths[0]), float(uniform_shares[0]))
        for bandwidth in bandwidths:
            everything = _smooth(index, GRID, bandwidth).ravel()
            at = []
            for part in own:  # smoothing is linear: what the others give is everything less one's own
                mine = _smooth(part, GRID, bandwidth).ravel()
                at.append(np.maximum(everything[part] - mine[part], 0.0) / (len(index) - len(part)))
            density = np.concatenate(at)
            for share in uniform_shares:
                likelihood = float(np.log((1 - share) * density + share / cells).sum())
                if likelihood > best:
                    best, chosen = likelihood, (float(bandwidth), float(share))
        return chosen


@dataclass(frozen=True)
class DensityReference:
    """What measures of densities need besides a density, learned once from all people.

    Parameters
    ----------
    bias : CentreBias
        Baseline: where people look on the other images.
    others : (m, 4) float64
        Fixations in a random order: x and y as shares of width and height, the number of their stimulus and of their
        person.
    stimuli, subjects : tuple of str
        Stimuli and people by number.
    bandwidth, centre_share : float
        Of the gold standard: standard deviation as a share of the width, and weight of the centre bias, under which
        each person's fixations are likeliest given the other people's.
    seed : int
        Of the run.
    following : (reach, share)
        Of the gold standard of the next fixation, see `gold_next`; (0.1, 0), which is the gold standard itself, until
        `with_following` chooses them.
    """

    bias: CentreBias
    others: np.ndarray
    stimuli: tuple[str, ...]
    subjects: tuple[str, ...]
    bandwidth: float
    centre_share: float
    seed: int
    following: tuple[float, float] = (0.1, 0.0)

    @classmethod
    def of(
        cls, human: Scanpaths, trials: Sequence[Trial], *, seed: int, gold: tuple[float, float] | None = None
    ) -> Self:
        """Learn from people's paths, px; the gold standard's two numbers are chosen where `gold` does not give them."""
        of = human.path_of()
        size = human.table[["width", "height"]].to_numpy(float)[of]
        codes, names = pd.factorize(human.table["stimulus"])
        code = codes[of]
        x, y = human.x / size[:, 0], human.y / size[:, 1]
        bias = CentreBias(x, y, np.asarray(names, dtype=object)[code])
        inside = np.flatnonzero((x >= 0) & (x <= 1) & (y >= 0) & (y <= 1))
        order = inside[keyed_rng(seed, "other fixations").permutation(len(inside))]
        persons, subjects = pd.factorize(human.table["subject"].astype(str))
        others = np.column_stack([x, y, code, persons[of]])[order]
        named = tuple(map(str, names)), tuple(map(str, subjects))
        return cls(bias, others, *named, *(gold or _choose_gold(bias, human, trials, seed)), seed)

    def others_than(self, stimulus: str) -> np.ndarray:
        """(m,) int64: rows of `others`, up to `OTHERS` fixations on other images."""
        number = self.stimuli.index(stimulus) if stimulus in self.stimuli else -1
        return np.flatnonzero(self.others[:, 2] != number)[:OTHERS]

    def gold(self, maps: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Log density of people whose smoothed maps (p, rows, columns) are given; `baseline` is the centre bias's."""
        density = maps.sum(axis=0)
        return np.log((1 - self.centre_share) * density / density.sum() + self.centre_share * np.exp(baseline))

    def gold_next(self, others: "Saccades", now: np.ndarray, any_time: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        """Log density of the fixation after one at `now`, from other people's saccades on the same image.

        A kernel density whose kernels lie where other people's saccades ended. A saccade counts the more, the nearer
        it began to `now` (a Gaussian whose standard deviation is the reach). That is mixed with the gold standard of
        any fixation, so that it never does much worse.

        Parameters
        ----------
        others : Saccades
            Of the other people.
        now : (2,) float64
            Where gaze is, px; NaN where that is not known.
        any_time : (rows, columns) float64
            `gold` of the other people.
        baseline
            As for `gold`.
        """
        reach, share = self.following
        after = self._landings(others, now, reach, any_time.shape) if share else None
        if after is None:
            return any_time
        return np.log(self._mixed(share, np.exp(any_time), after, np.exp(baseline)))

    def _landings(self, others: "Saccades", now: np.ndarray, reach: float, shape: Any) -> np.ndarray | None:
        """Density of where other people's saccades from about `now` ended; None where there is none."""
        if not (np.isfinite(now).all() and len(others.start)):
            return None
        (width, _), (x, y) = others.size, others.end.T
        weight = np.exp(-((others.start - now) ** 2).sum(axis=1) / (2 * (reach * width) ** 2))
        weight[~np.isfinite(weight)] = 0.0  # of a saccade that began outside what was recorded
        after = fixation_map(x, y, shape, sigma=self.bandwidth * width, size=others.size, weights=weight)
        return after if after.sum() > 0 else None

    def _mixed(self, share: float, any_time: Any, after: Any, centre: Any) -> Any:
        """Density of the next fixation, of a whole map or at one place."""
        return (1 - share) * any_time + share * ((1 - self.centre_share) * after + self.centre_share * centre)

    def with_following(self, human: Scanpaths, trials: Sequence[Trial]) -> Self:
        """Choose the reach and share under which each person's next fixations are likeliest, given the others'.

        On up to `FOLLOWING_STIMULI` stimuli.
        """
        rows_of = human.table.groupby("trial", sort=False).indices
        shown = [t for t in trials if t.id in rows_of]
        picked = np.sort(keyed_rng(self.seed, "gold standard, next").permutation(len(shown))[:FOLLOWING_STIMULI])
        total = np.zeros((len(REACHES), len(FOLLOWING_SHARES)))
        for trial in (shown[k] for k in picked):
            shape = density_shape(trial.frame)
            baseline = self.bias.log_density(trial.stimulus, shape)
            people = PeopleMaps(human[rows_of[trial.id]], trial.frame, shape, self.bandwidth)
            for k, own in enumerate(people.saccades):
                rest = np.arange(len(people.maps)) != k
                if not len(own.start) or not people.maps[rest].any():
                    continue
                others = Saccades.joined([s for s, kept in zip(people.saccades, rest, strict=True) if kept])
                any_time, centre = np.exp(self.gold(people.maps[rest], baseline)), np.exp(baseline)
                cells = pixels_at(own.end[:, 0], own.end[:, 1], shape, trial.frame.size)
                for now, cell in zip(own.start[cells >= 0], cells[cells >= 0], strict=True):
                    still, middle = any_time.ravel()[cell], centre.ravel()[cell]
                    for r, reach in enumerate(REACHES):
                        after = self._landings(others, now, reach, shape)
                        landed = None if after is None else after.ravel()[cell]
                        for s, share in enumerate(FOLLOWING_SHARES):
                            known = landed is not None and share
                            total[r, s] += np.log(self._mixed(share, still, landed, middle) if known else still)
        best = np.unravel_index(int(total.argmax()), total.shape)
        return replace(self, following=(REACHES[best[0]], FOLLOWING_SHARES[best[1]]))

    def about(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {
            **SIZES,
            "centre_bias_bandwidth": self.bias.bandwidth,
            "centre_bias_uniform_share": self.bias.uniform_share,
            "gold_standard_bandwidth": self.bandwidth,
            "gold_standard_centre_share": self.centre_share,
            "gold_standard_next": {"reach": self.following[0], "share": self.following[1]},
        }


@dataclass(frozen=True)
class Saccades:
    """Where saccades began and ended, (n, 2) px each, on an image of `size` px."""

    start: np.ndarray
    end: np.ndarray
    size: tuple[float, float]

    @classmethod
    def joined(cls, parts: Sequence["Saccades"]) -> Self:
        """All of them in one."""
        return cls(np.concatenate([p.start for p in parts]), np.concatenate([p.end for p in parts]), parts[0].size)


class PeopleMaps:
    """Each person's fixations on one trial (`points`), `saccades`, and smoothed maps (zero without a bandwidth)."""

    def __init__(self, human: Scanpaths, frame: Frame, shape: tuple[int, int], bandwidth: float | None) -> None:
        of = pd.factorize(human.table["subject"])[0][human.path_of()]
        self.points = [(human.x[of == k], human.y[of == k]) for k in range(int(of.max(initial=-1)) + 1)]
        follows = np.diff(human.path_of(), append=-1) == 0  # another fixation of the same path comes after it
        xy = np.column_stack([human.x, human.y])
        first = [np.flatnonzero(follows & (of == k)) for k in range(len(self.points))]
        self.saccades = [Saccades(xy[k], xy[k + 1], frame.size) for k in first]
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
            people = PeopleMaps(human[rows_of[trial.id]], trial.frame, shape, bandwidth)
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


def _smooth(index: np.ndarray, shape: tuple[int, int], bandwidth: float) -> np.ndarray:
    """Smoothed counts of the pixels of a map whose flat index is given."""
    from scipy.ndimage import gaussian_filter

    counts = np.bincount(index, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    return gaussian_filter(counts, (bandwidth * shape[0], bandwidth * shape[1]), mode="reflect")
