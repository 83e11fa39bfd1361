"""What a network has learned of drawn shelves, on covers that it has never seen, beside the agents themselves."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.datasets.synthetic.shelves import agent_paths, individual, target_similarity
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.experiments.oat.study import with_shuffled_targets
from gazekit.experiments.shelf_search.measures import behaviour_scores, likelihood_scores, pair_scores
from gazekit.experiments.shelf_search.paths import People, predicted_objects
from gazekit.experiments.shelf_search.results import ShelfResults
from gazekit.models.oat.model import Oat

AGAIN, SWAPPED = "agents again", "target swapped"


def on_unseen_covers(
    dataset: Dataset,
    models: Mapping[str, Oat],
    *,
    shelves_seed: int = 0,
    n_samples: int = 8,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Measure networks on shelves.

    Parameters
    ----------
    dataset : Dataset
        Shelves of test covers, with the agents' paths, whose subjects are "agent 1", "agent 2" ...
    models : mapping of row name to Oat
        Networks.
    shelves_seed : int
        Seed that the shelves and their agents were made with.
    n_samples : int
        Paths per trial and network; as many are drawn of the agents again.
    seed, resamples : int
        Of the paths, and of the bootstrap over shelves.

    Returns
    -------
    table
        Columns model, measure, value, low, high, stimuli (see `ShelfResults.summary`). Rows `human` (the agents' paths
        against each other), `agents again` (the same agents on the same shelves: the ceiling), every network, and every
        network that is given another object's picture as the target's; its guidance rank is by likeness to the right
        target, which it should have lost.
    """
    people = People.of(dataset)
    likeness = {t.id: target_similarity(t) for t in dataset.trials}
    rows = [_row(HUMAN, people.paths, people, likeness, same=True)]
    rows.append(_row(AGAIN, _again(dataset, people, shelves_seed, n_samples, seed), people, likeness))
    wrong = with_shuffled_targets(dataset, seed)
    for name, model in models.items():
        made = (model.predict(d.trials, n_samples=n_samples, seed=seed, progress=False) for d in (dataset, wrong))
        right, swapped = (predicted_objects(paths, people) for paths in made)
        rows.append(_row(name, right, people, likeness, scores=model.log_likelihood(dataset)))
        rows.append(_row(f"{name}, {SWAPPED}", swapped, people, likeness, scores=model.log_likelihood(wrong)))
    nothing = pd.DataFrame()
    return ShelfResults(pd.concat(rows, ignore_index=True), nothing, nothing, seed=seed, resamples=resamples).summary


def _again(dataset: Dataset, people: People, shelves_seed: int, n_samples: int, seed: int) -> Scanpaths:
    """The data set's agents search its shelves again, about `n_samples` paths a shelf."""
    numbers = [int(subject.split()[-1]) for subject in dataset.subjects]
    each = max(1, n_samples // len(numbers))
    made = [
        agent_paths(dataset.trials, individual(k, shelves_seed), each, seed=seed, name=f"agent {k}") for k in numbers
    ]
    return predicted_objects(Scanpaths.concat(made), people)


def _row(
    name: str,
    paths: Scanpaths,
    people: People,
    likeness: Mapping[str, np.ndarray],
    *,
    same: bool = False,
    scores: Sequence[np.ndarray] | None = None,
) -> pd.DataFrame:
    parts = [pair_scores(paths, people, same=same), behaviour_scores(paths, people, likeness)]
    if scores is not None:
        parts.append(likelihood_scores(scores, people))
    return pd.concat(parts, ignore_index=True).assign(model=name)
