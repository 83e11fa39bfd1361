"""From the files of MIT1003 to a data set: which source, which images, which fixations."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

from gazekit.core.card import Card
from gazekit.core.frames import Frame
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList
from gazekit.datasets.published.mit1003 import recordings, redetected
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order, stimulus_name
from gazekit.datasets.published.mit1003.viewing import settle
from gazekit.datasets.published.published_files import need_root
from gazekit.foundations.errors import DataError, GazekitError

Source = Literal["auto", "raw", "redetected"]
TASK = "free viewing"
FIXATIONS_FROM = {
    "raw": "raw gaze, detected by gazekit with the published rule",
    "redetected": "fixations_redetected.csv.gz, detected by a third party",
}


def load(
    root: str | Path,
    *,
    source: Source = "auto",
    first: Literal["keep", "drop"] = "keep",
    missing: Literal["error", "skip"] = "error",
    min_duration: float | None = None,
    px_per_degree: float | None = None,
    outside: Outside = "keep",
) -> Dataset:
    """Read MIT1003.

    Parameters
    ----------
    root : path
        Folder with the images in `ALLSTIMULI/` and either the published raw gaze in `DATA/<subject>/*.mat` or the
        table `fixations_redetected.csv.gz`, then with `image_sizes.csv` for the images that are not there.
    source : {"auto", "raw", "redetected"}
        "raw": find the fixations in the raw gaze, by the published rule. "redetected": take those of the table, which a
        third party made with another rule. "auto": what the folder holds, raw gaze first. The column `fixations_from`
        of the table of scanpaths and the title of the card say which it was.
    first : {"keep", "drop"}
        People had to look at the centre when the image appeared. "keep": every path begins with that fixation (where
        it is missing or on lost gaze, the image's centre stands in for it, counted) and `forced_first=True` is
        declared. "drop": none has it; paths that consist of nothing else are left out.
    missing : {"error", "skip"}
        Whether a folder with part of the recordings, or recordings of an image whose size is not known, is refused, or
        what can be read is read and the rest counted.
    min_duration : float, optional
        Leave out fixations that last less, ms; not the first one. The published rule gives none of 50 ms or less
        but the first, the table has many.
    px_per_degree : float, optional
        Pixels per degree of visual angle; the published files do not say.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the image. Fixations on lost gaze are no points and are always dropped.

    Returns
    -------
    Dataset
        A trial per image, named as published (`i1000274881.jpeg`), in natural order; (x, y) px of the image, durations
        in ms. Images that are not there leave their trials without an image, and are counted.

    Raises
    ------
    DataError
        Neither source is there, part of it is missing, or a file cannot be read; the message names it.
    """
    card = read_card("mit1003")
    root = need_root(root, card)
    source = choose_source(root, source, card)
    images = find_images(root)
    sizes = image_sizes(root, images, card)
    counts: Counter[str] = Counter()
    reader = recordings if source == "raw" else redetected
    paths, shown = PathList(), set()
    for viewing in reader.read_viewings(root, sizes, missing, card, counts):
        shown.add(viewing.stem)
        width, height = sizes[viewing.stem]
        found = settle(viewing, (width / 2, height / 2), first, min_duration, counts)
        if found is not None:
            row = {"stimulus": stimulus_name(viewing.stem), "subject": viewing.subject, "task": TASK}
            paths.add(*found, **row, width=width, height=height, fixations_from=FIXATIONS_FROM[source])
    if not len(paths):
        raise DataError(f"{root} has no recording with a fixation; the folder should hold {card.layout}; {card.where}")
    absent = len(shown - images.keys())
    if absent:
        counts["images that are not in the folder (their trials have none)"] = absent
    scanpaths, beyond = paths.finish(
        replace(card.facts, forced_first=first == "keep"), outside=outside, px_per_degree=px_per_degree
    )
    trials = []
    for stem in natural_order(shown):
        frame = Frame(*sizes[stem], px_per_degree=px_per_degree)
        name = stimulus_name(stem)
        trials.append(Trial(name, name, frame, image_source=images.get(stem), task=TASK, start=frame.centre))
    card = replace(card, title=f"{card.title}; fixations from {FIXATIONS_FROM[source]}")
    dropped = {reason: count for reason, count in {**counts, **beyond}.items() if count}
    return Dataset("mit1003", tuple(trials), scanpaths, card, dropped)


def choose_source(root: Path, source: str, card: Card) -> Literal["raw", "redetected"]:
    """Say which source to read: the one asked for, or the one that is there, raw gaze first.

    Raises
    ------
    GazekitError
        An unknown source.
    DataError
        It is not there.
    """
    if source not in ("auto", "raw", "redetected"):
        raise GazekitError(f"source must be 'auto', 'raw' or 'redetected', not {source!r}")
    raw = bool(recordings.find_recordings(root)) if source != "redetected" else False
    if raw:
        return "raw"
    if source != "raw" and (root / redetected.TABLE).is_file():
        return "redetected"
    wanted = {
        "auto": f"there is no {recordings.FOLDER}/<subject>/*.mat and no {redetected.TABLE}",
        "raw": f"there is no {recordings.FOLDER}/<subject>/*.mat",
        "redetected": f"{redetected.TABLE} is missing",
    }[source]
    raise DataError(
        f"{root} does not hold the data set {card.name!r}: {wanted}; the folder should hold {card.layout}; {card.where}"
    )
