"""`gazekit plot`: each kind of figure from files, data and a run, with its alt text; what is not there is named."""

import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.cli.figures import KINDS
from gazekit.cli.plot import kind_names

STIMULI = ("kitchen.png", "street.png")
PEOPLE = ("anna", "ben", "cy$a$")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with images, people's fixations and two models' predictions of them."""
    place = tmp_path_factory.mktemp("plot")
    (place / "images").mkdir()
    rng = np.random.default_rng(1)
    for name in STIMULI:
        Image.fromarray(rng.integers(0, 256, (60, 80, 3), np.uint8)).save(place / "images" / name)
    rows = [
        (stimulus, person, k, *rng.uniform(5, 55, 2).round(1), 100 + 50 * k)
        for stimulus in STIMULI
        for person in PEOPLE
        for k in range(4)
    ]
    columns = ["stimulus", "subject", "fixation", "x", "y", "duration_ms"]
    boxes = dict(zip(("target_x0", "target_y0", "target_x1", "target_y1"), (0, 0, 40, 60), strict=True))
    pd.DataFrame(rows, columns=columns).assign(**boxes).to_csv(place / "people.csv", index=False)
    rows = [
        (stimulus, model, sample, k, *rng.uniform(5, 55, 2).round(1))
        for stimulus in STIMULI
        for model, samples in (("neva", 2), ("levy", 1))
        for sample in range(samples)
        for k in range(3)
        if (stimulus, model) != (STIMULI[1], "levy")
    ]
    columns = ["stimulus", "source", "sample", "fixation", "x", "y"]
    pd.DataFrame(rows, columns=columns).to_csv(place / "models.csv", index=False)
    return place


@pytest.fixture
def plot(gazekit, place, tmp_path):
    """Draw a figure of the made-up data; gives (exit code, output, error, file)."""
    data = ("--data", place / "people.csv", "--root", place / "images")

    def call(kind, *arguments, name="figure.png", files=("models.csv",), data=data):
        out = tmp_path / name
        code, said, err = gazekit("plot", kind, *(place / f for f in files), *data, *arguments, "--dpi", 60, "-o", out)
        return code, said, err, out

    return call


ON = ("--stimulus", "kitchen")


@pytest.mark.parametrize(
    ("kind", "arguments", "text"),
    [
        ("scanpath", (*ON, "--sources", "human:anna"), r"Scanpath of person anna on kitchen.png: 4 numbered fixations"),
        ("scanpath", (*ON, "--sources", "levy", "--fixations", 2), r"Scanpath of levy on kitchen.png: 2 numbered"),
        ("density", ON, r"Density of 12 fixations of people \(3 paths\) on kitchen.png"),
        ("beside", (*ON, "--sources", "human:ben,neva:1"), r"each: person ben \(4 fixations\); neva, sample 1 \(3 fix"),
        ("pair", (*ON, "--sources", "human:anna,human:cy$a$"), r"anna \(4 fixations\) and person cy\$a\$ .* scanmatch"),
        ("pair", (*ON, "--sources", "human:anna,levy", "--alignment", "multimatch"), r"pairs of saccades that multim"),
        ("pair", (*ON, "--sources", "neva", "--alignment", "none"), r"Scanpaths of neva:0 .* and neva:1"),
        ("saccades", ("--sources", "human,neva"), r"amplitudes: people \(18 saccades, median .* neva \(8 saccades"),
        ("saccades", ("--of", "directions", *ON), r"directions: people \(9 saccades\); neva \(4 sac.*levy \(2 sac"),
        ("curve", ("--sources", "human,neva"), r"within 4 fixations: people \d+ % of 6 searches; neva \d+ % of 4"),
    ],
)
def test_a_figure_and_its_alt_text(plot, kind, arguments, text):
    code, said, err, out = plot(kind, *arguments)
    assert code == 0, err
    alt = next(line for line in said.splitlines() if line.startswith("alt text: "))
    assert re.search(text, alt), alt
    with Image.open(out) as picture:
        assert picture.width == int(85 / 25.4 * 60)
        assert picture.info["Description"] == alt.removeprefix("alt text: ")
        assert np.ptp(np.asarray(picture.convert("L"))) > 100


def test_a_figure_of_a_page_keeps_its_shape(plot):
    code, _, err, out = plot("pair", *ON, "--sources", "human:anna,levy", "--width", "page", name="figure.svg")
    assert code == 0, err
    width, height = (float(side) for side in re.findall(r'(?:width|height)="([0-9.]+)pt"', out.read_text())[:2])
    assert round(width) == round(170 / 25.4 * 72)
    assert 0.7 < height / width < 0.9  # of 80 x 60 px, with a key below


def test_sources_are_compared_on_the_same_trials(plot):
    code, said, err, _ = plot("saccades", "--sources", "human,levy")
    assert code == 0, err
    assert "1 trial has paths of all sources; 1 other left out" in said
    assert "people (9 saccades" in said


def test_amplitudes_are_in_degrees_where_that_is_known(plot):
    _, in_px, _, _ = plot("saccades", "--sources", "human", files=())
    _, in_degrees, _, _ = plot(
        "saccades", "--sources", "human", "--data-set", "px_per_degree=10", files=(), name="b.png"
    )
    px, degrees = (re.search(r"median ([0-9.]+) (px|degrees)", said).groups() for said in (in_px, in_degrees))
    assert (px[1], degrees[1]) == ("px", "degrees")
    assert float(px[0]) == pytest.approx(10 * float(degrees[0]), rel=0.01)


def test_a_file_of_paths_needs_no_data(plot, place):
    code, said, err, _ = plot("scanpath", *ON, "--sources", "levy", data=("--root", place / "images"))
    assert code == 0, err
    assert "Scanpath of levy on kitchen.png" in said
    sized = pd.read_csv(place / "models.csv").assign(width=80, height=60)
    sized.to_csv(place / "sized.csv", index=False)
    code, _, err, _ = plot("density", *ON, "--sources", "neva", files=("sized.csv",), data=(), name="b.png")
    assert code == 0, err
    assert "the image kitchen.png is not at hand, so it is not in the figure; give --root" in err


def test_a_run_folder_says_what_it_is_of(gazekit, plot, place, tmp_path):
    few = ("--models", "uniform", "--metrics", "scanmatch", "--samples", 1, "--no-nulls", "--resamples", 100)
    data = ("--data", place / "people.csv", "--root", place / "images")
    assert gazekit("evaluate", *data, *few, "--quiet", "--out", place / "run")[0] == 0
    code, said, err, _ = plot("beside", *ON, "--sources", "human:anna,uniform:0", files=("run",), data=())
    assert code == 0, err
    assert "person anna (4 fixations); uniform, sample 0" in said
    code, said, err, _ = plot("forest", files=("run",), data=(), name="forest.png")
    assert code == 0, err
    assert "scanmatch with 95 % intervals: human" in said
    other = pd.read_csv(place / "people.csv").assign(x=lambda t: t["x"] + 1)
    other.to_csv(tmp_path / "other.csv", index=False)
    code, _, err, _ = plot(
        "density",
        *ON,
        files=("run",),
        data=("--data", tmp_path / "other.csv", "--root", place / "images"),
        name="c.png",
    )
    assert code == 2
    assert "the data that were read are not those of the run" in err
    (place / "people.csv").rename(place / "away.csv")
    code, said, err, _ = plot("scanpath", *ON, "--sources", "uniform", files=("run",), data=(), name="d.png")
    (place / "away.csv").rename(place / "people.csv")
    assert code == 0, err
    assert "without scanpaths of people" in err
    assert "the image kitchen.png is not at hand" in err


def test_tables_of_search_asymmetry(plot, place):
    columns = ["model", "experiment", "condition", "set_size", "rt", "sem", "human"]
    rows = [("eccnet", e, c, n, 9.0 * n, 5.0, 8.0 * n) for e in "ef" for c in "xy" for n in (1, 4)]
    pd.DataFrame(rows, columns=columns).to_csv(place / "cells.csv", index=False)
    for more in ((), ("--experiment", "e")):
        code, said, err, _ = plot("reaction-times", *more, files=("cells.csv",), data=(), name=f"{len(more)}.png")
        assert code == 0, err
        assert "(1 to 4 items) of e" in said
    columns = ["model", "experiment", "index", "low", "high", "human", "published_eccnet"]
    pd.DataFrame([("eccnet", "e", 0.5, 0.2, 0.7, 0.81, 1.0)], columns=columns).to_csv(place / "i.csv", index=False)
    code, said, err, _ = plot("asymmetry", files=("i.csv",), data=())
    assert code == 0, err
    assert "Asymmetry index of eccnet against that of people: e +0.50, people +0.81." in said


def test_tables_of_a_search_of_ones_own(plot, place):
    """Of two stopping rules the one that was asked for is drawn, of one model."""
    names = ["stopping", "model", "condition", "target", "set_size", "rt", "low", "high"]
    rows = [
        (rule, m, c, t, n, 100.0 * n, 90.0 * n, 110.0 * n)
        for rule in ("all-items", "people")
        for m in ("eccnet", "other")
        for c in ("ring", "bar")
        for t in ("present", "absent")
        for n in (4, 8)
    ]
    table = pd.DataFrame(rows, columns=names).assign(human=300.0, human_low=250.0, human_high=350.0)
    table.to_csv(place / "own.csv", index=False)
    said = {}
    for more in ((), ("--experiment", "bar"), ("--model", "other")):
        code, said[more], err, _ = plot("reaction-times", *more, files=("own.csv",), data=(), name=f"{more}.png")
        assert code == 0, err
    assert "(4 to 8 items) of ring, bar, by the stopping rule people" in said[()]
    assert "items) of bar, by" in said["--experiment", "bar"]
    assert "without it: other, people" in said["--model", "other"]
    wrong = {("--model", "othr"): "did you mean 'other'", ("--experiment", "bra"): "did you mean 'bar'"}
    for more, message in wrong.items():
        code, _, err, _ = plot("reaction-times", *more, files=("own.csv",), data=(), name="x.png")
        assert code == 2
        assert message in err
    (place / "bare.csv").write_text("model,rt\nm,3\n")
    code, _, err, _ = plot("reaction-times", files=("bare.csv",), data=(), name="y.png")
    assert code == 2
    assert "the table has no column 'experiment'; it has model, rt" in err


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("scanpth", ON, "there is no kind of figure called 'scanpth'; did you mean 'scanpath'?"),
        ("scanpath", ON, "this figure is of one path, and 6 are chosen here (human:anna, human:ben, human:cy$a$, neva"),
        ("scanpath", (), "the data 'own' have 2 stimuli (kitchen.png, street.png): say which with --stimulus"),
        ("scanpath", ("--stimulus", "kitchn"), "have no stimulus 'kitchn' (nearest: 'kitchen.png')"),
        ("scanpath", ("--trial", "kitchn.png"), "have no trial 'kitchn.png' (nearest: 'kitchen.png')"),
        (
            "pair",
            (*ON, "--sources", "human:dora,levy"),
            "'human' has no 'dora' on kitchen.png; it has anna, ben, cy$a$",
        ),
        ("pair", (*ON, "--sources", "neva:7,levy"), "'neva' has no '7' on kitchen.png; it has 0, 1"),
        ("pair", (*ON, "--sources", "oat,levy"), "no source 'oat' on kitchen.png; there are 'human', 'neva', 'levy'"),
        ("beside", (*ON, "--sources", "levy,levy"), "--sources levy is given twice; give it once"),
        ("beside", ("--stimulus", "street", "--sources", "levy"), "no source 'levy' on street.png; there are 'human'"),
        ("density", (*ON, "--sources", "human,levy"), "a density is of one source, and 2 are chosen here"),
        ("pair", (*ON, "--alignment", "dtw", "--sources", "human:anna,levy"), "--alignment must be one of 'scanmatch'"),
        ("saccades", ("--of", "durations"), "--of must be one of 'amplitudes', 'directions', not 'durations'"),
        ("density", (*ON, "--alignment", "none"), "--alignment is not an option of density; it is of pair"),
        ("density", (*ON, "--width", "wide"), "--width takes column, page or 20mm to 1000mm, not 'wide'"),
        ("forest", (), "forest is of a run's tables; leave out --data"),
        ("attention", (*ON, "--sources", "levy"), "attention is shared among objects, and this trial has none"),
    ],
)
def test_mistakes_end_in_one_sentence(plot, kind, arguments, message):
    code, _, err, out = plot(kind, *arguments)
    assert code == 2
    assert message in err
    assert not out.exists()


def test_a_file_that_is_named_twice_is_refused(plot):
    """Its paths were drawn twice."""
    code, _, err, out = plot("saccades", files=("models.csv", "models.csv"))
    assert (code, out.exists()) == (2, False)
    assert "models.csv is given twice: what it holds would count twice; name it once" in err


def test_files_that_are_not_there_or_would_be_lost(plot, place):
    assert "must end in .png, .jpg, .pdf or .svg" in plot("density", *ON, name="figure.gif")[2]
    assert "does not exist; make it first" in plot("density", *ON, name="no/figure.png")[2]
    assert plot("density", *ON)[0] == 0
    assert "exists already; give --overwrite" in plot("density", *ON)[2]
    assert plot("density", *ON, "--overwrite")[0] == 0
    assert "plot needs a run folder, files of paths, or --data" in plot("density", files=(), data=(), name="a.png")[2]
    assert "is not a run folder" in plot("density", files=("images",), data=(), name="a.png")[2]
    assert "one run folder, or files" in plot("density", files=("images", "models.csv"), data=(), name="a.png")[2]
    assert "forest is of the tables of one run" in plot("forest", files=(), data=(), name="a.png")[2]
    said = plot("forest", files=("nothing",), data=(), name="a.png")[2]
    assert "nothing; give the folder of a run that has a summary.csv, or such a file" in said


def test_a_curve_is_of_searches(gazekit, place, tmp_path):
    people = pd.read_csv(place / "people.csv")
    people.assign(max_fixations=3).to_csv(tmp_path / "limited.csv", index=False)
    people[["stimulus", "subject", "fixation", "x", "y"]].to_csv(tmp_path / "free.csv", index=False)

    def curve(name, *more):
        out = tmp_path / "curve.png"
        return gazekit("plot", "curve", "--data", tmp_path / name, "--root", place / "images", *more, "-o", out)

    assert "none that was read says where its target is: give data that do, --data and" in curve("free.csv")[2]
    assert "trials here allow 3 fixations, so a curve has no more" in curve("limited.csv", "--fixations", 4)[2]
    assert "within 3 fixations" in curve("limited.csv")[1]


def test_kinds_are_completed():
    assert kind_names("s") == ["scanpath", "saccades"]
    assert kind_names("") == list(KINDS)
