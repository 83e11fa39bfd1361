"""Base of the baselines: what they may draw from, and how long their scanpaths are, by one rule for all.

What a baseline draws from when it predicts for one stimulus are the human scanpaths of the other stimuli.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import DataError, GazekitError, check_whole
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.capabilities import Donor
from gazekit.models.contract import ScanpathModel

DEFAULT_LENGTH = 10  # fixations; the human mean in OSIE is 9.4


class OtherThan:
    """Draw positions of a column that carry another label, each equally likely, in constant time.

    The positions are sorted by label once, so that those of one label are a block; a draw among the rest is a
    draw from a range that is shorter by that block, with what lies behind it moved up.

    Parameters
    ----------
    labels : sequence of str
        Label of each position, for instance the stimulus of each scanpath.
    what : str
        What a position is, for the error message.

    Examples
    --------
    >>> others = OtherThan(["a", "b", "a", "c"])
    >>> others.count("a"), sorted(set(others.draw("a", np.random.default_rng(0), 50).tolist()))
    (2, [1, 3])
    """

    def __init__(self, labels: Sequence[str] | np.ndarray | pd.Series, what: str = "scanpaths") -> None:
        codes, names = pd.factorize(np.asarray(labels, dtype=object))
        counts = np.bincount(codes, minlength=len(names))
        stops = np.cumsum(counts)
        self.what = what
        self._order = np.argsort(codes, kind="stable")
        self._block = {
            str(name): (int(stop - n), int(stop)) for name, n, stop in zip(names, counts, stops, strict=True)
        }

    def count(self, label: str) -> int:
        """How many positions carry another label."""
        start, stop = self._block.get(label, (0, 0))
        return len(self._order) - (stop - start)

    def labels_besides(self, label: str) -> int:
        """How many other labels there are."""
        return len(self._block) - (label in self._block)

    def nothing_left(self, label: str) -> str:
        """Say in one sentence that every position carries this label."""
        return (
            f"there are no human {self.what} of stimuli other than {label!r} to draw from; fit on a data set "
            f"in which people looked at two stimuli or more"
        )

    def draw(self, label: str, rng: np.random.Generator, size: int) -> np.ndarray:
        """Draw (size,) int64 positions with another label, with replacement.

        Raises
        ------
        GazekitError
            Every position carries this label.
        """
        if not self.count(label):
            raise GazekitError(self.nothing_left(label))
        start, stop = self._block.get(label, (0, 0))
        k = rng.integers(self.count(label), size=size)
        return self._order[k + (k >= start) * (stop - start)]


@dataclass(frozen=True)
class HumanPaths:
    """Human scanpaths as baselines learn from them.

    Made by one rule for all baselines: a forced first fixation is removed first, because models do not emit
    one; then fixations outside the shown image (or not finite) are left out, then paths that have none left.
    `left_out` counts.

    Parameters
    ----------
    x, y : (N,) float64
        Fixations in relative coordinates: 0 is the left (top) edge of the shown image, 1 the right (bottom)
        one.
    duration : (N,) float64, ms, or None
        Fixation durations.
    offsets : (n + 1,) int64
        Path i is the fixations `offsets[i]:offsets[i + 1]`; no path is empty.
    stimulus, subject : (n,) object
        Stimulus and person of each path.
    size : (n, 2) float64
        Width and height of each path's frame, px.
    points : {"fixations", "clicks", "mouse"} or None
        What a point is, as the data set declares it.
    left_out : mapping of str to int
        What was left out, by reason.
    """

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None
    offsets: np.ndarray
    stimulus: np.ndarray
    subject: np.ndarray
    size: np.ndarray
    points: Literal["fixations", "clicks", "mouse"] | None
    left_out: Mapping[str, int]

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Take the human scanpaths of a data set.

        Raises
        ------
        DataError
            The scanpaths are in degrees, or none is left.
        """
        paths = dataset.scanpaths
        if paths.facts.unit != "px":
            raise DataError(f"the scanpaths of {dataset.name!r} are in degrees; fit before to_degrees(), in px")
        if paths.facts.forced_first:
            paths = paths.drop_first()
        of = paths.path_of()
        size = paths.table[["width", "height"]].to_numpy(float)
        x, y = paths.x / size[of, 0], paths.y / size[of, 1]
        inside = (x >= 0) & (x <= 1) & (y >= 0) & (y <= 1)
        lengths = np.bincount(of[inside], minlength=len(paths))
        full = lengths > 0
        if not full.any():
            raise DataError(
                f"data set {dataset.name!r} has no human fixations to learn from ({len(paths)} scanpaths, "
                f"all empty or outside the image); fit on a data set with human scanpaths"
            )
        return cls(
            x[inside],
            y[inside],
            None if paths.duration is None else paths.duration[inside],
            np.concatenate([[0], np.cumsum(lengths[full])]),
            paths.table["stimulus"].to_numpy(dtype=object)[full],
            paths.table["subject"].to_numpy(dtype=object)[full],
            size[full],
            paths.facts.points,
            {"fixations outside the image": int((~inside).sum()), "empty scanpaths": int((~full).sum())},
        )

    def __len__(self) -> int:
        return len(self.stimulus)

    @cached_property
    def lengths(self) -> np.ndarray:
        """(n,) int64: fixations of each path."""
        return np.diff(self.offsets)

    @cached_property
    def stimulus_of_fixation(self) -> np.ndarray:
        """(N,) object: stimulus of each fixation."""
        return np.repeat(self.stimulus, self.lengths)


