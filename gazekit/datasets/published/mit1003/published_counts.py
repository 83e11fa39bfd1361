"""Whether a folder gives the numbers that are known of the complete MIT1003.

No list of the files' hashes is known, but what they add up to is. Raw gaze: counts, means and deviations of the
fixations that the published rule finds, from the tests of pysaliency, which runs the authors' own MATLAB code; every
first fixation dropped, and every position outside 0 < x < width, 0 < y < height. The re-detected table: its rows, as
counted in the copy that gazekit was made with.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np

from gazekit.datasets.published.expected_counts import CountReport, Expectation
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003 import recordings
from gazekit.datasets.published.mit1003.detection import RATE, detect_fixations
from gazekit.datasets.published.mit1003.loading import choose_source
from gazekit.datasets.published.mit1003.recordings import STIMULI, SUBJECTS
from gazekit.datasets.published.mit1003.stimuli import find_images, image_sizes, natural_order
from gazekit.foundations.progress import tqdm

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


def check(folder: PublishedFolder, *, progress: bool = True) -> CountReport:
    """Compare a folder with what is known of the complete set.

    Parameters
    ----------
    folder : PublishedFolder
        The raw gaze is looked at where it is there, else the re-detected table.
    progress : bool
        Show a progress bar.

    Returns
    -------
    CountReport

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
        return CountReport("mit1003", folder.root, "the raw gaze", tuple(found))
    found += _table(folder)
    return CountReport("mit1003", folder.root, "the re-detected table (not the published fixations)", tuple(found))


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
