"""Score equally large sets of paths: measures of each stimulus in draws, of the whole data set on resampled stimuli."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.evaluation.bootstrap import resample
from gazekit.evaluation.equal_sets import DRAWS, draw_samples, split_people
from gazekit.metrics.context import Context, Source
from gazekit.metrics.means import mean_defined
from gazekit.metrics.measure import Measure, Unit, score

SET_RESAMPLES = 200  # of the stimuli, for measures of the whole data set; each computes the measure anew
BLOCK = 25  # resamples of one piece of work
WHOLE = -1  # the value on all stimuli, in the column `resample`
SET_COLUMNS = ["dataset", "model", "metric", "resample", "value", "stimuli", "undefined"]


@dataclass(frozen=True)
class SetWork:
    """All that the pieces of set scoring share.

    Parameters
    ----------
    context : Context
        People's paths, as prepared, and what the trials showed.
    measures : sequence of Measure
        Measures of sets.
    available : mapping of trial id to int
        Fewest paths that any model has on the trial, of the models that have one.
    stimuli : sequence of str
        In the order of the data set.
    seed, resamples : int
        Of the run.
    """

    context: Context
    measures: Sequence[Measure]
    available: Mapping[str, int]
    stimuli: Sequence[str]
    seed: int
    resamples: int

    def sets(self, predicted: Scanpaths | None, draw: int) -> tuple[Scanpaths, Scanpaths]:
        """The source's set (people's without `predicted`) and the people opposite, in one draw."""
        human = self.context.people
        split = split_people(human, self.available, seed=self.seed, draw=draw)
        if predicted is None:
            mine = human[split.source]
        else:
            mine = predicted[draw_samples(predicted, split, seed=self.seed, draw=draw)]
        return mine, human[split.reference]

    def of(self, unit: Unit) -> list[Measure]:
        """The measures of this unit."""
        return [measure for measure in self.measures if measure.unit == unit]


def score_whole(work: SetWork, predicted: Scanpaths | None, model: str, resamples: Sequence[int]) -> pd.DataFrame:
    """Measures of the whole data set, on all stimuli (`WHOLE`) or on resampled ones.

    On all stimuli the value is the mean over `DRAWS` draws of equal sets. Resample j takes the sets of draw j modulo
    `DRAWS`, and of them the paths of its stimuli, those drawn twice twice.

    Returns
    -------
    pandas.DataFrame
        model, metric, resample, value, stimuli (with paths of both sides), undefined (draws without a value).
    """
    drawn = resample(len(work.stimuli), seed=work.seed, resamples=max(work.resamples, 1))
    sets: dict[int, tuple[_ByStimulus, _ByStimulus]] = {}
    rows = []
    for number in resamples:
        draws = range(DRAWS) if number == WHOLE else [number % DRAWS]
        for draw in draws:
            if draw not in sets:
                mine, theirs = work.sets(predicted, draw)
                sets[draw] = (_ByStimulus(mine), _ByStimulus(theirs))
        picked = work.stimuli if number == WHOLE else [work.stimuli[k] for k in drawn[number]]
        stimuli = len({s for draw in draws for s in picked if all(s in side.rows for side in sets[draw])})
        of_draws: dict[str, list[float]] = {}
        for draw in draws:
            mine, theirs = (side.take(picked) for side in sets[draw])
            found = score(work.of("data set"), Source(model, mine), theirs, work.context)
            for output, value in zip(found["metric"], found["value"], strict=True):
                of_draws.setdefault(output, []).append(value if np.isfinite(value) else np.nan)
        for output, values in of_draws.items():
            undefined = int(np.isnan(values).sum())
            rows.append((model, output, number, mean_defined(np.array(values)), stimuli, undefined))
    return pd.DataFrame(rows, columns=SET_COLUMNS[1:])


def score_drawn_stimuli(work: SetWork, predicted: Scanpaths | None, model: str, draw: int) -> pd.DataFrame:
    """Measures of each stimulus's set in one draw: model, metric, stimulus, draw, value; NaN where it has no set."""
    mine, theirs = work.sets(predicted, draw)
    measures = work.of("stimulus")
    outputs = [output for measure in measures for output in measure.outputs]
    found = score(measures, Source(model, mine), theirs, work.context).set_index(["metric", "stimulus"])["value"]
    places = pd.MultiIndex.from_product([outputs, work.stimuli], names=["metric", "stimulus"])
    return (
        found.reindex(places)
        .reset_index()
        .assign(model=model, draw=draw)[["model", "metric", "stimulus", "draw", "value"]]
    )


def mean_of_draws(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the draws of `score_drawn_stimuli`: `pairs` is the number of draws, `undefined` those without a value."""
    joined = pd.concat(parts, ignore_index=True)
    groups = joined.groupby(["model", "metric", "stimulus"], sort=False)["value"]
    size, count = groups.size(), groups.count()
    table = pd.DataFrame({"value": groups.mean(), "pairs": size, "undefined": size - count})
    return table.reset_index()


class _ByStimulus:
    """Paths that can be taken by stimulus, as often as wanted."""

    def __init__(self, paths: Scanpaths) -> None:
        self.paths = paths
        self.rows = {str(s): rows for s, rows in paths.table.groupby("stimulus", sort=False).indices.items()}

    def take(self, stimuli: Sequence[str]) -> Scanpaths:
        parts = [self.rows[s] for s in stimuli if s in self.rows]
        return self.paths[np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)]
