"""Folds: a model that learns is fitted on some of the data, and scored on the rest.

A fold's fit is a piece of its own. What it learned is kept in a sealed file beside the other pieces, so that a stopped
run repeats no fit that was finished, and every process can predict with it.
"""

import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.checks.repeats import equal_paths
from gazekit.core.pictures import same_pictures
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Split, Trial
from gazekit.evaluation.fitting_alone import check_alone, fit_alone, fitted_anew
from gazekit.foundations.errors import GazekitError, LearnedError, UnknownNameError, amount, check_whole
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.measure import Measure
from gazekit.metrics.outputs import why_undefined
from gazekit.models.baselines.baseline import Baseline
from gazekit.models.capabilities import Copies, Learns, LearnsNumbers
from gazekit.models.contract import ScanpathModel
from gazekit.models.learned import load_learned, save_learned
from gazekit.runs.folder import RunFolder

OF_A_TRIAL = (
    "log_density",
    "conditional_log_densities",
    "donors",
)  # methods of a model whose first argument is a trial
FOLD_BY = ("stimulus", "subject", "layout", "target")
_SAME_PICTURE = ("show one picture, or nearly,", "such picture", ", or give both one name in the column stimulus")
_SAME_PERSON = ("have equal paths, which are one recording,", "such pair", "")


@dataclass(frozen=True)
class Folds:
    """How a data set is dealt into folds.

    Parameters
    ----------
    splits : tuple of Split
        A training and a test part per fold; every group is in one test part.
    """

    splits: tuple[Split, ...]

    @classmethod
    def of(cls, dataset: Dataset, folds: int, by: str, *, seed: int) -> Self:
        """Deal a data set into folds; see `Dataset.split`. Stimuli that show one picture are dealt as one.

        Raises
        ------
        UnknownNameError
            Another `by` than those of `FOLD_BY`.
        GazekitError
            Fewer than two folds, or fewer groups than folds.

        Warns
        -----
        UserWarning
            With folds of people or of targets: one person's recording, or one picture, has two names, and is in two
            folds under them; see `gazekit.checks.repeats.equal_paths` and `gazekit.core.pictures.same_pictures`.
        """
        if by not in FOLD_BY:
            raise UnknownNameError("group to make folds of", by, FOLD_BY)
        check_whole("folds", folds, 2)
        split = partial(dataset.split, by, folds=folds, seed=seed)
        dealt = cls(tuple(split(fold=k) for k in range(folds)))
        if (leaks := dealt.leaks()) and by in ("stimulus", "layout"):
            dealt = cls(tuple(split(fold=k, together=leaks) for k in range(folds)))
        elif leaks:
            same, such, mend = _SAME_PERSON if by == "subject" else _SAME_PICTURE
            warnings.warn(
                f"{' and '.join(map(repr, leaks[0]))} {same} and are in several folds ({amount(len(leaks), such)} in "
                f"all): a model is fitted on what it is scored on; leave one out{mend}",
                UserWarning,
                stacklevel=2,
            )
        return dealt

    def leaks(self) -> list[list[str]]:
        """Names of what is one picture, or of people whose recording is one, in the test parts of several folds."""
        fold = {name: k for k, names in enumerate(self.about()) for name in names}
        return [names for names in self._same() if len({fold[name] for name in names}) > 1]

    def _same(self) -> list[list[str]]:
        """Names, in groups, of one picture or of one person."""
        if self.by != "subject":
            return same_pictures(trial for split in self.splits for trial in split.test.trials)
        paths = Scanpaths.concat([split.test.scanpaths for split in self.splits])
        who = paths.table["subject"].tolist()
        return [list(names) for names in dict.fromkeys(tuple(sorted((who[i], who[j]))) for i, j in equal_paths(paths))]

    @property
    def by(self) -> str:
        """What is never in both parts."""
        return self.splits[0].by

    def applies_to(self, model: ScanpathModel) -> bool:
        """Whether a model has to be fitted per fold: it learns, and does not leave out by itself what is scored."""
        return isinstance(model, Learns) and not (model.leaves_own_out and self.by in ("stimulus", "layout"))

    def request(self) -> dict[str, Any]:
        """What decides the result."""
        return {"by": self.by, "folds": len(self.splits), "sha256": [split.sha256 for split in self.splits]}

    def about(self) -> list[list[str]]:
        """Names in the test part of every fold: subjects, or stimuli."""
        if self.by == "subject":
            return [split.test.subjects for split in self.splits]
        return [sorted(split.test.stimuli) for split in self.splits]


@dataclass(frozen=True)
class FitPiece:
    """One model, fitted on the training part of one fold, and stored."""

    part: Path
    model: ScanpathModel
    train: Dataset
    fold: int
    seed: int

    @property
    def file(self) -> Path:
        """What it learned."""
        return self.part.with_suffix(".learned")

    def __call__(self) -> list[Path]:
        """Fit and write."""
        save_learned(fit_on(deepcopy(self.model), self.train, self.seed, self.fold), self.file)
        return [self.file]


