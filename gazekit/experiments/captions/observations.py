"""A captioned data set image by image: who wrote what about it, and the paths of everybody who looked at it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.preparation import FIRST_DROPPED
from gazekit.foundations.errors import DataError

CLICKS = (
    "Clicks on a blurred image were compared with a model's fixations, as the NevaClip paper does: they are slow and "
    "deliberate, have no durations, and are no saccades."
)


@dataclass(frozen=True)
class Captioned:
    """Images with people's paths, and the observations (one person's caption of one image) made on them.

    Parameters
    ----------
    images : Dataset
        A trial per image, named like the image, with the paths of everybody who looked at it.
    observations : tuple of Trial
        As the data set of captions has them: id, stimulus, caption; only of images that people looked at and whose
        file is there.
    writers : dict of str to str
        Observation id to the person who wrote the caption.
    own : Scanpaths, optional
        What the writer of each observation looked at (`trial` is the observation); None where the paths are those of
        other people, or of several people under one caption.
    notes : tuple of str
        What was done to the data, one sentence each.
    """

    images: Dataset
    observations: tuple[Trial, ...]
    writers: Mapping[str, str]
    own: Scanpaths | None
    notes: tuple[str, ...] = ()


def image_by_image(
    captions: Dataset, people: Dataset | None = None, reads: Callable[[str], bool] | None = None
) -> Captioned:
    """Join the observations on each image.

    Parameters
    ----------
    captions : Dataset
        A trial per observation with its caption and one path (CapMIT1003), or per image with everybody's.
    people : Dataset, optional
        Whose paths are compared with, a trial per image (MIT1003); default the paths of `captions`.
    reads : callable, optional
        Whether the model can read a caption; observations whose caption it cannot are left out.

    Returns
    -------
    Captioned
        Everything left out is counted in `images.dropped`.

    Raises
    ------
    DataError
        Nothing is left, an image has two sizes, or a data set has no captions.

    Examples
    --------
    >>> from gazekit import Frame
    >>> import pandas as pd
    >>> trials = [Trial(o, "a", Frame(9, 9), np.zeros((9, 9, 3), np.uint8), caption=o) for o in ("one", "two")]
    >>> table = pd.DataFrame({"stimulus": "a", "trial": ["one", "two"], "subject": ["x", "y"], "width": 9, "height": 9})
    >>> found = image_by_image(Dataset("d", trials, Scanpaths([1, 2, 3], [1, 2, 3], [0, 1, 3], table)))
    >>> [t.id for t in found.images.trials], len(found.images.scanpaths), len(found.observations)
    (['a'], 2, 2)
    """
    counts: Counter[str] = Counter()
    looked_at = None if people is None else {t.stimulus for t in people.trials}
    kept = []
    for trial in captions.trials:
        if looked_at is not None and trial.stimulus not in looked_at:
            counts["observations of images that nobody looked at (left out)"] += 1
        elif not (trial.caption or "").strip():
            counts["observations without a caption (left out)"] += 1
        elif not trial.has("image"):
            counts["observations whose image is not in the folder (left out)"] += 1
        elif reads is not None and not reads(trial.caption or ""):
            counts["observations whose caption the encoder cannot read (left out)"] += 1
        else:
            kept.append(trial)
    if not kept:
        why = "; ".join(f"{count:,} {reason}" for reason, count in counts.items()) or "it has no trials"
        raise DataError(f"data set {captions.name!r} has no caption that can be used: {why}")
    first = {trial.stimulus: trial for trial in reversed(kept)}
    images = tuple(
        Trial(name, name, first[name].frame, first[name].image_source)
        for name in dict.fromkeys(t.stimulus for t in kept)
    )
    subject = dict(zip(captions.scanpaths.table["trial"], captions.scanpaths.table["subject"], strict=True))
    writers = {trial.id: str(subject.get(trial.id, "")) for trial in kept}
    seen = (
        captions.scanpaths.filter(trial=[t.id for t in kept])
        if people is None
        else people.scanpaths.filter(stimulus=[t.id for t in images])
    )
    notes = []
    if seen.facts.points == "clicks":
        notes.append(CLICKS)
        seen = seen.replace(facts=replace(seen.facts, points="fixations"))
    if people is None and seen.facts.forced_first:  # of the writers' own paths, too
        notes.append(FIRST_DROPPED)
        seen = seen.drop_first()
    shared = people is None and bool(seen.table.groupby("trial")["subject"].nunique().gt(1).any())
    if shared:
        notes.append("Several people share a caption (one trial): nobody counts as its writer.")
    paths = seen.replace(table=seen.table.assign(trial=seen.table["stimulus"]))
    source = captions if people is None else people
    name = source.name if people is None else f"{people.name} ({captions.name} captions)"
    _check_frames(images, paths, name)
    dataset = Dataset(name, images, paths, source.card, {**captions.dropped, **source.dropped, **counts})
    return Captioned(dataset, tuple(kept), writers, seen if people is None and not shared else None, tuple(notes))


def by_observation(paths: Scanpaths, captioned: Captioned) -> Scanpaths:
    """Give each path the observation that it was made for as its trial; one made for an image goes to all of its.

    A model's paths say in the column `observation` which caption they followed; those of people are no one's.
    """
    of_image: dict[str, list[str]] = {}
    for trial in captioned.observations:
        of_image.setdefault(trial.stimulus, []).append(trial.id)
    table = paths.table
    made_for = table["observation"].fillna("") if "observation" in table else [""] * len(table)
    rows: list[int] = []
    trials: list[str] = []
    for row, (stimulus, observation) in enumerate(zip(table["stimulus"], made_for, strict=True)):
        names = [observation] if observation in captioned.writers else of_image.get(stimulus, [])
        rows += [row] * len(names)
        trials += names
    moved = paths[np.array(rows, dtype=np.int64)]
    return moved.replace(table=moved.table.assign(trial=pd.Series(trials, dtype="str")))


def _check_frames(images: tuple[Trial, ...], paths: Scanpaths, name: str) -> None:
    sizes = {trial.id: trial.frame.size for trial in images}
    for stimulus, width, height in paths.table[["stimulus", "width", "height"]].itertuples(index=False):
        if sizes[stimulus] != (width, height):
            raise DataError(
                f"the image {stimulus!r} is {sizes[stimulus][0]:g} x {sizes[stimulus][1]:g} px where its captions come "
                f"from and {width:g} x {height:g} px in {name!r}; give both the same folder of images"
            )
