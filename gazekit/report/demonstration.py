"""The page of the demonstration: what the models do in pictures, each with the code that draws it."""

import base64
import inspect
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Dataset
from gazekit.evaluation.chance import models_of
from gazekit.evaluation.lengths import OWN
from gazekit.evaluation.results import Results
from gazekit.experiments import demonstration
from gazekit.experiments.shelf_search.results import ShelfResults
from gazekit.files.atomic import write_atomically
from gazekit.files.links import refuse_link
from gazekit.plots import style
from gazekit.report.content import Content, Section
from gazekit.report.page import content_of, page_of, write_report
from gazekit.report.shelf_search import score_tables
from gazekit.report.tables import ScoreTables, groups_of, overview

PAGE = "demo.html"
FREE, SEARCH, OBJECTS = "free-viewing", "search", "object-search"  # run folders
FIRST = {"demo": "coffee", "osie": None}  # the photograph that is shown; None for the first
PARTS = {False: "on photographs, in search for a shape, and in search for an object on a shelf", True: "on photographs"}
CAPTIONS = ("something red", "something white")
ABOUT = {
    "priority": "<em>priority</em> has learned from people where the next fixation falls, how long it lasts and when "
    "viewing ends",
    "neva": "<em>NeVA</em> looks where a blurred image sharpens most for its network",
    "ittikoch": "<em>Itti-Koch</em> follows contrast",
    "levy": "<em>levy</em> is a walk of short and long jumps that contrast attracts",
}
OWN_LENGTHS = (
    "<p class='quiet'>A row (own lengths) has the paths of a model as it ends them; all others have the lengths of "
    "people's paths on other photographs.</p>"
)
WIDE = 1.2 * style.COLUMN * style.MM  # inches; a wider picture has a row of its own, so that its letters can be read

KEY = (
    "<p class='quiet'>Under each value its 95&nbsp;% interval. The best model is in bold; chance, underlined, is the "
    "best null. Controls should fail: (!) marks a metric on which one reaches people or chance. ↓: less is better.</p>"
)


def demonstrate(out: Path, *, osie: Path | None = None, seed: int = 0, command: str = "", **run: Any) -> Path:
    """Make the runs of the demonstration, their reports, and the page that shows them.

    Parameters
    ----------
    out : path
        Folder of the runs; finished ones are shown again.
    osie : path, optional
        The data set OSIE, for people in place of simulated observers.
    seed : int
        Seed of everything random.
    command : str
        As it was typed, for the page.
    **run
        workers, scheduler, overwrite, progress, as for `gazekit.evaluate`.

    Returns
    -------
    Path
        `demo.html` in `out`.

    Raises
    ------
    DataError, RunFolderError
        As for the runs.
    """
    page = out / PAGE
    refuse_link(page)
    run |= {"seed": seed, "command": command}
    photographs = demonstration.photographs(osie, seed)
    demonstration.free_viewing(photographs, out / FREE, **run)
    sections = [free_viewing_section(out / FREE, photographs, osie)]
    missing = demonstration.missing()
    if not missing:
        demonstration.search(out / SEARCH, **run)
        shelves = demonstration.shelves()
        demonstration.object_search(shelves, out / OBJECTS, **run)
        sections += [search_section(out / SEARCH), object_search_section(out / OBJECTS, shelves)]
    manifest = {"kind": "demonstration", "command": command, "seed": seed, "runs": [s.id for s in sections]}
    people = "people" if osie else "simulated observers"
    content = Content(
        title="What gazekit does",
        kicker="gazekit demonstration",
        facts=[f"{len(photographs.trials)} photographs", f"{len(photographs.subjects)} {people}", "no network needed"],
        sentence=f"Models of where people look, and in which order, beside people: {PARTS[bool(missing)]}.",
        sections=sections,
        methods="",
        made={"Runs": ", ".join(s.id for s in sections)},
        manifest=manifest,
        notices=[text for text in (simulated(osie), missing) if text],
    )
    write_atomically(page, page_of(content).encode())
    return page


def simulated(osie: Path | None) -> str:
    """Who is simulated on the page; empty where nobody is."""
    shelves = not demonstration.missing()
    who = ("Searchers of shelves" if shelves else "") if osie else "Observers and searchers" if shelves else "Observers"
    return f"{who} are simulated here: their numbers say nothing about people." if who else ""


# ---------------------------------------------------------------- free viewing


