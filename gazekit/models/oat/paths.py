"""Human scanpaths as sequences of objects: what OAT learns from and is scored on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gazekit.core.trials import Dataset
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.scenes import Scene, scene_of
from gazekit.models.object_search.human_paths import human_paths

IGNORED = -1  # label of a step after a path's end


@dataclass(frozen=True)
class ObjectPaths:
    """Scenes, and the paths that people made on them.

    Parameters
    ----------
    scenes : sequence of Scene
        Each trial once.
    paths : sequence of (n,) int64
        Objects fixated, from 1 (the network's numbers), at least one.
    scene_of_path : (k,) int64
        Which scene each path belongs to.
    rows : (k,) int64
        Row of each path in the data set's scanpaths.
    """

    scenes: Sequence[Scene]
    paths: Sequence[np.ndarray]
    scene_of_path: np.ndarray
    rows: np.ndarray

    @classmethod
    def from_dataset(cls, dataset: Dataset, config: OatConfig, *, rule: str = "nearest") -> "ObjectPaths":
        """Read a data set as `human_paths` does; `config` is the network's.

        Raises
        ------
        DataError
            As `human_paths`.
        MissingNeedError
            A trial lacks something that the network needs.
        """
        people = human_paths(dataset, rule)
        used = {path.trial for path in people}
        trials = [trial for trial in dataset.trials if trial.id in used]
        place = {trial.id: number for number, trial in enumerate(trials)}
        return cls(
            [scene_of(trial, config) for trial in trials],
            [path.objects + 1 for path in people],
            np.array([place[path.trial] for path in people]),
            np.array([path.row for path in people]),
        )

    def select(self, scenes: np.ndarray) -> "ObjectPaths":
        """Keep some scenes (indices) and their paths."""
        new = {int(k): n for n, k in enumerate(scenes)}
        kept = [k for k, s in enumerate(self.scene_of_path) if int(s) in new]
        return ObjectPaths(
            [self.scenes[int(k)] for k in scenes],
            [self.paths[k] for k in kept],
            np.array([new[int(self.scene_of_path[k])] for k in kept], dtype=np.int64),
            self.rows[kept],
        )

    def longest(self) -> int:
        """Fixations of the longest path."""
        return max(map(len, self.paths))


def padded(paths: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Decoder input and labels of paths of unequal length.

    Parameters
    ----------
    paths : sequence of (n,) int64
        Objects from 1.

    Returns
    -------
    inputs : (B, T) int64
        0 after a path's end.
    labels : (B, T + 1) int64
        The next object, then 0 (the end), then -1.

    Examples
    --------
    >>> inputs, labels = padded([np.array([4, 2]), np.array([3])])
    >>> inputs.tolist(), labels.tolist()
    ([[4, 2], [3, 0]], [[4, 2, 0], [3, 0, -1]])
    """
    longest = max(map(len, paths))
    inputs = torch.zeros(len(paths), longest, dtype=torch.int64)
    labels = torch.full((len(paths), longest + 1), IGNORED)
    for k, path in enumerate(paths):
        inputs[k, : len(path)] = torch.from_numpy(path)
        labels[k, : len(path)] = torch.from_numpy(path)
        labels[k, len(path)] = 0
    return inputs, labels
