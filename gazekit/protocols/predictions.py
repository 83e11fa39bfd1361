"""Predictions of models as a protocol asks for them: which images, how many, how long, learned from which people."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.folds import fit_alone
from gazekit.evaluation.lengths import matched_lengths
from gazekit.models.capabilities import Learns
from gazekit.models.contract import ScanpathModel
from gazekit.protocols.paths import CONTROLS, asked_for, from_the_start, in_protocol, of_asked, protocol_images
from gazekit.protocols.protocol import Protocol, protocols


def predict_for(
    protocol: str | Protocol,
    dataset: Dataset,
    models: Sequence[ScanpathModel],
    *,
    transferred: bool = False,
    seed: int = 0,
    progress: bool = True,
) -> Scanpaths | None:
    """Predict what a protocol scores, so that `score_protocol` gives headlines.

    Parameters
    ----------
    protocol : str or Protocol
        The protocol.
    dataset : Dataset
        Trials and people; all of it. A model that learns from people is fitted on the images that the protocol does not
        score; where it scores all, only one that leaves an image's own people out can be.
    models : sequence of ScanpathModel
        Those that are controls of the engine anyway are left out.
    transferred : bool
        As in `score_protocol`.
    seed : int
        Of the predictions and of their lengths.
    progress : bool
        Show progress bars.

    Returns
    -------
    Scanpaths or None
        As many of each trial as the protocol asks for, each for the person whom it is for. A model without a rule
        to stop has the lengths of people on other images, at most as long as the protocol lets them be. None where
        densities alone are scored, of which the fitted models are asked.

    Raises
    ------
    GazekitError
        A data set that the protocol was not made for; a model that would be scored on what it has learned.

    Examples
    --------
    >>> from gazekit.models import load_model
    >>> from gazekit.testing import example_dataset
    >>> paths = predict_for("chen2021", example_dataset(), [load_model("centre")], transferred=True, progress=False)
    >>> paths.table.groupby("trial").size().unique().tolist()
    [10]
    """
    chosen: Protocol = protocols[protocol] if isinstance(protocol, str) else protocol
    part, _ = protocol_images(chosen, dataset, transferred)
    rest = dataset.select(stimuli=set(dataset.stimuli) - set(part.stimuli))
    for model in models:
        if isinstance(model, Learns) and model.learned_from is None and len(rest.scanpaths):
            model.fit(rest)
        else:
            fit_alone(model, part)
    if chosen.of_densities:
        return None
    as_shown = replace(chosen, padding=None, frame=None)
    people, _ = in_protocol(part.scanpaths, as_shown, None, part.target_boxes(), people=True)
    part = part.select(trials=people.table["trial"].unique())
    asked = asked_for(chosen, people)
    most, limit = max(map(len, asked.values())), chosen.longest_prediction
    lengths = matched_lengths(replace(part, scanpaths=people), most, seed=seed, max_fixations=limit)
    wanted = np.stack([lengths[trial.id] for trial in part.trials])
    found = []
    for model in models:
        if model.name in CONTROLS:
            continue
        given: dict[str, Any] = {"n_samples": most, "seed": seed, "progress": progress}
        if model.stops and chosen.lengths == "own":
            paths = model.predict(part.trials, max_fixations=limit, **given)
        else:  # an imposed first fixation that the model does not make is put before its path
            shorter = bool(people.facts.forced_first) and not model.facts.forced_first
            paths = model.predict(part.trials, lengths=np.maximum(wanted - shorter, 1), **given)
        paths = from_the_start(of_asked(paths, asked), people, part.trials)
        named = paths.table.assign(source=model.name)
        found.append(paths.replace(table=named, object_id=None, facts=replace(paths.facts, cut_at_target=None)))
    return Scanpaths.concat(found) if found else None
