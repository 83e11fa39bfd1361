"""Train OAT on one or all folds of a data set: resumable, with a manifest, a log, and the test likelihood of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import resample
from gazekit.evaluation.describing import inputs_of
from gazekit.evaluation.preparation import checked
from gazekit.experiments.fold_trainings import LOG, finish, splits_of
from gazekit.experiments.ratios import Ratio
from gazekit.files.links import make_folder
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.oat.checkpoint import Checkpoint
from gazekit.models.oat.config import OatConfig
from gazekit.models.oat.model import path_log_likelihoods
from gazekit.models.oat.scenes import ObjectPaths
from gazekit.models.oat.training import train
from gazekit.models.threads import one_thread
from gazekit.models.training import TrainingOptions
from gazekit.runs.folder import RunFolder, read_table, write_table
from gazekit.runs.parallel import check_workers

VALIDATION = 0.1  # share of the training stimuli that decides when to stop
STEPS, TEST = "steps.parquet", "likelihood.parquet"
KIND = "train oat"
CHECKPOINT = "checkpoint.safetensors"


class Trained(NamedTuple):
    """What a training run gives.

    Parameters
    ----------
    checkpoints : tuple of path
        One per fold; `Oat(checkpoint=folder)` takes the folder that holds them.
    log : table
        A row per fold and epoch: train, validation (nats per step, the end included), rate, seconds.
    likelihood : table
        A row per fold and test stimulus: steps, loss (nats per step, the end included), uniform (log of the number of
        choices: what a model that knows nothing has).
    loss, low, high : float
        Mean loss over steps of all test stimuli, and its 95 % interval by bootstrap over stimuli.
    steps : table
        A row per step of every test path: fold, stimulus, subject, path (its row in the fold's test scanpaths), step,
        log_likelihood (nats).
    """

    checkpoints: tuple[Path, ...]
    log: pd.DataFrame
    likelihood: pd.DataFrame
    loss: float
    low: float
    high: float
    steps: pd.DataFrame


def train_oat(
    dataset: Dataset,
    config: OatConfig,
    options: TrainingOptions,
    *,
    out: str | Path,
    by: str = "layout",
    folds: int = 5,
    only: Sequence[int] | None = None,
    seed: int = 0,
    split_seed: int | None = None,
    rule: str = "nearest",
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    device: str = "cpu",
    progress: bool = True,
    command: str = "",
    notes: Mapping[str, Any] | None = None,
    accept: Iterable[str] = (),
) -> Trained:
    """Train on each fold's training part, stop on a tenth of its stimuli, and score people's paths of its test part.

    Parameters
    ----------
    dataset : Dataset
        Trials with objects and a target; human scanpaths.
    config : OatConfig
        Of the network.
    options : TrainingOptions
        How to train.
    out : path
        Run folder; an unfinished run of the same request is resumed.
    by, folds : str, int
        How the data set is split; see `gazekit.core.trials.Dataset.split`.
    only : sequence of int, optional
        Train these folds only.
    seed : int
        Seed of weights and order.
    split_seed : int, optional
        Seed of the split; the same as `seed` by default. Trainings that differ by their seed only have the same folds
        when this is given.
    rule : {"nearest", "containing"}
        What a fixation between objects counts as; see `Scanpaths.to_objects`.
    workers : int
        Folds trained at once, each in a process with one thread.
    scheduler : str, optional
        Address of a Dask scheduler whose workers are used instead; see `evaluate`.
    overwrite : bool
        Move a run of another request out of the way of `out`, to a name with the day; otherwise it is refused.
    device : str
        "cpu" or "cuda".
    progress : bool
        Show a bar.
    command : str
        Command line for the manifest.
    notes : mapping, optional
        More for the manifest that does not decide the result.
    accept : iterable of str
        As in `evaluate`.

    Returns
    -------
    Trained

    Raises
    ------
    RunFolderError, GazekitError, DataError
        The folder holds another run; the split cannot be made; training failed.
    """
    check_workers(workers, scheduler)
    splits = splits_of(dataset, by, folds, only, seed if split_seed is None else split_seed)
    findings = checked(dataset, accept=accept)
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "config": asdict(config),
            "options": asdict(options),
            "split": {"by": by, "folds": folds, "trained": list(splits), "sha256": [s.sha256 for s in splits.values()]},
            "seed": seed,
            "rule": rule,
            **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
        },
        kind=KIND,
        command=command or f"train_oat({dataset.name!r}, ...)",
        about={"checks": {each.name: each.to_dict() for each in findings}, **(notes or {})},
        inputs=inputs_of(dataset.trials, {"image", "target", "objects"}),
        overwrite=overwrite,
    ) as run:
        if not run.complete:
            pieces = [
                FoldPiece(run.part(f"fold-{k}"), part.train, part.test, by, k, config, options, seed, rule, device)
                for k, part in splits.items()
            ]
            run.do(pieces, label=KIND, workers=workers, scheduler=scheduler, progress=progress)
            finish(run, pieces, (STEPS, TEST), CHECKPOINT)
    log, steps, likelihood = (read_table(run.path / name) for name in (LOG, STEPS, TEST))
    loss, low, high = mean_loss(likelihood, seed=seed)
    return Trained(tuple(run.path / f"fold-{k}.safetensors" for k in splits), log, likelihood, loss, low, high, steps)


def mean_loss(likelihood: pd.DataFrame, *, seed: int = 0) -> tuple[float, float, float]:
    """Mean loss over steps, with a 95 % interval by bootstrap over stimuli.

    Parameters
    ----------
    likelihood : table
        A row per fold and test stimulus, columns stimulus, steps and loss.
    seed : int
        Seed of the bootstrap.

    Returns
    -------
    (mean, low, high) : floats
        Nats per step.
    """
    sums = likelihood.assign(total=likelihood["loss"] * likelihood["steps"])
    grouped = sums.groupby("stimulus", sort=True)[["total", "steps"]].sum()
    draws = resample(len(grouped), seed=seed)
    # a ratio of sums: long paths count by their steps, in every resample too
    return Ratio.of(grouped["total"].to_numpy(), grouped["steps"].to_numpy(float), draws).with_interval


@dataclass(frozen=True)
class FoldPiece:
    """One fold: a network trained on its training part, and the likelihood of people's paths of its test part."""

    part: Path
    train: Dataset
    test: Dataset
    by: str
    fold: int
    config: OatConfig
    options: TrainingOptions
    seed: int
    rule: str
    device: str

    @one_thread()
    def __call__(self) -> list[Path]:
        """Train, score and write."""
        make_folder(self.part, within=self.part.parent)
        data = ObjectPaths.from_dataset(self.train, self.config, rule=self.rule)
        order = keyed_rng(self.seed, "oat validation", self.fold).permutation(len(data.scenes))
        held = max(1, round(VALIDATION * len(order)))
        if held >= len(order):
            raise GazekitError(
                f"fold {self.fold} has {len(order)} training scenes: too few to hold some out for stopping"
            )
        parts = data.select(np.sort(order[held:])), data.select(np.sort(order[:held]))
        how: dict[str, Any] = {"seed": self.seed, "device": self.device, "progress": False}
        network, log = train(self.config, *parts, self.options, folder=self.part, **how)
        about = {
            "data": self.train.name,
            "sha256": self.train.fingerprint(),
            "split": self.by,
            "fold": self.fold,
            "seed": self.seed,
            "stimuli": sorted(self.train.stimuli),
            "subjects": self.train.subjects if self.by == "subject" else [],
        }
        Checkpoint(network, max(data.longest(), 1), about).save(self.part / CHECKPOINT)
        write_table(pd.DataFrame([{"fold": self.fold, **vars(line)} for line in log]), self.part / LOG)
        steps, likelihood = held_out_likelihood(network, self.test, self.fold, self.rule)
        write_table(steps, self.part / STEPS)
        write_table(likelihood, self.part / TEST)
        return [self.part / name for name in (CHECKPOINT, STEPS, TEST)]  # the log's seconds differ


def held_out_likelihood(network: Any, test: Dataset, fold: int, rule: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Likelihood of people's paths: a row per step, and a row per stimulus; see `Trained`."""
    data = ObjectPaths.from_dataset(test, network.config, rule=rule)
    stimulus_of = {t.id: t.stimulus for t in test.trials}
    scores = path_log_likelihoods(network, data)
    trials = [data.scenes[int(scene)] for scene in data.scene_of_path]
    each = pd.DataFrame(
        {
            "fold": fold,
            "stimulus": [stimulus_of[scene.trial] for scene in trials],
            "subject": test.scanpaths.table["subject"].to_numpy()[data.rows],
            "path": data.rows,
            "uniform": [float(np.log(len(scene.places) + 1)) for scene in trials],
        }
    )
    steps = step_by_step(each, scores)
    grouped = steps.groupby("stimulus", sort=True).agg(
        steps=("step", "size"), loss=("log_likelihood", "mean"), uniform=("uniform", "first")
    )
    grouped["loss"] = -grouped["loss"]
    likelihood = grouped.reset_index()
    likelihood.insert(0, "fold", fold)
    return steps.drop(columns="uniform"), likelihood


def step_by_step(paths: pd.DataFrame, scores: Sequence[np.ndarray]) -> pd.DataFrame:
    """A row per step of every path, after the columns of the path: step, and log_likelihood (nats)."""
    count = [len(nats) for nats in scores]
    steps = paths.loc[paths.index.repeat(count)].reset_index(drop=True)
    return steps.assign(step=np.concatenate([np.arange(n) for n in count]), log_likelihood=np.concatenate(scores))
