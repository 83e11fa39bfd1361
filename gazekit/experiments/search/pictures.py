"""The figures of a search experiment: a sheet of displays, searches on them, and reaction times."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gazekit.core.trials import Trial
from gazekit.experiments.asymmetry.displays import condition_of, set_size
from gazekit.experiments.search.results import ABSENT, PRESENT, SearchExperiment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TIMES, DISPLAYS, SEARCHES = "reaction_times.png", "displays.png", "searches.png"


def sheet(trials: Sequence[Trial]) -> "Figure":
    """One display of every condition and set size, with the target and without it."""
    from gazekit.plots.search_design import display_sheet

    first: dict[tuple[str, int, bool], Trial] = {}
    for trial in trials:
        first.setdefault((condition_of(trial)[1], set_size(trial), trial.target_box is not None), trial)
    titles = [f"{condition}, {size}, {_word(present)}" for condition, size, present in first]
    return display_sheet(list(first.values()), titles, columns=len({size for _, size, _ in first}))


def pictures(results: SearchExperiment, displays: Sequence[Trial]) -> "Mapping[str, Figure]":
    """All pictures of a run, by the file's name."""
    from gazekit.plots.asymmetry import PicturedSearch, by_condition, reaction_time_panels, search_panels

    paths = results.scanpaths()
    where = {key: k for k, key in enumerate(zip(paths.table["source"], paths.table["trial"], strict=True))}
    size = results.manifest["request"]["set_sizes"][1]
    first: dict[tuple[str, bool], Trial] = {}
    for trial in displays:
        if set_size(trial) == size:
            first.setdefault((condition_of(trial)[1], trial.target_box is not None), trial)
    whole = results.models[0]
    names = {m: f":\n{m.removeprefix(f'{whole}, ') if m != whole else m.partition(':')[0]}" for m in results.models}
    searches = [
        PicturedSearch(
            f"{condition}, {_word(present)}{names[model] if len(names) > 1 else ''}",
            paths[where[model, trial.id]],
            trial,
        )
        for (condition, present), trial in first.items()
        for model in results.models
    ]
    # Models side by side; of one model, displays with the target and without it.
    columns = len(names) if len(names) > 1 else 2
    times = reaction_time_panels(by_condition(results.cells))
    return {TIMES: times, DISPLAYS: sheet(displays), SEARCHES: search_panels(searches, columns)}


def _word(present: bool) -> str:
    return PRESENT if present else ABSENT