def free_viewing_section(run: Path, data: Dataset, osie: Path | None) -> Section:
    """Paths of all models on one photograph, densities, what NeVA perceives, and two captions."""
    write_report(run, dataset=data)
    results, paths = Results.load(run), Scanpaths.load(run / "predictions.parquet")
    models = models_of(results.roles)
    trial = next((t for t in data.trials if t.stimulus == FIRST[data.name]), data.trials[0]).id
    pictures = [
        figure(
            paths_beside,
            "One path of a viewer and of each model; the first fixation has a ring.",
            data,
            paths,
            trial,
            models,
        ),
        figure(viewers_density, "The smallest areas that hold 25, 50 and 75 % of all viewers' fixations.", data, trial),
    ]
    if "priority" in models:
        pictures += [
            figure(priority_density, "The same for 20 paths that the learned model priority draws.", data, trial),
            figure(two_captions, "NeVA with two captions, read by an encoder of names of colours.", data, trial),
            figure(
                film_strip,
                "NeVA sees the photograph sharp at the fixation and blurred around it, remembers what it saw, and "
                "looks where that helps its network most.",
                data, paths, trial,
            ),
        ]  # fmt: skip
    command = (
        f"gazekit evaluate --data demo --data-set displays_per_kind=0 --models {','.join(models)} "
        f"--samples {demonstration.SAMPLES} --out runs/free"
    )
    if osie is not None:
        others = "priority has learned from the others; " if "priority" in models else ""
        command = (
            f'import gazekit\n\ndata = gazekit.load_dataset("osie", {str(osie)!r}).split("stimulus", folds=5, fold=0)'
            f".test  # {others}{len(data.trials)} of these are shown here\n"
            f'gazekit.evaluate(data, {models}, n_samples={demonstration.SAMPLES}, out="runs/free")'
        )
    tables = ScoreTables(results.summary, results.differences, results.shares)
    told = "; ".join(ABOUT[name.partition(":")[0]] for name in models)
    own = OWN_LENGTHS if any(name.endswith(OWN) for name in results.roles) else ""
    text = f"<p>A viewer looks at a photograph without a task. {told}. Nulls do not see the image.</p>"
    return section(
        FREE, "Free viewing", text, pictures, content_of(run, data).sentence, KEY + own + overview(tables), command
    )


def paths_beside(data: Dataset, paths: Scanpaths, trial: str, models: Sequence[str]) -> Any:
    """A viewer's path and the first of each model, a panel each."""
    from gazekit import plots

    viewer = data.scanpaths.filter(trial=trial)[0]
    predicted = [paths.filter(trial=trial, source=name)[0] for name in models]
    titles = ["simulated viewer" if data.card and data.card.simulated else "a person", *models]
    panels = plots.scanpaths_beside([viewer], predicted, image=data.trial(trial).image, titles=titles)
    return panels[0].figure


def viewers_density(data: Dataset, trial: str) -> Any:
    """Where all viewers look."""
    from gazekit import plots

    return plots.fixation_density(data.scanpaths.filter(trial=trial), image=data.trial(trial).image).figure


def priority_density(data: Dataset, trial: str) -> Any:
    """Where the learned model looks."""
    from gazekit import load_model, plots

    paths = load_model("priority").predict([data.trial(trial)], n_samples=20, progress=False)
    return plots.fixation_density(paths, image=data.trial(trial).image).figure


def film_strip(data: Dataset, paths: Scanpaths, trial: str) -> Any:
    """What NeVA perceives during each of its first fixations."""
    from gazekit import plots
    from gazekit.models.neva.film import perceived_images
    from gazekit.models.neva.model import Neva

    path = paths.filter(trial=trial, source="neva:encoder=lite0")[0]
    path = Scanpath(path.x[:5], path.y[:5], None, path.frame)
    seen = perceived_images(Neva(encoder="lite0"), data.trial(trial), path, side=300)
    return plots.perceived(seen, path)[0].figure


def two_captions(data: Dataset, trial: str) -> Any:
    """Paths of NeVA guided by a caption, for two captions."""
    from gazekit import load_model
    from gazekit.plots.captions import conditions_on_image

    model, shown = load_model("neva", encoder="colour-words", objective="caption", sigma=0.1), data.trial(trial)
    trials = [replace(shown, caption=caption) for caption in CAPTIONS]
    paths = {str(t.caption): model.predict([t], max_fixations=4, progress=False)[0] for t in trials}
    return conditions_on_image([], paths, image=shown.image)[0].figure


# ---------------------------------------------------------------- search


def search_section(run: Path) -> Section:
    """Searches of eccNET on displays, and its search slopes beside people's."""
    from gazekit.experiments.asymmetry.results import AsymmetryResults

    write_report(run)
    results, content = AsymmetryResults.load(run), content_of(run, None)
    pictures = [
        figure(searches, "A search of each condition. Gaze starts in the middle; the target is framed.", results),
        figure(slopes, "Reaction times by the number of items: eccNET, and people as published.", results),
    ]
    slopes_table = next(s.html for s in content.sections if s.id == "times").partition("<h3>Search slopes</h3>")[2]
    text = (
        "<p>Among straight lines a curve is found faster than a straight line among curves. <em>eccNET</em>, a network "
        "that sees less finely away from the centre of gaze, searches the same displays. There are "
        f"{demonstration.DISPLAYS} displays of each kind here, 30 in the published experiment: intervals are wide.</p>"
    )
    command = (
        f"gazekit asymmetry --backbone lite0 --experiments {demonstration.EXPERIMENT} --per-size "
        f"{demonstration.DISPLAYS} --no-controls --out runs/search"
    )
    found = next(s for s in results.sentences if s not in results.searcher[0])  # the network is told of in the report
    return section(SEARCH, "Visual search", text, pictures, found, slopes_table, command)


