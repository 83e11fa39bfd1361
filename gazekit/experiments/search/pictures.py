"""The figures of a search experiment: a sheet of displays, searches on them, and reaction times."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gazekit.core.trials import Trial
from gazekit.experiments.asymmetry.displays import condition_of, set_size
from gazekit.experiments.search.experiment import displays_of_run
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


def write_pictures(results: SearchExperiment) -> list[str]:
    """Write the figures of a finished run into its folder, and return their names."""
    from gazekit.plots.asymmetry import PicturedSearch, search_panels
    from gazekit.plots.saving import save_figures
    from gazekit.plots.search_design import search_time_panels

    cells = results.cells
    cells = cells[(cells["model"] == results.models[0]) & (cells["stopping"] == results.rules[-1].text)]
    drawn = {TIMES: search_time_panels(cells)}
    shown = displays_of_run(results)
    assert results.folder is not None  # noqa: S101 -- results of a run
    if shown:
        drawn[DISPLAYS] = sheet(shown)
        paths = results.scanpaths()
        where = {key: k for k, key in enumerate(zip(paths.table["source"], paths.table["trial"], strict=True))}
        size = results.manifest["request"]["set_sizes"][1]
        first: dict[tuple[str, bool], Trial] = {}
        for trial in shown:
            if set_size(trial) == size:
                first.setdefault((condition_of(trial)[1], trial.target_box is not None), trial)
        whole = results.models[0]
        names = {m: f":\n{m.removeprefix(f'{whole}, ') if m != whole else m.partition(':')[0]}" for m in results.models}
        drawn[SEARCHES] = search_panels(
            [
                PicturedSearch(
                    f"{condition}, {_word(present)}{names[model] if len(names) > 1 else ''}",
                    paths[where[model, trial.id]],
                    trial,
                )
                for (condition, present), trial in first.items()
                for model in results.models
            ],
            columns=len(names) if len(names) > 1 else 2,  # models side by side, or with the target and without it
        )
    return save_figures(drawn, results.folder, dpi=110)


def _word(present: bool) -> str:
    return PRESENT if present else ABSENT
