"""What a measure of whole sets of scanpaths is, and the registry of all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.core.frames import check_comparable
from gazekit.foundations.errors import MissingNeedError, UnknownNameError
from gazekit.foundations.registry import Registry

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths

set_metrics = Registry("set metric", group="gazekit.set_metrics")

NEEDS = ("degrees", "duration", "target_box", "objects", "target_object", "target_similarity")


@dataclass(frozen=True)
class TrialContent:
    """What one trial showed, as plain numbers: all that metrics know of trials. What is not known is None.

    Parameters
    ----------
    target_box : (x0, y0, x1, y1), optional
        Where the target is, px, edges inside.
    objects : (k, 4) float64, optional
        Boxes of the objects shown, px.
    target_object : int, optional
        Which of `objects` is the target.
    start : (x, y), optional
        Where gaze was made to be when the stimulus appeared, px.
    target_similarity : (k,) float64, optional
        How alike each object and the target are; any scale, only the order counts.
    """

    target_box: Sequence[float] | None = None
    objects: np.ndarray | None = None
    target_object: int | None = None
    start: tuple[float, float] | None = None
    target_similarity: np.ndarray | None = None


Trials = Mapping[str, TrialContent]


@dataclass(frozen=True)
class SetMetric:
    """A measure of a set of scanpaths, or of how far two sets are apart, as the registry knows it.

    Unlike a `Metric` it has no value for a pair of paths: it needs many paths to be a distribution, a rate or a
    curve. A person's paths must not be in both sets; whoever calls `score` sees to that.

    Parameters
    ----------
    name : str
        Its name in tables and on the command line.
    outputs : tuple of str
        Names of the columns that it gives.
    higher_is_better : bool or None
        True for a similarity, False for a distance, None for a description of set `a` alone, which is read
        beside the same description of people: neither high nor low is good.
    bounds : (float, float)
        Least and greatest value of every output with the default options.
    unit : str
        Unit of the values; "1" for none.
    needs : tuple of str
        What it cannot do without: "degrees" (px per degree of every path), "duration", "target_box",
        "objects" (object ids on the paths, or boxes of the trials), "target_object", "target_similarity".
    summary : str
        What it measures, in one sentence.
    source : str
        Where it was defined.
    compute : callable
        `compute(a, b, trials, **options)` gives one number per output.
    params : mapping of str to default
        Its options.
    by_stimulus : callable, optional
        `by_stimulus(a, b, trials, **options)` gives a table with a row per stimulus (its index) and a column per
        output at least, NaN where not defined: for measures that are a mean over stimuli. Measures that share the
        work share the function, and an evaluation calls it once for all of them. None: the measure is of the set as a
        whole.
    leaves_out : bool
        Whether the measure itself leaves out people's own paths and counts equally many people for models and for
        people, so that it may be given all paths of both. Otherwise whoever calls it draws equally large sets.
    caution : str
        A sentence to be printed wherever the measure is shown; empty for none.
    """

    name: str
    outputs: tuple[str, ...]
    higher_is_better: bool | None
    bounds: tuple[float, float]
    unit: str
    needs: tuple[str, ...]
    summary: str
    source: str
    compute: Callable[..., Any] = field(repr=False)
    params: Mapping[str, Any] = field(default_factory=dict)
    by_stimulus: Callable[..., Any] | None = field(default=None, repr=False)
    leaves_out: bool = False
    caution: str = ""

    def options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """All options, those that were not given at their default.

        Raises
        ------
        UnknownNameError
            An option that this measure does not have.
        """
        for name in given:
            if name not in self.params:
                raise UnknownNameError(f"option of {self.name}", name, self.params)
        return {**self.params, **given}

    def lacking(self, a: "Scanpaths", b: "Scanpaths", trials: Trials | None = None) -> str:
        """Why the measure cannot be computed on these sets, one clause; empty if it can.

        Examples
        --------
        >>> import pandas as pd
        >>> from gazekit.core.scanpaths import Scanpaths
        >>> paths = Scanpaths([1, 2], [1, 2], [0, 2], pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9}))
        >>> metric = SetMetric("m", ("m",), None, (0, 1), "1", ("duration",), "", "", compute=lambda *_: [0.0])
        >>> metric.lacking(paths, paths)
        'it needs fixation durations, and a set of scanpaths has none'
        """
        for need in self.needs:
            for paths in (a, b):
                why = _lacking(need, paths, trials or {})
                if why:
                    return why
        return ""

    def score(self, a: "Scanpaths", b: "Scanpaths", trials: Trials | None = None, **options: Any) -> np.ndarray:
        """Score one source's paths against people's.

        Parameters
        ----------
        a : Scanpaths
            Paths of one source, of one stimulus or many.
        b : Scanpaths
            People's paths. A description of `a` does not look at them.
        trials : mapping of trial id to TrialContent, optional
            What the trials showed, where the measure needs it.
        **options
            The measure's options.

        Returns
        -------
        (k,) float64
            One value per name in `outputs`; NaN where it is not defined.

        Raises
        ------
        UnknownNameError
            An option that the measure does not have.
        MismatchError
            The declared facts of the two sets disagree.
        MissingNeedError
            The sets or the trials lack something that the measure needs.
        """
        chosen = self.options(options)
        check_comparable(a.facts, b.facts)
        why = self.lacking(a, b, trials)
        if why:
            raise MissingNeedError(f"{self.name} cannot be computed: {why}")
        out = np.asarray(self.compute(a, b, trials or {}, **chosen), dtype=np.float64).reshape(-1)
        if len(out) != len(self.outputs):
            raise AssertionError(f"{self.name} gave {len(out)} values for {len(self.outputs)} outputs")
        return out


def _lacking(need: str, paths: "Scanpaths", trials: Trials) -> str:
    """Why a set of paths does not meet one need; empty if it does."""
    if need == "degrees":
        unknown = paths.facts.unit != "degrees" and paths.table["px_per_degree"].isna().to_numpy()
        if np.any(unknown):
            return f"it needs px per degree, and {int(np.sum(unknown))} of {len(paths)} paths have none"
        return ""
    if need == "duration":
        return "it needs fixation durations, and a set of scanpaths has none" if paths.duration is None else ""
    if need == "objects" and paths.object_id is not None:
        return ""
    if need not in NEEDS:
        raise UnknownNameError("need of a set metric", need, NEEDS)
    shown = paths.table["trial"].unique()
    known = [name in trials and getattr(trials[name], need) is not None for name in shown]
    if need == "objects" and not all(known):  # a fixation cannot be named without boxes
        return f"it needs objects, and trial {str(shown[known.index(False)])!r} has none"
    if known and not any(known):
        return f"it needs {need}, which none of the {len(shown)} trials has"
    return ""