def searches(results: Any) -> Any:
    """One search of each condition."""
    from gazekit.experiments.asymmetry.examples import example_searches
    from gazekit.report.asymmetry import displays_of_run

    return example_searches(results, displays_of_run(results))


def slopes(results: Any) -> Any:
    """Reaction times by set size beside people's."""
    from gazekit import plots

    return plots.reaction_times(results.cells, experiment=next(iter(results.conditions))).figure


# ---------------------------------------------------------------- object search


def object_search_section(run: Path, data: Dataset) -> Section:
    """Paths over a shelf, and how likely OAT finds each object to be fixated next."""
    write_report(run, dataset=data)
    results, content = ShelfResults.load(run), content_of(run, data)
    trial = data.trials[0].id
    pictures = [
        figure(agent_on_shelf, "A simulated searcher looks for the framed cover.", data, trial),
        figure(oat_on_shelf, "OAT on the same shelf, which it has never seen.", data, trial),
        figure(
            next_object,
            "After three fixations: the stronger the tint, the likelier OAT looks there next; the likeliest in %.",
            data, trial,
        ),
    ]  # fmt: skip
    text = (
        "<p><em>OAT</em>, a transformer over objects, predicts which object is fixated next and when search ends. "
        "The network that ships was trained on shelves made by the same program, with other covers.</p>"
    )
    given = " ".join(f"--data-set {k}={v[0] if isinstance(v, list) else v}" for k, v in demonstration.SHELVES.items())
    samples = demonstration.SAMPLES
    command = f"gazekit shelf-search --data shelves {given} --models oat,move --samples {samples} --out runs/shelf"
    tables = score_tables(results, data.name)
    _, of_pairs = groups_of(list(dict.fromkeys(tables.summary["metric"])))[0]
    shown = overview(replace(tables, summary=tables.summary[tables.summary["metric"].isin(of_pairs)]))
    return section(OBJECTS, "Search for an object", text, pictures, content.sentence, KEY + shown, command)


def agent_on_shelf(data: Dataset, trial: str) -> Any:
    """A searcher's path over the objects."""
    from gazekit import plots

    return plots.object_path(data.trial(trial), data.scanpaths.filter(trial=trial)[0]).figure


def oat_on_shelf(data: Dataset, trial: str) -> Any:
    """A path of OAT over the objects."""
    from gazekit import load_model, plots

    path = load_model("oat").predict([data.trial(trial)], progress=False)[0]
    return plots.object_path(data.trial(trial), path).figure


def next_object(data: Dataset, trial: str) -> Any:
    """How likely each object is to be fixated after the first three of a path."""
    from gazekit import plots
    from gazekit.models.oat.inside import look_inside
    from gazekit.models.oat.model import Oat

    model, shown = Oat(), data.trial(trial)
    before = np.asarray(model.predict([shown], progress=False)[0].object_id)[:3]
    inside = look_inside(model, shown, before)
    return plots.attention_over_objects(shown, inside.next_object[-1], before=before).figure


# ---------------------------------------------------------------- inside


def figure(draw: Callable[..., Any], caption: str, *given: Any) -> str:
    """A picture with its caption and the code that draws it."""
    import matplotlib.pyplot as plt

    drawn, picture = draw(*given), io.BytesIO()
    drawn.savefig(picture, format="webp", dpi=190, bbox_inches="tight", pil_kwargs={"quality": 88})
    wide = drawn.get_figwidth() > WIDE
    plt.close(drawn)
    source = f"data:image/webp;base64,{base64.b64encode(picture.getvalue()).decode()}"
    look = " class='wide'" if wide else ""
    return (
        f'<figure{look}><img src="{source}" alt="{escape(caption)}"><figcaption>{escape(caption)}</figcaption>'
        f"<details><summary>Code</summary><pre>{escape(inspect.getsource(draw))}</pre></details></figure>"
    )


def section(run: str, title: str, text: str, pictures: Sequence[str], result: str, table: str, command: str) -> Section:
    """A part of the page: what it is about, pictures, the result, the table, the command and the run's own report."""
    report = f'<a href="{run}/report.html">The report of this run</a>: all scores, every path, methods ready to paste.'
    html = (
        f'{text}<div class="figures">{"".join(pictures)}</div><h3>Result</h3><p>{escape(result)}</p>{table}'
        f'<h3>Make it yourself</h3><pre class="command">{escape(command)}</pre><p>{report}</p>'
    )
    return Section(run, title, html)
