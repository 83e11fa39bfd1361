"""Which of NeVA's searches is worth its passes: every search at the same states, against an exhaustive grid.

`neva.py` runs it and prints the table of docs/models/neva.md.
"""

from collections.abc import Sequence

import pandas as pd
import torch

from gazekit.core.trials import Trial
from gazekit.evaluation.bootstrap import for_all_of, interval
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.devices import chosen_device
from gazekit.models.neva.model import Neva
from gazekit.models.neva.searches import Search
from gazekit.models.neva.searches.direct import lattice


def compare_searches(
    model: Neva,
    trials: Sequence[Trial],
    searches: Sequence[Search],
    *,
    fixations: int = 2,
    cells: int = 15,
    seed: int = 0,
    device: str = "auto",
    progress: bool = True,
) -> pd.DataFrame:
    """Let searches look for the same fixations, and say what each found and spent.

    All searches start from the same memory; then the exhaustive grid's fixation is made, and the next is sought. The
    loss is that of the position which a search returns, evaluated anew, not the one on its record.

    Parameters
    ----------
    model : Neva
        Encoder, objective, fovea, view and memory; its own search is not used.
    trials : sequence of Trial
        What to look at.
    searches : sequence of Search
        The contestants.
    fixations : int
        How many fixations of each path.
    cells : int
        Places of the grid over the longer side.
    seed, device, progress
        As in `predict`.

    Returns
    -------
    DataFrame
        A row per trial, fixation and search: `trial`, `fixation` (from 0), `search`, `forward`, `backward` (passes of
        the search), `prepared` (the image's preparatory passes beyond the clean one, whole; to be shared by the
        fixations of a path), `loss`, `uniform` (mean loss over the grid), `grid` (least loss on it).
    """
    if fixations < 1:
        raise GazekitError(f"fixations must be at least 1, not {fixations}")
    where = chosen_device(device)
    runner, rows = model.runner(where), []
    for trial in tqdm(trials, desc="searches", unit="trial", disable=not progress):
        problem = model.problem([trial], [0], seed, runner)
        row = torch.zeros(1, dtype=torch.int64, device=where)
        for t in range(fixations):
            problem.progress = t / fixations
            places = lattice(problem, cells - 1, jitter=False).positions[0]
            everywhere = problem.loss(row.expand(len(places)), places)
            for search in searches:
                before = problem.forward[0], problem.backward[0], problem.scenes.passes
                found = search.find(problem)
                spent = (
                    problem.forward[0] - before[0],
                    problem.backward[0] - before[1],
                    problem.scenes.passes - before[2],
                )
                low, high = problem.limits.unbind(dim=2)
                # what a path would get: the published search may leave the image
                made = torch.minimum(torch.maximum(found.positions, low), high)
                loss = float(problem.loss(row, made))
                levels = (float(everywhere.mean()), float(everywhere.min()))
                rows.append((trial.id, t, search.name, *map(int, spent), loss, *levels))
            problem.fixate(places[everywhere.argmin()][None], model.gamma)
    names = ["trial", "fixation", "search", "forward", "backward", "prepared", "loss", "uniform", "grid"]
    return pd.DataFrame(rows, columns=names)


def summarise(table: pd.DataFrame, *, path_length: int = 10, against: str = "reference", seed: int = 0) -> pd.DataFrame:
    """Condense a table of `compare_searches`: a row per search.

    Parameters
    ----------
    table : DataFrame
        From `compare_searches`.
    path_length : int
        Fixations that share an image's preparatory passes.
    against : str
        The search whose mean loss the others' is compared with, if it is in the table.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        Indexed by search: `passes` (forward and backward, per fixation, preparation shared), `loss`, `gap` (mean loss
        over the grid's least, as a share of the range from a uniform choice to that least), and `difference`, `low`,
        `high`: mean loss minus that of `against`, with its 95 % interval over trials (2,000 resamples), which
        holds for both objectives together.
    """
    prepared = table.groupby(["search", "trial"])["prepared"].max().groupby("search").mean() / path_length
    by = table.groupby("search", sort=False)
    mean = by[["forward", "backward", "loss", "uniform", "grid"]].mean()
    out = pd.DataFrame(
        {
            "passes": mean["forward"] + mean["backward"] + prepared.reindex(mean.index),
            "loss": mean["loss"],
            "gap": (mean["loss"] - mean["grid"]) / (mean["uniform"] - mean["grid"]),
        }
    )
    per_trial = table.pivot_table(index="trial", columns="search", values="loss")
    if against in per_trial:
        draws = keyed_rng(seed, "compare searches").integers(0, len(per_trial), (2000, len(per_trial)))
        for name in out.index:
            difference = (per_trial[name] - per_trial[against]).to_numpy()
            alone = interval(difference[draws].mean(axis=1))
            both = for_all_of(2, difference.mean(), *alone)  # of the two objectives
            out.loc[name, ["difference", "low", "high"]] = difference.mean(), *both
    return out
