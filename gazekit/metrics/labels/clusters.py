"""Clusters of fixations by mean shift: the alphabet of Sequence Score, for any data set, kept in a JSON file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.files.untrusted import decoding, parse_json, reading
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics.labels.labelling import points_of
from gazekit.metrics.options import is_number

FORMAT, VERSION = "gazekit-clusters", 1
Key = tuple[str, ...]
PUBLISHED_FACTORS = (0.2, 0.5, 0.8, 1.0, 1.2, 1.5, 1.8)


@dataclass(frozen=True)
class Clusters:
    """Cluster centres of each group of trials, and how they were found.

    Parameters
    ----------
    by : tuple of str
        Columns that make a group: ("stimulus",), or ("stimulus", "task") for search.
    centres : mapping of key to (k, 2) float64
        x, y of the centres of each group, px; a key is the group's values of `by`.
    frames : mapping of key to (width, height)
        Frame on which each group's centres lie, px.
    bandwidths : mapping of key to float
        Bandwidth of each group, px.
    parameters : mapping
        What was asked for: `bandwidth_px`, `quantile`, `factors`, `n_fixations`, `skip_first`.
    """

    by: tuple[str, ...]
    centres: Mapping[Key, np.ndarray]
    frames: Mapping[Key, tuple[float, float]]
    bandwidths: Mapping[Key, float]
    parameters: Mapping[str, Any]

    def label(self, paths: Scanpaths) -> Scanpaths:
        """Label every fixation with its nearest centre; fills `object_id`, positions stay.

        Parameters
        ----------
        paths : Scanpaths
            Human or predicted, px, on the frames that the clusters were made on.

        Returns
        -------
        Scanpaths
            With `object_id` the index of the nearest centre of the path's group (the first of equally near ones);
            -1 where a position is not finite.

        Raises
        ------
        GazekitError
            A path of a group that has no clusters.
        MismatchError
            Positions in degrees, or a frame other than the clusters'.
        """
        _need_px(paths)
        labels = np.full(len(paths.x), -1, dtype=np.int64)
        for key, rows in _groups(paths, self.by):
            if key not in self.centres:
                raise GazekitError(
                    f"there are no clusters for {_named(self.by, key)}; make them from paths that include it"
                )
            sizes = paths.table.iloc[rows][["width", "height"]].to_numpy(float)
            if (sizes != self.frames[key]).any():
                width, height = sizes[(sizes != self.frames[key]).any(axis=1)][0]
                raise MismatchError(
                    f"the clusters of {_named(self.by, key)} lie on a frame of {self.frames[key][0]:g} x "
                    f"{self.frames[key][1]:g} px and a path on {width:g} x {height:g}; use rescale(frame) on the paths"
                )
            points = points_of(paths, rows)
            labels[points] = _nearest(np.column_stack([paths.x[points], paths.y[points]]), self.centres[key])
        return paths.replace(object_id=labels)

    def save(self, path: str | Path) -> None:
        """Write the clusters and their parameters as JSON, whole or not at all.

        Raises
        ------
        DataError
            The file cannot be written.
        """
        groups = [
            {
                "key": list(key),
                "frame": list(self.frames[key]),
                "bandwidth_px": self.bandwidths[key],
                "centres": self.centres[key].tolist(),
            }
            for key in self.centres
        ]
        content = {"format": FORMAT, "version": VERSION, "by": list(self.by), "parameters": dict(self.parameters)}
        write_atomically(path, (json.dumps({**content, "groups": groups}, indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: str | Path) -> "Clusters":
        """Read a file that `save` wrote.

        Raises
        ------
        DataError
            No such file, not a file of clusters, or one of another version.
        """
        with decoding(f"{path} is not JSON", "give a file that Clusters.save wrote"):
            content = parse_json(read_whole(path))
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise DataError(f"{path} holds no clusters of fixations; give a file that Clusters.save wrote")
        if content.get("version") != VERSION:
            raise DataError(
                f"{path} is version {content.get('version')!r} of {FORMAT}, and this gazekit reads version {VERSION}; "
                f"make the clusters anew"
            )
        with reading(path, "make the clusters anew"):
            groups = {tuple(map(str, group["key"])): group for group in content["groups"]}
            return cls(
                tuple(content["by"]),
                {k: np.array(g["centres"], dtype=np.float64).reshape(-1, 2) for k, g in groups.items()},
                {k: (float(g["frame"][0]), float(g["frame"][1])) for k, g in groups.items()},
                {k: float(g["bandwidth_px"]) for k, g in groups.items()},
                content["parameters"],
            )


def mean_shift_clusters(
    paths: Scanpaths,
    *,
    by: Sequence[str] = ("stimulus",),
    bandwidth_px: float | None = None,
    quantile: float = 0.3,
    skip_first: bool = False,
    factors: Sequence[float] | None = None,
) -> Clusters:
    """Cluster the fixations of each group of trials by mean shift with a flat kernel.

    The clusters that published Sequence Scores rest on come as a pickled file for one data set only, and with it the
    scores are out of reach for any other. Make them here from human paths, save them beside the results, and label
    people and models with the same ones. Nothing is drawn at random, so the same paths give the same clusters.

    Parameters
    ----------
    paths : Scanpaths
        Human paths, px.
    by : sequence of str
        Columns of the table that make a group: "stimulus", or "stimulus" and "task" where one image was searched for
        several targets.
    bandwidth_px : float, optional
        Radius of the kernel, px. None estimates it for each group, as scikit-learn does: the mean over fixations of
        the distance to the farthest of its nearest `quantile` of the group's fixations.
    quantile : float
        Share of the group's fixations for that estimate, in (0, 1]. 0.3 is scikit-learn's default.
    skip_first : bool
        Leave out the first fixation of each path, where it is forced to the centre.
    factors : sequence of float, optional
        Try the bandwidth times each of these, and keep the first with the most saccades from one cluster to another,
        less those that stay in one, per cluster; `PUBLISHED_FACTORS` are those of the COCO-Search18 line. None takes
        the bandwidth as it is.

    Returns
    -------
    Clusters
        At least one centre for each group. A group whose fixations all fall on one place has that place as its
        centre, and bandwidth 0 if it was to be estimated.

    Raises
    ------
    GazekitError
        Options out of their range; a group without a fixation.
    MismatchError
        Positions in degrees; frames that differ within a group.

    References
    ----------
    Comaniciu and Meer (2002), Mean shift, IEEE PAMI 24, 603-619. Use for scanpaths: Yang et al. (2020), CVPR. Factors:
    cvlab-stonybrook/Scanpath_Prediction, issue 24.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 100, "height": 100})
    >>> paths = Scanpaths([10, 12, 80, 11, 82, 81], [10, 11, 80, 9, 81, 79], [0, 3, 6], table)
    >>> clusters = mean_shift_clusters(paths, bandwidth_px=20)
    >>> sorted(clusters.centres["s",].round().tolist())
    [[11.0, 10.0], [81.0, 80.0]]
    """
    if bandwidth_px is not None and not (is_number(bandwidth_px) and bandwidth_px > 0):
        raise GazekitError(f"bandwidth_px must be a positive number of px, not {bandwidth_px!r}")
    if not 0 < quantile <= 1:
        raise GazekitError(f"quantile must be above 0 and at most 1, not {quantile!r}")
    if factors is not None and not (len(factors) and all(is_number(f) and f > 0 for f in factors)):
        raise GazekitError(f"factors must be positive numbers, one or more, not {factors!r}")
    _need_px(paths)
    centres, frames, bandwidths, n_fixations = {}, {}, {}, 0
    for key, rows in _groups(paths, tuple(by)):
        sizes = paths.table.iloc[rows][["width", "height"]].to_numpy(float)
        if (sizes != sizes[0]).any():
            raise MismatchError(f"the frames of {_named(by, key)} differ; use rescale(frame) so that they agree")
        points = points_of(paths, rows, from_rank=int(skip_first))
        if not len(points):
            raise GazekitError(f"{_named(by, key)} has no fixation to cluster; leave its paths out")
        xy = np.column_stack([paths.x[points], paths.y[points]])
        bandwidth = _estimated(xy, quantile) if bandwidth_px is None else bandwidth_px
        if factors is not None:
            step = np.diff(paths.path_of()[points]) == 0
            bandwidth *= max(factors, key=lambda factor: _moving(xy, step, mean_shift(xy, bandwidth * factor)))
        n_fixations += len(xy)
        frames[key], bandwidths[key] = (float(sizes[0][0]), float(sizes[0][1])), float(bandwidth)
        centres[key] = mean_shift(xy, bandwidth)
    parameters = {
        "algorithm": "mean shift",
        "bandwidth_px": bandwidth_px,
        "quantile": quantile if bandwidth_px is None else None,
        "skip_first": skip_first,
        "factors": None if factors is None else list(factors),
        "n_fixations": n_fixations,
    }
    return Clusters(tuple(by), centres, frames, bandwidths, parameters)


def mean_shift(xy: np.ndarray, bandwidth: float) -> np.ndarray:
    """(k, 2) float64: where points end that move to the mean of all points near them.

    Ends with most points near them come first; one that is within the bandwidth of an earlier one is not a centre, as
    in scikit-learn. With a bandwidth of 0 each place is a centre.

    Examples
    --------
    >>> mean_shift(np.array([[0.0, 0], [2, 0], [9, 9]]), 3).tolist()
    [[1.0, 0.0], [9.0, 9.0]]
    """
    from gazekit.metrics.kernels.mean_shift import shift_points

    if bandwidth == 0:
        return np.unique(xy, axis=0)
    x, y = (np.array(column, dtype=np.float64) for column in xy.T)
    ends, near = np.empty((2, len(x))), np.empty(len(x), dtype=np.int64)
    shift_points(x, y, float(bandwidth), ends[0], ends[1], near)
    left = ends.T[np.lexsort((ends[1], ends[0], near))[::-1]]
    centres = []
    while len(left):
        centres.append(left[0])
        left = left[((left - left[0]) ** 2).sum(axis=1) > bandwidth**2]
    return np.array(centres)


def _estimated(xy: np.ndarray, quantile: float) -> float:
    """Mean over points of the distance to the farthest of its nearest `quantile` of all points, itself among them."""
    count = max(int(len(xy) * quantile), 1)
    farthest = [np.partition(np.hypot(*(xy - point).T), count - 1)[count - 1] for point in xy]
    return float(np.mean(farthest))


def _moving(xy: np.ndarray, step: np.ndarray, centres: np.ndarray) -> float:
    """Saccades between clusters less those within one, per cluster; `step` says where the next point is of one path."""
    label = _nearest(xy, centres)
    stays = (np.diff(label) == 0)[step]
    return float((np.sum(~stays) - np.sum(stays)) / len(centres))


def _need_px(paths: Scanpaths) -> None:
    if paths.facts.unit != "px":
        raise MismatchError("clusters are in px, and these scanpaths are in degrees; cluster them before to_degrees()")


def _groups(paths: Scanpaths, by: Sequence[str]) -> list[tuple[Key, np.ndarray]]:
    for column in by:
        if column not in paths.table:
            raise GazekitError(f"scanpaths have no column {column!r}; they have {', '.join(paths.table.columns)}")
    grouped = paths.table.groupby(list(by), sort=False, dropna=False).indices
    return [(tuple(map(str, key if isinstance(key, tuple) else (key,))), rows) for key, rows in grouped.items()]


def _nearest(xy: np.ndarray, centres: np.ndarray) -> np.ndarray:
    return ((xy[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)


def _named(by: Sequence[str], key: Key) -> str:
    return ", ".join(f"{column} {value!r}" for column, value in zip(by, key, strict=True))
