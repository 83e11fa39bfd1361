"""The study: every variant and seed is a training of its own folder, which a stopped study goes on with."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.core.trials import Dataset
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.experiments.oat_study.comparison import by_subject, differences, summary
from gazekit.experiments.oat_study.plan import Plan, Variant
from gazekit.experiments.oat_study.targets import with_shuffled_targets
from gazekit.experiments.oat_training import STEPS, held_out_likelihood, step_by_step, train_oat
from gazekit.foundations.errors import GazekitError
from gazekit.models.capabilities import HasLikelihood, Learns
from gazekit.models.oat.checkpoint import load_checkpoint
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.specs import model_from_text
from gazekit.runs.folder import RunFolder, read_table, write_table
from gazekit.runs.parallel import check_workers
from gazekit.runs.seals import seal

KIND = "oat study"
TRAININGS = "trainings"
SWAPPED = "target swapped at test"


@dataclass(frozen=True)
class StudyResults:
    """What a study measured: likelihoods of people's paths that the networks have not learned from.

    Parameters
    ----------
    steps : table
        A row per variant, seed and step of a path: fold, stimulus, subject, path, step, log_likelihood (nats).
    against : str
        Variant that the others are compared with.
    seed, resamples : int
        Of the bootstrap over stimuli.
    folder : path
        Where it is.
    """

    steps: pd.DataFrame
    against: str
    seed: int = 0
    resamples: int = RESAMPLES
    folder: Path | None = None

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row per variant and seed, their mean, and the ensemble of seeds: loss, low, high, steps."""
        return summary(self.steps, self.seed, self.resamples)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row per variant: its mean loss minus that of `against`, low, high; paired over stimuli."""
        return differences(self.steps, self.against, self.seed, self.resamples)

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """A row per variant and subject: loss, low, high, steps."""
        return by_subject(self.steps, self.seed, self.resamples)


def oat_study(
    dataset: Dataset,
    plan: Plan,
    out: str | Path,
    *,
    seed: int = 0,
    rule: str = "nearest",
    resamples: int = RESAMPLES,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    device: str = "cpu",
    progress: bool = True,
    command: str = "",
) -> StudyResults:
    """Train every variant and seed of a plan, and compare how likely they find people's paths.

    The variant `plan.against` is also scored with the target swapped for another object at test only.

    Parameters
    ----------
    dataset : Dataset
        Trials with objects and targets; human scanpaths.
    plan : Plan
        What to train.
    out : path
        Run folder; an unfinished run of the same request is resumed. `trainings/NAME-SEED` are folders of
        `gazekit train oat`.
    seed, resamples : int
        Of the bootstrap over stimuli.
    rule : {"nearest", "containing"}
        What a fixation between objects counts as.
    workers : int
        Trainings at once, each in a process with one thread. The tables do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler whose workers are used instead; see `evaluate`.
    overwrite : bool
        Move a run of another request out of the way of `out`, to a name with the day; otherwise it is refused.
    device : str
        "cpu" or "cuda".
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.

    Returns
    -------
    StudyResults

    Raises
    ------
    GazekitError
        A reference without a likelihood, and what training raises.
    """
    check_workers(workers, scheduler)
    for name in plan.references:
        if not isinstance(model_from_text(name), HasLikelihood):
            raise GazekitError(f"the reference {name!r} has no likelihood; take another")
    one_thread = workers > 1 or scheduler is not None
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "plan": plan.as_request(),
            "seed": seed,
            "rule": rule,
            "resamples": resamples,
        },
        kind=KIND,
        command=command or f"oat_study({dataset.name!r}, ...)",
        about={},
        overwrite=overwrite,
    ) as run:
        if not run.complete:
            trainings = [(v, s) for v in plan.variants for s in v.seeds]
            pieces = [
                TrainingPiece(run.path, dataset, v, s, plan.split_seed, rule, device, one_thread) for v, s in trainings
            ]
            run.do(pieces, label=KIND, workers=workers, scheduler=scheduler, progress=progress, shared=[dataset])
            found = [
                read_table(run.path / TRAININGS / v.folder(s) / STEPS).assign(variant=v.name, seed=s)
                for v, s in trainings
            ]
            main = next(v for v in plan.variants if v.name == plan.against)
            if main.targets == "true" and main.config.target:
                found += [_swapped(run.path, dataset, main, s, plan.split_seed, rule) for s in main.seeds]
            references = [ReferencePiece(run.part(f"{n}.parquet"), dataset, n, rule) for n in plan.references]
            run.do(references, label="references", workers=workers, scheduler=scheduler, progress=progress)
            found += [read_table(piece.part).assign(variant=piece.name, seed=0) for piece in references]
            run.write_table(pd.concat(found, ignore_index=True), STEPS)
            results = StudyResults(read_table(run.path / STEPS), plan.against, seed, resamples, run.path)
            for name in ("summary", "differences", "subjects"):
                run.write_table(getattr(results, name), f"{name}.csv")
            run.finish()
    return StudyResults(read_table(run.path / STEPS), plan.against, seed, resamples, run.path)


@dataclass(frozen=True)
class TrainingPiece:
    """One variant with one seed, trained in a run folder of its own; that of a finished training is left as it is."""

    out: Path
    dataset: Dataset
    variant: Variant
    seed: int
    split_seed: int
    rule: str
    device: str
    one_thread: bool

    @property
    def part(self) -> Path:
        """The training's run folder."""
        return self.out / TRAININGS / self.variant.folder(self.seed)

    def __call__(self) -> None:
        """Train."""
        if self.one_thread:
            import torch

            torch.set_num_threads(1)
        variant, data = self.variant, self.dataset
        train_oat(
            with_shuffled_targets(data) if variant.targets == "shuffled" else data,
            variant.config,
            variant.options,
            out=self.part,
            by=variant.by,
            folds=variant.folds,
            only=variant.only,
            seed=self.seed,
            split_seed=self.split_seed,
            rule=self.rule,
            device=self.device,
            progress=False,
        )


def _swapped(out: Path, dataset: Dataset, variant: Variant, seed: int, split_seed: int, rule: str) -> pd.DataFrame:
    wrong, tables = with_shuffled_targets(dataset), []
    for fold in variant.trained:
        network = load_checkpoint(out / TRAININGS / variant.folder(seed) / f"fold-{fold}.safetensors").network
        test = wrong.split(variant.by, folds=variant.folds, fold=fold, seed=split_seed).test
        tables.append(held_out_likelihood(network, test, fold, rule)[0])
    return pd.concat(tables, ignore_index=True).assign(variant=f"{variant.name}, {SWAPPED}", seed=seed)


@dataclass(frozen=True)
class ReferencePiece:
    """Likelihood under a model that keeps its own folds; paths have the numbers of the first variant's."""

    part: Path
    dataset: Dataset
    name: str
    rule: str

    def __call__(self) -> None:
        """Fit the model if it learns, write the table of steps, and seal it."""
        model: Any = model_from_text(self.name)
        if isinstance(model, Learns):
            model.fit(self.dataset)
        scores = model.log_likelihood(self.dataset, rule=self.rule)
        people = human_paths(self.dataset, self.rule)
        stimulus = {t.id: t.stimulus for t in self.dataset.trials}
        rows = [path.row for path in people]
        subjects = self.dataset.scanpaths.table["subject"].to_numpy()[rows]
        about = {"stimulus": [stimulus[path.trial] for path in people], "subject": subjects, "path": rows}
        write_table(step_by_step(pd.DataFrame({"fold": -1, **about}), scores), self.part)
        seal(self.part, [self.part])
