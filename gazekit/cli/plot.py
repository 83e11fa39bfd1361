"""`gazekit plot`: a figure for a paper of paths of a run, of a file or of a data set."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.figures import KINDS, SHOWN, WHOLE, Kind, Shown
from gazekit.cli.import_predictions import read_predictions
from gazekit.cli.loading import load, say_dropped
from gazekit.cli.options import PerhapsNamed, Replace, RowOptions, ScreenOptions, TableOptions, names_in
from gazekit.cli.outputs import check_output
from gazekit.cli.report import dataset_of_run
from gazekit.cli.texts import names
from gazekit.foundations.errors import GazekitError, UnknownNameError, amount, listed

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.core.trials import Dataset, Trial

WIDTHS = {"column": 85.0, "page": 170.0}  # mm
PATHS = ("predictions.parquet", "scanpaths.parquet")  # of a run


kind_names = names_in("gazekit.cli.figures", "KINDS")


@dataclass(frozen=True, kw_only=True)
class Plotted(ScreenOptions, RowOptions, TableOptions, PerhapsNamed):
    """Scanpaths of one's own; --stimulus is what is drawn."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is drawn."""

    stimulus: Annotated[str | None, typer.Option(help="The image; needed where there are several.")] = None
    trial: Annotated[str | None, typer.Option(help="The trial, where an image has several.")] = None
    sources: Annotated[
        str | None, typer.Option(help="SOURCE, SOURCE:PERSON or SOURCE:SAMPLE, as human:anna,neva:0.")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """Options that some kinds have."""

    alignment: Annotated[
        str | None,
        typer.Option(help="For pair: what is joined, by scanmatch (fixations), multimatch (saccades) or none."),
    ] = None
    of: Annotated[str | None, typer.Option(help="For saccades: amplitudes or directions.")] = None
    metric: Annotated[str | None, typer.Option(help="For forest: which metric.")] = None
    experiment: Annotated[
        str | None, typer.Option(help="For reaction-times: which experiment or condition; default all.")
    ] = None
    model: Annotated[
        str | None,
        typer.Option(help="For perceived a neva, for attention an oat; for other kinds a row of the tables."),
    ] = None
    fixations: Annotated[int | None, typer.Option(min=1, help="Only the first N fixations of each path.")] = None

    def of_kind(self, name: str) -> dict[str, Any]:
        """The options given, which must be this kind's.

        Raises
        ------
        GazekitError
            One that it does not have.
        """
        given = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) is not None}
        for option in given:
            if option not in KINDS[name].options:
                has = [kind for kind, each in KINDS.items() if option in each.options]
                raise GazekitError(f"--{option} is not an option of {name}; it is of {', '.join(has)}")
        return given


def plot_command(
    *,
    kind: Annotated[str, typer.Argument(autocompletion=kind_names, help=f"{', '.join(KINDS)}.")],
    what: Annotated[
        list[Path] | None, typer.Argument(help="A run folder, or files of paths; people's data alone need none.")
    ] = None,
    given: Plotted,
    chosen: Chosen,
    look: Look,
    width: Annotated[str, typer.Option(help="column (85 mm), page (170 mm) or a width, 90mm.")] = "column",
    dpi: Annotated[int, typer.Option(min=50, max=1200, help="Dots per inch of .png and .jpg.")] = 300,
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: .pdf, .svg, .png or .jpg.")],
    overwrite: Replace = False,
) -> None:
    """Draw a figure for a paper: scanpaths, densities, pairs, saccades, search curves, scores. Prints its alt text.

    Example: gazekit plot scanpath --data osie --root data/osie --stimulus 1250.jpg --sources human:2 -o path.pdf

    Example: gazekit plot beside runs/osie --stimulus 1250.jpg --sources human:2,ittikoch:0 --width page -o beside.svg

    Fonts are embedded, text is 6 pt or more at every width. A forced first fixation is left out, as in scores.
    """
    from gazekit.plots.saving import check_picture, drawing, save_figure

    if kind not in KINDS:
        raise UnknownNameError("kind of figure", kind, KINDS)
    millimetres = width_mm(width)
    options = look.of_kind(kind)
    check_picture(out, "-o")
    check_output(out, overwrite=overwrite)
    shown = material(kind, KINDS[kind], what or [], given, chosen, options)
    with drawing():
        drawn = KINDS[kind].draw(shown)
        across, up = drawn.figure.get_size_inches()
        new = millimetres / 25.4
        drawn.figure.set_size_inches(new, up if KINDS[kind].flat else up * new / across)
        save_figure(drawn.figure, out, dpi=dpi, text=drawn.text)
    typer.echo(f"alt text: {drawn.text}")
    typer.echo(f"{kind}, {millimetres:g} mm wide, written to {out}")