def fit_on(model: Any, dataset: Dataset, seed: int, fold: int) -> ScanpathModel:
    """Fit a model on the training part of a fold; a `fit` with a parameter `seed` gets one of (seed, fold)."""
    wanted = "seed" in inspect.signature(model.fit).parameters
    fitted: ScanpathModel = model.fit(
        dataset, **({"seed": int(keyed_rng(seed, "fold", fold).integers(2**31))} if wanted else {})
    )
    return fitted


class FoldedModel:
    """One model as it was fitted in each fold: what is scored is predicted by the fit that has not seen it.

    In everything else it is the model that was not fitted.

    Parameters
    ----------
    model : ScanpathModel
        As it was given.
    folds : Folds
        What was left out of each fit.
    fits : sequence of ScanpathModel or Path
        One per fold: fitted, or the file that `save_learned` wrote.
    """

    def __init__(self, model: ScanpathModel, folds: Folds, fits: Sequence[ScanpathModel | Path]) -> None:
        self.model, self.by, self._fits = model, folds.by, tuple(fits)
        tests = [split.test for split in folds.splits]
        self._subjects = [test.subjects for test in tests] if self.by == "subject" else []
        self._fold_of = {} if self._subjects else {t.id: k for k, test in enumerate(tests) for t in test.trials}
        self._loaded: dict[int, ScanpathModel] = {}
        for name in OF_A_TRIAL:  # attributes of its own: since Python 3.12 `isinstance` looks at nothing else
            if hasattr(model, name):
                setattr(self, name, partial(self._of_trial, name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name == "model":
            raise AttributeError(name)
        return getattr(self.model, name)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_loaded": {}}  # every process reads the files once, when it needs them

    def fitted(self, fold: int) -> ScanpathModel:
        """The fit of a fold; where folds are not of pictures, one that may predict those that it has learned from."""
        if fold not in self._loaded:
            fit = self._fits[fold]
            model = load_learned(self.model, fit) if isinstance(fit, Path) else fit
            if self.by in ("subject", "target") and "allow_seen" in vars(model):
                vars(model)["allow_seen"] = True
            self._loaded[fold] = model
        return self._loaded[fold]

    def sides(self, dataset: Dataset) -> Iterator[tuple[Any, Dataset]]:
        """A model, and the people on whose paths it may be scored; several where folds are of people."""
        if not self._subjects:
            yield self, dataset
        for fold, subjects in enumerate(self._subjects):
            left_out = dataset.scanpaths.filter(subject=subjects)
            if len(left_out):
                yield self.fitted(fold), replace(dataset, scanpaths=left_out)

    def predict(self, trials: Iterable[Trial], *, lengths: np.ndarray | None = None, **options: Any) -> Scanpaths:
        """As `ScanpathModel.predict`, each trial by the fit of its fold."""
        shown = list(trials)
        of = np.array([self._fold_of[trial.id] for trial in shown], dtype=np.int64)
        found, places = [], []
        for fold in np.unique(of).tolist():
            rows = np.flatnonzero(of == fold)
            asked = options if lengths is None else {**options, "lengths": np.asarray(lengths)[rows]}
            paths = self.fitted(fold).predict([shown[k] for k in rows.tolist()], **asked)
            found.append(paths)
            places.append(np.repeat(rows, len(paths) // len(rows)))  # equally many samples of each trial
        joined = Scanpaths.concat(found)
        return joined[np.argsort(np.concatenate(places), kind="stable")]

    def _of_trial(self, method: str, trial: Trial, *args: Any, **options: Any) -> Any:
        return getattr(self.fitted(self._fold_of[trial.id]), method)(trial, *args, **options)


def fit_models(
    models: Sequence[ScanpathModel],
    dataset: Dataset,
    folds: Folds | None,
    run: RunFolder,
    do: Callable[..., None],
    seed: int,
) -> list[ScanpathModel]:
    """Fit what learns, per fold where that is needed; `check_learners` has said that it may be.

    Returns
    -------
    list of ScanpathModel
        In the order given; a `FoldedModel` in the place of one that was fitted per fold.
    """
    pieces: dict[int, list[FitPiece]] = {}
    for number, model in enumerate(models):
        if folds is not None and folds.applies_to(model) and not model.leaves_own_out:
            pieces[number] = [
                FitPiece(run.part(f"fit-{number:02d}-{k:05d}"), model, split.train, k, seed)
                for k, split in enumerate(folds.splits)
            ]
    do([piece for of_model in pieces.values() for piece in of_model], label="fit", shared=[])
    fitted: list[Any] = []
    for number, model in enumerate(models):
        if number in pieces and folds is not None:
            fitted.append(FoldedModel(model, folds, [piece.file for piece in pieces[number]]))
        elif folds is not None and folds.applies_to(model):  # quick, as the fit of every baseline is
            fits = [fit_on(deepcopy(model), split.train, seed, k) for k, split in enumerate(folds.splits)]
            fitted.append(FoldedModel(model, folds, fits))
        else:
            fitted.append(fit_alone(model, dataset))
    return fitted


def taken_as_given(model: ScanpathModel, folds: Folds | None) -> bool:
    """Whether intervals take what a run's fit has learned as it is: other people would have taught it otherwise.

    Donors are known of what copies people's paths or has their lengths, and how people move what a `LearnsNumbers`
    learns; not of a network.
    """
    folded = folds is not None and folds.applies_to(model)
    if not (fitted_anew(model) or folded) or (isinstance(model, LearnsNumbers) and not folded):
        return False
    return getattr(type(model), "fit", None) is not Baseline.fit and (
        not isinstance(model, Copies) or type(model).donors is Baseline.donors
    )


def check_learners(models: Sequence[ScanpathModel], dataset: Dataset, folds: Folds | None) -> None:
    """Say before anything is computed that a model would be scored on what it has learned, or that folds do nothing.

    Raises
    ------
    GazekitError
        A model that learns without folds, one that was fitted before with folds, or folds without a model for them.
    LearnedError
        A model that was trained on these stimuli.
    """
    for model in models:
        if folds is None or not folds.applies_to(model):
            try:
                check_alone(model, dataset)
            except LearnedError as error:
                raise LearnedError(
                    f"{error}; or leave out what it has learned from (--unseen, `evaluation.fitting_alone.unseen`)"
                ) from None
        elif model.learned_from is not None:
            raise GazekitError(
                f"model {model.name!r} was fitted before; with folds every fit begins anew: give one that is not "
                f"fitted, as {type(model).__name__}(...)"
            )
    if folds is not None and not any(folds.applies_to(model) for model in models):
        raise GazekitError(
            f"folds by {folds.by} change nothing here: none of these models learns from people's paths on the stimuli "
            f"that it is scored on ({', '.join(m.name for m in models)}); leave folds (--folds) out"
        )


def lacking(measure: Measure) -> str:
    """Why a measure cannot be used with folds of people; empty if it can."""
    if measure.unit in ("pair", "fixation"):
        return ""
    return "with folds of people a model is scored on few of them at a time, and it compares sets of all people"


def joined_over_people(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Scores of one source on several groups of people, as one: means over all pairs that are defined.

    Where one fixation has probability 0 the stimulus has no value, whichever group made it.
    """
    filled = [each for each in tables if len(each)]
    if len(tables) == 1 or not filled:
        return tables[0]
    table = pd.concat(filled, ignore_index=True)
    keys = ["model", "metric", "stimulus"]
    none = table["value"].isna() & (table["pairs"] > 0) & (table["metric"].map(why_undefined) != "")
    lost = none.groupby([table[key] for key in keys], sort=False).transform("any")
    table = table.assign(undefined=table["undefined"].where(~lost, table["pairs"]))
    defined = (table["pairs"] - table["undefined"]).where(table["value"].notna(), 0)
    sums = table.assign(defined=defined, total=(table["value"] * defined).fillna(0.0))
    grouped = sums.groupby(keys, sort=False)[["total", "defined", "pairs", "undefined"]].sum()
    value = (grouped["total"] / grouped["defined"]).where(grouped["defined"] > 0)
    return grouped.assign(value=value).reset_index()[table.columns.tolist()]


def joined_cells(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """As `joined_over_people`, for the parts of single persons; each group has paths of its own, and their donors."""
    filled = [each for each in tables if len(each)]
    if len(tables) == 1 or not filled:
        return tables[0]
    table = pd.concat(filled, ignore_index=True)
    judged, copied = table[table["donor"] == ""], table[table["donor"] != ""]
    # Images that are others' negatives have moved each group's mean, which counts as its people do.
    group = pd.Series(np.repeat(np.arange(len(filled)), [len(each) for each in filled]), name="group")
    count = judged.groupby(["model", "metric", group[judged.index]])["pairs"].sum().rename("count")
    share = (count / count.groupby(["model", "metric"]).transform("sum")).rename("share")
    shares = copied.assign(group=group[copied.index]).join(share, on=["model", "metric", "group"])["share"]
    copied = copied.assign(value=copied["value"] * shares.where(copied["pairs"] == 0, 1.0))
    keys = ["model", "metric", "stimulus", "donor", "subject"]
    sums = judged.assign(total=judged["value"] * judged["pairs"]).groupby(keys, sort=False)[["total", "pairs"]].sum()
    joined = sums.assign(value=sums["total"] / sums["pairs"]).reset_index().reindex(columns=table.columns)
    return pd.concat([each for each in (joined, copied) if len(each)], ignore_index=True)
