"""The published raw gaze of MIT1003: `DATA/<subject>/<image>.mat`, one recording of 3 s at 240 Hz each."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.detection import detect_fixations
from gazekit.datasets.published.mit1003.stimuli import natural_order
from gazekit.datasets.published.mit1003.viewing import Viewing, settle_parts

FOLDER = "DATA"
NOT_RECORDINGS = ("shuff_stimnames", "CalibrationData")  # order of presentation and calibration, in the same folders
OTHER_NAME = "recordings that name another image than their file does (the file's name taken)"
REPEATED = "repeated recordings of one person and image (the first taken)"


class Recording(NamedTuple):
    """One person's gaze on one image.

    Parameters
    ----------
    gaze : (n, 2) float64
        x and y, px of the image; lost samples are negative.
    named : str
        The image's name as the recording has it, without suffix; empty where it has none.
    repetitions : int
        How often the person saw the image; `gaze` is of the first time.
    """

    gaze: np.ndarray
    named: str
    repetitions: int


def find_recordings(root: Path) -> dict[str, dict[str, Path]]:
    """Files of `DATA` by subject, then by the image's name without suffix, subjects sorted, images in natural order."""
    found: dict[str, dict[str, Path]] = {}
    folder = root / FOLDER
    for subject in sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []:
        if subject.name.startswith((".", "__")):
            continue
        files = {p.stem: p for p in subject.glob("*.mat") if not p.name.startswith(".")}
        stems = natural_order(set(files) - set(NOT_RECORDINGS))
        if stems:
            found[subject.name] = {stem: files[stem] for stem in stems}
    return found


def read_recording(folder: PublishedFolder, file: Path) -> Recording:
    """Read one recording.

    The file holds one struct. It is called like the image, but MATLAB cuts names at 63 characters, so the file's name
    is the one to go by and the struct's name does not matter.

    Raises
    ------
    DataError
        Not a MATLAB file, only part of one, or one without this structure; the message names it.
    """
    content = folder.mat(file)
    names = [name for name in content if not name.startswith("__")]
    if len(names) != 1:
        raise folder.unexpected(file, f"it has {len(names)} variables, not one struct")
    with folder.structure(file):
        struct = np.ravel(content[names[0]])[0]
        repetitions = np.ravel(struct.DATA)
        gaze = np.asarray(repetitions[0].eyeData, dtype=float)
        named = "".join(np.ravel(getattr(struct, "imgName", "")))
    if gaze.size and (gaze.ndim != 2 or gaze.shape[1] < 2):
        raise folder.unexpected(file, f"eyeData has the shape {gaze.shape}, not (samples, 2)")
    gaze = gaze[:, :2] if gaze.size else np.empty((0, 2))
    return Recording(gaze, Path(named).stem, len(repetitions))


def read_viewings(folder: PublishedFolder, sized: Collection[str], missing: str) -> Iterator[Viewing]:
    """Find the fixations in every recording, one person on one image at a time.

    The first fixation begins with the recording, so it is the forced one. Lost gaze is negative, so fixations at or
    below 0 are not valid.

    Parameters
    ----------
    folder : PublishedFolder
        With `DATA`.
    sized, missing
        See `gazekit.datasets.published.mit1003.viewing.settle_parts`.
    """
    files = find_recordings(folder.root)
    recorded = [(subject, image) for subject, images in files.items() for image in images]
    readable = settle_parts(folder, recorded, sized, missing)
    for subject, image in (key for key in recorded if key in readable):
        recording = read_recording(folder, files[subject][image])
        if recording.named not in ("", image):
            folder.counts[OTHER_NAME] += 1
        if recording.repetitions > 1:
            folder.counts[REPEATED] += 1
        found = detect_fixations(recording.gaze)
        valid = (found.x > 0) & (found.y > 0)
        yield Viewing(image, subject, found.x, found.y, found.durations(), valid, len(found.x) > 0)
