"""Clusters of people's fixations for a run: made piece by piece, kept in its folder, the same for every source."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.strings.clusters import Clusters, mean_shift_clusters
from gazekit.runs.seals import seal

BY = ("trial",)
QUANTILE = 0.3


def describe_clusters() -> dict[str, Any]:
    """What decides them, for the manifest."""
    return {
        "algorithm": "mean shift",
        "by": list(BY),
        "bandwidth_px": None,
        "quantile": QUANTILE,
        "scikit_learn": version("scikit-learn"),
    }


def make_clusters(part: Path, human: Scanpaths) -> None:
    """Cluster the fixations of all people on each trial, and write them.

    A person's own fixations help to place the centres. That is as published, and the same for people and models: the
    alphabet is of the image, not of whoever is scored.
    """
    mean_shift_clusters(human, by=BY, quantile=QUANTILE).save(part)
    seal(part, [part])


def join_clusters(parts: Sequence[Path]) -> Clusters:
    """All pieces in one."""
    loaded = [Clusters.load(part) for part in parts]
    parameters = {**loaded[0].parameters, "n_fixations": sum(c.parameters["n_fixations"] for c in loaded)}
    return Clusters(
        loaded[0].by,
        {k: v for c in loaded for k, v in c.centres.items()},
        {k: v for c in loaded for k, v in c.frames.items()},
        {k: v for c in loaded for k, v in c.bandwidths.items()},
        parameters,
    )