def width_mm(text: str) -> float:
    """Read a width.

    Examples
    --------
    >>> width_mm("column"), width_mm("90mm")
    (85.0, 90.0)
    """
    if text in WIDTHS:
        return WIDTHS[text]
    number = text.removesuffix("mm").strip()
    if not number.replace(".", "", 1).isdigit() or not 20 <= float(number) <= 1000:
        raise GazekitError(f"--width takes column, page or 20mm to 1000mm, not {text!r}")
    return float(number)


def material(name: str, kind: Kind, what: list[Path], given: Plotted, chosen: Chosen, options: Any) -> Shown:
    """Read what a figure is made of."""
    if kind.of == "tables":
        said = [f"--{f.name}" for f in fields(chosen) if getattr(chosen, f.name) is not None]
        said += ["--data"] * (given.data is not None)
        if said:
            raise GazekitError(f"{name} is of a run's tables; leave out {', '.join(said)}")
        if len(what) != 1:
            raise GazekitError(f"{name} is of the tables of one run: give its folder, or the CSV itself")
        return Shown(tables=what[0], options=options)
    dataset, paths = gaze(what, given)
    trials = list(dataset.trials)
    if kind.of == "trial" or chosen.stimulus is not None or chosen.trial is not None:
        trials = of_stimulus(dataset, chosen)
        if kind.of == "trial" and len(trials) > 1:
            few = ", ".join(t.id for t in trials[:SHOWN])
            raise GazekitError(f"{trials[0].stimulus!r} is shown in {len(trials)} trials ({few}): say which, --trial")
    paths = paths.filter(trial=[t.id for t in trials])
    default = "human" if name == "density" and (paths.table["source"] == "human").any() else None
    parts = of_sources(paths, chosen.sources or default, trials[0].stimulus if len(trials) == 1 else dataset.name)
    if "fixations" in options and name not in WHOLE:
        parts = {label: part.truncate(options["fixations"]) for label, part in parts.items()}
    if kind.of == "paths":
        parts = on_common_trials(parts)
    one = trials[0] if kind.of == "trial" else None
    if one is not None and not one.has("image"):
        typer.echo(f"the image {one.stimulus} is not at hand, so it is not in the figure; give --root", err=True)
    return Shown(parts, one, tuple(trials), options=options)


def gaze(what: list[Path], given: Plotted) -> "tuple[Dataset, Scanpaths]":
    """The trials, and all paths that may be drawn: people's, a run's, those of files."""
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.evaluation.preparation import prepare_humans, prepare_predictions
    from gazekit.evaluation.score_file import named_sources
    from gazekit.files.untrusted import check_each_once

    predicted: Scanpaths | None = None
    if any(each.is_dir() for each in what):
        if len(what) > 1:
            raise GazekitError("plot takes one run folder, or files of paths; give one of them")
        given.refuse_options(what[0])
        dataset, predicted = of_run(what[0], given)
    elif given.data is not None:
        check_each_once(what)
        dataset = given.read()
        read = [part for file in what for part in named_sources(read_predictions([file], dataset).paths)]
        parts = [part.replace(table=part.table.assign(source=name)) for name, part in read]
        predicted = Scanpaths.concat(parts) if parts else None
    elif what:
        dataset = load([str(file) for file in what], given.root, "keep", given.options)
        say_dropped(dataset.name, dataset.dropped)
    else:
        raise GazekitError("plot needs a run folder, files of paths, or --data")
    if not len(dataset.scanpaths):
        return dataset, dataset.scanpaths if predicted is None else predicted
    people = prepare_humans(dataset)
    for note in people.notes:
        typer.echo(note)
    if predicted is None:
        return dataset, people.paths
    return dataset, Scanpaths.concat([people.paths, prepare_predictions(predicted, people.paths, dataset)])


def of_run(folder: Path, given: Plotted) -> "tuple[Dataset, Scanpaths]":
    """The data and the paths of a run; trials without images and people where the data are not at hand.

    Raises
    ------
    GazekitError
        A run without paths, or other data than it was made of.
    """
    from gazekit.core.trials import Dataset, Trial
    from gazekit.experiments.captions.observations import image_by_image

    manifest, predicted = run_paths(folder)
    dataset = dataset_of_run(folder, given.data, given.root)
    if dataset is None:
        first = predicted.table.drop_duplicates("trial")
        trials = tuple(Trial(row.trial, row.stimulus, predicted.frame_of(row.Index)) for row in first.itertuples())
        return Dataset(folder.name, trials, predicted[[]]), predicted
    captions = manifest["kind"] == "captions"
    if captions:  # the run has a trial per image, the data set one per caption
        dataset = image_by_image(dataset).images
    scored = (manifest["request"].get("data") or {}).get("sha256")
    if scored is None or dataset.fingerprint() == scored:
        return dataset, predicted
    if not captions:
        raise GazekitError(
            f"the data that were read are not those of the run in {folder}: their hash differs; give --data and --root "
            f"of the data that it was made with"
        )
    typer.echo(f"{folder} was compared with other people than {dataset.name} has: people are not drawn", err=True)
    dataset = replace(dataset, scanpaths=dataset.scanpaths[[]])
    return dataset, predicted


