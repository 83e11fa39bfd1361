"""Score sets of paths: measures of the whole data set with their resamples, and measures of each stimulus's set."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.metrics import set_metrics
from gazekit.metrics.sets import SetMetric, TrialContent, Trials
from gazekit.scoring.bootstrap import resample
from gazekit.scoring.equal_sets import DRAWS, draw_samples, split_people

SET_RESAMPLES = 200  # of the stimuli, for measures of the whole data set; each computes the measure anew
BLOCK = 25  # resamples of one piece of work
WHOLE = -1  # the value on all stimuli, in the column `resample`
SET_COLUMNS = ["dataset", "model", "metric", "resample", "value", "stimuli", "undefined"]


def contents_of(trials: Sequence[Trial]) -> dict[str, TrialContent]:
    """What trials showed, as measures of sets are told."""
    return {
        t.id: TrialContent(t.target_box, None if t.objects is None else t.objects.boxes, t.target_object, t.start)
        for t in trials
    }


@dataclass(frozen=True)
class SetWork:
    """All that the pieces of set scoring share.

    Parameters
    ----------
    human : Scanpaths
        All people's paths, as prepared.
    contents : mapping of trial id to TrialContent
        What the trials showed.
    chosen : mapping of name to options
        Measures of sets.
    available : mapping of trial id to int
        Fewest paths that any model has on the trial, of the models that have one.
    stimuli : sequence of str
        In the order of the data set.
    seed, resamples : int
        Of the run.
    """

    human: Scanpaths
    contents: Trials
    chosen: Mapping[str, Mapping[str, Any]]
    available: Mapping[str, int]
    stimuli: Sequence[str]
    seed: int
    resamples: int

    def sets(self, predicted: Scanpaths | None, draw: int) -> tuple[Scanpaths, Scanpaths]:
        """The source's set (people's without `predicted`) and the people opposite, in one draw."""
        split = split_people(self.human, self.available, seed=self.seed, draw=draw)
        if predicted is None:
            mine = self.human[split.source]
        else:
            mine = predicted[draw_samples(predicted, split, seed=self.seed, draw=draw)]
        return mine, self.human[split.reference]

    def names(self, *, by_stimulus: bool) -> list[str]:
        """The measures that have a value per stimulus, or those that have not."""
        return [n for n in self.chosen if (set_metrics[n].by_stimulus is not None) == by_stimulus]


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
        pairs = [tuple(side.take(picked) for side in sets[draw]) for draw in draws]
        stimuli = len({s for draw in draws for s in picked if all(s in side.rows for side in sets[draw])})
        for name in work.names(by_stimulus=False):
            metric = set_metrics[name]
            values = np.array([score_or_nan(metric, a, b, work.contents, work.chosen[name]) for a, b in pairs])
            values = np.where(np.isfinite(values), values, np.nan)
            for k, output in enumerate(metric.outputs):
                undefined = int(np.isnan(values[:, k]).sum())
                rows.append((model, output, number, _mean(values[:, k]), stimuli, undefined))
    return pd.DataFrame(rows, columns=SET_COLUMNS[1:])


def score_drawn_stimuli(work: SetWork, predicted: Scanpaths | None, model: str, draw: int) -> pd.DataFrame:
    """Measures of each stimulus's set in one draw: model, metric, stimulus, draw, value."""
    a, b = work.sets(predicted, draw)
    names = work.names(by_stimulus=True)
    table = stimulus_table({n: work.chosen[n] for n in names}, a, b, work.contents)
    table = table.reindex(list(work.stimuli))
    parts = [
        pd.DataFrame({"model": model, "metric": c, "stimulus": list(work.stimuli), "draw": draw, "value": table[c]})
        for c in table.columns
    ]
    return pd.concat(parts, ignore_index=True)


def mean_of_draws(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the draws of `score_drawn_stimuli`: `pairs` is the number of draws, `undefined` those without a value."""
    joined = pd.concat(parts, ignore_index=True)
    groups = joined.groupby(["model", "metric", "stimulus"], sort=False)["value"]
    size, count = groups.size(), groups.count()
    table = pd.DataFrame({"value": groups.mean(), "pairs": size, "undefined": size - count})
    return table.reset_index()


def score_leaving_out(
    chosen: Mapping[str, Mapping[str, Any]], paths: Scanpaths, human: Scanpaths, contents: Trials, model: str
) -> pd.DataFrame:
    """Measures that leave a person's own paths out by themselves: rows per stimulus, `pairs` is the number of paths."""
    table = stimulus_table(chosen, paths, human, contents)
    counts = paths.table.groupby("stimulus", sort=False).size()
    table = table.reindex(list(counts.index))
    parts = [
        pd.DataFrame(
            {
                "model": model,
                "metric": column,
                "stimulus": counts.index,
                "value": table[column].to_numpy(),
                "pairs": counts.to_numpy(),
                "undefined": np.where(table[column].isna(), counts, 0),
            }
        )
        for column in table.columns
    ]
    return pd.concat(parts, ignore_index=True)


def stimulus_table(
    chosen: Mapping[str, Mapping[str, Any]], a: Scanpaths, b: Scanpaths, contents: Trials
) -> pd.DataFrame:
    """A row per stimulus and a column per output; a function that several measures share is called once."""
    done: list[tuple[Callable[..., Any], dict[str, Any], pd.DataFrame]] = []
    columns: dict[str, Any] = {}
    for name, given in chosen.items():
        metric = set_metrics[name]
        options = metric.options(given)
        found = next((t for f, o, t in done if f is metric.by_stimulus and o == options), None)
        if found is None:
            lacks = not len(a) or not len(b) or metric.lacking(a, b, contents)
            found = pd.DataFrame() if lacks else metric.by_stimulus(a, b, contents, **options)
            done.append((metric.by_stimulus, options, found))
        for output in metric.outputs:
            columns[output] = found.get(output, pd.Series(np.nan, index=found.index, dtype=np.float64))
    return pd.DataFrame(columns, dtype=np.float64)


def score_or_nan(
    metric: SetMetric, a: Scanpaths, b: Scanpaths, contents: Trials, given: Mapping[str, Any]
) -> np.ndarray:
    """(k,) values; NaN where a set is empty or lacks what the measure needs (a model without durations)."""
    if not len(a) or not len(b) or metric.lacking(a, b, contents):
        return np.full(len(metric.outputs), np.nan)
    return metric.score(a, b, contents, **given)


class _ByStimulus:
    """Paths that can be taken by stimulus, as often as wanted."""

    def __init__(self, paths: Scanpaths) -> None:
        self.paths = paths
        self.rows = {str(s): rows for s, rows in paths.table.groupby("stimulus", sort=False).indices.items()}

    def take(self, stimuli: Sequence[str]) -> Scanpaths:
        parts = [self.rows[s] for s in stimuli if s in self.rows]
        return self.paths[np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)]


def _mean(values: np.ndarray) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float("nan")
