"""Controls that win Sequence Score without searching: a straight line to the target, and the target again and again."""

from typing import Any, Self

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, OtherThan
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.walk import ObjectModel


class Line(ObjectModel):
    """A straight line from the start of gaze to the target, then more fixations on the target.

    Knows where the target is, and knows nothing about people. On the book covers it has a higher Sequence Score than
    people with each other.

    Parameters
    ----------
    dwell : int
        Fixations on the target after the first one there.
    step : float
        Cells between fixations before the target, about.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> [int(k) for k in Line(dwell=1).predict(example_trials(), progress=False)[3].object_id[-2:]]
    [3, 3]
    """

    name = "line"
    role = "control"
    stops = True
    needs = ("objects", "target_object")
    deterministic = True

    def __init__(self, dwell: int = 2, step: float = 1.0) -> None:
        check_whole("dwell", dwell, 0)
        if not step > 0:
            raise GazekitError(f"step must be above 0 cells, not {step}")
        self.dwell, self.step = dwell, float(step)

    def walk(self, layout: ObjectLayout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw the path; see `ObjectModel.walk`."""
        goal = layout.places[layout.target]
        steps = max(1, round(float(np.hypot(*(goal - layout.start))) / self.step))
        points = layout.start + np.linspace(0, 1, steps + 1)[:-1, None] * (goal - layout.start)
        nearest = np.hypot(*(layout.places[None] - points[:, None]).transpose(2, 0, 1)).argmin(1)
        fresh = np.diff(nearest, prepend=-1) != 0
        passed = nearest[fresh & (nearest != layout.target)]
        return np.concatenate([passed, np.full(1 + self.dwell, layout.target)])[:limit]


class TargetRepeated(ObjectModel):
    """Nothing but the target, as often as people fixate anything.

    Fitted: the length is that of a random human path on another stimulus. Not fitted: the limit, or `default_length`.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> TargetRepeated().predict(example_trials()[:1], max_fixations=3, progress=False).object_id.tolist()
    [0, 0, 0]
    """

    name = "target-repeated"
    role = "control"
    needs = ("objects", "target_object")
    leaves_own_out = True

    def __init__(self, default_length: int = DEFAULT_LENGTH) -> None:
        check_whole("default_length", default_length, 1)
        self.default_length = default_length
        self._lengths: np.ndarray | None = None
        self._others: OtherThan | None = None

    @property
    def deterministic(self) -> bool:  # type: ignore[override]
        """Whether all samples are alike: they are until lengths are drawn from people's."""
        return self._others is None

    def fit(self, dataset: Dataset) -> Self:
        """Keep people's path lengths, and return self."""
        stimulus = {t.id: t.stimulus for t in dataset.trials}
        paths = human_paths(dataset)
        self._lengths = np.array([len(path.objects) for path in paths])
        self._others = OtherThan([stimulus[path.trial] for path in paths])
        return self

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int | None:
        """See `ScanpathModel.length`."""
        if self._others is None or self._lengths is None:
            return limit
        drawn = int(self._lengths[self._others.draw(trial.stimulus, rng, 1)[0]])
        return drawn if limit is None else min(drawn, limit)

    def walk(self, layout: ObjectLayout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path; see `ObjectModel.walk`."""
        return np.full(limit or self.default_length, layout.target)
