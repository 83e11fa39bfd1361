"""Searches of a run to look at: one of each condition."""

from collections.abc import Sequence

from gazekit.experiments.asymmetry.displays import choose_displays
from gazekit.experiments.asymmetry.results import AsymmetryResults
from gazekit.plots.asymmetry import PicturedSearch

SIZE = 1  # which set size from the smallest: neither trivial nor crowded


def pictured_searches(
    results: AsymmetryResults, experiments: Sequence[str] | None, per_size: int | None
) -> list[PicturedSearch]:
    """The first model's search of the first published display of each condition, at the second smallest set size."""
    first = results.models[0]
    trials = results.trials[results.trials["model"] == first]
    shown = {t.id: t for t in choose_displays(experiments, None, per_size, results.seed)}
    paths = results.scanpaths().filter(source=first)
    where = {trial: k for k, trial in enumerate(paths.table["trial"])}
    found = []
    for (_, condition), part in trials.groupby(["experiment", "condition"], sort=False):
        sizes = sorted(part["set_size"].unique())
        size = sizes[min(SIZE, len(sizes) - 1)]
        name = part.loc[part["set_size"] == size, "trial"].iloc[0]
        title = f"{condition.replace('_', ' ')}, {size} items"
        found.append(PicturedSearch(title, paths[where[name]], shown[name]))
    return found
