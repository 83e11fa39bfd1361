"""What the manifest says of the data, and what models look at while a run goes on."""

from collections.abc import Collection, Iterable
from typing import Any

from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.preparation import PreparedHumans
from gazekit.runs.seals import Input


def inputs_of(trials: Iterable[Trial], needs: Collection[str]) -> dict[str, Input]:
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