def run_paths(folder: Path) -> "tuple[dict[str, Any], Scanpaths]":
    """The manifest of a finished run, and its predictions.

    Raises
    ------
    GazekitError
        A run without paths.
    """
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.runs.manifest import read_finished

    manifest = read_finished(folder)
    file = next((folder / name for name in PATHS if (folder / name).is_file()), None)
    if file is None:
        raise GazekitError(f"{folder} holds no paths ({', '.join(PATHS)}); give the folder of an evaluation")
    return manifest, Scanpaths.load(file)


def on_common_trials(parts: "dict[str, Scanpaths]") -> "dict[str, Scanpaths]":
    """The paths of trials that all sources have, so that no two are compared on different images; others are counted.

    Raises
    ------
    GazekitError
        There is no such trial.
    """
    trials = [set(part.table["trial"]) for part in parts.values()]
    common, every = set.intersection(*trials), set.union(*trials)
    if not common:
        raise GazekitError(f"no trial has paths of all of {', '.join(parts)}; choose others with --sources")
    if len(common) < len(every):
        shown, left = len(common), len(every) - len(common)
        typer.echo(
            f"{amount(shown, 'trial has', 'trials have')} paths of all sources; {amount(left, 'other')} left out"
        )
    return {label: part.filter(trial=common) for label, part in parts.items()}


def of_stimulus(dataset: "Dataset", chosen: Chosen) -> "list[Trial]":
    """The trials of the stimulus, or the trial, that was asked for; of the only one where nothing was.

    Raises
    ------
    GazekitError
        None was asked for and there are several; it is not there.
    """
    from gazekit.core.stimulus_names import match_names, nearest

    trials = list(dataset.trials)
    if chosen.stimulus is not None:
        found = match_names([chosen.stimulus], dataset.stimuli)
        if not found:
            raise GazekitError(
                f"the data {dataset.name!r} have no stimulus {nearest([chosen.stimulus], dataset.stimuli)}"
            )
        trials = [t for t in trials if t.stimulus == found[chosen.stimulus]]
    if chosen.trial is not None:
        ids = [t.id for t in trials]
        if chosen.trial not in ids:
            raise GazekitError(f"the data {dataset.name!r} have no trial {nearest([chosen.trial], ids)}")
        return [t for t in trials if t.id == chosen.trial]
    stimuli = list(dict.fromkeys(t.stimulus for t in trials))
    if len(stimuli) > 1:
        few = listed(stimuli, SHOWN)
        raise GazekitError(f"the data {dataset.name!r} have {len(stimuli)} stimuli ({few}): say which with --stimulus")
    return trials


def of_sources(paths: "Scanpaths", text: str | None, where: str) -> "dict[str, Scanpaths]":
    """The paths of each source that was asked for, by the name that a figure gives it; all where nothing was.

    Raises
    ------
    GazekitError
        There is no such source, person or sample; the message names those that there are.
    """
    there = list(dict.fromkeys(paths.table["source"]))
    if not there:
        raise GazekitError(f"there is no scanpath on {where}")
    found: dict[str, Scanpaths] = {}
    for item in there if text is None else names(text, "--sources"):
        source, who = (item, None) if item in there else item.rpartition(":")[::2]
        if source not in there:
            raise GazekitError(f"there is no source {item!r} on {where}; there are {', '.join(map(repr, there))}")
        part = paths.filter(source=source)
        label = "people" if source == "human" else source
        if who is not None:
            part, label = one_of(part, source, who, where)
        if label in found:
            raise GazekitError(f"--sources names {label!r} twice; give each once")
        found[label] = part
    return found


def one_of(part: "Scanpaths", source: str, who: str, where: str) -> "tuple[Scanpaths, str]":
    """The paths of a person, or of a sample, and their name."""
    for column, kind in (("subject", "person"), ("sample", "sample"))[: 1 if source == "human" else 2]:
        values = part.table[column].astype(str)
        if (values == who).any():
            people = f"{kind} {who}"
            return part.filter((values == who).to_numpy()), people if source == "human" else f"{source}, {people}"
    subjects = [s for s in dict.fromkeys(part.table["subject"]) if s]
    known = list(map(str, subjects or dict.fromkeys(part.table["sample"])))
    raise GazekitError(f"{source!r} has no {who!r} on {where}; it has {listed(known, SHOWN)}")
