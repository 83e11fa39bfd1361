"""The kinds of figures that `gazekit plot` draws, each with the text that says what is seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gazekit.foundations.errors import GazekitError, amount, check_choice, listed

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from gazekit.core.scanpaths import Scanpath, Scanpaths
    from gazekit.core.trials import Trial

LONGEST = 20  # fixations of a search curve
SHOWN = 8  # names in a message


@dataclass(frozen=True)
class Shown:
    """What a figure is made of.

    Parameters
    ----------
    paths : mapping of label to Scanpaths
        The sources asked for, in that order; of one trial where there is one.
    trial : Trial, optional
        The trial that a picture is of.
    trials : sequence of Trial
        All trials that the paths are of.
    tables : path, optional
        Run folder or CSV of a figure of tables.
    options : mapping
        Options of this kind of figure that were given.
    """

    paths: "Mapping[str, Scanpaths]" = field(default_factory=dict)
    trial: "Trial | None" = None
    trials: "tuple[Trial, ...]" = ()
    tables: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def image(self) -> "np.ndarray | None":
        """The shown image, where it is at hand."""
        return self.trial.image if self.trial is not None and self.trial.has("image") else None

    def exactly(self, count: int) -> "dict[str, Scanpath]":
        """The paths, which must be so many, by label.

        Raises
        ------
        GazekitError
            More or fewer; the message names them.
        """
        found = [(label, path) for label, paths in self.paths.items() for path in paths]
        if len(found) != count:
            few = listed([_told_apart(path) for _, path in found], SHOWN)
            raise GazekitError(
                f"this figure is of {'one path' if count == 1 else f'{count} paths'}, and {len(found)} are chosen here "
                f"({few}): say which with --sources"
            )
        labels = [label if len(self.paths[label]) == 1 else _told_apart(path) for label, path in found]
        return {label: path for label, (_, path) in zip(labels, found, strict=True)}


class Drawn(NamedTuple):
    """A figure, and the text for readers who do not see it."""

    figure: Any
    text: str


class Kind(NamedTuple):
    """A kind of figure: how it is drawn, what it is made of, its options, and whether only its width is changed."""

    draw: Callable[[Shown], Drawn]
    of: str  # "trial": the paths of one trial; "paths": those of many; "tables": of a run, or a CSV
    options: tuple[str, ...] = ()
    flat: bool = False


def path_on_trial(trial: "Trial", path: "Scanpath") -> Any:
    """Axes with a path on its picture, with the objects where there are any."""
    from gazekit.plots import object_path, scanpath

    if trial.objects is not None:
        return object_path(trial, path)
    return scanpath(path, image=trial.image if trial.has("image") else None)


# ---------------------------------------------------------------- kinds


def _scanpath(shown: Shown) -> Drawn:
    ((label, path),) = shown.exactly(1).items()
    assert shown.trial is not None  # noqa: S101 -- a kind "of" a trial has one
    return Drawn(path_on_trial(shown.trial, path).figure, f"Scanpath of {label}{_on(shown)}: {_fixations(path)}.")


def _density(shown: Shown) -> Drawn:
    from gazekit.plots import fixation_density

    if len(shown.paths) != 1:
        raise GazekitError(
            f"a density is of one source, and {len(shown.paths)} are chosen here ({', '.join(shown.paths)}): say which "
            f"with --sources"
        )
    ((label, paths),) = shown.paths.items()
    ax = fixation_density(paths, image=shown.image)
    width, height = paths.frame_of(0).size
    inside = int(((paths.x >= 0) & (paths.x <= width) & (paths.y >= 0) & (paths.y <= height)).sum())
    return Drawn(
        ax.figure,
        f"Density of {inside} fixations of {_counted(label, paths)}{_on(shown)}: outlines of the smallest areas that "
        f"hold 25, 50 and 75 % of it.",
    )


def _beside(shown: Shown) -> Drawn:
    from gazekit.core.scanpaths import Scanpath
    from gazekit.plots import scanpaths_beside

    panels = [
        Scanpath(p.x, p.y, p.duration, p.frame, {**p.ids, "source": label})
        for label, paths in shown.paths.items()
        for p in paths
    ]
    axes = scanpaths_beside([], panels, image=shown.image)
    said = "; ".join(f"{_counted(label, paths)}" for label, paths in shown.paths.items())
    return Drawn(axes[0].figure, f"Scanpaths{_on(shown)}, a panel each: {said}.")


def _pair(shown: Shown) -> Drawn:
    from gazekit.metrics import multimatch_alignment, scanmatch_alignment
    from gazekit.plots import scanpath_pair

    (first, a), (second, b) = shown.exactly(2).items()
    how = shown.options.get("alignment", "scanmatch")
    align: dict[str, Any] = {"scanmatch": scanmatch_alignment, "multimatch": multimatch_alignment, "none": None}
    check_choice("--alignment", how, align)
    alignment = None if align[how] is None else align[how](a, b)
    ax = scanpath_pair(a, b, alignment=alignment, image=shown.image, names=(first, second))
    ties = ""
    if alignment is not None:
        aligned = int(((alignment.a >= 0) & (alignment.b >= 0)).sum())
        ties = f" Dotted lines join the {aligned} pairs of {alignment.unit}s that {how} aligns."
    one, other = (f"{name} ({amount(len(path), 'fixation')})" for name, path in ((first, a), (second, b)))
    return Drawn(ax.figure, f"Scanpaths of {one} and {other}{_on(shown)}.{ties}")


def _saccades(shown: Shown) -> Drawn:
    import numpy as np

    from gazekit.metrics.behaviour.saccades import saccades
    from gazekit.plots import saccade_amplitudes, saccade_directions

    of = shown.options.get("of", "amplitudes")
    draw: dict[str, Any] = {"amplitudes": saccade_amplitudes, "directions": saccade_directions}
    check_choice("--of", of, draw)
    sources = dict(shown.paths)
    if all(p.facts.unit == "px" and p.table["px_per_degree"].notna().all() for p in sources.values()):
        sources = {label: paths.to_degrees() for label, paths in sources.items()}
    ax = draw[of](sources)
    said = []
    for label, paths in sources.items():
        found = saccades(paths)
        amplitude = found.amplitude[np.isfinite(found.amplitude)]
        more = f", median {np.median(amplitude):.3g} {paths.facts.unit}" if of == "amplitudes" else ""
        said.append(f"{label} ({len(amplitude)} saccades{more})")
    return Drawn(ax.figure, f"Distributions of saccade {of}: {'; '.join(said)}.")


def _curve(shown: Shown) -> Drawn:
    from gazekit.metrics.behaviour import cumulative_performance, steps_to_target
    from gazekit.plots import search_curve

    boxes = {t.id: box for t in shown.trials if (box := _target_box(t)) is not None}
    if not boxes:
        raise GazekitError(
            "a search curve needs trials with a target, and none that was read says where its target is: give data "
            "that do, --data and --root (in a table of your own: target_x0, target_y0, target_x1, target_y1)"
        )
    limit = min((t.max_fixations for t in shown.trials if t.max_fixations), default=None)
    longest = shown.options.get("fixations")
    if longest is None:
        longest = int(min(LONGEST, limit or LONGEST, max(p.lengths.max(initial=1) for p in shown.paths.values())))
    elif limit is not None and longest > limit:
        raise GazekitError(f"trials here allow {limit} fixations, so a curve has no more; give --fixations {limit}")
    curves = {name: cumulative_performance(steps_to_target(p, boxes), longest) for name, p in shown.paths.items()}
    ax = search_curve(curves)
    said = "; ".join(f"{name} {100 * c.share[-1]:.0f} % of {c.trials} searches" for name, c in curves.items())
    return Drawn(ax.figure, f"Share of searches in which the target was fixated within {longest} fixations: {said}.")


def _forest(shown: Shown) -> Drawn:
    from gazekit.plots import forest

    summary = _table(shown, "summary")
    metric = shown.options.get("metric")
    if metric is None:
        there = list(dict.fromkeys(summary["metric"])) if "metric" in summary else []
        if len(there) != 1:
            raise GazekitError(f"say which metric with --metric; there are {', '.join(map(str, there)) or 'none'}")
        metric = there[0]
    ax = forest(summary, metric=metric)
    rows = summary[summary["metric"] == metric]
    said = "; ".join(f"{r.model} {r.value:.3g} [{r.low:.3g}, {r.high:.3g}]" for r in rows.itertuples())
    return Drawn(ax.figure, f"{metric} with 95 % intervals: {said}.")


def _reaction_times(shown: Shown) -> Drawn:
    from gazekit.plots.asymmetry import by_condition, reaction_time_panels, reaction_times

    cells = _table(shown, "cells")
    rule = ""
    if "stopping" in cells:  # of `gazekit search`
        cells = by_condition(cells)
        rule = f", by the stopping rule {cells['stopping'].iloc[0]}, with the target and without it"
    experiment, model = shown.options.get("experiment"), shown.options.get("model")
    if experiment is None:
        figure: Any = reaction_time_panels(cells, model=model)
        rows, of = cells, ", ".join(dict.fromkeys(cells["experiment"]))
    else:
        figure = reaction_times(cells, experiment=experiment, model=model).figure
        rows, of = cells[cells["experiment"] == experiment], experiment
    name = rows["model"].iloc[0] if model is None else model
    rows = rows[rows["model"] == name]
    return Drawn(
        figure,
        f"Reaction time by set size ({rows['set_size'].min()} to {rows['set_size'].max()} items) of {of}{rule}: {name}"
        f", people where known.",
    )


def _asymmetry(shown: Shown) -> Drawn:
    from gazekit.plots import index_scatter

    indices, model = _table(shown, "indices"), shown.options.get("model")
    ax = index_scatter(indices, model=model)
    rows = indices[indices["model"] == (indices["model"].iloc[0] if model is None else model)]
    rows = rows[rows["human"].notna() & (rows["experiment"] != "mean")]
    said = "; ".join(f"{r.experiment} {r.index:+.2f}, people {r.human:+.2f}" for r in rows.itertuples(index=False))
    return Drawn(ax.figure, f"Asymmetry index of {rows['model'].iloc[0]} against that of people: {said}.")


def _perceived(shown: Shown) -> Drawn:
    from gazekit.models.neva.film import perceived_images
    from gazekit.models.neva.model import Neva
    from gazekit.models.specs import model_from_text
    from gazekit.plots import perceived

    ((label, path),) = shown.exactly(1).items()
    assert shown.trial is not None  # noqa: S101 -- a kind "of" a trial has one
    model = model_from_text(shown.options.get("model", "neva"))
    if not isinstance(model, Neva):
        raise GazekitError(f"--model {model.name} has no fovea; give a neva, with its options as neva:option=value")
    axes = perceived(perceived_images(model, shown.trial, path), path)
    return Drawn(
        axes[0].figure,
        f"What {model.name} perceives of the image during each fixation of {label}{_on(shown)}, {len(path)} panels: "
        f"sharp where gaze was.",
    )


def _attention(shown: Shown) -> Drawn:
    ((label, path),) = shown.exactly(1).items()
    trial = shown.trial
    if trial is None or trial.objects is None:
        raise GazekitError(
            "attention is shared among objects, and this trial has none; give a shelf, as --data shelves"
        )
    from gazekit.core.scanpaths import Scanpaths
    from gazekit.models.oat.inside import look_inside
    from gazekit.models.oat.model import Oat
    from gazekit.models.specs import model_from_text
    from gazekit.plots import attention_over_objects

    model = model_from_text(shown.options.get("model", "oat"))
    if not isinstance(model, Oat):
        raise GazekitError(f"--model {model.name} is no oat; give oat, with its options as oat:option=value")
    ids = Scanpaths.from_paths([path]).to_objects({trial.id: trial.objects.boxes}).object_ids()
    step = shown.options.get("fixations", max(len(ids) - 1, 1))
    if step > len(ids):
        raise GazekitError(f"{label} has {len(ids)} fixations, so there is no step after {step}; give --fixations less")
    weights = look_inside(model, trial, ids[:step]).next_object[-1]
    chosen = int(ids[step]) if step < len(ids) else None
    ax = attention_over_objects(trial, weights, before=ids[:step], chosen=chosen)
    best = int(weights.argmax())
    said = "" if chosen is None else f"; {label} looked at object {chosen} ({100 * weights[chosen]:.0f} %)"
    return Drawn(
        ax.figure,
        f"Where {model.name} expects the next fixation after {step} of {label}{_on(shown)}: most at object {best} "
        f"({100 * weights[best]:.0f} %){said}.",
    )


KINDS = {
    "scanpath": Kind(_scanpath, "trial", ("fixations",)),
    "density": Kind(_density, "trial", ("fixations",)),
    "beside": Kind(_beside, "trial", ("fixations",)),
    "pair": Kind(_pair, "trial", ("alignment", "fixations")),
    "saccades": Kind(_saccades, "paths", ("of", "fixations")),
    "curve": Kind(_curve, "paths", ("fixations",), flat=True),
    "forest": Kind(_forest, "tables", ("metric",), flat=True),
    "reaction-times": Kind(_reaction_times, "tables", ("experiment", "model")),
    "asymmetry": Kind(_asymmetry, "tables", ("model",)),
    "perceived": Kind(_perceived, "trial", ("model", "fixations")),
    "attention": Kind(_attention, "trial", ("model", "fixations")),
}
WHOLE = ("curve", "attention")  # kinds whose `fixations` does not cut the paths


# ---------------------------------------------------------------- inside


def _table(shown: Shown, name: str) -> "pd.DataFrame":
    """A table of a run, or the CSV that was given in its place."""
    from gazekit.report.any_tables import read_csv

    if shown.tables is None:
        raise GazekitError(f"this figure is of the {name}.csv of a run: give a run folder, or such a file")
    file = shown.tables / f"{name}.csv" if shown.tables.is_dir() else shown.tables
    if not file.is_file():
        raise GazekitError(f"there is no {file}; give the folder of a run that has a {name}.csv, or such a file")
    return read_csv(file)


def _target_box(trial: "Trial") -> Any:
    if trial.target_box is None and trial.objects is not None and trial.target_object is not None:
        return trial.objects.boxes[trial.target_object]
    return trial.target_box


def _on(shown: Shown) -> str:
    return "" if shown.trial is None else f" on {shown.trial.stimulus}"


def _fixations(path: "Scanpath") -> str:
    import numpy as np

    ms = path.durations()
    known = f" in {np.nansum(ms) / 1000:.1f} s of fixation" if len(ms) and np.isfinite(ms).all() else ""
    return f"{amount(len(path), 'numbered fixation')}{known}, from {_place(path)}"


def _place(path: "Scanpath") -> str:
    """Where a path begins, in words."""
    import numpy as np

    if not len(path) or not np.isfinite([path.x[0], path.y[0]]).all():
        return "nowhere"
    across, down = path.x[0] / path.frame.width, path.y[0] / path.frame.height
    rows, columns = ("top", "middle", "bottom"), ("left", "centre", "right")
    row, column = (names[int(np.clip(3 * at, 0, 2))] for names, at in ((rows, down), (columns, across)))
    return f"the {row} {column}" if (row, column) != ("middle", "centre") else "the centre"


def _counted(label: str, paths: "Scanpaths") -> str:
    return f"{label} ({amount(len(paths), 'path') if len(paths) != 1 else amount(len(paths[0]), 'fixation')})"


def _told_apart(path: "Scanpath") -> str:
    source, subject = str(path.ids.get("source", "")), str(path.ids.get("subject") or "")
    return f"{source}:{subject or path.ids.get('sample', 0)}"
