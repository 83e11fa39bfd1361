"""What the manifest says of models and data."""

import inspect
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.preparation import PreparedHumans
from gazekit.models.contract import ScanpathModel
from gazekit.runs.seals import Input


def describe_model(model: ScanpathModel) -> dict[str, Any]:
    """Name and options of a model, for the manifest: its constructor's arguments, read from attributes of their names.

    A model with a `sha256` attribute (a file of predictions, weights) is told apart by it; one with a `provenance` says
    what it has learned from.
    """
    names = [*inspect.signature(type(model).__init__).parameters, "sha256", "provenance"]
    options = {k: getattr(model, k) for k in names if k not in ("self", "name") and hasattr(model, k)}
    plain = {k: _plain(v) for k, v in options.items()}
    about = {"name": model.name, "class": f"{type(model).__module__}.{type(model).__qualname__}", "options": plain}
    if isinstance(
        getattr(model, "network", None), str
    ):  # in words, its weights by their hash: a file of that name may be another tomorrow
        about["network"] = model.network  # type: ignore[attr-defined]
    return about


def files_read(trials: Iterable[Trial], needs: Collection[str]) -> dict[str, Input]:
    """Images, targets and pictures of objects that models look at while a run goes on, by a name for messages.

    Parameters
    ----------
    trials : iterable of Trial
        Of the run.
    needs : collection of str
        What the models look at; images that nobody needs are not read.
    """
    found: dict[str, Input | None] = {}
    for trial in trials:
        if {"image", "objects"} & set(needs):
            found[f"the image of stimulus {trial.stimulus!r}"] = trial.image_source
        if "target" in needs:
            found[f"the target of trial {trial.id!r}"] = trial.target_source
        if "objects" in needs and trial.objects is not None:
            found[f"the pictures of the objects of trial {trial.id!r}"] = trial.objects.crops
            found[f"the masks of the objects of trial {trial.id!r}"] = trial.objects.masks
    return {name: source for name, source in found.items() if source is not None}


def _plain(value: Any) -> Any:
    """A value that is the same in every process: functions and objects by name, never by address."""
    if isinstance(value, str | int | float | bool | type(None)):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def about_data(dataset: Dataset, humans: PreparedHumans) -> dict[str, Any]:
    """What the manifest says of the data: counts, dropped rows, facts, conversions, licence, citation."""
    facts = dataset.scanpaths.facts
    about: dict[str, Any] = {
        "name": dataset.name,
        "trials": len(dataset.trials),
        "stimuli": len(dataset.stimuli),
        "subjects": len(dataset.subjects),
        "scanpaths": len(humans.paths),
        "fixations": len(humans.paths.x),
        "dropped_by_loader": dict(dataset.dropped),
        "facts": {k: getattr(facts, k) for k in ("forced_first", "cut_at_target", "points", "unit")},
        "before_scoring": list(humans.notes),
    }
    if dataset.card is not None:
        about |= {"licence": dataset.card.licence, "citation": dataset.card.citation}
        about["simulated"] = dataset.card.simulated
    return about
