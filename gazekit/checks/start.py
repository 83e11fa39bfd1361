"""Whether the first fixation was imposed, and whether that was said; limits of lengths; sizes of image files."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from gazekit.checks.finding import Finding, NotChecked, Seen
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.files.images import image_file_size
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.search import ALLOWED, limits_of

PATHS = 10
NEAR = 0.1  # of the diagonal
# Within it lie .93 to 1 of first fixations where they were imposed (COCO-Search18, MIT1003, Waldo, object arrays), and
# .10 to .56 where they were not (OSIE, Interiors, book covers, what is made here).
IMPOSED, FREE = 0.8, 0.6
ELSEWHERE = 0.3
BEYOND = 0.2  # share of paths; Interiors, where limits were of saccades, has .06
FILES = 200
ASPECT = 0.02


def check_first_fixation(dataset: Dataset, paths: Scanpaths) -> Iterator[Finding]:
    """Compare what is declared of the first fixation with where it lies."""
    some = paths.lengths >= 2
    if some.sum() < PATHS:
        return
    path = paths.path_of()
    diagonal = np.hypot(paths.table["width"], paths.table["height"]).to_numpy(float)[path]
    rank, of = paths.rank_of(), some[path]

    def near(places: dict[str, tuple[float, float]]) -> tuple[float, float]:
        at = np.array([places[t] for t in paths.table["trial"]], dtype=np.float64).reshape(-1, 2)[path]
        there = np.hypot(paths.x - at[:, 0], paths.y - at[:, 1]) < NEAR * diagonal
        return float(there[of & (rank == 0)].mean()), float(there[of & (rank > 0)].mean())

    middle = {t.id: t.frame.centre for t in dataset.trials}
    first, later = max(near(middle), near({t.id: t.start or middle[t.id] for t in dataset.trials}))
    said = {True: "forced_first=True is declared", False: "forced_first=False is declared", None: "nothing is declared"}
    seen = (
        f"{first:.0%} of first fixations lie near the start or the middle (within {NEAR:.0%} of the diagonal), "
        f"{later:.0%} of later ones; {said[paths.facts.forced_first]}"
    )
    if paths.facts.forced_first is not True and first >= IMPOSED and later < FREE:
        yield Finding(
            "first-fixation",
            "warning",
            seen,
            "the experiment imposed the first fixation, which raises every score of a path that begins there",
            "declare it: Facts(forced_first=True) in Python, a column forced_first of 1 in the table",
        )
    elif paths.facts.forced_first is True and first < ELSEWHERE:
        yield Finding(
            "first-fixation",
            "warning",
            seen,
            "the first fixation is dropped already, or positions are not px of these images",
            "declare forced_first=False, or look at the units of x and y",
        )


def check_first_prediction(dataset: Dataset, paths: Scanpaths) -> Iterator[Finding]:
    """Say where predictions, which declare nothing, begin with the imposed fixation: people's is dropped."""
    for finding in check_first_fixation(dataset, paths):
        yield replace(
            finding,
            probably="the first point is the imposed one, not a prediction; it is scored, and people's paths "
            "are scored without",
            mend="declare it: --forced-first of score, Facts(forced_first=True) in Python, a column forced_first of 1 "
            "in the table (0 if the model chose it)",
        )


def check_limits(dataset: Dataset, paths: Scanpaths) -> Iterator[Finding]:
    """Say where people were allowed another number of fixations than their trial says, or made more.

    Models are held to the trial's limit.
    """
    limits = {t.id: t.max_fixations or np.inf for t in dataset.trials}
    most = np.array([limits[trial] for trial in paths.table["trial"]])
    own = limits_of(paths, dataset.trials)
    other = np.flatnonzero(own != most)
    if len(other):
        first = int(other[0])
        of_trial = f"{most[first]:g}" if np.isfinite(most[first]) else "none"
        yield Finding(
            "limits",
            "warning",
            f"{len(other):,} of {len(paths):,} paths had another limit ({ALLOWED}, {own[other].min():g} to "
            f"{own[other].max():g}) than the max_fixations of their trial (first: {own[first]:g} and "
            f"{of_trial} on {paths.table['stimulus'].iloc[first]!r})",
            "people of several experiments or conditions together: models are held to the trial's limit, and whether "
            "people found a target within their own is another question",
            f"take people of one limit, and that limit for the trials (of Interiors: --data-set {ALLOWED}=12)",
        )
        return
    longer = paths.lengths - int(paths.facts.forced_first is True) > most
    if longer.sum() <= BEYOND * np.isfinite(most).sum():
        return
    first = int(np.flatnonzero(longer)[0])
    yield Finding(
        "limits",
        "warning",
        f"{longer.sum():,} of {np.isfinite(most).sum():,} paths have more fixations than max_fixations (first: "
        f"{paths.lengths[first]} and {most[first]:g} on {paths.table['stimulus'].iloc[first]!r})",
        "a limit that is not that of the experiment: models are held to it, and people were not",
        "give max_fixations as it was, or leave it out",
    )


def check_image_sizes(trials: Sequence[Trial]) -> Seen:
    """Compare the stated size of the shown images with that of their files."""
    files = {t.stimulus: t for t in trials if t.has("image") and not callable(t.image_source)}
    if not files:
        yield NotChecked("image-size", "no image files")
        return
    other, bent, first, looked = 0, 0, "", 0
    for trial in [*files.values()][:FILES]:
        size = _size(trial)
        if size is None:
            continue
        looked += 1
        width, height = trial.frame.size
        if size != (width, height):
            other += 1
            bent += abs(size[0] / size[1] / (width / height) - 1) > ASPECT
            first = first or f"{trial.stimulus!r} is {size[0]} x {size[1]} and stated as {width:g} x {height:g}"
    if not looked:
        yield NotChecked("image-size", "no image file can be read")
    seen = f"{other} of {looked} images have another size in their files than is stated (first: {first})"
    if bent:
        yield Finding(
            "image-size",
            "warning",
            seen,
            "other images than people saw, or width and height of the screen",
            "take the images that were shown, or their size in the columns width and height",
        )
    elif other:
        yield Finding(
            "image-size",
            "note",
            seen,
            "images that were shown larger or smaller than their files; the shape is the same",
            "nothing, if x and y are px of the stated size",
        )


def _size(trial: Trial) -> tuple[int, int] | None:
    source = trial.image_source
    if isinstance(source, np.ndarray):
        return source.shape[1], source.shape[0]
    try:
        return image_file_size(source)  # type: ignore[arg-type]  # neither None nor callable
    except GazekitError:
        return None
    except Exception:
        return None
