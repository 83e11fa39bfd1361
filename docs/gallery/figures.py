"""Make the pictures of docs/gallery.md from real data and committed results.

Run from the project's root, with the data sets beside it: python docs/gallery/figures.py [NAME ...]
Folders of data are read from GAZEKIT_DATA (default ../shared/data). Without names all pictures are made, in about two
minutes.
"""

# ruff: noqa: D103 (each function is named after its picture)
import os
import sys
from functools import cache
from pathlib import Path

import matplotlib as mpl
import pandas as pd

mpl.use("agg")

from gazekit import Dataset, Scanpath, Scanpaths, load_dataset, plots
from gazekit.metrics import multimatch_alignment, scanmatch_alignment
from gazekit.metrics.behaviour import cumulative_performance, steps_to_target
from gazekit.models import load_model

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("GAZEKIT_DATA", "../shared/data"))
RESULTS = HERE.parent / "results"
LARGEST = 150_000  # bytes
STIMULUS, PERSON = "1250.jpg", 1
PAIR_STIMULUS, PAIR = "1150.jpg", (2, 14)


@cache
def osie() -> Dataset:
    return load_dataset("osie", DATA / "osie")


@cache
def interiors() -> Dataset:
    return load_dataset("interiors", DATA / "interiors")


def people(stimulus: str = STIMULUS) -> Scanpaths:
    return osie().scanpaths.filter(stimulus=stimulus)


def image(stimulus: str = STIMULUS):
    return next(t for t in osie().trials if t.stimulus == stimulus).image


def predictions(name: str, stimuli: int = 60) -> Scanpaths:
    model = load_model(name).fit(osie())
    return model.predict(osie().trials[:stimuli], n_samples=5, progress=False)


def scanpath():
    return plots.scanpath(people()[PERSON], image=image())


def scanpaths_beside():
    model = load_model("ittikoch").fit(osie())
    trial = next(t for t in osie().trials if t.stimulus == STIMULUS)
    return plots.scanpaths_beside([people()[PERSON]], model.predict([trial], progress=False), image=trial.image)[0]


def pair(align):
    a, b = (people(PAIR_STIMULUS)[k] for k in PAIR)
    names = ("a person", "another person")
    return plots.scanpath_pair(a, b, alignment=align(a, b), image=image(PAIR_STIMULUS), names=names)


def pair_scanmatch():
    return pair(scanmatch_alignment)


def pair_multimatch():
    return pair(multimatch_alignment)


def fixation_density():
    return plots.fixation_density(people(), image=image())


def sources() -> dict[str, Scanpaths]:
    return {"people": osie().scanpaths, **{name: predictions(name) for name in ("centre", "ittikoch", "levy")}}


def saccade_amplitudes():
    return plots.saccade_amplitudes(sources())


def saccade_directions():
    return plots.saccade_directions(sources())


def forest():
    return plots.forest(pd.read_csv(RESULTS / "runs" / "osie" / "summary.csv"), metric="scanmatch")


def search_curve():
    data = interiors()
    boxes = {t.id: t.target_box for t in data.trials}
    found = {"people": data.scanpaths}
    for name in ("eccnet", "centre", "other-image"):
        model = load_model(name)
        model = model.fit(data) if hasattr(model, "fit") else model
        found[name] = model.predict(data.trials, progress=False)
    return plots.search_curve(
        {name: cumulative_performance(steps_to_target(paths, boxes), 12) for name, paths in found.items()}
    )


def reaction_times():
    cells = pd.read_csv(RESULTS / "asymmetry" / "squeezenet-cells.csv")
    return plots.reaction_times(cells, experiment="curvature")


def index_scatter():
    return plots.index_scatter(pd.read_csv(RESULTS / "asymmetry" / "squeezenet-indices.csv"))


def perceived():
    from gazekit.models.neva.film import perceived_images

    trial = next(t for t in osie().trials if t.stimulus == STIMULUS)
    path = people()[PERSON]
    path = Scanpath(path.x[:5], path.y[:5], None, path.frame)
    return plots.perceived(perceived_images(load_model("neva"), trial, path, side=300), path)[0]


@cache
def shelves() -> Dataset:
    return load_dataset("shelves", layouts=["4x8"], covers="test", scenes=1, agents=9)


def searcher():
    """The path of middle length on the first shelf."""
    found = shelves().scanpaths.to_objects(shelves().object_boxes()).filter(trial=shelves().trials[0].id)
    return sorted(found, key=len)[len(found) // 2]


def object_path():
    return plots.object_path(shelves().trials[0], searcher())


def attention_over_objects():
    from gazekit.models.oat.inside import look_inside

    trial = shelves().trials[0]
    *before, chosen = searcher().object_id[:4].tolist()
    inside = look_inside(load_model("oat"), trial, before)
    return plots.attention_over_objects(trial, inside.next_object[-1], before=before, chosen=chosen)


FIGURES = {
    function.__name__: function
    for function in (
        scanpath,
        scanpaths_beside,
        pair_scanmatch,
        pair_multimatch,
        fixation_density,
        saccade_amplitudes,
        saccade_directions,
        forest,
        search_curve,
        reaction_times,
        index_scatter,
        perceived,
        object_path,
        attention_over_objects,
    )
}
CHARTS = {saccade_amplitudes, saccade_directions, forest, search_curve, reaction_times, index_scatter}


def main() -> None:
    import matplotlib.pyplot as plt

    for name in sys.argv[1:] or FIGURES:
        figure = FIGURES[name]().figure
        photograph = FIGURES[name] not in CHARTS
        file = HERE / f"{name}.{'jpg' if photograph else 'png'}"
        options = {"pil_kwargs": {"quality": 85}} if photograph else {"metadata": {"Software": None}}
        figure.savefig(file, dpi=200, **options)
        plt.close(figure)
        if file.stat().st_size > LARGEST:
            raise SystemExit(f"{file} has {file.stat().st_size} bytes, more than {LARGEST}")


if __name__ == "__main__":
    main()
