"""From the files of MIT1003 to a data set: which source, which images, which fixations."""

from dataclasses import replace
from typing import Literal

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003 import recordings
from gazekit.datasets.published.mit1003.recordings import settle
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order, stimulus_name
from gazekit.foundations.errors import DataError

Source = Literal["auto", "raw", "redetected"]
TASK = "free viewing"
FIXATIONS_FROM = {
    "raw": "raw gaze, detected by gazekit with the published rule",
    "redetected": "fixations_redetected.csv.gz, detected by a third party",
}


def load(
    folder: PublishedFolder,
    *,
    source: Source = "auto",
    first: Literal["keep", "drop"] = "keep",
    missing: Literal["error", "skip"] = "error",
    min_duration: float | None = None,
) -> Dataset:
    """Read MIT1003.

    Parameters
    ----------
    folder : PublishedFolder
        With the images in `ALLSTIMULI/` and either the published raw gaze in `DATA/<subject>/*.mat` or the table
        `fixations_redetected.csv.gz`, then with `image_sizes.csv` for the images that are not there.
    source : {"auto", "raw", "redetected"}
        "raw": find the fixations in the raw gaze, by the published rule. "redetected": take those of the table, which a
        third party made with another rule. "auto": what the folder holds, raw gaze first. The column `fixations_from`
        of the table of scanpaths and the title of the card say which it was.
    first : {"keep", "drop"}
        People had to look at the centre when the image appeared. "keep": every path begins with that fixation (where it
        is missing or on lost gaze, the image's centre stands in for it, counted) and `forced_first=True` is declared.
        "drop": none has it; paths that consist of nothing else are left out.
    missing : {"error", "skip"}
        Whether a folder with part of the recordings, or recordings of an image whose size is not known, is refused, or
        what can be read is read and the rest counted.
    min_duration : float, optional
        Leave out fixations that last less, ms; not the first one. The published rule gives none of 50 ms or less but
        the first, the table has many.

    Returns
    -------
    Dataset
        A trial per image, named as published (`i1000274881.jpeg`), in natural order; (x, y) px of the image, durations
        in ms. Fixations on lost gaze are no points and are always dropped. Images that are not there leave their trials
        without an image, and are counted.

    Raises
    ------
    DataError
        Neither source is there, part of it is missing, or a file cannot be read; the message names it.
    """
    source = choose_source(folder, source)
    images = find_images(folder.root)
    sizes = image_sizes(folder, images)
    shown = set()
    read = recordings.raw_viewings if source == "raw" else recordings.redetected_viewings
    for viewing in read(folder, sizes, missing):
        shown.add(viewing.stem)
        frame = folder.frame(*sizes[viewing.stem])
        found = settle(viewing, frame.centre, first, min_duration, folder.counts)
        if found is not None:
            row = {"stimulus": stimulus_name(viewing.stem), "subject": viewing.subject, "task": TASK}
            folder.add_path(*found, frame, **row, fixations_from=FIXATIONS_FROM[source])
    scanpaths = folder.scanpaths(forced_first=first == "keep")
    if not len(scanpaths):
        raise DataError(
            f"{folder.root} has no recording with a fixation; the folder should hold {folder.card.layout}; "
            f"{folder.card.where}"
        )
    folder.counts["images that are not in the folder (their trials have none)"] = len(shown - images.keys())
    for stem in natural_order(shown):
        frame, name = folder.frame(*sizes[stem]), stimulus_name(stem)
        folder.trials.append(Trial(name, name, frame, image_source=images.get(stem), task=TASK, start=frame.centre))
    folder.card = replace(folder.card, title=f"{folder.card.title}; fixations from {FIXATIONS_FROM[source]}")
    return folder.dataset(scanpaths)


def choose_source(folder: PublishedFolder, source: str) -> Literal["raw", "redetected"]:
    """Say which source to read: the one asked for, or the one that is there, raw gaze first.

    Raises
    ------
    DataError
        It is not there.
    """
    raw = bool(recordings.find_recordings(folder.root)) if source != "redetected" else False
    if raw:
        return "raw"
    if source != "raw" and (folder.root / recordings.TABLE).is_file():
        return "redetected"
    wanted = {
        "auto": f"there is no {recordings.FOLDER}/<subject>/*.mat and no {recordings.TABLE}",
        "raw": f"there is no {recordings.FOLDER}/<subject>/*.mat",
        "redetected": f"{recordings.TABLE} is missing",
    }[source]
    raise folder.absent(wanted)
