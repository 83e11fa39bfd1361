"""Fitting without folds: a model that leaves a stimulus out by itself may learn from the data that it is scored on.

A file of its own, because a prediction needs it and none of what scores: no metric is imported here.
"""

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import GazekitError
from gazekit.models.capabilities import Learns
from gazekit.models.contract import ScanpathModel


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
