"""Losses of variants from the likelihood of every step, with intervals that draw stimuli with replacement."""

import numpy as np
import pandas as pd

from gazekit.evaluation.bootstrap import resample
from gazekit.experiments.ratios import Ratio

MEAN, ENSEMBLE = "mean of seeds", "ensemble of seeds"


def summary(steps: pd.DataFrame, seed: int, resamples: int) -> pd.DataFrame:
    """Loss of every training, of the mean over seeds, and of the ensemble, which mixes the seeds' probabilities.

    Parameters
    ----------
    steps : table
        Columns variant, seed, fold, stimulus, path, step, log_likelihood.
    seed, resamples : int
        Of the bootstrap.

    Returns
    -------
    table
        Columns variant, seed (text), loss (nats per step, the end included), low, high, steps.
    """
    rows = []
    for variant, part in steps.groupby("variant", sort=False):
        every = [(str(s), own) for s, own in part.groupby("seed")]
        if len(every) > 1:
            every += [(MEAN, part), (ENSEMBLE, ensemble(part))]
        for name, own in every:
            rows.append((variant, name, *_loss(own, seed, resamples)))
    return pd.DataFrame(rows, columns=["variant", "seed", "loss", "low", "high", "steps"])


def differences(steps: pd.DataFrame, against: str, seed: int, resamples: int) -> pd.DataFrame:
    """Mean loss of every variant minus that of `against`; the same stimuli are drawn for both."""
    parts = {name: sums(part) for name, part in steps.groupby("variant", sort=False)}
    base, rows = parts[against], []
    for name, (total, count) in parts.items():
        if name == against:
            continue
        shared = base[0].index.intersection(total.index)
        draws = resample(len(shared), seed=seed, resamples=resamples)
        one, other = (
            Ratio.of(t[shared].to_numpy(), c[shared].to_numpy(float), draws) for t, c in ((total, count), base)
        )
        rows.append((name, against, *one.minus(other)))
    return pd.DataFrame(rows, columns=["variant", "against", "difference", "low", "high"])


def by_subject(steps: pd.DataFrame, seed: int, resamples: int) -> pd.DataFrame:
    """Mean loss over seeds of every variant on each person's paths."""
    groups = steps.groupby(["variant", "subject"], sort=False)
    rows = [(*of, *_loss(part, seed, resamples)) for of, part in groups]
    table = pd.DataFrame(rows, columns=["variant", "subject", "loss", "low", "high", "steps"])
    return table.sort_values(["variant", "subject"], kind="stable", ignore_index=True)


def ensemble(part: pd.DataFrame) -> pd.DataFrame:
    """One variant's seeds as one model whose probabilities are their mean."""
    keys = ["fold", "stimulus", "path", "step"]
    mixed = part.assign(p=np.exp(part["log_likelihood"])).groupby(keys, sort=False)["p"].mean().reset_index()
    return mixed.assign(log_likelihood=np.log(mixed["p"]), seed=0)


def sums(part: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Sum of losses and number of steps per stimulus, over all seeds."""
    grouped = part.groupby("stimulus", sort=True)["log_likelihood"]
    return -grouped.sum(), grouped.size()


def _loss(part: pd.DataFrame, seed: int, resamples: int) -> tuple[float, float, float, int]:
    """Loss, low, high, and how many steps a seed has."""
    total, count = sums(part)
    draws = resample(len(total), seed=seed, resamples=resamples)
    loss = Ratio.of(total.to_numpy(), count.to_numpy(float), draws)
    return *loss.with_interval, int(count.sum() / part["seed"].nunique())
