"""RefCOCO-Gaze: people look for what a spoken sentence says, word by word, 220 people (Mondal et al. 2024)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.coco_search18 import below
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.interchange.coco_search18 import SIZE

FILE = re.compile(r"refcocogaze_\w+_correct\.json")  # copies in px of 512 x 320 have that size in their names
COPY = "512"
TIMING = "word-timing.json"
BEFORE, AFTER = -99, 99  # published word of fixations before the first and after the last word
SHAPES = ("FIX_X", "FIX_Y", "FIX_START", "FIX_DURATION")
UNTIMED = "expressions without word onsets, or with another number of them than of words (left without)"
DISAGREE = "fixations whose published word is not the one that was being said at their onset (onset kept)"


def load(folder: PublishedFolder, *, images: str | Path | None = None) -> Dataset:
    """Read RefCOCO-Gaze.

    Parameters
    ----------
    folder : PublishedFolder
        With `refcocogaze_train_correct.json` and `refcocogaze_val_correct.json`, or one of them, and
        `word-timing.json`.
    images : path, optional
        Folder with the images; default `images` in the data set's folder.

    Returns
    -------
    Dataset
        A trial per pair of image and expression (id as published), with `caption`, the expression; `word_onsets`, ms
        after the sound began, one per word; `task`, the category of the object; and its box. Scanpaths (x, y) px of
        1680 x 1050, durations in ms, and `onset`, ms after the sound began (negative before it): `Trial.words_begun`
        says how much of the expression had been heard. The table adds `split` and `sound_on_ms`, when the sound began
        in the recording.

    Raises
    ------
    DataError
        No such file, or one that is truncated or of another structure.
    """
    files = sorted(p for p in folder.root.rglob("*.json") if FILE.fullmatch(p.name) and COPY not in p.name)
    if not files:
        raise folder.absent("there is no refcocogaze_*_correct.json")
    pictures = folder.root / "images" if images is None else Path(images)
    onsets = _word_onsets(folder)
    trials: dict[str, Trial] = {}
    begun: set[tuple[str, str]] = set()
    for file in files:
        for k, record in enumerate(folder.json(file)):
            with folder.structure(file, f"record {k} (from 0): "):
                trial_id, subject = str(record["REF_ID"]), str(record["SUBJECT_ID"])
                if (trial_id, subject) in begun:
                    folder.counts["records of a person and expression that are there already (left out)"] += 1
                    continue
                begun.add((trial_id, subject))
                if trial_id not in trials:
                    trials[trial_id] = _trial(folder, record, trial_id, onsets, pictures)
                _add(folder, record, trials[trial_id], subject)
    if not trials:
        raise folder.unexpected(files[0], "it has no record")
    folder.counts[UNTIMED] = sum(trial.word_onsets is None for trial in trials.values())
    folder.trials += trials.values()
    return folder.dataset()


def _word_onsets(folder: PublishedFolder) -> dict[str, tuple[float, ...]]:
    file = folder.root / TIMING
    if not file.is_file():
        return {}
    content = folder.json(file)
    with folder.structure(file):
        timed = (entry for entry in content if entry.get("word_onset"))
        return {str(entry["ref_id"]): tuple(float(t) for t in entry["word_onset"]) for entry in timed}


def _trial(
    folder: PublishedFolder, record: Mapping[str, Any], trial_id: str, onsets: Mapping[str, Any], pictures: Path
) -> Trial:
    words = [str(word) for word in record["REF_WORDS"]]
    x, y, width, height = (float(side) for side in record["BBOX"])
    times = onsets.get(trial_id)
    return Trial(
        trial_id,
        str(record["IMAGEFILE"]),
        folder.frame(*SIZE),
        image_source=below(pictures, str(record["IMAGEFILE"])),
        caption=" ".join(words),
        word_onsets=times if times is not None and len(times) == len(words) else None,
        task=str(record.get("TARGET_CATEGORY") or record["TARGET"]),
        target_box=Box(x, y, x + width, y + height),
    )


def _add(folder: PublishedFolder, record: Mapping[str, Any], trial: Trial, subject: str) -> None:
    x, y, start, duration = (np.asarray(record[name], dtype=float) for name in SHAPES)
    sound_on = float(record["SOUND_ON"])
    onset = start - sound_on
    folder.add_path(
        x, y, duration, trial.frame, onset=onset, stimulus=trial.stimulus, subject=subject, trial=trial.id,
        task=trial.task, split=str(record.get("REFCOCO_GAZE_SPLIT", "")), sound_on_ms=sound_on,
    )  # fmt: skip
    if trial.word_onsets is not None and "FIX_WORDINDEX" in record:
        published = np.asarray(record["FIX_WORDINDEX"], dtype=int)
        word = np.where(published == BEFORE, -1, published)
        said = word != AFTER  # when the last word ends is not published
        folder.counts[DISAGREE] += int((word != trial.words_begun(onset) - 1)[said].sum())
