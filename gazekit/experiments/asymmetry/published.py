"""The six published search-asymmetry experiments, from `published.toml`: designs, what people did, models' numbers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np

from gazekit.experiments.asymmetry.reaction_times import asymmetry_index, slope

TICK = 200.0  # ms between two labels of the axes that people's reaction times were read off


@dataclass(frozen=True)
class PublishedCondition:
    """One condition of a published experiment.

    Parameters
    ----------
    name : str
        As in the data set `search-arrays`.
    file : str
        Stem of the published file of saccade counts.
    human : tuple of float
        People's mean reaction time at each set size, ms.
    """

    name: str
    file: str
    human: tuple[float, ...]


@dataclass(frozen=True)
class Design:
    """A published experiment.

    Parameters
    ----------
    name : str
        As in the data set `search-arrays`.
    set_sizes : tuple of int
        Items shown.
    easy, hard : PublishedCondition
        With the flatter and the steeper slope for people.
    source : str
        Where people's reaction times are from.
    difference_of_gaussians : pair of (size, deviation)
        Two Gaussian kernels, cells of the attention map, with which the published model sharpened it.
    background : int
        Grey level around the items, 0..255, with which the published model paints what it has seen.
    """

    name: str
    set_sizes: tuple[int, ...]
    easy: PublishedCondition
    hard: PublishedCondition
    source: str
    difference_of_gaussians: tuple[tuple[int, float], ...]
    background: int

    @property
    def conditions(self) -> tuple[PublishedCondition, PublishedCondition]:
        """Easy and hard."""
        return (self.easy, self.hard)

    @property
    def settings(self) -> Mapping[str, object]:
        """What a model that has these options is given in this experiment."""
        return {"difference_of_gaussians": self.difference_of_gaussians, "background": self.background}


@dataclass(frozen=True)
class PublishedModel:
    """Published values of one model.

    Parameters
    ----------
    indices : mapping of str to float
        Asymmetry index by experiment, to four digits.
    mean : float
        Their mean.
    slopes : mapping of str to (float, float)
        Slopes of the easy and the hard condition, ms per item, to three digits.
    saccades : mapping of str to (list of float, list of float)
        Mean saccades at each set size, easy and hard condition, to three digits; empty where none are known.
    """

    indices: Mapping[str, float]
    mean: float
    slopes: Mapping[str, tuple[float, float]]
    saccades: Mapping[str, tuple[list[float], list[float]]] = field(default_factory=dict)


def human_times(experiment: str, condition: str) -> dict[int, float]:
    """People's mean reaction time by set size, ms; empty where none are known (a new experiment or condition).

    Examples
    --------
    >>> human_times("t-and-l", "Ls")
    {3: 573, 6: 672, 9: 771}
    >>> human_times("colour", "red")
    {}
    """
    design = DESIGNS.get(experiment)
    known = {c.name: c.human for c in design.conditions} if design else {}
    return dict(zip(design.set_sizes, known[condition], strict=True)) if design and condition in known else {}


def human_slope(experiment: str, condition: str) -> float:
    """People's search slope, ms per item; NaN where not known.

    Examples
    --------
    >>> human_slope("intersection", "cross")
    96.0
    """
    times = human_times(experiment, condition)
    return float(slope(np.array(list(times)), np.array(list(times.values())))) if times else float("nan")


def human_index(experiment: str) -> float:
    """People's asymmetry index; NaN where not known.

    Examples
    --------
    >>> round(human_index("curvature"), 4)
    0.8093
    """
    if experiment not in DESIGNS:
        return float("nan")
    return float(asymmetry_index(*(human_slope(experiment, c.name) for c in DESIGNS[experiment].conditions)))


def _condition(about: Mapping[str, Any], sizes: tuple[int, ...]) -> PublishedCondition:
    if "ms" in about:
        times = about["ms"]
    elif "ticks" in about:
        times = [label + mm * (TICK / about["mm_per_tick"]) for label, mm in about["ticks"]]
    else:
        times = [about["intercept"] + about["slope"] * size for size in sizes]
    return PublishedCondition(about["name"], about["file"], tuple(times))


def _design(name: str, about: Mapping[str, Any]) -> Design:
    sizes = tuple(about["set_sizes"])
    easy, hard = (_condition(about[key], sizes) for key in ("easy", "hard"))
    blurs = tuple((size, deviation) for size, deviation in about["difference_of_gaussians"])
    return Design(name, sizes, easy, hard, about["source"], blurs, about["background"])


def _model(about: Mapping[str, Any]) -> PublishedModel:
    indices, slopes = (dict(zip(DESIGNS, about[key], strict=True)) for key in ("indices", "slopes"))
    return PublishedModel(indices, about["mean"], slopes, about.get("saccades", {}))


_PUBLISHED = tomllib.loads(files(__package__).joinpath("published.toml").read_text(encoding="utf-8"))
DESIGNS: Mapping[str, Design] = {name: _design(name, about) for name, about in _PUBLISHED["experiments"].items()}
MODELS: Mapping[str, PublishedModel] = {name: _model(about) for name, about in _PUBLISHED["models"].items()}
