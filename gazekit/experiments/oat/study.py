"""The study: every variant and seed is a training of its own folder, which a stopped study goes on with."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.evaluation.bootstrap import RESAMPLES, resample
from gazekit.evaluation.fitting_alone import fit_alone
from gazekit.evaluation.preparation import checked
from gazekit.experiments.oat.plan import Plan, Variant
from gazekit.experiments.oat.training import STEPS, held_out_likelihood, step_by_step, train_oat
from gazekit.experiments.ratios import Ratio
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.capabilities import HasLikelihood
from gazekit.models.oat.checkpoint import load_checkpoint
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.registry import model_class
from gazekit.models.specs import model_from_text
from gazekit.runs.folder import RunFolder, read_table, write_table
from gazekit.runs.parallel import check_workers

KIND = "oat study"
TRAININGS = "trainings"
SWAPPED = "target swapped at test"
MEAN, ENSEMBLE = "mean of seeds", "ensemble of seeds"


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
        """Loss of every training, of the mean over seeds, and of the ensemble, which mixes the seeds' probabilities.

        A row per variant and seed (text): loss (nats per step, the end included), low, high, steps.
        """
        rows = []
        for variant, part in self.steps.groupby("variant", sort=False):
            every = [(str(s), own) for s, own in part.groupby("seed")]
            if len(every) > 1:
                every += [(MEAN, part), (ENSEMBLE, ensemble(part))]
            rows += [(variant, name, *self._loss(own)) for name, own in every]
        return pd.DataFrame(rows, columns=["variant", "seed", "loss", "low", "high", "steps"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row per variant: its mean loss minus that of `against`, low, high; the same stimuli are drawn for both."""
        sums = {name: _sums(part) for name, part in self.steps.groupby("variant", sort=False)}
        base, rows = sums.pop(self.against), []
        for name, own in sums.items():
            shared = base.index.intersection(own.index)
            rows.append((name, self.against, *self._ratio(own.loc[shared]).minus(self._ratio(base.loc[shared]))))
        return pd.DataFrame(rows, columns=["variant", "against", "difference", "low", "high"])

    @cached_property
    def subjects(self) -> pd.DataFrame:
        """A row per variant and subject: mean loss over seeds on that person's paths, low, high, steps."""
        groups = self.steps.groupby(["variant", "subject"], sort=False)
        rows = [(*of, *self._loss(part)) for of, part in groups]
        table = pd.DataFrame(rows, columns=["variant", "subject", "loss", "low", "high", "steps"])
        return table.sort_values(["variant", "subject"], kind="stable", ignore_index=True)

    def _loss(self, part: pd.DataFrame) -> tuple[float, float, float, int]:
        """Loss, low, high, and how many steps a seed has."""
        sums = _sums(part)
        return *self._ratio(sums).with_interval, int(sums["size"].sum() / part["seed"].nunique())

    def _ratio(self, sums: pd.DataFrame) -> Ratio:
        draws = resample(len(sums), seed=self.seed, resamples=self.resamples)
        return Ratio.of(-sums["sum"].to_numpy(), sums["size"].to_numpy(float), draws)


def ensemble(part: pd.DataFrame) -> pd.DataFrame:
    """One variant's seeds as one model whose probabilities are their mean."""
    keys = ["fold", "stimulus", "path", "step"]
    mixed = part.assign(p=np.exp(part["log_likelihood"])).groupby(keys, sort=False)["p"].mean().reset_index()
    return mixed.assign(log_likelihood=np.log(mixed["p"]), seed=0)


