"""AiR-D: answering questions about photographs, 20 people (Chen et al. 2020)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.stimuli import image_sizes
from gazekit.files.untrusted import check_name

ANSWERS = "consolidated_answers.json"
QUESTIONS = ("*_balanced_questions.json", "questions*/*_balanced_questions.json")
WITHOUT = "recordings without a fixation (left out)"


def load(folder: PublishedFolder, *, images: str | Path | None = None, answered_only: bool = False) -> Dataset:
    """Read AiR-D.

    Parameters
    ----------
    folder : PublishedFolder
        With `fix/<question>/<subject>.mat`, `consolidated_answers.json` and GQA's `val_balanced_questions.json`, which
        says which image a question is about.
    images : path, optional
        Folder with GQA's images, `<image>.jpg`; default `stimuli` in the data set's folder. The sizes of images that
        are not there are read from `image_sizes.csv` (stimulus, width, height) in the data set's folder.
    answered_only : bool
        Leave out the paths of people who did not answer.

    Returns
    -------
    Dataset
        A trial per question; `stimulus` is the image's name, since several questions may be about one image; `task` is
        the question. Scanpaths (x, y) px of the image, durations in ms. The table adds `answer` ("" where nobody
        answered), `expected_answer`, `answered` and `correct`.

    Raises
    ------
    DataError
        A file is missing, truncated or of another structure; an image of unknown size.
    """
    file = folder.file(ANSWERS)
    content = folder.json(file)
    recordings = sorted(folder.root.glob("fix/*/*.mat"))
    if not recordings:
        raise folder.absent("there is no fix/<question>/<subject>.mat")
    shown = _images_of(folder, {recording.parent.name for recording in recordings})
    stimuli = folder.root / "stimuli" if images is None else Path(images)
    there = {name: stimuli / name for name in shown.values() if (stimuli / name).is_file()}
    found = image_sizes(folder, {name.removesuffix(".jpg"): path for name, path in there.items()})
    sizes = {name.removesuffix(".jpg"): size for name, size in found.items()}
    trials: dict[str, Trial] = {}
    for recording in recordings:
        question, subject = recording.parent.name, recording.stem
        with folder.structure(file, f"question {question}, subject {subject}: "):
            about = _answer(content, question, subject)
            text = str(content["question"][question])
        if answered_only and not about["answered"]:
            folder.counts["scanpaths of people who did not answer (left out)"] += 1
            continue
        name = shown[question]
        frame = _frame(folder, sizes, name)
        with folder.structure(recording):
            variables = folder.mat(recording)
            x, y, duration = _fixations(variables)
        if not len(x):
            folder.counts[WITHOUT] += 1
            continue
        folder.add_path(x, y, duration, frame, stimulus=name, subject=subject, trial=question, task=text, **about)
        if question not in trials:
            trials[question] = Trial(question, name, frame, image_source=there.get(name), task=text)
    folder.trials += trials.values()
    return folder.dataset()


def _images_of(folder: PublishedFolder, questions: set[str]) -> dict[str, str]:
    """The image of every question, from GQA's file of questions."""
    files = sorted(p for pattern in QUESTIONS for p in folder.root.glob(pattern))
    found: dict[str, str] = {}
    for file in files:
        content = folder.json(file)
        with folder.structure(file):
            about = {q: str(content[q]["imageId"]) for q in questions if q in content}
            found |= {question: f"{check_name(image, file.name)}.jpg" for question, image in about.items()}
    unknown = sorted(questions - set(found))
    if unknown:
        raise folder.absent(
            f"{'no file of questions' if not files else files[0].name} says which image {len(unknown)} of "
            f"{len(questions)} questions are about (first: {unknown[0]}); questions about one image have to be known "
            f"as such"
        )
    return found


def _answer(content: Mapping[str, Any], question: str, subject: str) -> dict[str, Any]:
    given, expected = content[subject].get(question), str(content["answer"][question])
    answered = given is not None and given == given and str(given).lower() != "nan"
    answer = str(given) if answered else ""
    correct = answered and answer.strip().lower() == expected.strip().lower()
    return {"answer": answer, "expected_answer": expected, "answered": answered, "correct": correct}


def _frame(folder: PublishedFolder, sizes: Mapping[str, tuple[int, int]], name: str) -> Frame:
    size = sizes.get(name.removesuffix(".jpg"))
    if size is None:
        raise folder.absent(
            f"the size of the image {name} is not known; put GQA's images into stimuli (or give images=), or a table "
            f"image_sizes.csv with the columns stimulus, width, height into the folder"
        )
    return folder.frame(*size)


def _fixations(variables: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y (n,) px and durations (n,) ms of `xy` (n, 2) and `t` (n, 2), begin and end in ms."""
    positions, times = (np.asarray(variables[name], dtype=float) for name in ("xy", "t"))
    if not positions.size and not times.size:
        return np.empty(0), np.empty(0), np.empty(0)
    if positions.ndim != 2 or positions.shape[1] != 2 or times.shape != positions.shape:
        raise ValueError(f"xy has the shape {positions.shape} and t {times.shape}, not (n, 2) both")
    duration = times[:, 1] - times[:, 0]
    if (duration < 0).any() or (np.diff(times[:, 0]) < 0).any():
        raise ValueError("t is not begin and end of one fixation after another")
    return positions[:, 0], positions[:, 1], duration
