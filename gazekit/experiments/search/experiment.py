"""A search experiment of one's own: the displays of a design searched by a model and its controls, in a run folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gazekit.datasets.synthetic.search_designs import Design, design_trials, read_design
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.experiments.asymmetry.displays import fingerprint
from gazekit.experiments.asymmetry.experiment import check_searcher, run_searches
from gazekit.experiments.asymmetry.searchers import MakesModel, option_names, searchers
from gazekit.experiments.asymmetry.searches import REACH
from gazekit.experiments.search.people import read_people
from gazekit.experiments.search.pictures import pictures
from gazekit.experiments.search.results import SearchExperiment
from gazekit.experiments.search.stopping import Stopping, check_rule
from gazekit.files.atomic import write_atomically
from gazekit.foundations.errors import GazekitError
from gazekit.runs.folder import RunFolder
from gazekit.runs.parallel import check_workers

DESIGN = "design"  # folder of a run that holds the design and its pictures: it can be run again from there


def search(
    design: str | Path | Design,
    model: MakesModel,
    *,
    out: str | Path,
    people: str | Path | None = None,
    stopping: str | Stopping = "all-items",
    options: Mapping[str, Any] | None = None,
    controls: Sequence[str] | None = None,
    per_size: int | None = None,
    seed: int = 0,
    workers: int = 1,
    scheduler: str | None = None,
    overwrite: bool = False,
    resamples: int = RESAMPLES,
    figures: bool = True,
    progress: bool = True,
    command: str = "",
) -> SearchExperiment:
    """Search the displays of a design with a model, and compare reaction times and slopes with people's.

    Parameters
    ----------
    design : path or Design
        See `gazekit.datasets.synthetic.search_designs.read_design`.
    model : str, model, or class
        See `gazekit.experiments.asymmetry.asymmetry`. A model with these options is told the design's mean background
        (`background`) and px per degree (`px_per_degree`), unless they are in `options`.
    out : path
        Run folder; an unfinished run of the same request is resumed, any other content is refused.
    people : path, optional
        Table of people's reaction times; see `people.read_people`.
    stopping : str or Stopping
        When a search is given up; see `stopping.RULES`.
    options : mapping, optional
        Options of the model.
    controls : sequence of str, optional
        See `gazekit.experiments.asymmetry.searchers.searchers`; default: those that the model has options for.
    per_size : int, optional
        Displays of each condition and set size; default the design's.
    seed, workers, scheduler, overwrite, resamples, figures, progress, command
        See `gazekit.experiments.asymmetry.asymmetry`.

    Returns
    -------
    SearchExperiment

    Raises
    ------
    UnknownNameError, MissingNeedError, RunFolderError, DataError, GazekitError
        Each says what was wrong and what to do; the folder stays resumable.
    """
    check_workers(workers, scheduler)
    design = design if isinstance(design, Design) else read_design(design)
    rule = Stopping.from_text(stopping) if isinstance(stopping, str) else stopping
    names = [c.name for c in design.conditions]
    theirs = None if people is None else read_people(people, names, design.set_sizes)
    if rule.name == "people" and (theirs is None or theirs.trials["present"].all()):
        raise GazekitError(
            "the stopping rule 'people' needs people's reaction times of displays without the target: give --people"
        )
    known = option_names(model)
    settings = {"background": design.paint, "px_per_degree": "trial"}
    rows = searchers(
        model, {**{k: v for k, v in settings.items() if k in known}, **(options or {})}, controls, seed=seed
    )
    trials = design_trials(design, seed=seed, per_size=per_size)
    about = [check_searcher(row, design.name, trials) for row in rows]
    cells = [(name, size) for name in names for size in design.set_sizes]
    times = {} if theirs is None else theirs.times_without_target
    check_rule(rule, cells, times, rows[0].model(design.name))

    def keep(run: RunFolder) -> None:
        if theirs is not None:
            run.write_table(theirs.trials, "people.parquet")
        _keep(design, run.path / DESIGN)

    return run_searches(
        SearchExperiment,
        out,
        {
            "design": design.name,
            "source": design.source,
            "conditions": names,
            "set_sizes": list(design.set_sizes),
            "asymmetries": [list(pair) for pair in design.asymmetries],
            "models": about,
            "people": None if theirs is None else {"sha256": theirs.digest, "dropped": dict(theirs.dropped)},
            "stopping": rule.text,
            "reach": REACH,
            "seed": seed,
            "resamples": resamples,
            "per_size": per_size or design.displays,
        },
        rows,
        trials,
        command=command or f"gazekit.experiments.search.search({design.name!r}, {rows[0].name!r}, ...)",
        about={"trials": len(trials), "subjects": 0 if theirs is None else len(theirs.subjects)},
        overwrite=overwrite,
        pictures=pictures if figures else None,
        absent=True,
        keep=keep,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )


def displays_of_run(results: SearchExperiment) -> list[Any]:
    """The displays of a finished run, made again from the design in its folder; none if others come out."""
    if results.folder is None:
        return []
    request = results.manifest["request"]
    try:
        design = read_design(results.folder / DESIGN / f"{DESIGN}.toml")
        trials = design_trials(_renamed(design, request["design"]), seed=request["seed"], per_size=request["per_size"])
    except GazekitError:
        return []
    return trials if fingerprint(trials) == request["displays"] else []


# ---------------------------------------------------------------- inside


def _renamed(design: Design, name: str) -> Design:
    """A design without a name is called like its file, which has another name in a run's folder."""
    from dataclasses import replace

    return replace(design, name=name)


def _keep(design: Design, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write_atomically(folder / f"{DESIGN}.toml", design.source.encode())
    for name, path in design.files.items():
        kept = folder / name
        if kept.resolve().is_relative_to(folder.resolve()):
            kept.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(kept, path.read_bytes())
