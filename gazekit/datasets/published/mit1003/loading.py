"""MIT1003: from its files to a data set, and whether a folder gives the numbers that are known of the complete set.

No list of the files' hashes is known, but what they add up to is. Raw gaze: counts, means and deviations of the
fixations that the published rule finds, from the tests of pysaliency, which runs the authors' own MATLAB code; every
first fixation dropped, and every position outside 0 < x < width, 0 < y < height. The re-detected table: its rows, as
counted in the copy that gazekit was made with.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.completeness import Expectation, FolderReport
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003 import recordings
from gazekit.datasets.published.mit1003.detection import RATE, detect_fixations
from gazekit.datasets.published.mit1003.recordings import STIMULI, SUBJECTS, settle
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order, stimulus_name
from gazekit.foundations.errors import DataError
from gazekit.foundations.progress import tqdm

Source = Literal["auto", "raw", "redetected"]
TASK = "free viewing"
FIXATIONS_FROM = {
    "raw": "raw gaze, detected by gazekit with the published rule",
    "redetected": "fixations_redetected.csv.gz, detected by a third party",
}
FIXATIONS = 104_171
ON_FIRST_IMAGE = 121  # fixations on the first image in natural order
FULL_SIZE = (1024, 768)  # px; the most common size
FULL_SIZE_IMAGES, FULL_SIZE_FIXATIONS = 463, 48_771
MEANS = {
    "mean x, px": 487.13683496521253,
    "mean y, px": 392.72728829760155,
    "mean onset, s": 1.5039892740461995,
    "mean index in the path": 3.3973754691804823,
    "standard deviation of x, px": 190.0203102093757,
    "standard deviation of y, px": 159.99210430350126,
    "standard deviation of onset, s": 0.816414737693668,
}
TABLE_ROWS, TABLE_NA, TABLE_SINGLE = 112_344, 2_406, 1_845


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


def check(folder: PublishedFolder, *, progress: bool = True) -> FolderReport:
    """Compare a folder with what is known of the complete set.

    Parameters
    ----------
    folder : PublishedFolder
        The raw gaze is looked at where it is there, else the re-detected table.
    progress : bool
        Show a progress bar.

    Returns
    -------
    FolderReport

    Raises
    ------
    DataError
        The folder or both sources are not there, or a file cannot be read.
    """
    source = choose_source(folder, "auto")
    images = find_images(folder.root)
    found = [Expectation("images", STIMULI, len(images))]
    if source == "raw":
        found += _raw(folder, image_sizes(folder, images), progress)
        return FolderReport.of_counts("mit1003", "the raw gaze", tuple(found))
    found += _table(folder)
    return FolderReport.of_counts("mit1003", "the re-detected table (not the published fixations)", tuple(found))


def _raw(folder: PublishedFolder, sizes: dict[str, tuple[int, int]], progress: bool) -> list[Expectation]:
    files = recordings.find_recordings(folder.root)
    recorded = [(subject, stem) for subject, of in files.items() for stem in of]
    fixations: Counter[str] = Counter()
    columns = []
    bar = tqdm(recorded, desc="check mit1003", unit="recording", disable=not progress, leave=False)
    for subject, stem in bar:
        if stem in sizes:
            points = _published(recordings.read_recording(folder, files[subject][stem]).gaze, sizes[stem])
            fixations[stem] += points.shape[1]
            columns.append(points)
    full = [stem for stem in sizes if sizes[stem] == FULL_SIZE]
    first = natural_order({stem for _, stem in recorded})[0]
    joined = np.concatenate(columns, axis=1) if columns else np.empty((4, 0))
    return [
        Expectation("people", SUBJECTS, len(files)),
        Expectation("recordings", STIMULI * SUBJECTS, len(recorded)),
        Expectation("fixations", FIXATIONS, joined.shape[1]),
        Expectation("fixations on the first image", ON_FIRST_IMAGE, fixations[first]),
        Expectation("images of 1024 x 768 px", FULL_SIZE_IMAGES, len(full)),
        Expectation("fixations on them", FULL_SIZE_FIXATIONS, sum(fixations[stem] for stem in full)),
        *(Expectation(what, MEANS[what], got) for what, got in zip(MEANS, _moments(joined), strict=True)),
    ]


def _published(gaze: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(4, k): x, y, onset (s) and index of the fixations that count, the first one of the recording left out."""
    found = detect_fixations(gaze)
    inside = (found.x > 0) & (found.x < size[0]) & (found.y > 0) & (found.y < size[1])
    inside[:1] = False
    x, y, onset = (column[inside] for column in (found.x, found.y, found.onsets(RATE) / 1000))
    return np.stack([x, y, onset, np.arange(len(x), dtype=float)])


def _moments(columns: np.ndarray) -> Iterable[float]:
    if columns.shape[1] == 0:
        return [float("nan")] * len(MEANS)
    return [float(v) for v in (*columns.mean(axis=1), *columns[:3].std(axis=1))]


def _table(folder: PublishedFolder) -> list[Expectation]:
    table = recordings.read_table(folder)
    return [
        Expectation("images in the table", STIMULI, int(table["stem"].nunique())),
        Expectation("people", SUBJECTS, int(table["subject"].nunique())),
        Expectation("recordings", STIMULI * SUBJECTS, int(table.groupby(["subject", "stem"]).ngroups)),
        Expectation("rows", TABLE_ROWS, len(table)),
        Expectation("rows without values", TABLE_NA, int(table["x"].isna().sum())),
        Expectation("rows of a single sample", TABLE_SINGLE, int((table["duration"] == 0).sum())),
    ]