class OtherSums:
    """Sums over the fixations of all stimuli but one, in constant time.

    Parameters
    ----------
    humans : HumanPaths
        The human scanpaths.
    values : (N, k) float64
        What to sum: one row per fixation of `humans`.
    """

    def __init__(self, humans: HumanPaths, values: np.ndarray) -> None:
        per_path = np.add.reduceat(values, humans.offsets[:-1])
        self._own: dict[str, np.ndarray] = {}
        for stimulus, row in zip(humans.stimulus, per_path, strict=True):
            self._own[stimulus] = self._own.get(stimulus, 0) + row
        self._total = per_path.sum(axis=0)
        self._count = OtherThan(humans.stimulus_of_fixation, "fixations")

    def means(self, stimulus: str) -> tuple[int, np.ndarray]:
        """Return how many fixations the other stimuli have, and the (k,) means of their values.

        Raises
        ------
        GazekitError
            No other stimulus has a fixation.
        """
        n = self._count.count(stimulus)
        if not n:
            raise GazekitError(self._count.nothing_left(stimulus))
        return n, (self._total - self._own.get(stimulus, np.zeros_like(self._total))) / n


class Baseline(ScanpathModel):
    """Base of the models that need no training to look somewhere, but take their path lengths from people.

    Where nobody asks for a length (`lengths` of `predict`): fitted, the length is that of a random human scanpath of
    another stimulus, cut at the limit (`max_fixations` of `predict`, else of the trial). Not fitted: the limit, or
    `default_length` where there is none.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.
    """

    leaves_own_out = True

    def __init__(self, *, default_length: int = DEFAULT_LENGTH) -> None:
        check_whole("default_length", default_length, 1)
        self.default_length = default_length
        self.humans: HumanPaths | None = None

    def fit(self, dataset: Dataset) -> Self:
        """Learn from the human scanpaths of a data set, and return self.

        A prediction for a stimulus uses the scanpaths of the other stimuli only, so the data set may be the one that
        the model is then evaluated on.

        Raises
        ------
        DataError
            The data set has no human fixations, or they are in degrees.
        """
        self.humans = HumanPaths.of(dataset)
        self._other_paths = OtherThan(self.humans.stimulus)
        return self

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int:
        """Draw the length of one path, fixations; see `ScanpathModel.length`."""
        if self.humans is None:
            return self.default_length if limit is None else int(limit)
        drawn = int(self.humans.lengths[self._other_paths.draw(trial.stimulus, rng, 1)[0]])
        return drawn if limit is None else min(drawn, int(limit))

    def donors(
        self, trial: Trial, sample: int, seed: int, *, length: int | None = None, limit: int | None = None
    ) -> list[Donor]:
        """Whose path has the length of this sample, where the model chose it; see `Copies`."""
        if self.humans is None or length is not None:
            return []
        return self.people_of(
            self._other_paths.draw(trial.stimulus, keyed_rng(seed, self.random_key, trial.id, sample), 1)
        )

    def people_of(self, rows: np.ndarray) -> list[Donor]:
        """Stimulus and subject of some of the human paths."""
        humans = self.fitted_humans()
        return [Donor(str(s), str(p)) for s, p in zip(humans.stimulus[rows], humans.subject[rows], strict=True)]

    def fitted_humans(self) -> HumanPaths:
        """Return the human scanpaths that the model was fitted on.

        Raises
        ------
        GazekitError
            The model is not fitted.
        """
        if self.humans is None:
            raise GazekitError(f"model {self.name!r} draws from human scanpaths; call fit(dataset) before predict")
        return self.humans