def _sums(part: pd.DataFrame) -> pd.DataFrame:
    """Sum of log-likelihoods and number (size) of steps per stimulus, over all seeds."""
    return part.groupby("stimulus", sort=True)["log_likelihood"].agg(["sum", "size"])


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
    accept: Iterable[str] = (),
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
    accept : iterable of str
        As in `evaluate`.

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
        # before it is made: a plan is a file, and `worker` would run another file that it names
        if not issubclass(model_class(name.partition(":")[0].strip()), HasLikelihood):
            raise GazekitError(f"the reference {name!r} has no likelihood; take another")
        model_from_text(name)
    findings = checked(dataset, accept=accept)
    with RunFolder(
        out,
        {
            "data": {"name": dataset.name, **dataset.hashes()},
            "plan": asdict(plan),
            "seed": seed,
            "rule": rule,
            "resamples": resamples,
            **({"accept": list(findings[0].accepted)} if findings[0].accepted else {}),
        },
        kind=KIND,
        command=command or f"oat_study({dataset.name!r}, ...)",
        about={"checks": {each.name: each.to_dict() for each in findings}},
        overwrite=overwrite,
    ) as run:
        if not run.complete:
            pieces = [
                TrainingPiece(run.path, dataset, variant, s, plan.split_seed, rule, device, findings[0].accepted)
                for variant in plan.variants
                for s in variant.seeds
            ]
            run.do(pieces, label=KIND, workers=workers, scheduler=scheduler, progress=progress, shared=[dataset])
            found = [read_table(p.part / STEPS).assign(variant=p.variant.name, seed=p.seed) for p in pieces]
            found += [piece.swapped() for piece in pieces if piece.variant.name == plan.against and piece.can_swap]
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
    accept: tuple[str, ...] = ()

    @property
    def part(self) -> Path:
        """The training's run folder."""
        return self.out / TRAININGS / self.variant.folder(self.seed)

    def __call__(self) -> None:
        """Train."""
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
            accept=self.accept,
        )

    @property
    def can_swap(self) -> bool:
        """Whether the network was told the true targets."""
        return self.variant.targets == "true" and self.variant.config.target

    def swapped(self) -> pd.DataFrame:
        """Steps of the trained networks where another object is told to be the target, at test only."""
        wrong, variant, tables = with_shuffled_targets(self.dataset), self.variant, []
        for fold in variant.trained:
            network = load_checkpoint(self.part / f"fold-{fold}.safetensors").network
            test = wrong.split(variant.by, folds=variant.folds, fold=fold, seed=self.split_seed).test
            tables.append(held_out_likelihood(network, test, fold, self.rule)[0])
        return pd.concat(tables, ignore_index=True).assign(variant=f"{variant.name}, {SWAPPED}", seed=self.seed)


@dataclass(frozen=True)
class ReferencePiece:
    """Likelihood under a model that keeps its own folds; paths have the numbers of the first variant's."""

    part: Path
    dataset: Dataset
    name: str
    rule: str

    def __call__(self) -> list[Path]:
        """Fit the model if it learns, and write the table of steps."""
        model: Any = model_from_text(self.name)
        fit_alone(model, self.dataset)
        scores = model.log_likelihood(self.dataset, rule=self.rule)
        people = human_paths(self.dataset, self.rule)
        stimulus = {t.id: t.stimulus for t in self.dataset.trials}
        rows = [path.row for path in people]
        subjects = self.dataset.scanpaths.table["subject"].to_numpy()[rows]
        about = {"stimulus": [stimulus[path.trial] for path in people], "subject": subjects, "path": rows}
        write_table(step_by_step(pd.DataFrame({"fold": -1, **about}), scores), self.part)
        return [self.part]


def with_shuffled_targets(dataset: Dataset, seed: int = 0) -> Dataset:
    """Tell every trial that another of its objects, drawn at random, is the target; people's paths stay as they are.

    Parameters
    ----------
    dataset : Dataset
        Trials with `objects` and `target_object`.
    seed : int
        Of the draw, which depends on nothing else but the trial's id.

    Returns
    -------
    Dataset
        With a name that says so. The picture of the target becomes that of the object.

    Raises
    ------
    DataError
        A trial has one object only, or no target.
    """
    trials = tuple(_shuffled(trial, seed) for trial in dataset.trials)
    return replace(dataset, name=f"{dataset.name}, shuffled targets", trials=trials)


def _shuffled(trial: Trial, seed: int) -> Trial:
    if trial.objects is None or trial.target_object is None or len(trial.objects) < 2:
        raise DataError(f"trial {trial.id!r} needs a target and another object, for its target to be shuffled")
    others = np.delete(np.arange(len(trial.objects)), trial.target_object)
    new = int(others[keyed_rng(seed, "shuffled target", trial.id).integers(len(others))])
    picture = None
    if trial.target_source is not None:
        crops = trial.objects.crops
        x0, y0, x1, y1 = trial.objects.boxes[new].round().astype(int)
        picture = np.asarray(crops[new]) if crops is not None else trial.image[y0:y1, x0:x1]
    box = Box(*(float(v) for v in trial.objects.boxes[new]))
    return replace(trial, target_object=new, target_box=box, target_source=picture)
