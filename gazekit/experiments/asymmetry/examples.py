"""The pictures of a run: reaction times, indices, and a search of each condition to look at."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gazekit.core.trials import Trial
from gazekit.experiments.asymmetry.results import AsymmetryResults

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 1  # which set size from the smallest: neither trivial nor crowded


def pictures(results: AsymmetryResults, displays: Sequence[Trial]) -> "Mapping[str, Figure]":
    """All pictures of a run, by the file's name."""
    from gazekit.plots.asymmetry import index_scatter, reaction_time_panels

    drawn: dict[str, Any] = {"reaction_times.png": reaction_time_panels(results.cells)}
    if results.indices["human"].notna().any():
        drawn["indices.png"] = index_scatter(results.indices).figure
    return {**drawn, "scanpaths.png": example_searches(results, displays)}


def example_searches(results: AsymmetryResults, displays: Sequence[Trial]) -> "Figure":
    """The first model's search of the first display of each condition, at the second smallest set size."""
    from gazekit.plots.asymmetry import PicturedSearch, search_panels

    first = results.models[0]
    trials = results.trials[results.trials["model"] == first]
    shown = {t.id: t for t in displays}
    paths = results.scanpaths().filter(source=first)
    where = {trial: k for k, trial in enumerate(paths.table["trial"])}
    found = []
    for (_, condition), part in trials.groupby(["experiment", "condition"], sort=False):
        sizes = sorted(part["set_size"].unique())
        size = sizes[min(SIZE, len(sizes) - 1)]
        name = part.loc[part["set_size"] == size, "trial"].iloc[0]
        title = f"{condition.replace('_', ' ')}, {size} items"
        found.append(PicturedSearch(title, paths[where[name]], shown[name]))
    return search_panels(found)
