"""Fitting without folds: a model that leaves a stimulus out by itself may learn from the data that it is scored on.

A file of its own, because a prediction needs it and none of what scores: no metric is imported here.
"""

from collections.abc import Iterable
from dataclasses import replace

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError, LearnedError
from gazekit.models.capabilities import Learns
from gazekit.models.contract import ScanpathModel

LEARNED = "stimulus that a model has learned from (left out)"


def fit_alone(model: ScanpathModel, dataset: Dataset) -> ScanpathModel:
    """Fit a model on the data set that it is scored on, if it leaves a stimulus out by itself; return it.

    One that was trained on other stimuli, or learns nothing, stays as it is.

    Raises
    ------
    GazekitError
        A model that learns would be scored on what it has learned.
    DataError
        It has learned from these stimuli before.
    """
    check_alone(model, dataset)
    if fitted_anew(model):
        model.fit(dataset)  # type: ignore[attr-defined]  # it learns
    return model


def fitted_anew(model: ScanpathModel) -> bool:
    """Whether `fit_alone` fits a model."""
    return isinstance(model, Learns) and model.leaves_own_out


def unseen(dataset: Dataset, models: Iterable[ScanpathModel]) -> Dataset:
    """The stimuli that none of these models has learned from; how many others there are is in its `dropped`.

    Of models that learn from the data set itself nothing is left out.

    Raises
    ------
    GazekitError
        They have learned from every stimulus.

    Examples
    --------
    >>> from gazekit import load_dataset, load_model
    >>> data = load_dataset("demo", displays_per_kind=0)
    >>> len(unseen(data, [load_model("uniform")]).stimuli)  # it has learned from none
    8
    """
    trained = [m for m in models if not (fitted_anew(m) or (isinstance(m, Learns) and not m.learned_stimuli))]
    shown = {trial.stimulus: trial for trial in dataset.trials}
    kept = [stimulus for stimulus, trial in shown.items() if not any(_has_seen(model, trial) for model in trained)]
    if not kept:
        raise GazekitError(
            f"of {len(shown)} stimuli of {dataset.name!r} none is left that these models have not learned from"
        )
    part = dataset.select(stimuli=kept)
    left_out = {LEARNED: len(shown) - len(kept)} if len(kept) < len(shown) else {}
    return replace(part, dropped={**dataset.dropped, **left_out})


def _has_seen(model: ScanpathModel, trial: Trial) -> bool:
    try:
        model.check_unseen([trial])
    except LearnedError:
        return True
    return False


def check_alone(model: ScanpathModel, dataset: Dataset) -> None:
    """Refuse to score a model, without folds, on what it has learned; errors as of `fit_alone`."""
    if fitted_anew(model):
        return
    if isinstance(model, Learns) and not model.learned_stimuli:
        raise GazekitError(
            f"model {model.name!r} learns from people's paths and would be scored on the paths that it has learned; "
            f"evaluate it with folds=5 (--folds 5), so that it is fitted on the other stimuli, or fit it on other data "
            f"before; if a prediction never uses paths on the same stimulus, set leaves_own_out = True in its class "
            f"(check_model tries that)"
        )
    model.check_unseen(dataset.trials)
