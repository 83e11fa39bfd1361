"""The search-asymmetry experiment: every display searched by a model and its controls, in resumable pieces."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.experiments.asymmetry.displays import PIECE_DISPLAYS, choose_displays, cut, experiment_of, fingerprint
from gazekit.experiments.asymmetry.examples import pictures
from gazekit.experiments.asymmetry.published import DESIGNS
from gazekit.experiments.asymmetry.reaction_times import CENSORING
from gazekit.experiments.asymmetry.results import AsymmetryResults
from gazekit.experiments.asymmetry.searchers import MakesModel, Searcher, searchers
from gazekit.experiments.asymmetry.searches import REACH, SearchPiece
from gazekit.experiments.results import StudyResults
from gazekit.foundations.errors import check_known
from gazekit.models.identity import identity
from gazekit.runs.folder import RunFolder, read_table
from gazekit.runs.parallel import check_workers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 130  # of a run's pictures
R = TypeVar("R", bound=StudyResults)


def asymmetry(
    model: MakesModel,
    *,
    out: str | Path,
    experiments: Sequence[str] | None = None,
    displays: Dataset | None = None,
    per_size: int | None = None,
    options: Mapping[str, Any] | None = None,
    controls: Sequence[str] | None = None,
    censoring: str = "set-size",
    reach: float = REACH,
    seed: int = 0,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    resamples: int = RESAMPLES,
    figures: bool = True,
    progress: bool = True,
    command: str = "",
) -> AsymmetryResults:
    """Search displays with a model, and compare its search slopes and asymmetries with people's.

    Parameters
    ----------
    model : str, model, or class
        A registered name ("eccnet", "uniform", "ittikoch"), a model, or a class. A name or a class is made anew for
        every experiment, with the published settings of that experiment where it has such options (`background`,
        `difference_of_gaussians`). A model with a method `search` is asked that, any other is followed until a
        fixation touches the target; see `searches.search_trials`.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    experiments : sequence of str, optional
        Default: all of `displays`, or the six published ones.
    displays : Dataset, optional
        Displays of your own, each trial with condition ("experiment/condition"), objects (their number is the set
        size), target_box and max_fixations; two conditions per experiment, the easy one first. Default: the
        published experiments, made with `seed`.
    per_size : int, optional
        Displays per condition and set size; default as published (30 or 36). Not with `displays`.
    options : mapping, optional
        Options of the model, for instance backbone and weights.
    controls : sequence of str, optional
        See `searchers.searchers`; default: those that the model has options for.
    censoring : str
        What an unsolved search counts; see `reaction_times.censored`.
    reach : float
        See `searches.touches`, px.
    seed : int
        Seed of displays, model and bootstrap.
    workers : int
        Processes. The tables do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler whose workers are used instead; see `evaluate`.
    overwrite : bool
        Move a run of another request out of the way of `out`, to a name with the day; otherwise it is refused.
    resamples : int
        Bootstrap resamples.
    figures : bool
        Draw the run's pictures into its folder.
    progress : bool
        Show a progress bar.
    command : str
        Command line for the manifest.

    Returns
    -------
    AsymmetryResults

    Raises
    ------
    UnknownNameError, MissingNeedError, RunFolderError, DataError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    check_known("rule for unsolved trials", censoring, CENSORING)
    check_workers(workers, scheduler)
    rows = searchers(model, options, controls, seed=seed)
    trials = choose_displays(experiments, displays, per_size, seed)
    names = list(dict.fromkeys(experiment_of(t) for t in trials))
    about = [
        check_searcher(row, names[0], trials) for row in rows
    ]  # told now, not after hours, if a model cannot be made
    return run_searches(
        AsymmetryResults,
        out,
        {
            "experiments": names,
            "models": about,
            "censoring": censoring,
            "reach": reach,
            "seed": seed,
            "resamples": resamples,
        },
        rows,
        trials,
        command=command or f"gazekit.experiments.asymmetry.asymmetry({rows[0].name!r}, ...)",
        about={"trials": len(trials), "settings": {n: dict(DESIGNS[n].settings) for n in names if n in DESIGNS}},
        overwrite=overwrite,
        pictures=pictures if figures else None,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


def check_searcher(row: Searcher, experiment: str, trials: Sequence[Trial]) -> dict[str, Any]:
    """What the manifest says of a row's model; an error if it cannot be made, or cannot do with these trials."""
    model = row.model(experiment)
    model.check_needs(trials)
    return {"row": row.name, **identity(model)}


def run_searches(
    of: type[R],
    out: str | Path,
    request: Mapping[str, Any],
    rows: Sequence[Searcher],
    trials: Sequence[Trial],
    *,
    command: str,
    about: Mapping[str, Any],
    overwrite: bool,
    pictures: "Callable[[R, Sequence[Trial]], Mapping[str, Figure]] | None",
    absent: bool = False,
    keep: Callable[[RunFolder], None] = lambda run: None,
    **how: Any,
) -> R:
    """Search all displays with all rows in resumable pieces, write the run folder of a study, and return its results.

    Parameters
    ----------
    of : class
        Of the results.
    out, overwrite
        See `asymmetry`.
    request : mapping
        What determines the results, beside the displays; with models, seed and reach.
    rows, trials
        Who searches what.
    command, about
        For the manifest.
    pictures : callable or None
        From results and displays to the figures of the run, by the file's name.
    absent : bool
        See `searches.search_trials`.
    keep : callable
        Writes more into a run before it is finished.
    how
        Workers, scheduler, progress.
    """
    asked = {"displays": fingerprint(trials), **request, "piece_displays": PIECE_DISPLAYS}
    with RunFolder(out, asked, kind=of.kind, command=command, about=about, overwrite=overwrite) as run:
        if not run.complete:
            identities = [json.dumps(one, sort_keys=True) for one in run.manifest["request"]["models"]]
            seed, reach = request["seed"], request["reach"]
            pieces = [
                SearchPiece(run.part(f"{k:02d}-{c:05d}"), row, identities[k], part, seed, reach, absent)
                for k, row in enumerate(rows)
                for c, part in enumerate(cut(trials))
            ]
            run.do(pieces, shared=rows, label=of.kind, **how)
            run.write_table(pd.concat([read_table(p.trials) for p in pieces], ignore_index=True), "trials.parquet")
            Scanpaths.concat([Scanpaths.load(p.scanpaths) for p in pieces]).save(run.path / "scanpaths.parquet")
            keep(run)
            run.finish()
    results = of.load(run.path)
    results.write_tables(run.path)  # again for a finished run: statsmodels may have come since
    if pictures is not None:
        from gazekit.plots.saving import save_figures

        save_figures(dict(pictures(results, trials)), run.path, dpi=DPI)
    return results
